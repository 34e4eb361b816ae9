"""Two hundred thousand requests as fast as one process answers them, with hang-ups and bad ones among them: memory and
tasks before and after.

    python -m bench.serve.crowd [--requests 200000] [--hangups 1000] [--bad 1000]

One of a hundred requests is a word that is said, the others look at what the server has. "Before" is after a tenth of
them, when everything has been asked for once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.serve.rude_clients import Caller, add_arguments, bad_request, cheap_request, hang_up
from bench.serve.server import memory_mb, open_files, processor_s, running, streams_now, tasks_now
from bench.shared.results import Table, write_result

SOURCES = (
    "bench/serve/crowd.py", "bench/serve/rude_clients.py", "src/vivavoce/serve/memory.py",
    "src/vivavoce/serve/guard.py", "src/vivavoce/serve/connection.py", "src/vivavoce/serve/streaming.py",
)  # fmt: skip
CALLERS = 8
LOOKS = 10
SETTLE_S = 35.0
"""Longer than the server keeps what is free."""


@dataclass
class Seen:
    """What the server's process was after each tenth."""

    memory_mb: list[float] = field(default_factory=list[float])
    tasks: list[int] = field(default_factory=list[int])


async def crowd(port: int, process: int, arguments: argparse.Namespace) -> tuple[Seen, Counter[int]]:
    """All requests in ten parts, the answers counted by status."""
    seen, statuses = Seen(), Counter[int]()
    for part in range(LOOKS):
        callers = [_call(port, CALLERS * part + number, arguments, statuses) for number in range(CALLERS)]
        await asyncio.gather(*callers, _hang_up(port, part, arguments.hangups // LOOKS))
        await asyncio.sleep(1)
        seen.memory_mb.append(memory_mb(process))
        seen.tasks.append(await asyncio.to_thread(tasks_now, port))
        print(f"{part + 1} of {LOOKS}: {seen.memory_mb[-1]:.1f} MB, {seen.tasks[-1]} tasks", file=sys.stderr)
    return seen, statuses


async def _call(port: int, seed: int, arguments: argparse.Namespace, statuses: Counter[int]) -> None:
    chance, caller = random.Random(seed), Caller(port)
    bad = arguments.bad // LOOKS // CALLERS
    asked = [bad_request] * bad + [cheap_request] * (arguments.requests // LOOKS // CALLERS)
    chance.shuffle(asked)
    for make in asked:
        await caller.ask(make(chance))
    await caller.close()
    statuses.update(caller.statuses)


async def _hang_up(port: int, seed: int, count: int) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        await hang_up(port, chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with running() as (port, process):
        begun_s = time.perf_counter()
        seen, statuses = asyncio.run(crowd(port, process, arguments))
        wall_s, used_s = time.perf_counter() - begun_s, processor_s(process)
        time.sleep(SETTLE_S)
        after_mb, left, files, tasks = memory_mb(process), streams_now(port), open_files(process), tasks_now(port)
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    grown_mb = seen.memory_mb[-1] - seen.memory_mb[0]
    rows = [
        ("load of the machine before, and after", f"{load:.1f}, {os.getloadavg()[0]:.1f}"),
        ("requests, and their answers", f"{sum(statuses.values())}: {answers}"),
        ("hang-ups beside them", f"{arguments.hangups}"),
        ("time", f"{wall_s:.0f} s, {used_s:.0f} s of the server's processor time"),
        ("memory after each tenth, MB", ", ".join(f"{value:.0f}" for value in seen.memory_mb)),
        ("grown from the first tenth to the last", f"{grown_mb:+.1f} MB"),
        (f"memory {SETTLE_S:.0f} s after all had gone", f"{after_mb:.0f} MB"),
        ("tasks after each tenth", ", ".join(map(str, seen.tasks))),
        ("texts still spoken, tasks, open files after all had gone", f"{left}, {tasks}, {files}"),
    ]
    figures = {"grown_mb": grown_mb, "memory_mb": seen.memory_mb, "tasks": seen.tasks, "left": left}
    write_result("serve-crowd", {"main": Table(("what", "measured"), rows)}, SOURCES, figures)
    print("\n".join(f"{name}: {value}" for name, value in rows), file=sys.stderr)
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
