"""Recall and precision of every detector as `--min-score` rises, a small picture each.

`python -m bench.inspection.curves` draws `docs/pictures/defects/NAME.svg` from `bench/results/inspection-defects.json`;
`bench/inspection/defects.py` does so too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.shared.results import RESULTS, ROOT

PICTURES = ROOT / "docs" / "pictures" / "defects"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 260, 52, 16, 14, 44
COLOURS = {"mild": "#8a8f98", "strong": "#0b6e4f"}
Scores = Mapping[str, Mapping[str, Sequence[float]]]
"""Of each strength the scores of `truths` and of `false` events."""


def draw_curves(scores: Mapping[str, Scores], folder: Path = PICTURES) -> None:
    """Draw the picture of each detector."""
    folder.mkdir(parents=True, exist_ok=True)
    for defect, by_strength in scores.items():
        (folder / f"{defect}.svg").write_text(picture(defect, by_strength), encoding="utf-8")


def precision_recall(truths: Sequence[float], false: Sequence[float], least: float) -> tuple[float, float]:
    """What is left at a least score: precision (1 where nothing is) and recall, both 0 to 1."""
    found = sum(score > 0 and score >= least for score in truths)
    wrong = sum(score >= least for score in false)
    return found / (found + wrong) if found + wrong else 1.0, found / max(1, len(truths))


def picture(defect: str, scores: Scores) -> str:
    """The SVG of one detector."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><title>{defect}: recall and precision over the least score</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(f'<path d="M{_x(0)} {_y(tick):.1f}H{_x(1)}" stroke="#e4e6ea"/>')
        lines.append(f'<path d="M{_x(tick):.1f} {_y(0)}V{_y(1)}" stroke="#e4e6ea"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
        lines.append(f'<text x="{_x(tick):.1f}" y="{_y(0) + 16}" text-anchor="middle">{tick:g}</text>')
    lines.append(f'<text x="{(_x(0) + _x(1)) / 2}" y="{HEIGHT - 8}" text-anchor="middle">--min-score</text>')
    middle = (_y(0) + _y(1)) / 2
    lines.append(
        f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">recall, precision (broken)</text>'
    )
    for number, (strength, colour) in enumerate(COLOURS.items()):
        if strength in scores:
            lines += _curve(scores[strength], colour, f"{strength}, {len(scores[strength]['truths'])} cases", number)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _curve(of: Mapping[str, Sequence[float]], colour: str, label: str, number: int) -> list[str]:
    """Recall as a line, precision as a broken one, and a line of the legend."""
    places = [(least, *precision_recall(of["truths"], of["false"], least)) for least in np.linspace(0.0, 1.0, 101)]
    precision, recall = (
        "L".join(f"{_x(least):.1f} {_y(share):.1f}" for least, share in track)
        for track in ([(least, p) for least, p, _ in places], [(least, r) for least, _, r in places])
    )
    return [
        f'<path d="M{precision}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="4 3" fill="none"/>',
        f'<path d="M{recall}" stroke="{colour}" stroke-width="2.5" fill="none"/>',
        f'<text x="{_x(0) + 8}" y="{_y(0) - 10 - 15 * number}" fill="{colour}">{label}</text>',
    ]


def _x(least: float) -> float:
    return LEFT + least * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def main() -> None:
    """Entry point of the script."""
    document = json.loads((RESULTS / "inspection-defects.json").read_text(encoding="utf-8"))
    draw_curves(document["figures"]["scores"])


if __name__ == "__main__":
    main()
