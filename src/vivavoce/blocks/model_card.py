"""Model cards: `CARD.md` of an addon, written with it. What a bench measures later is put in from `figures.json`.

`{"measured": "2026-11-21, AMD EPYC, 2 cores", "rows": [["DistillMOS, 37 test sentences", "3.9 (teacher 4.36)"]]}`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vivavoce.blocks.json_values import parse_json, read_dataclass
from vivavoce.blocks.manifest import AddonManifest
from vivavoce.errors import InputError
from vivavoce.files import write_text

CARD, FIGURES, SPLITS = "CARD.md", "figures.json", "Data, `train` splits only:"


@dataclass(frozen=True, kw_only=True)
class CardText:
    """What only the author of a product can say."""

    notes: str = ""
    """How it works and was trained, in a few sentences."""
    limits: tuple[str, ...] = ()
    metric_names: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the metrics are, with units: `{"mel": "mel, mean distance, nepers"}`."""
    corpora: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the corpora are that the data names: `{"kathleen": "a real person reading prompts"}`."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """Figures of a bench: when and where, and rows of what and how much."""

    measured: str
    rows: tuple[tuple[str, ...], ...]


def model_card(manifest: AddonManifest, text: CardText) -> str:
    """The card of an addon."""
    return "\n".join(_lines(manifest, text)) + "\n"


def put_measurements(folder: Path) -> None:
    """Put `figures.json` of an addon's folder into its card, in place of what is under "Measured".

    Raises `InputError` for a card or figures that are missing or of another form.
    """
    path, beside = folder / CARD, folder / FIGURES
    if not path.exists() or not beside.exists():
        raise InputError(f"{folder}: needs {CARD} and {FIGURES}")
    found = read_dataclass(Measurements, parse_json(beside.read_bytes(), str(beside)), str(beside))
    rows = "\n".join(f"| {' | '.join(row)} |" for row in found.rows)
    section = f"## Measured\n\n{found.measured}.\n\n| | |\n|---|---|\n{rows}\n"
    write_text(path, _with_section(path.read_text(encoding="utf-8"), section))


def put_values(text: str, values: Mapping[str, float]) -> str:
    """A card with these values in its list `- name: value` in place of those that are there."""
    for name, value in values.items():
        text = re.sub(rf"^- {re.escape(name)}: .*$", f"- {name}: {value:.4g}", text, flags=re.MULTILINE)
    return text


def put_data(text: str, old: Sequence[str], new: Sequence[str]) -> str:
    """A card that lists `new` as what was learned from, in place of `old`; one that does not list that stays."""
    before, after = ("".join(f"- {name}\n" for name in names) for names in (old, new))
    return text.replace(f"{SPLITS}\n\n{before}", f"{SPLITS}\n\n{after}")


def _with_section(text: str, section: str) -> str:
    """The section in place of the one of its heading, else before the limits, else at the end."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    heading = section.partition("\n")[0]
    kept = [part.rstrip() + "\n" for part in parts if not part.startswith(heading)]
    place = next((number for number, part in enumerate(kept) if part.startswith("## Limits")), len(kept))
    return "\n".join([*kept[:place], section, *kept[place:]])


def _lines(manifest: AddonManifest, text: CardText) -> Iterator[str]:
    made, details = manifest.provenance, manifest.details
    yield from (f"# {manifest.name}", "", f"{manifest.summary}.", "")
    yield f"- Weights: {manifest.licence}, {manifest.total_bytes / 1e6:.1f} MB. {manifest.attribution}."
    if manifest.speakers:
        yield f"- Speakers: {', '.join(speaker.name for speaker in manifest.speakers)}."
    if "runs" not in details:
        yield f"- Not trained here: {made.recipe}." + (f" Data: {', '.join(made.data)}." if made.data else "")
    if text.notes:
        yield from ("", text.notes)
    if "runs" in details:
        yield from ("", "## Training", "", "| recipe | steps | minutes |", "|---|---|---|")
        yield from (f"| `{run['recipe']}` | {run['steps']} | {run['minutes']} |" for run in details["runs"])
        yield from ("", f"Hardware: {made.hardware}. {SPLITS}", "")
        yield from (f"- `{name}`: {text.corpora[name]}" if name in text.corpora else f"- {name}" for name in made.data)
    if made.figures:
        yield from ("", "## On held-out data", "", "| | |", "|---|---|")
        yield from (f"| {text.metric_names.get(name, name)} | {value:.4g} |" for name, value in made.figures.items())
    numbers = {name: value for name, value in details.items() if isinstance(value, float)}
    if numbers:
        yield from ("", "## Decisions use", "", *(f"- {name}: {value:.4g}" for name, value in numbers.items()))
    if text.limits:
        yield from ("", "## Limits", "", *(f"- {limit}" for limit in text.limits))
