"""Which sources are watched, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.files import read_text

LIST_SUFFIX = ".txt"
MAX_BYTES, MOST = 1 << 20, 4096


@dataclass(frozen=True, slots=True)
class Channel:
    """One source that is watched: a pipe, a growing file, or an address."""

    name: str
    source: str

    @property
    def is_address(self) -> bool:
        """Whether it is opened over a network."""
        return "://" in self.source

    @property
    def is_standard_input(self) -> bool:
        """Whether it is what other programs write to this one."""
        return self.source == "-"


def find_channels(sources: Sequence[str]) -> list[Channel]:
    """The channels of a command line: sources, and lists of them in files whose names end in `.txt`.

    A list has a source a line, with its name before it where it has one; what follows a `#` at the beginning or after
    a space is a remark. Raises `InputError` for a list that cannot be read, for a name given twice, and for too many.
    """
    channels: list[Channel] = []
    for source in sources:
        path = Path(source)
        if path.suffix.lower() == LIST_SUFFIX and "://" not in source:
            channels += _read_list(path)
        else:
            channels.append(Channel(source, source))
    names = [channel.name for channel in channels]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"--live: {twice} is named twice, give every source a name of its own")
    if len(channels) > MOST:
        raise InputError(f"--live: {len(channels)} sources, over the limit of {MOST}")
    return channels


def _read_list(path: Path) -> list[Channel]:
    text = read_text(path, MAX_BYTES, f"is over {MAX_BYTES >> 20} MB, which no list of sources is")
    channels: list[Channel] = []
    for line in text.splitlines():
        words = f" {line}".partition(" #")[0].split(maxsplit=1)
        if words:
            channels.append(Channel(words[0], words[-1].strip()))
    if not channels:
        raise InputError(f"{path}: names no source, give one a line")
    return channels
