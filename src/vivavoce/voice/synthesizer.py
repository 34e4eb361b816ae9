"""Voices: an utterance in, chunks of sound with their marks out, each generated lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.schedule import ChunkSchedule
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.text import iter_sentences
from vivavoce.text.utterance import Sentence, Utterance
from vivavoce.voice.acoustics import ProsodySource, VoiceBound
from vivavoce.voice.blends import blend_speaker, is_blend
from vivavoce.voice.clock import Clock
from vivavoce.voice.compression import compress
from vivavoce.voice.details import VoiceDetails
from vivavoce.voice.pauses import TAIL_S
from vivavoce.voice.sentence_synthesis import SentenceSynthesis
from vivavoce.voice.speech_chunk import PredictedProsody, SpeechChunk, concatenate
from vivavoce.voice.style import Pauses, SpeakingStyle

SCHEDULE = ChunkSchedule((8, 24, 72, 256))
FASTEST_OWN = 1.25
"""The rate at which a voice itself still shortens its sounds evenly; what is asked for beyond is done to the sound."""


class Voice:
    """An addon's stack, from text to sound. Holds networks, no state: any number of streams may run, in any threads.

    `details` is what the addon says of its alphabet and its marks.
    """

    def __init__(
        self,
        stack: StreamableBlock[Any],
        clock: Clock,
        speakers: tuple[Speaker, ...],
        details: VoiceDetails = VoiceDetails(),  # noqa: B008 - an immutable value
        name: str = "voice",
    ) -> None:
        self.speakers, self.name, self.clock, self.details = speakers, name, clock, details
        self._sentences = SentenceSynthesis(stack, clock, speakers, details, name)

    @property
    def sample_rate_hz(self) -> int:
        return self.clock.rate_hz

    @property
    def hop(self) -> int:
        """Samples of a frame."""
        return self.clock.hop

    @property
    def frame_s(self) -> float:
        return self.clock.frame_s

    @property
    def has_word_timings(self) -> bool:
        """Whether durations are known before the first sound, so that words can be marked."""
        return self._sentences.has_word_timings

    def speaker(self, name: str | None = None) -> Speaker:
        """The speaker of that name, the first without one, or a blend such as `af_heart:0.7,af_bella:0.3` where the
        voice can blend. Raises `InputError` naming those that there are."""
        for speaker in self.speakers:
            if name in (None, speaker.name):
                return speaker
        if isinstance(name, str) and is_blend(name):
            if not self._sentences.can_blend:
                raise InputError(f'voice "{self.name}" cannot blend speakers; name one of them')
            return blend_speaker(name, self.speakers)
        known = ", ".join(speaker.name for speaker in self.speakers)
        raise InputError(f"unknown speaker {name!r}, this voice has {known}")

    def speaker_of(self, sentence: Sentence, style: SpeakingStyle) -> Speaker:
        """Who says the sentence: the speaker whom markup asks for, or the style's. Raises `InputError` where nobody is
        what markup requires."""
        return self._sentences.speaker_of(sentence, style)

    def style(
        self,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: ProsodySource | None = None,
        pauses: Pauses = Pauses(),  # noqa: B008 - an immutable value
    ) -> SpeakingStyle:
        """A way to speak; the first speaker unless one is named.

        Raises `InputError` for an unknown speaker, a rate outside 0.25 to 4, a pitch over two octaves away, a prosody
        of another voice.
        """
        chosen = self.speaker(speaker)
        if isinstance(prosody, VoiceBound):
            prosody = prosody.for_voice(self.name)
        return SpeakingStyle(chosen, rate, pitch_semitones, prosody, pauses)

    def stream(
        self,
        source: str | Utterance | Iterable[Sentence],
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: ProsodySource | None = None,
        pauses: Pauses = Pauses(),  # noqa: B008 - an immutable value
        schedule: ChunkSchedule = SCHEDULE,
    ) -> Iterator[SpeechChunk]:
        """Speak text, SSML or analysed sentences, a sentence at a time however long the text is.

        Raises `InputError` at once for what `style` refuses, for what is no text and for a text with nothing to say;
        when its turn comes, for markup that this voice cannot follow.
        """
        style = self.style(speaker, rate, pitch_semitones, prosody, pauses)
        if isinstance(source, str):
            source = iter_sentences(source, language=style.speaker.reads, speakers=self.speakers)
        # What no type checker has looked at may be anything.
        if isinstance(source, bytes) or not isinstance(source, Utterance | Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"a voice speaks a str, not {type(source).__name__}")
        sentences = iter(source.sentences if isinstance(source, Utterance) else source)
        first = next(sentences, None)
        if not isinstance(first, Sentence | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            given = f"a {type(source).__name__} of {type(first).__name__}"
            raise InputError(f"a voice speaks a str or analysed sentences, not {given}")
        return iter(()) if first is None else self._stream(chain([first], sentences), style, schedule)

    def synthesize(
        self,
        source: str | Utterance | Iterable[Sentence],
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: ProsodySource | None = None,
        pauses: Pauses = Pauses(),  # noqa: B008 - an immutable value
    ) -> SpeechChunk:
        """The whole of a text at once. Raises as `stream`."""
        chunks = self.stream(
            source, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones, prosody=prosody, pauses=pauses
        )
        return concatenate(chunks)

    def synthesize_sentence(
        self,
        sentence: Sentence,
        style: SpeakingStyle,
        schedule: ChunkSchedule = SCHEDULE,
        begin_s: float = 0.0,
        previous: Sentence | None = None,
    ) -> Iterator[SpeechChunk]:
        """One sentence, which begins at `begin_s` of the whole, after the pause that the `previous` one asks for. No
        other sentence changes how it sounds.

        Raises `InputError` for markup that this voice cannot follow.
        """
        own_rate = min(style.rate, FASTEST_OWN)
        chunks = self._sentences.synthesize(sentence, replace(style, rate=own_rate), schedule, begin_s, previous)
        factor = style.rate / own_rate
        return chunks if factor == 1.0 else compress(chunks, factor, self.sample_rate_hz, begin_s)

    def closing_silence(self, style: SpeakingStyle) -> SpeechChunk:
        """What follows the last sentence of all."""
        seconds = max(0.0, style.pauses.end_s - TAIL_S)
        return SpeechChunk(np.zeros(round(seconds * self.clock.rate_hz), np.float32))

    def predict(self, sentence: Sentence, style: SpeakingStyle) -> PredictedProsody | None:
        """What the voice is going to say and how, without the sound; None for a voice that finds out as it speaks."""
        return self._sentences.predict(sentence, style)

    def usual_durations_s(self, sentence: Sentence, speaker: str) -> Array | None:
        """Seconds of each token of `tokenise` when the voice is left to itself, (tokens,); None for a voice that finds
        out as it speaks."""
        return self._sentences.usual_durations_s(sentence, self.speaker(speaker))

    def _stream(
        self, sentences: Iterable[Sentence], style: SpeakingStyle, schedule: ChunkSchedule
    ) -> Iterator[SpeechChunk]:
        samples, previous = 0, None
        for sentence in sentences:
            begin_s = samples / self.clock.rate_hz
            for chunk in self.synthesize_sentence(sentence, style, schedule, begin_s, previous):
                samples += len(chunk.samples)
                yield chunk
            schedule, previous = ChunkSchedule(schedule.sizes[-1:]), sentence
        closing = self.closing_silence(style)
        if len(closing.samples):
            yield closing
