"""Several processes on one port: started, replaced when they die, ended together."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from multiprocessing.context import SpawnProcess

from vivavoce.errors import InputError
from vivavoce.serve.listening import listen
from vivavoce.serve.server import GRACE_S, serve
from vivavoce.serve.settings import Settings

_REFUSED = 2
"""Exit code of a process whose settings are wrong."""


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Raises `InputError` for an address that cannot be listened on."""
    if settings.workers > 1:
        return _supervise(settings)
    serve(settings, listen(settings))
    return 0


def _supervise(settings: Settings) -> int:
    """Run worker processes on one port, replacing those that die, until SIGTERM or SIGINT."""
    if settings.port == 0 or settings.unix:
        raise InputError("workers cannot share port 0 or a Unix socket: give a port, or --workers 1")
    probe = listen(settings, share=True)  # refuses here what the workers could not bind
    for listening in (*probe.http, probe.wyoming):
        if listening:
            listening.close()
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: ending.append(number))
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="vivavoce-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder

        def start() -> SpawnProcess:
            worker = context.Process(target=_work, args=(settings,))
            worker.start()
            return worker

        workers = [start() for _ in range(settings.workers)]
        is_refused = False
        while not (ending or is_refused):
            time.sleep(0.5)
            is_refused = any(worker.exitcode == _REFUSED for worker in workers)
            workers = [worker if worker.is_alive() or ending or is_refused else start() for worker in workers]
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(settings.drain_s + 2 * GRACE_S)
    return _REFUSED if is_refused else 0


def _work(settings: Settings) -> None:
    """One worker's process. Settings that it cannot follow, another one started in its place could not either."""
    try:
        serve(settings, listen(settings, share=True))
    except InputError as error:
        print(f"vivavoce: {error}", file=sys.stderr)
        sys.exit(_REFUSED)
