"""The one place that knows the voice's Python interface: a text in, chunks of sound with marks out, as made."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.prosody import prosody_source, prosody_systems
from vivavoce.serve.metrics import Metrics
from vivavoce.serve.scheduler import DeadlineScheduler
from vivavoce.text import iter_sentences
from vivavoce.text.phonemes import LANGUAGES
from vivavoce.text.pronounce import grapheme_to_phoneme
from vivavoce.text.utterance import Sentence
from vivavoce.voice import DEFAULT_VOICE, Pauses, ProsodySource, SpeakingStyle, Voice, load_voice
from vivavoce.voice.marks import polly_lines
from vivavoce.voice.synthesizer import SCHEDULE
from vivavoce.voice.timing import SpeechMark

__all__ = [
    "PROSODY_SYSTEMS",
    "Chunk",
    "Engine",
    "Speaker",
    "Speech",
    "SpeechMark",
    "Style",
    "concatenate",
    "polly_lines",
]

PROSODY_SYSTEMS = prosody_systems()
_WARM_TEXT = "Will 21 people read Xanthippe's live record? The first sentence of a server takes longer than others."
_LATER = type(SCHEDULE)(SCHEDULE.sizes[-1:])
"""Chunks of every sentence but a speech's first: nobody waits for them."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who can be asked for by `id`."""

    id: str
    voice: str
    """Name of the addon."""
    name: str
    """What the addon calls the speaker."""
    language: str
    reads: str
    """The language in whose sounds texts are put before this speaker."""
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is said. `rate` is a factor, 0.25 to 4; `temperature` 0 to 1 says how freely prosody is sampled."""

    speaker: Speaker
    rate: float = 1.0
    pitch_semitones: float = 0.0
    prosody: str = "none"
    temperature: float = 0.0
    seed: int = 0
    pauses: float = 1.0
    """How many times as long as usual silence is, between sentences and inside them, 0 to 5."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sound (samples,) at the speech's rate, and the marks of the sentence that begins with it."""

    samples: Samples
    marks: tuple[SpeechMark, ...] = ()


class Engine:
    """Loaded voices and the threads that run them; any number of speeches at once."""

    def __init__(self, voices: Sequence[str] = (), threads: int = 1, metrics: Metrics | None = None) -> None:
        """Load voice addons by name, else the one that ships. Raises `InputError` as `load_voice`."""
        names = tuple(voices) or (DEFAULT_VOICE,)
        self._voices = {name: load_voice(name) for name in names}
        self.speakers = tuple(_speakers(self._voices))
        self.metrics = metrics or Metrics()
        self.rate_hz = self._voices[names[0]].sample_rate_hz
        self.scheduler = DeadlineScheduler(threads)

    def speech(self, style: Style) -> Speech:
        """A new speech, silent so far. Raises `InputError` for a style that the voice does not have."""
        voice = self._voices[style.speaker.voice]
        voice.style(style.speaker.name, style.rate, style.pitch_semitones)
        if style.prosody not in PROSODY_SYSTEMS:
            raise InputError(f"no prosody {style.prosody!r}, there are {', '.join(PROSODY_SYSTEMS)}")
        return Speech(self, voice, style)

    def warm(self) -> None:
        """Say a little by each voice in each language, so that no client waits for what is built once."""
        for speaker in {(speaker.voice, speaker.language): speaker for speaker in self.speakers}.values():
            if speaker.reads in LANGUAGES:
                grapheme_to_phoneme(speaker.reads).parse_tables()
            for sentence in iter_sentences(_WARM_TEXT, language=speaker.reads):
                voice = self._voices[speaker.voice]
                for _ in voice.synthesize_sentence(sentence, voice.style(speaker.name)):
                    pass

    def close(self) -> None:
        self.scheduler.close()


