"""The page in real browsers: a whole test by keyboard at two widths, sounds switched without click or shift.

Needs Chromium with chromedriver, and Firefox; what is not there is skipped. With AXE_CORE naming axe-core's axe.min.js (`npm install
axe-core`), every page is also examined for whoever cannot see or point.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.listening.browser import CHROMIUM, DRIVER, RATE_HZ, click_dbfs, open_browser, render
from tests.listening.conftest import Serving
from tests.listening.firefox import FIREFOX, Firefox
from vivavoce.listening.simulation import steps_told
from vivavoce.listening.store import read_records

AXE = os.environ.get("AXE_CORE")
needs_chromium = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its driver")
MOST_TABS = 60
CLICK_LIMIT_DBFS = -60.0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver's own
        browser = open_browser(1400)
        yield browser
        browser.quit()


class Keyboard:
    """A listener who has a keyboard only."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def press(self, *keys: str) -> None:
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)

    def tab_to(self, selector: str) -> None:
        """Press Tab until something that matches has the focus."""
        for _ in range(MOST_TABS):
            if self.browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
                return
            self.press("\ue004")
        raise AssertionError(f"{selector} cannot be reached by Tab")

    def next(self) -> None:
        page = self.page
        self.tab_to(".next")
        self.press("\ue006")
        self.wait(lambda: self.page != page)

    @property
    def page(self) -> str | None:
        return self.browser.execute_script("return document.body.dataset.page ?? null")

    @property
    def notice(self) -> str:
        return self.browser.execute_script("return document.getElementById('notice').textContent")

    def wait(self, ready: Callable[[], Any], seconds: float = 20.0) -> None:
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.browser, seconds, poll_frequency=0.05).until(lambda _: ready())


def _examine(browser: Any, width: int) -> None:
    """No horizontal scrolling, no complaint of the browser's, nothing that axe finds."""
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert not browser.get_log("browser")
    if AXE:
        browser.execute_script(Path(AXE).read_text(encoding="utf-8"))
        found = browser.execute_async_script("axe.run().then(arguments[0])")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@needs_chromium
@pytest.mark.parametrize(("width", "dark"), [(400, True), (1400, False)])
def test_a_whole_test_by_keyboard(served: Serving, mushra: Path, width: int, dark: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        browser = open_browser(width, dark)
        try:
            _take(browser, served, mushra, width)
        finally:
            browser.quit()


@pytest.mark.skipif(not FIREFOX, reason="no Firefox")
def test_firefox_shows_the_pages_and_switches_as_exactly(served: Serving) -> None:
    """Without a sound device Firefox plays nothing, so sounds are rendered here, not heard."""
    with Firefox(1400) as browser:
        keyboard = Keyboard(browser)
        browser.get(served.url)
        keyboard.wait(lambda: keyboard.page == "0")
        keyboard.tab_to("input[type=checkbox]")
        keyboard.press(" ")
        keyboard.next()
        _examine(browser, 1400)
        keyboard.next()
        assert keyboard.page == "2"
        _examine(browser, 1400)
        assert click_dbfs(browser, served.url, False) < CLICK_LIMIT_DBFS
        ramp = np.arange(RATE_HZ // 4) / RATE_HZ
        heard = render(browser, served.url, [ramp, -ramp], [("A", 0.0), ("B", 0.1)], False)
        assert abs(heard[RATE_HZ // 20] - ramp[RATE_HZ // 20]) < 1e-4
        assert abs(heard[RATE_HZ // 5] + ramp[RATE_HZ // 5]) < 1e-4


def _take(browser: Any, served: Serving, mushra: Path, width: int) -> None:
    keyboard = Keyboard(browser)
    browser.get(f"{served.url}?token=a-listener-with-keys")
    keyboard.wait(lambda: keyboard.page == "0")
    _examine(browser, width)
    keyboard.tab_to(".next")
    keyboard.press("\ue006")
    keyboard.wait(lambda: keyboard.notice == "Please agree first, or close this page.")
    keyboard.tab_to("input[type=checkbox]")
    keyboard.press(" ")
    keyboard.next()
    keyboard.next()
    _examine(browser, width)
    keyboard.tab_to(".play")
    keyboard.press("\ue006")
    keyboard.next()
    steps = steps_told(mushra, "a-listener-with-keys")
    for number in (3, 4, 5):
        if number == 4:
            browser.refresh()  # goes on where it was
            keyboard.wait(lambda: keyboard.page == "4")
        _rate(keyboard, len(steps[number].slots))
        _examine(browser, width)
        keyboard.next()
    _examine(browser, width)
    keyboard.tab_to("input[type=number]")
    keyboard.press("4", "1")
    keyboard.tab_to("input[type=radio]")
    keyboard.press(" ")
    keyboard.next()
    assert keyboard.page == "done"
    _examine(browser, width)
    shown = browser.execute_script("return document.getElementById('code').textContent")
    [record] = read_records(mushra)
    assert shown == served.hall.code(record)
    trials = [line for line in record.answers if "scores" in line]
    for line, step in zip(trials, steps[3:6], strict=True):
        assert line["scores"] == {one.system: 51.0 + place for place, one in enumerate(step.slots)}
        assert all(line["plays"].values())
    assert record.answers[-1]["questionnaire"] == {"age": 41, "device": "headphones"}


def _rate(keyboard: Keyboard, count: int) -> None:
    """Listen to each by its key, then give A 51, B 52, … with the arrows."""
    for number in range(1, count + 1):
        keyboard.press(str(number))
    keyboard.press("r", "r")
    keyboard.press("1")
    for place in range(count):
        keyboard.tab_to(f".column:nth-of-type({place + 2}) input[type=range]")
        keyboard.press(*["\ue013"] * (place + 1))
    keyboard.press(str(count), str(count))  # a digit on a slider plays, and stops


@needs_chromium
def test_a_second_tab_takes_over_and_the_first_says_so(served: Serving, chromium: Any) -> None:
    keyboard = Keyboard(chromium)
    address = f"{served.url}?token=in-two-tabs"
    chromium.get(address)
    keyboard.wait(lambda: keyboard.page == "0")
    served.hall.enter("in-two-tabs")
    keyboard.tab_to("input[type=checkbox]")
    keyboard.press(" ")
    keyboard.tab_to(".next")
    keyboard.press("\ue006")
    keyboard.wait(lambda: "another tab" in chromium.execute_script("return document.body.textContent"))
    chromium.get(address)
    keyboard.wait(lambda: keyboard.page == "0")


@needs_chromium
def test_a_switch_keeps_the_place_to_the_sample(served: Serving, chromium: Any) -> None:
    ramp = np.arange(RATE_HZ // 2) / RATE_HZ
    plan = [("A", 0.0), ("B", 0.1), ("A", 0.2), ("B", 0.205), ("A", 0.3)]
    heard = render(chromium, served.url, [ramp, -ramp], plan, False)
    for place, sign in ((0.05, 1), (0.15, -1), (0.25, -1), (0.35, 1), (0.45, 1)):
        index = round(place * RATE_HZ)
        error_ms = 1000 * abs(sign * heard[index] - ramp[index])
        assert error_ms < 0.03, place


@needs_chromium
@pytest.mark.parametrize("restart", [False, True])
def test_a_switch_does_not_click(served: Serving, chromium: Any, restart: bool) -> None:
    assert click_dbfs(chromium, served.url, restart) < CLICK_LIMIT_DBFS
