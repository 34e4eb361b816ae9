"""The voice as ONNX networks with the names and shapes that the blocks of run time expect.

The decoder takes its past as values. A column that says where the utterance is travels with the frames through every
layer, so that pieces of any length give what the whole gives, at both ends too; it answers 27 frames late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.tensors import Tensors
from vivavoce.training.core.onnx_export import Axes, NetworkExport
from vivavoce.training.voice.layers import ConvNextBlock, modulate, over_neighbours
from vivavoce.training.voice.networks import (
    BLOCKS,
    DECODER_WIDTH,
    FRAMES_PER_UNIT,
    PROSODY_WIDTH,
    SENTENCE_PROSODY,
    TEXT_WIDTH,
    WORD_PROSODY,
    Melody,
    Voice,
    frame_inputs,
)
from vivavoce.training.voice.reference import FEATURES
from vivavoce.training.voice.stage_one import StageOne

REACH = 3
"""Frames that each of the decoder's layers looks ahead."""
DELAY = REACH * (BLOCKS + 1)
SPECTRUM = ("harmonic", "rotation", "noise", "residual", "phase")
_TOKENS, _UNITS, _FRAMES = 12, 9, 20


class TextNetwork(nn.Module):
    """symbols (1, tokens), speaker (1,), mask (1, tokens) -> states (1, tokens, 128)."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.voice = voice

    def forward(self, symbols: Tensor, speaker: Tensor, mask: Tensor) -> Tensor:
        return self.voice.encode(symbols, mask, speaker)


class ProsodyEncoder(nn.Module):
    """Tokens, kind and embeddings -> states (1, tokens, 192) and log(1 + units) (1, tokens)."""

    def __init__(self, melody: Melody) -> None:
        super().__init__()
        self.melody = melody

    def forward(
        self, symbols: Tensor, speaker: Tensor, kind: Tensor, sentence: Tensor, words: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        states = self.melody.encode(symbols, mask, speaker, kind, sentence, words)
        return states, self.melody.log_units(states, mask, speaker)


class MelodyNetwork(nn.Module):
    """States of units (1, units, 192) -> f0 in Hz and energy of their halves, (1, units, 2) both."""

    def __init__(self, melody: Melody) -> None:
        super().__init__()
        self.melody = melody

    def forward(self, prosody: Tensor, speaker: Tensor, kind: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        f0, energy = self.melody.contours(prosody, mask[..., None], speaker, kind)
        return f0.reshape(1, -1, FRAMES_PER_UNIT), energy.reshape(1, -1, FRAMES_PER_UNIT)


class SentenceEncoder(nn.Module):
    """Stage I of Kathaka: symbols and how they were said (1, tokens, 8) -> mean and log variance (1, 64)."""

    def __init__(self, stage: StageOne) -> None:
        super().__init__()
        self.sentence = stage.sentence

    def forward(self, symbols: Tensor, reference: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.sentence(symbols, reference, mask)


class WordEncoder(nn.Module):
    """Stage I of CAMP: the same, and which tokens each word is the mean of (1, words, tokens) -> (1, words, 16)."""

    def __init__(self, stage: StageOne) -> None:
        super().__init__()
        self.word = stage.word

    def forward(self, symbols: Tensor, reference: Tensor, shares: Tensor, mask: Tensor) -> Tensor:
        return self.word(symbols, reference, mask, shares)


class StreamingDecoder(nn.Module):
    """The frame decoder with its past as states: the last 27 frames, and what each layer read last."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.voice = voice

    def initial_states(self) -> dict[str, Tensor]:
        """(1, 27) and (1, 6, channels) for each layer, by name."""
        widths = (TEXT_WIDTH + 2, *(DECODER_WIDTH for _ in range(BLOCKS)))
        layers = {f"state_{number}": torch.zeros(1, 2 * REACH, width) for number, width in enumerate(widths)}
        return {"state_valid": torch.zeros(1, DELAY), **layers}

    def forward(
        self, encoded: Tensor, f0: Tensor, energy: Tensor, valid: Tensor, speaker: Tensor, known: Tensor,
        *states: Tensor,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """encoded (1, frames, 128), f0, energy, valid (1, frames) -> five parts (1, frames, 601), 27 frames late, and
        the states for the next piece."""
        decoder, tables = self.voice.d, self.voice.v
        by = tables.modulations("block", speaker, BLOCKS + 1)
        known = torch.cat([known, valid], dim=1)
        count = valid.shape[1]
        frames = frame_inputs(encoded, f0, energy)
        following = [known[:, count:]]
        for number, state in enumerate(states):
            start = DELAY - REACH * number
            past = torch.cat([state, frames * known[:, start : start + count, None]], dim=1)
            following.append(past[:, count:])
            if number == 0:
                frames = over_neighbours(past, decoder.dec_in) + tables.row("enter", speaker)
            else:
                block = decoder.dec[number - 1]
                assert isinstance(block, ConvNextBlock)
                frames = past[:, REACH:-REACH] + block.update(past, by[number - 1])
        bias = decoder.head.bias + tables.row("bias", speaker)[0, 0]
        parts = functional.linear(modulate(decoder.dec_norm(frames), by[-1]), decoder.head.weight, bias)
        return *parts.chunk(len(SPECTRUM), dim=-1), *following


def voice_networks(
    voice: Voice, stage: StageOne, calibration: Mapping[str, Sequence[Tensors]] | None = None
) -> dict[str, bytes]:
    """The networks of a voice as ONNX, by name. Weights keep their names from training, so that training can go on from
    an addon. Networks that `calibration` has inputs of get linear layers in 8 bits."""
    speaker, kind = torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64)
    symbols, mask = torch.ones(1, _TOKENS, dtype=torch.int64), torch.ones(1, _TOKENS)
    free = {"symbols": "tokens", "word_prosody": "tokens", "encoded": "tokens", "prosody": "tokens",
            "log_durations": "tokens", "mask": "tokens"}  # fmt: skip
    tokens: Axes = {name: {1: axis} for name, axis in free.items()}
    units: Axes = {name: {1: "units"} for name in ("prosody", "mask", "f0", "energy")}
    decoder = StreamingDecoder(voice)
    states = decoder.initial_states()
    chunk = {
        "encoded": torch.zeros(1, _FRAMES, TEXT_WIDTH), "f0": torch.full((1, _FRAMES), 100.0),
        "energy": torch.zeros(1, _FRAMES), "valid": torch.ones(1, _FRAMES),
    }  # fmt: skip
    reference: Axes = {
        "symbols": {1: "tokens"},
        "reference": {1: "tokens"},
        "mask": {1: "tokens"},
        "shares": {1: "words", 2: "tokens"},
        "words": {1: "words"},
    }
    said = {"symbols": symbols, "reference": torch.zeros(1, _TOKENS, FEATURES)}
    exports = {
        "sentence_reference": NetworkExport(
            network=SentenceEncoder(stage), inputs={**said, "mask": mask}, outputs=("mean", "log_variance"),
            axes=reference, keep_names=True,
        ),
        "word_reference": NetworkExport(
            network=WordEncoder(stage), inputs={**said, "shares": torch.ones(1, 3, _TOKENS) / _TOKENS, "mask": mask},
            outputs=("words",), axes=reference, keep_names=True,
        ),
        "text_encoder": NetworkExport(
            network=TextNetwork(voice), inputs={"symbols": symbols, "speaker": speaker, "mask": mask},
            outputs=("encoded",), axes=tokens, keep_names=True,
        ),
        "prosody_encoder": NetworkExport(
            network=ProsodyEncoder(stage.melody),
            inputs={
                "symbols": symbols, "speaker": speaker, "kind": kind,
                "sentence_prosody": torch.zeros(1, SENTENCE_PROSODY),
                "word_prosody": torch.zeros(1, _TOKENS, WORD_PROSODY), "mask": mask,
            },
            outputs=("prosody", "log_durations"), axes=tokens, keep_names=True,
        ),
        "melody": NetworkExport(
            network=MelodyNetwork(stage.melody),
            inputs={
                "prosody": torch.zeros(1, _UNITS, PROSODY_WIDTH), "speaker": speaker, "kind": kind,
                "mask": torch.ones(1, _UNITS),
            },
            outputs=("f0", "energy"), axes=units, keep_names=True,
        ),
        "decoder": NetworkExport(
            network=decoder, inputs={**chunk, "speaker": speaker, **states},
            outputs=(*SPECTRUM, *(f"next_{name}" for name in states)),
            axes={name: {1: "frames"} for name in (*chunk, *SPECTRUM)}, keep_names=True,
        ),
    }  # fmt: skip
    examples = calibration or {}
    return {name: replace(export, calibration=examples.get(name, ())).to_onnx() for name, export in exports.items()}
