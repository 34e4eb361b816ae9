"""Questions and lists of the ensemble with the melody that their kind asks for.

Its teacher lets every question fall and no list rise, so what it makes of them is no model. Of the corpus `intonation`
the pitch was rewritten by rule before it was spoken, but its few hundred sentences are made from few patterns. Here the
same rule rewrites the pitch that was measured in the ensemble's own questions and lists, whose words are far more
various: stage I learns from pitch, energy and durations alone, and needs no sound.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vivavoce.features import Array, continuous_log_f0
from vivavoce.text import analyse
from vivavoce.text.phonemes import STRESSES, VOWELS
from vivavoce.training.intonation import SpokenWord, chosen_words, rewritten
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.voice.contour import Frames, knots_of, pitch_contour, token_means, token_of_frame
from vivavoce.voice.tokens import SYMBOL_ID, SYMBOLS, Tokens

# fmt: off
QUESTION_VERBS = frozenset((
    "am", "is", "are", "was", "were", "do", "does", "did", "have", "has", "had", "can", "could", "will", "would",
    "shall", "should", "may", "might", "must",
))
# fmt: on
QUESTION_WORDS = frozenset(("who", "whom", "whose", "what", "which", "when", "where", "why", "how"))
_NOUN_PHRASE = r"(?:(?:DT|PRP\$|CD) )?(?:(?:JJ|NN|NNP|VBG) ){0,2}(?:NNS?|NNPS?) "
_LIST = re.compile(rf"(?<!\S)(?:{_NOUN_PHRASE}, )+{_NOUN_PHRASE}(?:, )?CC {_NOUN_PHRASE}")
"""Over Penn tags and commas, each followed by a space."""
_VOWEL_IDS = [SYMBOL_ID[symbol] for symbol in VOWELS]
_ONE_IN = 6
"""One statement in so many is also asked."""
_LEAST_WEIGHT = 0.5
"""Of a vowel whose pitch was lost in the teacher's creak and is now given by rule."""


def kind_of(text: str) -> tuple[str, list[int]] | None:
    """`yes_no`, `or`, `wh` or `list` and the words that it is about, as `rewritten` asks for them; None where the
    sentence is none of them for certain."""
    words = [word.strip("\"'“”‘’,?").lower() for word in text.split()]
    if not words:
        return None
    if text.rstrip("\"'”’ ").endswith("?"):
        if words[0] in QUESTION_VERBS:
            kind = "or" if "or" in words else "yes_no"
        else:
            kind = "wh" if words[0] in QUESTION_WORDS else ""
        return (kind, chosen_words(text, kind, None)) if kind else None
    listed = _listed(text) if "," in text and {"and", "or"}.intersection(words) else []
    return ("list", listed) if listed else None


def _listed(text: str) -> list[int]:
    """Words before the commas of the first list of three noun phrases or more."""
    words = analyse(text).sentences[0].words
    tags = "".join(f"{word.tag} {', ' if word.trailing_punctuation == ',' else ''}" for word in words)
    found = _LIST.search(tags)
    if not found or found.group().count(",") < 2 or len(words) != len(text.split()):
        return []
    before = len(tags[: found.start()].replace(", ", "").split())
    inside = found.group().split()
    commas = [place for place, tag in enumerate(inside) if tag == ","]
    return [before + place - number - 1 for number, place in enumerate(commas)]


def asked(
    text: str, kind: str, chosen: Sequence[int], tokens: Tokens, durations: Frames, log_f0: Array, voiced: Array
) -> tuple[Array, Array] | None:
    """Knots (tokens, 4) and weights (tokens,) with the melody of a kind, of log f0 (frames,) and whether a frame is
    voiced (frames,); None where the words of the text are not those of the tokens."""
    words = words_of_tokens(tokens, durations)
    if len(words) != len(text.split()):
        return None
    vowels = np.isin(tokens.symbols, _VOWEL_IDS)
    # at the end of a question that falls the tracker often loses the teacher's creak: a vowel it is all the same
    sung = (voiced > 0) | vowels[token_of_frame(durations)]
    f0 = np.where(sung, np.exp(log_f0), 0.0).astype(np.float32)
    changed = rewritten(f0, words, kind, chosen, np.random.default_rng(zlib.crc32(text.encode())))
    weights = token_means(voiced.astype(np.float32), durations)
    weights = np.where(vowels & (durations > 0), np.maximum(weights, _LEAST_WEIGHT), weights)
    return knots_of(continuous_log_f0(changed), durations), weights


def words_of_tokens(tokens: Tokens, durations: Frames) -> Sequence[SpokenWord]:
    """Where each word lies, in frames."""
    ends = np.cumsum(durations)
    words = []
    for word in range(int(tokens.words.max(initial=-1)) + 1):
        own = np.flatnonzero(tokens.words == word)
        stressed = own[tokens.stress[own] == 1]
        vowels = own[np.isin(tokens.symbols[own], _VOWEL_IDS)]
        accent = next(iter([*stressed, *vowels, *own]))
        symbols = (STRESSES[0] if len(stressed) else "") + "".join(SYMBOLS[symbol] for symbol in tokens.symbols[own])
        start, end = int(ends[own[0]] - durations[own[0]]), int(ends[own[-1]])
        words.append(SpokenWord(symbols, start, int(ends[accent] - durations[accent]), end))
    return words


def declared_questions(sentences: Sequence[SpokenSentence]) -> list[SpokenSentence]:
    """A share of the statements that are trained on as questions: the same words, a question mark, and a rise.

    "You are coming?" is asked of any words at all, so the rise is not learned as one of a few patterns or last words.
    """
    made = []
    for said in sentences:
        first = said.text.split(maxsplit=1)[0].lower()
        is_statement = said.split == "train" and said.text.endswith(".") and said.text.count(".") == 1
        if not is_statement or not said.is_model or first in QUESTION_WORDS or zlib.crc32(said.text.encode()) % _ONE_IN:
            continue
        text, prosody = f"{said.text[:-1]}?", said.prosody
        tokens = replace(said.tokens, symbols=np.append(said.tokens.symbols[:-1], SYMBOL_ID["?"]))
        log_f0 = pitch_contour(prosody.knots, prosody.durations)
        voiced = (prosody.voiced > 0.5)[token_of_frame(prosody.durations)].astype(np.float32)
        if found := asked(text, "yes_no", [], tokens, prosody.durations, log_f0, voiced):
            knots, weights = found
            made.append(
                replace(
                    said,
                    id=f"{said.id}?",
                    text=text,
                    tokens=tokens,
                    prosody=replace(prosody, knots=knots),
                    pitch_weights=weights,
                    is_declared=True,
                )
            )
    return made


def falling_questions(sentences: Sequence[SpokenSentence]) -> list[SpokenSentence]:
    """The questions with a question word that the ensemble is trained on: they fall, and end in the same mark."""
    questions = [s for s in sentences if s.corpus == "ensemble" and s.split == "train" and s.text.endswith("?")]
    return [s for s in questions if (kind := kind_of(s.text)) and kind[0] == "wh"]
