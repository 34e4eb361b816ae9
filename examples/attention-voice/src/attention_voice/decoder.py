"""The legacy decoder: attention, autoregressive, a source of its own frames behind the same contract.

Where the parallel voice knows every duration before the first frame, this one finds its way through the text while it
speaks, and stops by itself; a cap ends what does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from vivavoce.blocks.block import BuildContext, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, frame_count, join, specs

CONTROLS = ("gain", "pitch_shift", "pitch_range")
"""What markup asks of tokens, handed on for each frame."""
GIVEN = ("coarse_mel", "coarse_log_f0", "voicing", "seen")
NEEDED = {*GIVEN, "attention", "stop"}


class AttentionState(NamedTuple):
    """The decoder in the middle of a sentence."""

    network: NetworkState
    controls: Tensors
    rest: Tensors
    """Frames made and not yet given: a step of the network makes several."""
    steps_left: int
    """Steps until the cap; 0 once the network has stopped."""


@dataclass(frozen=True)
class _Config:
    network: str = "attention"
    frames_per_token: int = 25
    frames_more: int = 100


class AttentionDecoder(StreamableBlock[AttentionState]):
    """Frames out of encoded text, one step of the addon's network `attention` after the other.

    The network reads `encoded`, `rate` and its own state, and answers frames, its `attention` (1, frames, tokens) and
    `stop`, which is over 0 when this step is the last. `gain`, `pitch_shift` and `pitch_range` of the tokens are laid
    over the frames by the attention, for the block that follows. An utterance lasts `frames_per_token` frames a token
    and `frames_more` at most. JSON: `{"type": "AttentionDecoder"}`.
    """

    def __init__(
        self,
        network: Network,
        frames_per_token: int = 25,
        frames_more: int = 100,
        place: str = "AttentionDecoder",
    ) -> None:
        missing = sorted(NEEDED - network.outputs.keys())
        if missing or network.chunk_inputs:
            need = f"has no output {', '.join(missing)}" if missing else "takes chunks, a source cannot"
            raise StackError(f"{place}: the network {need}")
        size = (network.outputs["coarse_mel"].shape or (None, None))[1]
        if not isinstance(size, int):
            raise StackError(f'{place}: output "coarse_mel" of the network has no fixed number of frames')
        if frames_per_token < 1 or frames_more < 0:
            raise StackError(f"{place}: frames_per_token is {frames_per_token} and frames_more {frames_more}")
        self.network = network
        self.reduction = size
        self._frames_per_token, self._frames_more = frames_per_token, frames_more

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        given = read_dataclass(_Config, config, build.json_path)
        network = build.network(given.network)
        return cls(network, given.frames_per_token, given.frames_more, build.json_path)

    @property
    def inputs(self) -> Specs:
        return {}

    @property
    def context_inputs(self) -> Specs:
        controls = specs(*(TensorSpec(name, "float32", (1, "tokens")) for name in CONTROLS))
        return {**self.network.constant_inputs, **controls}

    @property
    def outputs(self) -> Specs:
        shapes = {name: (self.network.outputs[name].shape or ())[2:] for name in GIVEN} | dict.fromkeys(CONTROLS, ())
        return specs(*(TensorSpec(name, "float32", (1, "frames", *rest)) for name, rest in shapes.items()))

    @property
    def is_source(self) -> bool:
        return True

    def initial_state(self, context: Tensors) -> AttentionState:
        frames = self._frames_more + self._frames_per_token * context["encoded"].shape[1]
        controls = {name: context[name] for name in CONTROLS}
        return AttentionState(self.network.initial_state(context), controls, {}, -(-frames // self.reduction))

    def step(self, state: AttentionState, chunk: Tensors, frames: int) -> tuple[AttentionState | None, Tensors]:
        network, steps_left = state.network, state.steps_left
        made = [state.rest] if state.rest else []
        count = frame_count(state.rest)
        while count < frames and steps_left:
            network, answer = self.network.step(network, {}, 1)
            asked = {
                name: np.einsum("bft,bt->bf", answer["attention"], tokens) for name, tokens in state.controls.items()
            }
            made.append({name: answer[name] for name in GIVEN} | asked)
            count += self.reduction
            steps_left = 0 if float(answer["stop"].ravel()[0]) > 0.0 else steps_left - 1
        whole = join(made)
        now = {name: array[:, :frames] for name, array in whole.items()}
        rest = {name: array[:, frames:] for name, array in whole.items()} if count > frames else {}
        following = AttentionState(network, state.controls, rest, steps_left)
        return (following if rest or steps_left else None), now
