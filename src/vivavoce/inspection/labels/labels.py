"""What people said: one line of JSON a label."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from vivavoce.errors import InputError

MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Label:
    """One answer about one moment of one file."""

    kind: str
    """`sound`, `block_corruption`, `tearing` or `blockiness`."""
    file: str
    start_s: float
    answer: str
    """The name of a defect, or `none`."""
    informativeness: float = 0.0
    """Entropy in bits of what the network thought before."""


def append_label(path: Path, label: Label) -> None:
    """Add a line, which is on the disk when this returns."""
    line = json.dumps(asdict(label), ensure_ascii=False) + "\n"
    with open(path, "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_labels(path: Path) -> list[Label]:
    """All labels; of several about the same moment the last one counts. None where there is no such file.

    Raises `InputError` naming the line that is not a label.
    """
    if not path.exists():
        return []
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path}: over {MAX_BYTES >> 20} MiB, no file of labels")
    labels: dict[tuple[str, str, float], Label] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line.strip():
            label = _label(line, f"{path}:{number}")
            labels[label.kind, label.file, label.start_s] = label
    return list(labels.values())


def _label(line: str, place: str) -> Label:
    try:
        said = json.loads(line)
        texts = (said[name] for name in ("kind", "file", "answer"))
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("kind, file and answer are text")
        informativeness = float(said.get("informativeness", 0.0))
        return Label(said["kind"], said["file"], float(said["start_s"]), said["answer"], informativeness)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{place}: not a label ({error})") from None
