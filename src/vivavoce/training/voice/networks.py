"""The networks of the voice: text encoder with frame decoder, and durations with melody.

They have the shape of hibari's, so that they can start from its weights, and tables for what differs by speaker, all
zero at first: with those the networks say what hibari says.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.voice.layers import ConvNextBlock, Modulation, Tables, TextEncoder, modulate, over_neighbours

SYMBOLS = 178
TEXT_WIDTH, PROSODY_WIDTH, DECODER_WIDTH = 128, 192, 256
BINS, PARTS = 601, 5
BLOCKS = 8
F0_SCALE, ENERGY_SCALE = 100.0, 5.0
FRAMES_PER_UNIT = 2
KINDS = ("", "yes_no", "or", "wh", "list", "compound", "emphasis")
SENTENCE_PROSODY, WORD_PROSODY = 64, 16
USUAL_SYMBOLS, MOST_OCTAVES = 64.0, 1.5
"""How many symbols a sentence of no special length has, and how far from it the style of one still changes."""


class FrameDecoder(nn.Module):
    """Text states, pitch and energy of a frame to the five parts of its spectrum."""

    def __init__(self) -> None:
        super().__init__()
        self.dec_in = nn.Conv1d(TEXT_WIDTH + 2, DECODER_WIDTH, 7)
        self.dec = nn.ModuleList(ConvNextBlock(DECODER_WIDTH, 768, 7) for _ in range(BLOCKS))
        self.dec_norm = nn.LayerNorm(DECODER_WIDTH)
        self.head = nn.Linear(DECODER_WIDTH, PARTS * BINS)


class Voice(nn.Module):
    """Text encoder and frame decoder with tables of the speakers."""

    def __init__(self, speakers: int) -> None:
        super().__init__()
        self.text = TextEncoder(SYMBOLS, TEXT_WIDTH, 4)
        self.d = FrameDecoder()
        self.v = Tables(
            speakers,
            {
                "text": TEXT_WIDTH,
                "enter": DECODER_WIDTH,
                "block": (BLOCKS + 1) * 2 * DECODER_WIDTH,
                "bias": PARTS * BINS,
            },
        )

    def encode(self, symbols: Tensor, mask: Tensor, speaker: Tensor) -> Tensor:
        """symbols (batch, tokens), mask (batch, tokens), speaker (batch,) -> (batch, tokens, 128)."""
        return self.text(symbols, mask, self.v.row("text", speaker))

    def decode(self, frames: Tensor, valid: Tensor, speaker: Tensor) -> Tensor:
        """frames (batch, frames, 130), valid (batch, frames, 1) -> (batch, frames, 5 * 601)."""
        decoder = self.d
        by = self.v.modulations("block", speaker, BLOCKS + 1)
        entered = functional.pad((frames * valid).transpose(1, 2), (3, 3))
        states = decoder.dec_in(entered).transpose(1, 2) + self.v.row("enter", speaker)
        for block, change in zip(decoder.dec, by, strict=False):
            states = block(states, valid, change)
        return decoder.head(modulate(decoder.dec_norm(states), by[-1])).float() + self.v.row("bias", speaker)


def frame_inputs(states: Tensor, f0_hz: Tensor, energy: Tensor) -> Tensor:
    """What the decoder reads: states (..., frames, 128), f0 and energy (..., frames) -> (..., frames, 130)."""
    melody = torch.stack([torch.log1p(f0_hz.clamp(min=0.0)) / 5.0, energy / ENERGY_SCALE], dim=-1)
    return torch.cat([states, melody.to(states.dtype)], dim=-1)


class ProsodyNetwork(nn.Module):
    """hibari's networks for durations and melody, unchanged."""

    def __init__(self) -> None:
        super().__init__()
        width = PROSODY_WIDTH
        self.text = TextEncoder(SYMBOLS, width, 6)
        self.dur = nn.Sequential(nn.Conv1d(width, width, 3), nn.GELU(), nn.Conv1d(width, 1, 1))
        self.pro_in = nn.Conv1d(width, width, 1)
        self.pro = nn.ModuleList(ConvNextBlock(width, 2 * width, 7, dilation) for dilation in (1, 2, 4, 8, 1, 2))
        self.pro_out = nn.Conv1d(width, 2 * FRAMES_PER_UNIT, 1)


