"""How much of a sentence was understood: words of a transcription beside those that were said."""

from __future__ import annotations

import re

import numpy as np


def words_of(text: str) -> list[str]:
    """Words in lower case without punctuation; apostrophes inside a word stay."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower().replace("’", "'"))


def word_accuracy(said: str, heard: str) -> float:
    """Share of the said words that were heard, from 0 to 1: one less the word error rate, not below 0."""
    expected, given = words_of(said), words_of(heard)
    if not expected:
        return float(not given)
    return max(0.0, 1.0 - edit_distance(expected, given) / len(expected))


def edit_distance(expected: list[str], given: list[str]) -> int:
    """Least number of words to insert, leave out or change (Levenshtein)."""
    row = np.arange(len(given) + 1)
    for number, word in enumerate(expected, 1):
        change = row[:-1] + np.array([word != other for other in given], int)
        best = np.concatenate([[number], np.minimum(change, row[1:] + 1)])
        # an insertion may follow another: the running minimum of cost less place
        places = np.arange(len(best))
        row = np.minimum.accumulate(best - places) + places
    return int(row[-1])
