"""Voices: an utterance in, chunks of sound with their marks out, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Protocol

import numpy as np

from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.block import SequenceBlock, StreamableBlock
from vivavoce.blocks.lookup import find_addon
from vivavoce.blocks.pipeline import StreamablePipeline, StreamableStack
from vivavoce.blocks.schedule import ChunkSchedule, StreamOptions
from vivavoce.blocks.tensors import Specs, StackError, Tensors
from vivavoce.errors import InputError
from vivavoce.features import HOP, RATE_HZ, Array
from vivavoce.text import iter_sentences
from vivavoce.text.utterance import Sentence, Utterance
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY
from vivavoce.voice.length_regulator import durations_of
from vivavoce.voice.timing import SpeechMark, TokenControls, controls_of, is_silent, marks_of, silent_frames
from vivavoce.voice.tokens import Tokens, tokenise

DEFAULT_VOICE = "vivavoce"
DEFAULT_VOCODER = "vocoder"
SCHEDULE = ChunkSchedule((8, 16, 32, 64))
LEAD_FRAMES = 5
"""Silence before the first sound. Recordings have more, but a listener who waits hears latency."""
PAUSE_FRAMES = 25
"""Silence before the first sound of a sentence that follows another, on top of what the one before ended with."""
SLOWEST, FASTEST = 0.25, 4.0
MOST_SEMITONES = 24.0


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """Sound (samples,) at 24 kHz, and the marks of the sentence that begins with this chunk."""

    samples: Array
    marks: tuple[SpeechMark, ...] = ()


class Prosody(Protocol):
    """Where a sentence's prosody comes from; the voice does not know which model answers."""

    def __call__(self, sentence: Sentence, tokens: Tokens, speaker: str) -> Tensors:
        """Tensors that take the place of the voice's own, batch axis first: embeddings that its encoders read
        (`sentence_prosody`, `word_prosody`), or what they would have answered (`log_durations`, `knots`,
        `token_energy`)."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How a whole text is said: by whom, how many times as fast as usual, how many semitones higher, how lively."""

    speaker: str
    rate: float = 1.0
    pitch_semitones: float = 0.0
    prosody: Prosody | None = None

    def __post_init__(self) -> None:
        if not SLOWEST <= self.rate <= FASTEST:
            raise InputError(f"rate is {self.rate:g}, use {SLOWEST:g} to {FASTEST:g}")
        if not abs(self.pitch_semitones) <= MOST_SEMITONES:
            raise InputError(
                f"pitch is {self.pitch_semitones:g} semitones, use -{MOST_SEMITONES:g} to {MOST_SEMITONES:g}"
            )


class Voice:
    """An acoustic addon and a vocoder addon as one stream. Holds networks, no state: any number of streams may run."""

    def __init__(
        self,
        acoustic: StreamableBlock[Any],
        vocoder: StreamableBlock[Any],
        speakers: tuple[str, ...],
        name: str = DEFAULT_VOICE,
    ) -> None:
        self.speakers, self.name = speakers, name
        self._reads: Specs = acoustic.context_inputs
        self._encoders, frames = _parted(acoustic)
        try:
            self._stack = StreamableStack([frames, vocoder], f'voice "{name}" and its vocoder')
        except StackError as error:
            raise InputError(f'addon "{name}" is not a voice: {error}') from error

    @property
    def knows_words(self) -> bool:
        """Whether durations are known before the first sound, so that words can be marked."""
        return self._encoders is not None and "log_durations" in self._encoders.outputs

    def manner(
        self,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: Prosody | None = None,
    ) -> Manner:
        """A way to speak; the first speaker unless one is named.

        Raises `InputError` for an unknown speaker, a rate outside .25 to 4, a pitch over two octaves away.
        """
        speaker = self.speakers[0] if speaker is None else speaker
        if speaker not in self.speakers:
            raise InputError(f"unknown speaker {speaker!r}, this voice has {', '.join(self.speakers)}")
        return Manner(speaker, rate, pitch_semitones, prosody)

    def stream(
        self,
        source: str | Utterance | Iterable[Sentence],
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: Prosody | None = None,
        schedule: ChunkSchedule = SCHEDULE,
    ) -> Iterator[SpeechChunk]:
        """Speak text, SSML or analysed sentences, a sentence at a time however long the text is.

        Raises `InputError` at once for what `manner` refuses and for a text with nothing to say, `TypeError` for what
        is no text; when its turn comes, `InputError` for markup that this voice cannot follow.
        """
        manner = self.manner(speaker, rate, pitch_semitones, prosody)
        if isinstance(source, str):
            source = iter_sentences(source, language=language_of(manner.speaker))
        if isinstance(source, bytes) or not isinstance(source, Utterance | Iterable):
            raise TypeError(f"a voice speaks a str, not {type(source).__name__}")
        sentences = iter(source.sentences if isinstance(source, Utterance) else source)
        first = next(sentences, None)
        if not isinstance(first, Sentence | None):
            raise TypeError(f"a voice speaks a str or analysed sentences, not {type(first).__name__}")
        return iter(()) if first is None else self._chunks(chain([first], sentences), manner, schedule)

    def speak(
        self,
        source: str | Utterance | Iterable[Sentence],
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        pitch_semitones: float = 0.0,
        prosody: Prosody | None = None,
    ) -> SpeechChunk:
        """The whole of a text at once."""
        return joined(self.stream(source, speaker=speaker, rate=rate, pitch_semitones=pitch_semitones, prosody=prosody))

    def say(
        self, sentence: Sentence, manner: Manner, schedule: ChunkSchedule = SCHEDULE, begin_s: float = 0.0
    ) -> Iterator[SpeechChunk]:
        """One sentence, which begins at `begin_s` of the whole, after a pause if that is not 0. No other sentence
        changes how it sounds.

        Raises `InputError` for markup that this voice cannot follow.
        """
        tokens = tokenise(sentence)
        controls = controls_of(sentence, tokens, manner.rate, manner.pitch_semitones)
        self._check_markup(sentence, controls)
        given = manner.prosody(sentence, tokens, manner.speaker) if manner.prosody else {}
        lead_frames = PAUSE_FRAMES if begin_s else LEAD_FRAMES
        data = {**sentence_tensors(tokens, controls, self.speakers.index(manner.speaker), lead_frames), **given}
        durations = None
        if self._encoders:
            data = {**data, **self._encoders(data), **given}
            durations = durations_of(data) if self.knows_words else None
        marks = marks_of(sentence, tokens, durations, begin_s)
        silent = np.zeros(0, bool) if durations is None else np.repeat(silent_frames(sentence, tokens, durations), HOP)
        done = 0
        for made in self._stack.open(data, options=StreamOptions(schedule)):
            samples = made["audio"][0]
            if not np.isfinite(samples).all():
                raise InputError(f'voice "{self.name}" made samples that are not numbers: its addons are damaged')
            if silent.any():
                samples = np.where(silent[done : done + len(samples)], np.float32(0), samples)
                done += len(samples)
            yield SpeechChunk(samples, marks)
            marks = ()

    def usual_frames(self, sentence: Sentence, speaker: str) -> Array | None:
        """How long each token lasts when the voice is left to itself, (tokens,); None for a voice that finds out as it
        speaks."""
        if not (self._encoders and self.knows_words):
            return None
        tokens = tokenise(sentence)
        data = sentence_tensors(tokens, controls_of(sentence, tokens), self.speakers.index(speaker))
        return np.expm1(self._encoders(data)["log_durations"][0])

    def _chunks(self, sentences: Iterable[Sentence], manner: Manner, schedule: ChunkSchedule) -> Iterator[SpeechChunk]:
        samples = 0
        for sentence in sentences:
            for chunk in self.say(sentence, manner, schedule, samples / RATE_HZ):
                samples += len(chunk.samples)
                yield chunk
            schedule = ChunkSchedule(schedule.sizes[-1:])

    def _check_markup(self, sentence: Sentence, controls: TokenControls) -> None:
        refused = [what for name, what in controls.asked().items() if name not in self._reads]
        if not self.knows_words and any(is_silent(word) for word in sentence.words):
            refused.append("silent words")
        for what in refused:
            raise InputError(f'voice "{self.name}" cannot follow {what}; leave it out, or use "{DEFAULT_VOICE}"')


