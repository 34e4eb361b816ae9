"""Text that remembers where each of its characters came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from vivavoce.text.utterance import ByteSpan

Offsets = npt.NDArray[np.int64]

_PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class AlignedText:
    """Characters with the UTF-8 byte span in the input that each stands for.

    `starts` and `ends` have shape (characters,). Characters written in place of others share the
    span of what they replace, so "kilometres" read out of "km" lies where "km" lay.
    """

    text: str
    starts: Offsets
    ends: Offsets

    @classmethod
    def of(cls, source: str) -> AlignedText:
        """The input itself: character by character over its UTF-8 bytes."""
        points = np.frombuffer(source.encode("utf-32-le", "surrogatepass"), np.uint32)
        lengths = 1 + (points >= 0x80) + (points >= 0x800) + (points >= 0x10000)
        ends = np.cumsum(lengths, dtype=np.int64)
        return cls(source, ends - lengths, ends)

    def slice(self, start: int, end: int) -> AlignedText:
        return AlignedText(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def span(self, start: int, end: int) -> ByteSpan:
        """Bytes of the characters `start` to `end`; an empty range lies at the edge it touches."""
        if start >= end:
            at = int(self.starts[start]) if start < len(self.starts) else int(self.ends[-1]) if len(self.ends) else 0
            return at, at
        return int(self.starts[start:end].min()), int(self.ends[start:end].max())

    def sub(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> AlignedText:
        """`pattern.sub`, keeping the alignment."""
        edits = [(m.start(), m.end(), replace(m)) for m in pattern.finditer(self.text)]
        return self.edited([edit for edit in edits if self.text[edit[0] : edit[1]] != edit[2]])

    def edited(self, edits: list[tuple[int, int, str]]) -> AlignedText:
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
        return AlignedText("".join(texts), np.concatenate(starts), np.concatenate(ends))

    def rewritten(self, text: str) -> AlignedText:
        """Align `text`, a rewriting of this one by somebody who kept no alignment, word by word."""
        if text == self.text:
            return self
        old, new = list(_PIECE.finditer(self.text)), list(_PIECE.finditer(text))
        matcher = SequenceMatcher(None, [m.group() for m in old], [m.group() for m in new], autojunk=False)
        starts, ends = np.empty(len(text), np.int64), np.empty(len(text), np.int64)
        starts[:] = ends[:] = self.span(0, 0)[0]
        dropped_from: int | None = None
        for operation, i1, i2, j1, j2 in matcher.get_opcodes():
            if operation == "delete":
                dropped_from = old[i1].start()
                continue
            if operation == "equal":
                for a, b in zip(old[i1:i2], new[j1:j2], strict=True):
                    starts[b.start() : b.end()] = self.starts[a.start() : a.end()]
                    ends[b.start() : b.end()] = self.ends[a.start() : a.end()]
                first = old[i1].start()
                if dropped_from is not None and not re.search(r"\s", self.text[dropped_from:first]):
                    starts[new[j1].start() : new[j1].end()] = self.starts[dropped_from]
            else:
                # Words put in without a source ("dollars" of "$5 million") lie where the word before them lies.
                low, high = (old[i1].start(), old[i2 - 1].end()) if i2 > i1 else _range_before(old, i1)
                span = self.span(low, high)
                starts[new[j1].start() : new[j2 - 1].end()] = span[0]
                ends[new[j1].start() : new[j2 - 1].end()] = span[1]
            dropped_from = None
        return AlignedText(text, starts, ends)


def _range_before(pieces: list[re.Match[str]], index: int) -> tuple[int, int]:
    if not pieces:
        return 0, 0
    piece = pieces[max(index - 1, 0)]
    return piece.start(), piece.end()
