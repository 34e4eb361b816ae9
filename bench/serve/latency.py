"""How soon a server is heard, how many it carries, and how soon it is silent.

    python -m bench.serve.latency [--streams 30,45,60] [--seconds 20] [--repeats 30]

Starts `vivavoce serve --workers 2` for the streams and one process for the rest, on this machine; clients are processes
of their own. Figures are of one run; a machine that does other work makes all of them worse, so the load stands beside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from http.client import HTTPConnection

import websockets

import vivavoce
from bench.serve.listeners import RATE_HZ, Heard, by_http, listen
from bench.serve.server import processor_s, running
from bench.shared.results import Table, write_result

TEXT = "The quick brown fox jumps over the lazy dog while the old farmer watches quietly from his small wooden porch."
SOURCES = (
    "bench/serve/latency.py",
    "src/vivavoce/serve/scheduler.py",
    "src/vivavoce/serve/session.py",
    "src/vivavoce/serve/streaming.py",
)


def first_sound_in_process(repeats: int) -> list[float]:
    times: list[float] = []
    for _ in range(repeats):
        begun_s = time.perf_counter()
        next(iter(vivavoce.speak(TEXT, speaker="af_heart")))
        times.append(1000 * (time.perf_counter() - begun_s))
    return times


def first_sound_by_http(port: int, repeats: int) -> list[float]:
    body = json.dumps({"model": "tts-1", "voice": "af_heart", "input": TEXT, "response_format": "pcm"})
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    times: list[float] = []
    for _ in range(repeats):
        begun_s = time.perf_counter()
        connection.request("POST", "/v1/audio/speech", body)
        response = connection.getresponse()
        response.read(100)
        times.append(1000 * (time.perf_counter() - begun_s))
        response.read()
    connection.close()
    return times


async def first_sound_of_written_text(port: int, repeats: int) -> list[float]:
    """A word each 50 ms: from the last word of the first sentence to its first sound."""
    times: list[float] = []
    for _ in range(repeats):
        async with websockets.connect(f"ws://127.0.0.1:{port}/v1/stream") as connection:
            for word in ("Here", "is", "the", "first", "sentence", "of", "all."):
                await connection.send(json.dumps({"type": "text", "text": f"{word} "}))
                ended_s = time.perf_counter()
                if not word.endswith("."):
                    await asyncio.sleep(0.05)
            while isinstance(await connection.recv(), str):
                pass
            times.append(1000 * (time.perf_counter() - ended_s))
    return times


async def silence_after_cancel(port: int, repeats: int) -> list[float]:
    """From `cancel` to the last sound that still comes."""
    times: list[float] = []
    for number in range(repeats):
        async with websockets.connect(f"ws://127.0.0.1:{port}/v1/stream") as connection:
            await connection.send(json.dumps({"type": "text", "text": f"{TEXT} " * 20}))
            await asyncio.sleep(0.1 + 0.01 * (number % 20))
            begun_s = last_s = time.perf_counter()
            await connection.send(json.dumps({"type": "cancel"}))
            while True:
                data = await connection.recv()
                if isinstance(data, bytes):
                    last_s = time.perf_counter()
                elif json.loads(data)["type"] == "cancelled":
                    break
            times.append(1000 * (max(last_s, time.perf_counter()) - begun_s))
    return times


async def concurrent_streams(port: int, count: int, seconds: float) -> Heard:
    """`count` listeners in real time, each asking again as soon as it has heard all."""
    heard = Heard()
    until_s = time.perf_counter() + seconds

    async def listener(number: int) -> None:
        await asyncio.sleep(number * seconds / 4 / count)
        while time.perf_counter() < until_s:
            await listen(by_http, port, TEXT, heard, until_s)

    await asyncio.gather(*(listener(number) for number in range(count)))
    return heard


def cost_of_speech(port: int, process: int, repeats: int) -> float:
    """Processor seconds for a second of speech sent over HTTP."""
    body = json.dumps({"model": "tts-1", "voice": "af_heart", "input": TEXT, "response_format": "pcm"})
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    before, said = processor_s(process), 0.0
    for _ in range(repeats):
        connection.request("POST", "/v1/audio/speech", body)
        said += len(connection.getresponse().read()) / 2 / RATE_HZ
    connection.close()
    return (processor_s(process) - before) / said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", default="30,45,60")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=30)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    rows: list[tuple[str, str]] = []
    figures: dict[str, float] = {"load_before": round(load, 1)}

    def tell(name: str, figure: str, value: float) -> None:
        rows.append((name, figure))
        figures[name] = round(value, 3)
        print(f"{name}: {figure}", file=sys.stderr)

    with running() as (port, process):
        first_sound_in_process(5)
        first_sound_by_http(port, 5)
        inside, outside = [], []
        for _ in range(arguments.repeats // 5):  # in turns, so that both meet the same load
            inside += first_sound_in_process(5)
            outside += first_sound_by_http(port, 5)
        added = statistics.median(outside) - statistics.median(inside)
        tell(
            "first sound in process, 20 words, median", f"{statistics.median(inside):.1f} ms", statistics.median(inside)
        )
        tell("the same over HTTP", f"{statistics.median(outside):.1f} ms ({added:+.1f} ms)", added)
        written = asyncio.run(first_sound_of_written_text(port, arguments.repeats))
        tell(
            "written a word each 50 ms: sentence's end to sound",
            f"{statistics.median(written):.1f} ms",
            statistics.median(written),
        )
        silent = asyncio.run(silence_after_cancel(port, arguments.repeats))
        tell("cancel to silence, median", f"{statistics.median(silent):.1f} ms", statistics.median(silent))
        tell("cancel to silence, worst", f"{max(silent):.1f} ms", max(silent))
        cost = cost_of_speech(port, process, arguments.repeats)
        tell("processor time for a second of speech", f"{cost:.3f} s, {1 / cost:.0f} streams a core", cost)
    with running("--workers", "2") as (port, _):
        for count in map(int, arguments.streams.split(",")):
            asyncio.run(concurrent_streams(port, count, 3.0))
            heard = asyncio.run(concurrent_streams(port, count, arguments.seconds))
            tell(
                f"{count} streams in real time, two processes",
                f"first sound p99 {1000 * heard.percentile(0.99):.0f} ms, {heard.underruns} underruns",
                heard.underruns,
            )
    rows.insert(0, ("load of the machine before", f"{load:.1f}"))
    write_result("serve-latency", {"main": Table(("what", "measured"), rows)}, SOURCES, figures)


if __name__ == "__main__":
    main()
