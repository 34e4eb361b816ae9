"""`vivavoce book in.epub -o out.m4b`: a whole book as speech, by chapters."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from vivavoce.commands.book_marks import BookMarks
from vivavoce.commands.prosody_options import add_prosody_arguments, read_prosody
from vivavoce.commands.speech_output import open_spool, resume_key
from vivavoce.commands.spoken_progress import progress
from vivavoce.commands.wording import with_noun
from vivavoce.errors import InputError
from vivavoce.files import check_outputs
from vivavoce.text.book import Book, open_book
from vivavoce.text.book.sentences import PlacedSentence, chapter_sentences
from vivavoce.text.document import known_language
from vivavoce.text.espeak import is_espeak_language, language_in_markup
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.voice_request import VoiceRequest
from vivavoce.voice.load import DEFAULT_VOICE, load_voice
from vivavoce.voice.spool import SynthesisSpool
from vivavoce.voice.style import Pauses, SpeakingStyle
from vivavoce.voice.synthesizer import Voice

SUFFIXES = (".m4b", ".m4a", ".opus", ".mp3", ".epub")
CAPTIONS = ("srt", "vtt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("book", type=Path, help="a book without copy protection: .epub, .txt, .md or .html")
    add("-o", "--output", type=Path, help="BOOK.m4b; .opus or .mp3 for a file a chapter, .epub to read along")
    add("--chapters", action="store_true", help="list the chapters and stop")
    add("--voice", default=DEFAULT_VOICE, help="name or path of a voice addon")
    add("--speaker", help="who reads; without it somebody of the book's language")
    add("--quotation-speaker", metavar="SPEAKER", help="who speaks what stands in quotation marks")
    add("--language", help="of the book, where it does not say or says wrongly: en-US or en-GB")
    add("--rate", type=float, default=1.0, help="speed, 0.25 to 4")
    add("--pitch", type=float, default=0.0, metavar="SEMITONES", help="higher or lower by up to 24 semitones")
    add("--pauses", type=float, default=1.0, metavar="FACTOR", help="longer or shorter pauses, 0 to 5")
    add_prosody_arguments(parser)
    add("--lexicon", type=Path, help="how words are said: see docs/how-to/lexicon.md")
    add("--captions", choices=CAPTIONS, help="write captions beside the output")
    add("--resume", action="store_true", help="if interrupted, keep what is spoken in OUTPUT.part and go on from it")


def run(arguments: argparse.Namespace) -> int:
    book = open_book(arguments.book)
    # Every chapter is read once, so that a broken one is known before hours of speech; a cover has nothing to say.
    book = replace(book, chapters=tuple(chapter for chapter in book.chapters if chapter.read()))
    if not book.chapters:
        raise InputError(f"{arguments.book}: nothing to say")
    if arguments.chapters:
        for number, chapter in enumerate(book.chapters, 1):
            print(f"{number:3}  {chapter.title}")
        return 0
    output = arguments.output or arguments.book.with_suffix(".m4b")
    if output.suffix.lower() not in SUFFIXES:
        raise InputError(f"{output}: a book is written as {', '.join(SUFFIXES)}")
    check_outputs([arguments.book, arguments.lexicon], output)
    voice = load_voice(arguments.voice)
    wanted = _language(arguments.language or book.language, voice)
    style = _style(voice, arguments, wanted)
    language = style.speaker.reads
    lexicon = Lexicon.read(arguments.lexicon, language) if arguments.lexicon else None
    reading = _Reading(book, language, lexicon, _quotation(voice, arguments.quotation_speaker))
    arguments.ssml = False
    edition = f"{_digest(arguments.book)} {arguments.quotation_speaker}"
    with open_spool(arguments, output, lambda: resume_key(edition, lexicon, arguments, style)) as spool:
        _speak(voice, reading, style, spool)
        marks = BookMarks.read(spool.folder / "marks.jsonl", spool.samples, voice.sample_rate_hz)
        _write(book, output, spool, marks, voice.sample_rate_hz)
        if arguments.captions:
            from vivavoce.commands.book_captions import write_captions

            write_captions(output.with_suffix(f".{arguments.captions}"), marks, arguments.captions)
    chapters = with_noun(len(book.chapters), "chapter")
    length = timedelta(seconds=round(spool.samples / voice.sample_rate_hz))
    print(f"{output}: {chapters}, {length} by {style.speaker.name}", file=sys.stderr)
    return 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read, and by whom."""

    book: Book
    language: str
    lexicon: Lexicon | None
    quotation: VoiceRequest | None

    def sentences(self) -> Iterator[tuple[int, PlacedSentence, list[str], float]]:
        """Number of the chapter, sentence, the texts of the chapter's paragraphs, and the share of the chapter done."""
        for number, chapter in enumerate(self.book.chapters):
            paragraphs = chapter.read()
            texts = [paragraph.text for paragraph in paragraphs]
            for placed in chapter_sentences(paragraphs, self.language, self.lexicon, self.quotation):
                yield number, placed, texts, placed.paragraph / max(1, len(texts))


