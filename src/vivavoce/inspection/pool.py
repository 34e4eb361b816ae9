"""Many files over several processes, each watched: one that stalls or dies costs its own file alone."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.session import Inspection, Settings, inspect_file

ProgressCallback = Callable[[Path, float, float | None], None]
"""Progress of one file: the file, seconds done, seconds in all."""

POLL_S, START_S = 0.5, 60.0


@dataclass(frozen=True, slots=True)
class InspectionJob:
    """What every file of a run is asked."""

    names: tuple[str, ...]
    limits: Limits = DEFAULT_LIMITS
    settings: Settings | None = None
    """Thresholds that differ from the defaults."""
    stall_s: float = 60.0
    """A file that decodes nothing for so long is given up."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    path: Path | None = None
    heard_s: float = field(default_factory=time.monotonic)
    began: bool = False
    """Whether it has taken the path up: a new process needs seconds to start, which is no stall."""


def inspect_files(
    paths: Sequence[Path], job: InspectionJob, workers: int, on_progress: ProgressCallback | None = None
) -> Iterator[Inspection]:
    """Inspect files in processes of their own and give each result as it is ready, in no order."""
    waiting = deque(paths)
    pool = [_start(job) for _ in range(max(1, min(workers, len(paths))))]
    try:
        for worker in pool:
            _feed(worker, waiting)
        while any(worker.path for worker in pool):
            ready = wait([worker.pipe for worker in pool if worker.path], POLL_S)
            for index, worker in enumerate(pool):
                result = _answer(worker, worker.pipe in ready, job, on_progress)
                if result is None:
                    continue
                yield result
                if worker.process.is_alive():
                    worker.path = None
                elif waiting:
                    pool[index] = worker = _start(job)
                else:
                    worker.path = None
                    continue
                _feed(worker, waiting)
    finally:
        for worker in pool:
            _stop(worker)


def _answer(
    worker: _Worker, ready: bool, job: InspectionJob, on_progress: ProgressCallback | None
) -> Inspection | None:
    """A worker's result if it has one; an `Inspection` with an error where it stalls or has died."""
    path = worker.path
    if path is None:
        return None
    if ready:
        try:
            kind, *values = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            return Inspection(str(path), (), error=f"{path}: the decoder crashed (exit {worker.process.exitcode})")
        worker.heard_s, worker.began = time.monotonic(), True
        if kind == "done":
            return values[0]
        if on_progress:
            on_progress(path, *values)
    elif time.monotonic() - worker.heard_s > (job.stall_s if worker.began else job.stall_s + START_S):
        _stop(worker)
        return Inspection(str(path), (), error=f"{path}: nothing was decoded for {job.stall_s:g} s, given up")
    return None


def _feed(worker: _Worker, waiting: deque[Path]) -> None:
    if waiting:
        worker.path, worker.heard_s, worker.began = waiting.popleft(), time.monotonic(), False
        worker.pipe.send(worker.path)


def _start(job: InspectionJob) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, job), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _stop(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.join(0 if worker.path else 1)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


def _serve(pipe: Connection, job: InspectionJob) -> None:
    """A worker's life: take a path, inspect, answer, until nobody asks any more."""
    bound_memory(job.limits.memory_bytes)
    while True:
        try:
            path = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        pipe.send(("progress", 0.0, None))

        def tell(done_s: float, all_s: float | None) -> None:
            pipe.send(("progress", done_s, all_s))

        pipe.send(("done", inspect_safely(path, job, tell)))


def bound_memory(most_bytes: int) -> None:
    """Let this process have so much address space and no more, where the system can: a file that declares sizes that
    none has then costs an error, not the machine's memory."""
    try:
        resource: Any = import_module("resource")
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > most_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, hard))


def inspect_safely(path: Path, job: InspectionJob, progress: Any = None) -> Inspection:
    """One file; a fault of ours becomes the file's error, so that the others go on."""
    try:
        return inspect_file(path, job.names, job.limits, progress, job.settings)
    except MemoryError:
        return Inspection(str(path), (), error=f"{path}: needs more memory than there is")
    except Exception as error:
        return Inspection(str(path), (), error=f"{path}: inspection failed ({type(error).__name__}: {error})")
