"""WordPiece: words cut into the pieces of BERT's uncased vocabulary."""

from __future__ import annotations

import functools
import unicodedata
from importlib.resources import files

CLS, SEP, UNKNOWN = 101, 102, 100
MAX_WORD_CHARACTERS = 100
"""A longer run of letters is one unknown piece, as in BERT."""

_IDEOGRAPHS = (("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0002fa1f"))


@functools.cache
def vocabulary() -> dict[str, int]:
    """Piece to id; 30,522 entries. Origin and licence: `wordpiece/NOTICE.md`."""
    text = (files("vivavoce.text") / "wordpiece" / "vocab.txt").read_text(encoding="utf-8")
    return {piece: number for number, piece in enumerate(text.removesuffix("\n").split("\n"))}


@functools.lru_cache(maxsize=65536)
def word_pieces(word: str) -> tuple[int, ...]:
    """The ids of one word's pieces, at least one: lower case, accents stripped, punctuation apart."""
    ids = [number for run in _runs(word) for number in _longest_pieces(run)]
    return tuple(ids) or (UNKNOWN,)


def _runs(word: str) -> list[str]:
    """Runs of letters and digits; each punctuation mark, symbol and ideograph is a run of its own."""
    runs = [""]
    for character in unicodedata.normalize("NFD", word.lower()):
        category = unicodedata.category(character)
        if category in {"Mn", "Cc", "Cf", "Cn", "Co"}:
            continue
        if category.startswith("Z"):
            runs.append("")
        elif category.startswith("P") or character in "$+<=>^`|~" or _is_ideograph(character):
            runs += [character, ""]
        else:
            runs[-1] += character
    return [run for run in runs if run]


def _is_ideograph(character: str) -> bool:
    return any(first <= character <= last for first, last in _IDEOGRAPHS)


def _longest_pieces(run: str) -> list[int]:
    """Greedy longest match from the left; one unknown piece if any part is missing."""
    if len(run) > MAX_WORD_CHARACTERS:
        return [UNKNOWN]
    known, start = vocabulary(), 0
    ids: list[int] = []
    while start < len(run):
        for end in range(len(run), start, -1):
            piece = known.get(run[start:end] if start == 0 else f"##{run[start:end]}")
            if piece is not None:
                ids.append(piece)
                start = end
                break
        else:
            return [UNKNOWN]
    return ids
