"""What ffmpeg's own filters say, through PyAV's filter graphs: the figures to beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stock:
    """A filter, and how its notes on frames become intervals."""

    label: str
    kind: str
    filters: tuple[tuple[str, str], ...]
    read: Callable[[list[tuple[float, dict[str, str]]]], list[Interval]]


def intervals(stock: Stock, path: Path) -> list[Interval]:
    """Run a filter over a file; (start_s, end_s) of what it reports. Files it cannot take give none."""
    return stock.read(noted(stock, path))


def noted(stock: Stock, path: Path) -> list[tuple[float, dict[str, str]]]:
    """Time and metadata of each frame that a filter lets through, up to where it fails."""
    notes: list[tuple[float, dict[str, str]]] = []
    try:
        with av.open(str(path)) as container:
            streams = container.streams.video if stock.kind == "video" else container.streams.audio
            if streams:
                notes.extend(_noted(container, streams[0], stock))
    except av.error.FFmpegError:
        pass
    return notes


def _noted(container: InputContainer, stream: VideoStream | AudioStream, stock: Stock) -> Iterator:
    graph = Graph()
    if isinstance(stream, VideoStream):
        source = graph.add_buffer(template=stream)
    else:
        source = graph.add_abuffer(template=stream)
    last = source
    for name, options in stock.filters:
        node = graph.add(name, options)
        last.link_to(node)
        last = node
    sink = graph.add("buffersink" if stock.kind == "video" else "abuffersink")
    last.link_to(sink)
    graph.configure()
    for frame in container.decode(stream):
        assert isinstance(frame, VideoFrame | AudioFrame)
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[tuple[float, dict[str, str]]]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield frame.time or 0.0, dict(frame.metadata)


def _paired(start: str, end: str) -> Callable[[list[tuple[float, dict[str, str]]]], list[Interval]]:
    def read(notes: list[tuple[float, dict[str, str]]]) -> list[Interval]:
        found, begun, last = [], None, 0.0
        for time_s, note in notes:
            begun = float(note[start]) if start in note else begun
            if end in note and begun is not None:
                found.append((begun, float(note[end])))
                begun = None
            last = time_s
        return [*found, (begun, last)] if begun is not None and notes else found

    return read


def _over(key: str, threshold: float, step_s: float = 0.04, under: bool = False) -> Callable:
    def read(notes: list[tuple[float, dict[str, str]]]) -> list[Interval]:
        found: list[Interval] = []
        for time_s, note in notes:
            value = float(note.get(key, "nan"))
            if (value < threshold) if under else (value > threshold):
                if found and time_s - found[-1][1] < 0.25:
                    found[-1] = found[-1][0], time_s + step_s
                else:
                    found.append((time_s, time_s + step_s))
        return found

    return read


def _interlaced(notes: list[tuple[float, dict[str, str]]]) -> list[Interval]:
    marked = [(t, {"x": "1" if n.get("lavfi.idet.single.current_frame") in ("tff", "bff") else "0"}) for t, n in notes]
    return _over("x", 0.5)(marked)


FREEZE, BLACK, SILENCE = "lavfi.freezedetect.freeze", "lavfi.black", "lavfi.silence"
READ_FREEZE, READ_BLACK = _paired(f"{FREEZE}_start", f"{FREEZE}_end"), _paired(f"{BLACK}_start", f"{BLACK}_end")
READ_SILENCE = _paired(f"{SILENCE}_start", f"{SILENCE}_end")
BLOCKS = Stock("blockdetect", "video", (("blockdetect", ""),), _over("lavfi.block", 3.0))
STATS = (("signalstats", ""),)
CHANGE = Stock("signalstats YDIF", "video", STATS, _over("lavfi.signalstats.YDIF", 20.0))
AUDIO_STATS = (("astats", "metadata=1:reset=47"),)
STOCK: dict[str, tuple[Stock, ...]] = {
    "freeze": (
        Stock("freezedetect", "video", (("freezedetect", ""),), READ_FREEZE),
        Stock("freezedetect d=.4", "video", (("freezedetect", "d=0.4"),), READ_FREEZE),
    ),
    "stutter": (Stock("signalstats YDIF", "video", STATS, _over("lavfi.signalstats.YDIF", 0.1, under=True)),),
    "black": (
        Stock("blackdetect", "video", (("blackdetect", ""),), READ_BLACK),
        Stock("blackdetect d=.04", "video", (("blackdetect", "d=0.04"),), READ_BLACK),
    ),
    "combing": (Stock("idet", "video", (("idet", ""),), _interlaced),),
    "blur": (Stock("blurdetect", "video", (("blurdetect", ""),), _over("lavfi.blur", 7.0)),),
    "blockiness": (BLOCKS,),
    "block_corruption": (BLOCKS, CHANGE),
    "tearing": (CHANGE,),
    "colour_error": (Stock("signalstats SATAVG", "video", STATS, _over("lavfi.signalstats.SATAVG", 60.0)),),
    "flash": (
        Stock(
            "photosensitivity",
            "video",
            (("photosensitivity", "bypass=1"),),
            _over("lavfi.photosensitivity.badness", 1.0),
        ),
    ),
    "audio_dropout": (
        Stock("silencedetect", "audio", (("silencedetect", ""),), READ_SILENCE),
        Stock("silencedetect d=.05", "audio", (("silencedetect", "d=0.05"),), READ_SILENCE),
    ),
    "distortion": (
        Stock("astats flat factor", "audio", AUDIO_STATS, _over("lavfi.astats.Overall.Flat_factor", 0.5, step_s=1.0)),
    ),
    "hiss": (
        Stock("astats crossings", "audio", AUDIO_STATS, _over("lavfi.astats.1.Zero_crossings_rate", 0.15, step_s=1.0)),
    ),
    "clicks": (Stock("astats differences", "audio", AUDIO_STATS, _over("lavfi.astats.Overall.Max_difference", 0.4)),),
    "hum": (
        Stock(
            "lowpass, astats",
            "audio",
            (("lowpass", "f=130:p=2"), ("lowpass", "f=130:p=2"), *AUDIO_STATS),
            _over("lavfi.astats.Overall.RMS_level", -35.0, step_s=1.0),
        ),
    ),
}
"""The nearest stock filter for a defect; those without any have none."""
