"""CEA-608 captions inside H.264."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.inspection import inspect_file
from vivavoce.inspection.captions.line21 import TRACK, Line21Captions
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.media import Cue

FRAME_HZ = 25.0


def pair(one: int, two: int) -> bytes:
    """A pair of CC1 with odd parity, as it stands in the side data."""
    return bytes([0xFC, *(byte | 0x80 if byte.bit_count() % 2 == 0 else byte for byte in (one, two))])


def command(one: int, two: int) -> list[bytes]:
    return [pair(one, two)] * 2


def letters(text: str) -> list[bytes]:
    text += " " * (len(text) % 2)
    return [pair(ord(a), ord(b)) for a, b in zip(text[::2], text[1::2], strict=True)]


PAUSE = [pair(0, 0)] * 25
LOAD, PLACE, SHOW, CLEAR = command(0x14, 0x20), command(0x14, 0x60), command(0x14, 0x2F), command(0x14, 0x2C)
POP_ON = [*LOAD, *PLACE, *letters("Hello there."), *SHOW, *PAUSE, *LOAD, *PLACE, *letters("Good bye."), *SHOW, *PAUSE]
POP_ON += [*CLEAR, *PAUSE]
ROLL_UP = [
    pair for line in ("One", "Two", "Three")
    for pair in (*command(0x14, 0x25), *command(0x14, 0x2D), *command(0x14, 0x70), *letters(line), *PAUSE)
]  # fmt: skip


def read(pairs: list[bytes]) -> list[Cue]:
    captions = Line21Captions()
    cues = [cue for number, data in enumerate(pairs) for cue in captions.read(data, number / FRAME_HZ)]
    return cues + list(captions.finish(len(pairs) / FRAME_HZ))


def test_captions_that_pop_on_stand_until_the_next() -> None:
    one, two = read(POP_ON)
    assert (one.lines, two.lines, one.track) == (("Hello there.",), ("Good bye.",), TRACK)
    assert one.end_s == two.start_s
    assert two.end_s - two.start_s == pytest.approx(1.08, abs=0.09)


def test_captions_that_roll_up_keep_their_lines() -> None:
    assert [cue.lines for cue in read(ROLL_UP)] == [("One", "Two"), ("Two", "Three")]


def test_captions_that_are_painted_with_letters_of_other_languages() -> None:
    painted = [
        *command(0x14, 0x29),
        *command(0x14, 0x70),
        pair(ord("N"), 0x7E),
        *command(0x13, 0x34),
        *command(0x11, 0x37),
    ]
    (cue,) = read([*painted, *PAUSE])
    assert cue.lines == ("Nß♪",)  # an extended letter takes the place of the plain one before it


def test_the_second_channel_and_wrong_parity() -> None:
    second = [*command(0x1C, 0x20), *command(0x1C, 0x60), *letters("Hola"), *command(0x1C, 0x2F), *PAUSE]
    assert read(second) == []
    broken = [bytes([0xFC, ord("H"), ord("o") | 0x80])]
    (cue,) = read([*LOAD, *PLACE, *broken, *SHOW, *PAUSE])
    assert cue.lines == ("\ufffdo",)


@given(st.binary(max_size=300))
def test_any_bytes_give_captions_in_order(data: bytes) -> None:
    captions = Line21Captions()
    cues = [cue for n in range(0, len(data), 6) for cue in captions.read(data[n : n + 6], n / 150)]
    assert all(one.end_s <= two.start_s for one, two in pairwise(cues))


def sei(pairs: bytes) -> bytes:
    """A NAL unit of supplemental information with caption pairs, as ATSC A/53 has it."""
    body = b"\xb5\x00\x31GA94\x03" + bytes([0x40 | len(pairs) // 3, 0xFF]) + pairs + b"\xff"
    return b"\x00\x00\x00\x01\x06\x04" + bytes([len(body)]) + body + b"\x80"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "captioned.ts"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "0", "x264-params": "log-level=error"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        pairs = iter(POP_ON)
        for number in range(len(POP_ON)):
            picture = np.full((64, 64), 40 + number % 100, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in stream.encode(frame):
                mux(container, packet, next(pairs))
        for packet in stream.encode(None):
            mux(container, packet, next(pairs))
    return path


def mux(container: OutputContainer, packet: av.Packet, pairs: bytes) -> None:
    changed = av.Packet(sei(pairs) + bytes(packet))
    changed.pts, changed.dts, changed.time_base = packet.pts, packet.dts, packet.time_base
    changed.stream, changed.is_keyframe = packet.stream, packet.is_keyframe
    container.mux(changed)


def test_they_are_read_from_a_film(film: Path) -> None:
    with open_media(film) as media:
        cues = [part for part in media.parts() if isinstance(part, Cue)]
    assert [cue.text for cue in cues] == ["Hello there.", "Good bye."]
    result = inspect_file(film, ("caption_quality",))
    assert result.measurements["container"]["captions"] == [TRACK]
    assert "there is no sound in it" in result.notices
