"""Chromium, driven by selenium: what tests and benches share."""

import shutil
from typing import Any

import numpy as np

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
RATE_HZ = 48_000
OFFLINE = """
const [base, signals, plan, restart, done] = arguments;
import(base + "player.js").then(async ({ Player }) => {
  const rate = 48000, length = signals[0].length;
  const context = new OfflineAudioContext(1, length, rate);
  const player = new Player(context, { loop: false, restart });
  const buffers = signals.map((signal) => {
    const buffer = context.createBuffer(1, length, rate);
    buffer.copyToChannel(Float32Array.from(signal), 0);
    return buffer;
  });
  player.setBuffers(new Map(buffers.map((buffer, index) => ["AB"[index], buffer])));
  for (const [slot, when] of plan) player.play(slot, when);
  const rendered = await context.startRendering();
  done(Array.from(rendered.getChannelData(0)));
});
"""


def render(
    browser: Any, url: str, signals: list[np.ndarray], plan: list[tuple[str, float]], restart: bool
) -> np.ndarray:
    """What the page's player makes of two signals at 48 kHz when it is told at which seconds to play which."""
    browser.get(url)
    lists = [signal.astype(float).tolist() for signal in signals]
    return np.array(browser.execute_async_script(OFFLINE, url, lists, plan, restart))


def open_browser(width: int, dark: bool = False, autoplay: bool = False) -> Any:
    """A headless window of that width, under 500 pixels one of a telephone; `autoplay` lets scripts play sounds."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={max(width, 500)},1000"):
        options.add_argument(argument)
    if autoplay:
        options.add_argument("--autoplay-policy=no-user-gesture-required")
    if width < 500:
        options.add_experimental_option(
            "mobileEmulation", {"deviceMetrics": {"width": width, "height": 900, "pixelRatio": 1}}
        )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    browser.set_script_timeout(60)
    if dark:
        media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    return browser


def click_dbfs(browser: Any, url: str, restart: bool) -> float:
    """What a switch between two sines out of phase leaves above 2 kHz, in dBFS."""
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    signals = [0.5 * np.sin(2 * np.pi * 200 * time_s), 0.5 * np.sin(2 * np.pi * 200 * time_s + 2.5)]
    signals = [signal * np.minimum(1, time_s / 0.005) for signal in signals]
    heard = render(browser, url, signals, [("A", 0.0), ("B", 0.2003)], restart)
    around = heard[round(0.15 * RATE_HZ) : round(0.3 * RATE_HZ)] * np.hanning(round(0.15 * RATE_HZ))
    spectrum = np.fft.rfft(around)
    spectrum[np.fft.rfftfreq(len(around), 1 / RATE_HZ) < 2000] = 0
    return 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max() + 1e-12)
