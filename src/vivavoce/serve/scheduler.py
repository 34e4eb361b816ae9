"""A bounded pool of threads that runs first whatever a listener will need first."""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any, TypeVar

Result = TypeVar("Result")


class DeadlineScheduler:
    """Runs short jobs on `threads` threads, earliest deadline first.

    A job is a chunk of one stream, so that no listener waits while another is served far ahead of what it has heard.
    A job that is cancelled while it waits is never begun; one that runs is let run to its end.
    """

    def __init__(self, threads: int) -> None:
        self._jobs: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"speech-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Jobs that no thread has begun."""
        return len(self._jobs)

    async def run(self, job: Callable[[], Result], deadline_s: float) -> Result:
        """The answer of `job`, run in a thread; `deadline_s` by `time.monotonic` says how urgent it is."""
        future: Future[Result] = Future()
        with self._changed:
            if self._is_closed:
                raise RuntimeError("the scheduler is closed")
            heapq.heappush(self._jobs, (deadline_s, next(self._numbers), future, job))
            self._changed.notify()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Begin nothing more, and wait for what runs."""
        with self._changed:
            self._is_closed = True
            for _, _, future, _ in self._jobs:
                future.cancel()
            self._jobs.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._is_closed)
                if not self._jobs:
                    return
                _, _, future, job = heapq.heappop(self._jobs)
            if future.set_running_or_notify_cancel():
                _run(job, future)
            del future, job


def _run(job: Callable[[], Any], future: Future[Any]) -> None:
    """Answer a future; a loop that has gone meanwhile is no reason for the thread to end."""
    try:
        result = job()
    except BaseException as error:
        answer, value = future.set_exception, error
    else:
        answer, value = future.set_result, result
    try:
        answer(value)
    except RuntimeError:
        return
