"""From a caption file to cues, in the order of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vivavoce.inspection.captions.timed_text import read_timed_text
from vivavoce.inspection.captions.ttml import read_ttml
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.media import Cue

READERS: dict[str, Callable[[str, str, int], list[Cue]]] = {
    ".vtt": read_timed_text,
    ".srt": read_timed_text,
    ".ttml": read_ttml,
    ".dfxp": read_ttml,
}
CAPTION_SUFFIXES = frozenset(READERS)


def read_captions(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[Cue]:
    """The cues of a file, by its suffix.

    Raises `MediaError` naming the file, and the line where there is one, for what is too large or not readable. Text
    that is not UTF-8 is read as Windows-1252, as players do.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(limits.caption_bytes + 1)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror}") from error
    if len(data) > limits.caption_bytes:
        raise MediaError(f"{path}: over {limits.caption_bytes >> 20} MiB of captions")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return READERS[path.suffix.lower()](text, str(path), limits.cues)


def read_sidecars(media: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Cue], tuple[str, ...]]:
    """Cues and name of the caption file beside a media file: `film.vtt`, `film.srt` or `film.ttml` for `film.mp4`."""
    for suffix in READERS:
        path = media.with_suffix(suffix)
        if path.is_file():
            return read_captions(path, limits), (path.name,)
    return [], ()
