"""Listening tests as a tool: sounds, page, server, files of other tools.

    python -m bench.listening.tool [--webmushra CONFIGS] [--pymushra SOURCE]

CONFIGS is the folder `configs` of webMUSHRA, SOURCE the folder of pymushra's source (or pymushra is installed). The
switch between stimuli is measured in Chromium where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from tests.listening.conftest import built, material

from bench.shared.results import Table, write_result
from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.listening.hall import Hall
from vivavoce.listening.server import free_socket, serving
from vivavoce.listening.simulation import SimulatedListener, post, steps_told, take_test
from vivavoce.listening.stimuli import anchor_filter, loudness
from vivavoce.listening.store import read_records, session_name
from vivavoce.listening.webmushra import read_webmushra
from vivavoce.listening.webmushra_results import pymushra_trials

LISTENERS = 100
RATES_HZ = (16_000, 24_000, 44_100, 48_000)
LABELS = {
    "anchor 3500 ripple_db": ("3.5 kHz anchor: ripple (mask 0.1), dB", ".3f"),
    "anchor 3500 at 4000 db": ("… at 4 kHz and above (mask -25), dB", ".0f"),
    "anchor 3500 at 4500 db": ("… at 4.5 kHz and above (mask -50), dB", ".0f"),
    "anchor 7000 ripple_db": ("7 kHz anchor: ripple, dB", ".3f"),
    "anchor 7000 at 8000 db": ("… at 8 kHz and above, dB", ".0f"),
    "anchor 7000 at 9000 db": ("… at 9 kHz and above, dB", ".0f"),
    "page_bytes": ("page without sounds, bytes", ".0f"),
    "build_s": ("test of 6 systems x 20 items, built in, s", ".1f"),
    "build_cpu_s": ("… processor time of it, s", ".1f"),
    "loudness_error_lu": ("… loudness off by at most, LU", ".2f"),
    "listeners": ("listeners at once, the server killed in the middle", ".0f"),
    "answers": ("… answers kept", ".0f"),
    "answers_lost": ("… acknowledged answers lost", ".0f"),
    "finished": ("… listeners who finished", ".0f"),
    "answer_ms_median": ("… time of an answer, median, ms", ".0f"),
    "switch_error_ms": ("switch: place error, ms", ".5f"),
    "switch_click_dbfs in step": ("switch in step: click, dBFS", ".0f"),
    "switch_click_dbfs from the beginning": ("switch from the beginning: click, dBFS", ".0f"),
    "webmushra_configurations": ("configurations in webMUSHRA's repository", ".0f"),
    "webmushra_read": ("… read", ".0f"),
    "rows": ("scores of ours", ".0f"),
    "pymushra_rows": ("… read by pymushra 0.5", ".0f"),
}
"""How figures are shown; the others are in the result alone."""


def anchors() -> dict[str, float]:
    """The anchors' filters at their worst rate: ripple, and attenuation where the masks want 25 and 50 dB."""
    figures: dict[str, float] = {}
    for cutoff, stop_25, stop_50 in ((3500, 4000, 4500), (7000, 8000, 9000)):
        ripple, low, deep = [], [], []
        for rate in RATES_HZ:
            response = 20 * np.log10(np.abs(np.fft.rfft(anchor_filter(cutoff, rate), 1 << 16)) + 1e-12)
            hertz = np.fft.rfftfreq(1 << 16, 1 / rate)
            ripple.append(float(np.abs(response[hertz <= cutoff]).max()))
            low.append(float(response[hertz >= stop_25].max(initial=-200)))
            deep.append(float(response[hertz >= stop_50].max(initial=-200)))
        figures |= {f"anchor {cutoff} ripple_db": max(ripple), f"anchor {cutoff} at {stop_25} db": max(low),
                    f"anchor {cutoff} at {stop_50} db": max(deep)}  # fmt: skip
    return figures


def build_time(place: Path) -> dict[str, float]:
    """A test of six systems and twenty items of four seconds: seconds to build it, loudness of what was written."""
    sounds = material(place / "six", tuple(f"s{number}" for number in range(6)), items=20, seconds=4.0)
    begin, cpu = time.perf_counter(), time.process_time()
    test = built(place / "built", sounds)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    stimuli = [one.file for trial in test.trials() for one in trial.stimuli]
    levels = [loudness(read_audio(place / "built" / file)) or -99.0 for file in stimuli]
    off = max(abs(level - (test.loudness_lufs or 0.0)) for level in levels)
    return {"build_s": seconds, "build_cpu_s": cpu, "loudness_error_lu": off, "stimuli": len(levels)}


def page_weight() -> float:
    """Bytes of the page without sounds."""
    folder = Path(str(files("vivavoce.listening").joinpath("page")))
    return float(sum(path.stat().st_size for path in folder.iterdir()))


