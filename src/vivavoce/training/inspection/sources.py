"""Clips and recordings that examples are made of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.training.core.product import Workspace
from vivavoce.training.corpora.recordings import recordings
from vivavoce.training.corpora.split import Split, split_of

CORPORA = ("kathleen", "kerstin", "nathalie", "ensemble", "prompts", "speechocean")
ONE_CLIP_IN = 10
"""Clips are few: more of them are for development than of other things."""
ONE_SOURCE_IN = 6
SUFFIXES = {".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".webm"}
SOUNDS = {".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav"}


@dataclass(frozen=True)
class Sources:
    """Where the examples of one split come from."""

    videos: tuple[Path, ...]
    speech: tuple[tuple[Path, ...], ...]
    """Recordings, one group a corpus."""
    music: tuple[tuple[Path, ...], ...] = ()
    """Sounds of games, one group a package."""
    footage: tuple[Path, ...] = ()
    """Clips that others published, of many kinds; all of a source are in one split."""


def sources(workspace: Workspace, split: Split) -> Sources:
    """What of the workspace's clips and recordings belongs to a split: all footage that lies there is taken.

    Raises `InputError` where there are no clips.
    """
    clips = [path for path in sorted(workspace.video.glob("*/*")) if path.suffix in SUFFIXES]
    if not clips:
        raise InputError(f"{workspace.video}: no clips there; is --data the folder of the corpora?")
    videos = tuple(path for path in clips if clip_split(str(path.relative_to(workspace.video))) == split)
    groups = []
    for corpus in CORPORA:
        if (workspace.speech / corpus / "metadata.tsv").exists():
            groups.append(tuple(r.path for r in recordings(workspace.speech, [corpus]) if r.split == split))
    footage = tuple(path for path in sorted(workspace.footage.glob("*/*")) if _footage_split(path) == split)
    return Sources(videos, tuple(group for group in groups if group), _music(workspace.music, split), footage)


def music_packages(split: Split) -> tuple[str, ...]:
    """Names of the packages whose music belongs to a split."""
    return tuple(_clips()["music"].get(split, ()))


def _music(folder: Path, split: Split) -> tuple[tuple[Path, ...], ...]:
    """The sounds of each package that is there."""
    packages = (folder / name for name in music_packages(split))
    groups = (tuple(path for path in sorted(of.rglob("*")) if path.suffix.lower() in SOUNDS) for of in packages)
    return tuple(group for group in groups if group)


def _footage_split(path: Path) -> Split | None:
    """The split of a clip below the folder of footage, by its source; None for what is no clip."""
    return split_of(path.parent.name, one_in=ONE_SOURCE_IN) if path.suffix in SUFFIXES else None


def clip_split(name: str) -> Split:
    """The split of a clip, named by its path below the folder of videos. All clips of a person are in one split."""
    settings = _clips()
    if name in settings["development"]:
        return "development"
    person = next((who for who, names in settings["people"].items() if name in names), Path(name).stem)
    return split_of(person, name in settings["test"], ONE_CLIP_IN)


@cache
def _clips() -> dict[str, Any]:
    return tomllib.loads(files("vivavoce.training.inspection").joinpath("clips.toml").read_text(encoding="utf-8"))
