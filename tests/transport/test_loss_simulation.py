from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.audio import Samples
from vivavoce.transport.loss_simulation import Gap, find_gaps, simulate_loss, simulate_loss_classic
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, OpusSettings
from vivavoce.transport.opus_extension import embed
from vivavoce.transport.opus_packet import assemble, parse
from vivavoce.transport.playback import PlayedSegment
from vivavoce.transport.playout_policy import MAX_BACK, ReceivedPacket, Source, find_redundancy
from vivavoce.transport.sender import ProtectionSettings, Protector

from .fakes import EXTENSION, PREDICTED, FakeCodec, FakeConcealer, FakeDecoder

COUNT = 120


def lost_at(*numbers: int, count: int = COUNT) -> list[bool]:
    return [number in numbers for number in range(count)]


def heard(
    packets: list[bytes], lost: list[bool], decoder: FakeDecoder | None = None, lbrr: bool = True
) -> PlayedSegment:
    return simulate_loss(
        packets[: len(lost)], lost, FakeConcealer(), [FakeCodec(decoder=decoder or FakeDecoder())], lbrr=lbrr
    )


def level(passage: PlayedSegment, number: int) -> float:
    return float(passage.samples[number * FRAME : (number + 1) * FRAME].mean())


@pytest.fixture(scope="module")
def with_lbrr(frames: list[Samples]) -> list[bytes]:
    protector = Protector(FakeCodec(), ProtectionSettings(OpusSettings(40_000, lbrr=True)))
    return [protector.step(frame).data for frame in frames]


def test_without_loss_every_sample_is_the_decoders(carrying: list[bytes]) -> None:
    passage, decoder = heard(carrying, lost_at()), OpusDecoder()
    assert set(passage.sources) == {Source.PACKET}
    assert np.array_equal(passage.samples, np.concatenate([decoder.decode(p) for p in carrying[:COUNT]]))


def test_the_sound_has_its_place_whatever_is_lost(carrying: list[bytes], plain: list[bytes]) -> None:
    passage = heard(carrying, lost_at(30, 31, 32, 60))
    assert len(passage.samples) == COUNT * FRAME
    whole = heard(carrying, lost_at())
    assert np.array_equal(passage.samples[: 30 * FRAME], whole.samples[: 30 * FRAME])


def test_a_hole_is_refilled_from_the_next_packet(carrying: list[bytes], frames: list[Samples]) -> None:
    numbers = range(40, 60)
    passage = heard(carrying, lost_at(*numbers))
    assert {passage.sources[number] for number in numbers} == {Source.REDUNDANCY}
    for number in numbers:
        nearby = np.concatenate(frames[number - 1 : number + 1])
        assert level(passage, number) <= np.abs(nearby).max() + 0.01
    assert max(level(passage, number) for number in numbers) > 0.05


def test_lbrr_is_for_the_last_lost_packet_alone(with_lbrr: list[bytes]) -> None:
    after = next(n for n in range(60, 100) if parse(with_lbrr[n]).has_lbrr)
    passage = heard(with_lbrr, lost_at(after - 3, after - 2, after - 1))
    assert passage.sources[after - 3 : after + 1] == (
        Source.REDUNDANCY,
        Source.REDUNDANCY,
        Source.LBRR,
        Source.PACKET,
    )
    assert heard(with_lbrr, lost_at(after - 1), lbrr=False).sources[after - 1] is Source.REDUNDANCY


def test_what_nobody_describes_is_predicted(carrying: list[bytes]) -> None:
    passage = heard(carrying, [number >= 100 for number in range(COUNT)])
    assert set(passage.sources[100:]) == {Source.PREDICTION}
    assert level(passage, 110) == pytest.approx(PREDICTED)


def test_a_hole_longer_than_the_redundancy_is_predicted_at_its_beginning(carrying: list[bytes]) -> None:
    passage = heard(carrying, lost_at(*range(30, 100)))
    assert set(passage.sources[30:50]) == {Source.PREDICTION}
    assert set(passage.sources[50:100]) == {Source.REDUNDANCY}


def test_nothing_is_lost_that_a_later_packet_carried(carrying: list[bytes], plain: list[bytes]) -> None:
    """The packets right after the hole carry nothing of ours; the one after them does."""
    mixed = [*carrying[:50], *plain[50:52], *carrying[52:]]
    passage = heard(mixed, lost_at(*range(40, 50)), lbrr=False)
    assert {passage.sources[number] for number in range(40, 50)} == {Source.REDUNDANCY}


def test_one_payload_is_decoded_once_for_a_hole(carrying: list[bytes]) -> None:
    decoder = FakeDecoder()
    heard(carrying, lost_at(*range(40, 60)), decoder)
    assert decoder.calls <= 2


