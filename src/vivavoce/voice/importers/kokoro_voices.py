"""Kokoro's voices: tables of styles, one row for each count of sounds, in the files that its users have.

A folder of `.bin` files of raw floats, one such file, or an archive of numpy arrays (`.npz`, or `voices-v1.0.bin`).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np

from vivavoce.blocks.manifest import Speaker
from vivavoce.errors import InputError
from vivavoce.features import Array

STYLE_WIDTH = 256
MOST_ROWS, MOST_VOICES = 1024, 256
MOST_BYTES = 4 * STYLE_WIDTH * MOST_ROWS + 1024
LANGUAGES = {"a": "en-US", "b": "en-GB"}
UNREAD = {
    "e": "Spanish", "f": "French", "h": "Hindi", "i": "Italian", "j": "Japanese", "p": "Portuguese", "z": "Chinese"
}  # fmt: skip
GENDERS = {"f": "female", "m": "male"}
_NAME = re.compile(r"[a-z][fm]_[a-z0-9_]{1,40}")


def read_styles(path: Path) -> dict[str, Array]:
    """Styles (counts, 256) by the names of voices. Raises `InputError` for files of another kind or size."""
    if path.is_dir():
        found = {file.stem: _raw_styles(file, _read(file)) for file in sorted(path.glob("*.bin"))[: MOST_VOICES + 1]}
    elif not path.is_file():
        raise InputError(f"{path}: no voices there; give the folder voices of kokoro-js, or an .npz or .bin file")
    elif zipfile.is_zipfile(path):
        found = _archive(path)
    else:
        found = {path.stem: _raw_styles(path, _read(path))}
    if not found:
        raise InputError(f"{path}: holds no voices; .bin files of styles are expected")
    if len(found) > MOST_VOICES:
        raise InputError(f"{path}: more than {MOST_VOICES} voices")
    return found


def choose_voices(styles: dict[str, Array], names: tuple[str, ...], place: str) -> dict[str, Array]:
    """The styles of voices by name, all that speak English where none is named.

    Raises `InputError` for names that are not there, and for languages that cannot be read here.
    """
    if not names:
        names = tuple(name for name in styles if _NAME.fullmatch(name) and name[0] in LANGUAGES)
        if not names:
            raise InputError(f"{place}: has no English voice, whose names begin with a or b; it has {_few(styles)}")
    for name in names:
        if name not in styles:
            raise InputError(f"{place}: has no voice {name!r}, it has {_few(styles)}")
        if not _NAME.fullmatch(name) or name[0] not in LANGUAGES:
            language = UNREAD.get(name[:1], "an unknown language")
            raise InputError(f"{place}: {name} speaks {language}, only English (names in a and b) is read here")
    return {name: styles[name] for name in names}


def speaker_of(name: str) -> Speaker:
    """What a voice's name says of it."""
    gender, language = GENDERS[name[1]], LANGUAGES[name[0]]
    accent = "British" if language == "en-GB" else "US"
    return Speaker(name, language, f"{gender.capitalize()}, {accent} English; synthetic, a voice of Kokoro-82M", gender)


def _few(styles: dict[str, Array]) -> str:
    names = sorted(styles)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES >> 10} KiB, no style has so many rows")
    return path.read_bytes()


def _raw_styles(path: Path, data: bytes) -> Array:
    if not data or len(data) % (4 * STYLE_WIDTH):
        raise InputError(
            f"{path}: {len(data)} bytes are no rows of {STYLE_WIDTH} floats, so this is no voice of Kokoro"
        )
    return _check_styles(np.frombuffer(data, "<f4").reshape(-1, STYLE_WIDTH), str(path))


def _archive(path: Path) -> dict[str, Array]:
    found: dict[str, Array] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_VOICES:
                raise InputError(f"{path}: more than {MOST_VOICES} voices")
            for entry in entries:
                if entry.file_size > MOST_BYTES:
                    raise InputError(f"{path}: {entry.filename!r} is over {MOST_BYTES >> 10} KiB, which no style is")
                found[entry.filename.removesuffix(".npy")] = _array(archive.read(entry), f"{path}: {entry.filename!r}")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise InputError(f"{path}: a damaged archive, {error}") from None
    return found


def _array(data: bytes, place: str) -> Array:
    """A stored array, whose header is held to what is there before anything is made."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, column_first, dtype = reader(stream)
    except ValueError as error:
        raise InputError(f"{place}: no array of numpy, {str(error).splitlines()[0][:200]}") from None
    values = int(np.prod(shape, dtype=np.int64)) if len(shape) < 5 else -1
    if dtype.kind != "f" or column_first or shape[-1:] != (STYLE_WIDTH,):
        raise InputError(f"{place}: is {dtype} {shape}, a style is float32 (counts, 1, {STYLE_WIDTH})")
    rest = data[stream.tell() :]
    if values < 1 or values * dtype.itemsize != len(rest):
        raise InputError(f"{place}: is cut short")
    return _check_styles(np.frombuffer(rest, dtype).reshape(-1, STYLE_WIDTH).astype(np.float32), place)


def _check_styles(styles: Array, place: str) -> Array:
    if not np.isfinite(styles).all() or np.abs(styles).max() > 1e3:
        raise InputError(f"{place}: holds values that no style has")
    return styles
