"""What markup asks of a sentence's tokens."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from vivavoce.voice import load_voice, sentence_synthesis
from vivavoce.voice.controls import TokenControls, token_controls

SSML = (
    '<speak>One <break time="200ms"/> <prosody rate="slow" pitch="+2st" volume="+3dB">two</prosody>, '
    "<emphasis>three</emphasis> or four?</speak>"
)


def test_what_was_asked_is_read_and_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arrays of a frozen value stay as they are: written to, a stream would change what the next one reads."""
    made: list[TokenControls] = []

    def read_only(*arguments: Any) -> TokenControls:
        controls = token_controls(*arguments)
        for field in fields(controls):
            getattr(controls, field.name).setflags(write=False)
        made.append(controls)
        return controls

    monkeypatch.setattr(sentence_synthesis, "token_controls", read_only)
    spoken = load_voice().synthesize(SSML)
    assert np.isfinite(spoken.samples).all()
    assert made[0].non_default()
