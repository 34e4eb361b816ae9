"""By how much a clip's sound comes after its lips as it is: shut lips against /p/, /b/ and /m/ in the sound.

Lips are shut from the moment on when a bilabial falls silent or begins to hum, until it bursts. When it does so in the
sound stands in `lips_closures.tsv`: read off spectrograms by hand, not off the lips. `python -m bench.inspection.lips
--data DATA` measures the gap between the lips in every picture, with a face mesh that looks at each alone
(`pip install mediapipe==0.10.14`), and writes `lips_late.tsv`, which `inspection.py` takes for the truth of lip sync.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

CLOSURES, LATE = (Path(__file__).with_name(name) for name in ("lips_closures.tsv", "lips_late.tsv"))
LAGS_S = np.arange(-0.3, 0.3001, 0.005)
USUAL_S = 0.07
"""How long lips are shut where only one end of a closure can be heard."""
NEAR_S, LONGEST_S = 0.09, 0.25
"""How far from the clip's rough offset a closure of the lips may lie, and how long it may last to tell anything."""
OPENED, LEAD_S = 0.2, 0.017
"""Lips count as shut below this share of the way to their next opening, so that they seem to shut sooner and to open
later than they do by this much, on average over all clips."""
LEAST_RISE, SHUT = 0.03, 0.05
"""In distances between the eyes' outer corners."""
SPREAD_MS = 24.0
"""Standard deviation of single closures about their clip's mean, over all clips."""
INSETS = {"slide_1080p": (slice(350, 600), slice(330, 560), 3)}
"""Rows and columns of faces that are too small in their picture for the mesh, and how many times they are enlarged."""
UPPER, LOWER, EYES = (13, 82, 312, 81, 311), (14, 87, 317, 178, 402), (33, 263)
"""Points of the face mesh: inner edges of the lips, outer corners of the eyes."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Closure:
    """One /p/, /b/ or /m/, or two in a row; None where speech around it hides when it begins or ends."""

    sound: str
    start_s: float | None
    end_s: float | None

    @property
    def span_s(self) -> tuple[float, float]:
        """Beginning and end, one of them perhaps guessed."""
        if self.start_s is None:
            assert self.end_s is not None
            return self.end_s - USUAL_S, self.end_s
        return self.start_s, self.start_s + USUAL_S if self.end_s is None else self.end_s


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """How far the lips are apart, (pictures,), in distances between the eyes' outer corners."""

    times_s: Array
    gaps: Array


@dataclass(frozen=True, slots=True)
class Lateness:
    """Of one clip, in milliseconds; positive: the sound is late."""

    late_ms: float
    error_ms: float
    """Half of the 95 % interval, from `SPREAD_MS`."""
    closures: int


def lateness(lips: Gaps, closures: Sequence[Closure]) -> Lateness | None:
    """By how much the sound is late; None where no closure can be found again in the lips.

    First the one lag under which the lips are most nearly shut in all closures, then each closure by itself: the times
    when the lips shut and open around it against those in the sound. The median of them, or the mean of two.
    """
    rough_s = _rough(lips, closures)
    found = [late for closure in closures if (late := _late(lips, closure, rough_s)) is not None]
    if not found:
        return None
    return Lateness(1000 * float(np.median(found)), 1.96 * SPREAD_MS / len(found) ** 0.5, len(found))


def _rough(lips: Gaps, closures: Sequence[Closure]) -> float:
    """The middle of the lags under which the lips are shut in all closures."""
    share = np.minimum(lips.gaps / np.quantile(lips.gaps, 0.75), 1.0)
    spans = np.concatenate([np.linspace(*closure.span_s, 12) for closure in closures])
    open_share = np.array([np.interp(spans - lag, lips.times_s, share).mean() for lag in LAGS_S])
    best = int(open_share.argmin())
    shut = open_share < open_share[best] + 0.35 * (np.median(open_share) - open_share[best])
    first = last = best
    while first > 0 and shut[first - 1]:
        first -= 1
    while last < len(LAGS_S) - 1 and shut[last + 1]:
        last += 1
    return float(LAGS_S[first] + LAGS_S[last]) / 2


