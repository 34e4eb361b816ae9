"""Sound in memory: read, write, resample."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from vivavoce.errors import InputError
from vivavoce.files import whole_file
from vivavoce.ogg import set_serial

Samples = npt.NDArray[np.float32]

MAX_SECONDS = 4 * 3600
USUAL_RATE_HZ = 48_000
"""Of higher rates as many samples are read, so fewer seconds: memory goes by samples."""
RATES_HZ = range(1_000, 1_000_001)
BLOCK = 1 << 16
FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""Container and coding of each format that can be written."""
OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
"""Opus has no others: sound of another rate is resampled to the last of them."""
_CUT = re.compile(r"^ *(?:data|SSND|Data Size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)
"""What libsndfile notes of WAV, AIFF and AU whose header tells of more bytes than there are."""
_UNKNOWN_SIZE, _SLACK = 0x7F00_0000, 64
"""Programs that write into a pipe announce a size near 2 or 4 GiB; some count their header among the sound."""


class AudioError(InputError):
    """A recording that cannot be read, is empty or cut short, or holds values that are not sound."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Mono sound: `samples` of shape (samples,), float32 in [-1, 1], at `rate_hz`.

    Raises `AudioError` for another shape, or a rate that is not over 0.
    """

    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        if np.ndim(self.samples) != 1:
            raise AudioError(f"sound of shape {np.shape(self.samples)}: give one channel, (samples,)")
        if not self.rate_hz > 0:
            raise AudioError(f"sound at {self.rate_hz} Hz: give a rate over 0")

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    def resampled(self, rate_hz: int) -> Audio:
        """The same sound at another rate."""
        if rate_hz == self.rate_hz:
            return self
        samples = soxr.resample(self.samples, self.rate_hz, rate_hz, quality="HQ")
        return Audio(np.asarray(samples, dtype=np.float32), rate_hz)


def read_audio(path: Path | str, rate_hz: int | None = None, most_s: float = MAX_SECONDS) -> Audio:
    """Decode any file libsndfile knows (WAV, FLAC, Ogg Opus, MP3), mixed down to mono; what exceeds [-1, 1] is clipped.

    Raises `AudioError` naming the file when it cannot be decoded, is cut short, is longer than `most_s`, holds no
    samples, NaN or infinity, or has a rate that no sound has.
    """
    try:
        open(path, "rb").close()  # libsndfile calls whatever cannot be opened a system error
        with soundfile.SoundFile(_name(path)) as file:
            audio = Audio(_mono(file, path, most_s), file.samplerate)
    except OSError as error:
        raise AudioError(f"{path}: cannot be read as audio ({error.strerror})") from error
    except soundfile.SoundFileError as error:
        reason = getattr(error, "error_string", error) or "it is damaged"
        raise AudioError(f"{path}: cannot be read as audio ({reason})") from error
    return audio.resampled(rate_hz) if rate_hz else audio


def _mono(file: soundfile.SoundFile, path: Path | str, most_s: float) -> Samples:
    """All channels' mean, (samples,). In blocks: a small file may hold many channels, and say it is short."""
    rate_hz = file.samplerate
    if rate_hz not in RATES_HZ:
        raise AudioError(f"{path}: is sampled at {rate_hz} Hz, give {RATES_HZ[0]} to {RATES_HZ[-1]} Hz")
    blocks: list[Samples] = []
    most, length = most_s * min(rate_hz, USUAL_RATE_HZ), 0
    while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
        length += len(block)
        if length > most:
            raise AudioError(f"{path}: lasts more than {most / rate_hz:.0f} s, split it")
        if not np.isfinite(block).all():
            raise AudioError(f"{path}: holds samples that are not numbers")
        blocks.append(np.clip(block, -1.0, 1.0).mean(axis=1))
    if not blocks:
        raise AudioError(f"{path}: holds no samples")
    if (whole := _whole_length(file, length)) > length:
        raise AudioError(
            f"{path}: is cut short, {length / rate_hz:.2f} of {whole / rate_hz:.2f} s are there: get it again, or keep "
            "these with `ffmpeg -i` into another file"
        )
    return np.concatenate(blocks)


def _whole_length(file: soundfile.SoundFile, length: int) -> int:
    """Samples that the header tells of, where it tells and they are not there; else `length`, those that were read."""
    found = _CUT.search(file.extra_info)
    said, held = (int(found[1]), int(found[2])) if found else (0, 0)
    return length * said // held if held and held + _SLACK < said < _UNKNOWN_SIZE else length


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
    if name == "opus" and rate_hz not in OPUS_RATES_HZ:
        blocks, rate_hz = _resample(blocks, rate_hz, OPUS_RATES_HZ[-1]), OPUS_RATES_HZ[-1]
    with whole_file(path) as temporary:
        try:
            with soundfile.SoundFile(_name(temporary), "w", rate_hz, 1, subtype, format=container) as file:
                for block in blocks:
                    file.write(np.clip(block, -1.0, 1.0))
            if container == "OGG":
                set_serial(temporary)
        except soundfile.SoundFileError as error:
            raise AudioError(f"{path}: cannot be written ({error})") from error


def _resample(blocks: Iterable[Samples], rate_hz: int, wanted_hz: int) -> Iterator[Samples]:
    """Blocks of samples (samples,) at another rate, each as it comes."""
    stream = soxr.ResampleStream(rate_hz, wanted_hz, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield np.asarray(stream.resample_chunk(block), np.float32)
    yield np.asarray(stream.resample_chunk(np.zeros(0, np.float32), last=True), np.float32)


def _name(path: Path | str) -> Any:
    """The bytes of a file name, which not always are UTF-8; soundfile takes them, its types do not say so."""
    return os.fsencode(path)
