"""How soon a server is heard, how many it carries, how soon it is silent, and what hostile clients leave behind.

    python -m bench.serve.latency [--streams 5,10,20,30] [--seconds 20] [--hangups 1000] [--requests 2000]

Starts `vivavoce serve --workers 2` for the streams and one process for the rest, on this machine; clients are processes
of their own. Figures are of one run; a machine that does other work makes all of them worse, so the load stands beside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import websockets

import vivavoce
from bench.shared.results import Table, write_result

TEXT = "The quick brown fox jumps over the lazy dog while the old farmer watches quietly from his small wooden porch."
RATE_HZ = 24_000
SOURCES = (
    "bench/serve/latency.py",
    "src/vivavoce/serve/scheduler.py",
    "src/vivavoce/serve/session.py",
    "src/vivavoce/serve/streaming.py",
)


@contextmanager
def running(*options: str) -> Iterator[tuple[int, int]]:
    """A warm server: its port and process number."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "vivavoce", "serve", "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(port)
            yield port, process.pid
        finally:
            process.terminate()


def _wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server is not ready")


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


async def concurrent_streams(port: int, count: int, seconds: float) -> tuple[float, int]:
    """`count` listeners in real time, each asking again as soon as it has heard all: 99th percentile of the first
    sound in seconds, and how often one had to wait."""
    firsts: list[float] = []
    underruns = 0
    until_s = time.perf_counter() + seconds

    async def listener(number: int) -> None:
        nonlocal underruns
        await asyncio.sleep(number * seconds / 4 / count)
        while time.perf_counter() < until_s:
            asked_s = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = json.dumps({"model": "tts-1", "voice": "af_heart", "input": TEXT, "response_format": "pcm"})
            head = f"POST /v1/audio/speech HTTP/1.0\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(f"{head}{body}".encode())
            await reader.readuntil(b"\r\n\r\n")
            heard_until_s = 0.0
            while data := await reader.read(1 << 16):
                now_s = time.perf_counter()
                if not heard_until_s:
                    firsts.append(now_s - asked_s)
                    heard_until_s = now_s
                elif now_s > heard_until_s + 0.005:
                    underruns += 1
                    heard_until_s = now_s
                heard_until_s += len(data) / 2 / RATE_HZ
            writer.close()
            await asyncio.sleep(max(0.0, min(heard_until_s, until_s) - time.perf_counter()))

    await asyncio.gather(*(listener(number) for number in range(count)))
    return sorted(firsts)[int(0.99 * (len(firsts) - 1))], underruns


def hang_ups(port: int, count: int, seed: int = 0) -> None:
    """Connections that break at random moments, in the request or in the sound."""
    chance = random.Random(seed)
    body = json.dumps({"model": "tts-1", "voice": "alloy", "input": TEXT, "response_format": "pcm"})
    request = f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(request[: chance.choice([len(request), chance.randrange(len(request))])])
            time.sleep(chance.choice([0.0, chance.random() * 0.05]))


def requests(port: int, count: int, seed: int = 0) -> None:
    """Requests, nine of ten of them bad."""
    chance = random.Random(seed)
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    good = {"model": "tts-1", "voice": "alloy", "input": "Hi.", "response_format": "pcm"}
    for _ in range(count):
        wrong = chance.choice([{"input": 5}, {"voice": "../x"}, {"speed": 99}, {"x": 1}, {"input": "<speak><"}, None])
        fields = good if chance.random() < 0.1 else {**good, **(wrong or {})}
        data = json.dumps(fields) if wrong else chance.choice(["{", "[]", '"', "\x00", ""])
        connection.request("POST", "/v1/audio/speech", data)
        connection.getresponse().read()
    connection.close()


def processor_s(process: int) -> float:
    """Processor time that a process has used, which other work on the machine does not change much."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def memory_mb(process: int) -> float:
    """Resident memory."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def streams_now(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/ready")
    return json.loads(connection.getresponse().read())["streams"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", default="5,10,20,30")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--hangups", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=2000)
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
        hang_ups(port, 100)
        requests(port, 200)
        before = memory_mb(process)
        hang_ups(port, arguments.hangups, seed=1)
        requests(port, arguments.requests, seed=1)
        time.sleep(2)
        grown = memory_mb(process) - before
        name = f"memory after {arguments.hangups} hang-ups and {arguments.requests} requests"
        tell(name, f"{grown:+.1f} MB of {before:.0f}", grown)
        tell("texts still spoken after them", str(streams_now(port)), streams_now(port))
    with running("--workers", "2") as (port, _):
        for count in map(int, arguments.streams.split(",")):
            asyncio.run(concurrent_streams(port, count, 3.0))
            first_s, underruns = asyncio.run(concurrent_streams(port, count, arguments.seconds))
            tell(
                f"{count} streams in real time, two processes",
                f"first sound p99 {1000 * first_s:.0f} ms, {underruns} underruns",
                underruns,
            )
    rows.insert(0, ("load of the machine before", f"{load:.1f}"))
    write_result("serve-latency", {"main": Table(("what", "measured"), rows)}, SOURCES, figures)


if __name__ == "__main__":
    main()
