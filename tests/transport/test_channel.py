from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.transport.channel import Channel, ChannelSettings, GilbertElliott, transmit
from vivavoce.transport.loss_traces import longest_burst, read_trace, repeat_trace

SENT = [(0.02 * number, number.to_bytes(2)) for number in range(8_000)]


def fate(settings: ChannelSettings) -> list[int]:
    return [int.from_bytes(delivery.data) for delivery in transmit(settings, SENT)]


def test_a_perfect_network_changes_nothing() -> None:
    arrived = transmit(ChannelSettings(delay_s=0.1), SENT)
    assert [(delivery.at_s, delivery.data) for delivery in arrived] == [(at_s + 0.1, data) for at_s, data in SENT]


@pytest.mark.parametrize(("loss", "burst"), [(0.05, 1.5), (0.2, 4.0), (0.6, 20.0)])
def test_gilbert_elliott_has_the_loss_and_the_bursts_asked_for(loss: float, burst: float) -> None:
    there = set(fate(ChannelSettings(GilbertElliott.of(loss, burst))))
    lost = [number not in there for number in range(len(SENT))]
    bursts = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    assert sum(lost) / len(lost) == pytest.approx(loss, rel=0.2)
    assert sum(lost) / bursts == pytest.approx(burst, rel=0.2)


@pytest.mark.parametrize("loss", [0.1, 0.7])
def test_without_a_burst_every_packet_is_lost_by_itself(loss: float) -> None:
    there = set(fate(ChannelSettings(GilbertElliott.of(loss))))
    lost = [number not in there for number in range(len(SENT))]
    both = sum(now and before for before, now in pairwise(lost))
    assert sum(lost) / len(lost) == pytest.approx(loss, rel=0.1)
    assert both / len(lost) == pytest.approx(loss**2, rel=0.2)


@pytest.mark.parametrize("loss", [0.0, 1.0])
def test_all_or_nothing(loss: float) -> None:
    assert len(fate(ChannelSettings(GilbertElliott.of(loss)))) == (1.0 - loss) * len(SENT)


def test_a_trace_is_followed_and_begun_again() -> None:
    assert fate(ChannelSettings((False, True, True)))[:4] == [0, 3, 6, 9]


def test_jitter_alone_keeps_the_order() -> None:
    assert fate(ChannelSettings(jitter_s=0.05)) == list(range(len(SENT)))


def test_reordering_by_ten_packets() -> None:
    numbers = fate(ChannelSettings(reorder=0.1, reorder_by_s=0.201))
    overtaken = [before - after for before, after in pairwise(numbers) if after < before]
    assert len(overtaken) / len(SENT) == pytest.approx(0.1, rel=0.2)
    assert max(overtaken) == 10


def test_duplicates() -> None:
    assert len(fate(ChannelSettings(duplicate=0.25))) == pytest.approx(1.25 * len(SENT), rel=0.05)


def test_a_narrow_link_delays_then_drops_at_the_tail() -> None:
    channel = Channel(ChannelSettings(rate_bps=8_000, queue_bytes=1_000))
    arrivals = [channel.send(0.0, bytes(200)) for _ in range(10)]
    assert [round(delivery.at_s, 3) for sent in arrivals for delivery in sent] == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_a_clock_that_runs_fast() -> None:
    last = transmit(ChannelSettings(drift_ppm=200), SENT)[-1]
    assert last.at_s - SENT[-1][0] == pytest.approx(160 * 200e-6, rel=0.01)


def test_the_seed_decides() -> None:
    settings = ChannelSettings(GilbertElliott.of(0.2, 3.0), jitter_s=0.02, reorder=0.1, duplicate=0.1, seed=5)
    assert transmit(settings, SENT) == transmit(settings, SENT)
    assert fate(settings) != fate(replace(settings, seed=6))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reorder": 2.0}, "reorder of 2"),
        ({"delay_s": -1.0}, "delay of -1"),
        ({"jitter_s": float("nan")}, "jitter of nan"),
        ({"rate_bps": 0.0}, "more than 0"),
        ({"loss": ()}, "empty loss trace"),
    ],
)
def test_a_network_that_cannot_be_is_refused(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(ChannelSettings(), **wrong)


def test_a_model_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"bursts of 9\.0 packets or more"):
        GilbertElliott.of(0.9, 2.0)


def test_traces(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text("0\n1\n1\r\n\n0\n")
    assert read_trace(path) == (False, True, True, False)
    assert repeat_trace(read_trace(path), 6) == (False, True, True, False, False, True)
    assert longest_burst(read_trace(path)) == 2


@pytest.mark.parametrize(("text", "words"), [("", "empty trace"), ("0\nlost\n", r"trace\.txt:2: not a trace")])
def test_what_is_no_trace_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "trace.txt").write_text(text)
    with pytest.raises(InputError, match=words):
        read_trace(tmp_path / "trace.txt")
