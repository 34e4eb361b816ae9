"""Speech through loss, ours beside libopus and plain copies.

`python -m bench.transport.loss DATA/speech DATA/traces/test [--peer OPUS_DEMO] [--items 40] [--json runs/loss.json]`

The peer is libopus's `opus_demo`, configured with --enable-dred --enable-deep-plc --enable-osce; without it, ours and
the copies run alone. Readings are kept in the JSON as they come, and a later run goes on from there.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.shared.estimates import mean, paired_difference
from bench.shared.machine import this_machine
from bench.transport.items import Item, items
from bench.transport.quality import METRICS, Ears
from bench.transport.systems import chosen, libopus_systems, our_systems, red_systems
from vivavoce.errors import InputError

Readings = dict[str, dict[str, dict[str, float]]]
"""By system, then item: scores and `kbps`."""

PAIRS = (
    ("24k + DRED 1 s", "24k, our concealment"),
    ("24k + DRED 1 s", "libopus DRED 1 s, 52k, dc 5"),
    ("24k + DRED 1 s", "libopus DRED 1 s, 52k, dc 10"),
    ("24k + our codec 1 s", "24k, our concealment"),
    ("24k + DRED 1 s", "24k + our codec 1 s"),
    ("24k, our concealment", "libopus 24k, deep PLC, dc 5"),
    ("40k LBRR + DRED 1 s", "libopus LBRR + DRED 1 s, 68k, dc 5"),
    ("40k LBRR + DRED 1 s", "40k, no loss"),
    ("24k + DRED 1 s", "24k, RED 2 copies"),
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
        ears = Ears()
        for name, run in chosen(systems, arguments.only).items():
            for number, item in enumerate(pool):
                if item.name not in readings.setdefault(name, {}):
                    heard = run(item)
                    kbps = {"kbps": heard.rate_bps / 1000}
                    readings[name][item.name] = ears(item.samples, heard.samples) | kbps
                    path.write_text(json.dumps(readings, indent=1) + "\n", encoding="utf-8")
                    print(f"\r{name}: {number + 1} of {len(pool)} ", end="", file=sys.stderr, flush=True)
    except (InputError, OSError) as error:
        print(f"loss: {error}", file=sys.stderr)
        return 1
    print(file=sys.stderr)
    _print_tables(readings, pool)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", type=Path, help="folder of the corpora")
    parser.add_argument("traces", type=Path, help="folder of loss traces")
    parser.add_argument("--peer", type=Path, help="opus_demo of a libopus with DRED")
    parser.add_argument("--items", type=int, default=40, help="speakers of ten seconds, each through one trace")
    parser.add_argument("--only", action="append", default=[], help="systems whose names contain this; may be repeated")
    parser.add_argument("--json", type=Path, default=Path("runs/loss.json"), help="readings, kept and gone on from")
    return parser.parse_args()


def _print_tables(readings: Readings, pool: list[Item]) -> None:
    pool = [item for item in pool if all(item.name in heard for heard in readings.values())]
    usual = [item for item in pool if not item.extreme]
    extreme = [item for item in pool if item.extreme]
    print(f"{len(usual)} items, mean loss {_loss(usual):.1%}; {len(extreme)} on real traces, {_loss(extreme):.1%}.")
    print(this_machine(), end="\n\n")
    bursts = sorted({item.burst for item in usual}, key=lambda name: (name[0] == ">", len(name), name))
    columns = ["kb/s", "PLCMOS", "PESQ", "STOI", *(f"PLCMOS {burst}" for burst in bursts), "real traces"]
    print(f"| | {' | '.join(columns)} |")
    print("|" + "---|" * (len(columns) + 1))
    for name in readings:
        cells = [_cell(readings, name, usual, "kbps", 1)]
        cells += [_cell(readings, name, usual, metric, 3 if metric == "stoi" else 2) for metric in METRICS]
        for burst in bursts:
            cells.append(_cell(readings, name, [item for item in usual if item.burst == burst], "plcmos", 2))
        cells.append(" / ".join(_value(readings, name, extreme, m, 3 if m == "stoi" else 2) for m in METRICS))
        print(f"| {name} | {' | '.join(cells)} |")
    _print_differences(readings, usual)


def _print_differences(readings: Readings, pool: list[Item]) -> None:
    """Paired: the same speaker through the same trace, with 95 % intervals."""
    print("\n| difference | PLCMOS | PESQ | STOI |\n|---|---|---|---|")
    for ours, theirs in PAIRS:
        if ours not in readings or theirs not in readings:
            continue
        cells = []
        for metric in METRICS:
            pairs = [
                (readings[ours][item.name][metric], readings[theirs][item.name][metric])
                for item in pool
                if item.name in readings[ours] and item.name in readings[theirs]
            ]
            pairs = [pair for pair in pairs if not any(math.isnan(value) for value in pair)]
            found = paired_difference([pair[0] for pair in pairs], [pair[1] for pair in pairs])
            cells.append(f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})")
        print(f"| {ours} less {theirs} | {' | '.join(cells)} |")


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
