"""Sets of words, written as people write words."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """The words of some lines, which white space separates."""
    return frozenset(" ".join(lines).split())
