from __future__ import annotations

import numpy as np
import pytest

from vivavoce.prosody.recording import TokenProsody
from vivavoce.text import analyse
from vivavoce.training.prosody.asked import asked, declared_questions, falling_questions, kind_of, words_of_tokens
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.voice.contour import pitch_contour
from vivavoce.voice.tokens import SYMBOL_ID, tokenise


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


def test_a_flat_question_rises_from_its_last_accent_on():
    text = "Do you know that man?"
    tokens = tokenise(analyse(text).sentences[0])
    durations = np.where(tokens.gaps, 2, 9)
    voiced = np.arange(durations.sum()) < durations.sum() - 20
    made = asked(text, "yes_no", [], tokens, durations, np.full(durations.sum(), np.log(200.0), np.float32), voiced)
    assert made
    knots, weights = made
    semitones = 12 * (pitch_contour(knots, durations) - np.log(200.0)) / np.log(2)
    accent = words_of_tokens(tokens, durations)[-1].accent
    assert np.abs(semitones[: accent - 20]).max() < 1.0
    assert semitones[-1] > 5.0
    assert (weights[np.isin(tokens.symbols, [SYMBOL_ID["æ"]])] >= 0.5).all()  # a vowel counts though its pitch was lost


def test_other_words_than_the_text_has_are_left_alone():
    tokens = tokenise(analyse("Is it 42?").sentences[0])
    durations = np.full(len(tokens.symbols), 5)
    log_f0 = np.full(durations.sum(), 5.0, np.float32)
    assert asked("Is it 42?", "yes_no", [], tokens, durations, log_f0, log_f0) is None


def test_statements_that_are_trained_on_are_also_asked():
    def said(text: str, split: str) -> SpokenSentence:
        tokens = tokenise(analyse(text).sentences[0])
        count = len(tokens.symbols)
        flat = np.full((count, 4), np.log(200.0), np.float32)
        prosody = TokenProsody(np.full(count, 8), flat, np.ones(count, np.float32), np.zeros(count, np.float32))
        return SpokenSentence(text, "ensemble", "af_heart", split, text, tokens, prosody, np.ones(count, np.float32))

    texts = [
        f"They live in a {place}."
        for place in (
            "town",
            "house",
            "garden",
            "street",
            "village",
            "castle",
            "tent",
            "tower",
            "city",
            "flat",
            "ruin",
            "hut",
        )
    ]
    made = declared_questions([said(text, "train") for text in texts])
    assert 0 < len(made) < len(texts)
    for question in made:
        assert question.text.endswith("?")
        assert question.tokens.symbols[-1] == SYMBOL_ID["?"]
        assert question.prosody.knots.max() > np.log(200.0) + 0.3
    assert not declared_questions([said(text, "test") for text in texts])
    asked_who = said("Who lives in a town?", "train")
    assert not declared_questions([asked_who])
    assert falling_questions([asked_who, *made, said("Who was it?", "test")]) == [asked_who]
