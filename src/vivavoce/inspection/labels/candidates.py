"""Moments of unlabelled files, ranked by how little the networks are sure of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from vivavoce.errors import InputError
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.labels.examples import Examples, Moment
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.registry import all_defects

APART_S = 2.0
FILE_SHARE = 0.25
"""At most this part of all candidates comes from one file, so that one odd file does not fill the list."""
MAX_DEPTH = 4
"""So many times the wanted number of candidates is kept until the end, to choose different ones from."""


@dataclass(frozen=True)
class Candidate:
    """One moment to be labelled."""

    kind: str
    file: str
    start_s: float
    thoughts: Mapping[str, float]
    """What the network thinks it is: probabilities by answer."""
    media_type: str
    content: bytes
    """A PNG of the picture, or a WAV of the second."""

    informativeness: float
    """Entropy in bits of the network's thoughts: the less sure it is, the more a label teaches."""


def rank(
    paths: Iterable[Path],
    kind: str,
    wanted: int,
    known: Collection[tuple[str, float]] = (),
    limits: Limits = DEFAULT_LIMITS,
    on_file: Callable[[Path, str | None], None] = lambda path, error: None,
) -> list[Candidate]:
    """The `wanted` most informative moments of some files, at least two seconds apart, the most informative first.

    `known` holds moments (file, start_s) that are labelled already; `on_file` hears of each file, and of what is wrong
    with it. Raises `UnavailableError` where the detector's addon is missing.
    """
    kept: list[Candidate] = []
    for path in paths:
        error = None
        try:
            with open_media(path, limits) as media:
                for moment in find_examples(kind).moments(media):
                    if (str(path), moment.start_s) not in known:
                        _keep(kept, kind, str(path), moment, MAX_DEPTH * wanted)
        except MediaError as reason:
            error = str(reason)
        on_file(path, error)
    return list(islice(_different(kept, max(1, round(FILE_SHARE * wanted))), wanted))


def find_examples(name: str) -> Examples:
    """The examples that can be labelled under a name. Raises `InputError` for an unknown name."""
    known = {defect.examples.name: defect.examples for defect in all_defects() if defect.examples}
    if name not in known:
        raise InputError(f"{name}: nothing to label, there are {', '.join(known)}")
    return known[name]


def entropy(thoughts: Mapping[str, float]) -> float:
    """The entropy of probabilities by name, in bits."""
    likely = np.clip(np.array(list(thoughts.values())), 1e-9, 1.0)
    return float(-(likely * np.log2(likely)).sum())


def _keep(kept: list[Candidate], kind: str, file: str, moment: Moment, most: int) -> None:
    """Put a moment in its place among the most informative, if it is one of them."""
    informativeness = entropy(moment.thoughts)
    if len(kept) == most and informativeness <= kept[-1].informativeness:
        return
    content = moment.shown()
    candidate = Candidate(kind, file, moment.start_s, moment.thoughts, moment.media_type, content, informativeness)
    insort(kept, candidate, key=lambda one: -one.informativeness)
    del kept[most:]


def _different(rank_magnitude: list[Candidate], per_file: int) -> Iterator[Candidate]:
    """In order, but not two moments close together; those over a file's share come last."""
    taken: dict[str, list[float]] = {}
    later: list[Candidate] = []
    for candidate in rank_magnitude:
        times = taken.setdefault(candidate.file, [])
        if any(abs(candidate.start_s - time_s) < APART_S for time_s in times):
            continue
        times.append(candidate.start_s)
        if len(times) > per_file:
            later.append(candidate)
        else:
            yield candidate
    yield from later
