"""Text that remembers where each of its characters came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from vivavoce.text.patterns import Pattern
from vivavoce.text.utterance import ByteSpan

Offsets = npt.NDArray[np.int64]
Edit = tuple[int, int, str]
"""First character, the one after the last, and what to write in their place."""

_REACH = 40
_SPACE = re.compile(r"\s")
_PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class SourceMappedText:
    """Characters with the UTF-8 byte span in the input that each stands for.

    `starts` and `ends` have shape (characters,). Characters written in place of others share the
    span of what they replace, so "kilometres" read out of "km" lies where "km" lay.
    """

    text: str
    starts: Offsets
    ends: Offsets

    @classmethod
    def of(cls, source: str) -> SourceMappedText:
        """The input itself: character by character over its UTF-8 bytes."""
        points = np.frombuffer(source.encode("utf-32-le", "surrogatepass"), np.uint32)
        lengths = 1 + (points >= 0x80) + (points >= 0x800) + (points >= 0x10000)
        ends = np.cumsum(lengths, dtype=np.int64)
        return cls(source, ends - lengths, ends)

    @classmethod
    def concatenate(cls, pieces: Sequence[SourceMappedText]) -> SourceMappedText:
        """The pieces one after another; they keep their places in the input."""
        if not pieces:
            return cls.of("")
        starts, ends = (np.concatenate([getattr(piece, edge) for piece in pieces]) for edge in ("starts", "ends"))
        return cls("".join(piece.text for piece in pieces), starts, ends)

    def slice(self, start: int, end: int) -> SourceMappedText:
        return SourceMappedText(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def span(self, start: int, end: int) -> ByteSpan:
        """Bytes of the characters `start` to `end`; an empty range lies at the edge it touches."""
        if start >= end:
            at = int(self.starts[start]) if start < len(self.starts) else int(self.ends[-1]) if len(self.ends) else 0
            return at, at
        return int(self.starts[start:end].min()), int(self.ends[start:end].max())

    def sub(self, pattern: Pattern, replace: Callable[[re.Match[str]], str]) -> SourceMappedText:
        """`pattern.sub`, keeping the alignment."""
        return self.edit(self.edits_of(pattern, replace))

    def edits_of(self, pattern: Pattern, replace: Callable[[re.Match[str]], str]) -> list[Edit]:
        """What `sub` would change."""
        edits = [(m.start(), m.end(), replace(m)) for m in pattern.finditer(self.text)]
        return [self._trim_edit(*edit) for edit in edits if self.text[edit[0] : edit[1]] != edit[2]]

    def _trim_edit(self, start: int, end: int, new: str) -> Edit:
        """The edit without the words at its beginning that stay: of "Henry VIII" only the number is new."""
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(self.text[start:end], new, strict=False))
        same = "".join(old for old, _ in alike).rfind(" ") + 1
        return start + same, end, new[same:]

    def edit(self, edits: Sequence[Edit]) -> SourceMappedText:
        """Replace the ranges `(start, end, new text)`, which are in order and do not overlap."""
        if not edits:
            return self
        texts: list[str] = []
        starts: list[Offsets] = []
        ends: list[Offsets] = []
        done = 0
        for start, end, new in [*edits, (len(self.text), len(self.text), "")]:
            span = self.span(start, end)
            texts += [self.text[done:start], new]
            starts += [self.starts[done:start], np.full(len(new), span[0], np.int64)]
            ends += [self.ends[done:start], np.full(len(new), span[1], np.int64)]
            done = end
        return SourceMappedText("".join(texts), np.concatenate(starts), np.concatenate(ends))

    def rewritten(self, text: str) -> SourceMappedText:
        """Align `text`, a rewriting of this one by somebody who kept no alignment, word by word.

        A word put in without a source ("dollars" of "$5 million") lies where the word before it lies;
        what was left out directly before a word ("$") belongs to that word.
        """
        if text == self.text:
            return self
        old, new = list(_PIECE.finditer(self.text)), list(_PIECE.finditer(text))
        starts, ends = np.full((2, len(text)), self.span(0, 0)[0], np.int64)
        done = 0
        for i, j, next_i, next_j in _changes(old, new):
            for a, b in zip(old[done:i], new[j - (i - done) : j], strict=True):
                starts[b.start() : b.end()] = self.starts[a.start() : a.end()]
                ends[b.start() : b.end()] = self.ends[a.start() : a.end()]
            done = next_i
            if next_j > j:
                low, high = (i, next_i) if next_i > i else (max(i - 1, 0), max(i, 1))
                span = self.span(old[low].start(), old[high - 1].end()) if old else self.span(0, 0)
                starts[new[j].start() : new[next_j - 1].end()] = span[0]
                ends[new[j].start() : new[next_j - 1].end()] = span[1]
            elif next_i > i and next_i < len(old) and not _SPACE.search(self.text, old[i].start(), old[next_i].start()):
                done = next_i + 1
                following = new[next_j]
                starts[following.start() : following.end()] = self.starts[old[i].start()]
                ends[following.start() : following.end()] = self.ends[old[next_i].end() - 1]
        return SourceMappedText(text, starts, ends)


def _changes(old: list[re.Match[str]], new: list[re.Match[str]]) -> Iterator[tuple[int, int, int, int]]:
    """Where two rows of words differ: (from, from, to, to), and last an empty change at the ends.

    Linear in time: after a difference the rows are taken to meet again at the nearest place, not more
    than `_REACH` words on, where two words in a row agree.
    """
    before, after = [match[0] for match in old], [match[0] for match in new]
    i = j = 0
    while i < len(before) and j < len(after):
        if before[i] == after[j]:
            i, j = i + 1, j + 1
            continue
        next_i, next_j = _meeting(before, after, i, j)
        yield i, j, next_i, next_j
        i, j = next_i, next_j
    yield i, j, len(before), len(after)


def _meeting(before: list[str], after: list[str], i: int, j: int) -> tuple[int, int]:
    """The nearest place where two words agree, or a little nearer one where a single word does."""
    single: tuple[int, int, int] | None = None
    for distance in range(1, _REACH):
        for skipped in range(distance + 1):
            a, b = i + skipped, j + distance - skipped
            if a > len(before) or b > len(after) or before[a : a + 1] != after[b : b + 1]:
                continue
            if before[a : a + 2] == after[b : b + 2]:
                return a, b
            if single is None and before[a] not in ".:-/":
                single = distance, a, b
        if single and distance > single[0] + 2:
            return single[1:]
    return single[1:] if single else (len(before), len(after))
