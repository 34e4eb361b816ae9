"""The server as a process: signals, and several workers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from vivavoce.serve.listening import tcp_socket


def free_port() -> int:
    with tcp_socket("127.0.0.1", 0) as probe:
        return int(probe.getsockname()[1])


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "vivavoce", "serve", *options], stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(number: signal.Signals) -> None:
    port = free_port()
    with start("--port", str(port)) as process:
        begun_s = time.monotonic()
        while time.monotonic() - begun_s < 60:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ready").close()
                break
            except OSError:
                time.sleep(0.1)
        process.send_signal(number)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 0, told
    assert "shutting down" in told
    assert "interrupted" not in told
    assert "Traceback" not in told


def test_settings_that_no_worker_can_follow_end_them_all() -> None:
    with start("--port", str(free_port()), "--workers", "2", "--prosody", "nope") as process:
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert "prosody is 'nope', there are" in told
    assert "Traceback" not in told
