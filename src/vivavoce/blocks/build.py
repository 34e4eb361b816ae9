"""From the JSON of a `stack` to blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vivavoce.blocks.block import Block, SequenceBlock, StreamableBlock
from vivavoce.blocks.network import Network
from vivavoce.blocks.pipeline import StreamableStack
from vivavoce.blocks.registry import block_type
from vivavoce.blocks.targets import Target
from vivavoce.blocks.tensors import StackError
from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.blocks.addon import Addon


@dataclass(frozen=True)
class AddonContext:
    """What a block may use while it is built: its addon's networks and files, and its place in the JSON."""

    addon: Addon
    target: Target | None = None
    """Where all networks run, in place of what the addon asks for each."""
    keys: tuple[str, ...] = ()
    """The way from the top of `addon.json` to here."""

    @property
    def place(self) -> str:
        """Where a complaint about this object belongs."""
        return f"{self.addon.path}: {'.'.join(self.keys)}"

    def at(self, key: str) -> AddonContext:
        """The context of a nested object."""
        return replace(self, keys=(*self.keys, key))

    def on(self, target: Target | None) -> AddonContext:
        """The same with another target, unless one was chosen for the whole addon."""
        return replace(self, target=self.target or target)

    def network(self, name: str) -> Network:
        """A network of the addon, loaded on its target.

        Raises `StackError` when the addon has none of that name, `InputError` when its file is not to be trusted.
        """
        known = self.addon.description.networks
        if name not in known:
            raise StackError(f'{self.place}: no network "{name}" in the addon, there are {", ".join(known) or "none"}')
        return self.addon.network(name, self.target)

    def block(self, value: Any) -> Block:
        """Build one JSON object: `type` names the block, the other keys are its parameters.

        Parameters that the object leaves out come from the addon's `config` for that type.
        Raises `StackError` or `InputError` naming the JSON path.
        """
        if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
            raise StackError(f'{self.place}: expected an object with a "type"')
        name = value["type"]
        try:
            found = block_type(name)
        except InputError as error:
            raise StackError(f"{self.place}: {error}") from error
        given = {key: item for key, item in value.items() if key != "type"}
        return found.from_config({**self.addon.description.config.get(name, {}), **given}, self)

    def sequence_block(self, value: Any) -> SequenceBlock:
        """Build an object that must be a sequence block."""
        block = self.block(value)
        if not isinstance(block, SequenceBlock):
            raise StackError(f"{self.place}: expected a sequence block, got the streamable block {value['type']}")
        return block

    def streamable_block(self, value: Any) -> StreamableBlock[Any]:
        """Build an object that must be a streamable block."""
        block = self.block(value)
        if not isinstance(block, StreamableBlock):
            raise StackError(f"{self.place}: expected a streamable block, got the sequence block {value['type']}")
        return block


def build_root(context: AddonContext, stack: Any) -> Block:
    """Build an addon's `stack`: one object, a list with one, or a list of streamable blocks to run in a row."""
    if not isinstance(stack, list):
        return context.at("stack").block(stack)
    if len(stack) == 1:
        return context.at("stack[0]").block(stack[0])
    blocks = [context.at(f"stack[{index}]").streamable_block(value) for index, value in enumerate(stack)]
    return StreamableStack(blocks, context.at("stack").place)
