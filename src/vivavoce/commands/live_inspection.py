"""The work behind `vivavoce inspect --live`: one source here, several in processes of their own."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.live import (
    Channel,
    ChannelMetrics,
    Listener,
    LiveJob,
    LiveStream,
    Webhook,
    find_channels,
    watch_channels,
)
from vivavoce.inspection.session import Inspection

STANDARD_OUTPUT = Path("-")


class LinePrinter(Listener):
    """Events as JSON lines on standard output, and with their closing lines in a file."""

    def __init__(self, log: Path | None) -> None:
        """`log` is what `--json` names, None where it names nothing."""
        self._closing = log == STANDARD_OUTPUT
        self._log = None if self._closing else log

    def on_event(self, channel: Channel, event: Event) -> None:
        line = {"type": "event", "file": channel.source, **event.as_json(), **_place_of(channel)}
        self._write(line, shown=True)

    def on_end(self, channel: Channel, result: Inspection, events: int) -> None:
        line = {"type": "file", **result.as_json(), "file": channel.source, "events": events, **_place_of(channel)}
        self._write(line, shown=self._closing)

    def on_down(self, channel: Channel, reason: str) -> None:
        print(f"vivavoce: {channel.name}: {reason}" if channel.name != channel.source else f"vivavoce: {reason}",
              file=sys.stderr)  # fmt: skip

    def _write(self, line: dict[str, Any], shown: bool) -> None:
        text = json.dumps(line, ensure_ascii=False)
        if shown:
            print(text, flush=True)
        if self._log:
            with open(self._log, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text + "\n")


def _place_of(channel: Channel) -> dict[str, str]:
    """The channel's name where it has one of its own, and the time of day, to the second."""
    named = {"channel": channel.name} if channel.name != channel.source else {}
    return {**named, "at": datetime.now(UTC).isoformat(timespec="seconds")}


def inspect_live(arguments: argparse.Namespace, job: LiveJob) -> list[Inspection]:
    """What the sources of `--live` came to, each with its gravest event.

    Raises `InputError` for an address that is not allowed, a list that cannot be read, a webhook or a port that
    cannot be used.
    """
    channels = find_channels(arguments.live)
    listeners: list[Listener] = [LinePrinter(arguments.json)]
    try:
        if arguments.webhook:
            listeners.append(Webhook(arguments.webhook, Severity.parse(arguments.alert_on), arguments.cool_down))
        if arguments.metrics:
            listeners.append(ChannelMetrics(arguments.metrics))
        if len(channels) > 1 or arguments.restarts is not None:
            most = None if arguments.restarts is None or arguments.restarts < 0 else arguments.restarts
            return watch_channels(channels, job, listeners, most)
        return [_inspect_one(channels[0], job, listeners)]
    finally:
        for listener in listeners:
            listener.close()


def _inspect_one(channel: Channel, job: LiveJob, listeners: Sequence[Listener]) -> Inspection:
    """A single source, in this process and once."""
    stream, up = LiveStream(channel, job), False

    def rise(end_s: float = 0.0) -> None:
        nonlocal up
        for listener in listeners:
            if not up:
                listener.on_up(channel)
            listener.on_progress(channel, end_s)
        up = True

    for event in stream.events(rise):
        if not up:
            rise()
        for listener in listeners:
            listener.on_event(channel, event)
    result = replace(stream.result(), file=channel.source)
    for listener in listeners:
        if result.error:
            listener.on_down(channel, result.error)
        listener.on_end(channel, result, stream.count)
    return result
