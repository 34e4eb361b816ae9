"""Everything a client of ill will can do, for half an hour, while honest ones listen.

    python -m bench.serve.hostile [--minutes 30] [--listeners 6] [--seed 0] [--log FILE]

One server. Spoiled requests, WebSocket messages and Wyoming events, hang-ups, slow readers and writers go on all the
time; three times in between ten thousand connections are opened that say nothing. What must not be: an honest text that
fails, an answer 500, an exception in the log, a request that is neither answered nor hung up on, a task, file or memory
that stays.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import socket
import sys
import tempfile
import time
from pathlib import Path

from websockets.exceptions import WebSocketException

from bench.serve.hostile_clients import HARMS, Harm, Met, ask_once, most_connections
from bench.serve.listeners import ASKS, Heard, listen
from bench.serve.server import free_port, memory_mb, open_files, running, streams_now
from bench.serve.soak import TEXTS
from bench.shared.results import Table, write_result

SOURCES = (
    "bench/serve/hostile.py", "bench/serve/hostile_clients.py", "bench/serve/fuzzing.py",
    "src/vivavoce/serve/protocols", "src/vivavoce/serve/guard.py", "src/vivavoce/serve/connection.py",
)  # fmt: skip
FLOODS = 3
HELD_S = 5.0


async def attack(port: int, wyoming: int, arguments: argparse.Namespace) -> tuple[Heard, Met, list[float]]:
    """All at once until the time is over: what the honest heard, what the hostile met, and how long an honest request
    took in each flood of connections."""
    heard, met, floods = Heard(), Met(), list[float]()
    begun_s = time.perf_counter()
    until_s = begun_s + 60 * arguments.minutes

    async def listener(number: int) -> None:
        chance = random.Random(number)
        while time.perf_counter() < until_s:
            try:
                await listen(chance.choice(ASKS), port, chance.choice(TEXTS), heard, until_s)
            except (OSError, EOFError, WebSocketException) as error:
                heard.failures.append(f"{time.perf_counter() - begun_s:.0f} s: {error!r}")
                await asyncio.sleep(1)

    async def harm(kind: Harm, seed: int) -> None:
        chance = random.Random(f"{kind.__name__} {seed} {arguments.seed}")
        while time.perf_counter() < until_s:
            try:
                await kind(port, wyoming, chance, met)
            except OSError as error:
                met.note("connections", type(error).__name__, b"")
            await asyncio.sleep(0.02)

    async def flooding() -> None:
        for number in range(FLOODS):
            await asyncio.sleep(begun_s + (until_s - begun_s) * (number + 0.5) / FLOODS - time.perf_counter())
            floods.append(await _flood(port, met))

    await asyncio.gather(
        *(listener(number) for number in range(arguments.listeners)),
        *(harm(kind, seed) for kind, count in HARMS for seed in range(count)),
        flooding(),
    )
    return heard, met, floods


async def _flood(port: int, met: Met) -> float:
    """Open connections that say nothing, ask for speech in their midst, and return how long its first sound took."""
    silent = await asyncio.to_thread(_open_silent, port, met)  # apart from the honest, whom it would delay
    try:
        heard = Heard()
        await listen(ASKS[0], port, TEXTS[0], heard, time.perf_counter())
        await asyncio.sleep(HELD_S)
        return heard.first_s[0]
    finally:
        for connection in silent:
            connection.close()


def _open_silent(port: int, met: Met) -> list[socket.socket]:
    silent: list[socket.socket] = []
    for _ in range(most_connections()):
        try:
            silent.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            met.note("silent connections", "opened", b"")
        except OSError as error:
            met.note("silent connections", type(error).__name__, b"")
    return silent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--listeners", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, default=Path(tempfile.gettempdir()) / "vivavoce-hostile.log")
    arguments = parser.parse_args()
    load, wyoming = os.getloadavg()[0], free_port()
    with running("--wyoming", f"127.0.0.1:{wyoming}", log=arguments.log) as (port, process):
        asyncio.run(ask_once(port))
        begun_s, before_mb = time.perf_counter(), memory_mb(process)
        heard, met, floods = asyncio.run(attack(port, wyoming, arguments))
        wall_s = time.perf_counter() - begun_s
        time.sleep(60)  # so that who is silent has been hung up on, and free memory given back
        left, files, after_mb = streams_now(port), open_files(process), memory_mb(process)
    exceptions = re.findall(r"^(?:Traceback|\S.* ERROR .*)", arguments.log.read_text(errors="replace"), re.MULTILINE)
    rows = [
        ("load of the machine before, and after", f"{load:.1f}, {os.getloadavg()[0]:.1f}"),
        ("time", f"{wall_s / 60:.0f} min"),
        *((kind, ", ".join(f"{count} x {answer}" for answer, count in sorted(answers.items())))
          for kind, answers in sorted(met.answers.items())),
        ("honest listeners in real time, their texts", f"{arguments.listeners}, {heard.texts}"),
        ("of these that failed", f"{len(heard.failures)}"),
        ("first sound, median and 99th percentile",
         f"{1000 * heard.percentile(0.5):.0f} ms, {1000 * heard.percentile(0.99):.0f} ms"),
        ("underruns", f"{heard.underruns}"),
        ("first sound amid the silent connections", ", ".join(f"{1000 * first_s:.0f} ms" for first_s in floods)),
        ("answers 500", f"{len(met.failed)}"),
        ("exceptions in the log", f"{len(exceptions)}"),
        ("requests neither answered nor hung up on", f"{len(met.unanswered)}"),
        ("memory after each request was asked once, and a minute after all", f"{before_mb:.0f} MB, {after_mb:.0f} MB"),
        ("texts still spoken, open files after all had gone", f"{left}, {files}"),
    ]  # fmt: skip
    figures = {
        "failures": heard.failures[:20], "unanswered": met.unanswered[:20], "failed": met.failed[:20],
        "exceptions": exceptions[:20], "first_p99_s": heard.percentile(0.99), "grown_mb": after_mb - before_mb,
    }  # fmt: skip
    write_result("serve-hostile", {"main": Table(("what", "measured"), rows)}, SOURCES, figures)
    print("\n".join(f"{name}: {value}" for name, value in rows), file=sys.stderr)
    return int(bool(heard.failures or met.failed or met.unanswered or exceptions or left))


if __name__ == "__main__":
    sys.exit(main())
