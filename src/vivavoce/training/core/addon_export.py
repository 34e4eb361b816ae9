"""From a trained product's `AddonSpec`, and the runs behind it, to a folder with networks and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vivavoce.blocks import Addon, load_addon, rewrite_addon
from vivavoce.blocks.addon_spec import AddonSpec, write_spec
from vivavoce.blocks.model_card import CARD, put_data, put_values
from vivavoce.blocks.writing import revise_manifest
from vivavoce.files import write_text
from vivavoce.training.core.checkpoint import load_checkpoint
from vivavoce.training.corpora.descriptions import CORPORA


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
    described = replace(spec, card=replace(spec.card, corpora={**CORPORA, **spec.card.corpora}))
    return write_spec(described, folder, provenance, {**spec.details, "runs": trained})


def update_details(folder: Path, details: Mapping[str, float], metrics: Mapping[str, float]) -> Addon:
    """Put other numbers into an addon that is there: of `details`, of the figures of its provenance, of its card."""
    card = folder / CARD
    write_text(card, put_values(card.read_text(encoding="utf-8"), details))

    def put(manifest: dict[str, Any]) -> None:
        manifest["details"].update(details)
        manifest["provenance"].setdefault("figures", {}).update(metrics)

    rewrite_addon(folder)
    return revise_manifest(folder, put)


def update_data(folder: Path, data: Sequence[str]) -> Addon:
    """Put another description of what it learned from into an addon that is there, and into its card."""
    card, old = folder / CARD, load_addon(folder).manifest.provenance.data
    write_text(card, put_data(card.read_text(encoding="utf-8"), old, data))
    rewrite_addon(folder)
    return revise_manifest(folder, lambda manifest: manifest["provenance"].update(data=list(data)))
