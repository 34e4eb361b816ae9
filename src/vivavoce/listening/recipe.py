"""A test in a few lines: which systems say or carry what, and how people are asked. Read from YAML or options."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object
from vivavoce.listening.definition import Choice, Kind, Listening, Question, Switching
from vivavoce.listening.items import Item, check_items, read_items, recordings

QUESTIONS = {
    Kind.MUSHRA: "How natural does each of these sound?",
    Kind.BS1116: "One of the two is the reference. Rate the other against it; the reference keeps 5.0.",
    Kind.ABX: "Is X the same as A or the same as B?",
    Kind.AB: "Which do you prefer?",
    Kind.CCR: "How does the second sound compared with the first?",
    Kind.MOS: "How would you rate what you hear?",
    Kind.TRANSCRIPTION: "Write down what you hear.",
    Kind.IDENTITY: "Which of the two sounds more like the speaker of the reference?",
}


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """One system: files that are there, or what vivavoce is to do."""

    name: str
    files: Path | None = None
    """Folder with a sound for each item."""
    prosody: str = "none"
    by: str | None = None
    """What a selection goes by: syntax, bert or both."""
    speaker: str | None = None
    voice: str | None = None
    text: str | None = None
    """What is said instead of the item's text: a speaker's voice to compare with."""
    copied: bool = False
    """Whether the speaker copies the prosody of the item's recording."""
    original: bool = False
    """Whether it is the item's recording as it is."""
    network: bool = False
    """Whether the item's recording is sent through a network."""
    lost: bool = True
    lbrr: bool = False
    redundancy: float = 0.0
    """Seconds of the past in each packet."""
    codec: str | None = None
    """How that past is coded: `dred`, `vivavoce`, or an addon."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole test before anything is rendered."""

    id: str
    systems: tuple[SystemSpec, ...]
    items: tuple[Item, ...]
    name: str = ""
    kind: Kind = Kind.MUSHRA
    question: str = ""
    guidelines: str = ""
    """What the words of the scale mean, shown with every trial."""
    baseline: str | None = None
    hidden_reference: bool = False
    named_reference: bool = True
    reference_system: str | None = None
    """A system that is the reference, where no recordings are."""
    reference_folder: Path | None = None
    """Recordings by item, or by speaker for tests of identity."""
    anchors: bool = False
    switching: Switching = Switching.RESTART
    listening: Listening = Listening.WHOLE
    loop: bool = True
    waveform: bool = True
    comment: bool = False
    unforced: str | None = None
    training: int = 0
    """How many of the items are practice before the test."""
    traps: int = 0
    introduction: str = ""
    consent: str = ""
    thanks: str = ""
    questionnaire: tuple[Question, ...] = field(default_factory=tuple)
    strict: bool = True
    rate_hz: int | None = None
    loudness_lufs: float = -23.0


EnumType = TypeVar("EnumType", Kind, Switching, Listening)
_KEYS = {"texts", "reference", "recordings", "rate", "speaker", "voice", *(one.name for one in fields(Recipe))} - {
    "items", "reference_folder", "rate_hz"
}  # fmt: skip
_TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str, "name": str, "question": str, "guidelines": str, "baseline": str, "named_reference": bool,
    "hidden_reference": bool,
    "reference_system": str, "anchors": bool, "loop": bool, "waveform": bool, "comment": bool, "unforced": str,
    "training": int, "traps": int, "introduction": str, "consent": str, "thanks": str, "strict": bool,
    "loudness_lufs": (int, float),
}  # fmt: skip


def recipe_of(value: dict[str, Any], place: str, folder: Path) -> Recipe:
    """A recipe out of a mapping; paths are relative to `folder`. Raises `InputError` naming the key that is wrong."""
    if unknown := sorted(set(map(str, value)) - _KEYS):
        raise InputError(f"{place}: unknown {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}")
    systems = _systems(value, place, folder)
    items = _items(value, place, folder, systems)
    reference = folder / str(value["reference"]) if value.get("reference") else None
    plain: dict[str, Any] = {key: value[key] for key in _TYPES if key in value}
    for key, one in plain.items():
        if not isinstance(one, _TYPES[key]) or (isinstance(one, bool) and _TYPES[key] is not bool):
            raise InputError(f"{place}: {key}: {one!r} is not what belongs there")
    kind = _choice(Kind, value.get("kind", "mushra"), f"{place}: kind")
    hidden = kind in (Kind.MUSHRA, Kind.BS1116, Kind.ABX) and bool(reference or value.get("reference_system"))
    plain = {"id": Path(place).stem, "hidden_reference": hidden, **plain}
    recipe = Recipe(
        systems=systems, items=items, kind=kind, reference_folder=reference,
        switching=_choice(Switching, value.get("switching", "restart"), f"{place}: switching"),
        listening=_choice(Listening, value.get("listening", "whole"), f"{place}: listening"),
        questionnaire=tuple(_question(one, place) for one in value.get("questionnaire") or ()),
        rate_hz=read_rate(value.get("rate"), f"{place}: rate"),
        **plain,
    )  # fmt: skip
    return _check_recipe(recipe, place)