def _speak(voice: Voice, reading: _Reading, style: SpeakingStyle, spool: SynthesisSpool) -> None:
    """Say what is not said yet, with a mark for every chapter, paragraph, sentence and word."""
    sizes = [chapter.size for chapter in reading.book.chapters]
    previous, at = None, (-1, -1)
    with progress(max(1, sum(sizes))) as show:
        for count, (chapter, placed, texts, share) in enumerate(reading.sentences()):
            begins = (chapter, placed.paragraph)
            if count >= spool.done.sentences:
                if chapter != at[0]:
                    spool.mark(BookMarks.chapter_line(chapter, reading.book.chapters[chapter].title, spool.samples))
                if begins != at:
                    heading = placed.sentence.boundary == "heading"
                    spool.mark(BookMarks.paragraph_line(texts[placed.paragraph], heading))
                begin_s = spool.samples / voice.sample_rate_hz
                for chunk in voice.synthesize_sentence(placed.sentence, style, begin_s=begin_s, previous=previous):
                    spool.add(chunk.samples)
                    for mark in chunk.marks:
                        spool.mark(BookMarks.speech_line(mark))
                spool.end_sentence()
                show(round(sum(sizes[:chapter]) + share * sizes[chapter]), spool.samples / voice.sample_rate_hz)
            previous, at = placed.sentence, begins


def _write(book: Book, output: Path, spool: SynthesisSpool, marks: BookMarks, rate_hz: int) -> None:
    from vivavoce.commands import book_audio, book_overlay

    suffix = output.suffix.lower()
    if suffix in (".m4b", ".m4a"):
        book_audio.write_m4b(output, book, spool, marks, rate_hz)
    elif suffix == ".epub":
        book_overlay.write_epub(output, book, spool, marks, rate_hz)
    else:
        book_audio.write_chapters(output, book, spool, marks, rate_hz)


def _language(tag: str, voice: Voice) -> str:
    """The language of the book; one that nobody here reads is an error, since it would be read as English."""
    if not tag:
        return ""
    for speaker in voice.speakers:
        if is_espeak_language(speaker.reads) and language_in_markup(tag, speaker.reads) == speaker.reads:
            return speaker.language
    try:
        return known_language(tag)
    except InputError:
        if tag.lower().startswith("en"):
            return "en-GB"
        raise InputError(f"the book is in {tag!r}; give --language en-US to read it as English all the same") from None


def _style(voice: Voice, arguments: argparse.Namespace, language: str) -> SpeakingStyle:
    """The chosen speaker; without one the first of the book's language, if there is one."""
    pauses = Pauses().scale(arguments.pauses)
    fitting = [speaker.name for speaker in voice.speakers if language and speaker.language == language]
    first = voice.speakers[0]
    speaker = arguments.speaker or (first.name if first.name in fitting or not fitting else fitting[0])
    return voice.style(speaker, arguments.rate, arguments.pitch, read_prosody(arguments), pauses)


def _quotation(voice: Voice, speaker: str | None) -> VoiceRequest | None:
    return VoiceRequest(names=(voice.speaker(speaker).name,)) if speaker else None


def _digest(path: Path) -> str:
    """Of the book's bytes: another edition is not gone on with."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
