"""`vivavoce speak "…" -o speech.wav`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vivavoce.audio import FORMATS, Audio, format_of, write_blocks
from vivavoce.commands.prosody_options import add_prosody_arguments, read_prosody
from vivavoce.commands.speech_output import choose_output, open_spool, resume_key
from vivavoce.commands.spoken_inspection import check_inspection, inspect_spoken
from vivavoce.commands.spoken_progress import progress
from vivavoce.commands.standard_streams import read_text, write_pcm
from vivavoce.commands.wording import as_list, with_noun
from vivavoce.errors import InputError
from vivavoce.files import check_outputs, write_text
from vivavoce.text import iter_sentences
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.notices import Notices
from vivavoce.text.utterance import Sentence
from vivavoce.voice.load import DEFAULT_VOICE, load_voice
from vivavoce.voice.marks import polly_lines
from vivavoce.voice.speech_chunk import SpeechChunk, concatenate
from vivavoce.voice.spool import SynthesisSpool
from vivavoce.voice.style import Pauses, SpeakingStyle
from vivavoce.voice.synthesizer import Voice

if TYPE_CHECKING:
    from vivavoce.transport.udp import LiveSender

# What only some options need (prosody systems, the link, pages) is imported where it is asked for.

MAX_PAGE_SECONDS = 600
SAMPLE = "The quick brown fox is jumping over the lazy dog."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("text", nargs="*", help="what to say in quotes, plain or SSML; - reads standard input")
    add("--file", type=Path, help="read the text from a file instead")
    add("--ssml", action="store_true", help="the text is SSML, even if it does not begin with <speak")
    add("--lenient", action="store_true", help="drop vendors' SSML that has no meaning here, with a notice")
    add("-o", "--output", help="file to write, - for --stream (the first free one of speech.wav, speech-2.wav …)")
    add("--format", choices=tuple(FORMATS), help="format of the file, otherwise told by its suffix")
    add("--stream", action="store_true", help="raw 16-bit mono PCM at the voice's rate to standard output")
    add("--protect", metavar="HOST:PORT", help="send it there as it is made, in packets that carry their own past")
    add("--server", metavar="URL", help="let a running `vivavoce serve` speak, which is warm already")
    add("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon (vivavoce addons list)")
    add("--speaker", help="one of the voice's speakers (--speakers lists them)")
    add("--speakers", action="store_true", help="list the voice's speakers with a way to hear each, and stop")
    add("--rate", type=float, default=1.0, help="speed, 0.25 to 4")
    add("--pitch", type=float, default=0.0, metavar="SEMITONES", help="higher or lower by up to 24 semitones")
    add("--pauses", type=float, default=1.0, metavar="FACTOR", help="longer or shorter pauses, 0 to 5")
    add_prosody_arguments(parser)
    add("--lexicon", type=Path, help="how words are said: lines of word, tab, phonemes, perhaps tab and Penn tag")
    add("--marks", type=Path, help="write sentence and word times here, as Polly does: one JSON object a line")
    add("--html", type=Path, help="write a page with player, spectrogram, words and pitch here")
    add("--inspect", action="store_true", help="listen for defects in what was written; exit code 3 if there are any")
    add("--resume", action="store_true", help="if interrupted, keep what is spoken in OUTPUT.part and go on from it")


def run(arguments: argparse.Namespace) -> int:
    if arguments.speakers:
        _list_speakers(load_voice(arguments.voice), arguments.voice)
        return 0
    source = read_text(_one_text(arguments.text), arguments.file)
    output = choose_output(arguments)
    check_outputs([arguments.file, arguments.lexicon], output, arguments.marks, arguments.html)
    if arguments.inspect:
        check_inspection(output)
    voice = load_voice(arguments.voice)
    pauses = Pauses().scale(arguments.pauses)
    style = voice.style(arguments.speaker, arguments.rate, arguments.pitch, read_prosody(arguments), pauses)
    notices = Notices(source)
    markup = True if arguments.ssml else None
    language = style.speaker.reads
    lexicon = Lexicon.read(arguments.lexicon, language) if arguments.lexicon else None
    sentences = iter_sentences(
        source,
        markup=markup,
        language=language,
        lexicon=lexicon,
        notices=notices,
        lenient=arguments.lenient,
        speakers=voice.speakers,
    )
    if arguments.marks and not voice.has_word_timings:
        print(
            f'vivavoce: voice "{voice.name}" does not know when words begin, only sentences are marked', file=sys.stderr
        )
    rate_hz = voice.sample_rate_hz
    with (
        open_spool(arguments, output, lambda: resume_key(source, lexicon, arguments, style)) as spool,
        _open_link(arguments.protect, rate_hz) as link,
    ):
        encoded = source.encode("utf-8", "surrogatepass")
        kept, speakers = _speak(voice, sentences, style, spool, encoded, arguments, link)
        for notice in notices.lines():
            print(f"vivavoce: {notice}", file=sys.stderr)
        if output:
            write_blocks(output, spool.blocks(), rate_hz, arguments.format or format_of(output))
            print(f"{output}: {spool.samples / rate_hz:.2f} s by {as_list(speakers)}", file=sys.stderr)
        if arguments.marks:
            spool.move_marks(arguments.marks)
        if arguments.html:
            _write_page(arguments.html, kept, rate_hz)
    return inspect_spoken(output) if arguments.inspect and output else 0


def _one_text(words: list[str]) -> str | None:
    """The text of the command line. Raises `InputError` for several words, which a shell makes of an unquoted text."""
    if len(words) > 1:
        raise InputError(f'put the text in quotes: vivavoce speak "{" ".join(words)}"')
    return words[0] if words else None


def _list_speakers(voice: Voice, called: str) -> None:
    width = max(len(speaker.name) for speaker in voice.speakers)
    for speaker in voice.speakers:
        print(f"{speaker.name:<{width}}  {speaker.language:<6} {speaker.description}".rstrip())
    chosen = "" if called == DEFAULT_VOICE else f" --voice {shlex.quote(called)}"
    print(f'\nTo hear one: vivavoce speak{chosen} --speaker {voice.speakers[-1].name} "{SAMPLE}"')


def _speak(
    voice: Voice, sentences: Iterable[Sentence], style: SpeakingStyle, spool: SynthesisSpool, source: bytes,
    arguments: argparse.Namespace, link: LiveSender | None,
) -> tuple[list[SpeechChunk], list[str]]:  # fmt: skip
    """Say what is not said yet; returns it for a page, if one is wanted, and the names of all who speak."""
    kept: list[SpeechChunk] = []
    speakers: dict[str, None] = {}

    def put(chunk: SpeechChunk) -> None:
        if arguments.stream:
            write_pcm(chunk.samples)
        if link:
            link.push(chunk.samples)
        spool.add(chunk.samples)
        for line in polly_lines(chunk.marks, source):
            spool.mark(line)
        if arguments.html:
            kept.append(chunk)
            _check_page(spool.samples, voice.sample_rate_hz)

    previous = None
    with progress(len(source)) as show:
        for number, sentence in enumerate(sentences):
            if number >= spool.done.sentences:
                begin_s = spool.samples / voice.sample_rate_hz
                for chunk in voice.synthesize_sentence(sentence, style, begin_s=begin_s, previous=previous):
                    put(chunk)
                spool.end_sentence()
                show(sentence.span[1], spool.samples / voice.sample_rate_hz)
            previous = sentence
            speakers[voice.speaker_of(sentence, style).name] = None
    if previous:
        put(voice.closing_silence(style))
    return kept, list(speakers)


def _write_page(path: Path, kept: list[SpeechChunk], rate_hz: int) -> None:
    from vivavoce.voice.page import Take, speech_page

    spoken = concatenate(kept)
    title = next(mark.value for mark in spoken.marks if mark.type == "sentence")
    write_text(path, speech_page("vivavoce speak", [Take(title, Audio(spoken.samples, rate_hz), spoken.marks)]))


def _check_page(samples: int, rate_hz: int) -> None:
    if samples > MAX_PAGE_SECONDS * rate_hz:
        raise InputError(f"--html is for at most {MAX_PAGE_SECONDS // 60} minutes of speech, leave it out")


@contextmanager
def _open_link(address: str | None, rate_hz: int) -> Generator[LiveSender | None, None, None]:
    """Where `--protect` sends, if it is given."""
    if address is None:
        yield None
        return
    from vivavoce.commands.send import open_line
    from vivavoce.redundancy.codec import payload_codec
    from vivavoce.transport.sender import Protector

    with open_line(address, Protector(payload_codec.load_codec()), rate_hz) as out:
        yield out
    print(f"{address}: {with_noun(out.sent, 'packet')} sent", file=sys.stderr)
