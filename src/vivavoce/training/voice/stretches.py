"""Stretches of utterances as the decoder learns from them, and how often each utterance is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.training.voice.networks import FRAMES_PER_UNIT, Voice, frame_inputs
from vivavoce.training.voice.sound import FRAME_SAMPLES, cut, excitation
from vivavoce.training.voice.utterances import SPEAKERS, Utterance


@dataclass(slots=True)
class Batch:
    """Stretches of utterances with their margins; batch axis first."""

    symbols: Tensor
    mask: Tensor
    speaker: Tensor
    token: Tensor
    """The token of each frame, (batch, frames)."""
    valid: Tensor
    """1 inside the utterance, (batch, frames, 1)."""
    f0_hz: Tensor
    energy: Tensor
    excitation: Tensor
    """Complex, (batch, 601, frames)."""
    sound: Tensor
    """Without the margins, (batch, samples)."""

    def select(self, rows: Tensor) -> Batch:
        """The stretches of which `rows` (batch,) is true."""
        return Batch(*(getattr(self, name)[rows] for name in self.__slots__))


def synthesize_batch(voice: Voice, batch: Batch) -> Tensor:
    """What the voice makes of the batch's durations, pitch and energy: parts of spectra (batch, frames, 5 * 601)."""
    encoded = voice.encode(batch.symbols, batch.mask, batch.speaker)
    states = encoded.gather(1, batch.token[..., None].expand(-1, -1, encoded.shape[-1]))
    return voice.decode(frame_inputs(states, batch.f0_hz, batch.energy), batch.valid, batch.speaker)


def stretches(chosen: Sequence[Utterance], frames: int, margin: int, random: np.random.Generator) -> Batch:
    """A random stretch of a number of `frames` of each utterance, which may reach a little beyond its ends."""
    length = frames + 2 * margin
    starts = [int(random.integers(-4, max(-3, u.frames - frames + 4))) - margin for u in chosen]
    pairs = list(zip(chosen, starts, strict=True))
    f0 = np.stack([cut(u.f0_hz, start, length) for u, start in pairs])
    tokens = [torch.repeat_interleave(torch.arange(len(u.units)), FRAMES_PER_UNIT * u.units).numpy() for u in chosen]
    inside = [cut(np.ones(u.frames, np.float32), start, length) for u, start in pairs]
    pad = nn.utils.rnn.pad_sequence
    return Batch(
        symbols=pad([u.ids for u in chosen], batch_first=True),
        mask=pad([torch.ones(len(u.ids)) for u in chosen], batch_first=True),
        speaker=torch.tensor([u.speaker for u in chosen]),
        token=torch.from_numpy(np.stack([cut(t, s, length) for t, s in zip(tokens, starts, strict=True)])),
        valid=torch.from_numpy(np.stack(inside))[..., None],
        f0_hz=torch.from_numpy(f0),
        energy=torch.from_numpy(np.stack([cut(u.energy, start, length) for u, start in pairs])),
        excitation=excitation(f0),
        sound=torch.from_numpy(
            np.stack([cut(u.sound(), FRAME_SAMPLES * (start + margin), FRAME_SAMPLES * frames) for u, start in pairs])
        ),
    )


def sampling_weights(
    spoken: Sequence[Utterance], speaker_shares: Mapping[str, float], corpus_shares: Mapping[str, float]
) -> np.ndarray:
    """How often each utterance is drawn, summing to one: speakers alike but for their shares, corpora by theirs,
    utterances by their length."""
    weights = np.array([u.frames * corpus_shares.get(u.corpus, 1.0) for u in spoken], np.float64)
    speakers = np.array([u.speaker for u in spoken])
    for number, name in enumerate(SPEAKERS):
        own = speakers == number
        if own.any():
            weights[own] *= speaker_shares.get(name, 1.0) / weights[own].sum()
    return weights / weights.sum()
