"""`vivavoce speak "…" -o speech.wav`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vivavoce.audio import Audio, write_audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.text import analyse
from vivavoce.text.utterance import Utterance
from vivavoce.voice import SpeechChunk, load_voice
from vivavoce.voice.page import Take, speech_page
from vivavoce.voice.speech import DEFAULT_VOCODER, DEFAULT_VOICE, language_of

MAX_TEXT_BYTES = 4 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", help="what to say, plain or SSML; - reads standard input")
    parser.add_argument("--file", type=Path, help="read the text from a file instead")
    parser.add_argument("-o", "--output", default="speech.wav", help=".wav .flac .ogg .opus; - for raw 16-bit PCM")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon")
    parser.add_argument("--vocoder", default=DEFAULT_VOCODER, help="name or path of a vocoder addon")
    parser.add_argument("--speaker", help="one of the voice's speakers (--speakers lists them)")
    parser.add_argument("--speakers", action="store_true", help="list the voice's speakers and stop")
    parser.add_argument("--rate", type=float, default=1.0, help="speed, .25 to 4")
    parser.add_argument("--marks", type=Path, help="write sentence and word times here, one JSON object a line")
    parser.add_argument("--page", type=Path, help="write a page with player, spectrogram, words and pitch here")


def run(arguments: argparse.Namespace) -> int:
    voice = load_voice(arguments.voice, arguments.vocoder)
    if arguments.speakers:
        print("\n".join(voice.speakers))
        return 0
    source = read_text(arguments.text, arguments.file)
    _check_folders(arguments)
    speaker = arguments.speaker or voice.speakers[0]
    utterance = analyse(source, language=language_of(speaker))
    for notice in utterance.notices:
        print(f"vivavoce: {notice}", file=sys.stderr)
    chunks = voice.stream(utterance, speaker=speaker, rate=arguments.rate)
    if arguments.output == "-":
        spoken = _collect(_to_standard_output(chunks))
    else:
        spoken = _collect(chunks)
        write_audio(arguments.output, Audio(spoken.samples, RATE_HZ))
        print(f"{arguments.output}: {len(spoken.samples) / RATE_HZ:.2f} s by {speaker}", file=sys.stderr)
    if arguments.marks:
        write_text(
            arguments.marks, "".join(json.dumps(asdict(mark), ensure_ascii=False) + "\n" for mark in spoken.marks)
        )
    if arguments.page:
        take = Take(_title(utterance), Audio(spoken.samples, RATE_HZ), spoken.marks)
        write_text(arguments.page, speech_page("vivavoce speak", [take]))
    return 0


def read_text(text: str | None, file: Path | None) -> str:
    """The text of the argument, of a file, or of standard input for `-`.

    Raises `InputError` when there is none, when it is not UTF-8, or when it is over 4 MiB.
    """
    if (text is None) == (file is None):
        raise InputError("give a text, or --file with a path, and not both")
    if text is not None and text != "-":
        return text
    place = str(file) if file else "standard input"
    if file:
        with open(file, "rb") as stream:
            data = stream.read(MAX_TEXT_BYTES + 1)
    else:
        data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise InputError(f"{place}: over {MAX_TEXT_BYTES >> 20} MiB of text, split it")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 at byte {error.start}") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file that appears whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _check_folders(arguments: argparse.Namespace) -> None:
    """Say that a folder is missing before the work, not after it."""
    outputs = [Path(arguments.output)] if arguments.output != "-" else []
    for path in (*outputs, arguments.marks, arguments.page):
        if path and not path.parent.is_dir():
            raise InputError(f"{path}: the folder {path.parent} does not exist, make it first")


def _collect(chunks: Iterator[SpeechChunk]) -> SpeechChunk:
    kept = list(chunks)
    return SpeechChunk(
        np.concatenate([chunk.samples for chunk in kept]), tuple(mark for chunk in kept for mark in chunk.marks)
    )


def _to_standard_output(chunks: Iterator[SpeechChunk]) -> Iterator[SpeechChunk]:
    """Each chunk is out before the next is made."""
    for chunk in chunks:
        sys.stdout.buffer.write((np.clip(chunk.samples, -1, 1) * 32767).astype("<i2").tobytes())
        sys.stdout.buffer.flush()
        yield chunk


def _title(utterance: Utterance) -> str:
    text = utterance.sentences[0].text
    return text if len(utterance.sentences) == 1 else f"{text} …"
