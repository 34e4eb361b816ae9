"""Ogg: one serial number, checksums that hold, the same sound in the same bytes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.ogg import SERIAL, checksum, set_serial


def pages(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    while data:
        sizes = data[27 : 27 + data[26]]
        length = 27 + len(sizes) + sum(sizes)
        found.append(data[:length])
        data = data[length:]
    return found


def test_the_checksum_is_that_of_the_encoder(tmp_path: Path) -> None:
    path = tmp_path / "a.opus"
    soundfile.write(path, np.zeros(24_000, np.float32), 24_000, format="OGG", subtype="OPUS")
    for page in pages(path.read_bytes()):
        assert checksum(page[:22] + bytes(4) + page[26:]) == int.from_bytes(page[22:26], "little")


def test_the_same_sound_is_the_same_bytes(tmp_path: Path) -> None:
    sound = Audio(np.sin(np.arange(72_000) / 20).astype(np.float32) * np.float32(0.3), 24_000)
    for name in ("a.opus", "b.opus"):
        write_audio(tmp_path / name, sound)
    data = (tmp_path / "a.opus").read_bytes()
    assert data == (tmp_path / "b.opus").read_bytes()
    assert {int.from_bytes(page[14:18], "little") for page in pages(data)} == {SERIAL}
    assert len(read_audio(tmp_path / "a.opus").samples) > 70_000


def test_what_is_no_ogg_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(b"RIFF" + bytes(60))
    with pytest.raises(ValueError, match="no page of Ogg at byte 0"):
        set_serial(tmp_path / "a.ogg")
