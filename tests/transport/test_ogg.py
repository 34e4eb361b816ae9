from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.errors import InputError
from vivavoce.transport import ogg, opus_file
from vivavoce.transport.ogg import OggError
from vivavoce.transport.opus_file import OpusFile


def file_bytes(packets: list[bytes]) -> bytes:
    return b"".join(opus_file.dump(OpusFile(tuple(packets), 312, len(packets) * 960 - 312)))


def test_the_checksum_is_that_of_another_writer() -> None:
    """The first page that libsndfile writes."""
    sound = io.BytesIO()
    soundfile.write(sound, np.zeros(4800), 48_000, format="OGG", subtype="OPUS")
    data = sound.getvalue()
    first = bytearray(data[: data.index(b"OggS", 4)])
    expected = int.from_bytes(first[22:26], "little")
    first[22:26] = bytes(4)
    assert ogg.crc(first) == expected


@given(st.lists(st.binary(max_size=700), min_size=1, max_size=40))
def test_packets_come_back_from_pages(packets: list[bytes]) -> None:
    pages = [ogg.page([packet], 960 * number, 7, number) for number, packet in enumerate(packets)]
    assert [packet.data for packet in ogg.packets(b"".join(pages), "pages")] == packets


def test_a_file_that_is_written_is_read(plain: list[bytes], tmp_path: Path) -> None:
    file = OpusFile(tuple(plain), 312, 100_000, 24_000)
    opus_file.write(tmp_path / "a.opus", file)
    assert opus_file.read(tmp_path / "a.opus") == file
    assert list(tmp_path.iterdir()) == [tmp_path / "a.opus"]


def test_a_pipe_is_not_replaced_by_a_file(plain: list[bytes], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: is a device or a pipe"):
        opus_file.write(tmp_path / "pipe", OpusFile(tuple(plain), 312, 100_000))
    assert (tmp_path / "pipe").is_fifo()


def test_other_players_read_what_is_written(plain: list[bytes], tmp_path: Path) -> None:
    opus_file.write(tmp_path / "a.opus", OpusFile(tuple(plain), 312, 100_000))
    samples, rate_hz = soundfile.read(tmp_path / "a.opus")
    assert (len(samples), rate_hz) == (100_000, 48_000)
    assert np.abs(samples).max() > 0.05


def test_files_of_other_writers_are_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.opus", np.zeros((48_000, 2)), 48_000, format="OGG", subtype="OPUS")
    file = opus_file.read(tmp_path / "a.opus")
    assert file.length == 48_000
    assert len(file.packets) in (50, 51)


@given(st.data())
def test_any_damage_is_one_clear_line(data: st.DataObject) -> None:
    good = file_bytes([b"\x48abc"] * 60)
    place = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(OggError, match=r"^sound\.opus: ") as caught:
        opus_file.load(bytes(bad), "sound.opus")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_ends_within_a_page_is_refused(share: float, plain: list[bytes]) -> None:
    good = file_bytes(plain)
    with pytest.raises(OggError, match="cut short|no Ogg page"):
        opus_file.load(good[: int(share * len(good))], "sound.opus")


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        ([b"OpusHead"], "not an Opus file"),
        ([b"OpusHead\x01\x06" + bytes(20)], "only mono and stereo"),
        ([b"OpusHead\x01\x01" + bytes(9)], "no OpusTags"),
        ([b"OpusHead\x01\x01" + bytes(9), b"OpusTags", b"\x58abc"], "packet 0 lasts 60 ms"),
    ],
)
def test_what_is_no_speech_of_20_ms_is_refused(packets: list[bytes], words: str) -> None:
    pages = [ogg.page([packet], 0, 1, number) for number, packet in enumerate(packets)]
    with pytest.raises(OggError, match=words):
        opus_file.load(b"".join(pages), "a.opus")


def test_an_empty_file_is_no_opus_file() -> None:
    with pytest.raises(OggError, match="not an Opus file"):
        opus_file.load(b"", "a.opus")
