"""The one writer of addons: a product's `AddonSpec`, and the runs behind it, become a folder with networks and card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vivavoce.blocks import Addon, load_addon, write_addon
from vivavoce.blocks.addon import MANIFEST_FILE
from vivavoce.files import write_text
from vivavoce.training.core.checkpoint import load_checkpoint
from vivavoce.training.core.model_cards import CARD, CardText, card, put_values
from vivavoce.training.core.onnx_export import NetworkExport


@dataclass(frozen=True, kw_only=True)
class ReadyNetwork:
    """A network that is ONNX already: cut from another model, or quantised."""

    onnx: bytes
    role: str = "encoder"


@dataclass(frozen=True, kw_only=True)
class AddonSpec:
    """All that an addon says, but where its weights come from: that is read from the checkpoints."""

    name: str
    kind: str
    summary: str
    """One line without a full stop."""
    attribution: str
    data: tuple[str, ...]
    """Names of the corpora, or a phrase."""
    networks: Mapping[str, NetworkExport | ReadyNetwork]
    stack: Any = field(default_factory=lambda: [{"type": "Encoders"}])
    """None for an addon whose networks no stack runs."""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of `addon.json`: `inputs` (else those of the networks), `upstream`, `config`, `sample_rate_hz` …"""
    details: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    """On held-out data, by name with the unit in it."""
    licence: str = "Apache-2.0"
    card: CardText = field(default_factory=CardText)
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, such as a NOTICE."""


def export_addon(spec: AddonSpec, folder: Path, runs: Sequence[Path], hardware: str) -> Addon:
    """Write the addon that came out of `runs`, the last of which is its own. Nothing is written if it cannot be loaded.

    Raises `InputError`.
    """
    checkpoints = {run.name: load_checkpoint(run) for run in runs}
    trained = [
        {"recipe": name, "steps": point.step, "minutes": round(point.seconds / 60, 1)}
        for name, point in checkpoints.items()
    ]
    provenance = {
        "data": list(spec.data),
        "recipe": runs[-1].name,
        "steps": sum(run["steps"] for run in trained),
        "hardware": f"{hardware}, {sum(run['minutes'] for run in trained):.0f} minutes",
        "figures": {name: round(float(value), 4) for name, value in spec.metrics.items()},
        "settings": {name: point.recipe for name, point in checkpoints.items()},
    }
    return write_spec(spec, folder, provenance, {**spec.details, "runs": trained})


def export_untrained(spec: AddonSpec, folder: Path, origin: str = "draft") -> Addon:
    """Write the addon of networks with no run behind them: converted from what others trained, as `origin` says, or a
    draft that is measured before it is exported."""
    provenance = {"data": list(spec.data), "recipe": origin, "steps": 0, "hardware": "none, weights as published"}
    return write_spec(spec, folder, provenance, spec.details)


def write_spec(spec: AddonSpec, folder: Path, provenance: Mapping[str, Any], details: Mapping[str, Any]) -> Addon:
    """Write an addon and its card. Raises `InputError`, with nothing written, if it could not be loaded."""
    manifest: dict[str, Any] = {
        "name": spec.name,
        "kind": spec.kind,
        "summary": spec.summary,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "provenance": provenance,
        "networks": {name: {"file": f"{name}.onnx", "role": network.role} for name, network in spec.networks.items()},
        **({"inputs": _inputs(spec.networks), "stack": spec.stack} if spec.stack else {}),
        **spec.manifest,
        "details": details,
    }
    contents: dict[str, bytes | Path] = {f"{name}.onnx": onnx_of(network) for name, network in spec.networks.items()}
    addon = write_addon(folder, manifest, {**contents, **spec.files})
    write_text(folder / CARD, card(addon.manifest, spec.card))
    return addon


def update_details(folder: Path, details: Mapping[str, float], metrics: Mapping[str, float]) -> Addon:
    """Put other numbers into an addon that is there: of `details`, of the figures of its provenance, of its card."""
    addon = load_addon(folder)
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    contents: dict[str, bytes | Path] = {name: addon.read(name) for name in manifest.pop("files")}
    del manifest["format_version"]
    manifest["details"].update(details)
    manifest["provenance"].setdefault("figures", {}).update(metrics)
    text = put_values((folder / CARD).read_text(encoding="utf-8"), details)
    if CARD in contents:
        contents[CARD] = text.encode()
    updated = write_addon(folder, manifest, contents)
    write_text(folder / CARD, text)
    return updated


def onnx_of(network: NetworkExport | ReadyNetwork) -> bytes:
    """A network of a spec as ONNX."""
    return network.to_onnx() if isinstance(network, NetworkExport) else network.onnx


def _inputs(networks: Mapping[str, NetworkExport | ReadyNetwork]) -> dict[str, Any]:
    traced = [network for network in networks.values() if isinstance(network, NetworkExport)]
    return {name: entry for network in traced for name, entry in network.manifest_inputs().items()}
