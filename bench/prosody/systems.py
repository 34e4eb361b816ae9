"""The prosody systems judged: `python -m bench.prosody.systems --data DATA --runs RUNS --json prosody.json`.

closure: held-out recordings, how far each system goes from its baseline to its oracle, beside the same model with
another sentence's text; likelihood: how well Kathaka foresees a recording; endings: which questions rise; emphasis;
words: what is understood; transfer onto other speakers; probes of its latent; cost. One table a part; parts that are
not asked for keep their figures in the JSON file.

`words` and `transfer` need the extra `bench`, the others the extra `train`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.prosody import closure, emphasis, endings, endings_audio, likelihood, probes
from bench.prosody.held_out import Held, held_out, systems
from bench.shared.machine import this_machine
from vivavoce.errors import InputError
from vivavoce.prosody import load_prosody, prosody_systems
from vivavoce.prosody.linguistics import describe
from vivavoce.text import analyse

COMPARED = ("none", "centroid", "selection", "kathaka", "camp")
KINDS = ("complex", "wh", "or", "yes_no", "list", "compound", "emphasis")
LEARNED_SENTENCES = 500
COST_SENTENCE = "The brown fox is quick, and it is jumping over the lazy dog."
Figures = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where things lie, and how much is measured."""

    data: Path
    runs: Path
    pairs: int
    each: int

    @cached_property
    def held(self) -> list[Held]:
        return held_out(self.data, self.runs)

    @cached_property
    def learned(self) -> list[Held]:
        return held_out(self.data, self.runs, "train")


def closure_part(bench: Bench) -> Figures:
    compared = systems(bench.held, bench.runs)
    found = closure.errors(bench.held, compared)
    print(closure.error_table(found), flush=True)
    kinds = {"all": np.arange(len(bench.held))}
    for kind in KINDS:
        kinds[kind] = np.flatnonzero([h.kind == kind for h in bench.held])
    made = {kind: closure.closures(compared, found, rows) for kind, rows in kinds.items() if len(rows) > 5}
    for kind, rows in made.items():
        print(f"\nclosure, {kind} sentences\n\n{closure.closure_table(rows)}", flush=True)
    errors = {
        name: dict(zip(closure.MEASURES, rows.mean(axis=0).tolist(), strict=True)) for name, rows in found.items()
    }
    return {"errors": errors, "closure": {kind: [asdict(row) for row in rows] for kind, rows in made.items()}}


def likelihood_part(bench: Bench) -> Figures:
    some = bench.learned[:: max(1, len(bench.learned) // LEARNED_SENTENCES)]
    rows = likelihood.gains(likelihood.divergences(bench.held, some, bench.runs))
    print(likelihood.table(rows))
    return {"rows": [asdict(row) for row in rows]}


def endings_part(bench: Bench) -> Figures:
    own = endings.recorded([*bench.held, *bench.learned])
    shares = {name: endings.predicted(bench.data, bench.held, name) for name in COMPARED}
    print(endings.table(own, shares))
    sound = endings_audio.recorded(bench.data, bench.held)
    spoken = {name: endings_audio.spoken(bench.data, bench.held, name) for name in COMPARED}
    print(f"\nin the sound\n\n{endings.table(sound, spoken)}")
    return {"recordings": own, **shares, "in the sound": {"recordings": sound, **spoken}}


def emphasis_part(bench: Bench) -> Figures:
    made = {}
    for name in ("none", "camp"):
        words = list(emphasis.emphasised(bench.data, name))
        share = float(np.mean([word.heard for word in words]))
        means = np.mean([(w.semitones, w.decibels, w.length) for w in words], axis=0)
        print(
            f"{name}: {100 * share:.0f} % of {len(words)} words heard; "
            f"{means[0]:+.1f} semitones, {means[1]:+.1f} dB, {100 * means[2]:+.0f} % length"
        )
        made[name] = {"heard": share, "words": [asdict(word) for word in words]}
    return made


def words_part(bench: Bench) -> Figures:
    import intelligibility

    found = intelligibility.understood(bench.data, bench.each)
    print(f"word error rate, %\n\n{intelligibility.table(found)}\n", flush=True)
    copies = intelligibility.copies_understood(bench.data, bench.runs, bench.pairs)
    print(intelligibility.table(copies))
    return {
        name: {
            "rates": [asdict(row) for row in intelligibility.rates(understood)],
            "sentences": {system: [asdict(h) for h in rows] for system, rows in understood.items()},
        }
        for name, understood in (("systems", found), ("copies", copies))
    }


def transfer_part(bench: Bench) -> Figures:
    import transfer

    found = list(transfer.pairs(bench.data, bench.runs, bench.pairs))
    print(transfer.table(found))
    return {"pairs": [{**asdict(pair), "likeness": pair.likeness} for pair in found]}


def probes_part(bench: Bench) -> Figures:
    made = {}
    for name in ("copycat", "copycat-open"):
        found = probes.latents(bench.data, bench.runs, name)
        if not found:
            continue
        accuracy, chance = probes.speaker_probe(found)
        habits, _ = probes.habit_probe(found)
        melody = probes.melody_probe(found)
        print(
            f"{name}: speakers told apart by a latent {accuracy:.2f}, by those of a whole recording {habits:.2f}, "
            f"chance {chance:.2f}; melody explained {melody:.2f}"
        )
        made[name] = {"speakers": accuracy, "habits": habits, "chance": chance, "melody": melody}
    return made


def cost_part(bench: Bench) -> Figures:
    """Milliseconds a sentence of 12 words, one thread, best of ten: reading the text, then each model."""
    del bench
    sentence = analyse(COST_SENTENCE).sentences[0]
    text = describe(sentence)
    made = {"embed and parse the text": _best_ms(partial(describe, sentence))}
    for name in prosody_systems():
        if model := load_prosody(name):
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


PARTS: dict[str, Callable[[Bench], Figures]] = {
    "closure": closure_part, "likelihood": likelihood_part, "endings": endings_part, "emphasis": emphasis_part,
    "words": words_part, "transfer": transfer_part, "probes": probes_part, "cost": cost_part,
}  # fmt: skip


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="features, alignment, ablations (runs)")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this one")
    parser.add_argument("--pairs", type=int, default=30, help="transfers from each corpus of sources (30)")
    parser.add_argument("--each", type=int, default=30, help="sentences of each kind whose words are recognised (30)")
    parser.add_argument("--json", type=Path, help="write every figure here")
    arguments = parser.parse_args()
    bench = Bench(arguments.data, arguments.runs, arguments.pairs, arguments.each)
    try:
        for part in arguments.part or PARTS:
            print(f"\n{part}\n", flush=True)
            _keep(arguments.json, part, PARTS[part](bench))
    except (InputError, OSError) as error:
        print(f"prosody: {error}", file=sys.stderr)
        return 1
    print(f"\n{this_machine()}")
    return 0


def _keep(path: Path | None, part: str, figures: Figures) -> None:
    """Put the figures of one part into the file, beside those of the others."""
    if path is None:
        return
    kept: Figures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[part] = {"machine": asdict(this_machine()), **figures}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