@pytest.mark.parametrize("kind", ["packet", "payload", "both"])
def test_a_damaged_packet_is_a_hole_like_any_other(kind: str, carrying: list[bytes], plain: list[bytes]) -> None:
    damaged = list(carrying)
    if kind == "packet":
        damaged[50] = b"\xff\xff"
    elif kind == "payload":
        damaged[50] = assemble(embed(parse(plain[50]), b"\xff" * 30, EXTENSION))
    else:
        damaged[50] = b""
    passage = heard(damaged, lost_at(*range(45, 50)), lbrr=False)
    assert set(passage.sources[45:50]) == {Source.REDUNDANCY}
    assert passage.sources[50] is (Source.PACKET if kind == "payload" else Source.REDUNDANCY)


def test_foreign_redundancy_is_passed_by(plain: list[bytes]) -> None:
    dred = bytes([126 << 1]) + b"D\x0c" + bytes(range(60))
    packets = [assemble(parse(packet).with_padding(dred)) for packet in plain]
    passage = heard(packets, lost_at(50, 51))
    assert passage.sources[50] is Source.PREDICTION
    assert passage.sources[52] is Source.PACKET


@given(st.lists(st.sampled_from("drlx"), min_size=30, max_size=60))
@settings(max_examples=15)
def test_any_mixture_in_any_order_plays(carrying: list[bytes], plain: list[bytes], kinds: list[str]) -> None:
    """DRED, ours, LBRR and nothing."""
    choices = {"r": carrying, "l": plain, "x": [b""] * len(plain)}
    dred = bytes([126 << 1]) + b"D\x0cabc"
    packets = [
        assemble(parse(plain[n]).with_padding(dred)) if kind == "d" else choices[kind][n]
        for n, kind in enumerate(kinds)
    ]
    lost = [kind == "x" for kind in kinds]
    passage = heard(packets, lost)
    assert len(passage.sources) == len(kinds)
    assert all((source is Source.PACKET) == (kind != "x") for source, kind in zip(passage.sources, kinds, strict=True))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_any_loss_plays(share: float, carrying: list[bytes]) -> None:
    lost = [bool(value) for value in np.random.default_rng(1).random(COUNT) < share]
    for passage in (heard(carrying, lost), simulate_loss_classic(carrying[:COUNT], lost, lbrr=True)):
        assert len(passage.samples) == COUNT * FRAME
        assert np.isfinite(passage.samples).all()


def test_classic_uses_lbrr_where_asked(with_lbrr: list[bytes]) -> None:
    after = next(n for n in range(60, 100) if parse(with_lbrr[n]).has_lbrr)
    lost = lost_at(after - 1)
    assert simulate_loss_classic(with_lbrr[:COUNT], lost, lbrr=True).sources[after - 1] is Source.LBRR
    assert simulate_loss_classic(with_lbrr[:COUNT], lost).sources[after - 1] is Source.PREDICTION


def test_a_pause_of_the_sender_is_no_hole() -> None:
    protector = Protector(None, ProtectionSettings(OpusSettings(dtx=True)))
    packets = [protector.step(np.zeros(FRAME, np.float32)) for _ in range(80)]
    silent = [packet.silent for packet in packets]
    first = silent.index(True)
    lost = [quiet and before for before, quiet in zip([False, *silent], silent, strict=False)]
    passage = simulate_loss([packet.data for packet in packets], lost, FakeConcealer())
    assert passage.sources[first + 1] is Source.PAUSE
    assert Source.PREDICTION not in passage.sources


def test_holes() -> None:
    sources = (Source.PACKET, Source.LBRR, Source.PACKET, Source.PREDICTION, Source.REDUNDANCY)
    assert find_gaps(sources, [False, True, False, True, True]) == [
        Gap(1, (Source.LBRR,)),
        Gap(3, (Source.PREDICTION, Source.REDUNDANCY)),
    ]


def test_an_hour_costs_as_much_a_packet_as_a_minute() -> None:
    """What is looked up for a lost packet does not grow with the packets that are there."""
    looked_up = []

    class Counted(dict[int, ReceivedPacket]):
        def get(self, key: int, default: object = None) -> ReceivedPacket | None:  # type: ignore[override]
            looked_up.append(key)
            return super().get(key)

        def __iter__(self) -> Iterator[int]:
            raise AssertionError("all packets were scanned")

    for count in (3_000, 180_000):
        looked_up.clear()
        packets = Counted.fromkeys(range(1, count), ReceivedPacket(0, b""))
        assert find_redundancy(0, packets) is None
        assert len(looked_up) <= MAX_BACK + 1
