"""Where in a recording each token is said: a frame classifier, and the best way through its scores."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.block import SequenceBlock
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, Array
from vivavoce.prosody.pacing import paced_path
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.voice.contour import Frames
from vivavoce.voice.tokens import Tokens

MAX_SECONDS = 60.0
"""Memory grows with frames times tokens: longer recordings are to be given a sentence at a time."""
SILENCE = 0
"""The class of all gaps; a sound's class is its symbol."""
SLIP = -12.0
"""Log probability that a sound costs at least: one mispronounced phoneme must not cost the rest of the path."""
RATE_ROUNDS = 2
"""Paths that are sought for a recording's rate, each from the lengths of the one before."""
MISHEARD_NATS = 3.0
"""Mean nats a frame by which a token's frames fall short of their likeliest classes where something else is said."""
SPEECH_NATS = 4.5
"""The same of a gap's frames where there is speech: noise alone costs 3 or more."""
MOST_MISHEARD = 0.43
"""Share of a text's sounds that may be misheard: .17 at most where a native speaker says it, mostly .5 or more where
it is not said."""
MOST_UNTOLD = 0.22
"""Share of a recording's time that may be misheard, because sounds are stretched over what the text leaves out: .05 at
most where a native speaker says all of it, .16 in noise, mostly .4 or more where half the text is given."""


class Aligner:
    """A loaded aligner addon. Safe to share between threads."""

    def __init__(self, addon: Addon) -> None:
        block = addon.build()
        if not isinstance(block, SequenceBlock):
            raise InputError(f"{addon.path}: an aligner reads whole recordings, its stack streams")
        self._block = block

    def align(self, mel: Array, tokens: Tokens, usual: Array | None = None) -> Frames:
        """mel (frames, 80) -> frames of each token (tokens,).

        `usual` (tokens,) is how many frames a voice gives each token: a path of like lengths, at the recording's own
        rate, is more exact where the speaker was never heard.

        Raises `InputError` for a recording that is too long, too short for its text, or does not say it.
        """
        check_fit(len(mel) * FRAME_S, tokens)
        scores = self._block({"mel": mel[None]})["scores"][0]
        classes = np.where(tokens.gaps, SILENCE, tokens.symbols)
        along = np.maximum(scores, SLIP)[:, classes]
        (durations,) = viterbi([along], [tokens.gaps])
        check_match(scores, along, tokens.gaps, durations)
        return durations if usual is None else _pace(along, tokens.gaps, usual, durations)


def _pace(along: Array, gaps: npt.NDArray[np.bool_], usual: Array, durations: Frames) -> Frames:
    """The path of lengths like the usual ones at the recording's own rate, which begins as that of `durations`."""
    for _ in range(RATE_ROUNDS):
        rate = durations[~gaps].sum() / usual[~gaps].sum()
        durations = paced_path(along, gaps, usual * rate)
    return durations


def check_length(duration_s: float) -> None:
    """Raise `InputError` for a recording that is too long to be aligned."""
    if duration_s > MAX_SECONDS:
        raise InputError(f"the recording lasts {duration_s:.0f} s, give {MAX_SECONDS:.0f} s at most")


def check_fit(duration_s: float, tokens: Tokens) -> None:
    """Raise `InputError` for a recording that is too long to be aligned, or too short for its text."""
    check_length(duration_s)
    sounds = int((~tokens.gaps).sum())
    if duration_s < 2 * sounds * FRAME_S:
        raise InputError(f"the recording has {duration_s:.1f} s, too little for a text of {sounds} sounds")


def check_match(scores: Array, along: Array, gaps: npt.NDArray[np.bool_], durations: Frames) -> None:
    """Raise `InputError` where sounds of the text are not heard, or much is heard that is not in the text."""
    misheard, untold = mismatch(scores, along, gaps, durations)
    if misheard > MOST_MISHEARD:
        raise InputError("the recording does not say its text: check the text, the language and the noise")
    if untold > MOST_UNTOLD:
        raise InputError("the recording says more than its text, or is too noisy: give all that is said")


def mismatch(scores: Array, along: Array, gaps: npt.NDArray[np.bool_], durations: Frames) -> tuple[float, float]:
    """Shares of the text's sounds and of the recording's time that are misheard, of scores (frames, classes) and
    `along` (frames, tokens), what they are for each token."""
    token = np.repeat(np.arange(len(durations)), durations)
    short = scores.max(axis=1) - along[np.arange(len(scores)), token]
    misheard = np.bincount(token, short, len(durations)) > np.where(gaps, SPEECH_NATS, MISHEARD_NATS) * durations
    return float(misheard[~gaps].mean()), float(durations[misheard].sum() / len(scores))


def whole_sentence(text: str, language: str) -> Sentence:
    """A recording's text as one sentence, however many the front end finds in it."""
    sentences = analyse(text, language=language).sentences
    words = tuple(word for sentence in sentences for word in sentence.words)
    return Sentence(words, (0, len(text.encode())), language=language)


def viterbi(scores: list[Array], skippable: list[npt.NDArray[np.bool_]]) -> list[Frames]:
    """The best monotonic paths of a batch: scores (frames, tokens) each -> frames of each token, 0 only if skippable.

    Raises ValueError when an utterance has fewer frames than sounds.
    """
    lowest = -1e9
    batch, frames = len(scores), max(len(s) for s in scores)
    tokens = max(s.shape[1] for s in scores)
    padded = np.full((frames, batch, tokens), lowest, np.float32)
    may_jump = np.zeros((batch, tokens), bool)
    for row, (score, skip) in enumerate(zip(scores, skippable, strict=True)):
        if len(score) < int((~skip).sum()):
            raise ValueError(f"{len(score)} frames cannot hold {int((~skip).sum())} sounds")
        padded[: len(score), row, : score.shape[1]] = score
        may_jump[row, 2 : len(skip)] = skip[1:-1]
    total = np.full((batch, tokens), lowest, np.float32)
    total[:, 0] = padded[0, :, 0]
    first_skipped = np.array([skip[0] for skip in skippable])
    total[first_skipped, 1] = padded[0, first_skipped, 1]
    steps = np.zeros((frames, batch, tokens), np.int8)
    totals = np.empty((frames, batch, tokens), np.float32)
    totals[0] = total
    candidates = np.full((3, batch, tokens), lowest, np.float32)
    for frame in range(1, frames):
        candidates[0] = total
        candidates[1, :, 1:] = total[:, :-1]
        candidates[2, :, 2:] = np.where(may_jump[:, 2:], total[:, :-2], lowest)
        steps[frame] = candidates.argmax(axis=0)
        total = candidates.max(axis=0) + padded[frame]
        totals[frame] = total
    return [_trace(steps[:, i], totals[len(scores[i]) - 1, i], len(scores[i]), skippable[i]) for i in range(batch)]


def _trace(steps: npt.NDArray[np.int8], total: Array, frames: int, skippable: npt.NDArray[np.bool_]) -> Frames:
    token = len(skippable) - 1
    if skippable[-1] and token > 0 and total[token - 1] > total[token]:
        token -= 1
    durations = np.zeros(len(skippable), np.int64)
    for frame in range(frames - 1, -1, -1):
        durations[token] += 1
        token -= int(steps[frame, token])
    return durations


@cache
def aligner(name_or_path: str | Path = "aligner") -> Aligner:
    """The aligner addon of that name or at that path, loaded at first use."""
    return Aligner(load_addon(find_addon(name_or_path)))