def _check_recipe(recipe: Recipe, place: str) -> Recipe:
    names = [system.name for system in recipe.systems]
    for key, name in (("baseline", recipe.baseline), ("reference_system", recipe.reference_system)):
        if name is not None and name not in names:
            raise InputError(f'{place}: {key}: there is no system "{name}"')
    if recipe.kind is not Kind.MOS and recipe.traps:
        raise InputError(f"{place}: traps belong to a test of kind mos")
    if not 0 <= recipe.training < len(recipe.items):
        raise InputError(f"{place}: training: give fewer items than there are ({len(recipe.items)})")
    if recipe.anchors and not recipe.hidden_reference:
        raise InputError(f"{place}: anchors are made of the reference, and it is missing")
    if recipe.kind is Kind.IDENTITY and not recipe.reference_folder:
        raise InputError(f"{place}: a test of identity needs a reference: recordings of the speakers")
    question = recipe.question or QUESTIONS.get(recipe.kind, "")
    return replace(recipe, question=question, name=recipe.name or recipe.id)


def _systems(value: dict[str, Any], place: str, folder: Path) -> tuple[SystemSpec, ...]:
    systems = value.get("systems")
    if not is_object(systems) or not systems:
        raise InputError(f"{place}: systems: expected names, and what each is")
    shared = {key: value[key] for key in ("speaker", "voice") if value.get(key)}
    made: list[SystemSpec] = []
    known = {one.name: one for one in fields(SystemSpec)}
    for name, said in systems.items():
        spec: Any = {"prosody": name} if said is None else {"files": said} if isinstance(said, str) else said
        if not is_object(spec) or set(spec) - set(known):
            raise InputError(f"{place}: systems: {name}: known are {', '.join(sorted(set(known) - {'name'}))}")
        if "files" in spec:
            spec = {**spec, "files": folder / str(spec["files"])}
        made.append(SystemSpec(str(name), **{**shared, **spec}))
    return tuple(made)


def _items(value: dict[str, Any], place: str, folder: Path, systems: tuple[SystemSpec, ...]) -> tuple[Item, ...]:
    texts = value.get("texts")
    if is_list(texts):
        items = [Item(f"{number:02}", str(text)) for number, text in enumerate(texts, 1)]
    elif isinstance(texts, str):
        items = read_items(folder / texts)
    elif texts is None:
        files = [system.files for system in systems if system.files]
        if not files:
            raise InputError(f"{place}: texts: expected a file of texts, or systems that are folders of sounds")
        items = [Item(name) for name in recordings(files[0])]
    else:
        raise InputError(f"{place}: texts: expected a file or a list")
    if value.get("recordings"):
        found = recordings(folder / str(value["recordings"]))
        items = [replace(item, recording=item.recording or found.get(item.id)) for item in items]
    return tuple(check_items(items, place))


def _question(value: Any, place: str) -> Question:
    if not is_object(value) or not isinstance(value.get("name"), str):
        raise InputError(f"{place}: questionnaire: each field needs a name")
    choices: Any = value.get("choices") or []
    if not is_list(choices):
        raise InputError(f"{place}: questionnaire: {value['name']}: choices: expected a list")
    kind = "choice" if choices else str(value.get("type", "text"))
    if kind not in ("text", "number", "choice"):
        raise InputError(f"{place}: questionnaire: {value['name']}: type is text or number")
    label = str(value.get("label", value["name"]))
    return Question(
        value["name"], label, kind, tuple(Choice(str(one), str(one)) for one in choices), value.get("optional") is True
    )


def _choice(kind: type[EnumType], value: Any, place: str) -> EnumType:
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"{place}: {value!r} is not one of {', '.join(kind)}") from None


def read_rate(value: Any, place: str) -> int | None:
    """Hz, 8000 to 192000; `place` is where it was said. Raises `InputError`."""
    if value is None:
        return None
    if not isinstance(value, int) or not 8_000 <= value <= 192_000:
        raise InputError(f"{place}: give 8000 to 192000 Hz")
    return value
