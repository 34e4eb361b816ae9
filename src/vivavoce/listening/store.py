"""Answers on the disk: a file of JSON lines for each listener, which holds whatever was acknowledged.

A line is written and synchronised before it is acknowledged. A line that a killed server left unfinished was never
acknowledged, so the page sends it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError

ANSWERS, LOCK = "answers", "lock"
TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
MOST_BYTES = 64 << 20


@dataclass
class Record:
    """One listener's answers."""

    path: Path
    number: int
    """Who came as which, from 0: decides the orders."""
    simulated: bool = False
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def session(self) -> str:
        return self.path.stem

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == "answer"]

    def append(self, line: dict[str, Any]) -> None:
        """Add a line; it is on the disk when this returns. Raises `OSError` where it cannot be."""
        line = {**line, "time": round(time.time(), 3)}
        data = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            before = os.fstat(handle).st_size
            try:
                if os.write(handle, data) != len(data):
                    raise OSError(28, "No space left on device")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
        self.lines.append(line)


@contextmanager
def alone(folder: Path) -> Generator[None, None, None]:
    """Be the only process that keeps answers in a test's folder. Raises `InputError` where another does."""
    (folder / ANSWERS).mkdir(exist_ok=True)
    with open(folder / ANSWERS / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{folder}: is served by another process, end that first") from None
        yield


def session_name(token: str) -> str:
    """What a listener is called in files: nobody can go on with a session who only knows this."""
    return hashlib.sha256(token.encode()).hexdigest()[:20]


def read_record(path: Path, repair: bool = False) -> Record:
    """A listener's file. An unfinished last line does not count; with `repair` it is cut off.

    Raises `InputError` naming a line that is no answer.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES >> 20} MiB, no answers of one listener")
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if repair and len(whole) < len(data):
        with open(path, "r+b") as file:
            file.truncate(len(whole))
    lines = [_line(line, f"{path}:{number}") for number, line in enumerate(whole.splitlines(), 1) if line.strip()]
    if not lines or lines[0]["type"] != "start" or not isinstance(lines[0].get("number"), int):
        raise InputError(f"{path}: does not begin with a listener's start")
    return Record(path, lines[0]["number"], lines[0].get("simulated") is True, lines)


def read_records(folder: Path, repair: bool = False) -> list[Record]:
    """All listeners of a test's folder, in the order in which they came; none where nobody has come."""
    place = folder / ANSWERS
    if not place.is_dir():
        return []
    paths = [path for path in sorted(place.glob("*.jsonl")) if path.stat().st_size]
    records: list[Record] = []
    for path in paths:
        if b"\n" in path.read_bytes():  # otherwise a start that was never acknowledged
            records.append(read_record(path, repair))
    return sorted(records, key=lambda record: record.number)


def _line(line: bytes, place: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
        if value["type"] not in ("start", "answer"):
            raise ValueError("unknown type")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{place}: not a line of answers ({error})") from None
    return value
