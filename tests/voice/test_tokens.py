import numpy as np

from vivavoce.text import analyse
from vivavoce.voice.tokens import GAPS, SYMBOLS, gap_symbol, tokenise


def test_gaps_stand_around_words_and_carry_punctuation() -> None:
    tokens = tokenise(analyse("Well, read it.").sentences[0])
    gaps = [SYMBOLS[symbol] for symbol in tokens.symbols[tokens.gaps]]
    assert gaps == ["^", ",", " ", "."]
    assert set(tokens.words[~tokens.gaps]) == {0, 1, 2}
    assert (tokens.words[tokens.gaps] == -1).all()


def test_stress_stands_on_its_vowel() -> None:
    tokens = tokenise(analyse("about").sentences[0])
    stressed = [SYMBOLS[s] for s in tokens.symbols[tokens.stress == 1]]
    assert stressed == ["W"]


def test_a_question_ends_in_its_mark() -> None:
    assert SYMBOLS[tokenise(analyse("Is it?").sentences[0]).symbols[-1]] == "?"


def test_the_weightiest_punctuation_wins() -> None:
    assert gap_symbol(",”") == ","
    assert gap_symbol("?”") == "?"
    assert gap_symbol("”") == " "


def test_every_symbol_has_its_own_number() -> None:
    assert len(set(SYMBOLS)) == len(SYMBOLS)
    assert all(symbol in SYMBOLS for symbol in GAPS)
    assert np.all(tokenise(analyse("Mr. Jones paid $3.50, didn't he?").sentences[0]).symbols < len(SYMBOLS))
