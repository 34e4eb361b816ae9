"""Pictures of an analysis as SVG: violins with means, and differences with intervals. Colours are the page's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from vivavoce.listening.inference import Estimate, Floats

ROW, LABEL, WIDTH, RIGHT = 58, 150, 860, 24
POINTS = 96
Across = Callable[[float], float]
MOST_DOTS = 400


def violins(
    systems: Sequence[tuple[str, Floats, Estimate]], scale: tuple[float, float], bands: Sequence[str] = ()
) -> str:
    """A row for each system: the density of its scores, the scores of listeners as dots, mean and interval."""
    low, high = scale
    height = ROW * len(systems) + 40
    across = _across(low, high)
    parts = [_axis(low, high, height, bands)]
    for number, (name, values, estimate) in enumerate(systems):
        middle = ROW * number + ROW / 2 + 6
        parts.append(_label(name, middle))
        parts.append(f'<path class="violin" d="{_violin(values, low, high, middle)}"/>')
        parts += [_dot(across(score), middle, number) for score in _listener_means(values)]
        parts.append(_interval(estimate, middle, across, low, high))
    return _svg("".join(parts), height, "Scores of each system: density, listeners' means, mean and 95 % interval")


def differences(rows: Sequence[tuple[str, Estimate, bool]], null: float = 0.0) -> str:
    """A row for each contrast: difference and interval beside the line of no difference."""
    ends = [value for _, one, _ in rows for value in (one.low, one.high, one.mean) if np.isfinite(value)]
    reach = 1.15 * max([abs(value - null) for value in ends] + [1e-3])
    low, high = null - reach, null + reach
    height = ROW * len(rows) + 40
    across = _across(low, high)
    x = f"{across(null):.1f}"
    parts = [_axis(low, high, height), f'<line class="null" x1="{x}" x2="{x}" y1="0" y2="{height - 34}"/>']
    for number, (name, estimate, significant) in enumerate(rows):
        middle = ROW * number + ROW / 2 + 2
        group = "found" if significant else "open"
        parts.append(_label(name, middle))
        parts.append(f'<g class="{group}">{_interval(estimate, middle, across, low, high)}</g>')
    return _svg("".join(parts), height, "Differences with 95 % intervals; filled where they are significant after Holm")


def density(values: Floats, at: Floats) -> Floats:
    """Gaussian kernel density with Silverman's width, at least a fiftieth of the range looked at."""
    spread = float(np.std(values)) or 1.0
    width = max(1.06 * spread * len(values) ** -0.2, (at[-1] - at[0]) / 50)
    return np.exp(-0.5 * ((at[:, None] - values[None]) / width) ** 2).sum(1)


def _violin(values: Floats, low: float, high: float, middle: float) -> str:
    rated = values[~np.isnan(values)]
    at = np.linspace(low, high, POINTS)
    tall = density(rated, at)
    tall = tall / max(float(tall.max()), 1e-12) * ROW * 0.42
    across = _across(low, high)
    upper = [f"{across(x):.1f},{middle - y:.1f}" for x, y in zip(at, tall, strict=True)]
    lower = [f"{across(x):.1f},{middle + y:.1f}" for x, y in zip(at[::-1], tall[::-1], strict=True)]
    return f"M{' L'.join([*upper, *lower])}Z"


def _listener_means(values: Floats) -> list[float]:
    rated = values[(~np.isnan(values)).any(1)]
    return [float(mean) for mean in np.nanmean(rated, axis=1)[:MOST_DOTS]] if len(rated) else []


def _dot(x: float, middle: float, seed: int) -> str:
    spread = ((x * 7.31 + seed * 3.7) % 1 - 0.5) * ROW * 0.3
    return f'<circle class="dot" cx="{x:.1f}" cy="{middle + spread:.1f}" r="2.2"/>'


def _interval(estimate: Estimate, middle: float, across: Across, low: float, high: float) -> str:
    left, right = across(max(low, min(high, estimate.low))), across(max(low, min(high, estimate.high)))
    line = f'<line class="interval" x1="{left:.1f}" x2="{right:.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    return f'{line}<circle class="mean" cx="{across(estimate.mean):.1f}" cy="{middle:.1f}" r="5"/>'


def _across(low: float, high: float) -> Across:
    return lambda value: LABEL + (float(value) - low) / (high - low) * (WIDTH - LABEL - RIGHT)


def _axis(low: float, high: float, height: int, bands: Sequence[str] = ()) -> str:
    across = _across(low, high)
    ticks = np.linspace(low, high, 6) if bands else _ticks(low, high)
    parts: list[str] = []
    for value in ticks:
        x = across(value)
        parts.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 34}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 20}" class="number">{value:g}</text>')
    for number, band in enumerate(bands):
        x = across(low + (number + 0.5) * (high - low) / len(bands))
        parts.append(f'<text x="{x:.1f}" y="{height - 4}" class="band">{escape(band)}</text>')
    return "".join(parts)


def _ticks(low: float, high: float) -> list[float]:
    decade = 10.0 ** math.floor(math.log10((high - low) / 2))
    step = next(decade * factor for factor in (1, 2, 5, 10) if (high - low) / (decade * factor) <= 8)
    return [round(count * step, 9) for count in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _label(name: str, middle: float) -> str:
    shown = name if len(name) <= 20 else f"{name[:19]}…"
    place = f'class="name" x="{LABEL - 12}" y="{middle + 4:.1f}"'
    return f"<text {place}>{escape(shown)}<title>{escape(name)}</title></text>"


def _svg(content: str, height: int, title: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{content}</svg>'
