"""A share of the work, for schedulers that give every machine its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from vivavoce.errors import InputError

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Shard:
    """Every `count`th item from item `index` on, counted from 1."""

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """`i/n` with i from 1 to n. Raises `InputError`."""
        index, _, count = text.partition("/")
        if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
            raise InputError(f"--shard {text}: give i/n, such as 1/4, with i from 1 to n")
        return cls(int(index), int(count))

    def take(self, items: Sequence[Item]) -> list[Item]:
        """The items of this share, in their order."""
        return list(items[self.index - 1 :: self.count])
