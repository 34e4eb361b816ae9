"""How well Kathaka foresees what stage I finds in a held-out recording.

Measured as the divergence, in nats, of stage I's posterior from what was foreseen: the expected log likelihood of the
posterior's samples under it differs from that by the posterior's own entropy alone, the same for everyone asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.prosody.held_out import Held, VoiceProsody, shuffled
from bench.shared.results import Table
from bench.shared.significance import bootstrap, holm, interval, p_value
from vivavoce.blocks import find_addon, load_addon
from vivavoce.prosody.models.kathaka import Kathaka

Values = npt.NDArray[np.float64]
Normal = tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]
"""Means and variances, (64,) both."""
BASELINE = "N(0, I)"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Nats of one way to foresee, and how many fewer than under the standard normal distribution."""

    system: str
    nats: float
    gain: float
    low: float
    high: float
    p: float
    """Of the gain, corrected for the number of systems; NaN for the baseline."""


def divergences(held: Sequence[Held], learned: Sequence[Held]) -> dict[str, Values]:
    """Nats of each held-out sentence, (sentences,), by name; `learned` are training sentences, for their mean."""
    posterior = VoiceProsody().posterior
    found = [posterior(h) for h in held]
    foretold: dict[str, Callable[[Held], Normal]] = {BASELINE: lambda h: (np.zeros(64), np.ones(64))}
    overall = pooled([posterior(h) for h in learned])
    foretold["all training sentences"] = lambda h: overall
    others, model = shuffled(held), Kathaka(load_addon(find_addon("kathaka")))
    foretold["kathaka"] = lambda h: _asked(model, h, h)
    foretold["kathaka, shuffled"] = lambda h: _asked(model, others[h.said.spoken.id], h)
    return {
        name: np.array([divergence(own, foresee(h)) for own, h in zip(found, held, strict=True)])
        for name, foresee in foretold.items()
    }


def _asked(model: Kathaka, read: Held, said: Held) -> Normal:
    means, variances = model.distributions(read.text, said.speaker)
    return pooled(list(zip(means, variances, strict=True)))


def pooled(normals: Sequence[Normal]) -> Normal:
    """The normal distribution with the mean and the variance of an even mixture."""
    means, variances = (np.stack(column).astype(np.float64) for column in zip(*normals, strict=True))
    return means.mean(axis=0), variances.mean(axis=0) + means.var(axis=0)


def divergence(first: Normal, second: Normal) -> float:
    """Kullback-Leibler divergence KL(first || second), in nats."""
    (mean, variance), (other, others) = first, second
    return float(0.5 * (variance / others + (mean - other) ** 2 / others - 1.0 + np.log(others / variance)).sum())


def gains(nats: Mapping[str, Values]) -> list[Foreseen]:
    """Each system beside the standard normal distribution, resampled over sentences."""
    chances, rows = {}, []
    for name, values in nats.items():
        fewer = nats[BASELINE] - values
        draws = bootstrap(lambda picks, of=fewer: float(of[picks].mean()), len(fewer))
        if name != BASELINE:
            chances[name] = p_value(draws)
        rows.append((name, float(values.mean()), float(fewer.mean()), interval(draws)))
    corrected = holm(chances)
    return [
        Foreseen(name, mean, gain, low, high, corrected.get(name, float("nan")))
        for name, mean, gain, (low, high) in rows
    ]


def table(rows: Sequence[Foreseen]) -> Table:
    """A row a way to foresee."""
    lines = [
        [row.system, f"{row.nats:.1f}", f"{row.gain:.1f}", f"{row.low:.1f} to {row.high:.1f}", f"{row.p:.3f}"]
        for row in rows
    ]
    return Table(["foreseen by", "nats", "fewer than N(0, I)", "95 %", "p, Holm"], lines)
