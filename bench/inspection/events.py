"""Events against the truth: how many were found, missed and made up, by us and by stock filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.inspection.ffmpeg_baselines import Interval, intervals
from bench.inspection.made_cases import Case, sentences
from vivavoce.inspection import Event, Inspection, InspectionJob, find_defect, inspect_files
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.block_corruption.detect import BlockCorruption
from vivavoce.inspection.media import VideoFrame
from vivavoce.inspection.simulation import Truth

OVERLAP, TOLERANCE_S = 0.3, 0.1
HEARD = ("audio_dropout", "hum", "hiss", "distortion", "clicks")
RULE = "area over .07"
CORRUPT_SHARE, LEAST_CORRUPT_S = 0.07, 0.3
CLEAN_SPEECH = (
    "kathleen", "prompts", "kerstin", "nathalie", "ensemble", "ensemble-dev", "intonation", "speechocean",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Events of one detector or filter on the cases of one defect."""

    found: int = 0
    missed: int = 0
    false: int = 0

    def add(self, truths: Sequence[Truth], events: Sequence[Interval]) -> None:
        """Count one file."""
        hit = [any(matches(truth, event) for event in events) for truth in truths]
        self.found += sum(hit)
        self.missed += len(hit) - sum(hit)
        self.false += sum(not any(matches(truth, event) for truth in truths) for event in events)

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.found / max(1, 2 * self.found + self.false + self.missed)


@dataclass(slots=True)
class EventScores:
    """Truths and false events of one strength with their scores: what `--min-score` would leave of them."""

    truths: list[float] = field(default_factory=list[float])
    """The highest score of an event that matches, 0 for a truth that was missed."""
    false: list[float] = field(default_factory=list[float])

    def add(self, truths: Sequence[Truth], events: Sequence[Event]) -> None:
        """Take one file."""
        spans = [(event.start_s, event.end_s) for event in events]
        for truth in truths:
            hits = [e.score for e, span in zip(events, spans, strict=True) if matches(truth, span)]
            self.truths.append(round(max(hits, default=0.0), 3))
        self.false += [
            round(event.score, 3)
            for event, span in zip(events, spans, strict=True)
            if not any(matches(truth, span) for truth in truths)
        ]


def matches(truth: Truth, event: Interval) -> bool:
    """Whether an event overlaps the truth by 0.3 of what both cover, edges taken with 0.1 s of tolerance.

    Of captions, whose truth spans all that are wrong and whose events are one each, any overlap counts.
    """
    if truth.defect == "caption_quality":
        return event[0] < truth.end_s and event[1] > truth.start_s
    start_s, end_s = max(truth.start_s, event[0]) - TOLERANCE_S, min(truth.end_s, event[1]) + TOLERANCE_S
    union_s = max(truth.end_s, event[1]) - min(truth.start_s, event[0])
    return end_s > start_s and (end_s - start_s) / max(union_s, 2 * TOLERANCE_S) > OVERLAP


def tally(cases: Sequence[Case], defect: str, workers: int) -> tuple[dict[str, Tally], dict[str, EventScores]]:
    """Ours by strength and in all, every stock filter, and of corrupt blocks the rule instead of the decision; and the
    scores of ours by strength."""
    results = inspect_safely([case.path for case in cases], (defect,), workers) if cases else {}
    tallies: dict[str, Tally] = {}
    scores: dict[str, EventScores] = {}
    for case in cases:
        truths = [asked for truth in case.truths if (asked := asked_for(truth)) is not None]
        if not truths:
            continue
        ours = [event for event in results[str(case.path)].events if event.defect == defect]
        scores.setdefault(case.strength, EventScores()).add(truths, ours)
        events = [(event.start_s, event.end_s) for event in ours]
        for label in (case.strength, "all"):
            tallies.setdefault(label, Tally()).add(truths, events)
        for baseline in find_defect(defect).baselines:
            tallies.setdefault(baseline.label, Tally()).add(truths, intervals(baseline, case.path))
        if defect == "block_corruption":
            tallies.setdefault(RULE, Tally()).add(truths, by_rule(case.path))
    return tallies, scores


def asked_for(truth: Truth) -> Truth | None:
    """Of corrupt blocks, from the first to the last picture with 7 % of them; None where that is under 0.3 s."""
    if truth.defect != "block_corruption":
        return truth
    shares = truth.details["shares"]
    picture_s = (truth.end_s - truth.start_s) / len(shares)
    wrong = [number for number, share in enumerate(shares) if share >= CORRUPT_SHARE]
    if len(wrong) * picture_s < LEAST_CORRUPT_S:
        return None
    first, last = wrong[0], wrong[-1] + 1
    return replace(truth, start_s=truth.start_s + first * picture_s, end_s=truth.start_s + last * picture_s)


@dataclass(frozen=True, slots=True)
class Alarm:
    """An event where nothing is wrong."""

    material: str
    """`video` or `speech`."""
    file: str
    defect: str
    start_s: float
    end_s: float


def clean_alarms(
    data: Path, names: Sequence[str], detectors: tuple[str, ...], workers: int
) -> tuple[list[Alarm], dict[str, float]]:
    """Alarms on whole clean clips and on all clean speech of the test splits, and the hours of each.

    Speech is given to those that listen; its hours say nothing of those that watch.
    """
    heard = tuple(name for name in detectors if name in HEARD)
    speech = [path for folder in CLEAN_SPEECH for path in _test_speech(data / "speech" / folder)] if heard else []
    results = {
        "video": inspect_safely([data / "video" / name for name in names], detectors, workers),
        "speech": inspect_safely(speech, heard, workers),
    }
    alarms = [
        Alarm(material, Path(result.file).name, event.defect, round(event.start_s, 2), round(event.end_s, 2))
        for material, inspections in results.items()
        for result in inspections.values()
        for event in result.events
        if event.defect in detectors
    ]
    return alarms, {material: _hours(inspections.values()) for material, inspections in results.items()}


def _hours(results: Iterable[Inspection]) -> float:
    return sum(result.seconds for result in results) / 3600


def inspect_safely(paths: Iterable[Path], names: tuple[str, ...], workers: int) -> dict[str, Inspection]:
    """Results by file."""
    files = list(paths)
    found = inspect_files(files, InspectionJob(names, stall_s=600.0), workers) if files else ()
    return {result.file: result for result in found}


def by_rule(path: Path) -> list[Interval]:
    """What the first version of the decision would have told: a share of the map, without learning."""
    events = []
    with open_media(path) as media:
        detector, end_s = BlockCorruption(media.info, decision="area"), 0.0
        for part in media.parts():
            if isinstance(part, VideoFrame):
                end_s = part.time_s + part.seconds
                events += detector.on_frame(part)
        events += detector.finish(end_s)
    return [(event.start_s, event.end_s) for event in events]


def _test_speech(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for row in sentences(folder) for path in (folder / "audio").glob(f"{row['id']}.*")]
