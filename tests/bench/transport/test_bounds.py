"""What better coding or a better vocoder could win."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench.transport.bounds import hear_each_way
from bench.transport.items import Item

from vivavoce.audio import read_audio
from vivavoce.transport.opus_codec import FRAME, RATE_HZ

SPEECH = Path(__file__).parents[2] / "data" / "kathleen.opus"


def test_the_sound_that_was_lost_is_nearly_as_good_as_no_loss() -> None:
    samples = read_audio(SPEECH, RATE_HZ).samples[: 120 * FRAME]
    lost = tuple(60 <= number < 68 or 85 <= number < 90 for number in range(120))
    heard = hear_each_way(Item("kathleen", samples, Path("a.txt"), lost, False))
    whole = heard.pop("no loss")
    wrong = {name: float(np.square(sound - whole).mean()) for name, sound in heard.items()}
    assert wrong["with the sound that was lost"] < 0.1 * wrong["as it is"]
    assert not np.array_equal(heard["as it is"], heard["with true features"])
    assert all(len(sound) == len(samples) for sound in heard.values())
