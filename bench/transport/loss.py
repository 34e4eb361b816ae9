"""Speech through loss, ours beside libopus and plain copies.

`python -m bench.transport.loss DATA/speech DATA/traces/test [--peer OPUS_DEMO] [--items 40] [--json runs/loss.json]`

The peer is libopus's `opus_demo`, configured with --enable-dred --enable-deep-plc --enable-osce; without it, ours and
the copies run alone. Readings are kept in the JSON as they come, and a later run goes on from there. The tables are of
what every system has heard.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bench.shared.estimates import mean, paired_difference
from bench.shared.machine import this_machine
from bench.shared.results import ROOT, Table, write_result
from bench.transport.items import Item, items
from bench.transport.plot import draw_scores
from bench.transport.quality import METRICS, Ears
from bench.transport.systems import System, chosen, libopus_systems, our_systems, red_systems
from vivavoce.blocks import find_addon
from vivavoce.blocks.model_card import FIGURES, put_measurements
from vivavoce.errors import InputError

PICTURE = ROOT / "docs" / "pictures" / "transport-scores.svg"
Readings = dict[str, dict[str, dict[str, float]]]
"""By system, then item: scores and `kbps`."""

PAIRS = (
    ("24k + DRED 1 s", "24k, our concealment"),
    ("24k + DRED 1 s", "libopus DRED 1 s, 52k, dc 5"),
    ("24k + our codec 1 s", "24k, our concealment"),
    ("24k + DRED 1 s", "24k + our codec 1 s"),
    ("24k, our concealment", "libopus 24k, deep PLC, dc 5"),
    ("40k LBRR + DRED 1 s", "libopus LBRR + DRED 1 s, 68k, dc 5"),
    ("40k LBRR + DRED 1 s", "24k, no loss"),
)
FURTHER_PAIRS = (
    ("24k + DRED 1 s", "libopus DRED 1 s, 52k, dc 10"),
    ("40k LBRR + DRED 1 s", "libopus LBRR + DRED 1 s, 68k, dc 10"),
    ("40k LBRR + DRED 1 s", "40k, no loss"),
    ("24k + DRED 1 s", "24k, RED 2 copies"),
    ("24k + our codec 1 s", "libopus DRED 1 s, 52k, dc 5"),
)


_WITH_DRED = ("24k + DRED 1 s", "24k + DRED 1 s less libopus DRED 1 s, 52k, dc 5")
CARDS = {
    "dred": _WITH_DRED,
    "fargan": (*_WITH_DRED, "24k, our concealment"),
    "plc-predictor": ("24k, our concealment", "24k, our concealment less libopus 24k, deep PLC, dc 5"),
}
"""Addons, and the rows of theirs."""

SOURCES = (
    "src/vivavoce/addons/dred",
    "src/vivavoce/addons/fargan",
    "src/vivavoce/addons/plc-predictor",
    "src/vivavoce/redundancy/concealment",
    "src/vivavoce/transport/level.py",
    "src/vivavoce/transport/playback.py",
    "src/vivavoce/transport/priming.py",
)


def main() -> int:
    """Entry point of the script."""
    arguments = _arguments()
    path: Path = arguments.json
    readings: Readings = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    try:
        pool = items(arguments.speech, arguments.traces, arguments.items)
        systems = our_systems() | red_systems()
        if arguments.peer:
            systems |= libopus_systems(arguments.peer)
        if not arguments.tables:
            _measure(readings, path, pool, chosen(systems, arguments.only))
    except (InputError, OSError) as error:
        print(f"loss: {error}", file=sys.stderr)
        return 1
    tables, figures = summarise(readings, pool, list(systems))
    if arguments.cards:
        _put_cards(tables, round(figures["items"]))
    write_result("transport-loss", tables, SOURCES, figures)
    draw_scores(tables["main"], PICTURE)
    return 0


def _measure(readings: Readings, path: Path, pool: list[Item], systems: Mapping[str, System]) -> None:
    ears = Ears()
    for name, run in systems.items():
        for number, item in enumerate(pool):
            if item.name not in readings.setdefault(name, {}):
                heard = run(item)
                kbps = {"kbps": heard.rate_bps / 1000}
                readings[name][item.name] = ears(item.samples, heard.samples) | kbps
                path.write_text(json.dumps(readings, indent=1) + "\n", encoding="utf-8")
                print(f"\r{name}: {number + 1} of {len(pool)} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", type=Path, help="folder of the corpora")
    parser.add_argument("traces", type=Path, help="folder of loss traces")
    parser.add_argument("--peer", type=Path, help="opus_demo of a libopus with DRED")
    parser.add_argument("--items", type=int, default=40, help="speakers of ten seconds, each through one trace")
    parser.add_argument("--only", action="append", default=[], help="systems whose names contain this; may be repeated")
    parser.add_argument("--tables", action="store_true", help="measure nothing, make tables of what was")
    parser.add_argument("--cards", action="store_true", help="put the rows of each shipped addon on its card, too")
    parser.add_argument("--json", type=Path, default=Path("runs/loss.json"), help="readings, kept and gone on from")
    return parser.parse_args()


def _put_cards(tables: Mapping[str, Table], stretches: int) -> None:
    """What each addon of libopus's weights reaches here, on its card."""
    main, paired = ({row[0]: row for row in tables[name].rows} for name in ("main", "paired"))
    measured = f"{stretches} stretches of ten seconds by unheard speakers through test traces, {this_machine().date}"
    for addon, names in CARDS.items():
        rows: list[list[str]] = []
        for name in names:
            row = main.get(name) or paired.get(name)
            if row is None:
                raise InputError(f"no readings of {name} for the card of {addon}: measure it first")
            scores = row[2:5] if name in main else row[1:4]
            rows.append([f"{name}: PLCMOS, PESQ, STOI", ", ".join(scores)])
        folder = find_addon(addon)
        (folder / FIGURES).write_text(json.dumps({"measured": measured, "rows": rows}, indent=2), encoding="utf-8")
        put_measurements(folder)


