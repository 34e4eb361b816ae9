from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.prosody.heard import END, FIRST, WANTED, Judged, Spoken, kept_rises, places, rise_st, sentences, share, table
from bench.prosody.tracks import page

from vivavoce.text import analyse


def line(*semitones: float) -> np.ndarray:
    """A track of 60 frames through these semitones above 200 Hz, then a little silence."""
    at = np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, len(semitones)), semitones)
    return np.append(200.0 * 2.0 ** (at / 12.0), np.zeros(10)).astype(np.float32)


def test_a_rise_is_measured_from_the_low_before_the_end():
    assert rise_st(line(3.0, 0.0, 0.0, 5.0)) > 3.5
    assert rise_st(line(0.0, -6.0)) == pytest.approx(0.0, abs=0.4)
    assert np.isnan(rise_st(np.zeros(50, np.float32)))


def test_the_words_that_are_judged():
    assert places("or", ["Is", "it", "tea", "or", "coffee?"]) == {"end": [-1], "first alternative": [2]}
    assert places("list", ["We", "saw", "a", "heron,", "an", "otter,", "and", "deer."]) == {
        "end": [-1],
        "comma": [3, 5],
    }
    assert places("wh", ["Who,", "or", "what,", "is", "it?"]) == {"end": [-1]}


def judged(speaker: str, place: str, heard: float, meant: float = 5.0) -> Judged:
    return Judged("held", "or", speaker, "Tea or coffee?", place, heard, meant)


FOUND = [judged("a", FIRST, 3.0), judged("a", FIRST, 0.5), judged("b", FIRST, 4.0), judged("b", END, np.nan),
         judged("a", END, 0.0), judged("b", FIRST, 0.0, meant=0.0)]  # fmt: skip


def test_shares_leave_out_what_cannot_be_told_and_rises_that_nobody_meant():
    assert share(FOUND[2:4]) == 1.0
    assert kept_rises(FOUND) == pytest.approx(2 / 3)


def test_the_worst_speaker_is_the_lowest_where_pitch_is_to_rise_and_the_highest_where_not():
    found = [*FOUND, judged("b", END, 3.0)]
    first = table(found).rows[0]
    assert first[:3] == ["worst", "0.50", "1.00"]


@pytest.mark.parametrize("part", ["dev", "held"])
def test_there_are_as_many_sentences_of_each_kind_and_the_front_end_knows_them(part: str):
    rows = sentences(Path(), part, 99)
    counts = {kind: sum(k == kind for k, _ in rows) for kind, _ in WANTED}
    assert counts == {**dict.fromkeys(counts, 10), "tag": 5}
    for kind, text in rows:
        (sentence,) = analyse(text).sentences
        assert sentence.kind == kind, text


def test_a_page_draws_what_was_meant_and_each_stretch_that_was_heard():
    heard = np.concatenate([line(0.0, 2.0), line(1.0, 0.0)])
    made = page("kathleen", [("Is <it>?", Spoken(heard, np.full(len(heard), 210.0, np.float32), [0.0, 0.3]))])
    assert made.count("<polyline") == 3
    assert "&lt;it&gt;?" in made
    assert "<it>" not in made