def joined(chunks: Iterable[SpeechChunk]) -> SpeechChunk:
    """All chunks as one."""
    kept = list(chunks)
    samples = [chunk.samples for chunk in kept] or [np.zeros(0, np.float32)]
    return SpeechChunk(np.concatenate(samples), tuple(mark for chunk in kept for mark in chunk.marks))


def sentence_tensors(tokens: Tokens, controls: TokenControls, speaker: int, lead_frames: int = LEAD_FRAMES) -> Tensors:
    """Everything that an acoustic stack may read of a sentence, batch axis first. Prosody embeddings are zero."""
    if controls.silence[0] < 0:
        controls.silence[0] = lead_frames
    return {
        "symbols": tokens.symbols[None],
        "stress": tokens.stress[None],
        "gaps": tokens.gaps[None],
        "speaker": np.array([speaker], np.int64),
        "sentence_prosody": np.zeros((1, SENTENCE_PROSODY), np.float32),
        "word_prosody": np.zeros((1, len(tokens.symbols), WORD_PROSODY), np.float32),
        **controls.tensors(),
    }


def language_of(speaker: str) -> str:
    """The English that a speaker speaks: names of British ones begin with bf_ or bm_."""
    return "en-GB" if speaker.startswith(("bf_", "bm_")) else "en-US"


def load_voice(name: str = DEFAULT_VOICE, vocoder: str = DEFAULT_VOCODER) -> Voice:
    """A voice by the name or path of its addon.

    Raises `InputError` when there is none, when it is damaged, or when it does not make mel frames.
    """
    addon, sound = load_addon(find_addon(name)), load_addon(find_addon(vocoder))
    speakers = addon.manifest.speaker_names
    if not speakers:
        raise InputError(f'addon "{name}" names no speakers, so it is not a voice')
    for given, said in ((name, addon.manifest), (vocoder, sound.manifest)):
        if said.sample_rate_hz not in (None, RATE_HZ):
            raise InputError(f'addon "{given}" is for {said.sample_rate_hz} Hz, voices here speak at {RATE_HZ} Hz')
    return Voice(addon.build_streamable(), sound.build_streamable(), tuple(speakers), name)


@cache
def shared_voice(name: str) -> Voice:
    """A voice that is loaded once in a process."""
    return load_voice(name)


def _parted(block: StreamableBlock[Any]) -> tuple[SequenceBlock | None, StreamableBlock[Any]]:
    """The sequence block that a stack begins with, apart from the rest: its answers are wanted for the marks too."""
    if isinstance(block, StreamablePipeline):
        return block.sequence_block, block.streamable_block
    if isinstance(block, StreamableStack):
        encoders, first = _parted(block.blocks[0])
        return encoders, StreamableStack([first, *block.blocks[1:]])
    return None, block
