"""Many channels at once, each in a process of its own that is started again when it fails or stalls."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event, graver
from vivavoce.inspection.live.channels import Channel
from vivavoce.inspection.live.listener import Listener
from vivavoce.inspection.live.stream import LiveJob, LiveStream
from vivavoce.inspection.session import Inspection

POLL_S, START_S = 0.5, 60.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
HEALTHY_S = 60.0
"""A channel that was inspected for so long starts anew with the shortest wait when it fails."""


@dataclass(slots=True)
class _Watched:
    """One channel and the process that inspects it, if there is one now."""

    channel: Channel
    process: BaseProcess | None = None
    pipe: Connection | None = None
    heard_s: float = 0.0
    due_s: float = 0.0
    """When it is started next."""
    up: bool = False
    failures: int = 0
    """In a row."""
    done: bool = False
    file: tuple[int, int] | None = None
    """Device and inode of a growing file that was read before."""
    end_s: float = 0.0
    events: int = 0
    worst: Event | None = None
    result: Inspection | None = None


def watch_channels(
    channels: Sequence[Channel], job: LiveJob, listeners: Sequence[Listener], most_restarts: int | None = None
) -> list[Inspection]:
    """Watch channels until each has ended and was started again `most_restarts` times in a row (None: for ever).

    The listeners hear of everything; given back is what each channel came to, with its gravest event. Raises
    `InputError` for an address that is not allowed, before anything is started.
    """
    for channel in channels:
        LiveStream(channel, job)
    watched = [_Watched(channel) for channel in channels]
    try:
        while any(not one.done for one in watched):
            _look(watched, job, listeners, most_restarts)
    finally:
        for one in watched:
            _stop(one)
            for listener in listeners:
                listener.on_end(one.channel, _outcome(one, job), one.events)
    return [_outcome(one, job) for one in watched]


def _look(watched: Sequence[_Watched], job: LiveJob, listeners: Sequence[Listener], most: int | None) -> None:
    """Start what is due, wait a little, and hear what the processes say."""
    now_s = time.monotonic()
    for one in watched:
        if not one.done and one.process is None and now_s >= one.due_s:
            _start(one, job)
    ready = wait([one.pipe for one in watched if one.pipe], POLL_S)
    if not ready:
        time.sleep(0 if any(one.pipe for one in watched) else POLL_S)
    for one in watched:
        if one.pipe is None:
            continue
        reason = _hear(one, listeners) if one.pipe in ready else _find_stall(one, job)
        if reason is not None:
            _fail(one, reason, listeners, most)


def _hear(one: _Watched, listeners: Sequence[Listener]) -> str | None:
    """Take one message; why the channel is over, if it is."""
    assert one.pipe
    try:
        kind, value = one.pipe.recv()
    except (EOFError, OSError):
        assert one.process
        one.process.join(5)
        return f"{one.channel.source}: the decoder crashed (exit {one.process.exitcode})"
    one.heard_s = time.monotonic()
    if kind == "end":
        one.result = value
        return value.error or f"{one.channel.source}: ended"
    if not one.up:
        one.up = True
        for listener in listeners:
            listener.on_up(one.channel)
    if kind == "event":
        one.events += 1
        one.worst = graver(one.worst, value)
        for listener in listeners:
            listener.on_event(one.channel, value)
    else:
        one.end_s = value
        one.failures = 0 if value > HEALTHY_S else one.failures
        for listener in listeners:
            listener.on_progress(one.channel, value)
    return None


def _find_stall(one: _Watched, job: LiveJob) -> str | None:
    allowed_s = job.stall_s if one.up else job.stall_s + START_S
    if time.monotonic() - one.heard_s > allowed_s:
        return f"{one.channel.source}: nothing was decoded for {job.stall_s:g} s"
    return None


def _fail(one: _Watched, reason: str, listeners: Sequence[Listener], most: int | None) -> None:
    """Tell of it once in a row, and say when the channel is started again."""
    _stop(one)
    if one.up or one.failures == 0:
        for listener in listeners:
            listener.on_down(one.channel, reason)
    if one.result is None:
        one.result = Inspection(one.channel.source, (), error=reason)
    one.up = False
    one.due_s = time.monotonic() + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(one.failures, 10))
    one.failures += 1
    one.done = one.channel.is_standard_input or (most is not None and one.failures > most)


def _start(one: _Watched, job: LiveJob) -> None:
    context = multiprocessing.get_context("spawn")
    one.pipe, theirs = context.Pipe()
    known, one.file = one.file, _identity(one.channel)
    one.process = context.Process(
        target=_inspect_channel, args=(theirs, one.channel, job, known is not None and known == one.file), daemon=True
    )
    one.process.start()
    theirs.close()
    one.heard_s, one.result = time.monotonic(), None


def _identity(channel: Channel) -> tuple[int, int] | None:
    """What tells a growing file from the one that takes its name later; None for anything that is not a file."""
    if channel.is_address or channel.is_standard_input or not Path(channel.source).is_file():
        return None
    status = os.stat(channel.source)
    return status.st_dev, status.st_ino


def _stop(one: _Watched) -> None:
    if one.pipe:
        one.pipe.close()
    if one.process:
        one.process.kill()
        one.process.join()
    one.pipe = one.process = None


def _outcome(one: _Watched, job: LiveJob) -> Inspection:
    result = one.result or Inspection(one.channel.source, (), one.end_s, job.names)
    events = (one.worst,) if one.worst else ()
    return Inspection(
        one.channel.source, events, result.seconds, result.detectors, result.skipped, result.measurements, result.error,
        result.notices,
    )  # fmt: skip


def _inspect_channel(pipe: Connection, channel: Channel, job: LiveJob, from_end: bool) -> None:
    """A process's life: one source from where it is opened to where it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor hears it and ends this process

    def send(kind: str, value: Any) -> None:
        pipe.send((kind, value))

    try:
        stream = LiveStream(channel, job, from_end)
        for event in stream.events(lambda end_s: send("progress", end_s)):
            send("event", event)
        send("end", stream.result())
    except (BrokenPipeError, ConnectionResetError):
        return
    except InputError as error:
        send("end", Inspection(channel.source, (), error=str(error)))
    except Exception as error:
        reason = f"{channel.source}: inspection failed ({type(error).__name__}: {error})"
        send("end", Inspection(channel.source, (), error=reason))
