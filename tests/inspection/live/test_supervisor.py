"""Channels in processes of their own: told, restarted, given up."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.inspection.material import moving, written
from vivavoce.errors import InputError
from vivavoce.inspection import Event
from vivavoce.inspection.live import Channel, Listener, LiveJob, watch_channels
from vivavoce.inspection.simulation import simulate

JOB = LiveJob(("black",), idle_s=0.3, stall_s=30.0)


class Diary(Listener):
    """Writes everything down."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, ...]] = []

    def on_event(self, channel: Channel, event: Event) -> None:
        self.lines.append((channel.name, event.defect))

    def on_up(self, channel: Channel) -> None:
        self.lines.append((channel.name, "up"))

    def on_down(self, channel: Channel, reason: str) -> None:
        self.lines.append((channel.name, "down", reason.partition(": ")[2]))


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    damaged, _ = simulate("black", moving(2.0), 0.8, 0.3, 1.0)
    return written(tmp_path_factory.mktemp("live") / "stream.ts", damaged)


def test_every_channel_is_told_of_and_a_bad_one_costs_itself(stream: Path, tmp_path: Path) -> None:
    diary = Diary()
    channels = [Channel("one", str(stream)), Channel("gone", str(tmp_path / "gone.ts"))]
    results = watch_channels(channels, JOB, [diary], most_restarts=0)
    assert [line for line in diary.lines if line[0] == "one"] == [
        ("one", "up"), ("one", "black"), ("one", "down", "nothing came any more"),
    ]  # fmt: skip
    assert ("gone", "down", "No such file or directory") in diary.lines
    assert [len(result.events) for result in results] == [1, 0]
    assert "nothing came" in (results[0].error or "")


def test_a_channel_whose_process_dies_is_started_again_behind_what_was_read(
    stream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vivavoce.inspection.live import supervisor

    monkeypatch.setattr(supervisor, "FIRST_WAIT_S", 0.01)
    diary = Diary()

    class Killer(Diary):
        def on_event(self, channel: Channel, event: Event) -> None:
            for process in multiprocessing.active_children():
                process.kill()

    watch_channels([Channel("one", str(stream))], JOB, [Killer(), diary], most_restarts=1)
    assert diary.lines[:3] == [("one", "up"), ("one", "black"), ("one", "down", "the decoder crashed (exit -9)")]
    assert ("one", "black") not in diary.lines[3:]  # a growing file is not read twice


def test_an_address_needs_consent_before_anything_is_started() -> None:
    with pytest.raises(InputError, match="--allow-url"):
        watch_channels([Channel("news", "http://127.0.0.1/news.m3u8")], JOB, [])
