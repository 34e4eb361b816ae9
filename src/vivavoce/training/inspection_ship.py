"""`python -m vivavoce.training.inspection_ship NAME …`: inspection networks as addons, with thresholds and a card."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.blocks import write_addon
from vivavoce.training.export import export_network
from vivavoce.training.inspection_shipments import SHIPMENTS, Export, Shipment
from vivavoce.training.provenance import recipe
from vivavoce.training.run import load_average


def ship(name: str, runs: Path, folder: Path, hardware: str) -> Mapping[str, float]:
    """Write the addon `name` into `folder` from `runs/name`; returns its figures on development data."""
    network, made = SHIPMENTS[name](recipe(name), runs / "inspection" / name)
    trained = load_average(runs / name, network)
    shipment = made(network)
    description = {
        "name": name,
        "kind": "inspection",
        "summary": shipment.summary,
        "licence": "Apache-2.0",
        "attribution": shipment.credits,
        "provenance": {
            "data": ["defects simulated in development clips (see CARD.md)"],
            "recipe": f"vivavoce/training/recipes/{name}.toml",
            "steps": trained["step"],
            "hardware": f"{hardware}, {trained['minutes']:.1f} minutes",
            "figures": {key: round(float(value), 4) for key, value in shipment.figures.items()},
        },
        "inputs": {key: value for export in shipment.exports.values() for key, value in _inputs(export).items()},
        "networks": {
            network_name: {"file": f"{network_name}.onnx", "role": "encoder"} for network_name in shipment.exports
        },
        "stack": [{"type": "Encoders"}],
        "details": {key: round(float(value), 5) for key, value in shipment.details.items()},
    }
    with tempfile.TemporaryDirectory() as temporary:
        contents: dict[str, bytes | Path] = {"CARD.md": _card(name, shipment, description["provenance"]).encode()}
        for network_name, export in shipment.exports.items():
            path = Path(temporary) / f"{network_name}.onnx"
            inputs = tuple(export.inputs.values())
            export_network(export.network.eval(), inputs, tuple(export.inputs), export.outputs, export.axes, path)
            contents[path.name] = path
        write_addon(folder, description, contents)
    return shipment.figures


def _inputs(export: Export) -> dict[str, dict[str, Any]]:
    """The exported network's inputs as `addon.json` describes them."""
    described = {}
    for name, tensor in export.inputs.items():
        free = export.axes.get(name, {})
        shape = [free.get(axis, size) for axis, size in enumerate(tensor.shape)]
        described[name] = {"dtype": str(tensor.dtype).removeprefix("torch."), "shape": shape}
    return described


def _card(name: str, shipment: Shipment, provenance: Mapping[str, Any]) -> str:
    figures = "\n".join(f"- {key}: {value:.4g}" for key, value in shipment.figures.items())
    details = "\n".join(f"- {key}: {value:.4g}" for key, value in shipment.details.items())
    return (
        f"# {name}\n\n{shipment.summary}.\n\n{shipment.notes}\n\n{shipment.credits}.\n\n"
        f"Trained for {provenance['steps']} steps on {provenance['hardware']}, by `{provenance['recipe']}`.\n\n"
        f"On simulated defects in clips that were not trained on:\n\n{figures}\n\nIts decisions use:\n\n{details}\n\n"
        f"Limits and cases in which it fails: see the docstring of `vivavoce.inspection.defects.{name}.detect`.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.inspection_ship", description=__doc__)
    parser.add_argument("names", nargs="+", choices=list(SHIPMENTS))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--addons", type=Path, default=Path(str(files("vivavoce.addons"))))
    parser.add_argument("--hardware", default="CPU, 2 cores")
    arguments = parser.parse_args()
    for name in arguments.names:
        figures = ship(name, arguments.runs, arguments.addons / name, arguments.hardware)
        print(name, {key: round(float(value), 4) for key, value in figures.items()})


if __name__ == "__main__":
    main()
