"""Where in a recording each token is said: a frame classifier, and the best way through its scores."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.block import SequenceBlock
from vivavoce.blocks.shelf import find_addon
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, Array
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
_LOWEST = -1e9
LONGEST = 100
"""Frames of a sound at most where its length is weighed."""
LENGTH_SPREAD = 0.45
LENGTH_WEIGHT = 1.0
PAUSE_NATS = 3.0
MISHEARD_NATS = 3.0
"""Mean nats a frame by which a token's frames fall short of their likeliest classes where something else is said."""
MOST_MISHEARD = 0.43
"""Share of a text's sounds that may be misheard: .22 at most where a native speaker says it, mostly .45 or more where
it is not said."""
MOST_UNTOLD = 0.25
"""Share of a recording's time that may be speech in gaps, said but not in the text: .04 at most where all is."""


class Aligner:
    """A loaded aligner addon. Safe to share between threads."""

    def __init__(self, addon: Addon) -> None:
        block = addon.build()
        if not isinstance(block, SequenceBlock):
            raise InputError(f"{addon.path}: an aligner reads whole recordings, its stack streams")
        self._block = block

    def align(self, mel: Array, tokens: Tokens) -> Frames:
        """mel (frames, 80) -> frames of each token (tokens,).

        Raises `InputError` for a recording that is too long, too short for its text, or does not say it.
        """
        check_length(len(mel) * FRAME_S)
        sounds = int((~tokens.gaps).sum())
        if len(mel) < 2 * sounds:
            raise InputError(f"the recording has {len(mel) * FRAME_S:.1f} s, too little for a text of {sounds} sounds")
        scores = self._block({"mel": mel[None]})["scores"][0]
        classes = np.where(tokens.gaps, SILENCE, tokens.symbols)
        along = np.maximum(scores, SLIP)[:, classes]
        (durations,) = viterbi([along], [tokens.gaps])
        check_match(scores, along, tokens.gaps, durations)
        return durations


def check_length(duration_s: float) -> None:
    """Raise `InputError` for a recording that is too long to be aligned."""
    if duration_s > MAX_SECONDS:
        raise InputError(f"the recording lasts {duration_s:.0f} s, give {MAX_SECONDS:.0f} s at most")


def check_match(scores: Array, along: Array, gaps: npt.NDArray[np.bool_], durations: Frames) -> None:
    """Raise `InputError` where sounds of the text are not heard, or much is heard that is not in the text."""
    token = np.repeat(np.arange(len(durations)), durations)
    short = scores.max(axis=1) - along[np.arange(len(scores)), token]
    misheard = np.bincount(token, short, len(durations)) > MISHEARD_NATS * durations
    if misheard[~gaps].mean() > MOST_MISHEARD:
        raise InputError("the recording does not say its text: check the text, the language and the noise")
    if durations[misheard & gaps].sum() > MOST_UNTOLD * len(scores):
        raise InputError("the recording says more than its text, or is too noisy: give all that is said")


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


def paced_path(scores: Array, gaps: npt.NDArray[np.bool_], expected: Array) -> Frames:
    """The best path where sounds have lengths that they are likely to have: scores (frames, tokens) and expected frames
    (tokens,) -> frames of each token.

    A hidden semi-Markov model: the length of a sound is log-normal about what is expected, a pause costs the same
    however long it is, and a gap may take no frame. Raises ValueError when there are fewer frames than sounds.
    """
    frames, tokens = scores.shape
    if frames < int((~gaps).sum()):
        raise ValueError(f"{frames} frames cannot hold {int((~gaps).sum())} sounds")
    sums = np.concatenate([np.zeros((1, tokens), np.float32), scores.cumsum(axis=0, dtype=np.float32)])
    lengths = np.arange(min(frames, LONGEST), 0, -1)
    best = np.full(frames + 1, _LOWEST, np.float32)
    best[0] = 0.0
    places = np.arange(frames + 1)
    begun = np.empty((tokens, frames + 1), np.int64)
    for token in range(tokens):
        before = best - sums[:, token]
        if gaps[token]:
            highest = np.maximum.accumulate(before)
            starts = np.maximum.accumulate(np.where(before == highest, places, 0))
            paused = highest + sums[:, token] - PAUSE_NATS
            begun[token] = np.where(paused > best, starts, places)
            best = np.maximum(paused, best)
        else:
            likely = LENGTH_WEIGHT * length_nats(lengths, float(expected[token]))
            behind = np.concatenate([np.full(len(lengths), _LOWEST, np.float32), before[:-1]])
            options = np.lib.stride_tricks.sliding_window_view(behind, len(lengths)) + likely
            picked = options.argmax(axis=1)
            begun[token] = places - lengths[picked]
            best = options[places, picked] + sums[:, token]
    durations = np.zeros(tokens, np.int64)
    end = frames
    for token in range(tokens - 1, -1, -1):
        durations[token] = end - begun[token, end]
        end = int(begun[token, end])
    return durations


def length_nats(frames: npt.NDArray[np.int64], expected: float) -> Array:
    """Log likelihood of lengths in frames, log-normal about the expected one."""
    return (-0.5 * (np.log(frames / expected) / LENGTH_SPREAD) ** 2 - np.log(frames)).astype(np.float32)


@cache
def aligner(name_or_path: str | Path = "aligner") -> Aligner:
    """The aligner addon of that name or at that path, loaded at first use."""
    return Aligner(load_addon(find_addon(name_or_path)))
