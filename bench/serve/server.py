"""A warm server in a process of its own, and what the operating system and the server itself say of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(*options: str, log: Path | None = None) -> Iterator[tuple[int, int]]:
    """A warm server: its port and process number. What it says goes to `log`, or nowhere."""
    port = free_port()
    command = [sys.executable, "-m", "vivavoce", "serve", "--port", str(port), *options]
    with open(log or os.devnull, "wb") as said, subprocess.Popen(command, stderr=said) as process:
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


def processor_s(process: int) -> float:
    """Processor time that a process has used, which other work on the machine does not change much."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> float:
    """Resident memory."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def streams_now(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/ready")
    return json.loads(connection.getresponse().read())["streams"]


def tasks_now(port: int) -> int:
    """Tasks of the server's event loop, one of which answers this."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    told = connection.getresponse().read().decode()
    return int(float(next(line for line in told.splitlines() if line.startswith("vivavoce_tasks ")).split()[1]))


def open_files(process: int) -> int:
    """Files and sockets that a process holds."""
    return len(os.listdir(f"/proc/{process}/fd"))


def threads(process: int) -> int:
    """Threads of a process."""
    return len(os.listdir(f"/proc/{process}/task"))