def crowd(folder: Path) -> dict[str, float]:
    """A hundred listeners at once, the server killed in the middle and started again: answers that were acknowledged
    and are not in the files, and the time an answer takes."""
    port = free_socket("127.0.0.1", 0).getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    acknowledged: dict[str, list[int]] = {}
    times: list[float] = []
    server = [_serve(folder, port)]
    shared = (url, folder, acknowledged, times)
    threads = [threading.Thread(target=_listen, args=(number, *shared)) for number in range(LISTENERS)]
    for thread in threads:
        thread.start()
    while sum(map(len, acknowledged.values())) < LISTENERS * 3:
        time.sleep(0.05)
    os.kill(server[0].pid, signal.SIGKILL)
    server[0].wait()
    server[0] = _serve(folder, port)
    for thread in threads:
        thread.join()
    server[0].send_signal(signal.SIGINT)
    server[0].wait(20)
    kept = {record.session: len(record.answers) for record in read_records(folder)}
    pages = len(steps_told(folder, _token(0)))
    lost = sum(max(0, len(done) - kept[session_name(token)]) for token, done in acknowledged.items())
    return {
        "listeners": LISTENERS, "answers": float(sum(kept.values())), "answers_lost": float(lost),
        "finished": float(sum(count == pages for count in kept.values())),
        "answer_ms_median": 1000 * float(np.median(times)), "answer_ms_most": 1000 * max(times),
    }  # fmt: skip


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "vivavoce", "listening-test", "serve", str(folder), "--port", str(port)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _token(number: int) -> str:
    return f"bench-listener-{number:03}"


def _listen(number: int, url: str, folder: Path, acknowledged: dict[str, list[int]], times: list[float]) -> None:
    token = _token(number)
    done = acknowledged.setdefault(token, [])
    listener = SimulatedListener({"one": 50.0, "two": 65.0}, number)
    state = _patiently(f"{url}api/session", {"token": token, "simulated": True})
    lease = state["lease"]
    steps = steps_told(folder, token)
    while not state["done"]:
        page = state["number"]
        body = {"token": token, "lease": lease, "page": page, "answer": listener.answer(steps[page])}
        begin = time.perf_counter()
        state = _patiently(f"{url}api/answer", body)
        times.append(time.perf_counter() - begin)
        done.append(page)


def _patiently(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post as the page does: again and again until there is an answer."""
    while True:
        try:
            return post(url, body)
        except InputError:
            raise
        except (OSError, HTTPException):
            time.sleep(0.3)


def configurations(folder: Path) -> dict[str, float]:
    """webMUSHRA's own configurations: how many are there, and how many are read."""
    paths = sorted(folder.glob("*.yaml"))
    read, trials = 0, 0
    for path in paths:
        try:
            trials += len(list(read_webmushra(path)[0].trials()))
            read += 1
        except InputError as error:
            print(error)
    return {"webmushra_configurations": len(paths), "webmushra_read": read, "webmushra_trials": trials}


def read_by_pymushra(folder: Path, source: Path | None) -> dict[str, float]:
    """Scores of ours that pymushra makes of the file that it keeps, beside those that are in ours."""
    if source:
        sys.path.insert(0, str(source))
    from pymushra import casting, stats, utils  # pyright: ignore[reportMissingImports]

    hall = Hall(folder)
    trials = pymushra_trials(hall.test, read_records(folder))

    class Collection:
        def all(self) -> list[dict[str, Any]]:
            return trials

    frame = casting.collection_to_df(Collection())
    frame.columns = utils.flatten_columns(frame.columns)
    before, after, systems = stats.mushra_preprocess(frame)
    return {"pymushra_rows": float(len(frame)), "rows": float(sum(len(one["responses"]) for one in trials)),
            "pymushra_listeners": float(before), "pymushra_listeners_kept": float(after),
            "pymushra_rows_of_systems": float(len(systems))}  # fmt: skip


def switching(folder: Path) -> dict[str, float]:
    """Place error and click level of a switch, rendered by Chromium."""
    from tests.listening.browser import RATE_HZ, click_dbfs, open_browser, render

    with serving(Hall(folder)) as url:
        browser = open_browser(1400)
        try:
            ramp = np.arange(RATE_HZ // 2) / RATE_HZ
            heard = render(browser, url, [ramp, -ramp], [("A", 0.0), ("B", 0.1), ("A", 0.3)], False)
            places = [(0.05, 1), (0.15, -1), (0.25, -1), (0.35, 1), (0.45, 1)]
            errors = [abs(sign * heard[round(at * RATE_HZ)] - ramp[round(at * RATE_HZ)]) for at, sign in places]
            clicks = {f"switch_click_dbfs {name}": click_dbfs(browser, url, restart) for name, restart in
                      (("in step", False), ("from the beginning", True))}  # fmt: skip
        finally:
            browser.quit()
    return {"switch_error_ms": 1000 * max(errors), **clicks}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webmushra", type=Path)
    parser.add_argument("--pymushra", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, float] = anchors() | {"page_bytes": page_weight()}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        figures |= build_time(place)
        built(place / "test", material(place / "sounds", items=6), reference="reference", anchors=True)
        shutil.copytree(place / "test", place / "copy")
        figures |= crowd(place / "test")
        if shutil.which("chromium"):
            figures |= switching(place / "copy")
        with serving(Hall(place / "copy")) as url:
            for number in range(10):
                take_test(url, place / "copy", SimulatedListener({"one": 50.0, "two": 65.0}, number))
        if arguments.webmushra:
            figures |= configurations(arguments.webmushra)
        if arguments.pymushra:
            figures |= read_by_pymushra(place / "copy", arguments.pymushra)
    rows = [(label, f"{figures[name]:{form}}") for name, (label, form) in LABELS.items() if name in figures]
    sources = ("bench/listening/tool.py", "src/vivavoce/listening/page/player.js", "src/vivavoce/listening/stimuli.py",
               "src/vivavoce/listening/store.py", "src/vivavoce/listening/hall.py")  # fmt: skip
    print(write_result("listening-tool", {"main": Table(("", "measured"), rows)}, sources, figures))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
