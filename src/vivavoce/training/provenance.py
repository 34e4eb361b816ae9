"""What the descriptions of the shipped addons have in common: where the weights come from, what voices read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY

PER_TOKEN = [1, "tokens"]
RECIPES = "vivavoce/training/recipes"


def recipe(name: str) -> dict[str, Any]:
    """The configuration of a recipe of this package; one that names a `base` says only where it differs from it."""
    text = files("vivavoce.training.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    own = tomllib.loads(text)
    made = recipe(own.pop("base")) if "base" in own else {}
    for key, value in own.items():
        made[key] = made.get(key, {}) | value if isinstance(value, dict) else value
    return made


def provenance(
    runs: Path, names: Sequence[str], data: Sequence[str], hardware: str, figures: Mapping[str, float]
) -> dict[str, Any]:
    """`provenance` and `details` of an addon that came out of the runs `names`, one after the other."""
    trained = [_trained(runs / name) for name in names]
    minutes = sum(run["minutes"] for run in trained)
    return {
        "provenance": {
            "data": list(data),
            "recipe": f"{RECIPES}/{names[-1]}.toml",
            "steps": sum(run["steps"] for run in trained),
            "hardware": f"{hardware}, {minutes:.0f} minutes",
            "figures": dict(figures),
        },
        "details": {"runs": trained},
    }


def token_entries() -> dict[str, dict[str, Any]]:
    """The `inputs` of an addon that every voice reads."""
    floats = ("rate", "pitch_shift", "pitch_range", "gain")
    return {
        "symbols": {"dtype": "int64", "shape": PER_TOKEN},
        "stress": {"dtype": "int64", "shape": PER_TOKEN},
        "speaker": {"dtype": "int64", "shape": [1]},
        "sentence_prosody": {"dtype": "float32", "shape": [1, SENTENCE_PROSODY]},
        "word_prosody": {"dtype": "float32", "shape": [1, "tokens", WORD_PROSODY]},
        **{name: {"dtype": "float32", "shape": PER_TOKEN} for name in floats},
    }


def _trained(run: Path) -> dict[str, Any]:
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    return {
        "recipe": f"{RECIPES}/{run.name}.toml",
        "steps": state["step"],
        "minutes": round(state["trained_s"] / 60, 1),
    }
