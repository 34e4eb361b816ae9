"""Sequence blocks that run networks, and all the encoders of an addon as one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

from vivavoce.blocks.block import BuildContext, SequenceBlock
from vivavoce.blocks.container import SequenceBlockContainer
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import Network
from vivavoce.blocks.targets import read_target
from vivavoce.blocks.tensors import Specs, StackError, Tensors

ENCODER = "encoder"
"""The role that puts a network among an addon's encoders."""


class SequenceNetwork(SequenceBlock):
    """A network that reads whole tensors. JSON: `{"type": "SequenceNetwork", "network": "parser"}`."""

    def __init__(self, network: Network, place: str = "SequenceNetwork") -> None:
        if network.states:
            raise StackError(f"{place}: the network has states, run it with a streaming block")
        self.network = network

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        return cls(build.network(read_dataclass(_NetworkConfig, config, build.json_path).network), build.json_path)

    @property
    def inputs(self) -> Specs:
        return self.network.inputs

    @property
    def outputs(self) -> Specs:
        return self.network.outputs

    def __call__(self, tensors: Tensors) -> Tensors:
        return self.network.run(tensors)


class Encoders(SequenceBlockContainer):
    """A container with one block for every network that the addon lists with the role `encoder`.

    JSON: `{"type": "Encoders"}`.
    """

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        read_dataclass(_NoConfig, config, build.json_path)
        return cls(_encoders(build), build.json_path)


class CustomizedEncoders(Encoders):
    """The same, with encoders that do not wait for each other run in parallel, on a target of choice.

    JSON: `{"type": "CustomizedEncoders", "target": "cpu"}`; without `target` each runs where the addon says.
    """

    def __init__(self, blocks: Mapping[str, SequenceBlock] | Sequence[SequenceBlock], place: str = "blocks") -> None:
        super().__init__(blocks, place)
        # One thread fewer than blocks: the caller's own runs the first.
        self._pool = ThreadPoolExecutor(max(1, len(self.blocks) - 1), thread_name_prefix="encoders")

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        target = read_dataclass(_TargetConfig, config, build.json_path).target
        chosen = None if target is None else read_target(target, f"{build.json_path}.target")
        return cls(_encoders(build.on(chosen)), build.json_path)

    def run_wave(self, wave: Sequence[SequenceBlock], tensors: Tensors) -> Sequence[Tensors]:
        first, *others = wave
        waiting = [self._pool.submit(block, tensors) for block in others]
        return [first(tensors), *(future.result() for future in waiting)]


@dataclass(frozen=True)
class _NetworkConfig:
    network: str


@dataclass(frozen=True)
class _TargetConfig:
    target: Any = None


@dataclass(frozen=True)
class _NoConfig:
    pass


def _encoders(build: BuildContext) -> dict[str, SequenceBlock]:
    networks = build.manifest.networks
    names = [name for name, network in networks.items() if network.role == ENCODER]
    if not names:
        raise StackError(f'{build.json_path}: no network of the addon has the role "{ENCODER}"')
    place = build.json_path
    return {f"{place} network {name}": SequenceNetwork(build.network(name), place) for name in names}
