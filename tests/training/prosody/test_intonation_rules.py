from __future__ import annotations

import pytest

from vivavoce.training.prosody.intonation_rules import kind_of


@pytest.mark.parametrize(
    ("text", "kind", "chosen"),
    [
        ("Have you anything positive to tell him?", "yes_no", []),
        ("Would you like pie or bread?", "or", [3]),
        ("Who was it she was in love with?", "wh", []),
        ("Philip had a good appetite, a sunny temper, and a clear hearty laugh.", "list", [4, 7]),
    ],
)
def test_a_sentence_has_the_kind_that_its_words_say(text: str, kind: str, chosen: list[int]):
    assert kind_of(text) == (kind, chosen)


@pytest.mark.parametrize(
    "text",
    [
        "Because the thing had been such a scare?",
        "Oswald was five foot nine inches, slender and twenty-four years old.",
        "He drew near, trembling and wondering, and knelt beside her.",
        "",
    ],
)
def test_where_it_is_not_certain_nothing_is_asked(text: str):
    assert kind_of(text) is None
