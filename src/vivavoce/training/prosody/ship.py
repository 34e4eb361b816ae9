"""The prosody systems as addons, each out of its run; called by `python -m vivavoce.training ship`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vivavoce.blocks import Addon, write_addon
from vivavoce.features import BANDS
from vivavoce.prosody.models.selection import index_bytes
from vivavoce.prosody.recording import REFERENCE_FEATURES
from vivavoce.text.embed import DIMENSION
from vivavoce.training.alignment import FrameClassifier
from vivavoce.training.held_out import Material
from vivavoce.training.networks.camp import CampNetwork
from vivavoce.training.networks.copycat import CONTOUR, CopyCatNetwork
from vivavoce.training.networks.kathaka import KathakaNetwork
from vivavoce.training.prosody.dataset import centres, spoken_sentences
from vivavoce.training.prosody.export import (
    export_aligner,
    export_camp,
    export_copycat,
    export_kathaka,
    export_sentence_reference,
    export_word_reference,
)
from vivavoce.training.prosody.stage_one import stage_one
from vivavoce.training.prosody.stage_two import Lesson, lessons
from vivavoce.training.provenance import provenance, recipe
from vivavoce.training.run import load_average
from vivavoce.training.utterances import SPEAKERS

ATTRIBUTION = (
    "Learned from the voice of Kathleen (dataset-voice-kathleen, CC0 1.0) and from six synthetic voices spoken by "
    "Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) and templates (CC0)"
)
_TOKENS: dict[str, Any] = {
    "symbols": {"dtype": "int64", "shape": [1, "tokens"]},
    "stress": {"dtype": "int64", "shape": [1, "tokens"]},
    "reference": {"dtype": "float32", "shape": [1, "tokens", REFERENCE_FEATURES]},
}
_SPEAKER: dict[str, Any] = {"speaker": {"dtype": "int64", "shape": [1]}}


def has_run(runs: Path, name: str) -> bool:
    return (runs / name / "checkpoint.pt").exists()


def ship_prosody(material: Material, addons: Path, hardware: str, only: Collection[str] = ()) -> list[Addon]:
    """Write an addon for every prosody system that has been trained, or those of the names `only`."""
    shipped: list[Addon] = []
    systems: dict[str, Callable[[Material, Path, str], Addon]] = {
        "kathaka": _ship_kathaka, "kathaka-text": _ship_kathaka, "kathaka-tree": _ship_kathaka, "camp": _ship_camp,
        "camp-bert": _ship_camp, "camp-syntax": _ship_camp, "copycat": _ship_copycat, "copycat-open": _ship_copycat,
        "aligner": _ship_aligner,
    }  # fmt: skip
    for name, ship in systems.items():
        if has_run(material.runs, name) and (not only or name in only):
            # ablations serve the bench: they lie beside their run, not in the package
            folder = addons / name if "-" not in name else material.runs / name / "addon" / name
            shipped.append(ship(material, folder, hardware))
    if has_run(material.runs, "prosody") and (not only or "selection" in only):
        shipped.append(_ship_selection(material, addons / "selection", hardware))
    return shipped


def _ship_kathaka(material: Material, folder: Path, hardware: str) -> Addon:
    network = KathakaNetwork(len(SPEAKERS), **recipe(folder.name)["network"])
    load_average(material.runs / folder.name, network)
    stage = stage_one(material.runs / "prosody", recipe("prosody"), trained=True)
    description = {
        **_described(material, folder.name, ("prosody", folder.name), hardware),
        "summary": "Kathaka: the prosody of a sentence from its words and its constituency tree",
        "inputs": {
            "sentence": {"dtype": "float32", "shape": [1, DIMENSION]},
            "labels": {"dtype": "int64", "shape": [1, "nodes"]},
            "edges": {"dtype": "int64", "shape": [1, "nodes", "nodes"]},
            **_SPEAKER,
        },
    }
    return write_system(folder, description, "sampler", lambda path: export_kathaka(network, path), {
        "reference": lambda path: export_sentence_reference(stage.sentence, path),
    })  # fmt: skip


def _ship_camp(material: Material, folder: Path, hardware: str) -> Addon:
    network = CampNetwork(len(SPEAKERS), **recipe(folder.name)["network"])
    load_average(material.runs / folder.name, network)
    stage = stage_one(material.runs / "prosody", recipe("prosody"), trained=True)
    description = {
        **_described(material, folder.name, ("prosody", folder.name), hardware),
        "summary": "CAMP: the prosody of each word from the words around it and what they do in the sentence",
        "inputs": {
            "words": {"dtype": "float32", "shape": [1, "words", DIMENSION]},
            "features": {"dtype": "int64", "shape": [1, "words", 6]},
            **_SPEAKER,
        },
    }
    return write_system(folder, description, "predictor", lambda path: export_camp(network, path), {
        "reference": lambda path: export_word_reference(stage.word, path),
    })  # fmt: skip


def _ship_copycat(material: Material, folder: Path, hardware: str) -> Addon:
    network = CopyCatNetwork(len(SPEAKERS), **recipe(folder.name)["network"])
    load_average(material.runs / folder.name, network)
    description = {
        **_described(material, folder.name, (folder.name,), hardware),
        "summary": "CopyCat: melody, loudness and timing of a recording, for another speaker",
        "inputs": {
            "contour": {"dtype": "float32", "shape": [1, "steps", CONTOUR]},
            "symbols": {"dtype": "int64", "shape": [1, "steps"]},
            "position": {"dtype": "float32", "shape": [1, "steps", 2]},
            **_SPEAKER,
        },
    }
    return write_system(folder, description, "copier", lambda path: export_copycat(network, path))


def _ship_aligner(material: Material, folder: Path, hardware: str) -> Addon:
    network = FrameClassifier(**recipe("aligner")["network"])
    load_average(material.runs / "aligner", network)
    description = {
        **_described(material, "aligner", ("aligner",), hardware),
        "summary": "Which sound each frame of a recording is: US and British English",
        "inputs": {"mel": {"dtype": "float32", "shape": [1, "steps", BANDS]}},
    }
    return write_system(folder, description, "classifier", lambda path: export_aligner(network, path))


def _ship_selection(material: Material, folder: Path, hardware: str) -> Addon:
    """The index: one row a training sentence, whoever said it first, and the centroid of all."""
    found = lessons(material.data, material.cache, material.runs, "cpu")
    kept: dict[str, Lesson] = {}
    for lesson in found.learned:
        if not lesson.spoken.is_declared:  # what was never said so is nobody's example
            kept.setdefault(lesson.spoken.text, lesson)
    rows = list(kept.values())
    index = index_bytes(
        np.stack([x.mean for x in rows]), [x.text for x in rows], np.mean([x.mean for x in found.learned], axis=0)
    )
    texts = json.dumps([[x.spoken.id, x.spoken.text] for x in rows], ensure_ascii=False).encode()
    stage = stage_one(material.runs / "prosody", recipe("prosody"), trained=True)
    description = {
        **_described(material, "selection", ("prosody",), hardware),
        "summary": "Selection: the prosody of the training sentence that is linguistically nearest, or the centroid",
        "inputs": _TOKENS,
    }
    return write_system(
        folder, description, "reference", lambda path: export_sentence_reference(stage.sentence, path), {},
        {"index.npz": index, "sentences.json": texts},
    )  # fmt: skip


def _described(material: Material, name: str, names: tuple[str, ...], hardware: str) -> dict[str, Any]:
    """What all prosody addons say of themselves."""
    corpora = recipe("prosody")["data"]["corpora"]
    spoken = spoken_sentences(material.data, material.cache, material.alignment, corpora)
    found = centres([s for s in spoken if s.is_model])
    made = provenance(material.runs, names, corpora, hardware, {})
    made["details"]["centres"] = {speaker: [c.log_f0, c.energy] for speaker, c in found.items()}
    return {
        "name": name, "kind": "aligner" if name == "aligner" else "prosody", "licence": "Apache-2.0",
        "attribution": ATTRIBUTION, "speakers": list(SPEAKERS), **made,
    }  # fmt: skip


def write_system(
    folder: Path, description: dict[str, Any], main: str, export: Callable[[Path], None],
    others: dict[str, Callable[[Path], None]] | None = None, files: dict[str, bytes] | None = None,
) -> Addon:  # fmt: skip
    """Export the network of the stack and those beside it, and write the addon."""
    with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
        contents: dict[str, bytes | Path] = dict(files or {})
        networks = {}
        for name, write in {main: export, **(others or {})}.items():
            contents[f"{name}.onnx"] = Path(temporary) / f"{name}.onnx"
            write(Path(temporary) / f"{name}.onnx")
            networks[name] = {"file": f"{name}.onnx", "role": name}
        stack = [{"type": "SequenceNetwork", "network": main}]
        return write_addon(folder, {**description, "networks": networks, "stack": stack}, contents)
