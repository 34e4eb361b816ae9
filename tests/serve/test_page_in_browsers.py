"""The page in real browsers: how wide it is, what it weighs, whether it speaks and lights the words.

Needs Chromium with chromedriver, and Firefox; what is not there is skipped. With AXE_CORE naming axe-core's axe.min.js (`npm install
axe-core`), the page is also examined for whoever cannot see or point.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.listening.browser import CHROMIUM, DRIVER, open_browser
from tests.listening.firefox import FIREFOX, PREFERENCES, Firefox
from tests.serve.running import Running

AXE = os.environ.get("AXE_CORE")
FIRST_PAINT_BYTES = 100_000
WEIGHT = """
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
return [entries.reduce((sum, entry) => sum + entry.transferSize, 0), performance.getEntriesByType("paint").length];
"""
SPEAK = """
document.getElementById("status").textContent = "";
document.getElementById("text").value = arguments[0];
document.getElementById("speak").click();
"""
HEARD = """
const words = [...document.querySelectorAll("#reading span")];
return [document.getElementById("status").textContent, words.map((word) => word.textContent), document.getElementById("error").textContent];
"""
pytestmark = [pytest.mark.nightly, pytest.mark.filterwarnings("ignore")]
needs_chromium = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its driver")


@pytest.fixture(
    params=[(360, False), (400, True), (1400, False), (1600, True)], ids=["360", "400-dark", "1400", "1600-dark"]
)
def chromium(request: pytest.FixtureRequest) -> Iterator[Any]:
    width, dark = request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver's own
        browser = open_browser(width, dark, autoplay=True)
        yield browser
        browser.quit()


def speak(browser: Any, text: str) -> tuple[str, list[str], str]:
    """Have the page say a text, and wait until it is said: the first status, the words, the complaint."""
    browser.execute_script(SPEAK, text)
    begun_s, first = time.monotonic(), ""
    while time.monotonic() - begun_s < 60:
        status, words, error = browser.execute_script(HEARD)
        first = status if status.startswith("First sound") else first
        if status in ("Said.", "Stopped.") or error:
            return first, words, error
        time.sleep(0.05)
    raise AssertionError(f"not said after a minute: {browser.execute_script(HEARD)}")


@needs_chromium
def test_chromium(server: Running, chromium: Any) -> None:
    chromium.get(f"{server.url}/")
    time.sleep(0.5)
    weight, paints = chromium.execute_script(WEIGHT)
    assert paints
    assert weight < FIRST_PAINT_BYTES
    width = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    assert len(set(chromium.execute_script(width))) == 1
    first, words, error = speak(chromium, "Is it raining? No.")
    assert (first[:17], words, error) == ("First sound after", ["Is", "it", "raining", "No"], "")
    _, _, error = speak(chromium, "<speak><nonsense/></speak>")
    assert "line 1, column" in error
    if AXE:
        chromium.execute_script(Path(AXE).read_text())
        found = chromium.execute_async_script("axe.run().then((told) => arguments[0](told.violations))")
        assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []
    assert [
        line for line in chromium.get_log("browser") if line["level"] == "SEVERE" and "400" not in line["message"]
    ] == []


@pytest.fixture
def loudspeaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A sound card that nobody hears: Firefox's clock of sound stands still without one."""
    if not shutil.which("pulseaudio"):
        pytest.skip("no pulseaudio to play to")
    path = tmp_path / "pulse"
    options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--load=module-null-sink",
               f"--load=module-native-protocol-unix auth-anonymous=1 socket={path}"]  # fmt: skip
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PULSE_RUNTIME_PATH", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{path}")
    with subprocess.Popen(["pulseaudio", *options], stderr=subprocess.DEVNULL) as process:
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.1)
        yield
        process.terminate()


@pytest.mark.skipif(not FIREFOX, reason="no Firefox")
@pytest.mark.usefixtures("loudspeaker")
def test_firefox(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PREFERENCES, "media.autoplay.default", 0)
    with Firefox(1400) as firefox:
        firefox.get(f"{server.url}/")
        time.sleep(0.5)
        first, words, error = speak(firefox, "Is it raining? No.")
    assert (first[:17], words, error) == ("First sound after", ["Is", "it", "raining", "No"], "")
