"""The two abstractions that every model is made of.

A `SequenceBlock` turns whole tensors into whole tensors. A `StreamableBlock` makes a stream of chunks on demand,
from another stream, from whole-utterance data, or from both. Blocks hold parameters, never the state of a stream.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, Protocol, Self, TypeVar

from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.manifest import AddonManifest
from vivavoce.blocks.network import Network
from vivavoce.blocks.schedule import StreamOptions
from vivavoce.blocks.targets import Target
from vivavoce.blocks.tensors import Specs, StackError, Tensors, connect, frame_count, join

State = TypeVar("State")
NOTHING: Tensors = {}


class Block(ABC):
    """A part of a model, with its wires declared."""

    @property
    @abstractmethod
    def inputs(self) -> Specs:
        """What must arrive: whole tensors for a `SequenceBlock`, the tensors of a chunk for a `StreamableBlock`."""

    @property
    @abstractmethod
    def outputs(self) -> Specs:
        """What leaves, in the same way."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        """The block that a JSON object's keys (less `type`) describe: by default, the fields of the dataclass.

        Raises `InputError` naming the JSON path of a key that is unknown, missing or of the wrong type.
        """
        return read_dataclass(cls, config, build.json_path)


class SequenceBlock(Block):
    """Whole tensors in, whole tensors out."""

    @abstractmethod
    def __call__(self, tensors: Tensors) -> Tensors:
        """Read `inputs` from `tensors`, which may hold more, and return `outputs`."""


class StreamableBlock(Block, Generic[State]):
    """Chunks on demand: a function `(state, chunk) -> (state, chunk)` with a known lookahead.

    The state of a stream is an immutable value that goes in and comes out, so one block serves any number of
    streams, and a stream can be forked or moved. After `n` frames in, `(n - lookahead) * upsampling_factor`
    frames have come out; `flush` gives the rest, so that output frame `t * upsampling_factor` belongs to input frame
    `t`.
    """

    @property
    def context_inputs(self) -> Specs:
        """What `initial_state` reads from the context: tensors of the whole utterance."""
        return {}

    @property
    def lookahead(self) -> int:
        """Look-ahead in input frames."""
        return 0

    @property
    def upsampling_factor(self) -> int:
        """Output frames for each input frame: 1 unless the block changes the rate, as a vocoder does."""
        return 1

    @property
    def is_source(self) -> bool:
        """Whether the block makes its frames from the context alone. It then takes no upstream."""
        return False

    @property
    def forwards_inputs(self) -> bool:
        """Whether tensors of the upstream leave again beside `outputs`, in their places and types."""
        return False

    @property
    def forwarded(self) -> Sequence[str]:
        """The inputs that leave again as they came, by name, in step with what is made."""
        return ()

    @abstractmethod
    def initial_state(self, context: Tensors) -> State:
        """The state before the first frame. Reads `context_inputs` from `context`, which may hold more."""

    @abstractmethod
    def step(self, state: State, chunk: Tensors, frames: int) -> tuple[State | None, Tensors]:
        """Take one chunk, or make one.

        A block with an upstream gets a chunk of `frames` frames, at least 1. A source gets an empty chunk and makes
        up to `frames` frames. The answer may be empty while look-ahead fills. A new state of None ends the stream
        with this chunk.
        """

    def flush(self, state: State) -> Tensors:
        """The remaining output once the upstream has ended: tensors (1, frames, …), possibly of 0 frames."""
        del state
        return NOTHING

    def finish(self, state: State, chunk: Tensors, frames: int) -> Tensors:
        """Take a last chunk, of `frames` frames, and give all the remaining output: `step`, then `flush`, unless a
        block can do both at once."""
        after, made = self.step(state, chunk, frames) if frames else (state, NOTHING)
        return made if after is None else join([made, self.flush(after)])

    def wire(self, upstream: Specs, place: str, source: str) -> Specs:
        """What leaves when `upstream`, which `source` supplies, arrives at this block at a place in the JSON.

        Raises `StackError` where `inputs` are not met.
        """
        connect(self.inputs, upstream, f"{place} ({type(self).__name__})", source)
        kept: Specs = upstream if self.forwards_inputs else {}
        return {**kept, **self.outputs, **{name: upstream[name] for name in self.forwarded}}

    def open(
        self,
        context: Tensors,
        upstream: Iterable[Tensors] | None = None,
        options: StreamOptions = StreamOptions(),  # noqa: B008 - an immutable value
    ) -> Iterator[Tensors]:
        """Stream one utterance: chunks with at least one frame, each made when it is asked for.

        Closing the iterator closes `upstream` and lets go of the state.
        """
        if self.is_source != (upstream is None):
            need = "makes its own frames, open it without an upstream" if self.is_source else "needs an upstream"
            raise StackError(f"{type(self).__name__}: {need}")
        chunks = self._requests(options) if upstream is None else _with_sizes(upstream)
        return self._stream(context, chunks, upstream)

    def _stream(
        self, context: Tensors, chunks: Iterator[tuple[Tensors, int]], upstream: Iterable[Tensors] | None
    ) -> Iterator[Tensors]:
        try:
            state: State | None = self.initial_state(context)
            for chunk, frames in chunks:
                state, made = self.step(state, chunk, frames)
                if frame_count(made):
                    yield made
                if state is None:
                    return
            made = self.flush(state)
            if frame_count(made):
                yield made
        finally:
            close = getattr(upstream, "close", None)
            if close is not None:
                close()

    def _requests(self, options: StreamOptions) -> Iterator[tuple[Tensors, int]]:
        """Empty chunks of the scheduled sizes; the first is longer by the lookahead, so that as much comes out."""
        sizes = iter(options.schedule)
        for size in chain([next(sizes) + self.lookahead], sizes):
            yield NOTHING, size


class BuildContext(Protocol):
    """What a block may use while it is built: its addon's networks and files, and its place in the JSON."""

    @property
    def json_path(self) -> str:
        """The addon and the way from the top of `addon.json` to here: where a complaint belongs."""
        ...

    @property
    def manifest(self) -> AddonManifest: ...

    def read(self, name: str) -> bytes:
        """One of the files that `addon.json` lists. Raises `InputError` for any other, and for a damaged one."""
        ...

    def at(self, key: str) -> BuildContext:
        """The context of a nested object."""
        ...

    def on(self, target: Target | None) -> BuildContext:
        """The same with another target, unless one was chosen for the whole addon."""
        ...

    def network(self, name: str) -> Network:
        """A network of the addon, loaded on its target. Raises `StackError` when the addon has none of that name,
        `InputError` when its file is not to be trusted."""
        ...

    def sequence_block(self, value: Any) -> SequenceBlock:
        """Build a JSON object that must be a sequence block. Raises `StackError` or `InputError` naming its path."""
        ...

    def streamable_block(self, value: Any) -> StreamableBlock[Any]:
        """Build a JSON object that must be a streamable block. Raises as `sequence_block`."""
        ...


def _with_sizes(upstream: Iterable[Tensors]) -> Iterator[tuple[Tensors, int]]:
    for chunk in upstream:
        frames = frame_count(chunk)
        if frames:
            yield chunk, frames