def summarise(readings: Readings, pool: list[Item], order: Sequence[str]) -> tuple[dict[str, Table], dict[str, float]]:
    """The tables of the page, over the items that every system has heard, and what stands in the text."""
    names = [name for name in order if readings.get(name)]
    pool = [item for item in pool if all(item.name in readings[name] for name in names)]
    usual = [item for item in pool if not item.extreme]
    extreme = [item for item in pool if item.extreme]
    bursts = sorted({item.burst for item in usual}, key=lambda name: (name[0] == ">", len(name), name))
    columns = ["", "kb/s", "PLCMOS", "PESQ", "STOI", *(f"PLCMOS {burst}" for burst in bursts)]
    columns += ["real traces: PLCMOS / PESQ / STOI"] if extreme else []
    rows = []
    for name in names:
        cells = [name, _cell(readings, name, usual, "kbps", 1)]
        cells += [_cell(readings, name, usual, metric, 3 if metric == "stoi" else 2) for metric in METRICS]
        for burst in bursts:
            cells.append(_value(readings, name, [item for item in usual if item.burst == burst], "plcmos", 2))
        if extreme:
            cells.append(" / ".join(_value(readings, name, extreme, m, 3 if m == "stoi" else 2) for m in METRICS))
        rows.append(cells)
    paired, further = (_differences(readings, usual, pairs) for pairs in (PAIRS, FURTHER_PAIRS))
    tables = {"main": Table(columns, rows), "paired": paired, "further": further}
    return tables, {"items": len(usual), "loss": _loss(usual), "extreme": len(extreme), "extreme_loss": _loss(extreme)}


def _differences(readings: Readings, pool: list[Item], wanted: Sequence[tuple[str, str]]) -> Table:
    """Paired: the same speaker through the same trace, with 95 % intervals."""
    rows = []
    for ours, theirs in wanted:
        if not readings.get(ours) or not readings.get(theirs):
            continue
        cells = []
        for metric in METRICS:
            pairs = [(readings[ours][item.name][metric], readings[theirs][item.name][metric]) for item in pool]
            pairs = [pair for pair in pairs if not any(math.isnan(value) for value in pair)]
            found = paired_difference([pair[0] for pair in pairs], [pair[1] for pair in pairs])
            digits = 3 if metric == "stoi" else 2
            cells.append(f"{found.value:+.{digits}f} ({found.low:+.{digits}f} to {found.high:+.{digits}f})")
        rows.append([f"{ours} less {theirs}", *cells])
    return Table(("", "PLCMOS", "PESQ", "STOI"), rows)


def _values(readings: Readings, name: str, pool: Iterable[Item], metric: str) -> list[float]:
    values = [readings[name][item.name][metric] for item in pool if item.name in readings[name]]
    return [value for value in values if not math.isnan(value)]


def _formatted(make: Callable[[list[float]], str], values: list[float]) -> str:
    return make(values) if values else "-"


def _cell(readings: Readings, name: str, pool: Iterable[Item], metric: str, digits: int) -> str:
    def made(values: list[float]) -> str:
        found = mean(values)
        spread = "" if metric == "kbps" else f" ± {found.standard_error:.{digits}f}"
        return f"{found.value:.{digits}f}{spread}"

    return _formatted(made, _values(readings, name, pool, metric))


def _value(readings: Readings, name: str, pool: Iterable[Item], metric: str, digits: int) -> str:
    return _formatted(lambda values: f"{mean(values).value:.{digits}f}", _values(readings, name, pool, metric))


def _loss(pool: list[Item]) -> float:
    return sum(sum(item.lost) / len(item.lost) for item in pool) / len(pool) if pool else 0.0


if __name__ == "__main__":
    sys.exit(main())
