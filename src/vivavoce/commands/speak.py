"""`vivavoce speak "…" -o speech.wav`."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vivavoce.audio import FORMATS, Audio, format_of, write_blocks
from vivavoce.blocks import find_addon, load_addon
from vivavoce.commands.prosody_options import add_prosody_arguments, prosody_of
from vivavoce.commands.spoken_inspection import check_inspection, inspect_spoken
from vivavoce.commands.spoken_progress import progress
from vivavoce.commands.standard_streams import read_text, write_pcm
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.files import check_outputs, write_text
from vivavoce.text import iter_sentences
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.notices import Notices
from vivavoce.text.utterance import Sentence
from vivavoce.voice.marks import polly_lines
from vivavoce.voice.spool import Reading
from vivavoce.voice.synthesizer import (
    DEFAULT_VOCODER,
    DEFAULT_VOICE,
    Manner,
    SpeechChunk,
    Voice,
    joined,
    language_of,
    load_voice,
)

if TYPE_CHECKING:
    from vivavoce.transport.udp import LiveSender

# What only some options need (prosody systems, the link, pages) is imported where it is asked for.

MAX_PAGE_SECONDS = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("text", nargs="?", help="what to say, plain or SSML; - reads standard input")
    add("--file", type=Path, help="read the text from a file instead")
    add("--ssml", action="store_true", help="the text is SSML, even if it does not begin with <speak")
    add("-o", "--output", help="file to write, - for --stream (speech.wav, or speech.FORMAT)")
    add("--format", choices=tuple(FORMATS), help="format of the file, otherwise told by its suffix")
    add("--stream", action="store_true", help="raw 16-bit mono PCM at 24 kHz to standard output as it is made")
    add("--protect", metavar="HOST:PORT", help="send it there as it is made, in packets that carry their own past")
    add("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon")
    add("--vocoder", default=DEFAULT_VOCODER, help="name or path of a vocoder addon")
    add("--speaker", help="one of the voice's speakers (--speakers lists them)")
    add("--speakers", action="store_true", help="list the voice's speakers and stop")
    add("--rate", type=float, default=1.0, help="speed, .25 to 4")
    add("--pitch", type=float, default=0.0, metavar="SEMITONES", help="higher or lower by up to 24 semitones")
    add_prosody_arguments(parser)
    add("--lexicon", type=Path, help="how words are said: lines of word, tab, phonemes, perhaps tab and Penn tag")
    add("--marks", type=Path, help="write sentence and word times here, as Polly does: one JSON object a line")
    add("--page", type=Path, help="write a page with player, spectrogram, words and pitch here")
    add("--inspect", action="store_true", help="listen for defects in what was written; exit code 3 if there are any")
    add("--resume", action="store_true", help="if interrupted, keep what is spoken in OUTPUT.part and go on from it")


def run(arguments: argparse.Namespace) -> int:
    if arguments.speakers:
        print("\n".join(load_voice(arguments.voice, arguments.vocoder).speakers))
        return 0
    source = read_text(arguments.text, arguments.file)
    output = _output(arguments)
    check_outputs([arguments.file, arguments.lexicon], output, arguments.marks, arguments.page)
    if arguments.inspect:
        check_inspection(output)
    voice = load_voice(arguments.voice, arguments.vocoder)
    manner = voice.manner(arguments.speaker, arguments.rate, arguments.pitch, prosody_of(arguments))
    notices = Notices(source)
    markup = True if arguments.ssml else None
    language = language_of(manner.speaker)
    lexicon = Lexicon.read(arguments.lexicon, language) if arguments.lexicon else None
    sentences = iter_sentences(source, markup=markup, language=language, lexicon=lexicon, notices=notices)
    if arguments.marks and not voice.knows_words:
        print(
            f'vivavoce: voice "{voice.name}" does not know when words begin, only sentences are marked', file=sys.stderr
        )
    with (
        _reading(arguments, output, _key(source, lexicon, arguments, manner)) as reading,
        _line(arguments.protect) as link,
    ):
        kept = _speak(voice, sentences, manner, reading, source.encode("utf-8", "surrogatepass"), arguments, link)
        for notice in notices.lines():
            print(f"vivavoce: {notice}", file=sys.stderr)
        if output:
            write_blocks(output, reading.blocks(), RATE_HZ, arguments.format or format_of(output))
            print(f"{output}: {reading.samples / RATE_HZ:.2f} s by {manner.speaker}", file=sys.stderr)
        if arguments.marks:
            reading.move_marks(arguments.marks)
        if arguments.page:
            _write_page(arguments.page, kept)
    return inspect_spoken(output) if arguments.inspect and output else 0


def _speak(
    voice: Voice, sentences: Iterable[Sentence], manner: Manner, reading: Reading, source: bytes,
    arguments: argparse.Namespace, link: LiveSender | None,
) -> list[SpeechChunk]:  # fmt: skip
    """Say what is not said yet; returns it for a page, if one is wanted."""
    kept: list[SpeechChunk] = []
    with progress(len(source)) as tell:
        for number, sentence in enumerate(sentences):
            if number < reading.done.sentences:
                continue
            for chunk in voice.say(sentence, manner, begin_s=reading.samples / RATE_HZ):
                if arguments.stream:
                    write_pcm(chunk.samples)
                if link:
                    link.push(chunk.samples)
                reading.add(chunk.samples)
                for line in polly_lines(chunk.marks, source):
                    reading.mark(line)
                if arguments.page:
                    kept.append(chunk)
                    _check_page(reading.samples)
            reading.end_sentence()
            tell(sentence.span[1], reading.samples / RATE_HZ)
    return kept


def _output(arguments: argparse.Namespace) -> Path | None:
    """The file to write; None if sound goes to standard output alone. Settles `arguments.stream`."""
    wanted = arguments.output
    if wanted == "-":
        if arguments.format:
            raise InputError(f"standard output takes raw PCM alone; give -o with a file for {arguments.format}")
        arguments.stream, wanted = True, None
    elif wanted == "":
        raise InputError("-o is empty, name a file or - for standard output")
    elif wanted is None and not arguments.stream and not arguments.protect:
        wanted = f"speech.{arguments.format or 'wav'}"
    if arguments.stream and sys.stdout is None:
        raise InputError("standard output is closed, give -o with a file")
    if wanted is None and arguments.resume:
        raise InputError("--resume needs -o with a file, a stream cannot be taken up again")
    for path in (arguments.marks, arguments.page):
        if path and str(path) in ("-", "."):
            raise InputError("--marks and --page need the name of a file")
    if arguments.resume and arguments.page:
        raise InputError("--page needs the whole sound in memory, leave --resume out")
    output = Path(wanted) if wanted is not None else None
    if output and not arguments.format:
        format_of(output)
    return output


def _write_page(path: Path, kept: list[SpeechChunk]) -> None:
    from vivavoce.voice.page import Take, speech_page

    spoken = joined(kept)
    title = next(mark.value for mark in spoken.marks if mark.type == "sentence")
    write_text(path, speech_page("vivavoce speak", [Take(title, Audio(spoken.samples, RATE_HZ), spoken.marks)]))


def _check_page(samples: int) -> None:
    if samples > MAX_PAGE_SECONDS * RATE_HZ:
        raise InputError(f"--page is for at most {MAX_PAGE_SECONDS // 60} minutes of speech, leave it out")


@contextmanager
def _reading(arguments: argparse.Namespace, output: Path | None, key: str) -> Iterator[Reading]:
    """Where the sound is put together: a folder beside the output that is removed, unless it is to be resumed."""
    if output and arguments.resume:
        reading = Reading(output.with_name(f"{output.name}.part"), key)
        if reading.done.sentences:
            print(f"{output}: going on after {reading.done.sentences} sentences", file=sys.stderr)
        try:
            yield reading
        except BaseException:
            reading.close()
            raise
        reading.remove()
        return
    beside = output.parent if output else None
    with tempfile.TemporaryDirectory(prefix=".vivavoce-", dir=beside, ignore_cleanup_errors=True) as folder:
        reading = Reading(Path(folder), key)
        try:
            yield reading
        finally:
            reading.close()


def _key(source: str, lexicon: Lexicon | None, arguments: argparse.Namespace, manner: Manner) -> str:
    """Whatever decides how the text sounds: a reading of another key is not gone on with."""
    weights = [load_addon(find_addon(name)).manifest.files for name in (arguments.voice, arguments.vocoder)]
    prosody = (arguments.prosody, arguments.variety, arguments.seed)
    said = (manner.speaker, manner.rate, manner.pitch_semitones)
    decisive = (source, arguments.ssml, lexicon, *said, prosody, weights)
    return hashlib.sha256(repr(decisive).encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _line(address: str | None) -> Iterator[LiveSender | None]:
    """Where `--protect` sends, if it is given."""
    if address is None:
        yield None
        return
    from vivavoce.commands.send import line
    from vivavoce.transport.sender import ProtectionSettings

    with line(address, ProtectionSettings(), RATE_HZ) as out:
        yield out
    print(f"{address}: {out.sent} packets sent", file=sys.stderr)
