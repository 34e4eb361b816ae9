"""Voices: an utterance in, chunks of sound with their marks out, each generated lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.pipeline import StreamableStack
from vivavoce.blocks.schedule import ChunkSchedule, StreamOptions
from vivavoce.blocks.tensors import Specs, Tensors, join
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.text import iter_sentences
from vivavoce.text.utterance import Sentence, Utterance
from vivavoce.text.voice_request import choose_speaker
from vivavoce.voice.acoustics import ProsodySource, VoiceBound
from vivavoce.voice.blends import blend_speaker, is_blend
from vivavoce.voice.clock import Clock
from vivavoce.voice.compression import compress
from vivavoce.voice.contour import Frames
from vivavoce.voice.controls import silent_tokens, token_controls
from vivavoce.voice.details import VoiceDetails
from vivavoce.voice.limiter import Limiter
from vivavoce.voice.overrides import copied_gain
from vivavoce.voice.pauses import TAIL_S, inner_cuts, pause_before, shape
from vivavoce.voice.sentence_inputs import SentenceInputs
from vivavoce.voice.speech_chunk import PredictedProsody, SpeechChunk, concatenate
from vivavoce.voice.stack import TimedSource, split_encoders
from vivavoce.voice.style import Pauses, SpeakingStyle
from vivavoce.voice.timing import SpeechMark, speech_marks
from vivavoce.voice.tokens import Tokens

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
        self._reads: Specs = stack.context_inputs
        self._encoders, frames = split_encoders(stack)
        made = frames.blocks if isinstance(frames, StreamableStack) else (frames,)
        self._frames = StreamableStack([*made, Limiter(clock.rate_hz)], f'voice "{name}"')
        source = self._frames.blocks[0]
        self._timed = source if isinstance(source, TimedSource) else None
        reads = frozenset(self._reads) | self._frames.context_inputs.keys()
        self._inputs = SentenceInputs(name, speakers, details, clock, frozenset(self._reads), reads, bool(self._timed))

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
        return self._timed is not None

    def speaker(self, name: str | None = None) -> Speaker:
        """The speaker of that name, the first without one, or a blend such as `af_heart:0.7,af_bella:0.3` where the
        voice can blend. Raises `InputError` naming those that there are."""
        for speaker in self.speakers:
            if name in (None, speaker.name):
                return speaker
        if isinstance(name, str) and is_blend(name):
            if "blend" not in self._reads:
                raise InputError(f'voice "{self.name}" cannot blend speakers; name one of them')
            return blend_speaker(name, self.speakers)
        known = ", ".join(speaker.name for speaker in self.speakers)
        raise InputError(f"unknown speaker {name!r}, this voice has {known}")

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
        chunks = self._sentence(sentence, replace(style, rate=own_rate), schedule, begin_s, previous)
        factor = style.rate / own_rate
        return chunks if factor == 1.0 else compress(chunks, factor, self.sample_rate_hz, begin_s)

    def _sentence(
        self,
        sentence: Sentence,
        style: SpeakingStyle,
        schedule: ChunkSchedule,
        begin_s: float,
        previous: Sentence | None,
    ) -> Iterator[SpeechChunk]:
        """`synthesize_sentence` at a rate of the voice's own."""
        if sentence.voice:
            style = replace(style, speaker=choose_speaker(sentence.voice, self.speakers))
        tokens = self._inputs.tokens(sentence)
        controls = token_controls(sentence, tokens, style.rate, style.pitch_semitones)
        self._inputs.check_markup(sentence, controls)
        given = self._inputs.prosody(sentence, tokens, style)
        context = {**self._inputs.context(tokens, controls, style.speaker), **given}
        if self._encoders:
            context = {**context, **self._encoders(context), **given}
        durations = self._timed.durations(context) if self._timed else None
        if "given_energy" in given and durations is not None:
            context = self._with_copied_loudness(context, durations, tokens)
        silent = silent_tokens(sentence, tokens)
        sound = self._audio(context, schedule, durations, silent)
        pauses = None if "given_frames" in given else style.pauses
        boundary_s = self.details.boundary_s
        cuts = [] if durations is None else inner_cuts(sentence, tokens, durations, self.clock, boundary_s, pauses)
        pause_s = pause_before(sentence, style.pauses, previous)
        waiting = list(self._marks(sentence, tokens, durations, controls.rate))
        for samples, shift, passed in shape(sound, cuts, pause_s, self.clock, trim=not silent.any()):
            if shift is None:
                yield SpeechChunk(samples)
                continue
            begins = begin_s + shift / self.clock.rate_hz
            until_s = cuts[passed].at / self.clock.rate_hz if passed < len(cuts) else float("inf")
            now = [mark for mark in waiting if mark.time_s < until_s]
            waiting = [mark for mark in waiting if mark.time_s >= until_s]
            yield SpeechChunk(samples, tuple(mark.shifted(begins, begin_s) for mark in now))

    def closing_silence(self, style: SpeakingStyle) -> SpeechChunk:
        """What follows the last sentence of all."""
        seconds = max(0.0, style.pauses.end_s - TAIL_S)
        return SpeechChunk(np.zeros(round(seconds * self.clock.rate_hz), np.float32))

    def predict(self, sentence: Sentence, style: SpeakingStyle) -> PredictedProsody | None:
        """What the voice is going to say and how, without the sound; None for a voice that finds out as it speaks."""
        if not (self._encoders and self._timed):
            return None
        tokens = self._inputs.tokens(sentence)
        given = self._inputs.prosody(sentence, tokens, style)
        controls = token_controls(sentence, tokens, style.rate, style.pitch_semitones)
        context = {**self._inputs.context(tokens, controls, style.speaker), **given}
        context = {**context, **self._encoders(context), **given}
        frames = join(list(self._frames.blocks[0].open(context)))
        durations = np.bincount(tokens.sounds, self._timed.durations(context)).astype(np.int64)
        tracks = {name: frames[name][0] for name in ("f0", "energy", "gain") if name in frames}
        return PredictedProsody(durations, self.clock.frame_s, tracks, self.details.boundary_s)

    def usual_durations_s(self, sentence: Sentence, speaker: str) -> Array | None:
        """Seconds of each token of `tokenise` when the voice is left to itself, (tokens,); None for a voice that finds
        out as it speaks."""
        if not (self._encoders and self._timed):
            return None
        tokens = self._inputs.tokens(sentence)
        controls = token_controls(sentence, tokens)
        context = self._inputs.context(tokens, controls, self.speaker(speaker))
        frames = self._timed.durations({**context, **self._encoders(context)})
        return (np.bincount(tokens.sounds, frames) * self.clock.frame_s).astype(np.float32)

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

    def _with_copied_loudness(self, context: dict[str, np.ndarray], durations: Frames, tokens: Tokens) -> Tensors:
        """The context with words as loud beside each other as those of the recording that is copied."""
        frames = join(list(self._frames.blocks[0].open(context)))
        if "energy" not in frames or "gain" not in self._reads:
            return context
        gain = copied_gain(context["given_energy"][0], frames["energy"][0], durations, tokens)
        return {**context, "gain": context["gain"] + gain}

    def _audio(
        self, context: Tensors, schedule: ChunkSchedule, durations: Frames | None, silent: np.ndarray
    ) -> Iterator[Array]:
        """The stack's samples, zero where silent tokens are said."""
        hidden = np.zeros(0, bool)
        if durations is not None and silent.any():
            early = max(0, -round(self.details.boundary_s * self.clock.rate_hz))
            hidden = np.append(np.repeat(silent, durations * self.hop)[early:], np.full(early, silent[-1]))
        done = 0
        for made in self._frames.open(context, options=StreamOptions(schedule)):
            samples = made["audio"][0]
            if not np.isfinite(samples).all():
                raise InputError(f'voice "{self.name}" made samples that are not numbers: its addons are damaged')
            if len(hidden):
                samples = np.where(hidden[done : done + len(samples)], np.float32(0), samples)
                done += len(samples)
            yield samples

    def _marks(
        self, sentence: Sentence, tokens: Tokens, durations: Frames | None, rate: Array
    ) -> tuple[SpeechMark, ...]:
        if durations is None:
            return speech_marks(sentence, tokens, None)
        ends_s = np.cumsum(durations) * self.clock.frame_s
        ends_s[:-1] = np.maximum(ends_s[:-1] + self.details.boundary_s, 0.0)
        return speech_marks(sentence, tokens, ends_s, self.details.longest_end_s / rate)
