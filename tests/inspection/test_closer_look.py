"""A tier that leaves pictures out decodes all of them where sizes of packets tell of something unusual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from av.packet import Packet

from tests.inspection.material import moving, written
from vivavoce.inspection import DEFAULT_LIMITS, inspect_file
from vivavoce.inspection.closer_look import CloserLook
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import VideoFrame, apart
from vivavoce.inspection.simulation import simulate
from vivavoce.inspection.simulation.codec import frame_of
from vivavoce.inspection.tiers import TIERS

LIVE = replace(DEFAULT_LIMITS, tier=TIERS["live"])
HEIGHT, WIDTH, SECONDS = 400, 720, 6.0
DEFECTS = {"stutter": (3.0, 1.5), "combing": (3.0, 2.0)}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("closer") / "calm.mp4", moving(SECONDS, HEIGHT, WIDTH))


@pytest.fixture(scope="module", params=DEFECTS)
def wrong(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    start_s, length_s = DEFECTS[request.param]
    damaged, _ = simulate(request.param, moving(SECONDS, HEIGHT, WIDTH), start_s, length_s, 0.8)
    return request.param, written(tmp_path_factory.mktemp("closer") / f"{request.param}.mp4", damaged)


def pictures(path: Path) -> list[VideoFrame]:
    with open_media(path, LIVE) as media:
        return [part for part in media.parts() if isinstance(part, VideoFrame)]


def test_calm_film_is_looked_at_sparsely(calm: Path) -> None:
    seen = pictures(calm)
    assert len(seen) < 0.7 * SECONDS * 25
    assert sum(not picture.sparse for picture in seen) < 0.1 * len(seen)
    assert all(picture.full_luma is None for picture in seen if picture.sparse)


def test_what_is_unusual_is_decoded_whole_with_what_was_before_it(wrong: tuple[str, Path]) -> None:
    defect, path = wrong
    start_s, _ = DEFECTS[defect]
    seen = pictures(path)
    within = [picture for picture in seen if start_s - 0.2 < picture.time_s < start_s + 1.0]
    assert len(within) >= 29
    assert not any(picture.sparse for picture in within)
    assert {picture.full_luma.shape for picture in within if picture.full_luma is not None} == {(HEIGHT, WIDTH)}


def test_what_only_whole_stretches_show_is_found(wrong: tuple[str, Path]) -> None:
    defect, path = wrong
    start_s, length_s = DEFECTS[defect]
    result = inspect_file(path, (defect,), LIVE)
    assert [event.defect for event in result.events] == [defect]
    assert result.events[0].start_s == pytest.approx(start_s, abs=0.4)
    assert result.events[0].end_s <= start_s + length_s + 0.3


@pytest.fixture(scope="module")
def referring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film whose pictures refer to some of those between others, as x264's do that is given time."""
    path, clip = tmp_path_factory.mktemp("closer") / "referring.mp4", moving(4.0, 192, 320, sound=False)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "slow", "bf": "3", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for yuv in clip.frames:
            container.mux(stream.encode(frame_of(yuv)))
        container.mux(stream.encode(None))
    return path


def test_what_is_looked_at_sparsely_is_decoded_right(referring: Path) -> None:
    with open_media(referring) as media:
        whole = {round(part.time_s, 3): part.luma for part in media.parts() if isinstance(part, VideoFrame)}
    with open_media(referring, LIVE) as media:
        sparse = {round(part.time_s, 3): part.luma for part in media.parts() if isinstance(part, VideoFrame)}
    assert len(sparse) < 0.7 * len(whole)
    assert max(float(apart(luma, whole[time_s]).mean()) for time_s, luma in sparse.items()) < 0.5


def test_every_packet_comes_once_and_in_order_though_reading_fails(calm: Path) -> None:
    with av.open(str(calm)) as container:
        packets = [packet for packet in container.demux() if packet.size]
        closer = CloserLook(container.streams.video[0], TIERS["live"])

        def broken() -> Iterator[Packet[Any]]:
            yield from packets[: len(packets) // 2]
            raise MediaError("gone")

        given = closer.packets(broken())
        assert list(islice(given, len(packets) // 2)) == packets[: len(packets) // 2]
        with pytest.raises(MediaError, match="gone"):
            next(given)


def test_a_picture_whose_packet_had_no_stamp_counts_as_sparse(calm: Path) -> None:
    with av.open(str(calm)) as container:
        closer = CloserLook(container.streams.video[0], TIERS["live"])
        assert closer.is_sparse(90_000)
        assert closer.is_sparse(None)


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 6 s, four times over, whose clock begins anew each time."""
    folder = tmp_path_factory.mktemp("closer")
    once, path = written(folder / "once.ts", moving(6.0, 192, 320)), folder / "looped.ts"
    path.write_bytes(4 * once.read_bytes())
    return path


def test_as_much_is_looked_at_after_a_clock_steps_back_as_before(looped: Path) -> None:
    times_s = [picture.time_s for picture in pictures(looped)]
    counts = [sum(start_s <= time_s < start_s + 6.0 for time_s in times_s) for start_s in (0.0, 6.0, 12.0, 18.0)]
    assert min(counts) > 0.2 * 6.0 * 25
    assert max(counts) < 1.2 * min(counts)


def test_a_clock_that_steps_back_holds_no_packets(looped: Path) -> None:
    read: list[Packet[Any]] = []
    with av.open(str(looped)) as container:
        video = container.streams.video[0]

        def packets() -> Iterator[Packet[Any]]:
            for packet in container.demux():
                read.append(packet)
                yield packet

        given = CloserLook(video, TIERS["live"]).packets(packets())
        held = [
            sum(packet.stream_index == video.index for packet in read[number:]) for number, _ in enumerate(given, 1)
        ]
    assert max(held) < 1.5 * 25


def test_stamps_of_the_clock_before_mean_nothing(looped: Path) -> None:
    """The decoder gives its last pictures of a clock once it has the first packets of the next one."""
    with av.open(str(looped)) as container:
        video = container.streams.video[0]
        closer = CloserLook(video, TIERS["live"])
        given = (packet.pts for packet in closer.packets(container.demux(video)) if packet.pts is not None)
        before = list(islice(given, 150))
        first = next(given)
        assert first == min(before)
        assert not any(closer.passes_over(pts) for pts in before)
        assert closer.is_sparse(max(before))
        assert not closer.is_sparse(first)


def test_a_picture_right_after_one_that_was_left_out_is_sparse_at_any_rate(tmp_path: Path) -> None:
    slow = replace(moving(8.0, 192, 320, sound=False), rate_hz=2.0)
    seen = pictures(written(tmp_path / "slow.mp4", slow))
    for before, after in pairwise(seen):
        assert after.sparse or after.time_s - before.time_s < 0.6
