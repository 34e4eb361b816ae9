"""The ZIP of an EPUB, of which a stranger may have written every byte."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from vivavoce.errors import InputError

MAX_FILES = 20_000
MAX_FILE_BYTES = 64 << 20
MAX_TOTAL_BYTES = 2 << 30
MAX_RATIO = 200
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_SMALL_BYTES = 1 << 20
"""Small files may be packed as tightly as they like."""


class Archive:
    """Files of a ZIP by name, each read whole within bounds."""

    def __init__(self, path: Path) -> None:
        """Raises `InputError` for what is no ZIP, or one that would unpack to more than a book."""
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise InputError(f"{path}: not an EPUB, which is a ZIP ({error})") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_FILES:
            raise InputError(f"{path}: {len(entries)} files, a book has {MAX_FILES} at most")
        if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise InputError(f"{path}: unpacks to more than {MAX_TOTAL_BYTES >> 30} GB, which no book does")
        self._entries = {entry.filename: entry for entry in entries}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def size(self, name: str) -> int:
        """Bytes of a file; 0 for one that is not there."""
        return self._entries[name].file_size if name in self._entries else 0

    def read(self, name: str) -> bytes:
        """A file. Raises `InputError` where it is missing, encrypted, damaged, or unpacks without end."""
        entry = self._entries.get(name)
        if entry is None:
            raise InputError(f"{self.path}: has no {name}, which the book says it holds")
        if entry.flag_bits & 1:
            raise InputError(f"{self.path}: {name} is encrypted; only books without copy protection can be read")
        tight = entry.file_size > _SMALL_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        if entry.file_size > MAX_FILE_BYTES or tight:
            raise InputError(f"{self.path}: {name} unpacks to {entry.file_size >> 20} MB, which no chapter does")
        try:
            with self._zip.open(entry) as file:
                data = file.read(entry.file_size + 1)
        except _DAMAGE as error:
            raise InputError(f"{self.path}: {name} is damaged ({error})") from error
        if len(data) > entry.file_size:
            raise InputError(f"{self.path}: {name} is longer than it says")
        return data


def resolve(base: str, reference: str) -> tuple[str, str]:
    """File and fragment of a reference in the file `base`."""
    path, _, fragment = reference.partition("#")
    path = unquote(path)
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base
    return name, unquote(fragment)
