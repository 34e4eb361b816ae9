"""A manifest of texts to files of speech: each once, whole or not at all, in as many processes as there are cores."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from vivavoce.audio import FORMATS, write_blocks
from vivavoce.blocks.json_values import parse_json, read_dataclass
from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.serve.captions import MarkReader, as_json
from vivavoce.serve.synthesis import Engine, Style
from vivavoce.shard import Shard

_LONGEST_LINE = 1 << 20
_LONGEST_ID_BYTES = 200
_NOT_IN_NAMES = set('/\\:*?"<>|\0')
_ENGINES: dict[tuple[str, ...], Engine] = {}
"""Of this process: a voice is loaded once, whatever is spoken by it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A line of a manifest. `id` names the file."""

    id: str
    text: str
    voice: str = ""
    speaker: str = ""
    format: str = "wav"
    rate: float = 1.0
    pitch: float = 0.0
    prosody: str = "none"
    temperature: float = 0.0
    seed: int = 0
    pauses: float = 1.0

    def __post_init__(self) -> None:
        is_long = len(self.id.encode("utf-8", "surrogatepass")) > _LONGEST_ID_BYTES
        if is_long or not self.id.isprintable() or _NOT_IN_NAMES & set(self.id) or self.id[:1] in ("", "."):
            raise InputError(f"id {self.id[:60]!r} cannot be the name of a file")
        if self.format not in FORMATS:
            raise InputError(f"format {self.format[:20]!r} is none of {', '.join(FORMATS)}")

    @property
    def key(self) -> str:
        """Whatever decides what is said and how: a file of the same key is not made again."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job."""

    id: str
    seconds: float = 0.0
    error: str = ""
    is_new: bool = True


def read_manifest(path: Path, shard: Shard) -> list[Job]:
    """The jobs of a shard. Raises `InputError` naming the line of one that is wrong, or whose id is there twice."""
    jobs: list[Job] = []
    lines: dict[str, int] = {}
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            place = f"{path}, line {number}"
            if len(line) > _LONGEST_LINE:
                raise InputError(f"{place}: longer than {_LONGEST_LINE >> 20} MiB")
            if not line.strip():
                continue
            job = read_dataclass(Job, parse_json(line.strip(), place), place)
            if job.id in lines:
                raise InputError(f"{place}: id {job.id!r} is that of line {lines[job.id]}, give another")
            lines[job.id] = number
            jobs.append(job)
    return shard.take(jobs)


def run_batch(jobs: Iterable[Job], folder: Path, workers: int) -> Iterator[Outcome]:
    """Speak what is not spoken yet, in processes, and tell of each as it is done, in no order."""
    waiting: list[Job] = []
    for job in jobs:
        if (seconds := done_seconds(job, folder)) is not None:
            yield Outcome(job.id, seconds, is_new=False)
        else:
            waiting.append(job)
    workers = min(workers, len(waiting))
    if workers <= 1:
        yield from (speak_job(job, folder) for job in waiting)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(speak_job, job, folder) for job in waiting]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def run_batch_by_ray(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
    """The same on a cluster of Ray; `folder` is one that all its machines see. Raises `InputError` without Ray."""
    try:
        data: Any = import_module("ray.data")
    except ModuleNotFoundError as error:
        raise InputError('--engine ray needs Ray: pip install "vivavoce[ray]"') from error
    jobs = list(jobs)
    ready = [(job, done_seconds(job, folder)) for job in jobs]
    yield from (Outcome(job.id, seconds, is_new=False) for job, seconds in ready if seconds is not None)
    waiting = [{"job": json.dumps(asdict(job))} for job, seconds in ready if seconds is None]
    if not waiting:
        return
    spoken = data.from_items(waiting).map(_speak_row, fn_kwargs={"folder": str(folder)})
    for row in spoken.iter_rows():
        yield Outcome(**json.loads(row["outcome"]))


def _speak_row(row: dict[str, str], folder: str) -> dict[str, str]:
    return {"outcome": json.dumps(asdict(speak_job(Job(**json.loads(row["job"])), Path(folder))))}


def speak_job(job: Job, folder: Path) -> Outcome:
    """One file with its marks beside it; bad input is an outcome, not an exception."""
    try:
        return Outcome(job.id, _speak(job, folder))
    except InputError as error:
        return Outcome(job.id, error=str(error))


def done_seconds(job: Job, folder: Path) -> float | None:
    """How long the file of this very job is, if it is there."""
    marks = folder / f"{job.id}.json"
    try:
        told = json.loads(marks.read_bytes())
        if told["key"] == job.key and (folder / f"{job.id}.{job.format}").is_file():
            return float(told["duration"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _speak(job: Job, folder: Path) -> float:
    engine = _engine(job.voice)
    names = {speaker.id: speaker for speaker in engine.speakers}
    if job.speaker and job.speaker not in names:
        raise InputError(f"unknown speaker {job.speaker[:60]!r}, there are {', '.join(names)}")
    speaker = names[job.speaker] if job.speaker else engine.speakers[0]
    style = Style(speaker, job.rate, job.pitch, job.prosody, job.temperature, job.seed, job.pauses)
    speech = engine.speech(style)
    spoken = speech.whole(job.text)
    write_blocks(folder / f"{job.id}.{job.format}", [spoken.samples], speech.rate_hz, job.format)
    reader = MarkReader(job.text)
    seconds = round(len(spoken.samples) / speech.rate_hz, 4)
    told = {"id": job.id, "key": job.key, "duration": seconds, "speaker": speaker.id}
    marks = {"words": as_json(reader.words(spoken.marks)), "sentences": as_json(reader.sentences(spoken.marks))}
    # Last, because it says that the sound is there.
    write_text(folder / f"{job.id}.json", json.dumps({**told, **marks}, ensure_ascii=False) + "\n")
    return seconds


def _engine(voice: str) -> Engine:
    names = (voice,) if voice else ()
    if names not in _ENGINES:
        _ENGINES[names] = Engine(names)
    return _ENGINES[names]
