"""Text that is written bit by bit, cut as soon as a sentence has surely ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vivavoce.text.split import MAX_CHARACTERS, ends_sentence

# Neither begins in the middle of its marks or gives any back, so that a thousand full stops are read once.
_MARKS = r"(?<![.!?…])[.!?…]++[\"'”’)\]»]*+"
_END = re.compile(rf"{_MARKS}(\s++)|\n\s*\n")
_COMPLETE = re.compile(rf"{_MARKS}$")
_SPOKEN = re.compile(r"[^\W_]")
_MARKUP = "<speak"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to be spoken at once, and where it began in all that was written."""

    text: str
    byte: int
    """Counted in UTF-8."""
    character: int


class SentenceBuffer:
    """Holds the sentence that is not ended yet. A `<speak>` is one piece, whatever is in it."""

    def __init__(self) -> None:
        self._text = ""
        self._byte = self._character = 0

    @property
    def is_empty(self) -> bool:
        return not self._text.strip()

    @property
    def length(self) -> int:
        """Characters that are held."""
        return len(self._text)

    @property
    def may_be_complete(self) -> bool:
        """Whether it ends like a sentence, so that only what follows could say otherwise."""
        match = _COMPLETE.search(self._text)
        return bool(match) and not self._is_markup() and ends_sentence(self._text, match.start(), match.end(), 0)

    def write(self, text: str) -> list[Piece]:
        """Add text; the sentences that it has ended."""
        self._text += text
        pieces: list[Piece] = []
        while cut := self._cut():
            pieces += self._take(cut)
        return pieces

    def flush(self) -> list[Piece]:
        """The rest of the text, as if it had ended here."""
        return self._take(len(self._text))

    def _cut(self) -> int:
        """How much of the text is ended; 0 for none."""
        if self._is_markup():
            end = self._text.find("</speak>")
            return end + len("</speak>") if end >= 0 else 0
        for match in _END.finditer(self._text):
            if match[1] is None or ends_sentence(self._text, match.start(), match.end(), 0):
                return match.end()
        if len(self._text) > MAX_CHARACTERS:
            return self._text.rfind(" ", 0, MAX_CHARACTERS) + 1 or MAX_CHARACTERS
        return 0

    def _is_markup(self) -> bool:
        head = self._text.lstrip()[: len(_MARKUP)]
        return bool(head) and _MARKUP.startswith(head)

    def _take(self, length: int) -> list[Piece]:
        text, self._text = self._text[:length], self._text[length:]
        piece = Piece(text, self._byte, self._character)
        self._byte += len(text.encode("utf-8", "surrogatepass"))
        self._character += len(text)
        return [piece] if _SPOKEN.search(text) else []
