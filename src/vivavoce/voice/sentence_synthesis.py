"""One sentence from text to sound: its inputs, the stack's frames, silence where it belongs, and the marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.pipeline import StreamableStack
from vivavoce.blocks.schedule import ChunkSchedule, StreamOptions
from vivavoce.blocks.tensors import Tensors, join
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.text.utterance import Sentence
from vivavoce.text.voice_request import choose_speaker
from vivavoce.voice.clock import Clock
from vivavoce.voice.contour import Frames
from vivavoce.voice.controls import silent_tokens, token_controls
from vivavoce.voice.details import VoiceDetails
from vivavoce.voice.limiter import Limiter
from vivavoce.voice.overrides import copied_gain, lay_pitch, show_pauses, silent_sounds
from vivavoce.voice.pauses import inner_cuts, pause_before, shape
from vivavoce.voice.sentence_inputs import SentenceInputs
from vivavoce.voice.speech_chunk import PredictedProsody, SpeechChunk
from vivavoce.voice.stack import TimedSource, split_encoders
from vivavoce.voice.style import SpeakingStyle
from vivavoce.voice.timing import SpeechMark, speech_marks
from vivavoce.voice.tokens import Tokens


class SentenceSynthesis:
    """A voice's stack, by sentences. Holds networks, no state."""

    def __init__(
        self, stack: StreamableBlock[Any], clock: Clock, speakers: tuple[Speaker, ...], details: VoiceDetails, name: str
    ) -> None:
        self._name, self._speakers, self._clock, self._details = name, speakers, clock, details
        self._reads = frozenset(stack.context_inputs)
        self._encoders, frames = split_encoders(stack)
        made = frames.blocks if isinstance(frames, StreamableStack) else (frames,)
        self._frames = StreamableStack([*made, Limiter(clock.rate_hz)], f'voice "{name}"')
        source = self._frames.blocks[0]
        self._timed = source if isinstance(source, TimedSource) else None
        overridable = self._reads | self._frames.context_inputs.keys()
        self._inputs = SentenceInputs(name, speakers, details, clock, self._reads, overridable, bool(self._timed))

    @property
    def can_blend(self) -> bool:
        """Whether speakers can be blended."""
        return "blend" in self._reads

    @property
    def has_word_timings(self) -> bool:
        """Whether durations are known before the first sound."""
        return self._timed is not None

    def synthesize(
        self,
        sentence: Sentence,
        style: SpeakingStyle,
        schedule: ChunkSchedule,
        begin_s: float,
        previous: Sentence | None,
    ) -> Iterator[SpeechChunk]:
        """The sentence at a rate of the voice's own, as `Voice.synthesize_sentence`, which raises the same."""
        style = self._spoken_by(sentence, style)
        tokens = self._inputs.tokens(sentence)
        controls = token_controls(sentence, tokens, style.rate, style.pitch_semitones)
        self._inputs.check_markup(sentence, controls)
        given = self._inputs.prosody(sentence, tokens, style)
        context = {**self._inputs.context(tokens, controls, style.speaker), **given}
        if self._encoders:
            context = {**context, **self._encoders(context), **given}
        durations = self._timed.durations(context) if self._timed else None
        if "given_energy" in given and durations is not None:
            pitch = lay_pitch(given["given_f0"][0], given["given_frames"][0], durations)
            context = self._with_copied_loudness({**context, "given_f0": pitch[None]}, durations, tokens)
        silent = silent_tokens(sentence, tokens)
        sound = self._audio(context, schedule, durations, silent)
        pauses = None if "given_frames" in given else style.pauses
        boundary_s = self._details.boundary_s
        cuts = [] if durations is None else inner_cuts(sentence, tokens, durations, self._clock, boundary_s, pauses)
        pause_s = pause_before(sentence, style.pauses, previous)
        waiting = list(self._marks(sentence, tokens, durations, controls.rate))
        for samples, shift, passed in shape(sound, cuts, pause_s, self._clock, trim=not silent.any()):
            if shift is None:
                yield SpeechChunk(samples)
                continue
            begins = begin_s + shift / self._clock.rate_hz
            until_s = cuts[passed].at / self._clock.rate_hz if passed < len(cuts) else float("inf")
            now = [mark for mark in waiting if mark.time_s < until_s]
            waiting = [mark for mark in waiting if mark.time_s >= until_s]
            yield SpeechChunk(samples, tuple(mark.shift(begins, begin_s) for mark in now))

    def predict(self, sentence: Sentence, style: SpeakingStyle) -> PredictedProsody | None:
        """What the voice is going to say and how, without the sound; None for a voice that finds out as it speaks."""
        if not (self._encoders and self._timed):
            return None
        style = self._spoken_by(sentence, style)
        tokens = self._inputs.tokens(sentence)
        given = self._inputs.prosody(sentence, tokens, style)
        controls = token_controls(sentence, tokens, style.rate, style.pitch_semitones)
        context = {**self._inputs.context(tokens, controls, style.speaker), **given}
        context = {**context, **self._encoders(context), **given}
        frames = join(list(self._frames.blocks[0].open(context)))
        durations = np.bincount(tokens.sounds, self._timed.durations(context)).astype(np.int64)
        tracks = {name: frames[name][0] for name in ("f0", "energy", "gain") if name in frames}
        return PredictedProsody(durations, self._clock.frame_s, tracks, self._details.boundary_s)

    def usual_durations_s(self, sentence: Sentence, speaker: Speaker) -> Array | None:
        """Seconds that each token of `tokenise` is heard when the voice is left to itself, (tokens,); None for a voice
        that finds out as it speaks."""
        if not (self._encoders and self._timed):
            return None
        tokens = self._inputs.tokens(sentence)
        controls = token_controls(sentence, tokens)
        context = self._inputs.context(tokens, controls, speaker)
        frames = self._timed.durations({**context, **self._encoders(context)})
        durations_s = (np.bincount(tokens.sounds, frames) * self._clock.frame_s).astype(np.float32)
        return show_pauses(durations_s, silent_sounds(tokens, len(durations_s)), self._details.longest_end_s)

    def speaker_of(self, sentence: Sentence, style: SpeakingStyle) -> Speaker:
        """Who says the sentence: the speaker whom markup asks for, or the style's."""
        return choose_speaker(sentence.voice, self._speakers) if sentence.voice else style.speaker

    def _spoken_by(self, sentence: Sentence, style: SpeakingStyle) -> SpeakingStyle:
        return replace(style, speaker=self.speaker_of(sentence, style))

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
            early = max(0, -round(self._details.boundary_s * self._clock.rate_hz))
            hidden = np.append(np.repeat(silent, durations * self._clock.hop)[early:], np.full(early, silent[-1]))
        done = 0
        for made in self._frames.open(context, options=StreamOptions(schedule)):
            samples = made["audio"][0]
            if not np.isfinite(samples).all():
                raise InputError(f'voice "{self._name}" made samples that are not numbers: its addons are damaged')
            if len(hidden):
                samples = np.where(hidden[done : done + len(samples)], np.float32(0), samples)
                done += len(samples)
            yield samples

    def _marks(
        self, sentence: Sentence, tokens: Tokens, durations: Frames | None, rate: Array
    ) -> tuple[SpeechMark, ...]:
        if durations is None:
            return speech_marks(sentence, tokens, None)
        ends_s = np.cumsum(durations) * self._clock.frame_s
        ends_s[:-1] = np.maximum(ends_s[:-1] + self._details.boundary_s, 0.0)
        return speech_marks(sentence, tokens, ends_s, self._details.longest_end_s / rate)
