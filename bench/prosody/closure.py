"""How much of the way from a baseline to the oracle a prosody system goes, on held-out recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.prosody.held_out import Held, Predictor, Said, System, sentence_of
from bench.shared.significance import bootstrap, holm, interval, p_value

MEASURES = ("pitch, semitones", "energy, dB", "word duration, ms")
Errors = npt.NDArray[np.float64]
_SEMITONES, _DECIBELS = 12 / np.log(2), 20 / np.log(10)


@dataclass(frozen=True, slots=True)
class Closure:
    """Shares of the way, 0 the baseline, 1 the oracle."""

    system: str
    sentences: int
    measures: tuple[float, ...]
    overall: float
    """Of all three: their errors as shares of the baseline's, added up, so that a measure with hardly any way to go
    hardly counts."""
    low: float
    high: float
    p: float
    """Corrected for the number of systems; NaN for a single seed of one."""


def errors(held: Sequence[Held], systems: Sequence[System]) -> dict[str, Errors]:
    """Mean absolute errors (sentences, 3) of each system, through the shipped voice."""
    voice = Predictor()
    found: dict[str, list[tuple[float, float, float]]] = {system.name: [] for system in systems}
    for sentence in held:
        spoken = sentence.spoken
        for system in systems:
            made = voice(sentence_of(sentence), spoken.speaker, system.answer(sentence))
            found[system.name].append(_distances(sentence, made))
    return {name: np.array(rows) for name, rows in found.items()}


def _centred(energy: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """About its mean: the decoder's energy and ours have other zeros, and its log is of power, ours of amplitude."""
    return energy - energy[heard].mean()


def _distances(held: Held, made: Said) -> tuple[float, float, float]:
    spoken, recorded = held.spoken, held.spoken.prosody
    weights = spoken.pitch_weights
    pitch = np.abs(made.knots - recorded.knots).mean(axis=1) @ weights / weights.sum()
    heard = recorded.durations > 0
    energy = np.abs(_centred(made.energy / 2.0, heard) - _centred(recorded.energy, heard))[heard].mean()
    sounds = spoken.tokens.words >= 0
    words = spoken.tokens.words[sounds]
    ours = np.bincount(words, made.durations[sounds])
    theirs = np.bincount(words, recorded.durations[sounds])
    return float(pitch * _SEMITONES), float(energy * _DECIBELS), float(np.abs(ours - theirs).mean() * 10)


def closures(systems: Sequence[System], found: Mapping[str, Errors], rows: npt.NDArray[np.int64]) -> list[Closure]:
    """One for each system that has a baseline and is not an oracle, over some of the sentences."""
    made, chances = [], {}
    for system in systems:
        if not system.baseline or system.name == system.oracle:
            continue
        triple = np.stack([found[name][rows] for name in (system.baseline, system.name, system.oracle)])
        draws = bootstrap(lambda picks, of=triple: _overall(of[:, picks]), len(rows))
        if not system.is_seed:
            chances[system.name] = p_value(draws)
        made.append((system.name, tuple(map(float, _shares(triple))), _overall(triple), *interval(draws)))
    corrected = holm(chances)
    return [
        Closure(name, len(rows), shares, overall, low, high, corrected.get(name, float("nan")))
        for name, shares, overall, low, high in made
    ]


def _shares(triple: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Errors (baseline, system, oracle; sentences; 3) -> the share of the way for each measure, (3,), NaN where
    there is no way to go."""
    baseline, system, oracle = triple.mean(axis=1)
    gap = baseline - oracle
    return np.divide(baseline - system, gap, out=np.full(len(gap), np.nan), where=gap > 1e-6)


def _overall(triple: npt.NDArray[np.float64]) -> float:
    """The same for all measures together."""
    baseline, system, oracle = triple.mean(axis=1)
    return float(((baseline - system) / baseline).sum() / ((baseline - oracle) / baseline).sum())


def error_table(found: Mapping[str, Errors]) -> str:
    lines = [f"| system | {' | '.join(MEASURES)} |", "|---|---|---|---|"]
    for name, rows in found.items():
        lines.append(f"| {name} | {' | '.join(f'{value:.3f}' for value in rows.mean(axis=0))} |")
    return "\n".join(lines)


def closure_table(rows: Sequence[Closure]) -> str:
    lines = ["| system | n | pitch | energy | word duration | all three | 95 % | p, Holm |", "|" + "---|" * 8]
    for row in rows:
        shares = " | ".join(f"{100 * value:.1f} %" for value in (*row.measures, row.overall))
        between = f"{100 * row.low:.1f} to {100 * row.high:.1f}"
        lines.append(f"| {row.system} | {row.sentences} | {shares} | {between} | {row.p:.3f} |")
    return "\n".join(lines)
