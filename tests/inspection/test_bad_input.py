"""Files that nobody should have made: an event or one clear error, and nothing worse."""

from __future__ import annotations

import os
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from tests.inspection.material import babble, moving, written
from vivavoce.inspection import (
    Inspection,
    InspectionJob,
    InspectionSession,
    Limits,
    MediaError,
    inspect_events,
    inspect_file,
    inspect_files,
)
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.live import LiveSource
from vivavoce.inspection.media import AudioBlock, VideoFrame
from vivavoce.inspection.simulation import Clip
from vivavoce.inspection.timestamps import CONTAINER

NAMES = ("freeze", "stutter", "black", "audio_dropout")


def problems(result: Inspection) -> list[str]:
    return [event.evidence["problem"] for event in result.events if event.defect == CONTAINER]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("media") / "good.mp4", moving(2.0))


def test_a_good_file_has_no_events(good: Path) -> None:
    result = inspect_file(good, NAMES)
    assert (result.events, result.error) == ((), None)
    assert result.seconds == pytest.approx(2.0, abs=0.1)
    assert result.measurements["pictures"]["count"] == 50


@pytest.mark.parametrize(
    "content", [b"", b"This is no film.\n" * 100, os.urandom(2000), b"#EXTM3U\n#EXTINF:10,\n/etc/passwd\n"]
)
def test_what_is_no_media_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    result = inspect_file(path, NAMES)
    assert result.error is not None
    assert str(path) in result.error
    assert "\n" not in result.error


def test_truncated_at_the_front_or_in_the_middle(tmp_path: Path) -> None:
    data = written(tmp_path / "whole.ts", moving(3.0)).read_bytes()
    (tmp_path / "cut.ts").write_bytes(data[: len(data) // 2])
    assert inspect_file(tmp_path / "cut.ts", NAMES).seconds < 2.5
    mp4 = written(tmp_path / "whole.mp4", moving(1.0)).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(mp4[: len(mp4) // 2])
    assert inspect_file(tmp_path / "cut.mp4", NAMES).error


def test_a_file_that_ends_before_it_promised_says_so(tmp_path: Path) -> None:
    data = written(tmp_path / "whole.mkv", moving(4.0)).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 3])
    assert any("the container promises" in problem for problem in problems(inspect_file(tmp_path / "cut.mkv", NAMES)))


def test_sound_alone_and_pictures_alone(tmp_path: Path) -> None:
    heard = inspect_file(written(tmp_path / "sound.mp4", Clip(sound=babble(2.0))), NAMES)
    seen = inspect_file(written(tmp_path / "pictures.mp4", moving(1.0, sound=False)), NAMES)
    assert (heard.error, seen.error) == (None, None)
    assert "pictures" not in heard.measurements
    assert seen.measurements["sounds"] == []


def test_one_pixel_is_decoded_and_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "dot.mkv"
    with av.open(path, "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width = stream.height = 1
        stream.pix_fmt = "gray"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((1, 1), np.uint8), "gray")))
        container.mux(stream.encode(None))
    result = inspect_file(path, NAMES)
    assert result.error is None
    assert "frames under 16 x 16 pixels were not looked at" in result.notices


def test_too_many_pixels_are_refused_before_they_are_decoded(good: Path) -> None:
    result = inspect_file(good, NAMES, Limits(pixels=160 * 90))
    assert result.error == f"{good}: 160 x 96 pixels, over the limit of 14400"


def test_too_long_and_too_many_streams_are_refused(good: Path) -> None:
    assert "hours, over the limit" in str(inspect_file(good, NAMES, Limits(seconds=1.0)).error)
    assert "streams, over the limit" in str(inspect_file(good, NAMES, Limits(streams=1)).error)


def test_an_encrypted_track_is_named_as_such(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(good.read_bytes().replace(b"avc1\x00\x00\x00\x00", b"encv\x00\x00\x00\x00"))
    result = inspect_file(path, NAMES)
    assert "encrypted" in " ".join([str(result.error), *problems(result)])


def test_timestamps_that_go_back_are_an_event(tmp_path: Path) -> None:
    once = written(tmp_path / "once.ts", moving(2.0)).read_bytes()
    (tmp_path / "twice.ts").write_bytes(once + once)
    result = inspect_file(tmp_path / "twice.ts", NAMES)
    assert result.seconds == pytest.approx(4.0, abs=0.3)
    assert "timestamps of the pictures jump" in problems(result)


def test_a_variable_rate_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "variable.mkv"
    clip = moving(2.0, sound=False)
    stamps = np.cumsum([40 if n % 7 else 90 for n in range(50)]).tolist()
    _raw(path, [frame.luma for frame in clip.frames], stamps)
    times = [part.time_s for part in _parts(path) if isinstance(part, VideoFrame)]
    assert np.diff(times).max() == pytest.approx(0.09, abs=0.002)
    assert (np.diff(times) > 0).all()


def test_ten_sound_tracks_and_five_point_one(tmp_path: Path) -> None:
    path = tmp_path / "tracks.mkv"
    with av.open(path, "w") as container:
        streams = [container.add_stream("flac", rate=48_000, layout="5.1" if n == 0 else "mono") for n in range(10)]
        for number, stream in enumerate(streams):
            channels = 6 if number == 0 else 1
            samples = (babble(1.0, channels) * 30_000).astype(np.int16)
            if number == 7:
                samples[:, 24_000:28_800] = 0
            frame = AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), "s16", "5.1" if number == 0 else "mono")
            frame.sample_rate, frame.pts = 48_000, 0
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    result = inspect_file(path, NAMES)
    assert result.error is None
    assert len(result.measurements["sounds"]) == 10
    assert [event.evidence["stream"] for event in result.events] == [7]