class Speech:
    """Texts said one after another on one clock. What it says is made in threads, a chunk at a time."""

    def __init__(self, engine: Engine, voice: Voice, style: Style) -> None:
        self._engine, self._voice, self.style = engine, voice, style
        self._due_s: float | None = None
        self.rate_hz = voice.sample_rate_hz
        self._previous: Sentence | None = None
        self.samples = 0
        """Made so far."""

    @property
    def seconds(self) -> float:
        return self.samples / self.rate_hz

    async def say(self, text: str, *, markup: bool | None = None, goes_on: bool = False) -> AsyncGenerator[Chunk]:
        """Say plain text or SSML; `markup` None looks whether it is SSML. Closing the generator stops within a chunk.
        Where the speech `goes_on`, the end of the text is no end of a paragraph unless a blank line says so.

        Raises `InputError` for markup that is broken and for a text with nothing to say.
        """
        asked_s = time.monotonic()
        if self._due_s is None or self._due_s < asked_s:
            self._due_s = asked_s
        watch = self._engine.metrics.watch(asked_s)
        chunks = self._chunks(text, markup, goes_on)
        while made := await self._engine.scheduler.run(lambda: _next(chunks), self._due_s):
            chunk, busy_s = made
            seconds = len(chunk.samples) / self.rate_hz
            watch.chunk(seconds, busy_s)
            self._due_s += seconds
            yield chunk
        watch.end()

    def whole(self, text: str) -> Chunk:
        """All of a text at once, in the thread that asks. Raises `InputError` as `say`."""
        return concatenate([*self._chunks(text, None), self.closing()])

    def _chunks(self, text: str, markup: bool | None, goes_on: bool = False) -> Iterator[Chunk]:
        """Runs in a thread."""
        speaking = self._speaking()
        speakers = self._voice.speakers
        for sentence in iter_sentences(text, markup=markup, language=speaking.speaker.reads, speakers=speakers):
            if goes_on and sentence.boundary == "paragraph" and not _ends_with_blank_line(text):
                sentence = replace(sentence, boundary="sentence")
            schedule = _LATER if self.samples else SCHEDULE
            chunks = self._voice.synthesize_sentence(sentence, speaking, schedule, self.seconds, self._previous)
            for chunk in chunks:
                self.samples += len(chunk.samples)
                yield Chunk(chunk.samples, chunk.marks)
            self._previous = sentence

    def closing(self) -> Chunk:
        """The silence after the last text of all."""
        samples = self._voice.closing_silence(self._speaking()).samples
        self.samples += len(samples)
        return Chunk(samples)

    def _speaking(self) -> SpeakingStyle:
        style = self.style
        prosody = _prosody(style.prosody, style.temperature, style.seed)
        pauses = Pauses().scale(style.pauses)
        return self._voice.style(style.speaker.name, style.rate, style.pitch_semitones, prosody, pauses)


def _ends_with_blank_line(text: str) -> bool:
    return text[len(text.rstrip()) :].count("\n") > 1


def concatenate(chunks: Sequence[Chunk]) -> Chunk:
    """All chunks as one."""
    samples = [chunk.samples for chunk in chunks] or [np.zeros(0, np.float32)]
    return Chunk(np.concatenate(samples), tuple(mark for chunk in chunks for mark in chunk.marks))


def _next(chunks: Iterator[Chunk]) -> tuple[Chunk, float] | None:
    """The next chunk, and how long it took."""
    begun_s = time.perf_counter()
    chunk = next(chunks, None)
    return None if chunk is None else (chunk, time.perf_counter() - begun_s)


@lru_cache(maxsize=8)
def _prosody(name: str, temperature: float, seed: int) -> ProsodySource | None:
    return None if name == "none" and not temperature else prosody_source(name, temperature, seed)


def _speakers(voices: dict[str, Voice]) -> Iterator[Speaker]:
    """The first voice's speakers by their names, those of others as `voice/speaker` where the name is taken."""
    taken: set[str] = set()
    for addon, voice in voices.items():
        for speaker in voice.speakers:
            identity = speaker.name if speaker.name not in taken else f"{addon}/{speaker.name}"
            taken.add(identity)
            yield Speaker(identity, addon, speaker.name, speaker.language, speaker.reads, speaker.gender or "")
