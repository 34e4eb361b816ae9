"""Training examples that take long to make: made under a time limit, kept in shards, made on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from vivavoce.errors import InputError
from vivavoce.inspection.labels import Label, read_labels
from vivavoce.training.core.hardware import core_count
from vivavoce.training.corpora.arrays import write_arrays

Example = Mapping[str, np.ndarray | np.generic]
"""Arrays of one example, by name."""

Maker = Callable[[np.random.Generator], Iterator[Example]]
"""Gives some examples from one draw."""

PER_SHARD = 256
FEWEST = 24
"""Examples that are made even when there is no time for them."""
LABELS_FILE = "labels.npz"
REPEATS = 8
"""How often a labelled moment counts: it is real, and was asked for because it is hard."""


def make_shards(maker: Maker, folder: Path, minutes: float, workers: int | None = None, seed: int = 0) -> int:
    """Add examples to `folder` for some minutes; returns how many there are then.

    Stopped or started again, it goes on with other draws. `workers` processes share the work, None: one a core, or one
    alone for less than a minute.
    """
    workers = workers or (1 if minutes < 1.0 else core_count())
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.time() + 60.0 * minutes
    begun = seed + len(list(folder.glob("*.npz")))
    work = partial(_fill, maker, folder, deadline)
    seeds = [1000 * begun + number for number in range(workers)]
    if workers == 1:
        work(seeds[0])
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(work, seeds))
    return sum(len(next(iter(shard.values()))) for shard in _shards(folder))


def write_shard(examples: list[Example], path: Path) -> None:
    """Write examples of the same names and shapes; the file appears whole or not at all."""
    write_arrays(path, {name: np.stack([example[name] for example in examples]) for name in examples[0]})


def read_shards(folder: Path) -> dict[str, np.ndarray]:
    """All examples of a folder, arrays by name with the examples along axis 0.

    Raises `InputError` when there are none.
    """
    shards = list(_shards(folder))
    if not shards:
        raise InputError(f"{folder}: no examples there, run python -m vivavoce.training prepare first")
    return {name: np.concatenate([shard[name] for shard in shards]) for name in shards[0]}


def add_labels(path: Path, kind: str, examples_of: Callable[[Label], Iterator[Example]], folder: Path) -> int:
    """Write the examples of the labels of a kind into a folder of shards, replacing earlier ones; returns their number.

    Raises `InputError` for a file of labels, or a labelled file, that cannot be read.
    """
    chosen = [label for label in read_labels(path) if label.kind == kind]
    examples = [example for label in chosen for example in examples_of(label)] * REPEATS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LABELS_FILE).unlink(missing_ok=True)
    if examples:
        write_shard(examples, folder / LABELS_FILE)
    return len(examples)


def _fill(maker: Maker, folder: Path, deadline: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    waiting: list[Example] = []
    number = 0
    while time.time() < deadline or (number == 0 and len(waiting) < FEWEST):
        waiting.extend(maker(random))
        while len(waiting) >= PER_SHARD:
            write_shard(waiting[:PER_SHARD], folder / f"{seed:08d}-{number:04d}.npz")
            del waiting[:PER_SHARD]
            number += 1
    if waiting:
        write_shard(waiting, folder / f"{seed:08d}-{number:04d}.npz")


def _shards(folder: Path) -> Iterator[dict[str, np.ndarray]]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            yield dict(stored)
