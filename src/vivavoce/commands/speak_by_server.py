"""`vivavoce speak "…" --server URL`: the text goes to a warm server, its sound and marks come back as they are made."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from vivavoce.audio import FORMATS, Samples, format_of, write_blocks
from vivavoce.client import Client, SpokenChunk, SpokenWord
from vivavoce.commands.prosody_options import warn_of_seed
from vivavoce.commands.standard_streams import read_text, write_pcm
from vivavoce.errors import InputError
from vivavoce.files import check_outputs, write_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("text", nargs="*", help="what to say in quotes, plain or SSML; - reads standard input")
    add("--server", metavar="URL", required=True, help="a running `vivavoce serve`, or unix:PATH of its socket")
    add("--token", help="what lets us in (VIVAVOCE_TOKEN)")
    add("--file", type=Path, help="read the text from a file instead")
    add("-o", "--output", help="file to write (speech.wav), - for --stream")
    add("--format", choices=tuple(FORMATS), help="format of the file, otherwise told by its suffix")
    add("--stream", action="store_true", help="raw 16-bit mono PCM at the voice's rate to standard output")
    add("--speaker", help="one of the server's speakers")
    add("--rate", type=float, default=1.0, help="speed, 0.25 to 4")
    add("--pitch", type=float, default=0.0, metavar="SEMITONES", help="higher or lower by up to 24 semitones")
    add("--prosody", metavar="SYSTEM", help="what chooses the prosody of a sentence")
    add("--temperature", type=float, default=0.0, help="how freely prosody is sampled, 0 to 1")
    add("--seed", type=int, default=0, help="which sample")
    add("--pauses", type=float, metavar="FACTOR", help="pauses so many times as long, 0 to 5")
    add("--marks", type=Path, help="write sentence and word times here, as Polly does: one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    text = read_text(" ".join(arguments.text) or None, arguments.file)
    is_streamed = arguments.stream or arguments.output == "-"
    wanted = arguments.output if arguments.output != "-" else None
    output = Path(wanted or f"speech.{arguments.format or 'wav'}") if wanted or not is_streamed else None
    check_outputs([arguments.file], output, arguments.marks)
    warn_of_seed(arguments.seed, arguments.temperature)
    name = arguments.format or (format_of(output) if output else "wav")
    chunks = Client(arguments.server, arguments.token).speak(
        text,
        speaker=arguments.speaker,
        rate=arguments.rate,
        pitch_semitones=arguments.pitch,
        prosody=arguments.prosody,
        temperature=arguments.temperature,
        seed=arguments.seed,
        pauses=arguments.pauses,
    )
    first = next(chunks, None)
    if first is None:
        raise InputError("the server said nothing")
    lines: list[str] = []
    blocks = _blocks(first, chunks, lines, is_streamed)
    if output:
        write_blocks(output, blocks, first.rate_hz, name)
        print(f"{output}: by {arguments.server}", file=sys.stderr)
    else:
        for _ in blocks:
            pass
    if arguments.marks:
        write_text(arguments.marks, "".join(f"{line}\n" for line in lines))
    return 0


def _blocks(first: SpokenChunk, rest: Iterator[SpokenChunk], lines: list[str], is_streamed: bool) -> Iterator[Samples]:
    """Sound as it comes, marks added to `lines`, sound also to standard output."""
    with ExitStack() as stack:
        stack.callback(getattr(rest, "close", lambda: None))
        for chunk in _with(first, rest):
            marks = [(mark, "sentence") for mark in chunk.sentences] + [(mark, "word") for mark in chunk.words]
            lines += [_line(mark, kind) for mark, kind in sorted(marks, key=lambda item: item[0].start)]
            if is_streamed:
                write_pcm(chunk.samples)
            yield chunk.samples


def _with(first: SpokenChunk, rest: Iterator[SpokenChunk]) -> Iterator[SpokenChunk]:
    yield first
    yield from rest


def _line(mark: SpokenWord, kind: str) -> str:
    fields = {"time": round(mark.start * 1000), "type": kind, "start": mark.start_byte, "end": mark.end_byte}
    return json.dumps({**fields, "value": mark.text}, ensure_ascii=False, separators=(",", ":"))