class Melody(nn.Module):
    """Durations, pitch and energy, with tables of the speakers and of the kinds of sentence, and what an embedding of
    the sentence's and of the words' prosody adds. `centre` is each speaker's median log f0 and mean energy.

    The teacher's styles lie on a line along the log of a sentence's length: tables `l` say what an octave of it adds.
    """

    def __init__(self, speakers: int) -> None:
        super().__init__()
        width, blocks = PROSODY_WIDTH, 6
        self.p = ProsodyNetwork()
        self.v = Tables(
            speakers,
            {
                "text": width,
                "norms": 5 * 2 * width,
                "dur": width + 1,
                "enter": width,
                "pro": blocks * 2 * width,
                "out": 4 * FRAMES_PER_UNIT,
            },
        )
        self.l = Tables(speakers, {"text": width, "norms": 5 * 2 * width, "dur": width + 1})
        self.k = Tables(len(KINDS), {"text": width, "enter": width, "pro": blocks * 2 * width})
        self.centre: Tensor
        self.register_buffer("centre", torch.zeros(speakers, 2))
        self.sentence, self.sentence_enter = (nn.Linear(SENTENCE_PROSODY, width, bias=False) for _ in range(2))
        self.word, self.word_enter = (nn.Linear(WORD_PROSODY, width, bias=False) for _ in range(2))

    def encode(
        self, symbols: Tensor, mask: Tensor, speaker: Tensor, kind: Tensor,
        sentence_prosody: Tensor | None = None, word_prosody: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """symbols, mask (batch, tokens), speaker, kind (batch,), embeddings (batch, 64) and (batch, tokens, 16) or None
        for zero -> (batch, tokens, 192)."""
        octaves = length_octaves(mask)
        told = self.v.row("text", speaker) + octaves * self.l.row("text", speaker) + self.k.row("text", kind)
        if sentence_prosody is not None:
            told = told + self.sentence(sentence_prosody)[:, None]
        if word_prosody is not None:
            told = told + self.word(word_prosody)
        usual, by_length = (tables.modulations("norms", speaker, 5) for tables in (self.v, self.l))
        norms: list[Modulation] = [
            (gain + octaves * more, shift + octaves * further)
            for (gain, shift), (more, further) in zip(usual, by_length, strict=True)
        ]
        states = self.p.text(symbols, mask, told, norms)
        if sentence_prosody is not None:
            states = states + self.sentence_enter(sentence_prosody)[:, None]
        return states if word_prosody is None else states + self.word_enter(word_prosody)

    def log_units(self, states: Tensor, mask: Tensor, speaker: Tensor) -> Tensor:
        """log(1 + units) of each token: (batch, tokens)."""
        table = self.v.row("dur", speaker) + length_octaves(mask) * self.l.row("dur", speaker)
        entered = functional.pad(states * mask[..., None].to(states.dtype), (0, 0, 1, 1))
        first, last = cast(nn.Conv1d, self.p.dur[0]), cast(nn.Conv1d, self.p.dur[2])
        hidden = functional.gelu(over_neighbours(entered, first) + table[..., :-1])
        return over_neighbours(hidden, last)[..., 0].float() + table[..., 0, -1:]

    def contours(self, states: Tensor, valid: Tensor, speaker: Tensor, kind: Tensor) -> tuple[Tensor, Tensor]:
        """states of units (batch, units, 192), valid (batch, units, 1) -> f0 in Hz and energy, (batch, 2 * units)
        both."""
        blocks = len(self.p.pro)
        states = over_neighbours(states, self.p.pro_in)
        states = states + self.v.row("enter", speaker) + self.k.row("enter", kind)
        voices = self.v.modulations("pro", speaker, blocks)
        kinds = self.k.modulations("pro", kind, blocks)
        for block, voice, asked in zip(self.p.pro, voices, kinds, strict=True):
            by: Modulation = (voice[0] + asked[0], voice[1] + asked[1])
            states = block(states, valid, by)
        out = over_neighbours(states, self.p.pro_out).float()
        gain, shift = self.v.row("out", speaker).chunk(2, dim=-1)
        out = out * (1.0 + gain) + shift
        batch, units, _ = out.shape
        f0, energy = out.reshape(batch, units, 2, FRAMES_PER_UNIT).unbind(2)
        return f0.reshape(batch, -1) * F0_SCALE, energy.reshape(batch, -1) * ENERGY_SCALE


def length_octaves(mask: Tensor) -> Tensor:
    """By how many octaves sentences are longer than usual: mask (batch, tokens) -> (batch, 1, 1)."""
    symbols = mask.float().sum(1)[:, None, None]
    return torch.log2(symbols / USUAL_SYMBOLS).clamp(-MOST_OCTAVES, MOST_OCTAVES)
