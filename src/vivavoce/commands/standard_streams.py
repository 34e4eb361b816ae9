"""Text that is read and sound that is written, from and to standard input and output among others."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from vivavoce.audio import Samples
from vivavoce.errors import InputError

MAX_TEXT_BYTES = 4 << 20


def read_text(text: str | None, file: Path | None) -> str:
    """The text of the argument, of a file, or of standard input for `-`.

    Raises `InputError` when there is none, when it is not UTF-8, or when it is over 4 MiB.
    """
    if (text is None) == (file is None):
        raise InputError("give a text, or --file with a path, and not both")
    if text is not None and text != "-":
        return text
    place = str(file) if file else "standard input"
    if file:
        with open(file, "rb") as stream:
            data = stream.read(MAX_TEXT_BYTES + 1)
    elif sys.stdin is None:
        raise InputError("standard input is closed, give the text or --file")
    else:
        data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise InputError(f"{place}: over {MAX_TEXT_BYTES >> 20} MiB of text, split it")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def write_pcm(samples: Samples) -> None:
    """Write samples (samples,) in [-1, 1] to standard output as 16-bit PCM, at once: who listens must not wait."""
    sys.stdout.buffer.write((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    sys.stdout.buffer.flush()
