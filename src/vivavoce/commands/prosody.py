"""`vivavoce prosody compare "…"`: one sentence by every prosody system, on one page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from vivavoce.audio import Audio
from vivavoce.commands.standard_streams import read_text
from vivavoce.errors import InputError
from vivavoce.files import check_output, write_text
from vivavoce.prosody import VoiceMismatchError, prosody_source, prosody_systems
from vivavoce.prosody.page import MAX_SECONDS, comparison_page
from vivavoce.voice import load_voice
from vivavoce.voice.load import DEFAULT_VOICE
from vivavoce.voice.page import Take
from vivavoce.voice.speech_chunk import SpeechChunk, concatenate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("action", choices=["compare"], help="compare: players, pitch, energy and durations, system by system")
    add("text", help="what to say, plain or SSML; - reads standard input")
    add("-o", "--output", type=Path, default=Path("prosody.html"), help="the page to write (prosody.html)")
    add("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon")
    add("--speaker", help="one of the voice's speakers")
    add("--temperature", type=float, default=0.0, help="kathaka: 0 speaks the mean, 1 a sample (0 to 1)")
    add("--seed", type=int, default=0, help="kathaka: which sample")


def run(arguments: argparse.Namespace) -> int:
    output: Path = arguments.output
    check_output(output)
    text = read_text(arguments.text, None)
    voice = load_voice(arguments.voice)
    speaker = voice.speaker(arguments.speaker).name
    takes: list[Take] = []
    for name in prosody_systems():
        temperature = arguments.temperature if name == "kathaka" else 0.0
        try:
            source = prosody_source(name, temperature, arguments.seed)
            chunks = voice.stream(text, speaker=speaker, prosody=source)
        except VoiceMismatchError as error:
            print(f"vivavoce: {name} is left out: {error}", file=sys.stderr)
            continue
        spoken = concatenate(_limit_length(chunks, voice.sample_rate_hz))
        takes.append(Take(name, Audio(spoken.samples, voice.sample_rate_hz), spoken.marks))
    write_text(output, comparison_page(f"{speaker}: {text}", takes))
    print(f"{output}: {', '.join(take.title for take in takes)}", file=sys.stderr)
    return 0


def _limit_length(chunks: Iterable[SpeechChunk], rate_hz: int) -> Iterator[SpeechChunk]:
    """The same; a long text is refused as soon as it is heard to be long. Raises `InputError`."""
    samples = 0
    for chunk in chunks:
        samples += len(chunk.samples)
        if samples > MAX_SECONDS * rate_hz:
            raise InputError(f"a comparison is for at most {MAX_SECONDS} s of speech, give a shorter text")
        yield chunk
