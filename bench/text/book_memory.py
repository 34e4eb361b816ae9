"""Memory of `vivavoce book` over a whole book, and whether one that was killed and resumed has the same bytes.

    python -m bench.text.book_memory NAME BOOK [--hum] [--kills 3] [--suffix .m4b]

The command runs in a process of its own, whose resident memory is read every second beside the count of sentences
spoken. With `--hum` the voice hums a word's length instead of speaking: the text, its marks, the spool on disk and
the file are those of every book, so that 100,000 words take minutes. `--kills` runs the book again, kills it as often
with SIGKILL, resumes it, and compares the bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.results import Table, write_result

SECONDS_A_WORD = 0.1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SOURCES = ("bench/text/book_memory.py", "src/vivavoce/commands/book.py", "src/vivavoce/commands/book_audio.py",
           "src/vivavoce/text/book", "src/vivavoce/voice/spool.py", "src/vivavoce/ogg.py")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Resident memory when so many sentences were spoken."""

    sentences: int
    resident_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of the result: text-book-NAME")
    parser.add_argument("book", type=Path)
    parser.add_argument("--hum", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--suffix", default=".m4b", choices=[".m4b", ".opus", ".mp3"])
    parser.add_argument("--as-command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_command is not None:
        sys.exit(_humming(options.as_command))
    words = len(options.book.read_text(encoding="utf-8").split())
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, f"whole{options.suffix}")
        looks = list(_watched(options.book, whole, options.hum))
        rows = [("words", f"{words:,}"), ("memory at its most, MB", f"{max(look.resident_mb for look in looks):.0f}")]
        figures: dict[str, Any] = {"words": words, "most_mb": round(max(look.resident_mb for look in looks), 1)}
        if (slope := _slope_mb(looks)) is not None:
            rows.append(("growth over the second half, MB per 1,000 sentences", f"{slope:.1f}"))
            figures["growth_mb_per_1000_sentences"] = round(slope, 2)
        if options.kills:
            again = Path(folder, f"again{options.suffix}")
            _interrupted(options.book, again, options.hum, options.kills, max(look.sentences for look in looks))
            same = _digests(whole) == _digests(again)
            rows.append((f"killed {options.kills} times and resumed: the same bytes", "yes" if same else "NO"))
            figures["same_bytes"] = same
        table = Table(("book", "hummed" if options.hum else "spoken"), rows)
        print(table.markdown())
        write_result(f"text-book-{options.name}", {"main": table}, SOURCES, figures)


def _command(book: Path, output: Path, hum: bool) -> list[str]:
    arguments = ["book", str(book), "-o", str(output), "--resume"]
    if hum:
        return [sys.executable, "-m", "bench.text.book_memory", "hum", str(book), "--as-command", *arguments]
    return [sys.executable, "-m", "vivavoce", *arguments]


def _watched(book: Path, output: Path, hum: bool) -> Iterator[Look]:
    process = subprocess.Popen(_command(book, output, hum), stderr=subprocess.DEVNULL)
    while process.poll() is None:
        time.sleep(1.0)
        try:
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        yield Look(_sentences(output), pages * PAGE_BYTES / 1e6)
    if process.returncode:
        raise SystemExit(f"the book ended with {process.returncode}")


def _sentences(output: Path) -> int:
    try:
        return json.loads(Path(f"{output}.part", "state.json").read_text())["sentences"]
    except (OSError, ValueError):
        return 0


def _slope_mb(looks: list[Look]) -> float | None:
    """Least squares over the second half of the speaking; None where that was too short to tell."""
    most = max((look.sentences for look in looks), default=0)
    half = [look for look in looks if most / 2 < look.sentences < most]
    if len(half) < 20:
        return None
    counts = np.array([look.sentences for look in half], float)
    return float(np.polyfit(counts / 1000, np.array([look.resident_mb for look in half]), 1)[0])


def _interrupted(book: Path, output: Path, hum: bool, kills: int, sentences: int) -> None:
    """Kill the command after each part of the book, then let it come to its end."""
    for kill in range(1, kills + 1):
        process = subprocess.Popen(_command(book, output, hum), stderr=subprocess.DEVNULL)
        while process.poll() is None and _sentences(output) < kill * sentences / (kills + 1):
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(_command(book, output, hum), stderr=subprocess.DEVNULL, check=True)


def _digests(output: Path) -> list[str]:
    """Of the one file, or of the file of every chapter."""
    paths = [output] if output.exists() else sorted(output.parent.glob(f"{output.stem}-*{output.suffix}"))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def _humming(arguments: list[str]) -> int:
    """The command line with a voice that hums."""
    from vivavoce.cli import main as run
    from vivavoce.text.utterance import Sentence
    from vivavoce.voice.speech_chunk import SpeechChunk
    from vivavoce.voice.synthesizer import Voice
    from vivavoce.voice.timing import SpeechMark

    def hum(self: Voice, sentence: Sentence, *_: object, begin_s: float = 0.0, **__: object) -> Iterator[SpeechChunk]:
        ends = begin_s + SECONDS_A_WORD * len(sentence.words)
        yield SpeechChunk(np.zeros(0, np.float32), (SpeechMark(begin_s, ends, "sentence", *sentence.span, ""),))
        times = np.arange(round(SECONDS_A_WORD * self.sample_rate_hz)) / self.sample_rate_hz
        sound = (0.1 * np.sin(2 * np.pi * 160 * times)).astype(np.float32)
        for number, word in enumerate(sentence.words):
            begins = begin_s + SECONDS_A_WORD * number
            mark = SpeechMark(begins, begins + SECONDS_A_WORD, "word", *word.span, word.text)
            yield SpeechChunk(sound, (mark,))

    Voice.synthesize_sentence = hum  # type: ignore[method-assign, assignment]
    return run(arguments)


if __name__ == "__main__":
    main()
