"""A picture of scores over bit rates, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.shared.results import Table

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 250, 20, 50
OURS, OTHERS = "#0b6e4f", "#8a8f98"


def draw_scores(table: Table, path: Path) -> None:
    """PLCMOS (column 2, `3.51 ± 0.19`) over kb/s (column 1): a point for each row, ours filled, libopus's hollow."""
    points = [_point(row) for row in table.rows]
    least_kbps, most_kbps = min(p[1] for p in points) - 2, max(p[1] for p in points) + 2
    least, most = min(p[2] - p[3] for p in points) - 0.1, max(p[2] + p[3] for p in points) + 0.1

    def x(kbps: float) -> float:
        return LEFT + (kbps - least_kbps) / (most_kbps - least_kbps) * (WIDTH - LEFT - RIGHT)

    def y(score: float) -> float:
        return HEIGHT - BOTTOM - (score - least) / (most - least) * (HEIGHT - TOP - BOTTOM)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"',
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for tick in range(int(least * 4) + 1, int(most * 4) + 1):
        lines.append(f'<path d="M{LEFT} {y(tick / 4):.1f}H{WIDTH - RIGHT}" stroke="#e4e6ea"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y(tick / 4) + 4:.1f}" text-anchor="end">{tick / 4:.2f}</text>')
    for tick in range(int(least_kbps / 10) * 10 + 10, int(most_kbps) + 1, 10):
        lines.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick}</text>')
    lines.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">kb/s</text>')
    lines.append(f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">PLCMOS, 1 to 5</text>')
    labels = _spread(sorted((y(point[2]), number) for number, point in enumerate(points)))
    for number, (name, kbps, score, error) in enumerate(points):
        colour = OTHERS if name.startswith("libopus") else OURS
        fill = "#fff" if name.startswith("libopus") else colour
        lines.append(f'<path d="M{x(kbps):.1f} {y(score - error):.1f}V{y(score + error):.1f}" stroke="{colour}"/>')
        line = f"M{x(kbps):.1f} {y(score):.1f}L{WIDTH - RIGHT + 8} {labels[number]:.1f}"
        lines.append(f'<path d="{line}" stroke="#d5d8dd" stroke-dasharray="2 3" fill="none"/>')
        lines.append(f'<circle cx="{x(kbps):.1f}" cy="{y(score):.1f}" r="4.5" stroke="{colour}" fill="{fill}"/>')
        text = f'x="{WIDTH - RIGHT + 12}" y="{labels[number] + 4:.1f}" fill="{colour if fill != "#fff" else "#333"}"'
        lines.append(f"<text {text}>{escape(name)}</text>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def _point(row: Sequence[str]) -> tuple[str, float, float, float]:
    """Name, kb/s, score and its standard error."""
    score, _, error = row[2].partition(" ± ")
    return row[0], float(row[1]), float(score), float(error or 0)


def _spread(places: list[tuple[float, int]], apart: float = 15.0) -> dict[int, float]:
    """Labels near their places, none over another."""
    found: dict[int, float] = {}
    last = -1e9
    for place, number in places:
        last = found[number] = max(place, last + apart)
    over = max(0.0, last - (HEIGHT - BOTTOM))
    return {number: place - over for number, place in found.items()}