def test_depth_that_changes_in_midstream_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "depth.h264"
    clip = moving(1.0, sound=False)
    path.write_bytes(_h264(clip, "yuv420p") + _h264(clip, "yuv420p10le"))
    pictures = [part for part in _parts(path) if isinstance(part, VideoFrame)]
    assert len(pictures) == 50
    assert abs(float(pictures[0].luma.mean()) - float(pictures[25].luma.mean())) < 1.0


def test_a_new_picture_size_starts_detectors_anew(tmp_path: Path) -> None:
    path = tmp_path / "size.h264"
    path.write_bytes(_h264(moving(1.0, sound=False), "yuv420p") + _h264(moving(1.0, 64, 128, False), "yuv420p"))
    result = inspect_file(path, NAMES)
    assert result.error is None
    assert problems(result) == ["the picture changes its size"]


def test_damaged_packets_are_told(good: Path, tmp_path: Path) -> None:
    data = bytearray(good.read_bytes())
    start = data.index(b"mdat") + 2000
    data[start : start + 6000 : 7] = bytes(len(range(start, start + 6000, 7)))
    (tmp_path / "damaged.mp4").write_bytes(data)
    result = inspect_file(tmp_path / "damaged.mp4", NAMES)
    assert result.error or problems(result)


def test_memory_stays_flat_on_an_endless_pipe(tmp_path: Path) -> None:
    data = written(tmp_path / "clip.ts", moving(1.0)).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=_pour, args=(pipe, data, 4), daemon=True)
    writer.start()
    source = LiveSource(pipe, idle_s=5.0)
    with open_media(source) as media:
        work = InspectionSession(media.info, NAMES)
        list(inspect_events(media, work))
    writer.join(5)
    source.close()
    assert work.end_s == pytest.approx(4.0, abs=0.6)


def test_a_pipe_that_says_nothing_ends(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    source = LiveSource(Path(f"/dev/fd/{reading}"), idle_s=0.2)
    before = time.monotonic()
    with pytest.raises(MediaError), open_media(source):
        pass
    assert time.monotonic() - before < 5
    assert source.stalled
    source.close()
    os.close(reading)
    os.close(writing)


def test_a_growing_file_is_read_to_where_it_stops(tmp_path: Path) -> None:
    source = LiveSource(written(tmp_path / "grows.ts", moving(1.0)), idle_s=0.3)
    with open_media(source) as media:
        assert sum(isinstance(part, VideoFrame) for part in media.parts()) == 25
    source.close()


def test_a_stalled_file_is_given_up_and_the_rest_goes_on(good: Path, tmp_path: Path) -> None:
    stalled = tmp_path / "stalled.mp4"
    os.mkfifo(stalled)
    results = {
        result.file: result for result in inspect_files([stalled, good], InspectionJob(("black",), stall_s=2.0), 1)
    }
    assert "given up" in str(results[str(stalled)].error)
    assert results[str(good)].error is None


def _parts(path: Path) -> list[VideoFrame | AudioBlock]:
    with open_media(path) as media:
        return [part for part in media.parts() if isinstance(part, VideoFrame | AudioBlock)]


def _raw(path: Path, planes: list[np.ndarray], stamps_ms: list[int]) -> None:
    """Pictures with stamps as they are."""
    with av.open(path, "w") as container:
        stream = container.add_stream("rawvideo", rate=25)
        stream.height, stream.width = planes[0].shape
        stream.pix_fmt = "gray"
        stream.codec_context.time_base = Fraction(1, 1000)
        for plane, stamp in zip(planes, stamps_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(plane, "gray")
            frame.pts, frame.time_base = stamp, Fraction(1, 1000)
            container.mux(stream.encode(frame))


def _h264(clip: Clip, pixel_format: str) -> bytes:
    height, width = clip.frames[0].luma.shape
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.options = {"preset": "ultrafast", "threads": "1"}
    packets = []
    for number, frame in enumerate(clip.frames):
        picture = av.VideoFrame.from_ndarray(frame.luma, "gray").reformat(format=pixel_format)
        picture.pts, picture.time_base = number, Fraction(1, 25)
        packets += context.encode(picture)
    return b"".join(bytes(packet) for packet in (*packets, *context.encode(None)))


def _pour(pipe: Path, data: bytes, times: int) -> None:
    with open(pipe, "wb") as file:
        for _ in range(times):
            file.write(data)


@pytest.mark.parametrize("layout", ["mono", "5.1", "7.1"])
def test_every_channel_is_heard_as_it_is(tmp_path: Path, layout: str) -> None:
    path, count = tmp_path / "wide.wav", av.AudioLayout(layout).nb_channels
    written = np.arange(1, count + 1, dtype=np.int16)[None, :].repeat(48_000, axis=0) * 1000
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout=layout)
        frame = AudioFrame.from_ndarray(written.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with open_media(path) as media:
        block = next(part for part in media.parts() if isinstance(part, AudioBlock))
    assert np.round(block.samples[:, 24_000] * 32768).tolist() == written[0].tolist()
