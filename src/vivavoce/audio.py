"""Sound in memory: read, write, resample."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from vivavoce.errors import InputError
from vivavoce.files import whole_file

Samples = npt.NDArray[np.float32]

MAX_SECONDS = 4 * 3600
FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""Container and coding of each format that can be written."""


class AudioError(InputError):
    """A recording that cannot be read, is empty, or holds values that are not sound."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Mono sound: `samples` of shape (samples,), float32 in [-1, 1], at `rate_hz`."""

    samples: Samples
    rate_hz: int

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    def resampled(self, rate_hz: int) -> Audio:
        """The same sound at another rate."""
        if rate_hz == self.rate_hz:
            return self
        samples = soxr.resample(self.samples, self.rate_hz, rate_hz, quality="HQ")
        return Audio(np.asarray(samples, dtype=np.float32), rate_hz)


def read_audio(path: Path | str, rate_hz: int | None = None) -> Audio:
    """Decode any file libsndfile knows (WAV, FLAC, Ogg Opus, MP3), mixed down to mono.

    Raises `AudioError` naming the file when it cannot be decoded, is longer than four hours, or
    holds NaN or infinity.
    """
    try:
        with soundfile.SoundFile(_name(path)) as file:
            if file.frames > MAX_SECONDS * file.samplerate:
                raise AudioError(f"{path}: longer than {MAX_SECONDS // 3600} hours")
            data = file.read(dtype="float32", always_2d=True)
            rate = file.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioError(f"{path}: cannot be read as audio ({error})") from error
    if not np.isfinite(data).all():
        raise AudioError(f"{path}: holds samples that are not numbers")
    audio = Audio(np.ascontiguousarray(data.mean(axis=1)), rate)
    return audio.resampled(rate_hz) if rate_hz else audio


def write_audio(path: Path | str, audio: Audio) -> None:
    """Write 16-bit WAV or FLAC, Ogg Opus or MP3 by the file's suffix; the file appears whole or not at all."""
    path = Path(path)
    write_blocks(path, [audio.samples], audio.rate_hz, format_of(path))


def format_of(path: Path) -> str:
    """One of `FORMATS` by the suffix of a path. Raises `AudioError` for another suffix."""
    suffix = path.suffix.lower().removeprefix(".")
    wanted = "opus" if suffix == "ogg" else suffix
    if wanted not in FORMATS:
        raise AudioError(f"{path}: unknown audio suffix, use one of {' '.join(f'.{name}' for name in FORMATS)}")
    return wanted


def write_blocks(path: Path, blocks: Iterable[Samples], rate_hz: int, name: str) -> None:
    """Write blocks of mono samples, each as it comes, in one of `FORMATS`; the file appears whole or not at all.

    Raises `AudioError` when it cannot be written, as on a full disk.
    """
    container, subtype = FORMATS[name]
    with whole_file(path) as temporary:
        try:
            with soundfile.SoundFile(_name(temporary), "w", rate_hz, 1, subtype, format=container) as file:
                for block in blocks:
                    file.write(np.clip(block, -1.0, 1.0))
        except soundfile.SoundFileError as error:
            raise AudioError(f"{path}: cannot be written ({error})") from error


def _name(path: Path | str) -> Any:
    """The bytes of a file name, which not always are UTF-8; soundfile takes them, its types do not say so."""
    return os.fsencode(path)
