"""Profiles: what is expected of one kind of material, in a TOML file that people can read and copy.

skip = ["combing"]                  # detectors that are left out
min_score = 0.3                     # events below are dropped
[thresholds.freeze]                 # of a detector, by the names of its `Thresholds`
seconds = 2.0
[loudness]                          # each is optional, and judged where there is sound
integrated_lufs = -23.0
tolerance_lu = 0.5
max_true_peak_dbtp = -1.0
max_range_lu = 20.0
[tracks]                            # how many there are to be, each is optional
sounds = 2
sound_channels = 2                  # of every one of them
captions = 1
[levels]                            # luma as EBU R 103 has it
max_outside_percent = 1.0
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from vivavoce.errors import InputError
from vivavoce.files import read_text
from vivavoce.inspection.registry import defect_names
from vivavoce.json_types import is_list, is_object

MAX_BYTES = 1 << 16
FOLDER = "vivavoce.inspection.profiles"


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Targets of ITU-R BS.1770 figures; None is not judged."""

    integrated_lufs: float | None = None
    tolerance_lu: float = 1.0
    max_true_peak_dbtp: float | None = None
    max_range_lu: float | None = None


@dataclass(frozen=True, slots=True)
class TrackTarget:
    """How many tracks a file is to have; None is not judged."""

    sounds: float | None = None
    sound_channels: float | None = None
    captions: float | None = None


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """How much of the picture may lie outside the levels of EBU R 103, in percent."""

    max_outside_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What an inspection looks for, and the limits to which it holds a file."""

    name: str = "default"
    summary: str = ""
    skip: tuple[str, ...] = ()
    min_score: float = 0.0
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    loudness: LoudnessTarget = LoudnessTarget()
    levels: LevelTarget = LevelTarget()
    tracks: TrackTarget = TrackTarget()


Target = TypeVar("Target", LoudnessTarget, LevelTarget, TrackTarget)


def profile_names() -> tuple[str, ...]:
    """The profiles that come with the package."""
    names = (entry.name for entry in files(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_profile(name: str) -> Profile:
    """A profile by name, or by the path of a TOML file.

    Raises `InputError` that names the file and the key for what is unknown or of the wrong type.
    """
    if name in profile_names():
        return parse_profile(files(FOLDER).joinpath(f"{name}.toml").read_text(encoding="utf-8"), name)
    path = Path(name)
    if path.suffix != ".toml":
        raise InputError(f"{name}: no such profile, there are {', '.join(profile_names())}, or name a .toml file")
    text = read_text(path, MAX_BYTES, f"is over {MAX_BYTES >> 10} kB, which no profile is")
    return parse_profile(text, str(path))


def parse_profile(text: str, name: str) -> Profile:
    """The profile of a TOML text. Raises `InputError` as `load_profile` does."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: is not TOML ({error})") from error
    known = {item.name for item in fields(Profile)} - {"name"}
    if unknown := document.keys() - known:
        raise InputError(f"{name}: unknown key {sorted(unknown)[0]}, there are {', '.join(sorted(known))}")
    skip = document.get("skip", [])
    if not is_list(skip) or not all(isinstance(item, str) for item in skip):
        raise InputError(f"{name}: skip is a list of detectors' names")
    defect_names(",".join(skip) or None)
    thresholds: dict[str, dict[str, float]] = {}
    for defect, values in _table(document, "thresholds", name).items():
        defect_names(defect)
        thresholds[defect] = {key: _number(value, f"thresholds.{defect}.{key}", name) for key, value in values.items()}
    return Profile(
        name,
        str(document.get("summary", "")),
        tuple(skip),
        _number(document.get("min_score", 0.0), "min_score", name),
        thresholds,
        _target(LoudnessTarget, document, "loudness", name),
        _target(LevelTarget, document, "levels", name),
        _target(TrackTarget, document, "tracks", name),
    )


def _target(kind: type[Target], document: dict[str, Any], key: str, name: str) -> Target:
    table = _table(document, key, name)
    known = [item.name for item in fields(kind)]
    if unknown := table.keys() - set(known):
        raise InputError(f"{name}: unknown key {key}.{sorted(unknown)[0]}, there are {', '.join(known)}")
    return kind(**{item: _number(value, f"{key}.{item}", name) for item, value in table.items()})


def _table(document: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    table = document.get(key, {})
    if not is_object(table) or (key == "thresholds" and not all(is_object(v) for v in table.values())):
        raise InputError(f"{name}: {key} is a table")
    return table


def _number(value: object, key: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name}: {key} is a number")
    return float(value)
