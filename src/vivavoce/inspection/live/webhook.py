"""Alerts to an address, as JSON, no more often than people want to hear of the same."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.live.channels import Channel
from vivavoce.inspection.live.listener import Listener

WAITING, TIMEOUT_S, TRIES = 1000, 10.0, 3
LAST_S = 5.0
"""How long the end waits for alerts that are on their way."""


class Webhook(Listener):
    """Posts events of a severity and above, and channels that fail or come back, each as one JSON object.

    After an alert the same defect of the same channel is silent for the cool-down; the next alert says in
    `suppressed` how many were left out. Posting never holds the inspection up: where the address is slow or away,
    alerts wait, are tried three times, and the oldest are dropped (`lost` counts them).
    """

    def __init__(
        self, url: str, least: Severity, cool_down_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises `InputError` for anything that is not an http or https address."""
        if not url.startswith(("http://", "https://")):
            raise InputError(f"--webhook {url}: give an address that begins with http:// or https://")
        self.lost = 0
        self._url, self._least, self._cool_down_s, self._clock = url, least, cool_down_s, clock
        self._quiet: dict[tuple[str, str], tuple[float, int]] = {}
        """By channel and defect: when the cool-down ends, and how many alerts it swallowed."""
        self._queue: Queue[dict[str, Any] | None] = Queue(WAITING)
        self._thread = Thread(target=self._post_all, daemon=True)
        self._thread.start()

    def on_event(self, channel: Channel, event: Event) -> None:
        if event.severity >= self._least:
            evidence = {key: value for key, value in event.evidence.items() if key != "map"}
            self._alert(channel, event.defect, {"type": "event", **event.as_json(), "evidence": evidence})

    def on_down(self, channel: Channel, reason: str) -> None:
        self._alert(channel, "down", {"type": "down", "reason": reason})

    def on_up(self, channel: Channel) -> None:
        self._alert(channel, "up", {"type": "up"})

    def close(self) -> None:
        self._put(None)
        self._thread.join(LAST_S)

    def _alert(self, channel: Channel, kind: str, document: dict[str, Any]) -> None:
        key, now_s = (channel.name, kind), self._clock()
        due_s, swallowed = self._quiet.get(key, (now_s, 0))
        if now_s < due_s:
            self._quiet[key] = due_s, swallowed + 1
            return
        self._quiet[key] = now_s + self._cool_down_s, 0
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._put({"at": at, "channel": channel.name, "file": channel.source, **document, "suppressed": swallowed})

    def _put(self, document: dict[str, Any] | None) -> None:
        while True:
            try:
                return self._queue.put_nowait(document)
            except Full:
                self._drop()

    def _drop(self) -> None:
        try:
            self._queue.get_nowait()
        except Empty:
            return
        self.lost += 1

    def _post_all(self) -> None:
        while (document := self._queue.get()) is not None:
            body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
            for attempt in range(TRIES):
                if self._post(body):
                    break
                time.sleep(0.5 * 2**attempt)
            else:
                self.lost += 1

    def _post(self, body: bytes) -> bool:
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500 and error.code != 429  # it was heard, and is not wanted: no use in trying again
        except (OSError, ValueError):
            return False
