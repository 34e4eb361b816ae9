"""Moments of unlabelled files, ranked by how little the networks are sure of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from vivavoce.inspection.decode import Media, open_media
from vivavoce.inspection.detector import Detector, Sampler
from vivavoce.inspection.detectors.audio_artifacts import AudioArtifacts
from vivavoce.inspection.detectors.block_corruption import BlockCorruption
from vivavoce.inspection.detectors.blockiness import Blockiness
from vivavoce.inspection.detectors.tearing import Tearing
from vivavoce.inspection.features.grid import SMALLEST
from vivavoce.inspection.features.sound import is_quiet
from vivavoce.inspection.labels.shown import png_of, wav_of
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits, MediaError
from vivavoce.inspection.media import SOUND_RATE_HZ, Picture, Plane, Sound

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


@dataclass(frozen=True)
class Moment:
    """What may become a candidate; `shown` is called at once, or never."""

    start_s: float
    thoughts: Mapping[str, float]
    media_type: str
    shown: Callable[[], bytes]


Moments = Callable[[Media], Iterator[Moment]]


def rank(
    paths: Iterable[Path],
    kind: str,
    wanted: int,
    known: Collection[tuple[str, float]] = (),
    limits: Limits = DEFAULT_LIMITS,
    told: Callable[[Path, str | None], None] = lambda path, error: None,
) -> list[Candidate]:
    """The `wanted` most informative moments of some files, at least two seconds apart, the most informative first.

    `known` holds moments (file, start_s) that are labelled already; `told` hears of each file, and of what is wrong
    with it. Raises `UnavailableError` where the detector's addon is missing.
    """
    kept: list[Candidate] = []
    for path in paths:
        error = None
        try:
            with open_media(path, limits) as media:
                for moment in KINDS[kind].moments(media):
                    if (str(path), moment.start_s) not in known:
                        _keep(kept, kind, str(path), moment, MAX_DEPTH * wanted)
        except MediaError as reason:
            error = str(reason)
        told(path, error)
    return list(islice(_different(kept, max(1, round(FILE_SHARE * wanted))), wanted))


def entropy(thoughts: Mapping[str, float]) -> float:
    """Of probabilities, in bits."""
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


def _different(ranked: list[Candidate], per_file: int) -> Iterator[Candidate]:
    """In order, but not two moments close together; those over a file's share come last."""
    taken: dict[str, list[float]] = {}
    later: list[Candidate] = []
    for candidate in ranked:
        times = taken.setdefault(candidate.file, [])
        if any(abs(candidate.start_s - time_s) < APART_S for time_s in times):
            continue
        times.append(candidate.start_s)
        if len(times) > per_file:
            later.append(candidate)
        else:
            yield candidate
    yield from later


@dataclass(frozen=True)
class Kind:
    """One thing to label: where its moments come from, and the answers that there are."""

    moments: Moments
    answers: tuple[str, ...]


def _seconds(media: Media) -> Iterator[Moment]:
    detector = AudioArtifacts(media.info)
    for part in media.parts():
        if not isinstance(part, Sound) or part.stream or part.samples.shape[1] != SOUND_RATE_HZ:
            continue
        if not is_quiet(part.mono):
            likely = detector.judge(part.mono[None])[0]
            thoughts = dict(zip(detector.classes, map(float, likely), strict=True))
            yield Moment(round(part.start_s, 3), thoughts, "audio/wav", partial(wav_of, part.mono))


def _pictures(defect: str, kind: type[Detector], judge: Callable[[Detector, list[Plane]], float]) -> Moments:
    burst = kind.sampling.burst

    def moments(media: Media) -> Iterator[Moment]:
        detector, sampler = kind(media.info), Sampler(kind.sampling)
        recent: list[tuple[int, Plane]] = []
        for part in media.parts():
            if not isinstance(part, Picture) or min(part.luma.shape) < SMALLEST or not sampler.takes(part):
                continue
            recent.append((part.number, part.luma.copy()))
            if len(recent) == burst:
                lumas = [luma for _, luma in recent]
                if part.number - recent[0][0] == burst - 1 and len({luma.shape for luma in lumas}) == 1:
                    likely = judge(detector, lumas)
                    thoughts = {"none": 1.0 - likely, defect: likely}
                    yield Moment(round(part.time_s, 3), thoughts, "image/png", partial(png_of, part.luma))
                recent = []

    return moments


def _corrupt(detector: Detector, pictures: list[Plane]) -> float:
    assert isinstance(detector, BlockCorruption)
    return detector.judge(*pictures).probability


def _torn(detector: Detector, pictures: list[Plane]) -> float:
    assert isinstance(detector, Tearing)
    return detector.judge(pictures)[0]


def _blocky(detector: Detector, pictures: list[Plane]) -> float:
    assert isinstance(detector, Blockiness)
    return detector.judge(pictures[0])[0]


KINDS: dict[str, Kind] = {
    "sound": Kind(_seconds, AudioArtifacts.classes),
    "block_corruption": Kind(_pictures("block_corruption", BlockCorruption, _corrupt), ("none", "block_corruption")),
    "tearing": Kind(_pictures("tearing", Tearing, _torn), ("none", "tearing")),
    "blockiness": Kind(_pictures("blockiness", Blockiness, _blocky), ("none", "blockiness")),
}
"""What can be labelled, by name."""
