"""Several sequence blocks as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from vivavoce.blocks.block import BuildContext, SequenceBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.tensors import Specs, StackError, Tensors, connect, merge


@dataclass(frozen=True)
class _ContainerConfig:
    blocks: tuple[Any, ...]


class SequenceBlockContainer(SequenceBlock):
    """Nested sequence blocks whose outputs are merged.

    A block that reads another's output runs after it, whatever the order of the list. Two blocks that
    make a tensor of the same name, and blocks that wait for each other, are a `StackError` at load.
    JSON: `{"type": "SequenceBlockContainer", "blocks": [...]}`.
    """

    def __init__(self, blocks: Mapping[str, SequenceBlock] | Sequence[SequenceBlock], place: str = "blocks") -> None:
        if not isinstance(blocks, Mapping):
            blocks = {f"{place}[{i}] ({type(block).__name__})": block for i, block in enumerate(blocks)}
        if not blocks:
            raise StackError(f"{place}: a container needs at least one sequence block")
        maker = _makers(blocks)
        self.blocks = tuple(blocks.values())
        self.waves = _waves(blocks, maker)
        self._inputs = {
            name: spec
            for name, spec in merge((block.inputs for block in self.blocks), place).items()
            if name not in maker
        }
        self._outputs = {name: spec for block in self.blocks for name, spec in block.outputs.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        nested = read_dataclass(_ContainerConfig, config, build.json_path).blocks
        blocks = [build.at(f"blocks[{index}]").sequence_block(value) for index, value in enumerate(nested)]
        return cls(blocks, f"{build.json_path}.blocks")

    @property
    def inputs(self) -> Specs:
        return self._inputs

    @property
    def outputs(self) -> Specs:
        return self._outputs

    def __call__(self, tensors: Tensors) -> Tensors:
        known = dict(tensors)
        for wave in self.waves:
            for made in self.run_wave(wave, known):
                known.update(made)
        return {name: known[name] for name in self._outputs}

    def run_wave(self, wave: Sequence[SequenceBlock], tensors: Tensors) -> Sequence[Tensors]:
        """Run blocks that do not wait for each other; the results in the order of `wave`, each (1, frames, …)."""
        return [block(tensors) for block in wave]


def _makers(blocks: Mapping[str, SequenceBlock]) -> dict[str, str]:
    maker: dict[str, str] = {}
    for label, block in blocks.items():
        for name in block.outputs:
            if maker.setdefault(name, label) != label:
                raise StackError(f'{label}: output "{name}" is also made by {maker[name]}, rename one')
    return maker


def _waves(blocks: Mapping[str, SequenceBlock], maker: Mapping[str, str]) -> tuple[tuple[SequenceBlock, ...], ...]:
    waits = {
        label: {maker[name] for name in block.inputs if maker.get(name, label) != label}
        for label, block in blocks.items()
    }
    for label, block in blocks.items():
        for other in waits[label]:
            made = {name: spec for name, spec in blocks[other].outputs.items() if name in block.inputs}
            connect({name: block.inputs[name] for name in made}, made, label, other)
    waves: list[tuple[SequenceBlock, ...]] = []
    while waits:
        ready = [label for label, others in waits.items() if not others & waits.keys()]
        if not ready:
            raise StackError(f"{' and '.join(waits)}: each waits for what the other makes")
        waves.append(tuple(blocks[label] for label in ready))
        waits = {label: others for label, others in waits.items() if label not in ready}
    return tuple(waves)
