"""The prosody systems judged: `python -m bench.prosody.systems --data DATA --runs RUNS --write`.

closure: held-out sentences, how far each system goes from its baseline to its oracle, beside the same model with
another sentence's text; likelihood: how well Kathaka foresees a sentence; emphasis; words: what is understood, and of
copies; transfer onto other speakers; probes of its latent; cost. Each part is a result of its own, `prosody-closure`
and so on.

`words`, `copies` and `transfer` need the extra `bench`, the others the extra `train`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.prosody import closure, emphasis, likelihood, probes
from bench.prosody.held_out import Held, held_out, systems
from bench.shared.results import Table, write_result
from vivavoce.errors import InputError
from vivavoce.prosody import load_prosody, prosody_systems
from vivavoce.prosody.linguistics import describe
from vivavoce.text import analyse

KINDS = ("complex", "wh", "or", "yes_no", "list", "compound", "emphasis")
LEARNED_SENTENCES = 300
LEAST_OF_A_KIND = 6
COST_SENTENCE = "The brown fox is quick, and it is jumping over the lazy dog."
WEIGHTS = tuple(f"src/vivavoce/addons/{name}" for name in ("chorus", "kathaka", "camp", "selection"))
COPY_WEIGHTS = tuple(f"src/vivavoce/addons/{name}" for name in ("chorus", "copycat", "aligner"))
Result = tuple[dict[str, Table], dict[str, Any]]
"""Tables and figures."""


@dataclass(frozen=True)
class Bench:
    """Where things lie, and how much is measured."""

    data: Path
    runs: Path
    pairs: int
    each: int

    @cached_property
    def held(self) -> list[Held]:
        return held_out(self.runs)


def closure_part(bench: Bench) -> Result:
    compared = systems(bench.held)
    found = closure.errors(bench.held, compared)
    rows = {"all": np.arange(len(bench.held))}
    rows |= {kind: np.flatnonzero([h.kind == kind for h in bench.held]) for kind in KINDS}
    made = {
        kind: closure.closures(compared, found, places)
        for kind, places in rows.items()
        if len(places) >= LEAST_OF_A_KIND
    }
    tables = {"main": closure.closure_table(made), "errors": closure.error_table(found)}
    return tables, {kind: [asdict(row) for row in closures] for kind, closures in made.items()}


def likelihood_part(bench: Bench) -> Result:
    learned = held_out(bench.runs, "train")
    some = learned[:: max(1, len(learned) // LEARNED_SENTENCES)]
    rows = likelihood.gains(likelihood.divergences(bench.held, some))
    return {"main": likelihood.table(rows)}, {"rows": [asdict(row) for row in rows]}


def emphasis_part(bench: Bench) -> Result:
    made = {name: list(emphasis.emphasised(bench.data, name)) for name in ("none", "camp")}
    rows, count = [], 0
    for name, words in made.items():
        count = len(words)
        share = np.mean([word.heard for word in words])
        means = np.mean([(w.semitones, w.energy, w.length) for w in words], axis=0)
        rows.append([name, f"{share:.2f}", f"{means[0]:+.1f}", f"{means[1]:+.1f}", f"{100 * means[2]:+.0f} %"])
    table = Table(["system", f"heard, of {count}", "semitones", "energy, nepers", "length"], rows)
    return {"main": table}, {name: [asdict(word) for word in words] for name, words in made.items()}


def words_part(bench: Bench) -> Result:
    from bench.prosody import intelligibility

    found = intelligibility.understood(bench.data, bench.each)
    return {"main": intelligibility.table(found)}, {"rates": [asdict(row) for row in intelligibility.rates(found)]}


def copies_part(bench: Bench) -> Result:
    from bench.prosody import intelligibility

    found = intelligibility.copies_understood(bench.data, bench.runs, bench.pairs)
    return {"main": intelligibility.table(found)}, {"rates": [asdict(row) for row in intelligibility.rates(found)]}


def transfer_part(bench: Bench) -> Result:
    from bench.prosody import transfer

    found = list(transfer.pairs(bench.data, bench.runs, bench.pairs))
    return {"main": transfer.table(found)}, {"pairs": [{**asdict(pair), "likeness": pair.likeness} for pair in found]}


def probes_part(bench: Bench) -> Result:
    rows = []
    for name in ("copycat", "copycat-open"):
        if found := probes.latents(bench.data, bench.runs, name):
            (told, chance), (habits, _) = probes.speaker_probe(found), probes.habit_probe(found)
            rows.append([name, *(f"{value:.2f}" for value in (told, habits, chance, probes.melody_probe(found)))])
    columns = ["", "speaker from a latent", "from all of a recording's", "chance", "melody explained"]
    return {"main": Table(columns, rows)}, {}


def cost_part(bench: Bench) -> Result:
    """Milliseconds a sentence of 12 words, one thread, best of ten: reading the text, then each model."""
    del bench
    sentence = analyse(COST_SENTENCE).sentences[0]
    text = describe(sentence)
    made = {"embed and parse the text": _best_ms(partial(describe, sentence))}
    for name in prosody_systems():
        if model := load_prosody(name):
            made[name] = _best_ms(partial(model.embed, text, "kathleen"))
    return {"main": Table(["", "ms"], [[name, f"{value:.1f}"] for name, value in made.items()])}, made


def _best_ms(run: Callable[[], object]) -> float:
    times = []
    for _ in range(10):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    return 1000 * min(times)


PARTS: dict[str, tuple[Callable[[Bench], Result], tuple[str, ...]]] = {
    "closure": (closure_part, ("bench/prosody/closure.py", "bench/prosody/held_out.py", *WEIGHTS)),
    "likelihood": (likelihood_part, ("bench/prosody/likelihood.py", "bench/prosody/held_out.py", *WEIGHTS)),
    "emphasis": (emphasis_part, ("bench/prosody/emphasis.py", *WEIGHTS)),
    "words": (words_part, ("bench/prosody/intelligibility.py", *WEIGHTS)),
    "copies": (copies_part, ("bench/prosody/intelligibility.py", "bench/prosody/transfer.py", *COPY_WEIGHTS)),
    "transfer": (transfer_part, ("bench/prosody/transfer.py", *COPY_WEIGHTS)),
    "probes": (probes_part, ("bench/prosody/probes.py", *COPY_WEIGHTS)),
    "cost": (cost_part, WEIGHTS),
}
"""What is measured, and what its result depends on."""


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="features, alignment, ablations (runs)")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this one")
    parser.add_argument("--pairs", type=int, default=30, help="transfers from each corpus of sources (30)")
    parser.add_argument("--each", type=int, default=30, help="sentences of each kind whose words are recognised (30)")
    parser.add_argument("--write", action="store_true", help="write bench/results/prosody-PART.json")
    arguments = parser.parse_args()
    bench = Bench(arguments.data, arguments.runs, arguments.pairs, arguments.each)
    try:
        for part in arguments.part or PARTS:
            measure, sources = PARTS[part]
            tables, figures = measure(bench)
            for name, table in tables.items():
                print(f"\n{part}, {name}\n\n{table.markdown()}", flush=True)
            if arguments.write:
                print(write_result(f"prosody-{part}", tables, sources, figures))
    except (InputError, OSError) as error:
        print(f"prosody: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
