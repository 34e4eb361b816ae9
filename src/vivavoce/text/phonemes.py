"""The sounds that voices know: hibari's symbols (misaki's), one character a sound.

Capitals are diphthongs: A as in "day", I "my", O "go" (US), Q "go" (GB), W "now", Y "boy"; T is the
flapped t of "water". Stress marks stand directly before their vowel.
"""

from __future__ import annotations

import re

from vivavoce.errors import InputError

LANGUAGES = ("en-US", "en-GB")

STRESSES = "ˈˌ"
VOWELS = frozenset("AIOQWYaiuæɑɐɒɔəɛɜɪʊʌᵊᵻ")
CONSONANTS = frozenset("bdfhjklmnpstvwzðŋɡɹʃʒʤʧθT")
PUNCTUATION = frozenset(';:,.!?—…"“”()')

_ONLY = {"en-US": frozenset("Oæᵻ") | {"T"}, "en-GB": frozenset("Qɒː")}
SOUNDS = {
    language: (VOWELS | CONSONANTS | {"ː"}) - frozenset().union(*(s for other, s in _ONLY.items() if other != language))
    for language in LANGUAGES
}
"""The symbols, stress aside, that each language's words are made of."""

SYMBOLS: tuple[str, ...] = (" ", *sorted(PUNCTUATION), *STRESSES, "ː", *sorted(VOWELS | CONSONANTS))
"""Every character of `Sentence.phonemes`, in a fixed order."""

_IPA_BOTH = {
    "tʃ": "ʧ", "t͡ʃ": "ʧ", "dʒ": "ʤ", "d͡ʒ": "ʤ", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "ɝ": "ɜɹ", "ɚ": "əɹ",
    "r": "ɹ", "g": "ɡ", "ɫ": "l", "ʔ": "t", "e": "ɛ", "ʍ": "w", "n̩": "ᵊn", "l̩": "ᵊl", "m̩": "ᵊm", ".": "", "‿": "",
    "͡": "",
}  # fmt: skip
_IPA = {
    "en-US": _IPA_BOTH | {"oʊ": "O", "əʊ": "O", "o": "O", "ɒ": "ɑ", "a": "æ", "ː": "", "ɾ": "T", "ɨ": "ᵻ"},
    "en-GB": _IPA_BOTH | {"oʊ": "Q", "əʊ": "Q", "eə": "ɛː", "ɛə": "ɛː", "æ": "a", "ɾ": "t", "ɨ": "ɪ", "ᵻ": "ɪ"},
}
MAX_READING = 200
"""Symbols of one word's reading. A longer one would be one sentence that no voice can cut."""

_SPACES = re.compile(r"\s+")
_STRESS_BEFORE_ONSET = re.compile(rf"([{STRESSES}])([^{STRESSES}\s{''.join(VOWELS)}]+)(?=[{''.join(VOWELS)}])")
_ANNOTATION = re.compile(r"\([a-z-]*\)")


def from_ipa(ipa: str, language: str) -> str:
    """IPA in the symbols of `language`, words kept apart by one space.

    Raises `InputError` for a sound that the language's voices do not know.
    """
    table = _IPA[language]
    keys = sorted(table, key=len, reverse=True)
    out: list[str] = []
    position = 0
    while position < len(ipa):
        key = next((k for k in keys if ipa.startswith(k, position)), ipa[position])
        out.append(table.get(key, key if key not in "AIOQWYT" else "\N{REPLACEMENT CHARACTER}" + key))
        position += len(key)
    return checked("".join(out), language)


def checked(phonemes: str, language: str) -> str:
    """A reading given in our own symbols: known sounds only, each stress mark moved to its vowel.

    Raises `InputError` naming the first symbol that is none of ours.
    """
    phonemes = _SPACES.sub(" ", phonemes).strip()
    known = SOUNDS[language] | set(STRESSES) | {" "}
    for symbol in phonemes:
        if symbol not in known:
            symbol = phonemes[phonemes.index(symbol) + 1] if symbol == "\N{REPLACEMENT CHARACTER}" else symbol
            raise InputError(
                f"{symbol!r} (U+{ord(symbol):04X}) is no sound of {language}; its sounds are "
                + "".join(sorted(SOUNDS[language]))
            )
    if not set(phonemes) & (VOWELS | CONSONANTS):
        raise InputError("a reading needs at least one sound")
    if max(map(len, phonemes.split())) > MAX_READING:
        raise InputError(f"a word of more than {MAX_READING} sounds; give the reading in several words")
    return _STRESS_BEFORE_ONSET.sub(r"\2\1", phonemes)


def clean_pronunciation(phonemes: str, language: str) -> str:
    """hibari's own reading without what its net for unknown words now and then lets slip ("(fr)", "-", "1")."""
    known = SOUNDS[language] | set(STRESSES) | {" "}
    if set(phonemes) <= known:
        return phonemes
    return "".join(c for c in _ANNOTATION.sub("", phonemes).replace("ʀ", "ɹ").replace("y", "u") if c in known)


def with_plural_s(phonemes: str, language: str) -> str:
    """The reading with the -s of a plural or a possessive: "dogs", "cats", "horses"."""
    last = phonemes[-1]
    if last in "ptkfθ":
        return phonemes + "s"
    if last in "szʃʒʧʤ":
        return phonemes + ("ɪz" if language == "en-GB" else "ᵻz")
    return phonemes + "z"
