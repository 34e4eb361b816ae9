"""Streamable blocks made of other blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

from vivavoce.blocks.block import NOTHING, BuildContext, SequenceBlock, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.tensors import Specs, StackError, Tensors, connect, frame_count, merge

Stages = tuple[Any, ...]


@dataclass(frozen=True)
class _StackConfig:
    stack: tuple[Any, ...]


@dataclass(frozen=True)
class _PipelineConfig:
    sequence_block: Any
    streamable_block: Any


class StreamableStack(StreamableBlock[Stages]):
    """Streamable blocks in a row, each fed by the one before; its state is the tuple of theirs.

    JSON: `{"type": "StreamableStack", "stack": [...]}`.
    """

    def __init__(self, blocks: Sequence[StreamableBlock[Any]], place: str = "stack") -> None:
        if not blocks:
            raise StackError(f"{place}: a stack needs at least one streamable block")
        self.blocks = tuple(blocks)
        self._inputs = self._input_specs(place)
        self._outputs = self._fold(self._inputs, place, "the upstream")
        self._context_inputs = merge((block.context_inputs for block in blocks), place)
        self._lookahead, factor = 0.0, 1
        for block in blocks:
            self._lookahead += block.lookahead / factor
            factor *= block.upsampling_factor
        self._upsampling_factor = factor

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        nested = read_dataclass(_StackConfig, config, build.json_path).stack
        blocks = [build.at(f"stack[{index}]").streamable_block(value) for index, value in enumerate(nested)]
        return cls(blocks, f"{build.json_path}.stack")

    @property
    def inputs(self) -> Specs:
        return self._inputs

    @property
    def context_inputs(self) -> Specs:
        return self._context_inputs

    @property
    def outputs(self) -> Specs:
        return self._outputs

    @property
    def lookahead(self) -> int:
        return ceil(self._lookahead)

    @property
    def upsampling_factor(self) -> int:
        return self._upsampling_factor

    @property
    def is_source(self) -> bool:
        return self.blocks[0].is_source

    @property
    def forwards_inputs(self) -> bool:
        return all(block.forwards_inputs for block in self.blocks)

    def wire(self, upstream: Specs, place: str, source: str) -> Specs:
        return self._fold(upstream, f"{place}.stack", source)

    def initial_state(self, context: Tensors) -> Stages:
        return tuple(block.initial_state(context) for block in self.blocks)

    def step(self, state: Stages, chunk: Tensors, frames: int) -> tuple[Stages | None, Tensors]:
        return self._advance(state, chunk, frames, ended=False)

    def flush(self, state: Stages) -> Tensors:
        return self._advance(state, NOTHING, 0, ended=True)[1]

    def _advance(self, state: Stages, chunk: Tensors, frames: int, ended: bool) -> tuple[Stages | None, Tensors]:
        """Hand a chunk down the row. Once a block ends, those below it are flushed and the stack ends."""
        following: list[Any] = []
        for block, stage in zip(self.blocks, state, strict=True):
            if ended:
                after, made = None, block.finish(stage, chunk, frames)
            else:
                after, made = block.step(stage, chunk, frames) if frames else (stage, NOTHING)
            ended = after is None
            following.append(after)
            chunk, frames = made, frame_count(made)
        return (None if ended else tuple(following)), chunk

    def _input_specs(self, place: str) -> Specs:
        """What the first block reads, and those after it as long as the upstream passes through to them."""
        wanted: list[Specs] = []
        made: set[str] = set()
        for block in self.blocks:
            wanted.append({name: spec for name, spec in block.inputs.items() if name not in made})
            made |= block.outputs.keys()
            if not block.forwards_inputs:
                break
        return merge(wanted, place)

    def _fold(self, available: Specs, place: str, source: str) -> Specs:
        for index, block in enumerate(self.blocks):
            label = f"{place}[{index}]"
            if index and block.is_source:
                name = type(block).__name__
                raise StackError(f"{label} ({name}): makes its own frames, so it cannot come after {source}")
            available = block.wire(available, label, source)
            source = type(block).__name__
        return available


class StreamablePipeline(StreamableBlock[Any]):
    """Exactly one sequence block, run once, and one streamable block, fed by what it made.

    The streamable block also sees the context that the pipeline was given, under what the sequence block made.
    JSON: `{"type": "StreamablePipeline", "sequence_block": {...}, "streamable_block": {...}}`.
    """

    def __init__(
        self, sequence_block: SequenceBlock, streamable_block: StreamableBlock[Any], place: str = "pipeline"
    ) -> None:
        self.sequence_block, self.streamable_block = sequence_block, streamable_block
        made = sequence_block.outputs
        label = f"{place}.streamable_block ({type(streamable_block).__name__})"
        shared = {name: spec for name, spec in streamable_block.context_inputs.items() if name in made}
        connect(shared, made, label, type(sequence_block).__name__)
        rest = {name: spec for name, spec in streamable_block.context_inputs.items() if name not in made}
        self._context_inputs = merge([sequence_block.inputs, rest], place)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        nested = read_dataclass(_PipelineConfig, config, build.json_path)
        sequence_block = build.at("sequence_block").sequence_block(nested.sequence_block)
        streamable_block = build.at("streamable_block").streamable_block(nested.streamable_block)
        return cls(sequence_block, streamable_block, build.json_path)

    @property
    def inputs(self) -> Specs:
        return self.streamable_block.inputs

    @property
    def context_inputs(self) -> Specs:
        return self._context_inputs

    @property
    def outputs(self) -> Specs:
        return self.streamable_block.outputs

    @property
    def lookahead(self) -> int:
        return self.streamable_block.lookahead

    @property
    def upsampling_factor(self) -> int:
        return self.streamable_block.upsampling_factor

    @property
    def is_source(self) -> bool:
        return self.streamable_block.is_source

    @property
    def forwards_inputs(self) -> bool:
        return self.streamable_block.forwards_inputs

    def wire(self, upstream: Specs, place: str, source: str) -> Specs:
        return self.streamable_block.wire(upstream, f"{place}.streamable_block", source)

    def initial_state(self, context: Tensors) -> Any:
        return self.streamable_block.initial_state({**context, **self.sequence_block(context)})

    def step(self, state: Any, chunk: Tensors, frames: int) -> tuple[Any, Tensors]:
        return self.streamable_block.step(state, chunk, frames)

    def flush(self, state: Any) -> Tensors:
        return self.streamable_block.flush(state)
