"""Voices: an utterance in, chunks of sound with their marks out, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.audio import Audio
from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.pipeline import StreamablePipeline, StreamableStack
from vivavoce.blocks.schedule import ChunkSchedule, StreamOptions
from vivavoce.blocks.shelf import find_addon
from vivavoce.blocks.tensors import Tensors
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, Array
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence, Utterance
from vivavoce.voice.layout import SENTENCE_PROSODY, WORD_PROSODY
from vivavoce.voice.timing import SpeechMark, controls_of, marks_of
from vivavoce.voice.tokens import Tokens, tokenise
from vivavoce.voice.upsampler import durations_of

DEFAULT_VOICE = "vivavoce"
DEFAULT_VOCODER = "vocoder"
SCHEDULE = ChunkSchedule((8, 16, 32, 64))
LEAD_FRAMES = 5
"""Silence before the first sound. Recordings have more, but a listener who waits hears latency."""


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """Sound (samples,) at 24 kHz, and the marks of the sentence that begins with this chunk."""

    samples: Array
    marks: tuple[SpeechMark, ...] = ()


class Voice:
    """An acoustic addon and a vocoder addon as one stream. Holds networks, no state: any number of streams may run."""

    def __init__(
        self, acoustic: StreamableBlock[Any], vocoder: StreamableBlock[Any], speakers: tuple[str, ...]
    ) -> None:
        self.speakers = speakers
        self._encoders = acoustic.sequence_block if isinstance(acoustic, StreamablePipeline) else None
        frames = acoustic.streamable_block if isinstance(acoustic, StreamablePipeline) else acoustic
        self._stack = StreamableStack([frames, vocoder])

    def stream(
        self,
        source: str | Utterance,
        *,
        speaker: str | None = None,
        rate: float = 1.0,
        schedule: ChunkSchedule = SCHEDULE,
    ) -> Iterator[SpeechChunk]:
        """Speak text, SSML or an analysed utterance with a speaker of the voice, `rate` times as fast as usual.

        Raises `InputError` at once for an unknown speaker, a rate outside .25 to 4, or a text with nothing to say.
        """
        speaker = speaker or self.speakers[0]
        if speaker not in self.speakers:
            raise InputError(f"unknown speaker {speaker!r}, this voice has {', '.join(self.speakers)}")
        if not 0.25 <= rate <= 4.0:
            raise InputError(f"rate is {rate:g}, use .25 to 4")
        utterance = source if isinstance(source, Utterance) else analyse(source, language=language_of(speaker))
        return self._chunks(utterance, self.speakers.index(speaker), rate, schedule)

    def speak(self, source: str | Utterance, *, speaker: str | None = None, rate: float = 1.0) -> SpeechChunk:
        """The whole utterance at once."""
        chunks = list(self.stream(source, speaker=speaker, rate=rate))
        return SpeechChunk(
            np.concatenate([chunk.samples for chunk in chunks]), tuple(mark for chunk in chunks for mark in chunk.marks)
        )

    def _chunks(
        self, utterance: Utterance, speaker: int, rate: float, schedule: ChunkSchedule
    ) -> Iterator[SpeechChunk]:
        begin_s = 0.0
        for sentence in utterance.sentences:
            tokens = tokenise(sentence)
            data = sentence_tensors(sentence, tokens, speaker, rate)
            marks: tuple[SpeechMark, ...] = ()
            if self._encoders:
                data = {**data, **self._encoders(data)}
                marks = marks_of(sentence, tokens, durations_of(data), begin_s)
            for made in self._stack.open(data, options=StreamOptions(schedule)):
                samples = made["audio"][0]
                begin_s += len(samples) / RATE_HZ
                yield SpeechChunk(samples, marks)
                marks = ()
            schedule = ChunkSchedule(schedule.sizes[-1:])


def sentence_tensors(sentence: Sentence, tokens: Tokens, speaker: int, rate: float = 1.0) -> Tensors:
    """Everything that an acoustic stack may read of a sentence, batch axis first. Prosody embeddings are zero."""
    count = len(tokens.symbols)
    controls = controls_of(sentence, tokens, rate)
    if controls.silence[0] < 0:
        controls.silence[0] = LEAD_FRAMES
    return {
        "symbols": tokens.symbols[None],
        "stress": tokens.stress[None],
        "gaps": tokens.gaps[None],
        "speaker": np.array([speaker], np.int64),
        "sentence_prosody": np.zeros((1, SENTENCE_PROSODY), np.float32),
        "word_prosody": np.zeros((1, count, WORD_PROSODY), np.float32),
        **controls.tensors(),
    }


def language_of(speaker: str) -> str:
    """The English that a speaker speaks: names of British ones begin with bf_ or bm_."""
    return "en-GB" if speaker.startswith(("bf_", "bm_")) else "en-US"


def load_voice(name: str = DEFAULT_VOICE, vocoder: str = DEFAULT_VOCODER) -> Voice:
    """A voice by the name or path of its addon.

    Raises `InputError` when there is none, when it is damaged, or when it does not make mel frames.
    """
    addon = load_addon(find_addon(name))
    speakers = addon.description.speakers
    if not speakers:
        raise InputError(f'addon "{name}" names no speakers, so it is not a voice')
    return Voice(addon.build_streamable(), load_addon(find_addon(vocoder)).build_streamable(), tuple(speakers))


def as_audio(chunk: SpeechChunk) -> Audio:
    return Audio(chunk.samples, RATE_HZ)
