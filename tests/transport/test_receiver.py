"""The whole way in virtual time: packets through a bad network into a receiver that is asked every 20 ms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.audio import Samples
from vivavoce.transport import red, time_scale
from vivavoce.transport.channel import ChannelSettings, GilbertElliott, transmit
from vivavoce.transport.jitter_buffer import JitterSettings, Move
from vivavoce.transport.opus_codec import FRAME, RATE_HZ, OpusSettings
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.red import RedBlock, pack_red
from vivavoce.transport.rtp import RtpPacket, pack, unpack
from vivavoce.transport.rtp_sender import PacketSender
from vivavoce.transport.sender import ProtectionSettings, Protector

from .fakes import FakeCodec, FakeConcealer

QUIET_S = 1.5


def datagrams(packets: list[bytes], repeat: int = 1) -> list[tuple[float, bytes]]:
    return [(0.02 * n, pack(RtpPacket(n, 960 * n, data, 7))) for n, data in enumerate(packets * repeat)]


def heard(
    sent: list[tuple[float, bytes]], network: ChannelSettings, jitter: JitterSettings | None = None
) -> tuple[Receiver[int], Samples]:
    receiver = Receiver(FakeConcealer(), [FakeCodec()], jitter)
    arriving = transmit(network, sent)
    end_s = sent[-1][0] + network.delay_s + QUIET_S
    pieces, place = [], 0
    for tick in range(int(end_s / 0.02)):
        while place < len(arriving) and arriving[place].at_s <= 0.02 * tick:
            receiver.arrive(arriving[place].data, arriving[place].at_s)
            place += 1
        pieces.append(receiver.pull(0.02 * tick))
    return receiver, np.concatenate(pieces)


def fresh(receiver: Receiver[int]) -> int:
    """How many packets were played from something that was sent."""
    return sum(receiver.played.get(source, 0) for source in (Source.PACKET, Source.LBRR, Source.REDUNDANCY))


def test_a_perfect_network_plays_every_packet_once(carrying: list[bytes]) -> None:
    receiver, samples = heard(datagrams(carrying), ChannelSettings(delay_s=0.05))
    assert receiver.played[Source.PACKET] == len(carrying)
    assert np.isfinite(samples).all()
    assert receiver.refused == 0


@pytest.mark.parametrize("loss", [None, GilbertElliott.of(0.2, 3.0)])
def test_what_comes_after_all_that_was_sent_is_known(carrying: list[bytes], loss: GilbertElliott | None) -> None:
    sent = datagrams(carrying)
    receiver, samples = heard(sent, ChannelSettings(loss, delay_s=0.05))
    spoken_s = (len(samples) - receiver.idle_samples) / RATE_HZ
    assert spoken_s == pytest.approx(sent[-1][0], abs=0.3)
    before = receiver.idle_samples
    assert before > RATE_HZ
    receiver.pull(99.0)
    assert receiver.idle_samples == before + FRAME


@pytest.mark.parametrize(
    "network",
    [
        ChannelSettings(GilbertElliott.of(0.2, 3.0), delay_s=0.05, jitter_s=0.01),
        ChannelSettings(GilbertElliott.of(0.5, 4.0), delay_s=0.05),
        ChannelSettings(reorder=0.1, reorder_by_s=0.2),
        ChannelSettings(duplicate=0.5, jitter_s=0.03),
        ChannelSettings((True, False)),
    ],
    ids=["loss and jitter", "half lost", "reordered by ten", "duplicates", "every other lost"],
)
def test_nothing_is_lost_that_a_later_packet_carried(network: ChannelSettings, carrying: list[bytes]) -> None:
    receiver, _ = heard(datagrams(carrying), network)
    numbers = [unpack(delivery.data).sequence for delivery in transmit(network, datagrams(carrying))]
    carried = max(numbers) + 1 - min(numbers)
    assert fresh(receiver) >= carried - 2
    assert fresh(receiver) <= carried + 1


def test_a_burst_of_five_seconds_ends_and_playing_goes_on(carrying: list[bytes]) -> None:
    sent = datagrams(carrying, repeat=4)
    lost = tuple(150 <= number < 400 for number in range(len(sent)))
    receiver, _ = heard(sent, ChannelSettings(lost))
    assert receiver.played[Source.PACKET] == len(sent) - 250
    assert receiver.played[Source.REDUNDANCY] == pytest.approx(50, abs=1)


@pytest.mark.parametrize("drift_ppm", [200.0, -200.0, 20_000.0])
def test_a_clock_that_drifts_costs_no_packet(drift_ppm: float, carrying: list[bytes]) -> None:
    sent = datagrams(carrying, repeat=3)
    receiver, _ = heard(sent, ChannelSettings(drift_ppm=drift_ppm))
    assert receiver.played[Source.PACKET] >= len(sent) - 1
    assert receiver.played.get(Source.PREDICTION, 0) < QUIET_S / 0.02


@pytest.mark.parametrize("pause_s", [0.5, 3.0])
def test_after_a_sender_that_stood_still_speech_goes_on(pause_s: float, carrying: list[bytes]) -> None:
    """A program that makes speech slower than it is played sends late, and its timestamps know nothing of it."""
    sent = [
        (at_s + (pause_s if number >= 60 else 0.0), data) for number, (at_s, data) in enumerate(datagrams(carrying))
    ]
    receiver, _ = heard(sent, ChannelSettings())
    assert receiver.played[Source.PACKET] >= len(sent) - 8


def test_other_codings_are_refused() -> None:
    """PCMU beside the stream on its port; as Opus it would be noise."""
    receiver = Receiver(FakeConcealer())
    for number in range(4):
        receiver.arrive(pack(RtpPacket(number, 960 * number, b"\x48" + bytes(50), 7, payload_type=0)), 0.02 * number)
    assert receiver.refused == 4
    assert receiver.state.stream.ssrc is None


def test_what_was_played_in_the_call_has_no_end_of_guesses(carrying: list[bytes]) -> None:
    receiver, _ = heard(datagrams(carrying), ChannelSettings(delay_s=0.05))
    assert receiver.played[Move.EXPAND] > 10
    assert receiver.played_in_call[Source.PACKET] == len(carrying)
    assert Move.EXPAND not in receiver.played_in_call


def test_total_loss_is_silence() -> None:
    receiver = Receiver(FakeConcealer())
    assert not receiver.pull(0.0).any()
    assert receiver.played[Move.BUFFERING] == 1


def test_after_a_wait_playing_catches_up(carrying: list[bytes]) -> None:
    sent = datagrams(carrying, repeat=2)
    lost = tuple(60 <= number < 90 for number in range(len(sent)))
    receiver, samples = heard(sent, ChannelSettings(lost))
    assert fresh(receiver) == len(sent)
    assert receiver.played[Move.EXPAND] > 10
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    assert loud[-1] / RATE_HZ < sent[-1][0] + 0.25


def test_a_new_sender_begins_anew(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer())
    for number in range(2):
        receiver.arrive(pack(RtpPacket(number, 5000 + 960 * number, carrying[number], 1)), 0.0)
    for number in range(6):
        receiver.arrive(pack(RtpPacket(9 + number, 77 + 960 * number, carrying[number], 2)), 0.02 * number)
    assert receiver.refused == 4
    receiver.pull(1.0)
    receiver.pull(1.0)
    assert receiver.played[Source.PACKET] == 2


def test_noise_begins_no_stream(carrying: list[bytes]) -> None:
    receiver, random = Receiver(FakeConcealer()), np.random.default_rng(0)
    for number in range(40):
        noise = bytes([0x80, 111]) + random.bytes(10) + carrying[number]
        receiver.arrive(noise, 0.02 * number)
        assert not receiver.pull(0.02 * number).any()
    assert receiver.state.stream.ssrc is None
    assert len(receiver.state.stream.candidates) + receiver.refused == 40


def test_a_leap_in_time_is_filled_in_pieces(carrying: list[bytes]) -> None:
    """One packet must not make the next call take as long as a gap of ten seconds does."""
    filled: list[int] = []

    class Counting(FakeConcealer):
        def fill(self, state: int, frames: int, *features: object, **ahead: object) -> tuple[int, Samples]:
            filled.append(frames)
            return super().fill(state, frames)

    receiver = Receiver(Counting())
    for number in (0, 1, 2, 480):
        receiver.arrive(pack(RtpPacket(number, 960 * number, carrying[number % 100], 1)), 0.02)
    for tick in range(490):
        receiver.pull(0.02 * tick)
    assert max(filled) <= 16
    assert receiver.played[Source.PACKET] == 4


def test_a_second_stream_on_the_port_is_passed_by(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer(), [FakeCodec()])
    for number, data in enumerate(carrying):
        receiver.arrive(pack(RtpPacket(number, 960 * number, data, 1)), 0.02 * number)
        receiver.arrive(pack(RtpPacket(number, 960 * number + 5, data, 2)), 0.02 * number + 0.001)
        receiver.pull(0.02 * number)
    assert receiver.refused == len(carrying)
    assert receiver.played[Source.PACKET] > len(carrying) - 5


def test_copies_in_red_are_played(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer())
    for number in range(2, 100, 3):
        blocks = [RedBlock(111, 960 * back, carrying[number - back]) for back in (2, 1, 0)]
        receiver.arrive(pack(RtpPacket(number, 960 * number, pack_red(blocks), 1, red.PAYLOAD_TYPE)), 0.02 * number)
        for tick in range(3):
            receiver.pull(0.02 * (number + tick))
    assert receiver.played[Source.RED] >= 60
    assert receiver.played[Source.PACKET] >= 31
    assert Source.PREDICTION not in receiver.played


@pytest.mark.parametrize("payload", [b"", bytes([0x80]), bytes([0x80 | 111, 0, 4, 200, 111]), bytes([0x80] * 400)])
def test_red_that_is_cut_short_is_refused(payload: bytes) -> None:
    receiver = Receiver(FakeConcealer())
    receiver.arrive(pack(RtpPacket(1, 960, payload, 1, red.PAYLOAD_TYPE)), 0.0)
    assert receiver.refused == 1


def test_red_inside_red_is_refused(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer())
    inner = pack_red([RedBlock(111, 960, carrying[0]), RedBlock(111, 0, carrying[1])])
    outer = pack_red([RedBlock(red.PAYLOAD_TYPE, 960, inner), RedBlock(111, 0, carrying[2])])
    receiver.arrive(pack(RtpPacket(1, 960, outer, 1, red.PAYLOAD_TYPE)), 0.0)
    assert receiver.refused == 1


def test_red_around_another_coding_is_refused(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer())
    payload = pack_red([RedBlock(111, 960, carrying[0]), RedBlock(0, 0, carrying[1])])
    receiver.arrive(pack(RtpPacket(1, 960, payload, 1, red.PAYLOAD_TYPE)), 0.0)
    assert receiver.refused == 1


def test_the_state_is_a_value(carrying: list[bytes]) -> None:
    """A moment that was kept is played again to the same sound."""
    receiver = Receiver(FakeConcealer(), [FakeCodec()])
    for number in (*range(40), *range(44, 80)):
        receiver.arrive(pack(RtpPacket(number, 960 * number, carrying[number], 1)), 0.02 * number)
    kept = receiver.state
    once = [receiver.pull(2.0 + 0.02 * tick) for tick in range(60)]
    receiver.state = kept
    again = [receiver.pull(2.0 + 0.02 * tick) for tick in range(60)]
    assert np.array_equal(once, again)


@given(st.binary(max_size=80))
@settings(max_examples=50)
def test_any_datagram_is_played_or_refused(datagram: bytes) -> None:
    receiver = Receiver(FakeConcealer(), [FakeCodec()])
    receiver.arrive(datagram, 0.0)
    assert np.isfinite(receiver.pull(0.5)).all()


def test_hostile_timestamps_leave_playing_alone(carrying: list[bytes]) -> None:
    receiver = Receiver(FakeConcealer(), [FakeCodec()])
    rng = np.random.default_rng(0)
    for number in range(300):
        receiver.arrive(pack(RtpPacket(number, int(rng.integers(1 << 32)), carrying[50], 7)), 0.02 * number)
        receiver.arrive(pack(RtpPacket(number, 960 * int(rng.integers(1000)), carrying[50], 7)), 0.02 * number)
        assert receiver.pull(0.02 * number).shape == (FRAME,)


def test_pauses_are_not_sent_and_not_missed(frames: list[Samples]) -> None:
    quiet = [np.zeros(FRAME, np.float32)] * 100
    sender = PacketSender(Protector(None, ProtectionSettings(OpusSettings(dtx=True))), ssrc=3)
    sent = [(0.02 * n, sender.step(frame)) for n, frame in enumerate([*quiet, *frames, *quiet])]
    there = [(at_s, datagram) for at_s, datagram in sent if datagram]
    assert len(there) < len(sent) - 100
    receiver, _ = heard(there, ChannelSettings())
    assert receiver.played[Source.PACKET] == len(there)
    assert receiver.played[Source.PAUSE] > 80
    assert Source.PREDICTION not in receiver.played


def test_pace_changes_the_length_by_a_period_and_nothing_else() -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(FRAME) / RATE_HZ).astype(np.float32)
    for changed, sign in ((time_scale.accelerate(tone), -1), (time_scale.preemptive_expand(tone), 1)):
        assert (len(changed) - FRAME) * sign in (80, 160)
        assert np.abs(np.diff(changed)).max() < 1.05 * np.abs(np.diff(tone)).max()
    assert len(time_scale.accelerate(np.zeros(FRAME, np.float32))) < FRAME
