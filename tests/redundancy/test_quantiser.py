"""The codebook: rounding, restoring, coding, and files that are no codebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.redundancy.networks import LATENT, codebook, decoder, encoder
from vivavoce.blocks import load_addon, write_addon
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.vivavoce.entropy import Reader, to_bytes
from vivavoce.redundancy.codec.vivavoce.quantiser import Codebook, read_codebook
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, RateAllocation


@pytest.fixture(scope="module")
def book(addon: Path) -> Codebook:
    return read_codebook(load_addon(addon))


@given(arrays(np.float32, LATENT, elements=st.floats(-1e6, 1e6, width=32)), st.integers(0, LEVELS - 1))
def test_steps_come_back(book: Codebook, values: np.ndarray, level: int) -> None:
    steps = book.latents.steps(values)[level]
    read = book.latents.read(Reader(to_bytes(book.latents.interval(steps, level))), level)
    np.testing.assert_array_equal(read, steps)


def test_finer_levels_restore_better(book: Codebook) -> None:
    values = np.random.default_rng(0).normal(0, 0.5, (200, LATENT)).astype(np.float32)
    wrong = [
        np.mean([np.abs(book.latents.restored(book.latents.steps(v)[level], level) - v) for v in values])
        for level in (0, 5, 10, 15)
    ]
    assert wrong == sorted(wrong)


def test_values_beyond_the_tables_are_clipped(book: Codebook) -> None:
    assert np.abs(book.latents.steps(np.full(LATENT, 1e9, np.float32))).max() == 8


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"latents": []}, "expected 16 levels"),
        ({"starts": [{"scales": [1.0], "dead_zones": [], "tables": [[4096]]}] * 16}, "expected 16 levels"),
        ({"starts": [{"scales": [0.0], "dead_zones": [0.1], "tables": [[4096]]}] * 16}, "scales must be positive"),
        ({"starts": [{"scales": [1.0], "dead_zones": [0.1], "tables": [[4095]]}] * 16}, "frequencies"),
        ({"starts": [{"scales": [1.0], "dead_zones": [0.1], "tables": [[2048, 2048]]}] * 16}, "no middle"),
        ({"more": 1}, 'unknown key "more"'),
    ],
)
def test_what_is_no_codebook_is_refused(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_codebook(load_addon(_addon(tmp_path / "bad", codebook() | change, {"revision": 1})))


@pytest.mark.parametrize("details", [{}, {"revision": 16}, {"revision": "1"}])
def test_a_revision_is_needed(tmp_path: Path, details: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="details.revision"):
        read_codebook(load_addon(_addon(tmp_path / "bad", codebook(), details)))


@pytest.mark.parametrize("wrong", [(-1, 0, 15), (9, 0, 8), (0, 8, 15), (0, 0, 16)])
def test_impossible_schedules_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="a schedule from level"):
        RateAllocation(*wrong)


def test_levels_of_schedules() -> None:
    assert RateAllocation().levels(12) == [6, 6, 7, 8, 9, 9, 10, 11, 12, 12, 13, 14]
    assert RateAllocation(5, 4, 8).levels(7) == [5, 5, 6, 7, 8, 8, 8]


def _addon(folder: Path, contents: Any, details: dict[str, Any]) -> Path:
    description = {
        "name": "tiny",
        "kind": "redundancy",
        "summary": "random networks",
        "licence": "CC0-1.0",
        "attribution": "nobody",
        "provenance": {"data": [], "recipe": "tests", "steps": 0, "hardware": "none"},
        "inputs": {},
        "upstream": {"features": {"dtype": "float32", "shape": [1, "frames", 40]}},
        "stack": [{"type": "StreamingNetwork", "network": "encoder"}],
        "networks": {"encoder": {"file": "encoder.onnx"}, "decoder": {"file": "decoder.onnx"}},
        "details": details,
    }
    files = {"encoder.onnx": encoder(), "decoder.onnx": decoder(), "codebook.json": json.dumps(contents).encode()}
    return write_addon(folder, description, files).path
