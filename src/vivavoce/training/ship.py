"""`python -m vivavoce.training ship`: the averaged weights of the runs, exported as the addons that are shipped."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.blocks.writing import write_addon
from vivavoce.features import BANDS, RATE_HZ
from vivavoce.training.export import export_acoustic, export_vocoder
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.networks.vocoder import VocoderNetwork
from vivavoce.training.run import load_average
from vivavoce.training.utterances import SPEAKERS
from vivavoce.voice.layout import SENTENCE_PROSODY, WORD_PROSODY

ARTICLE_STACK = [
    {
        "type": "StreamablePipeline",
        "sequence_block": {"type": "Encoders"},
        "streamable_block": {"type": "StreamableStack", "stack": [{"type": "Upsampler"}, {"type": "Decoder"}]},
    }
]
ATTRIBUTION = (
    "Voice of Kathleen (dataset-voice-kathleen, CC0 1.0) and six synthetic voices spoken by Kokoro-82M (Apache-2.0) "
    "over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) and templates (CC0)"
)


def ship(runs: Path, addons: Path, hardware: str) -> None:
    """Write `addons/vivavoce` and `addons/vocoder` from `runs/joint`, or where that is missing from its two starts."""
    joint = (runs / "joint" / "checkpoint.pt").exists()
    _ship_acoustic(runs / ("joint" if joint else "acoustic"), addons / "vivavoce", hardware)
    _ship_vocoder(runs / ("joint" if joint else "vocoder"), addons / "vocoder", hardware)


def recipe(name: str) -> dict[str, Any]:
    return tomllib.loads(files("vivavoce.training.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _ship_acoustic(run: Path, folder: Path, hardware: str) -> None:
    config = recipe("acoustic")
    model = AcousticModel(len(SPEAKERS), **config["network"])
    trained = load_average(run, model, part="average_model" if run.name == "joint" else "average")
    per_token = [1, "tokens"]
    floats = {name: {"dtype": "float32", "shape": per_token} for name in ("rate", "pitch_shift", "pitch_range", "gain")}
    description = {
        "name": "vivavoce",
        "kind": "voice",
        "summary": "Kathleen, a real person, and six synthetic voices of US and British English",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        "provenance": _provenance(config["data"]["corpora"], "acoustic", trained, hardware, run),
        "sample_rate_hz": RATE_HZ,
        "speakers": list(SPEAKERS),
        "inputs": {
            "symbols": {"dtype": "int64", "shape": per_token},
            "stress": {"dtype": "int64", "shape": per_token},
            "speaker": {"dtype": "int64", "shape": [1]},
            "sentence_prosody": {"dtype": "float32", "shape": [1, SENTENCE_PROSODY]},
            "word_prosody": {"dtype": "float32", "shape": [1, "tokens", WORD_PROSODY]},
            "gaps": {"dtype": "bool", "shape": per_token},
            "silence": {"dtype": "int64", "shape": per_token},
            **floats,
        },
        "config": {
            "Decoder": {"delay": model.decoder.delay},
            "Upsampler": {"encoded_width": config["network"]["encoded"]},
        },
        "stack": ARTICLE_STACK,
    }
    with tempfile.TemporaryDirectory() as temporary:
        networks = export_acoustic(model, Path(temporary))
        description["networks"] = {
            name: {"file": file, "role": "encoder" if name.endswith("encoder") else "decoder"}
            for name, file in networks.items()
        }
        write_addon(folder, description, {file: Path(temporary) / file for file in networks.values()})


def _ship_vocoder(run: Path, folder: Path, hardware: str) -> None:
    config = recipe("vocoder")
    network = VocoderNetwork(**config["network"])
    trained = load_average(run, network, part="average_network" if run.name == "joint" else "average")
    description = {
        "name": "vocoder",
        "kind": "vocoder",
        "summary": "Universal vocoder: mel, pitch and voicing to 24 kHz sound, any speaker",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION + "; dataset-voice-kerstin and dataset-voice-nathalie (CC0 1.0), speechocean762",
        "provenance": _provenance(list(config["data"]["shares"]), "vocoder", trained, hardware, run),
        "sample_rate_hz": RATE_HZ,
        "inputs": {},
        "upstream": {
            "mel": {"dtype": "float32", "shape": [1, "frames", BANDS]},
            "log_f0": {"dtype": "float32", "shape": [1, "frames"]},
            "voiced": {"dtype": "float32", "shape": [1, "frames"]},
        },
        "config": {"Vocoder": {"delay": network.delay}},
        "stack": [{"type": "Vocoder"}],
    }
    with tempfile.TemporaryDirectory() as temporary:
        networks = export_vocoder(network, Path(temporary))
        description["networks"] = {name: {"file": file, "role": "vocoder"} for name, file in networks.items()}
        write_addon(folder, description, {file: Path(temporary) / file for file in networks.values()})


def _provenance(data: list[str], name: str, trained: Mapping[str, Any], hardware: str, run: Path) -> dict[str, Any]:
    last = json.loads((run / "curve.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    figures = {f"train_{key}": float(value) for key, value in last.items() if key not in ("step", "minutes")}
    return {
        "data": data,
        "recipe": f"vivavoce/training/recipes/{name}.toml",
        "steps": trained["step"],
        "hardware": f"{hardware}, {trained['minutes']:.0f} minutes",
        "figures": figures,
    }
