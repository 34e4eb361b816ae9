"""What the integration layer costs: microseconds a chunk and hop, beside a bare onnxruntime call and a bare generator.

python -m bench.blocks.blocks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import onnxruntime
from tests.blocks.networks import WIDTH, decoder

from vivavoce.blocks import CpuTarget, StreamableBlock, StreamableStack, StreamingNetwork, Tensors, TensorSpec, specs

CHUNKS = 5_000
REPEATS = 7
CHUNK: Tensors = {"hidden": np.zeros((1, 16, WIDTH), np.float32)}


@dataclass(frozen=True)
class Identity(StreamableBlock[int]):
    """Does nothing but count frames, so what is measured is the framework."""

    @property
    def inputs(self) -> dict[str, TensorSpec]:
        return specs(TensorSpec("hidden"))

    @property
    def outputs(self) -> dict[str, TensorSpec]:
        return self.inputs

    def initial_state(self, context: Tensors) -> int:
        return 0

    def step(self, state: int, chunk: Tensors, frames: int) -> tuple[int, Tensors]:
        return state + frames, chunk


def upstream() -> Iterator[Tensors]:
    for _ in range(CHUNKS):
        yield CHUNK


def drain(stream: Iterator[Any]) -> None:
    for _ in stream:
        pass


def per_chunk_us(run: Callable[[], None]) -> float:
    """The best of several runs: the others measure the machine."""
    times = []
    for _ in range(REPEATS):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    return min(times) / CHUNKS * 1e6


def generators(hops: int) -> Iterator[Tensors]:
    stream: Iterator[Tensors] = upstream()
    for _ in range(hops):
        stream = (chunk for chunk in stream)
    return stream


def bare_session(model: bytes) -> Callable[[], None]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_outputs()]

    def run() -> None:
        state: Any = np.zeros((1, 4, WIDTH), np.float32)
        for chunk in upstream():
            _, state = session.run(names, {"hidden": chunk["hidden"], "state_0": state})

    return run


def main() -> None:
    bare = per_chunk_us(lambda: drain(upstream()))
    one = per_chunk_us(lambda: drain(Identity().open({}, upstream())))
    nine = per_chunk_us(lambda: drain(StreamableStack([Identity()] * 9).open({}, upstream())))
    nested = per_chunk_us(lambda: drain(generators(8)))
    print(f"opening a block:           {one - bare:6.2f} us a chunk")
    print(f"each hop in a stack:       {(nine - one) / 8:6.2f} us a chunk")
    print(f"  (a bare generator:       {(nested - bare) / 8:6.2f})")
    model = decoder()
    network = StreamingNetwork(CpuTarget().load(model, "bench"), lookahead=2)
    session = per_chunk_us(bare_session(model))
    block = per_chunk_us(lambda: drain(network.open({}, upstream())))
    print(f"onnxruntime, small network: {session - bare:5.2f} us a chunk of 16 frames")
    print(f"the same as a block:       {block - bare:6.2f} us, of which the framework {block - session:.2f}")


if __name__ == "__main__":
    main()
