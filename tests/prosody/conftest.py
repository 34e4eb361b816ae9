"""Small prosody addons with random weights, exported as the real ones are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from vivavoce.blocks import Addon
from vivavoce.blocks.addon_spec import AddonSpec, write_untrained
from vivavoce.features import BANDS
from vivavoce.prosody.linguistics import Linguistics, describe
from vivavoce.prosody.models.selection import index_bytes
from vivavoce.text import analyse
from vivavoce.text.embed import DIMENSION
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.prosody.copycat import CopyNetwork
from vivavoce.training.prosody.networks.aligner import FrameClassifier
from vivavoce.training.prosody.networks.camp import CampNetwork
from vivavoce.training.prosody.networks.copycat import CopyCatNetwork
from vivavoce.training.prosody.networks.kathaka import KathakaNetwork
from vivavoce.training.voice.reference import SentenceReference

SPEAKERS = ("anna", "ben")
SENTENCES = ("Who ate the rest of my pizza?", "The old dog slept, and the cat sat by the door.", "Go!")
PER_TOKEN = [1, "tokens"]
INPUTS: dict[str, dict[str, Any]] = {
    "kathaka": {"sentence": ("float32", [1, DIMENSION]), "labels": ("int64", [1, "nodes"]), "edges": ("int64", [1, "nodes", "nodes"]), "speaker": ("int64", [1])},
    "camp": {"words": ("float32", [1, "words", DIMENSION]), "features": ("int64", [1, "words", 6]), "speaker": ("int64", [1])},
    "copycat": {"contour": ("float32", [1, "steps", 3]), "symbols": ("int64", [1, "steps"]), "position": ("float32", [1, "steps", 2]), "speaker": ("int64", [1])},
    "aligner": {"mel": ("float32", [1, "steps", BANDS])},
    "selection": {"symbols": ("int64", PER_TOKEN), "reference": ("float32", [1, "tokens", 8])},
}  # fmt: skip


OUTPUTS = {
    "kathaka": ("mean", "log_variance"), "camp": ("prosody",), "copycat": ("log_f0", "energy", "latent"),
    "aligner": ("scores",), "selection": ("mean", "log_variance"),
}  # fmt: skip
FREE = {"tokens": 7, "nodes": 7, "words": 7, "steps": 25}
FREE_OUTPUTS = {
    "camp": {"prosody": {2: "words"}}, "aligner": {"scores": {1: "steps"}},
    "copycat": {name: {1: "steps"} for name in OUTPUTS["copycat"]},
}  # fmt: skip


def spec(name: str, network: torch.nn.Module, files: dict[str, bytes]) -> AddonSpec:
    """The addon of a system around a network, with all that the run time reads of it."""
    sizes = dict(INPUTS[name])
    if name != "aligner":
        sizes["mask"] = ("float32", next(s for _, s in sizes.values() if len(s) > 1 and isinstance(s[1], str))[:2])
    inputs = {
        key: torch.ones([size if isinstance(size, int) else FREE[size] for size in shape], dtype=getattr(torch, dtype))
        for key, (dtype, shape) in sizes.items()
    }
    inputs |= {"speaker": torch.zeros(1, dtype=torch.int64)} if "speaker" in inputs else {}
    axes = {
        key: {axis: size for axis, size in enumerate(shape) if isinstance(size, str)}
        for key, (_, shape) in sizes.items()
    }
    exported = NetworkExport(
        network=network, inputs=inputs, outputs=OUTPUTS[name], axes=axes | FREE_OUTPUTS.get(name, {}), role="network"
    )
    entries = {key: {"dtype": dtype, "shape": shape} for key, (dtype, shape) in INPUTS[name].items()}
    return AddonSpec(
        name=name, kind="prosody", summary="made for a test", licence="CC0-1.0", attribution="nobody", data=(),
        networks={"network": exported}, stack=[{"type": "SequenceNetwork", "network": "network"}],
        manifest={"inputs": entries, "speakers": list(SPEAKERS)},
        details={"centres": {"anna": [5.3, 0.5], "ben": [4.7, 0.4]}}, files=files,
    )  # fmt: skip


@pytest.fixture(scope="session")
def texts() -> list[Linguistics]:
    return [describe(analyse(text).sentences[0]) for text in SENTENCES]


@pytest.fixture(scope="session")
def addons(tmp_path_factory: pytest.TempPathFactory, texts: list[Linguistics]) -> dict[str, Addon]:
    """One addon of every system, by name."""
    folder = tmp_path_factory.mktemp("addons")
    torch.manual_seed(0)
    networks = {
        "kathaka": KathakaNetwork(2, 2, width=8, layers=1),
        "camp": CampNetwork(2, 2, width=8, hidden=8),
        "copycat": CopyNetwork(CopyCatNetwork(2, width=8, hidden=8)),
        "aligner": FrameClassifier(8),
        "selection": SentenceReference(8, 1),
    }
    prosody = np.eye(3, 64, dtype=np.float32)
    files = {
        "index.npz": index_bytes(prosody, texts, prosody.mean(axis=0)),
        "sentences.json": json.dumps([[f"s{i}", text] for i, text in enumerate(SENTENCES)]).encode(),
    }
    return {
        name: write_untrained(spec(name, network, files if name == "selection" else {}), folder / name)
        for name, network in networks.items()
    }
