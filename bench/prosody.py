"""The prosody systems judged: `python bench/prosody.py --data DATA --runs RUNS --json prosody.json`.

closure: held-out recordings, how far each system goes from its baseline to its oracle, beside the same model with
another sentence's text; endings: which questions rise; emphasis; transfer onto other speakers; cost. One table a part.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import closure
import emphasis
import endings
import transfer
from machine import this_machine
from prosody_material import Held, held_out, systems
from vivavoce.errors import InputError
from vivavoce.prosody.linguistics import describe
from vivavoce.prosody.systems import SYSTEMS, load_system
from vivavoce.text import analyse

COMPARED = ("none", "centroid", "selection", "kathaka", "camp")
COST_SENTENCE = "The brown fox is quick, and it is jumping over the lazy dog."


def closure_part(held: Sequence[Held], runs: Path) -> dict[str, Any]:
    compared = systems(held, runs)
    found = closure.errors(held, compared)
    print(closure.error_table(found), flush=True)
    kinds = {"all": np.arange(len(held))}
    for kind in ("complex", "wh", "or", "yes_no", "list", "compound"):
        kinds[kind] = np.flatnonzero([h.kind == kind for h in held])
    made = {kind: closure.closures(compared, found, rows) for kind, rows in kinds.items() if len(rows) > 5}
    for kind, rows in made.items():
        print(f"\nclosure, {kind} sentences\n\n{closure.closure_table(rows)}", flush=True)
    return {kind: [asdict(row) for row in rows] for kind, rows in made.items()}


def endings_part(data: Path, held: Sequence[Held], runs: Path) -> dict[str, Any]:
    own = endings.recorded([*held, *held_out(data, runs, "train")])
    shares = {name: endings.predicted(data, held, name) for name in COMPARED}
    print(endings.table(own, shares))
    return {"recordings": own, **shares}


def emphasis_part(data: Path) -> dict[str, Any]:
    made = {}
    for name in ("none", "camp"):
        words = list(emphasis.emphasised(data, name))
        heard = float(np.mean([word.heard for word in words]))
        means = np.mean([(w.semitones, w.decibels, w.length) for w in words], axis=0)
        print(
            f"{name}: {100 * heard:.0f} % of {len(words)} words heard; "
            f"{means[0]:+.1f} semitones, {means[1]:+.1f} dB, {100 * means[2]:+.0f} % length"
        )
        made[name] = {"heard": heard, "words": [asdict(word) for word in words]}
    return made


def transfer_part(data: Path, runs: Path, count: int) -> dict[str, Any]:
    pairs = list(transfer.pairs(data, count))
    accuracy, chance = transfer.speaker_probe(data, runs)
    print(f"{len(pairs)} pairs: log f0 correlation {np.mean([p.pitch for p in pairs]):.2f}, "
          f"energy {np.mean([p.energy for p in pairs]):.2f}; nearer to the target than to the source in "
          f"{100 * np.mean([p.likeness > 0 for p in pairs]):.0f} %; "
          f"linear speaker probe {accuracy:.2f}, chance {chance:.2f}")  # fmt: skip
    return {"pairs": [asdict(pair) for pair in pairs], "probe": accuracy, "chance": chance}


def cost_part() -> dict[str, Any]:
    """Milliseconds a sentence of 12 words, one thread, best of ten: reading the text, then each model."""
    sentence = analyse(COST_SENTENCE).sentences[0]
    text = describe(sentence)
    made = {"embed and parse the text": _best_ms(partial(describe, sentence))}
    for name in SYSTEMS:
        if model := load_system(name):
            made[name] = _best_ms(partial(model.embed, text, "kathleen"))
    for name, value in made.items():
        print(f"{name}: {value:.1f} ms")
    return made


def _best_ms(run: Callable[[], object]) -> float:
    times = []
    for _ in range(10):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    return 1000 * min(times)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="features, alignment, ablations (runs)")
    parts = ["closure", "endings", "emphasis", "transfer", "cost"]
    parser.add_argument("--part", action="append", choices=parts, help="only this one")
    parser.add_argument("--pairs", type=int, default=30, help="transfers from each corpus of sources (30)")
    parser.add_argument("--json", type=Path, help="write every figure here")
    arguments = parser.parse_args()
    document: dict[str, Any] = {"machine": asdict(this_machine())}
    try:
        wanted = arguments.part or parts
        held = held_out(arguments.data, arguments.runs) if {"closure", "endings"} & set(wanted) else []
        run: dict[str, Callable[[], dict[str, Any]]] = {
            "closure": partial(closure_part, held, arguments.runs),
            "endings": partial(endings_part, arguments.data, held, arguments.runs),
            "emphasis": partial(emphasis_part, arguments.data),
            "transfer": partial(transfer_part, arguments.data, arguments.runs, arguments.pairs),
            "cost": cost_part,
        }
        for part in wanted:
            print(f"\n{part}\n", flush=True)
            document[part] = run[part]()
    except (InputError, OSError) as error:
        print(f"prosody: {error}", file=sys.stderr)
        return 1
    print(f"\n{this_machine()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
