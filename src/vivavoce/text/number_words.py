"""Which word a sound stands for when a number was read out: hibari says the sounds but not the words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hibari.g2p import G2P
from hibari.g2p import numbers as hibari_numbers

from vivavoce.text.phonemes import STRESSES, with_plural_s

_UNSTRESSED = str.maketrans("", "", STRESSES)
_AROUND_NUMBERS = "and oh point dot minus percent dollar dollars cent cents pound pounds pence euro euros slash plus"


def without_stress(phonemes: str) -> str:
    """The sounds alone, as which words are compared."""
    return phonemes.translate(_UNSTRESSED)


@cache
def number_words(g2p: G2P) -> Mapping[str, str]:
    """Unstressed sounds -> word, for every word that hibari's reading of a number can hold."""
    small = [hibari_numbers.cardinal(n) for n in (*range(21), *range(30, 100, 10))]
    scales = [scale for scale in hibari_numbers.SCALES if scale] + ["hundred"]
    ordinals = [hibari_numbers.ordinal(n) for n in (*range(21), *range(30, 100, 10))]
    ordinals += [f"{scale}th" for scale in scales]
    words = [*_AROUND_NUMBERS.split(), *ordinals, *scales, *small]
    sounds = {word: without_stress(g2p(word, normalize_text=False)) for word in words}
    language = "en-GB" if g2p.british else "en-US"
    plurals = {with_plural_s(sounds[word], language): pluralise(word) for word in (*scales, *small)}
    return MappingProxyType(plurals | {sound: word for word, sound in sounds.items()})


def pluralise(word: str) -> str:
    """A number as a word or a scale, in the plural: "sixties", "sixes", "thousands"."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}es" if word.endswith("x") else f"{word}s"
