"""The universal vocoder as a block: mel, pitch and voicing to sound.

The network answers filters; around it runs the same arithmetic as in training (`training.networks.vocoder`): a pulse
train and noise, cut into windows of 40 ms, filtered, overlapped and added.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np

from attention_voice.synthesis import WINDOW, filter_window
from vivavoce.blocks.block import BuildContext, StreamableBlock
from vivavoce.blocks.network import Network
from vivavoce.blocks.streaming import StreamingNetwork, StreamingState
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, frame_count, specs
from vivavoce.features import HOP, RATE_HZ, Array

MARGIN = (WINDOW - HOP) // 2
HELD_FRAMES = -(-MARGIN // HOP)
EARLY = HELD_FRAMES * HOP - MARGIN
"""Finished samples that are held back, so that the lookahead is a whole number of frames."""
NOISE_SAMPLES = 1 << 18
LOUDEST_NEPERS = 6.0


class VocoderState(NamedTuple):
    """The vocoder in the middle of a stream: filters, pulse train, and what rings on."""

    filters: StreamingState
    log_f0: float | None
    """Of the last frame heard; None before the first."""
    cycles: float
    """Phase of the pulse train, in cycles."""
    clock: int
    """Samples of excitation made."""
    pulses: Array
    noise: Array
    """Excitation from where the next frame's window begins."""
    tail: Array
    """Sound already added up, from `EARLY` samples before the next frame's window begins."""
    pending: int
    """Samples at the head of the tail that lie before the beginning of the sound."""


class Vocoder(StreamableBlock[VocoderState]):
    """Frames to sound, 240 samples a frame. JSON: `{"type": "Vocoder"}`; runs the addon's network `vocoder`."""

    def __init__(self, network: Network, lookahead: int, place: str = "Vocoder") -> None:
        if lookahead < HELD_FRAMES + 1:
            raise StackError(f"{place}: lookahead is {lookahead}, the windows need at least {HELD_FRAMES + 1}")
        self._filters = StreamingNetwork(network, lookahead, place=place)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        block = StreamingNetwork.from_config({"network": "vocoder", **config}, build)
        return cls(block.network, block.lookahead, build.json_path)

    @property
    def inputs(self) -> Specs:
        return self._filters.inputs

    @property
    def outputs(self) -> Specs:
        return specs(TensorSpec("audio", "float32", (1, "samples")))

    @property
    def lookahead(self) -> int:
        return self._filters.lookahead + HELD_FRAMES

    @property
    def upsampling_factor(self) -> int:
        return HOP

    def initial_state(self, context: Tensors) -> VocoderState:
        silence = np.zeros(MARGIN, np.float32)
        tail = np.zeros(EARLY + WINDOW - HOP, np.float32)
        return VocoderState(self._filters.initial_state(context), None, 0.0, 0, silence, silence, tail, EARLY + MARGIN)

    def step(self, state: VocoderState, chunk: Tensors, frames: int) -> tuple[VocoderState, Tensors]:
        pulses, cycles = pulse_train(chunk["log_f0"][0], state.log_f0, state.cycles)
        clock = state.clock + len(pulses)
        filters, maps = self._filters.step(state.filters, chunk, frames)
        state = state._replace(
            filters=filters,
            log_f0=float(chunk["log_f0"][0, -1]),
            cycles=cycles,
            clock=clock,
            pulses=np.concatenate([state.pulses, pulses]),
            noise=np.concatenate([state.noise, noise_stretch(state.clock, clock)]),
        )
        return self._filtered(state, maps)

    def flush(self, state: VocoderState) -> Tensors:
        maps = self._filters.flush(state.filters)
        silence = np.zeros(MARGIN, np.float32)
        state = state._replace(
            pulses=np.concatenate([state.pulses, silence]), noise=np.concatenate([state.noise, silence])
        )
        state, made = self._filtered(state, maps)
        rest = state.tail[state.pending : state.pending + EARLY + MARGIN]
        head = [made["audio"]] if frame_count(made) else []
        return {"audio": np.concatenate([*head, rest[None]], axis=1)}

    def _filtered(self, state: VocoderState, maps: Tensors) -> tuple[VocoderState, Tensors]:
        """Filter as many frames as the network has answered, and give the samples that no later window reaches."""
        frames = frame_count(maps)
        if not frames:
            return state, {}
        window = filter_window()
        spectra = [
            np.fft.rfft(np.lib.stride_tricks.sliding_window_view(source, WINDOW)[: frames * HOP : HOP] * window)
            for source in (state.pulses, state.noise)
        ]
        pulse, phase, noise = (maps[name][0] for name in ("pulse", "phase", "noise"))
        voiced_filter = np.exp(np.minimum(pulse, LOUDEST_NEPERS)) * np.exp(1j * phase)
        spectrum = spectra[0] * voiced_filter + spectra[1] * np.exp(np.minimum(noise, LOUDEST_NEPERS))
        pieces = np.fft.irfft(spectrum, WINDOW).astype(np.float32) * window
        summed = np.zeros(EARLY + (frames - 1) * HOP + WINDOW, np.float32)
        summed[: len(state.tail)] = state.tail
        for start, piece in zip(range(EARLY, len(summed), HOP), pieces, strict=False):
            summed[start : start + WINDOW] += piece
        done = frames * HOP
        skipped = min(state.pending, done)
        state = state._replace(
            pulses=state.pulses[done:], noise=state.noise[done:], tail=summed[done:], pending=state.pending - skipped
        )
        return state, {"audio": summed[None, skipped:done]}


def pulse_train(log_f0: Array, before: float | None, cycles: float) -> tuple[Array, float]:
    """A band-limited pulse train of unit power that goes on from phase `cycles` and the frame `before`.

    log_f0 (frames,) -> samples (frames * 240,), and the phase after them.
    """
    previous = np.concatenate([log_f0[:1] if before is None else [before], log_f0[:-1]])
    ramp = (np.arange(HOP) + 1) / HOP
    f0 = np.exp(previous[:, None] + (log_f0 - previous)[:, None] * ramp).ravel()
    f0 = np.clip(f0, 20.0, 2000.0)
    phase = cycles + np.cumsum(f0 / RATE_HZ)
    harmonics = np.floor(RATE_HZ / 2 / f0)
    angle = (phase % 1.0) * 2.0 * math.pi
    denominator = 2.0 * np.sin(angle / 2.0)
    at_pulse = np.abs(denominator) < 1e-4
    total = np.sin((harmonics + 0.5) * angle) / np.where(at_pulse, 1.0, denominator) - 0.5
    total = np.where(at_pulse, harmonics, total) * np.sqrt(2.0 / harmonics)
    return total.astype(np.float32), float(phase[-1] % 1.0)


def noise_stretch(start: int, stop: int) -> Array:
    """White noise by absolute place in the stream, so that it does not depend on how the stream is cut."""
    return _noise()[np.arange(start, stop) % NOISE_SAMPLES]


@cache
def _noise() -> Array:
    return np.random.default_rng(20).standard_normal(NOISE_SAMPLES, np.float32)
