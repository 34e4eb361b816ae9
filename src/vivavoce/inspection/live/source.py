"""What is still being made: a pipe, or a file that grows."""

from __future__ import annotations

import os
import select
import stat
import time
from pathlib import Path

from vivavoce.inspection.errors import MediaError

POLL_S = 0.2


class LiveSource:
    """Reads a pipe or a growing file as it comes. Gives `read` alone, so it is taken for a stream without an end.

    The end is where a pipe is closed, where nothing came for `idle_s` seconds, or at Ctrl-C: what decodes in C calls
    `read` and would lose the exception, so `close` raises it.
    """

    def __init__(self, path: Path | None, idle_s: float = 30.0, from_end: bool = False) -> None:
        """`path` None is standard input; `from_end` passes over what a file holds already. Raises `MediaError` when it
        cannot be opened, or never to end."""
        if not idle_s > 0:
            raise MediaError(f"idle of {idle_s:g} s: give more than 0")
        self.name = str(path) if path else "standard input"
        self.stalled = False
        self._idle_s = idle_s
        self._stop: KeyboardInterrupt | None = None
        try:
            self._file = os.open(path, os.O_RDONLY) if path else 0
        except OSError as error:
            raise MediaError(f"{path}: {error.strerror}") from error
        try:
            self._grows = stat.S_ISREG(os.fstat(self._file).st_mode)
        except OSError:  # whoever started this gave it none
            raise MediaError("standard input is closed, name a pipe or a file") from None
        if from_end and self._grows:
            os.lseek(self._file, 0, os.SEEK_END)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, as soon as there are any; nothing at the end."""
        try:
            return b"" if self._stop else self._read(size)
        except KeyboardInterrupt as stop:
            self._stop = stop
            return b""

    def _read(self, size: int) -> bytes:
        due_s = time.monotonic() + self._idle_s
        while True:
            left_s = due_s - time.monotonic()
            if left_s <= 0:
                self.stalled = True
                return b""
            if not self._grows:
                if not select.select([self._file], [], [], left_s)[0]:
                    continue
                return os.read(self._file, size)
            data = os.read(self._file, size)
            if data:
                return data
            time.sleep(min(POLL_S, left_s))

    def close(self) -> None:
        """Let go of it. Raises the `KeyboardInterrupt` that ended it."""
        if self._file:
            os.close(self._file)
        if self._stop:
            raise self._stop
