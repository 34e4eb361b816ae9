"""Speech on its way to a file: sound and marks on disk, a sentence at a time, so that memory stays as it is.

A reading that is kept goes on where it was interrupted: what is done is said by `state.json`, which is replaced after
every sentence; whatever was written after that is cut off again.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vivavoce.audio import Samples
from vivavoce.blocks.json_values import parse_json, read_dataclass
from vivavoce.errors import InputError
from vivavoce.files import name_in_errors, whole_file, write_text

BLOCK_SAMPLES = 1 << 16
PCM = "<i2"


@dataclass(frozen=True, slots=True)
class Done:
    """How far a reading has come; `key` says of what."""

    key: str
    sentences: int = 0
    samples: int = 0
    marks_bytes: int = 0


class SynthesisSpool:
    """A folder with `speech.pcm`, `marks.jsonl` and `state.json`."""

    def __init__(self, folder: Path, key: str) -> None:
        """Go on with what is in `folder`, if it is a reading of the same `key`, or begin anew.

        Raises `InputError` when the folder holds something else, or another program is writing there.
        """
        _check_folder(folder)
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._sound = open(folder / "speech.pcm", "ab")  # noqa: SIM115 - closed by the reading
        self._marks = open(folder / "marks.jsonl", "ab")  # noqa: SIM115
        try:
            _lock(self._sound, folder)
            self.done = _read_state(folder, key)
        except BaseException:
            self.close()
            raise
        self._sound.truncate(2 * self.done.samples)
        self._marks.truncate(self.done.marks_bytes)
        self._samples = self.done.samples

    @property
    def samples(self) -> int:
        """Samples written, those of an unfinished sentence among them."""
        return self._samples

    def add(self, samples: Samples) -> None:
        with name_in_errors(self.folder):
            self._sound.write((np.clip(samples, -1.0, 1.0) * 32767).astype(PCM).tobytes())
        self._samples += len(samples)

    def mark(self, line: str) -> None:
        self._marks.write(f"{line}\n".encode())

    def end_sentence(self) -> None:
        """What was added is there to stay."""
        with name_in_errors(self.folder):
            self._sound.flush()
            self._marks.flush()
        self.done = Done(self.done.key, self.done.sentences + 1, self._samples, self._marks.tell())
        write_text(self.folder / "state.json", json.dumps(asdict(self.done)))

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[Samples]:
        """The sound of all sentences from the beginning, or that from sample `start` to `end`."""
        self._sound.flush()
        left = (self._samples if end is None else end) - start
        with open(self.folder / "speech.pcm", "rb") as file:
            file.seek(2 * start)
            while left > 0 and (data := file.read(2 * min(left, BLOCK_SAMPLES))):
                left -= len(data) // 2
                yield np.frombuffer(data, PCM).astype(np.float32) / np.float32(32767)

    def move_marks(self, path: Path) -> None:
        """Put the marks where they are wanted; they appear whole or not at all."""
        self._marks.flush()
        with whole_file(path) as temporary:
            shutil.copyfile(self.folder / "marks.jsonl", temporary)

    def close(self) -> None:
        with name_in_errors(self.folder):
            self._sound.close()
            self._marks.close()

    def remove(self) -> None:
        """Close, and leave nothing behind."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _check_folder(folder: Path) -> None:
    known = ("speech.pcm", "marks.jsonl")
    unknown = folder.exists() and any(path.name not in known for path in folder.iterdir())
    if unknown and not (folder / "state.json").exists():
        raise InputError(f"{folder}: holds something that is not an interrupted reading, move it away")


def _lock(sound: BinaryIO, folder: Path) -> None:
    """Two programs must not write the same reading; the lock goes when the file is closed."""
    try:
        fcntl.flock(sound, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"{folder}: another program is writing this reading, wait for it or give another -o") from None


def _read_state(folder: Path, key: str) -> Done:
    state = folder / "state.json"
    if not state.exists():
        return Done(key)
    try:
        done = read_dataclass(Done, parse_json(state.read_bytes(), str(state)), str(state))
    except InputError as error:
        raise InputError(f"{state}: not the state of a reading, remove {folder}") from error
    lengths = {"speech.pcm": 2 * done.samples, "marks.jsonl": done.marks_bytes}
    whole = all((folder / name).stat().st_size >= size for name, size in lengths.items())
    sound = min(done.sentences, done.samples, done.marks_bytes) >= 0
    return done if sound and whole and done.key == key else Done(key)
