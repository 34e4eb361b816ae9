from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from vivavoce.blocks import Block, registry
from vivavoce.blocks.registry import OWN_TYPES, block_type, block_types
from vivavoce.errors import InputError

TOY = "tests.blocks.toys:ToyUpsampler"


@pytest.fixture
def plugins(registered: list[EntryPoint]) -> Iterator[list[EntryPoint]]:
    block_type.cache_clear()
    yield registered
    block_type.cache_clear()


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.ENTRY_POINT_GROUP)


@pytest.mark.parametrize("name", OWN_TYPES)
def test_each_of_our_types_is_a_block(name: str) -> None:
    assert issubclass(block_type(name), Block)
    assert block_type(name).__name__ == name


def test_a_plugin_is_found_by_name_and_imported_only_then(plugins: list[EntryPoint]) -> None:
    plugins += [point("Toy", TOY), point("Broken", "no_such_module:Block")]
    assert block_type("Toy").__name__ == "ToyUpsampler"
    assert block_types()[-2:] == ("Broken", "Toy")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], 'unknown block type "Toy", known are StreamablePipeline'),
        ([("Toy", "no_such_module:Block")], '"Toy" cannot be loaded from no_such_module:Block: No module named'),
        ([("Toy", "tests.blocks.toys:Nothing")], '"Toy" cannot be loaded from tests.blocks.toys:Nothing'),
        ([("Toy", "os:system")], '"Toy" is registered but .* is not a Block class'),
        ([("Toy", TOY), ("Toy", "other:Toy")], '"Toy" is registered by .* and '),
    ],
)
def test_a_plugin_that_is_not_right_is_refused(
    plugins: list[EntryPoint], points: list[tuple[str, str]], message: str
) -> None:
    plugins += [point(*each) for each in points]
    with pytest.raises(InputError, match=message):
        block_type("Toy")


def test_a_plugin_cannot_take_the_name_of_one_of_ours(plugins: list[EntryPoint]) -> None:
    plugins.append(point("Gain", TOY))
    assert block_type("Gain").__module__ == "vivavoce.blocks.gain"
