"""An analysis as one page: what was found, pictures, tables, and who was left out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

import numpy as np

from vivavoce.listening.analysis import CHANCE, Analysis, Contrast
from vivavoce.listening.definition import Kind
from vivavoce.listening.inference import Estimate
from vivavoce.listening.plots import differences, violins

SCALES: dict[Kind, tuple[float, float]] = {
    Kind.MUSHRA: (0, 100), Kind.BS1116: (-4, 4), Kind.CCR: (-3, 3), Kind.MOS: (1, 5), Kind.TRANSCRIPTION: (0, 100),
    Kind.AB: (0, 1), Kind.IDENTITY: (0, 1), Kind.ABX: (0, 1),
}  # fmt: skip
BANDS = {Kind.MUSHRA: ("Bad", "Poor", "Fair", "Good", "Excellent")}
UNITS = {
    Kind.MUSHRA: "points of 100", Kind.BS1116: "difference grade", Kind.CCR: "comparison, -3 to 3",
    Kind.MOS: "opinion score, 1 to 5", Kind.TRANSCRIPTION: "% of words understood", Kind.AB: "share of choices",
    Kind.IDENTITY: "share of choices", Kind.ABX: "share of right answers", Kind.LIKERT: "place on the scale",
}  # fmt: skip
SIMULATED = "Simulated listeners: this shows how the test and its analysis work. It is no finding about any system."


def report_page(title: str, analyses: Sequence[Analysis]) -> str:
    """The whole page; nothing in it is fetched from elsewhere."""
    parts = [part for analysis in analyses for part in _sections(analysis, len(analyses) > 1)]
    template = Template(files("vivavoce.listening").joinpath("report.html").read_text(encoding="utf-8"))
    return template.substitute(title=escape(title), content="\n".join(parts))


def summary_lines(analysis: Analysis) -> list[str]:
    """The findings in words, for the page and the terminal."""
    lines = [
        f"{analysis.counted} of {analysis.came} listeners count, {analysis.items} items"
        + (f", {analysis.unfinished} did not finish" if analysis.unfinished else "")
        + (f", {analysis.seconds:.0f} s a trial" if analysis.seconds else "")
    ]
    return lines + [_sentence(analysis.kind, one) for one in analysis.contrasts]


def _sentence(kind: Kind, one: Contrast) -> str:
    estimate = one.estimate
    interval = f"{_number(estimate.low, kind)} to {_number(estimate.high, kind)}"
    if one.second in ("chance", "no difference"):
        head = f"{one.first}: {_number(estimate.mean, kind)} ({interval})"
    else:
        head = f"{one.first} - {one.second}: {_format_signed(estimate.mean, kind)} ({interval})"
    if one.percent is not None and kind is not Kind.BS1116:
        head += f", {one.percent:+.1f} %"
    if one.gap_share is not None and np.isfinite(one.gap_share[0]):
        head += f", {100 * one.gap_share[0]:.0f} % of the gap to the reference"
    verdict = "significant" if one.significant else "not significant"
    note = ""
    if one.naive_significant and not one.significant:
        note = ", though a t-test over all ratings would call it so"
    elif one.significant and not one.holds_without_any:
        note = ", but not whichever listener or item is left out"
    return f"{head}; {verdict} (p {_p(one.p_holm)}){note}"


def _sections(analysis: Analysis, several: bool) -> list[str]:
    title = analysis.group or analysis.kind.value
    parts = [f"<h2>{escape(title)}</h2>"] if several else []
    if analysis.simulated:
        parts.append(f'<p class="warning">{SIMULATED}</p>')
    parts.append(_list(summary_lines(analysis)))
    rows = [(name, analysis.table.of(name), estimate) for name, estimate in analysis.systems.items()]
    scale = SCALES.get(analysis.kind) or _range(analysis)
    picture = violins(rows, scale, BANDS.get(analysis.kind, ()))
    parts += [f"<h2>Scores ({UNITS[analysis.kind]})</h2>", _wide(picture, "Scores")]
    parts.append(_wide(_means(analysis), "Means"))
    if analysis.contrasts:
        null = CHANCE.get(analysis.kind, 0.0)
        shown = [(_name(one), one.estimate, one.significant) for one in analysis.contrasts]
        parts += ["<h2>Differences</h2>", _wide(differences(shown, null), "Differences")]
        parts.append(_wide(_contrasts(analysis), "Contrasts"))
    if analysis.exclusions:
        parts.append(f"<h2>Listeners who do not count ({len(analysis.exclusions)})</h2>")
        parts.append(_list([f"{one.listener}: {one.reason}" for one in analysis.exclusions]))
    if analysis.exempt_items:
        said = "Their mid anchor was rated above 90 by over a quarter, so it counted against nobody: "
        parts.append(f"<p>{escape(said + ', '.join(analysis.exempt_items))}</p>")
    return parts + ([_list(analysis.notes)] if analysis.notes else [])


def _means(analysis: Analysis) -> str:
    head = ("", "mean", "95 % interval", "error", "ratings", "listeners", "items")
    rows = [
        (name, _number(one.mean, analysis.kind), _interval(one, analysis.kind), _number(one.error, analysis.kind),
         str(one.ratings), str(one.listeners), str(one.items))
        for name, one in analysis.systems.items()
    ]  # fmt: skip
    return _table(head, rows)


def _contrasts(analysis: Analysis) -> str:
    kind = analysis.kind
    head = ("", "difference", "95 % interval", "p (Holm)", "percent", "of the gap to the reference", "resampled",
            "holds without any one", "t-test over all ratings")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for one in analysis.contrasts:
        gap = "" if one.gap_share is None else _gap(one.gap_share)
        percent = "" if one.percent is None else f"{one.percent:+.1f} %"
        resampled = f"{_number(one.bootstrap[0], kind)} to {_number(one.bootstrap[1], kind)}"
        rows.append(
            (_name(one), _format_signed(one.estimate.mean, kind), _interval(one.estimate, kind),
             _p(one.p_holm) + (" *" if one.significant else ""), percent, gap, resampled,
             "yes" if one.holds_without_any else "no", f"p {_p(one.estimate.naive_p)}")
        )  # fmt: skip
    return _table(head, rows)


def _name(one: Contrast) -> str:
    return one.first if one.second in ("chance", "no difference") else f"{one.first} - {one.second}"


def _range(analysis: Analysis) -> tuple[float, float]:
    scores = analysis.table.scores[~np.isnan(analysis.table.scores)]
    low, high = float(scores.min()), float(scores.max())
    return (low, high) if high > low else (low - 1, high + 1)


def _gap(share: tuple[float, float, float]) -> str:
    if not np.isfinite(share[1]):
        return f"{100 * share[0]:.0f} %" if np.isfinite(share[0]) else ""
    return f"{100 * share[0]:.0f} % ({100 * share[1]:.0f} to {100 * share[2]:.0f})"


def _interval(one: Estimate, kind: Kind) -> str:
    return f"{_number(one.low, kind)} to {_number(one.high, kind)}"


def _number(value: float, kind: Kind) -> str:
    if not np.isfinite(value):
        return "?"
    return f"{value:.1f}" if kind in (Kind.MUSHRA, Kind.TRANSCRIPTION) else f"{value:.2f}"


def _format_signed(value: float, kind: Kind) -> str:
    return ("+" if value > 0 else "") + _number(value, kind)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _wide(content: str, label: str) -> str:
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}">{content}</div>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their heads; columns with nothing in them are left out."""
    used = [0, *(place for place in range(1, len(head)) if any(row[place] for row in rows))]
    head, rows = [head[place] for place in used], [[row[place] for place in used] for row in rows]
    titles = "".join(f'<th scope="col">{escape(one)}</th>' if one else "<td></td>" for one in head)
    lines = [
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(one)}</td>" for one in row[1:]) + "</tr>"
        for row in rows
    ]
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
