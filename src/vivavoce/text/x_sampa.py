"""X-SAMPA, phonetic writing in ASCII, as IPA."""

from __future__ import annotations

from vivavoce.errors import InputError

_IPA = {
    "tS": "tʃ", "dZ": "dʒ", "r\\": "ɹ", "r\\`": "ɻ", "3:": "ɜː", "3`": "ɝ", "@`": "ɚ", "_h": "", "=": "̩", "A:": "ɑː",
    "i:": "iː", "u:": "uː", "O:": "ɔː", "\"": "ˈ", "%": "ˌ", ":": "ː", ".": ".", "A": "ɑ", "O": "ɔ", "I": "ɪ", "E": "ɛ",
    "U": "ʊ", "V": "ʌ", "Q": "ɒ", "{": "æ", "@": "ə", "3": "ɜ", "6": "ɐ", "T": "θ", "D": "ð", "S": "ʃ", "Z": "ʒ",
    "N": "ŋ", "4": "ɾ", "?": "ʔ", "J": "ɲ", "L": "ʎ", "g": "ɡ", "1": "ɨ", "}": "ʉ", "l=": "l̩", "n=": "n̩", "m=": "m̩",
}  # fmt: skip
_LETTERS = frozenset("abcdefhijklmnopqrstuvwxyz |")
_LONGEST = max(map(len, _IPA))


def from_x_sampa(written: str) -> str:
    """IPA of X-SAMPA. Raises `InputError` naming a sign that is neither."""
    said: list[str] = []
    position = 0
    while position < len(written):
        sizes = range(_LONGEST, 0, -1)
        size = next((size for size in sizes if written[position : position + size] in _IPA), 1)
        sign = written[position : position + size]
        if sign not in _IPA and sign not in _LETTERS:
            raise InputError(f"{sign!r} is no sign of X-SAMPA that is known here; write ipa instead")
        said.append(_IPA.get(sign, sign))
        position += size
    return "".join(said)
