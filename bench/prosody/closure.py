"""How much of the way from a baseline to the oracle a prosody system goes, on held-out recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bench.prosody.held_out import Held, System, VoiceProsody
from bench.shared.results import Table
from bench.shared.significance import bootstrap, holm, interval, p_value
from vivavoce.features import Array
from vivavoce.training.corpora.intonation import VOICED_HZ
from vivavoce.training.voice.examples import owners
from vivavoce.training.voice.prosody import UNVOICED_SHARE

MEASURES = ("pitch, semitones", "energy, nepers", "word duration, ms")
UNIT_MS = 25.0
Errors = npt.NDArray[np.float64]
_SEMITONES = 12 / np.log(2)


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
    gain: float
    """Of the baseline's error, on the mean of the three measures."""
    p: float
    """Of the gain, corrected for the number of systems; NaN for a single seed of one."""
    has_way: bool
    """Whether the oracle itself gains for certain; where it does not, a share of its way means nothing."""


def errors(held: Sequence[Held], systems: Sequence[System]) -> dict[str, Errors]:
    """Mean absolute errors (sentences, 3) of each system, through the shipped voice."""
    voice = VoiceProsody()
    rows = {system.name: [_distances(h, voice(h, system.answer(h)), voice) for h in held] for system in systems}
    return {name: np.array(found) for name, found in rows.items()}


def _distances(held: Held, made: tuple[Array, Array, Array], voice: VoiceProsody) -> tuple[float, float, float]:
    """Of pitch and energy where the sentence is voiced, and of how long its words last."""
    (units, f0, energy), spoken = made, held.said.spoken
    voiced = spoken.f0_hz > VOICED_HZ
    least = UNVOICED_SHARE * np.exp(voice.centres[spoken.speaker][0])
    pitch = np.abs(np.log(np.maximum(f0, least)[voiced] / spoken.f0_hz[voiced])).mean()
    loudness = np.abs(energy - spoken.energy)[voiced].mean()
    owner = owners(spoken.ids.numpy())
    ours, theirs = (np.bincount(owner[owner >= 0], lengths[owner >= 0]) for lengths in (units, spoken.units.numpy()))
    return float(pitch * _SEMITONES), float(loudness), float(np.abs(ours - theirs).mean() * UNIT_MS)


def closures(systems: Sequence[System], found: Mapping[str, Errors], rows: npt.NDArray[np.int64]) -> list[Closure]:
    """One for each system that has a baseline and is not an oracle, over some of the sentences."""
    made: list[Closure] = []
    chances: dict[str, float] = {}
    for system in systems:
        if not system.baseline or system.name == system.oracle:
            continue
        triple = np.stack([found[name][rows] for name in (system.baseline, system.name, system.oracle)])
        draws = bootstrap(lambda picks, of=triple: _overall(of[:, picks]), len(rows))
        if not system.is_seed:
            chances[system.name] = p_value(bootstrap(lambda picks, of=triple: _gain(of[:2, picks]), len(rows)))
        oracle = bootstrap(lambda picks, of=triple: _gain(of[::2, picks]), len(rows))
        shares, (low, high) = tuple(map(float, _shares(triple))), interval(draws)
        unsure = Closure(
            system.name, len(rows), shares, _overall(triple), low, high, _gain(triple[:2]), float("nan"),
            has_way=interval(oracle)[0] > 0,
        )  # fmt: skip
        made.append(unsure)
    corrected = holm(chances)
    return [replace(row, p=corrected.get(row.system, row.p)) for row in made]


def _shares(triple: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Errors (baseline, system, oracle; sentences; 3) -> the share of the way for each measure, (3,), NaN where
    there is no way to go."""
    baseline, system, oracle = triple.mean(axis=1)
    gap = baseline - oracle
    return np.divide(baseline - system, gap, out=np.full(len(gap), np.nan), where=gap > 1e-6)


def _gain(pair: npt.NDArray[np.float64]) -> float:
    """Errors (baseline, system; sentences; 3) -> by which share the system's are smaller, on the mean of the three."""
    baseline, system = pair.mean(axis=1)
    return float(((baseline - system) / baseline).mean())


def _overall(triple: npt.NDArray[np.float64]) -> float:
    """The same for all measures together."""
    baseline, system, oracle = triple.mean(axis=1)
    return float(((baseline - system) / baseline).sum() / ((baseline - oracle) / baseline).sum())


def error_table(found: Mapping[str, Errors]) -> Table:
    """Mean errors, a row a system."""
    rows = [[name, *(f"{value:.3f}" for value in errors.mean(axis=0))] for name, errors in found.items()]
    return Table(["system", *MEASURES], rows)


def closure_table(made: Mapping[str, Sequence[Closure]]) -> Table:
    """A row a system, a column a kind of sentence; * where the gain is significant at 0.05 after Holm. Where the oracle
    does not gain for certain, the gain in errors stands alone."""
    kinds = list(made)
    by_name = {kind: {row.system: row for row in rows} for kind, rows in made.items()}
    columns = [f"{kind} ({rows[0].sentences})" for kind, rows in made.items()]
    lines = [[name, *(_cell(by_name[kind][name]) for kind in kinds)] for name in by_name[kinds[0]]]
    return Table(["system", *columns], lines)


def _cell(row: Closure) -> str:
    star = "*" if row.p < 0.05 else ""
    if not row.has_way:
        return f"errors {-100 * row.gain:+.1f} %{star}"
    return f"{100 * row.overall:.1f} %{star} ({100 * row.low:.0f} to {100 * row.high:.0f})"
