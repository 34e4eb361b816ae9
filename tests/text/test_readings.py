"""What a good reader would say, on sentences of every kind of difficulty that were made up for this.

`readings/own.tsv` compares words, a stroke standing where a sentence ends; `readings/sounds.tsv` compares sounds.
"""

import re
from pathlib import Path

import pytest
from bench.text.held_out import lines, wrong_sounds, wrong_words

from vivavoce.text import analyse

ONCE_HELD_OUT = Path(__file__).parents[2] / "bench" / "text" / "readings"
STILL_WRONG = (
    "I'd've gone, but she'd've laughed.",
    "The treaty was signed at Versailles.",
)
FOLDER = Path(__file__).parent / "readings"


def rows(name: str) -> list[tuple[str, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
    return [(written.replace("\\n", "\n"), right) for _, written, right in (line.split("\t") for line in lines)]


def words_of(said: str) -> list[str]:
    return re.sub(r"[^a-z0-9'|]+", " ", said.lower().replace("&", " and ")).split()


@pytest.mark.parametrize(("written", "right"), rows("own.tsv"))
def test_words(written: str, right: str) -> None:
    said = " | ".join(sentence.text for sentence in analyse(written).sentences)
    assert words_of(said) == words_of(right)


@pytest.mark.parametrize(("written", "right"), rows("sounds.tsv"))
def test_sounds(written: str, right: str) -> None:
    assert " | ".join(sentence.phonemes for sentence in analyse(written).sentences) == right


@pytest.mark.parametrize(
    "name",
    [
        f"{set_}{kind}"
        for set_ in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
        for kind in ("", "_sounds")
    ],
)
def test_what_was_held_out_once_stays_right(name: str) -> None:
    check = wrong_sounds if name.endswith("sounds") else wrong_words
    found = [(written, check(written, right)) for _, written, *right in lines(ONCE_HELD_OUT / f"{name}.tsv")]
    assert {written: wrong for written, wrong in found if wrong and written not in STILL_WRONG} == {}
