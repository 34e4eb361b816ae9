"""What an operator watches, in the form of Prometheus: counts and times, never a text."""

from __future__ import annotations

import os
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FIRST_SOUND_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0, 5.0)
_GAP_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_REAL_TIME_FACTOR = (0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0)


class Metrics:
    """The numbers of one process; where several share a port, what is shown is of all of them."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "vivavoce_requests", "Requests by protocol and outcome", ("protocol", "outcome"), registry=registry
        )
        self.first_sound = Histogram(
            "vivavoce_first_sound_seconds", "From a text to its first sound", registry=registry, buckets=_FIRST_SOUND_S
        )
        self.gap = Histogram("vivavoce_gap_seconds", "Between two chunks of a text", registry=registry, buckets=_GAP_S)
        self.real_time_factor = Histogram(
            "vivavoce_real_time_factor", "Time to make a text, over how long it lasts",
            registry=registry, buckets=_REAL_TIME_FACTOR,
        )  # fmt: skip
        self.underruns = Counter(
            "vivavoce_underruns", "Chunks that came after a listener had heard all before them", registry=registry
        )
        self.speech = Counter("vivavoce_speech_seconds", "Sound that was made", registry=registry)
        self.streams = Gauge("vivavoce_streams", "Texts being spoken", registry=registry, multiprocess_mode="livesum")
        self.tasks = Gauge("vivavoce_tasks", "Tasks of the event loop", registry=registry, multiprocess_mode="livesum")
        self.queue = Gauge(
            "vivavoce_queue", "Texts that wait to be spoken", registry=registry, multiprocess_mode="livesum"
        )

    def watch(self, asked_s: float) -> Watch:
        """Watch over one text that was asked for at `asked_s`, by `time.monotonic`."""
        return Watch(self, asked_s)

    def exposition(self) -> bytes:
        """What `/metrics` answers."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
            return generate_latest(registry)
        return generate_latest(self.registry)


class Watch:
    """Times the delivery of one text: when its first sound was ready, and whether a listener would have had to wait."""

    def __init__(self, metrics: Metrics, asked_s: float) -> None:
        self._metrics, self._asked_s = metrics, asked_s
        self._heard_until_s = self._last_s = 0.0
        self._seconds = self._busy_s = 0.0

    def chunk(self, seconds: float, busy_s: float) -> None:
        """A chunk of `seconds` of sound is ready, which took a thread `busy_s`."""
        now_s = time.monotonic()
        if not self._seconds:
            self._metrics.first_sound.observe(now_s - self._asked_s)
            self._heard_until_s = now_s
        else:
            self._metrics.gap.observe(now_s - self._last_s)
            if now_s > self._heard_until_s:
                self._metrics.underruns.inc()
                self._heard_until_s = now_s
        self._last_s = now_s
        self._seconds += seconds
        self._busy_s += busy_s
        self._heard_until_s += seconds
        self._metrics.speech.inc(seconds)

    def end(self) -> None:
        """All of it is made."""
        if self._seconds:
            self._metrics.real_time_factor.observe(self._busy_s / self._seconds)
