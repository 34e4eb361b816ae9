"""The length regulator: each token's encoding repeated for as long as it lasts, with the melody drawn over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, specs
from vivavoce.features import Array
from vivavoce.voice.contour import Frames, energy_contour, frame_positions, pitch_contour, token_of_frame
from vivavoce.voice.dimensions import FRAME_PROSODY, KNOTS
from vivavoce.voice.timing import frame_durations


class RegulatorState(NamedTuple):
    """A sentence and the frame that comes next."""

    encoded: Array
    token: np.ndarray
    frames: Tensors
    """Whole tensors that are cheap to hold: place, pitch, energy, gain; (1, frames, …)."""
    start: int


@dataclass(frozen=True)
class LengthRegulator(StreamableBlock[RegulatorState]):
    """A source: reads what the encoders made, gives the decoder's frames on demand. JSON: `{"type": "Upsampler"}`."""

    encoded_width: int = 192

    @property
    def context_inputs(self) -> Specs:
        per_token = (1, "tokens")
        return specs(
            TensorSpec("encoded", "float32", (1, "tokens", self.encoded_width)),
            TensorSpec("log_durations", "float32", per_token),
            TensorSpec("knots", "float32", (1, "tokens", KNOTS)),
            TensorSpec("token_energy", "float32", per_token),
            TensorSpec("gaps", "bool", per_token),
            TensorSpec("rate", "float32", per_token),
            TensorSpec("pitch_shift", "float32", per_token),
            TensorSpec("pitch_range", "float32", per_token),
            TensorSpec("gain", "float32", per_token),
            TensorSpec("silence", "int64", per_token),
        )

    @property
    def inputs(self) -> Specs:
        return {}

    @property
    def outputs(self) -> Specs:
        return specs(
            TensorSpec("encoded", "float32", (1, "frames", self.encoded_width)),
            TensorSpec("position", "float32", (1, "frames", 2)),
            TensorSpec("contour", "float32", (1, "frames")),
            TensorSpec("energy", "float32", (1, "frames")),
            TensorSpec("gain", "float32", (1, "frames")),
            TensorSpec("prosody", "float32", (1, "frames", FRAME_PROSODY)),
        )

    @property
    def is_source(self) -> bool:
        return True

    def durations(self, context: Tensors) -> Frames:
        """Frames of each token, (tokens,)."""
        each = (context[name][0] for name in ("log_durations", "gaps", "rate", "silence"))
        return frame_durations(*each)

    def initial_state(self, context: Tensors) -> RegulatorState:
        durations = self.durations(context)
        knots = context["knots"][0]
        mean = knots.mean()
        knots = mean + (knots - mean) * context["pitch_range"][0][:, None] + context["pitch_shift"][0][:, None]
        frames = {
            "position": frame_positions(durations),
            "contour": pitch_contour(knots, durations),
            "energy": energy_contour(context["token_energy"][0], durations),
            "gain": energy_contour(context["gain"][0], durations),
        }
        return RegulatorState(
            context["encoded"], token_of_frame(durations), {name: array[None] for name, array in frames.items()}, 0
        )

    def step(self, state: RegulatorState, chunk: Tensors, frames: int) -> tuple[RegulatorState | None, Tensors]:
        stop = min(state.start + frames, len(state.token))
        window = slice(state.start, stop)
        made = {name: array[:, window] for name, array in state.frames.items()}
        made["encoded"] = state.encoded[:, state.token[window]]
        made["prosody"] = np.zeros((1, stop - state.start, FRAME_PROSODY), np.float32)
        return (None if stop == len(state.token) else state._replace(start=stop)), made
