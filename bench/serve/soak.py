"""An hour of listeners, hang-ups, bad requests and crowds of cheap ones against one server: whether it stays as it was.

    python -m bench.serve.soak [--minutes 60] [--streams 20] [--requests 200000] [--hangups 1000] [--bad 1000]

The server is one process. Its memory, files and threads are looked at each ten seconds, after three minutes in which
everything has been asked for once; the slope is a straight line through what was seen in the second half.
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

import numpy as np

from bench.serve.listeners import ASKS, Heard, listen
from bench.serve.rude_clients import Caller, add_arguments, bad_request, cheap_request, hang_up
from bench.serve.server import memory_mb, open_files, processor_s, running, streams_now, threads
from bench.shared.results import Table, write_result

SOURCES = (
    "bench/serve/soak.py", "bench/serve/listeners.py", "bench/serve/rude_clients.py",
    "src/vivavoce/serve/memory.py", "src/vivavoce/serve/scheduler.py", "src/vivavoce/serve/session.py",
    "src/vivavoce/serve/streaming.py",
)  # fmt: skip
TEXTS = (
    "The quick brown fox jumps over the lazy dog while the old farmer watches quietly from his small wooden porch.",
    "Will it rain tomorrow? Nobody knows. Take an umbrella with you, and 2 pairs of socks.",
    "On 3 May 1999 Dr. Smith paid $5.20 for a loaf of bread, which was rather a lot at the time; he ate it slowly.",
    "<speak>Please wait.<break time='400ms'/> <prosody rate='slow'>This is said slowly.</prosody> Thank you.</speak>",
)
LOOK_S = 10.0
WARM_S = 180.0


@dataclass
class Seen:
    """What was seen of the server's process over time."""

    times_s: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def look(self, process: int, time_s: float) -> None:
        self.times_s.append(time_s)
        self.memory.append(memory_mb(process))
        self.files.append(open_files(process))
        self.threads.append(threads(process))

    def slope_mb_per_hour(self) -> float:
        """Of the second half."""
        half = len(self.times_s) // 2
        return float(np.polyfit(self.times_s[half:], self.memory[half:], 1)[0]) * 3600


async def soak(port: int, process: int, arguments: argparse.Namespace) -> tuple[Heard, Seen, Counter[int]]:
    """Everything at once until the time is over."""
    heard, seen, statuses = Heard(), Seen(), Counter[int]()
    begun_s = time.perf_counter()
    until_s = begun_s + 60 * arguments.minutes

    async def listener(number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.random() * 5)
        while time.perf_counter() < until_s:
            try:
                await listen(chance.choice(ASKS), port, chance.choice(TEXTS), heard, until_s)
            except (OSError, EOFError) as error:
                heard.failures.append(repr(error))
                await asyncio.sleep(1)

    async def caller(seed: int, count: int, ask: object) -> None:
        """`count` requests evenly over the time."""
        chance, connection = random.Random(seed), Caller(port)
        for number in range(count):
            await asyncio.sleep(begun_s + (until_s - begun_s) * number / count - time.perf_counter())
            await connection.ask(cheap_request(chance) if ask is cheap_request else bad_request(chance))
        await connection.close()
        statuses.update(connection.statuses)

    async def hanging_up() -> None:
        chance = random.Random(0)
        for number in range(arguments.hangups):
            await asyncio.sleep(begun_s + (until_s - begun_s) * number / arguments.hangups - time.perf_counter())
            await hang_up(port, chance)

    async def watching() -> None:
        while time.perf_counter() < until_s:
            await asyncio.sleep(LOOK_S)
            passed_s = time.perf_counter() - begun_s
            if passed_s > min(WARM_S, 6 * arguments.minutes):
                seen.look(process, passed_s)
            if len(seen.times_s) % 30 == 1:
                print(f"{passed_s:.0f} s: {seen.memory[-1]:.1f} MB, {heard.underruns} underruns", file=sys.stderr)

    crowd = 4
    await asyncio.gather(
        *(listener(number) for number in range(arguments.streams)),
        *(caller(number, arguments.requests // crowd, cheap_request) for number in range(crowd)),
        caller(99, arguments.bad, bad_request), hanging_up(), watching(),
    )  # fmt: skip
    return heard, seen, statuses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--streams", type=int, default=20)
    add_arguments(parser)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with running() as (port, process):
        begun_s = time.perf_counter()
        heard, seen, statuses = asyncio.run(soak(port, process, arguments))
        wall_s = time.perf_counter() - begun_s
        time.sleep(5)
        left, files = streams_now(port), open_files(process)
        used_s = processor_s(process)
    grown = float(np.mean(seen.memory[-6:]) - np.mean(seen.memory[:6]))
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    rows = [
        ("load of the machine before, and after", f"{load:.1f}, {os.getloadavg()[0]:.1f}"),
        ("time", f"{wall_s / 60:.0f} min"),
        ("listeners in real time, by four protocols", f"{arguments.streams}"),
        ("texts heard to the end", f"{heard.texts}, {heard.seconds / 3600:.1f} h of sound"),
        ("first sound, median and 99th percentile",
         f"{1000 * heard.percentile(0.5):.0f} ms, {1000 * heard.percentile(0.99):.0f} ms"),
        ("underruns", f"{heard.underruns}"),
        ("texts that failed", f"{len(heard.failures)}"),
        ("hang-ups beside them", f"{arguments.hangups}"),
        ("other requests, and their answers", f"{sum(statuses.values())}: {answers}"),
        ("memory each six minutes, MB", ", ".join(f"{value:.0f}" for value in seen.memory[::36])),
        ("slope of the second half", f"{seen.slope_mb_per_hour():+.1f} MB an hour"),
        ("threads, least and most", f"{min(seen.threads)}, {max(seen.threads)}"),
        ("open files, most, and after all had gone", f"{max(seen.files)}, {files}"),
        ("texts still spoken after all had gone", f"{left}"),
        ("processor time of the server", f"{used_s / wall_s:.2f} of a core"),
    ]  # fmt: skip
    figures = {
        "minutes": wall_s / 60, "grown_mb": grown, "slope_mb_per_hour": seen.slope_mb_per_hour(), "left": left,
        "underruns": heard.underruns, "failures": heard.failures[:20], "first_p99_s": heard.percentile(0.99),
        "memory_mb": [round(value, 1) for value in seen.memory[::6]],
    }  # fmt: skip
    write_result("serve-soak", {"main": Table(("what", "measured"), rows)}, SOURCES, figures)
    print("\n".join(f"{name}: {value}" for name, value in rows), file=sys.stderr)


if __name__ == "__main__":
    main()
