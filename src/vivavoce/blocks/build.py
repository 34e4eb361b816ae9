"""From the JSON of a `stack` to blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from vivavoce.blocks.block import Block, SequenceBlock, StreamableBlock
from vivavoce.blocks.manifest import AddonManifest
from vivavoce.blocks.network import Network
from vivavoce.blocks.pipeline import StreamableStack
from vivavoce.blocks.registry import block_type
from vivavoce.blocks.targets import Target
from vivavoce.blocks.tensors import StackError
from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object


class Loadable(Protocol):
    """What building needs of an addon."""

    @property
    def path(self) -> Path: ...

    @property
    def manifest(self) -> AddonManifest: ...

    def read(self, name: str) -> bytes: ...

    def network(self, name: str, target: Target | None = None) -> Network: ...


@dataclass(frozen=True)
class AddonBuilder:
    """The `BuildContext` of an addon: builds the objects of its JSON."""

    addon: Loadable
    target: Target | None = None
    """Where all networks run, in place of what the addon asks for each."""
    keys: tuple[str, ...] = ()
    """The way from the top of `addon.json` to here."""

    @property
    def json_path(self) -> str:
        return f"{self.addon.path}: {'.'.join(self.keys)}"

    @property
    def manifest(self) -> AddonManifest:
        return self.addon.manifest

    def read(self, name: str) -> bytes:
        return self.addon.read(name)

    def at(self, key: str) -> AddonBuilder:
        return replace(self, keys=(*self.keys, key))

    def on(self, target: Target | None) -> AddonBuilder:
        return replace(self, target=self.target or target)

    def network(self, name: str) -> Network:
        known = self.addon.manifest.networks
        if name not in known:
            there = ", ".join(known) or "none"
            raise StackError(f'{self.json_path}: no network "{name}" in the addon, there are {there}')
        return self.addon.network(name, self.target)

    def block(self, value: Any) -> Block:
        """Build one JSON object: `type` names the block, the other keys are its parameters.

        Parameters that the object leaves out come from the addon's `config` for that type.
        Raises `StackError` or `InputError` naming the JSON path.
        """
        if not is_object(value) or not isinstance(value.get("type"), str):
            raise StackError(f'{self.json_path}: expected an object with a "type"')
        name: str = value["type"]
        try:
            found = block_type(name)
        except InputError as error:
            raise StackError(f"{self.json_path}: {error}") from error
        given = {key: item for key, item in value.items() if key != "type"}
        return found.from_config({**self.addon.manifest.config.get(name, {}), **given}, self)

    def sequence_block(self, value: Any) -> SequenceBlock:
        block = self.block(value)
        if not isinstance(block, SequenceBlock):
            raise StackError(f"{self.json_path}: expected a sequence block, got the streamable block {value['type']}")
        return block

    def streamable_block(self, value: Any) -> StreamableBlock[Any]:
        block = self.block(value)
        if not isinstance(block, StreamableBlock):
            raise StackError(f"{self.json_path}: expected a streamable block, got the sequence block {value['type']}")
        return cast(StreamableBlock[Any], block)


def build_root(builder: AddonBuilder, stack: Any) -> Block:
    """Build an addon's `stack`: one object, a list with one, or a list of streamable blocks to run in a row."""
    if not is_list(stack):
        return builder.at("stack").block(stack)
    if len(stack) == 1:
        return builder.at("stack[0]").block(stack[0])
    blocks = [builder.at(f"stack[{index}]").streamable_block(value) for index, value in enumerate(stack)]
    return StreamableStack(blocks, builder.at("stack").json_path)
