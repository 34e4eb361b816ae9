"""A MOS test as the files that Microsoft's P.808 toolkit takes: clips by their addresses, traps with their answers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.listening.definition import Kind, ListeningTest, Trial
from vivavoce.listening.webmushra_results import to_csv

FOLDER = "p808"
CHECKS = {"trap": ("trapping_clips", "trapping_ans"), "gold": ("gold_clips", "gold_clips_ans")}


def write_p808(test: ListeningTest, folder: Path, address: str) -> list[Path]:
    """Write `p808/rating_clips.csv`, and files of traps, gold and training clips where there are such, into a test's
    folder. `address` is where its files will be found on the web.

    Raises `InputError` for a test that is not a MOS test, or an address that is none.
    """
    if not address.startswith(("http://", "https://")):
        raise InputError(f"{address}: give the address at which the test's folder will be found, https://…/")
    trials = [trial for trial in test.trials() if trial.kind is Kind.MOS]
    if not trials:
        raise InputError("P.808's clips are rated one by one: the test has no trials of kind mos")
    base = address.rstrip("/") + "/"
    made: dict[str, list[tuple[str, ...]]] = {name: [(name,)] for name in ("rating_clips", "training_clips")}
    made |= {head[0]: [head] for head in CHECKS.values()}
    for trial in trials:
        name, row = _row(trial, base)
        made[name].append(row)
    (folder / FOLDER).mkdir(exist_ok=True)
    written: list[Path] = []
    for name, rows in made.items():
        if len(rows) > 1:
            written.append(folder / FOLDER / f"{name}.csv")
            write_text(written[-1], to_csv(rows))
    return written


def _row(trial: Trial, base: str) -> tuple[str, tuple[str, ...]]:
    """The file that a trial belongs to, and its line there."""
    stimulus = trial.stimuli[0]
    clip = base + quote(stimulus.file)
    if stimulus.check in CHECKS:
        return CHECKS[stimulus.check][0], (clip, f"{stimulus.expected or 0:g}")
    return ("training_clips" if trial.training else "rating_clips"), (clip,)
