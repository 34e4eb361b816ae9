"""`vivavoce demo`: three sentences, their marks, and one page to look at and listen to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.audio import Audio, write_audio
from vivavoce.files import write_text
from vivavoce.voice import load_voice
from vivavoce.voice.marks import polly_lines
from vivavoce.voice.page import Take, speech_page

SENTENCES = (
    ("statement", "kathleen", "The brown fox is quick, and it is jumping over the lazy dog."),
    ("question", "af_heart", "Does he wear a black suit or a blue one?"),
    (
        "long",
        "bf_emma",
        "When the rain had stopped at last, and the old streets shone under the lamps, she closed the book, "
        "took her coat from the chair, and went out to meet the friend who had been waiting for her since noon.",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, default=Path("demo"), help="folder to write into (demo)")


def run(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    voice = load_voice()
    takes = []
    for name, speaker, text in SENTENCES:
        spoken = voice.synthesize(text, speaker=speaker)
        audio = Audio(spoken.samples, voice.sample_rate_hz)
        write_audio(folder / f"{name}.wav", audio)
        write_text(folder / f"{name}.marks.jsonl", "\n".join(polly_lines(spoken.marks, text.encode())) + "\n")
        takes.append(Take(f"{speaker}: {text}", audio, spoken.marks))
    write_text(folder / "index.html", speech_page("vivavoce speaks", takes))
    print(f"{folder / 'index.html'}: {len(takes)} sentences to hear and see", file=sys.stderr)
    return 0
