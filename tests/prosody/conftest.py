"""Small prosody addons with random weights, exported as the real ones are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vivavoce.blocks import Addon
from vivavoce.features import BANDS
from vivavoce.prosody.linguistics import Linguistics, describe
from vivavoce.prosody.models.selection import index_bytes
from vivavoce.text import analyse
from vivavoce.text.embed import DIMENSION
from vivavoce.training.alignment import FrameClassifier
from vivavoce.training.networks.camp import CampNetwork
from vivavoce.training.networks.copycat import CopyCatNetwork
from vivavoce.training.networks.kathaka import KathakaNetwork
from vivavoce.training.networks.reference import SentenceReference
from vivavoce.training.prosody import export
from vivavoce.training.prosody.ship import write_system

SPEAKERS = ("anna", "ben")
SENTENCES = ("Who ate the rest of my pizza?", "The old dog slept, and the cat sat by the door.", "Go!")
PER_TOKEN = [1, "tokens"]
INPUTS: dict[str, dict[str, Any]] = {
    "kathaka": {"sentence": ("float32", [1, DIMENSION]), "labels": ("int64", [1, "nodes"]), "edges": ("int64", [1, "nodes", "nodes"]), "speaker": ("int64", [1])},
    "camp": {"words": ("float32", [1, "words", DIMENSION]), "features": ("int64", [1, "words", 6]), "speaker": ("int64", [1])},
    "copycat": {"contour": ("float32", [1, "steps", 3]), "symbols": ("int64", [1, "steps"]), "position": ("float32", [1, "steps", 2]), "speaker": ("int64", [1])},
    "aligner": {"mel": ("float32", [1, "steps", BANDS])},
    "selection": {"symbols": ("int64", PER_TOKEN), "stress": ("int64", PER_TOKEN), "reference": ("float32", [1, "tokens", 8])},
}  # fmt: skip


def described(name: str) -> dict[str, Any]:
    return {
        "name": name, "kind": "prosody", "summary": "made for a test", "licence": "CC0-1.0", "attribution": "nobody",
        "provenance": {"data": [], "recipe": "none", "steps": 0, "hardware": "none"}, "speakers": list(SPEAKERS),
        "details": {"centres": {"anna": [5.3, 0.5], "ben": [4.7, 0.4]}},
        "inputs": {key: {"dtype": dtype, "shape": shape} for key, (dtype, shape) in INPUTS[name].items()},
    }  # fmt: skip


@pytest.fixture(scope="session")
def texts() -> list[Linguistics]:
    return [describe(analyse(text).sentences[0]) for text in SENTENCES]


@pytest.fixture(scope="session")
def addons(tmp_path_factory: pytest.TempPathFactory, texts: list[Linguistics]) -> dict[str, Addon]:
    """One addon of every system, by name."""
    folder = tmp_path_factory.mktemp("addons")
    torch.manual_seed(0)
    exports: dict[str, Callable[[Path], None]] = {
        "kathaka": lambda path: export.export_kathaka(KathakaNetwork(2, 2, width=8, layers=1), path),
        "camp": lambda path: export.export_camp(CampNetwork(2, 2, width=8, hidden=8), path),
        "copycat": lambda path: export.export_copycat(CopyCatNetwork(2, width=8, hidden=8), path),
        "aligner": lambda path: export.export_aligner(FrameClassifier(8), path),
        "selection": lambda path: export.export_sentence_reference(SentenceReference(8, 1), path),
    }
    prosody = np.eye(3, 64, dtype=np.float32)
    files = {
        "index.npz": index_bytes(prosody, texts, prosody.mean(axis=0)),
        "sentences.json": json.dumps([[f"s{i}", text] for i, text in enumerate(SENTENCES)]).encode(),
    }
    return {
        name: write_system(
            folder / name, described(name), "network", write, None, files if name == "selection" else None
        )
        for name, write in exports.items()
    }
