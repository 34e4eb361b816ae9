"""What the frames of an event show together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vivavoce.inspection.defects.tearing.evidence import Evidence
from vivavoce.inspection.defects.tearing.seam import Seam

LINE = Seam(ratio=2.5, levels=9.0, share=0.9, fits=1.0, age=2, before=3.0, drawn=1.0)


def _probability(line: Seam, torn: float = 0.9, strip: float = 0.6) -> float:
    evidence = Evidence()
    for _ in range(4):
        evidence.add(torn, 0.5, line, strip)
    return evidence.probability()


@pytest.mark.parametrize(
    "less",
    [
        _probability(LINE, torn=0.5),
        _probability(LINE, strip=0.3),
        _probability(replace(LINE, ratio=1.5)),
        _probability(replace(LINE, before=1.0)),
    ],
)
def test_each_of_the_four_figures_counts(less: float) -> None:
    assert less < _probability(LINE)
    assert _probability(LINE) > 0.5


def test_older_cells_all_over_the_frame_are_no_tear() -> None:
    assert _probability(LINE, strip=0.0) < 0.5


def test_nothing_drawn_is_no_tear_and_neither_is_nothing() -> None:
    assert _probability(replace(LINE, drawn=0.05)) == Evidence().probability() == 0.0


def test_one_frame_that_fits_exactly_does_not_speak_for_all() -> None:
    probabilities = []
    for before in (10.0, 1e6):
        evidence = Evidence()
        for line in (replace(LINE, before=before), *[replace(LINE, before=0.5)] * 4):
            evidence.add(0.9, 0.5, line, 0.3)
        probabilities.append(evidence.probability())
    assert probabilities[0] == probabilities[1]


def test_the_clearest_line_tells_where_the_tear_is() -> None:
    evidence = Evidence()
    for row, levels in ((0.3, 2.0), (0.6, 9.0), (0.8, -1.0)):
        evidence.add(0.9, row, replace(LINE, levels=levels), 0.6)
    assert (evidence.frames, evidence.clearest) == (3, 0.6)
