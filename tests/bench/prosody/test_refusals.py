from __future__ import annotations

import numpy as np
import pytest
from bench.prosody.refusals import CHANGES, Case

from vivavoce.audio import Audio

RATE_HZ = 24_000
HUM = Audio(np.sin(np.arange(RATE_HZ) / 9).astype(np.float32), RATE_HZ)
CASE: Case = (HUM, "one two three four five")


def changed(name: str) -> Case:
    return CHANGES[name](CASE, "another", np.random.default_rng(0))


@pytest.mark.parametrize(("name", "level_db"), [("noise at 20 dB", 20.0), ("0 dB", 0.0)])
def test_noise_has_its_level(name: str, level_db: float):
    noise = changed(name)[0].samples - HUM.samples
    assert 20 * np.log10(HUM.samples.std() / noise.std()) == pytest.approx(level_db, abs=0.2)


def test_texts():
    assert changed("its text") == CASE
    assert changed("another text")[1] == "another"
    assert changed("half its text")[1] == "one two three"
