"""Block types by name. A JSON stack names registered types only, never import paths."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from vivavoce.blocks.block import Block
from vivavoce.blocks.json_values import shown
from vivavoce.errors import InputError
from vivavoce.plugins import load_plugin, plugins

ENTRY_POINT_GROUP = "vivavoce.blocks"

OWN_TYPES = {
    "StreamablePipeline": "vivavoce.blocks.pipeline",
    "StreamableStack": "vivavoce.blocks.pipeline",
    "SequenceBlockContainer": "vivavoce.blocks.container",
    "SequenceNetwork": "vivavoce.blocks.encoders",
    "Encoders": "vivavoce.blocks.encoders",
    "CustomizedEncoders": "vivavoce.blocks.encoders",
    "StreamingNetwork": "vivavoce.blocks.streaming",
    "WindowedNetwork": "vivavoce.blocks.windowed",
    "Diagnostics": "vivavoce.blocks.diagnostics",
    "Gain": "vivavoce.blocks.gain",
}
"""The types of this package and their modules, imported when named."""


def block_types() -> tuple[str, ...]:
    """Every registered name, in order: ours, then those of installed packages."""
    return (*OWN_TYPES, *(name for name in plugins(ENTRY_POINT_GROUP) if name not in OWN_TYPES))


@cache
def block_type(name: str) -> type[Block]:
    """The class registered under `name`, imported now if it was not yet.

    Raises `InputError` when nobody, or more than one package, registers the name, or what it names is not a block.
    """
    found = getattr(import_module(OWN_TYPES[name]), name) if name in OWN_TYPES else _from_plugin(name)
    if not (isinstance(found, type) and issubclass(found, Block)):
        raise InputError(f'block type "{name}" is registered but {found!r} is not a Block class')
    return found


def _from_plugin(name: str) -> object:
    points = plugins(ENTRY_POINT_GROUP).get(name)
    if not points:
        raise InputError(f"unknown block type {shown(name)}, known are {', '.join(block_types())}")
    return load_plugin(points, "block type")
