"""Block corruption in many drawn cases: is the learned decision better than the rule of 7 %?

`python -m bench.inspection.corruption --data DATA` draws from every clip that nobody tuned on stretches of five
seconds: damaged (any second, strength 0.2 to 0.9, any of the simulator's codecs, coded again at any CRF from 18 to 27)
and clean (as often coded again, at any scale), and clean clips by recipe (pages, nets, stripes). They are inspected
with the learned decision and with the rule on the same map and the same looks. Missed truths and alarms, on clean
files too, both count in F1. The difference is drawn again 10,000 times by clip (bootstrap), and files of which one
decision is right and the other is not are counted (McNemar). `--dev` takes the other clips and writes no result.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from bench.inspection.alarms import interval
from bench.inspection.events import RULE, Tally, asked_for, by_rule, inspect_safely, matches
from bench.inspection.ffmpeg_baselines import Interval
from bench.inspection.made_cases import clips, narrow
from bench.inspection.rendered import SECONDS as RENDERED_S
from bench.inspection.rendered import render
from bench.shared.results import Table, write_result
from vivavoce.errors import InputError
from vivavoce.inspection.simulation import Clip, Truth, read_clip, simulate, write_clip

SOURCES = ("bench/inspection/corruption.py", "src/vivavoce/inspection/defects/block_corruption")
READ_S, SECONDS, LENGTH_S = 12.0, 5.0, (0.6, 2.0)
STRENGTHS, CRF, WIDTHS = (0.2, 0.9), (18, 28), (240, 641)
MADE, CLEAN = 8, 4
"""Files drawn from a clip with damage, and without."""

SEEDS, RENDER_SEED, DRAWS, LEARNED = (29, 37), 31, 10_000, "learned"
"""Each seed draws from every clip."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file, the clip that it is from, and what is wrong in it: one truth or nothing."""

    path: Path
    clip: str
    seconds: float
    truth: Truth | None


@dataclass(slots=True)
class Answers:
    """What one decision made of files: a tally for each, in their order."""

    tallies: list[Tally] = field(default_factory=list[Tally])

    def right(self) -> np.ndarray:
        """Whether nothing was missed and nothing false said, (files,)."""
        return np.array([not (tally.missed or tally.false) for tally in self.tallies])

    def counts(self) -> np.ndarray:
        """Found, missed and false of each file, (files, 3)."""
        return np.array([(tally.found, tally.missed, tally.false) for tally in self.tallies])


def draw(data: Path, names: Sequence[str], folder: Path, workers: int = 1) -> list[Drawn]:
    """Files of all clips; those that are in the folder already are used again."""
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = list(product(SEEDS, names))
        return [one for made in pool.map(partial(_draw_from, data=data, folder=folder), jobs) for one in made]


def _draw_from(job: tuple[int, str], data: Path, folder: Path) -> list[Drawn]:
    seed, name = job
    folder, stem = folder / str(seed), "-".join(Path(name).parts).replace(".", "_")
    beside = folder / f"{stem}.json"
    if not beside.exists():
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng([seed, *name.encode()])
        whole = read_clip(data / "video" / name, seconds=READ_S)
        rows = [asdict(one) | {"path": one.path.name} for one in _files(whole, name, folder / stem, random)]
        beside.write_text(json.dumps(rows))
    return [
        Drawn(folder / row["path"], row["clip"], row["seconds"], Truth(**row["truth"]) if row["truth"] else None)
        for row in json.loads(beside.read_text())
    ]


def _files(whole: Clip, name: str, stem: Path, random: np.random.Generator) -> Iterator[Drawn]:
    for number in range(MADE + CLEAN):
        clip = _stretch(whole, random, int(random.integers(*WIDTHS)) if number >= MADE else WIDTHS[1])
        strength, seed = float(random.uniform(*STRENGTHS)), int(random.integers(1 << 31))
        crf, length_s = int(random.integers(*CRF)), min(float(random.uniform(*LENGTH_S)), 0.4 * clip.seconds)
        start_s = float(random.uniform(0.1, 0.9 * clip.seconds - length_s))
        path, truth = Path(f"{stem}-{number}.mp4"), None
        if number < MADE:
            try:
                clip, made = simulate("block_corruption", clip, start_s, length_s, strength, seed)
            except InputError:
                continue
            if asked_for(made) is None:
                continue
            truth = made
        write_clip(path, clip, crf)
        yield Drawn(path, name, len(clip.frames) / clip.rate_hz, truth)


def _stretch(whole: Clip, random: np.random.Generator, widest: int) -> Clip:
    """Five seconds from anywhere in a clip, at most so wide, silent."""
    count = min(len(whole.frames), round(SECONDS * whole.rate_hz))
    first = int(random.integers(len(whole.frames) - count + 1))
    frames = whole.frames[first : first + count]
    width = min(widest, frames[0].luma.shape[1]) & ~1
    return Clip(tuple(narrow(frame, width) for frame in frames), whole.rate_hz)


