"""The codec that comes with the package, and the examples of its page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tests.redundancy.conftest import hum, listen
from vivavoce.blocks import addons, load_addon
from vivavoce.redundancy.codec.vivavoce.decoder import load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import ADDON, load_encoder
from vivavoce.redundancy.features import BANDS, PITCH, features


def test_it_is_small_and_whole() -> None:
    addon = load_addon(addons()[ADDON])
    addon.check()
    assert addon.manifest.total_bytes < 2_500_000


def test_a_voiced_second_comes_back() -> None:
    """A hum is no speech, but pitch and level must return, and for hundreds of bits."""
    samples = hum(2.0, gain=0.1)
    data = load_encoder().encode(listen(load_encoder(), samples), 1.0)
    assert 20 < len(data) < 130
    past = load_decoder().decode(data)
    newest = 2 * (len(samples) // 320 - 1 - past.offset) + 1
    truth = features(samples)[newest - 99 : newest + 1][::-1]
    assert past.frames.shape == truth.shape
    assert np.abs(past.frames - truth)[:40, 0].mean() < 1.5
    assert np.median(np.abs(past.frames - truth)[:40, PITCH]) < 0.2
    assert np.sqrt(np.square(past.frames - truth)[:40, 1:BANDS].mean()) < 0.7


def test_the_page_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "redundancy.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        exec(compile(example, "docs/redundancy.md", "exec"), names)
    assert "two_packets_back" in names
