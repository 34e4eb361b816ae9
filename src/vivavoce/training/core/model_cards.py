"""Model cards: `CARD.md` of an addon, written with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vivavoce.blocks.manifest import AddonManifest
from vivavoce.training.corpora.descriptions import CORPORA

CARD = "CARD.md"


@dataclass(frozen=True, kw_only=True)
class CardText:
    """What only the author of a product can say."""

    notes: str = ""
    """How it works and was trained, in a few sentences."""
    limits: tuple[str, ...] = ()
    metric_names: Mapping[str, str] = field(default_factory=dict)
    """What the metrics are, with units: `{"mel": "mel, mean distance, nepers"}`."""


def card(manifest: AddonManifest, text: CardText) -> str:
    """The card of an addon."""
    return "\n".join(_lines(manifest, text)) + "\n"


def put_values(text: str, values: Mapping[str, float]) -> str:
    """A card with these values in its list `- name: value` in place of those that are there."""
    for name, value in values.items():
        text = re.sub(rf"^- {re.escape(name)}: .*$", f"- {name}: {value:.4g}", text, flags=re.MULTILINE)
    return text


def _lines(manifest: AddonManifest, text: CardText) -> Iterator[str]:
    made, details = manifest.provenance, manifest.details
    yield from (f"# {manifest.name}", "", f"{manifest.summary}.", "")
    yield f"- Weights: {manifest.licence}, {manifest.total_bytes / 1e6:.1f} MB. {manifest.attribution}."
    if manifest.speakers:
        yield f"- Speakers: {', '.join(speaker.name for speaker in manifest.speakers)}."
    if "runs" not in details:
        yield f"- Not trained here: {made.recipe}. Data: {', '.join(made.data)}."
    if text.notes:
        yield from ("", text.notes)
    if "runs" in details:
        yield from ("", "## Training", "", "| recipe | steps | minutes |", "|---|---|---|")
        yield from (f"| `{run['recipe']}` | {run['steps']} | {run['minutes']} |" for run in details["runs"])
        yield from ("", f"Hardware: {made.hardware}. Data, `train` splits only:", "")
        yield from (f"- `{name}`: {CORPORA[name]}" if name in CORPORA else f"- {name}" for name in made.data)
    if made.figures:
        yield from ("", "## On held-out data", "", "| | |", "|---|---|")
        yield from (f"| {text.metric_names.get(name, name)} | {value:.4g} |" for name, value in made.figures.items())
    numbers = {name: value for name, value in details.items() if isinstance(value, float)}
    if numbers:
        yield from ("", "## Decisions use", "", *(f"- {name}: {value:.4g}" for name, value in numbers.items()))
    if text.limits:
        yield from ("", "## Limits", "", *(f"- {limit}" for limit in text.limits))
