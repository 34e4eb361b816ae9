"""Files that appear whole or not at all, and texts that are read up to a size."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from vivavoce.errors import InputError

_LONGEST_STEM = 100


def check_output(path: Path) -> None:
    """Say before the work, not after it, that a file cannot be put there.

    Raises `InputError` when the folder is missing or not to be written, or when a folder or a device is there: a
    device would be replaced by a file of its name.
    """
    if path.name == "-":
        raise InputError(f"{path}: this writes a file, give its name")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist, make it first")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is a device or a pipe, name a plain file")
    if not os.access(path.resolve().parent, os.W_OK):
        raise InputError(f"{path}: the folder {path.parent} cannot be written to, name another")


def check_outputs(inputs: Iterable[Path | None], *outputs: Path | None) -> None:
    """`check_output` for every output there is; each also needs a place of its own, apart from the inputs.

    Raises `InputError`.
    """
    taken = {path.resolve() for path in inputs if path}
    for path in outputs:
        if path is None:
            continue
        check_output(path)
        if path.resolve() in taken:
            raise InputError(f"{path}: is named twice, give every file a name of its own")
        taken.add(path.resolve())


def read_text(path: Path, most_bytes: int, too_large: str) -> str:
    """The UTF-8 text of a file of at most `most_bytes`.

    Raises `InputError` for one that is larger, of which it says `too_large`, that cannot be read, or is not UTF-8.
    """
    try:
        if path.stat().st_size > most_bytes:
            raise InputError(f"{path}: {too_large}")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8") from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 to a file that appears whole or not at all; bytes of a file name or an argument that are not UTF-8
    are written as escapes. Raises `InputError` as `check_output` does."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


@contextmanager
def whole_file(path: Path) -> Generator[Path, None, None]:
    """A file beside `path` to write to; it takes the place of `path` at the end, and is removed if that is not reached.

    A link stays: what it points to is replaced. Raises `InputError` as `check_output` does, and `OSError` naming `path`
    where the disk is full.
    """
    check_output(path)
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_LONGEST_STEM]}.")
    except OSError as error:  # which would name the temporary file
        raise InputError(f"{path}: cannot be written, {error.strerror}") from None
    os.close(handle)
    temporary = Path(name)
    try:
        with name_in_errors(path):
            yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def name_in_errors(path: Path) -> Generator[None, None, None]:
    """An `OSError` that names no file, as that of a write to a full disk, names `path` instead."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
