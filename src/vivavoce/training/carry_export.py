"""`python -m vivavoce.training.carry_export`: the vocoder and the predictor of `redundancy/` as addons."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vivavoce.blocks.writing import write_addon
from vivavoce.redundancy.concealment.plc_predictor import ADDON as PREDICTOR
from vivavoce.redundancy.concealment.plc_vocoder import ADDON as VOCODER
from vivavoce.redundancy.features import RATE_HZ, WIDTH
from vivavoce.training.cards import write_card
from vivavoce.training.export import export_streaming
from vivavoce.training.networks.carry_vocoder import CarryVocoderNetwork
from vivavoce.training.networks.predictor import PredictorNetwork
from vivavoce.training.provenance import provenance, recipe
from vivavoce.training.run import load_average

ATTRIBUTION = (
    "Voice of Kathleen (dataset-voice-kathleen, CC0 1.0), dataset-voice-kerstin and dataset-voice-nathalie (CC0 1.0), "
    "speechocean762, and six synthetic voices spoken by Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), "
    "LJ Speech (public domain) and templates (CC0)"
)
SUMMARIES = {
    VOCODER: "Causal vocoder at 16 kHz: acoustic features to sound that goes on from what was heard",
    PREDICTOR: "Guesses the acoustic features of lost frames",
}


class VocoderMaps(nn.Module):
    """The vocoder's network with its states in a row."""

    outputs = ("pulse", "phase", "noise", "breath")

    def __init__(self, network: CarryVocoderNetwork) -> None:
        super().__init__()
        self.network = network

    def initial_states(self) -> list[Tensor]:
        return self.network.initial_states(1)

    def forward(self, features: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        *maps, following = self.network(features, list(states))
        return *maps, *following


def export_carry_vocoder(network: CarryVocoderNetwork, path: Path) -> None:
    """Write the vocoder as ONNX, with its states as inputs and outputs."""
    export_streaming(VocoderMaps(network.eval()), {"features": torch.zeros(1, 20, WIDTH)}, path)


def export_predictor(network: PredictorNetwork, path: Path) -> None:
    """Write the predictor as ONNX, with its states as inputs and outputs."""
    export_streaming(network.eval(), {"features": torch.zeros(1, 20, WIDTH), "age": torch.zeros(1, 20)}, path)


def write_carry_addon(folder: Path, name: str, network: bytes, origin: Mapping[str, Any]) -> None:
    """Write the addon `name`, "carry-vocoder" or "predictor", around its ONNX network.

    `origin` holds the keys `provenance` and `details` of `addon.json`.
    """
    role = "vocoder" if name == VOCODER else "predictor"
    upstream: dict[str, Any] = {"features": {"dtype": "float32", "shape": [1, "frames", WIDTH]}}
    if name == PREDICTOR:
        upstream["age"] = {"dtype": "float32", "shape": [1, "frames"]}
    description = {
        "name": name,
        "kind": name,
        "summary": SUMMARIES[name],
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        **origin,
        "sample_rate_hz": RATE_HZ,
        "inputs": {},
        "upstream": upstream,
        "stack": [{"type": "StreamingNetwork", "network": role}],
        "networks": {role: {"file": f"{role}.onnx", "role": role}},
    }
    write_addon(folder, description, {f"{role}.onnx": network})


def ship(runs: Path, addons: Path, names: list[str], hardware: str) -> None:
    """Export the averaged weights of `runs/<name>` to `addons/<name>`."""
    for name in names:
        config = recipe(name)
        network = CarryVocoderNetwork(**config["network"]) if name == VOCODER else PredictorNetwork(**config["network"])
        load_average(runs / name, network)
        data = list(config["data"].get("shares") or config["data"]["corpora"])
        origin = provenance(runs, [name], data, hardware, _last_losses(runs / name))
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "network.onnx"
            if isinstance(network, CarryVocoderNetwork):
                export_carry_vocoder(network, path)
            else:
                export_predictor(network, path)
            write_carry_addon(addons / name, name, path.read_bytes(), origin)
        write_card(addons / name)


def _last_losses(run: Path) -> dict[str, float]:
    """The last line of a run's curve, where `dev` is of recordings kept from training; a short run has none."""
    curve = run / "curve.jsonl"
    if not curve.exists():
        return {}
    last = json.loads(curve.read_text(encoding="utf-8").splitlines()[-1])
    named = {"held_out_lost_features" if key == "dev" else f"train_{key}": float(value) for key, value in last.items()}
    return {key: value for key, value in named.items() if key not in ("train_step", "train_minutes")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=[VOCODER, PREDICTOR], help="which of the two; both if none is named"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--addons", type=Path, default=Path(str(files("vivavoce.addons"))))
    parser.add_argument("--hardware", default="CPU")
    arguments = parser.parse_args()
    ship(arguments.runs, arguments.addons, arguments.names, arguments.hardware)


if __name__ == "__main__":
    main()
