"""Moments of a file that people can label, and that networks then learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from vivavoce.inspection.decode import Media
from vivavoce.inspection.detector import Detector, Sampler, Sampling
from vivavoce.inspection.labels.shown import png_of
from vivavoce.inspection.media import Plane, VideoFrame

SMALLEST = 48
"""Pixels a side under which nobody can tell what is shown."""


@dataclass(frozen=True)
class Moment:
    """What may become a candidate; `shown` is called at once, or never."""

    start_s: float
    thoughts: Mapping[str, float]
    """What the network thinks it is: probabilities by answer."""
    media_type: str
    shown: Callable[[], bytes]


@dataclass(frozen=True)
class Examples:
    """One thing to label: its name for `vivavoce label --for`, where its moments come from, the answers there are."""

    name: str
    moments: Callable[[Media], Iterator[Moment]]
    answers: tuple[str, ...]


def frame_examples(
    defect: str,
    kind: type[Detector],
    likelihood: Callable[[Detector, list[Plane]], float],
    sampling: Sampling | None = None,
) -> Examples:
    """Frames, each time as many in a row as `sampling` gives (None: the detector's own), that show the defect or do
    not.

    `likelihood` takes the luma of those frames, (height, width) each, and gives a probability.
    """
    chosen = sampling or kind.sampling
    burst = chosen.burst

    def moments(media: Media) -> Iterator[Moment]:
        detector, sampler = kind(media.info), Sampler(chosen)
        recent: list[tuple[int, Plane]] = []
        for part in media.parts():
            if not isinstance(part, VideoFrame) or min(part.luma.shape) < SMALLEST or not sampler.takes(part):
                continue
            recent.append((part.number, part.luma.copy()))
            if len(recent) == burst:
                lumas = [luma for _, luma in recent]
                if part.number - recent[0][0] == burst - 1 and len({luma.shape for luma in lumas}) == 1:
                    likely = likelihood(detector, lumas)
                    thoughts = {"none": 1.0 - likely, defect: likely}
                    yield Moment(round(part.time_s, 3), thoughts, "image/png", partial(png_of, part.luma))
                recent = []

    return Examples(defect, moments, ("none", defect))
