"""From a caption file to cues, in the order of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vivavoce.inspection.captions.encoding import decode_captions
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


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """What a file holds, and what is to be known of the reading."""

    cues: list[Cue]
    notices: tuple[str, ...] = ()


def read_captions(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[Cue]:
    """The cues of a file, by its suffix. Raises `MediaError` as `read_caption_file` does."""
    return read_caption_file(path, limits).cues


def read_caption_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> CaptionFile:
    """The cues of a file, by its suffix; one that cannot be read costs itself alone and says so in its `problem`.

    Raises `MediaError` naming the file for what is empty, too large, or no captions at all. Text that is not Unicode is
    read in the code page that fits best, which a notice names.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(limits.caption_bytes + 1)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror}") from error
    if len(data) > limits.caption_bytes:
        raise MediaError(f"{path}: over {limits.caption_bytes >> 20} MiB of captions")
    if not data.strip():
        raise MediaError(f"{path}: holds no captions, it is empty")
    text, guessed = decode_captions(data)
    notices = (f"{path.name}: its code page was guessed to be {guessed}, save it as UTF-8",) if guessed else ()
    return CaptionFile(READERS[path.suffix.lower()](text, str(path), limits.cues), notices)


def find_sidecar(media: Path) -> Path | None:
    """The caption file beside a media file: `film.vtt`, `film.srt` or `film.ttml` for `film.mp4`."""
    paths = (media.with_suffix(suffix) for suffix in READERS)
    return next((path for path in paths if path.is_file()), None)
