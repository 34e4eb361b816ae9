"""Simulated listeners take a built MUSHRA test through the page itself, in Chromium, at 400 and at 1,400 pixels.

    vivavoce listening-test new copycat-naturalness -o naturalness
    python -m bench.listening.in_browser naturalness [--others 18] [--pictures FOLDER]

Every sound is played to its end, as the page demands, so this takes as long as listening does. The others take the test
through the page's addresses. What they all answer is simulated, and no finding about the systems.
"""

from __future__ import annotations

import argparse
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.listening.browser import open_browser

from bench.shared.results import Table, write_result
from vivavoce.listening.analysis import analyse
from vivavoce.listening.codec import read_test
from vivavoce.listening.definition import Finish, Trial
from vivavoce.listening.hall import Hall
from vivavoce.listening.results import read_folder
from vivavoce.listening.server import serving
from vivavoce.listening.session import LETTERS, Step
from vivavoce.listening.simulation import SimulatedListener, steps_told, take_test, usual_means
from vivavoce.listening.store import read_records

WIDTHS = (400, 1400)
SET = """
const [label, value] = arguments;
const input = document.querySelector(`[data-slot=${label}]`).closest(".column").querySelector(".scale");
input.value = value;
input.dispatchEvent(new Event("input", { bubbles: true }));
"""


def listen(url: str, folder: Path, width: int, pictures: Path | None, failures: list[str]) -> None:
    """One listener with a browser of a width."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser = open_browser(width, autoplay=True)
    token = f"in-a-browser-of-{width}"
    try:
        browser.get(f"{url}?token={token}")
        browser.execute_script("window.simulated = true")
        wait = WebDriverWait(browser, 120, poll_frequency=0.1)
        listener = SimulatedListener(usual_means(read_test(folder)), width)
        for number, step in enumerate(steps_told_when_known(wait, browser, folder, token)):
            wait.until(lambda _, n=number: browser.execute_script("return document.body.dataset.page") == str(n))
            _answer(browser, wait, step, listener)
            if pictures and isinstance(step.page, Trial):
                browser.save_screenshot(str(pictures / f"trial-{width}.png"))
            browser.execute_script("document.querySelector('.next').click()")
        wait.until(lambda _: browser.execute_script("return document.body.dataset.page") == "done")
    except Exception as error:  # a thread's failure is told at the end
        failures.append(f"{width}: {type(error).__name__} {error}")
    finally:
        browser.quit()


def steps_told_when_known(wait: Any, browser: Any, folder: Path, token: str) -> list[Step]:
    """The listener's pages, once the server knows them."""
    wait.until(lambda _: browser.execute_script("return document.body.dataset.page") == "0")
    return steps_told(folder, token)


def _answer(browser: Any, wait: Any, step: Step, listener: SimulatedListener) -> None:
    page = step.page
    if isinstance(page, Finish):
        browser.execute_script(
            "for (const set of document.querySelectorAll('fieldset')) set.querySelector('input').click()"
        )
    elif isinstance(page, Trial):
        scores = listener.answer(step)["scores"]
        for letter in LETTERS[: len(step.slots)]:
            button = f"document.querySelector('[data-slot={letter}]')"
            browser.execute_script(f"{button}.click()")
            wait.until(lambda _, b=button: browser.execute_script(f"return {b}.classList.contains('heard')"))
            browser.execute_script(SET, letter, scores[letter])
    else:
        every = "document.querySelectorAll('input[type=checkbox], .play')"
        browser.execute_script(f"for (const one of {every}) one.click()")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--others", type=int, default=18)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    folder, failures = arguments.folder, []
    with serving(Hall(folder)) as url:
        shared = (arguments.pictures, failures)
        threads = [threading.Thread(target=listen, args=(url, folder, width, *shared)) for width in WIDTHS]
        for thread in threads:
            thread.start()
        means = usual_means(read_test(folder))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: take_test(url, folder, SimulatedListener(means, n)), range(arguments.others)))
        for thread in threads:
            thread.join()
    analysis = analyse(read_folder(folder)[0])
    rows = [
        ("test", folder.name),
        ("listeners through Chromium, at 400 and 1,400 pixels", str(len(WIDTHS) - len(failures))),
        ("others, through the page's addresses", str(arguments.others)),
        ("answers kept", str(sum(len(record.answers) for record in read_records(folder)))),
        ("listeners who finished", str(analysis.came - analysis.unfinished)),
    ]  # fmt: skip
    page = "src/vivavoce/listening/page"
    sources = ("bench/listening/in_browser.py", f"{page}/trial.js", f"{page}/app.js")
    print(failures or "no failures")
    print(write_result("listening-in-browser", {"main": Table(("", "measured"), rows)}, sources))


if __name__ == "__main__":
    main()
