"""The voice with the encoders of stage I: built with them, or given them while all its other networks stay."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from vivavoce.blocks import Addon, load_addon, write_addon
from vivavoce.blocks.addon import MANIFEST_FILE
from vivavoce.training.acoustic import token_losses
from vivavoce.training.export import DurationNetwork, MelodyNetwork, export_encoder
from vivavoce.training.held_out import Figures, Material
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.prosody.dataset import centres, spoken_sentences, token_tensors
from vivavoce.training.prosody.stage_one import StageOne, stage_one
from vivavoce.training.provenance import provenance, recipe

_EMBEDDINGS = ("sentence_prosody", "word_prosody")
_BATCH = 48


def follow_prosody(model: AcousticModel, runs: Path) -> None:
    """Give the voice the encoders of the run `prosody`, and a text encoder that is deaf to embeddings.

    The text encoder never met one, so what its weights make of it would be noise.
    """
    stage = _trained(runs)
    model.duration, model.melody = stage.encoders.duration, stage.encoders.melody
    nn.init.zeros_(model.text.embedding.sentence.weight)
    nn.init.zeros_(model.text.embedding.word.weight)


def give_prosody(folder: Path, material: Material, hardware: str) -> Addon:
    """Do the same to the shipped addon of a voice, so that prosody can be shipped while the voice trains on."""
    shipped = load_addon(folder)
    stage = _trained(material.runs)
    description = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    files: dict[str, bytes | Path] = {name: shipped.read(name) for name in shipped.manifest.files}
    places = {name: network.file for name, network in shipped.manifest.networks.items()}
    files[places["text_encoder"]] = deaf(shipped.read(places["text_encoder"]))
    with tempfile.TemporaryDirectory() as temporary:
        for name, network in (
            ("duration_encoder", DurationNetwork(stage.encoders.duration)),
            ("melody_encoder", MelodyNetwork(stage.encoders.melody)),
        ):
            files[places[name]] = export_encoder(network, Path(temporary) / places[name])
        taught = _with_run(
            description, provenance(material.runs, ("prosody",), [], hardware, _figures(stage, material))
        )
        return write_addon(folder, taught, files)


def _trained(runs: Path) -> StageOne:
    return stage_one(runs / "prosody", recipe("prosody"), trained=True).eval()


def deaf(network: bytes) -> bytes:
    """The text encoder with nothing where it heard embeddings."""
    model = onnx.load_from_string(network)
    heard = {node.input[1] for node in model.graph.node if node.op_type == "MatMul" and node.input[0] in _EMBEDDINGS}
    stored = {node.input[0] for node in model.graph.node if node.op_type == "Cast" and node.output[0] in heard}
    for weight in model.graph.initializer:
        if weight.name in heard | stored:
            weight.CopyFrom(numpy_helper.from_array(np.zeros_like(numpy_helper.to_array(weight)), weight.name))
    return model.SerializeToString()


def _with_run(description: dict[str, Any], taught: dict[str, Any]) -> dict[str, Any]:
    """The description of the voice as it was, with the run `prosody` after those before it."""
    (run,) = taught["details"]["runs"]
    before = [r for r in description["details"]["runs"] if r["recipe"] != run["recipe"]]
    own = description["provenance"]
    machine = own["hardware"].rpartition(",")[0]
    made = {
        **own,
        "hardware": f"{machine}, {sum(r['minutes'] for r in [*before, run]):.0f} minutes",
        "steps": sum(r["steps"] for r in [*before, run]),
        "figures": own["figures"] | taught["provenance"]["figures"],
    }
    kept = {name: value for name, value in description.items() if name not in ("format_version", "files")}
    return {**kept, "provenance": made, "details": {**description["details"], "runs": [*before, run]}}


@torch.no_grad()
def _figures(stage: StageOne, material: Material) -> Figures:
    """Losses of the voice left to itself on the test sentences whose melody is a model."""
    corpora = recipe("prosody")["data"]["corpora"]
    spoken = [s for s in spoken_sentences(material.data, material.cache, material.alignment, corpora) if s.is_model]
    centre, held = centres(spoken), [s for s in spoken if s.split == "test"]
    groups = [held[start : start + _BATCH] for start in range(0, len(held), _BATCH)]
    losses = np.mean([[float(x) for x in token_losses(stage.encoders, token_tensors(g, centre))] for g in groups], 0)
    names = ("held_out_duration", "held_out_pitch", "held_out_energy")
    return {name: round(float(x), 4) for name, x in zip(names, losses, strict=True)}
