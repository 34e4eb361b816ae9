"""Where "A" is the letter and not the article."""

from __future__ import annotations

from collections.abc import Sequence

from vivavoce.text.word_sets import words

_BEFORE = words(
    "vitamin grade plan type group section letter hepatitis team side option point class level exhibit figure",
    "part an model size unit block appendix series key straight serie category form question answer column row",
    "room gate hall stage zone scene table variant version choice list segment player person brand product set",
    "event volume value",
)
_AFTER = words("to is minor major flat sharp or levels level list team-mate's")
_OF_MUSIC = words("minor major flat sharp")
"""After these comes the name of a key, or they belong to a noun: "a sharp knife"."""
_KEY = words(
    "minor major scale chord chords key sonata concerto symphony fugue prelude mass quartet and or in on is was to"
)
_DIGITS = words("zero one two three four five six seven eight nine 0 1 2 3 4 5 6 7 8 9")
_FORMULA = words("squared cubed plus minus times equals over sub divided factorial")


def is_letter_a(words: Sequence[str], number: int) -> bool:
    """Whether word `number`, an "a" in either case, is read as the name of the letter."""
    before = words[number - 1] if number else ""
    after = words[number + 1] if number + 1 < len(words) else ""
    if after == ")" and before in ("", "("):
        return True
    if after.lower() in _FORMULA or (before.lower() in _FORMULA and not after[:1].isalpha()):
        return True
    if words[number] == "A" and (
        before in ("A", "A.") or after in ("A", "A.") or (before in _DIGITS and after in _DIGITS)
    ):
        return True
    if after in _OF_MUSIC and words[number + 2 : number + 3] and not _is_of_music(words[number + 2]):
        return before.lower() in _BEFORE
    if words[number] == "a":
        if before.lower() in ("an", "the"):
            return True
        if after in ("is", "are", "and", "or", "to", "has", "equals"):
            return True
        return before.lower() == "letter" or (bool(before) and not after[:1].isalnum() and after not in ("'", '"', "“"))
    if before.lower() in ("an", "the", "my", "his", "her", "straight", "with"):
        return True
    if _is_letter(before) or _is_letter(after) or before.lower() in _BEFORE:
        return True
    follows_word = after[:1].isalpha() and after.lower() not in ("and", "or", "in", "from", "on", "for", "through")
    if number == 0 or before in ('"', "“", ":", "—", "(", "‘"):
        return not after or after.lower() in _AFTER or after[:1] in ("-", "–", "'")
    return after.lower() in _AFTER or not follows_word


def _is_of_music(word: str) -> bool:
    return not word.isalpha() or word.lower() in _KEY


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isupper() and word not in ("I", "A")
