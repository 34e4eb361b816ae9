"""Voices that read characters: an addon's own symbols, and which sound each of them belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from vivavoce.errors import InputError
from vivavoce.text.phonemes import STRESSES
from vivavoce.text.utterance import Sentence, Word
from vivavoce.voice.tokens import SYMBOL_ID, Tokens

MAX_SYMBOLS = 4096
AUDIBLE_BREAK_S = 0.1


@dataclass(frozen=True)
class CharacterAlphabet:
    """Numbers of characters as a model was taught them: stress marks, punctuation and spaces are tokens of their own.

    JSON, in `details.voice.alphabet` of the addon: `{"symbols": {"a": 43}, "begin": [0], "end": [0], "between": []}`.
    """

    symbols: dict[str, int]
    begin: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    between: tuple[int, ...] = ()
    """Numbers that follow every token but the last, as Piper's padding does."""
    spelling: dict[str, str] = field(default_factory=dict[str, str])
    """Our sounds, one or two of them, in characters of the alphabet, where it writes them otherwise."""

    def __post_init__(self) -> None:
        if not 0 < len(self.symbols) <= MAX_SYMBOLS:
            raise InputError(f"an alphabet of {len(self.symbols)} symbols, use 1 to {MAX_SYMBOLS}")

    def tokenise(self, sentence: Sentence) -> Tokens:
        """Tokens of a sentence, in the order in which the model reads them; characters without a number are left
        out."""
        writer = _Writer(self)
        writer.put_all(self.begin)
        following = (*sentence.words[1:], None)
        for number, (word, next_word) in enumerate(zip(sentence.words, following, strict=True)):
            writer.word(word, number, next_word)
        writer.put_all(self.end)
        return writer.tokens()


def _said_after(word: Word, following: Word | None) -> str:
    """The punctuation after a word as it is spoken. A break where nothing is written, an ellipsis inside a sentence and
    what comes before parentheses are as a comma: models run through them, and the pause is cut in afterwards."""
    written = word.trailing_punctuation
    if following is not None:
        written = written.replace("…", ",") or ("," if "(" in following.leading_punctuation else "")
    return written or ("," if word.break_s is not None and word.break_s >= AUDIBLE_BREAK_S else "")


class _Writer:
    """Tokens as they come; `sound` counts the tokens of `vivavoce.voice.tokens.tokenise`, of which the first is the gap
    before the sentence."""

    def __init__(self, alphabet: CharacterAlphabet) -> None:
        self._alphabet = alphabet
        self._rows: list[tuple[int, int, bool, int, str]] = []
        self._sound = 0

    def word(self, word: Word, number: int, following: Word | None) -> None:
        if number and not word.no_space_before:
            self._put(" ", -1)
        for character in word.leading_punctuation:
            self._put(character, -1)
        for sounds, written in self._spell(word.phonemes):
            if sounds in STRESSES:
                self._put(sounds, number, ahead=1)
            elif sounds == " ":
                self._sound += 1
                self._put(sounds, -1)
            elif sounds[0] in SYMBOL_ID:
                self._sound += 1
                for character in written:
                    self._put(character, number)
                self._sound += len(sounds) - 1
            else:  # a sound of another language, which `tokenise` does not know
                self._put(sounds, number)
        self._sound += 1
        for character in _said_after(word, following):
            self._put(character, -1)

    def _spell(self, phonemes: str) -> Iterator[tuple[str, str]]:
        """One or two of our sounds at a time, and how the alphabet writes them."""
        spelling, at = self._alphabet.spelling, 0
        while at < len(phonemes):
            pair = phonemes[at : at + 2]
            sounds = pair if len(pair) == 2 and pair in spelling else phonemes[at]
            yield sounds, spelling.get(sounds, sounds)
            at += len(sounds)

    def put_all(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            self._add(number, -1, True, self._sound, "")

    def _put(self, character: str, word: int, ahead: int = 0) -> None:
        number = self._alphabet.symbols.get(character)
        if number is not None:
            self._add(number, word, word < 0, self._sound + ahead, character)

    def _add(self, number: int, word: int, gap: bool, sound: int, character: str) -> None:
        if self._rows:
            before = self._rows[-1]
            for padding in self._alphabet.between:
                self._rows.append((padding, before[1], before[2], before[3], ""))
        self._rows.append((number, word, gap, sound, character))

    def tokens(self) -> Tokens:
        numbers, words, gaps, sounds, characters = zip(*self._rows, strict=True)
        stress = np.array([1 + STRESSES.index(c) if c and c in STRESSES else 0 for c in characters], np.int64)
        return Tokens(
            np.array(numbers, np.int64), stress, np.array(words, np.int64), np.array(gaps, bool),
            np.array(sounds, np.int64),
        )  # fmt: skip
