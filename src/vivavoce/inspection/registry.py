"""Which detectors there are. A module is loaded when its detector is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.inspection.detector import Detector

DETECTORS: dict[str, str] = {
    "freeze": "freeze:Freeze",
    "stutter": "stutter:Stutter",
    "black": "black:Black",
    "combing": "combing:Combing",
    "blur": "blur:Blur",
    "banding": "banding:Banding",
    "colour_error": "colour_error:ColourError",
    "flash": "flash:Flash",
    "audio_dropout": "audio_dropout:AudioDropout",
    "caption_quality": "caption_quality:CaptionQuality",
    "block_corruption": "block_corruption:BlockCorruption",
    "tearing": "tearing:Tearing",
    "blockiness": "blockiness:Blockiness",
    "hum": "audio_artifacts:AudioArtifacts",
    "hiss": "audio_artifacts:AudioArtifacts",
    "distortion": "audio_artifacts:AudioArtifacts",
    "clicks": "audio_artifacts:AudioArtifacts",
    "av_sync": "av_sync:AvSync",
}
"""Name of a defect -> `module:class` in `vivavoce.inspection.detectors`. Several names may share a class."""

LABELLED = ("sound", "block_corruption", "tearing", "blockiness")
"""What people can teach the detectors; `labels.KINDS` knows how."""


def detector_names(only: str | None = None) -> tuple[str, ...]:
    """All names, or those of a comma-separated list. Raises `InputError` for one that is not there."""
    if only is None:
        return tuple(DETECTORS)
    names = tuple(dict.fromkeys(name.strip() for name in only.split(",") if name.strip()))
    for name in names:
        if name not in DETECTORS:
            raise InputError(f"{name}: no such detector, there are {', '.join(DETECTORS)}")
    if not names:
        raise InputError("--only names no detector")
    return names


def detector_types(names: Iterable[str]) -> list[type[Detector]]:
    """The classes behind some names, each once."""
    types: dict[type[Detector], None] = {}
    for name in names:
        module, _, cls = DETECTORS[name].partition(":")
        types[getattr(import_module(f"vivavoce.inspection.detectors.{module}"), cls)] = None
    return list(types)