def _late(lips: Gaps, closure: Closure, rough_s: float) -> float | None:
    """Seconds by which one closure is later in the sound; None where the lips do not clearly shut and open."""
    fine_s = np.arange(lips.times_s[0], lips.times_s[-1], 0.001)
    gaps = np.interp(fine_s, lips.times_s, lips.gaps)
    middle_s = sum(closure.span_s) / 2 - rough_s
    near = np.flatnonzero(np.abs(fine_s - middle_s) < NEAR_S)
    if not len(near):
        return None
    lowest = int(near[(gaps[near] + 0.05 * np.abs(fine_s[near] - middle_s)).argmin()])
    shuts, opens = _edge(gaps[: lowest + 1][::-1]), _edge(gaps[lowest:])
    if gaps[lowest] > SHUT or shuts is None or opens is None or (shuts + opens) * 0.001 > LONGEST_S:
        return None
    ends = []
    if closure.start_s is not None:
        ends.append(closure.start_s - (fine_s[lowest] - 0.001 * shuts) - LEAD_S)
    if closure.end_s is not None:
        ends.append(closure.end_s - (fine_s[lowest] + 0.001 * opens) + LEAD_S)
    return float(np.mean(ends))


def _edge(gaps: Array) -> int | None:
    """How many steps the lips stay shut, from the lowest gap on; None where they do not open."""
    top, rise = gaps[0], 0
    while rise < min(len(gaps), 400) and gaps[rise] >= top - 0.02:
        top = max(top, gaps[rise])
        rise += 1
    if top - gaps[0] < LEAST_RISE:
        return None
    return int((gaps > gaps[0] + OPENED * (top - gaps[0])).argmax())


def lip_gaps(path: Path) -> Gaps:
    """Measure the lips of the one face of a clip, each picture alone: what follows a face lags behind it."""
    import av
    from mediapipe.python.solutions.face_mesh import FaceMesh

    mesh = FaceMesh(static_image_mode=True, refine_landmarks=True, min_detection_confidence=0.3)
    times_s, gaps = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            if path.stem in INSETS:
                rows, columns, times = INSETS[path.stem]
                picture = picture[rows, columns].repeat(times, axis=0).repeat(times, axis=1)
            found = mesh.process(picture).multi_face_landmarks
            if found and frame.time is not None:
                height, width = picture.shape[:2]
                points = np.array([(p.x * width, p.y * height) for p in found[0].landmark])
                eyes = np.hypot(*(points[EYES[0]] - points[EYES[1]]))
                apart = np.linalg.norm(points[list(UPPER)] - points[list(LOWER)], axis=1)
                times_s.append(frame.time)
                gaps.append(apart.mean() / eyes)
    return Gaps(np.array(times_s), np.array(gaps))


def read_closures(path: Path = CLOSURES) -> dict[str, list[Closure]]:
    """Closures by clip, named as the file is without its suffix."""
    closures: dict[str, list[Closure]] = {}
    for row in _rows(path):
        start_s, end_s = (float(row[key]) if row[key] else None for key in ("start_s", "end_s"))
        closures.setdefault(row["clip"], []).append(Closure(row["sound"], start_s, end_s))
    return closures


def own_late_ms(path: Path = LATE) -> dict[str, float]:
    """By how much each clip's sound is late as it is, by the clip's name without suffix."""
    return {row["clip"]: float(row["late_ms"]) for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/")
    parser.add_argument("--clip", action="append", help="only this, by its name without suffix; may be repeated")
    arguments = parser.parse_args()
    wanted = {clip: of for clip, of in read_closures().items() if not arguments.clip or clip in arguments.clip}
    known = [] if not LATE.exists() else LATE.read_text(encoding="utf-8").splitlines()
    lines = [
        "clip\tlate_ms\terror_ms\tclosures",
        *(line for line in known[1:] if line.partition("\t")[0] not in wanted),
    ]
    for clip, closures in wanted.items():
        path = next((arguments.data / "video").glob(f"*/{clip}.*"), None)
        if path is None:
            print(f"lips: no clip {clip}", file=sys.stderr)
            return 1
        found = lateness(lip_gaps(path), closures)
        if found:
            lines.append(f"{clip}\t{found.late_ms:.0f}\t{found.error_ms:.0f}\t{found.closures}")
            print(lines[-1], flush=True)
    LATE.write_text("\n".join([lines[0], *sorted(lines[1:])]) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
