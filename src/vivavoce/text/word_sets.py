"""Sets of words, written as people write words."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """The words of a text, separated by white space, as a set."""
    return frozenset(" ".join(lines).split())
