"""An addon before it is written: its networks and all that it says of itself, as training and importers describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vivavoce.blocks.addon import Addon
from vivavoce.blocks.model_card import CARD, CardText, model_card
from vivavoce.blocks.writing import write_addon
from vivavoce.files import write_text


class SpecNetwork(Protocol):
    """A network that can be written: one to trace, see `vivavoce.training.core.onnx_export`, or one that is ready."""

    @property
    def role(self) -> str:
        """What it is to the stack, see `blocks`."""
        ...

    def to_onnx(self) -> bytes:
        """The network as ONNX."""
        ...

    def manifest_inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """Its inputs as `addon.json` describes them; empty where the addon says them itself."""
        ...


@dataclass(frozen=True, kw_only=True)
class ReadyNetwork:
    """A network that is ONNX already: cut from another model, or quantised."""

    onnx: bytes
    role: str = "encoder"

    def to_onnx(self) -> bytes:
        return self.onnx

    def manifest_inputs(self) -> Mapping[str, Mapping[str, Any]]:
        return {}


@dataclass(frozen=True, kw_only=True)
class AddonSpec:
    """All that an addon says, but where its weights come from."""

    name: str
    kind: str
    summary: str
    """One line without a full stop."""
    attribution: str
    data: tuple[str, ...]
    """Names of the corpora, or a phrase."""
    networks: Mapping[str, SpecNetwork]
    stack: Any = field(default_factory=lambda: [{"type": "Encoders"}])
    """None for an addon whose networks no stack runs."""
    manifest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further keys of `addon.json`: `inputs` (else those of the networks), `upstream`, `config`, `sample_rate_hz` …"""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """On held-out data, by name with the unit in it."""
    licence: str = "Apache-2.0"
    card: CardText = field(default_factory=CardText)
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """Further files, such as a NOTICE."""


def write_spec(spec: AddonSpec, folder: Path, provenance: Mapping[str, Any], details: Mapping[str, Any]) -> Addon:
    """Write an addon and its card. Raises `InputError`, with nothing written, if it could not be loaded."""
    inputs = {name: entry for network in spec.networks.values() for name, entry in network.manifest_inputs().items()}
    manifest: dict[str, Any] = {
        "name": spec.name,
        "kind": spec.kind,
        "summary": spec.summary,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "provenance": provenance,
        "networks": {name: {"file": f"{name}.onnx", "role": network.role} for name, network in spec.networks.items()},
        **({"inputs": inputs, "stack": spec.stack} if spec.stack else {}),
        **spec.manifest,
        "details": details,
    }
    contents: dict[str, bytes | Path] = {f"{name}.onnx": network.to_onnx() for name, network in spec.networks.items()}
    addon = write_addon(folder, manifest, {**contents, **spec.files})
    write_text(folder / CARD, model_card(addon.manifest, spec.card))
    return addon


def write_untrained(spec: AddonSpec, folder: Path, origin: str = "draft") -> Addon:
    """Write the addon of networks with no run behind them: converted from what others trained, as `origin` says, or a
    draft that is measured before it is exported."""
    provenance = {"data": list(spec.data), "recipe": origin, "steps": 0, "hardware": "none, weights as published"}
    return write_spec(spec, folder, provenance, spec.details)
