"""Sound from the five spectra that a decoder draws: hibari's arithmetic, streamed.

`S = exp(harmonic) e^{i pi tanh(rotation)} STFT(pulses(f0)) + exp(noise) Z + exp(residual) e^{i phase}`, then one
inverse STFT. The pulse train keeps its phase, and white noise Z depends on the number of the frame alone, so a stream
does not depend on how it is cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from vivavoce.blocks.block import BuildContext, StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, frame_count, specs
from vivavoce.errors import InputError
from vivavoce.features import Array

RATE_HZ, HOP, WINDOW = 24_000, 300, 1200
BINS = WINDOW // 2 + 1
HALF = WINDOW // 2
PARTS = ("harmonic", "rotation", "noise", "residual", "phase")
UNVOICED_HZ, HIGHEST_HARMONIC_HZ = 40.0, 11_000.0
LOUDEST_NEPERS = 7.0
LOOKAHEAD = 4
"""Frames: two whose windows reach back, two more because a window reaches over pulses that are not made yet."""
NOISE_FRAMES = 64
"""Frames of noise that are drawn at a time."""
Complex = npt.NDArray[np.complex64]


class SynthesisState(NamedTuple):
    """The synthesis in the middle of a stream."""

    parts: Tensors
    """Frames whose pulses are not all made yet."""
    f0: Array
    """The last frame that has pulses and those after it."""
    cycles: float
    """Phase of the pulse train."""
    pulses: Array
    """From half a window before the next frame."""
    frame: int
    """Frames that are in `tail`."""
    pulse_frames: int
    tail: Array
    """Sound that later windows still reach."""
    weight: Array
    """What the windows of `tail` add up to."""


class SpectralSynthesis(StreamableBlock[SynthesisState]):
    """Frames of spectra to sound, 300 samples a frame at 24 kHz. JSON: `{"type": "SpectralSynthesis"}`.

    `gain` is in nepers, `f0` in Hz, 0 where unvoiced.
    """

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        if config:
            raise InputError(f"{build.json_path}: SpectralSynthesis has no options")
        return cls()

    @property
    def inputs(self) -> Specs:
        tracks = (TensorSpec(name, "float32", (1, "frames")) for name in ("f0", "gain"))
        return specs(*(TensorSpec(name, "float32", (1, "frames", BINS)) for name in PARTS), *tracks)

    @property
    def outputs(self) -> Specs:
        return specs(TensorSpec("audio", "float32", (1, "samples")))

    @property
    def lookahead(self) -> int:
        return LOOKAHEAD

    @property
    def upsampling_factor(self) -> int:
        return HOP

    def initial_state(self, context: Tensors) -> SynthesisState:
        nothing = np.zeros(0, np.float32)
        tail = np.zeros(WINDOW - HOP, np.float32)
        return SynthesisState({}, nothing, 0.0, np.zeros(HALF, np.float32), 0, 0, tail, tail)

    def step(self, state: SynthesisState, chunk: Tensors, frames: int) -> tuple[SynthesisState, Tensors]:
        held = {name: chunk[name] for name in (*PARTS, "gain")}
        if state.parts:
            held = {name: np.concatenate([state.parts[name], array], axis=1) for name, array in held.items()}
        state = state._replace(parts=held)
        state = _with_pulses(state, chunk["f0"][0])
        return self._answer(state, min(frame_count(held), max(0, state.pulse_frames - 1 - state.frame)))

    def flush(self, state: SynthesisState) -> Tensors:
        if not len(state.f0):
            return {}
        state = _with_pulses(state, state.f0[-1:])
        silence = np.zeros(HALF, np.float32)
        state = state._replace(pulses=np.concatenate([state.pulses, silence]))
        state, made = self._answer(state, frame_count(state.parts))
        skipped = max(0, HALF - state.frame * HOP)
        rest = state.tail[skipped:HALF] / np.maximum(state.weight[skipped:HALF], 1e-11)
        head = [made["audio"][0]] if made else []
        return {"audio": np.concatenate([*head, rest.astype(np.float32)])[None]}

    def _answer(self, state: SynthesisState, count: int) -> tuple[SynthesisState, Tensors]:
        """Add `count` frames and give the samples that are complete."""
        if count <= 0:
            return state, {}
        parts = {name: array[0, :count] for name, array in state.parts.items()}
        rest = {name: array[:, count:] for name, array in state.parts.items()}
        windows = np.lib.stride_tricks.sliding_window_view(state.pulses, WINDOW)[::HOP][:count]
        spectrum = _spectrum(parts, windows, state.frame)
        pieces = np.fft.irfft(spectrum, WINDOW, axis=1).astype(np.float32) * _window()
        total = np.zeros((count - 1) * HOP + WINDOW, np.float32)
        weight = total.copy()
        total[: len(state.tail)], weight[: len(state.weight)] = state.tail, state.weight
        for number in range(WINDOW // HOP):
            inner = slice(number * HOP, (number + count) * HOP)
            total[inner] += pieces[:, number * HOP : (number + 1) * HOP].ravel()
            weight[inner] += np.tile(_window()[number * HOP : (number + 1) * HOP] ** 2, count)
        done, skipped = count * HOP, max(0, HALF - state.frame * HOP)
        audio = total[skipped:done] / np.maximum(weight[skipped:done], 1e-11)
        following = state._replace(
            parts=rest, frame=state.frame + count, pulses=state.pulses[done:], tail=total[done:], weight=weight[done:]
        )
        return following, {"audio": audio[None]} if len(audio) else {}


def _spectrum(parts: Mapping[str, Array], windows: Array, first: int) -> Complex:
    spectrum = _polar(_exp(parts["residual"]), parts["phase"])
    spectrum += _exp(parts["noise"]) * _noise(first, first + len(windows))
    voiced = windows.any(axis=1)
    if voiced.any():
        source = np.fft.rfft(windows[voiced] * (_window() / (WINDOW / 4)), axis=1).astype(np.complex64)
        turned = np.float32(np.pi) * np.tanh(parts["rotation"][voiced])
        spectrum[voiced] += source * _polar(_exp(parts["harmonic"][voiced]), turned)
    if parts["gain"].any():
        spectrum *= np.exp(parts["gain"])[:, None]
    return spectrum


def _with_pulses(state: SynthesisState, f0: Array) -> SynthesisState:
    """Pulses of all frames but the last one known, which is drawn towards the next."""
    known = np.concatenate([state.f0 if len(state.f0) else f0[:1], f0])
    if len(known) < 3:
        return state._replace(f0=known)
    made, cycles = _pulses(known, state.cycles)
    count = state.pulse_frames + len(known) - 2
    pulses = np.concatenate([state.pulses, made])
    return state._replace(f0=known[-2:], cycles=cycles, pulses=pulses, pulse_frames=count)


def _pulses(f0: Array, cycles: float) -> tuple[Array, float]:
    """A band-limited pulse train for all frames of `f0` but the first and the last, and the phase after it."""
    share = (((np.arange(HOP) + 0.5) / HOP - 0.5) % 1.0).astype(np.float32)
    half = HOP // 2
    before, here, after = f0[:-2, None], f0[1:-1, None], f0[2:, None]
    hertz = np.concatenate(
        [before * (1 - share[:half]) + here * share[:half], here * (1 - share[half:]) + after * share[half:]], axis=1
    ).ravel()
    voiced = hertz > UNVOICED_HZ
    hertz = np.maximum(hertz, UNVOICED_HZ)
    phase = cycles + np.cumsum(hertz, dtype=np.float64) / RATE_HZ
    made = np.zeros(len(hertz), np.float32)
    hertz, heard = hertz[voiced], phase[voiced]
    angle = ((heard - np.floor(heard)) * (2.0 * np.pi)).astype(np.float32)
    harmonics = np.floor(HIGHEST_HARMONIC_HZ / hertz) + np.float32(0.5)
    divisor = np.float32(2.0) * np.sin(angle * np.float32(0.5))
    at_pulse = np.abs(divisor) <= 2e-3
    train = np.sin(harmonics * angle) / np.where(at_pulse, np.float32(1.0), divisor)
    made[voiced] = np.where(at_pulse, harmonics, train) - np.float32(0.5)
    return made, float(phase[-1] % 1.0)


def _noise(start: int, stop: int) -> Complex:
    """White noise of frames `start` to `stop`, (frames, 601)."""
    blocks = range(start // NOISE_FRAMES, -(-stop // NOISE_FRAMES))
    drawn = np.concatenate([_noise_block(block) for block in blocks])
    return drawn[start - blocks.start * NOISE_FRAMES :][: stop - start]


@lru_cache(maxsize=16)
def _noise_block(number: int) -> Complex:
    random = np.random.default_rng((20, number))
    return random.standard_normal((NOISE_FRAMES, 2 * BINS), np.float32).view(np.complex64)


def _polar(size: Array, angle: Array) -> Complex:
    made = np.empty(size.shape, np.complex64)
    np.multiply(size, np.cos(angle), out=made.real)
    np.multiply(size, np.sin(angle), out=made.imag)
    return made


def _exp(nepers: Array) -> Array:
    return np.exp(np.minimum(nepers, LOUDEST_NEPERS))


@lru_cache(maxsize=1)
def _window() -> Array:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
