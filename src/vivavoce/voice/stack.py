"""An addon's stack as a voice runs it: encoders once for a sentence, then frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from vivavoce.blocks.block import SequenceBlock, StreamableBlock
from vivavoce.blocks.pipeline import StreamablePipeline, StreamableStack
from vivavoce.blocks.tensors import Tensors
from vivavoce.voice.contour import Frames


def describe_stack(*blocks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `stack` of `addon.json` for a voice whose encoders run once for a sentence and whose `blocks` stream."""
    streamed = {"type": "StreamableStack", "stack": list(blocks)}
    return [{"type": "StreamablePipeline", "sequence_block": {"type": "Encoders"}, "streamable_block": streamed}]


@runtime_checkable
class TimedSource(Protocol):
    """A source of frames that knows how long each token lasts before the first frame."""

    def durations(self, context: Tensors) -> Frames:
        """Frames of each token, (tokens,)."""
        ...


def split_encoders(block: StreamableBlock[Any]) -> tuple[SequenceBlock | None, StreamableBlock[Any]]:
    """The sequence block that a stack begins with, apart from the rest: its answers are wanted for the marks too."""
    if isinstance(block, StreamablePipeline):
        return block.sequence_block, block.streamable_block
    if isinstance(block, StreamableStack):
        encoders, first = split_encoders(block.blocks[0])
        inner = first.blocks if isinstance(first, StreamableStack) else (first,)
        return encoders, StreamableStack([*inner, *block.blocks[1:]])
    return None, block
