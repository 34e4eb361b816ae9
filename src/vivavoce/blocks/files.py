"""The files of an addon, in a folder or a zip, read whole, bounded, and only when `addon.json` names them."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from vivavoce.blocks.json_values import shown
from vivavoce.errors import InputError

SHIPPED = Path(__file__).parent.parent / "addons"
"""The addons of this package, which are trusted as its code is."""

MAX_FILE_BYTES = 1 << 30
MAX_ARCHIVE_BYTES = 2 << 30
MAX_ARCHIVE_ENTRIES = 1000
MAX_RATIO = 200
"""Unpacked bytes for each packed one. Networks are near 1, JSON near 10."""

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_BYTES = 22
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,3}")


class AddonFiles(Protocol):
    """Where an addon's files come from."""

    def read(self, name: str, limit: int) -> bytes:
        """All bytes of one file. Raises `InputError` when it is missing, not a plain file, or over `limit` bytes."""
        ...


def check_name(name: str, place: str) -> None:
    """Raise `InputError` unless `name` is a plain relative path of letters, digits and `._-`, at most four deep."""
    if len(name) > 200 or not _NAME.fullmatch(name):
        raise InputError(f"{place}: {shown(name)} is not a plain relative file name")


class MemoryFiles:
    """The files of an addon in memory, not written yet."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def read(self, name: str, limit: int) -> bytes:
        if name not in self._contents:
            raise InputError(f"{name}: not among the files")
        _check_size(len(self._contents[name]), limit, name)
        return self._contents[name]


class FolderFiles:
    """Files in a folder. Links are not followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, limit: int) -> bytes:
        check_name(name, str(self.folder))
        path = self.folder / name
        for parent in list(path.relative_to(self.folder).parents)[:-1]:
            if (self.folder / parent).is_symlink():
                raise InputError(f"{path}: is reached through a link, an addon holds plain files only")
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if path.is_symlink():
                raise InputError(f"{path}: is a link, an addon holds plain files only") from None
            raise InputError(f"{path}: cannot be read, {error.strerror}") from None
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise InputError(f"{path}: is not a plain file")
            _check_size(found.st_size, limit, str(path))
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(handle)
        _check_size(len(data), limit, str(path))
        return data


class ZipFiles:
    """Files in a zip, unpacked in memory one at a time. Nothing is ever written to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _check_directory(path)
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            raise InputError(f"{path}: cannot be read as a zip, {error}") from None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._archive.infolist():
            self._check_entry(entry)
            self._entries[entry.filename] = entry

    def read(self, name: str, limit: int) -> bytes:
        check_name(name, str(self.path))
        place = f"{self.path}: {name}"
        entry = self._entries.get(name)
        if entry is None:
            raise InputError(f"{place}: not in the zip")
        _check_size(entry.file_size, limit, place)
        try:
            with self._archive.open(entry) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{place}: cannot be unpacked, {error}") from None
        _check_size(len(data), limit, place)
        return data

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        place = f"{self.path}: entry {shown(entry.filename)}"
        kind = entry.external_attr >> 16
        if stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise InputError(f"{place}: is a link or a device, an addon holds plain files only")
        if entry.filename in self._entries:
            raise InputError(f"{place}: appears twice")
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{place}: is encrypted or packed in a way other than deflate")
        check_name(entry.filename.removesuffix("/"), str(self.path))
        if entry.file_size > MAX_RATIO * max(entry.compress_size, 64):
            raise InputError(f"{place}: unpacks to more than {MAX_RATIO} times its size")


def _check_size(size: int, limit: int, place: str) -> None:
    if size > limit:
        raise InputError(f"{place}: {size} bytes, expected at most {limit}")


def _check_directory(path: Path) -> None:
    """Refuse an archive by its size and count of entries before the directory is parsed."""
    size = path.stat().st_size
    if size > MAX_ARCHIVE_BYTES:
        raise InputError(f"{path}: {size} bytes, at most {MAX_ARCHIVE_BYTES} are read")
    with path.open("rb") as file:
        file.seek(max(0, size - _END_OF_DIRECTORY_BYTES - (1 << 16)))
        tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + _END_OF_DIRECTORY_BYTES:
        raise InputError(f"{path}: cannot be read as a zip, it has no directory")
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if entries > MAX_ARCHIVE_ENTRIES or directory_bytes > MAX_ARCHIVE_ENTRIES * 512:
        raise InputError(f"{path}: {entries} entries, at most {MAX_ARCHIVE_ENTRIES} are read")
