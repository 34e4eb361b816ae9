"""What ffmpeg's own filters say, through PyAV's filter graphs: the figures to beat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vivavoce.inspection import Baseline, find_defect

Interval = tuple[float, float]


Notes = list[tuple[float, dict[str, str]]]
"""Time in seconds and metadata of each frame that a filter lets through."""

BLOCKS = find_defect("blockiness").baselines[0]
CHANGE = find_defect("tearing").baselines[0]
JOIN_S = 0.25


def intervals(baseline: Baseline, path: Path) -> list[Interval]:
    """Run a filter over a file; (start_s, end_s) of what it reports. Files it cannot take give none."""
    notes = read_notes(baseline, path)
    return _pair(notes, baseline) if baseline.start else _join(notes, baseline)


def read_notes(baseline: Baseline, path: Path) -> Notes:
    """What a filter notes on a file, up to where it fails."""
    notes: Notes = []
    try:
        with av.open(str(path)) as container:
            streams = container.streams.audio if baseline.audio else container.streams.video
            if streams:
                notes.extend(_run(container, streams[0], baseline))
    except av.error.FFmpegError:
        pass
    return notes


def _run(container: InputContainer, stream: VideoStream | AudioStream, baseline: Baseline) -> Iterator:
    graph = Graph()
    if isinstance(stream, VideoStream):
        source = graph.add_buffer(template=stream)
    else:
        source = graph.add_abuffer(template=stream)
    last = source
    for name, options in baseline.filters:
        node = graph.add(name, options)
        last.link_to(node)
        last = node
    sink = graph.add("abuffersink" if baseline.audio else "buffersink")
    last.link_to(sink)
    graph.configure()
    for frame in container.decode(stream):
        assert isinstance(frame, VideoFrame | AudioFrame)
        graph.push(frame)
        yield from _pull(graph)
    graph.push(None)
    yield from _pull(graph)


def _pull(graph: Graph) -> Iterator[tuple[float, dict[str, str]]]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield frame.time or 0.0, dict(frame.metadata)


def _pair(notes: Notes, baseline: Baseline) -> list[Interval]:
    """Intervals that the filter itself opens and closes."""
    found: list[Interval] = []
    begun, last = None, 0.0
    for time_s, note in notes:
        begun = float(note[baseline.start]) if baseline.start in note else begun
        if baseline.end in note and begun is not None:
            found.append((begun, float(note[baseline.end])))
            begun = None
        last = time_s
    return [*found, (begun, last)] if begun is not None and notes else found


def _join(notes: Notes, baseline: Baseline) -> list[Interval]:
    """Frames whose value is beyond the threshold, joined where they lie close."""
    found: list[Interval] = []
    for time_s, note in notes:
        value = _number(note.get(baseline.key, "nan"))
        if (value < baseline.threshold) if baseline.below else (value > baseline.threshold):
            begun = found.pop()[0] if found and time_s - found[-1][1] < JOIN_S else time_s
            found.append((begun, time_s + baseline.step_s))
    return found


def _number(value: str) -> float:
    """A filter's value; of idet, whether the frame is of two fields."""
    return float(value in ("tff", "bff")) if value.isalpha() and value != "nan" else float(value)