def draw_by_recipe(folder: Path) -> list[Drawn]:
    """Clean clips of `rendered.py`, of a seed that nothing was tuned on; each kind counts as a clip."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted(folder.glob("*.mp4")) or render(folder, RENDER_SEED, None)
    return [Drawn(path, path.stem, RENDERED_S, None) for path in paths]


def answers(files: Sequence[Drawn], workers: int) -> dict[str, Answers]:
    """Of the learned decision and of the rule, by name."""
    results = inspect_safely([one.path for one in files], ("block_corruption",), workers)
    found = {LEARNED: Answers(), RULE: Answers()}
    for one in files:
        events = [(e.start_s, e.end_s) for e in results[str(one.path)].events if e.defect == "block_corruption"]
        for name, spans in ((LEARNED, events), (RULE, by_rule(one.path))):
            found[name].tallies.append(tally_of(one.truth, spans))
    return found


def tally_of(truth: Truth | None, spans: Sequence[Interval]) -> Tally:
    """One file. What lies on damage that is too small to be asked for is neither found nor false."""
    asked = asked_for(truth) if truth else None
    tally = Tally()
    if truth:
        spans = [span for span in spans if (asked and matches(asked, span)) or not _touches(truth, span)]
    tally.add([asked] if asked else [], spans)
    return tally


def _touches(truth: Truth, span: Interval) -> bool:
    return span[0] < truth.end_s and truth.start_s < span[1]


def f1(counts: np.ndarray) -> float:
    """Of found, missed and false, (files, 3)."""
    found, missed, false = counts.sum(axis=0)
    return float(2 * found / max(1, 2 * found + missed + false))


def bootstrap(groups: Sequence[str], *counts: np.ndarray) -> np.ndarray:
    """F1 of each decision in draws of clips with replacement, (draws, decisions); files of a clip stay together."""
    names = sorted(set(groups))
    of = np.array([names.index(group) for group in groups])
    sums = np.stack([[one[of == number].sum(axis=0) for number in range(len(names))] for one in counts])
    random = np.random.default_rng(0)
    return np.array([
        [f1(one[chosen]) for one in sums] for chosen in random.integers(len(names), size=(DRAWS, len(names)))
    ])  # fmt: skip


def mcnemar(one: np.ndarray, other: np.ndarray) -> tuple[int, int, float]:
    """Files that one alone and that the other alone is right about, and the exact two-sided probability of no more
    even a split by chance."""
    first, second = int((one & ~other).sum()), int((other & ~one).sum())
    count, least = first + second, min(first, second)
    chance = 2 * sum(math.comb(count, n) for n in range(least + 1)) / 2**count
    return first, second, min(1.0, chance)


def compare(files: Sequence[Drawn], found: dict[str, Answers]) -> tuple[dict[str, Table], dict[str, object]]:
    """Tables and figures: each decision, and their difference."""
    groups, learned, rule = [one.clip for one in files], found[LEARNED], found[RULE]
    drawn = bootstrap(groups, learned.counts(), rule.counts())
    clean = np.array([one.truth is None for one in files])
    hours = sum(one.seconds for one in files if one.truth is None) / 3600
    rows: list[tuple[str, ...]] = []
    for number, (name, of) in enumerate(found.items()):
        hit, missed, false = of.counts()[~clean].sum(axis=0)
        alarms = int(of.counts()[clean, 2].sum())
        low, high = interval(alarms, hours)
        rows.append((
            name, f"{f1(of.counts()):.2f} ({_span(drawn[:, number])})", f"{hit / max(1, hit + missed):.2f}",
            str(false), f"{alarms} in {hours:.2f} h: {alarms / hours:.0f} ({low:.0f}-{high:.0f})",
        ))  # fmt: skip
    difference = drawn[:, 0] - drawn[:, 1]
    first, second, chance = mcnemar(learned.right(), rule.right())
    tests = [
        ("F1, learned less rule", f"{f1(learned.counts()) - f1(rule.counts()):+.2f} ({_span(difference)})"),
        ("draws in which it is not above 0", f"{(difference <= 0).mean():.4f}"),
        ("files that learned alone, rule alone is right about", f"{first}, {second} (p {chance:.2g})"),
    ]
    columns = ("decision", "F1 (95 %)", "recall", "false on damaged files", "alarms on clean files, an hour (95 %)")
    tables = {"main": Table(columns, rows), "test": Table(("comparison", "value"), tests)}
    figures = {
        "damaged": int((~clean).sum()), "clean": int(clean.sum()), "clips": len(set(groups)), "clean_hours": hours,
        "difference": float(f1(learned.counts()) - f1(rule.counts())), "p_bootstrap": float((difference <= 0).mean()),
        "p_mcnemar": chance,
    }  # fmt: skip
    return tables, figures


def by_strength(files: Sequence[Drawn], of: Answers) -> dict[str, float]:
    """Recall of truths of each third of the strengths."""
    edges = np.linspace(*STRENGTHS, 4)
    found: dict[str, float] = {}
    for low, high in pairwise(edges):
        hits = [t.found for one, t in zip(files, of.tallies, strict=True) if _within(one.truth, low, high)]
        found[f"{low:.2f}-{high:.2f}"] = float(np.mean(hits)) if hits else 0.0
    return found


def _within(truth: Truth | None, low: float, high: float) -> bool:
    return truth is not None and low <= truth.strength < high


def _span(values: np.ndarray) -> str:
    low, high = np.quantile(values, (0.025, 0.975))
    return f"{low:.2f} to {high:.2f}"


def main(given: Iterable[str] | None = None) -> None:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/")
    parser.add_argument("--dev", action="store_true", help="the clips that may be tuned on; no result is written")
    parser.add_argument("--keep", type=Path, help="leave the files in this folder, and use those that are there")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--no-result", action="store_true", help="print only")
    arguments = parser.parse_args(None if given is None else list(given))
    with tempfile.TemporaryDirectory() as temporary:
        names = clips(arguments.data, not arguments.dev)
        folder = arguments.keep or Path(temporary)
        files = [*draw(arguments.data, names, folder, arguments.workers), *draw_by_recipe(folder / "rendered")]
        found = answers(files, arguments.workers)
    tables, figures = compare(files, found)
    for table in tables.values():
        print(table.markdown())
    print({name: by_strength(files, of) for name, of in found.items()}, figures)
    if not (arguments.dev or arguments.no_result):
        write_result("inspection-corruption", tables, SOURCES, figures)


if __name__ == "__main__":
    main()
