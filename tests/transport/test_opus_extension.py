from __future__ import annotations

import io
from collections.abc import Callable

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.transport import opus_file
from vivavoce.transport.opus_codec import OpusDecoder
from vivavoce.transport.opus_extension import MAX_PACKET_BYTES, OVERHEAD_BYTES, ExtensionId, embed, extract
from vivavoce.transport.opus_file import OpusFile
from vivavoce.transport.opus_packet import Packet, assemble, parse
from vivavoce.transport.trailing_zeros import TrailingZeros

from .fakes import EXTENSION

BARE = Packet(9, False, (b"sound",))


def carried(packets: list[bytes], payload: Callable[[], bytes]) -> list[bytes]:
    zeros = TrailingZeros()
    return [assemble(embed(zeros.restore(parse(packet)), payload(), EXTENSION)) for packet in packets]


def by_ffmpeg(packets: list[bytes], codec: str) -> Samples:
    data = b"".join(opus_file.dump(OpusFile(tuple(packets), 312, len(packets) * 960 - 312)))
    pieces = []
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        decoder = av.CodecContext.create(codec, "r")
        assert isinstance(decoder, AudioCodecContext)
        decoder.extradata = stream.codec_context.extradata
        for packet in container.demux(stream):
            pieces += [frame.to_ndarray() for frame in decoder.decode(packet if packet.size else None)]
    return np.concatenate(pieces, axis=1)


@given(st.binary(max_size=1100), st.integers(32, 127), st.binary(max_size=4))
def test_what_is_put_in_comes_out(payload: bytes, number: int, prefix: bytes) -> None:
    tag = ExtensionId(number, prefix)
    assert extract(parse(assemble(embed(BARE, payload, tag))), tag) == payload


@given(st.binary(max_size=1100))
def test_a_packet_grows_by_the_overhead_at_most(payload: bytes) -> None:
    assert len(assemble(embed(BARE, payload, EXTENSION))) <= len(assemble(BARE)) + len(payload) + OVERHEAD_BYTES


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_padding_that_was_there_stays_behind_ours(padding: bytes, payload: bytes) -> None:
    packet = embed(BARE.with_padding(padding), payload, EXTENSION)
    assert packet.padding.endswith(padding)
    assert extract(packet, EXTENSION) == payload


def test_ours_is_found_behind_foreign_extensions() -> None:
    foreign = bytes([126 << 1 | 1, 4]) + b"D\x0cab" + bytes([5 << 1 | 1, 9]) + bytes([1]) + bytes([3, 0])
    ours = embed(BARE, b"past", EXTENSION).padding
    assert extract(BARE.with_padding(foreign + ours), EXTENSION) == b"past"


def test_others_are_not_ours() -> None:
    packet = embed(BARE, b"past", EXTENSION)
    assert extract(packet, ExtensionId(122, b"vv\x02")) is None
    assert extract(packet, ExtensionId(126, b"vv\x01")) is None
    assert extract(BARE.with_padding(bytes([122 << 1]) + b"xx\x01past"), EXTENSION) is None
    assert extract(BARE.with_padding(bytes([122 << 1]) + b"vv\x01past"), EXTENSION) == b"past"


def test_a_packet_that_repeats_its_extensions_takes_no_more() -> None:
    repeats = Packet(8, False, (b"ab", b"cd"), bytes([5 << 1 | 1, 9, 2 << 1 | 1, 8]))
    with pytest.raises(ValueError, match="repeats"):
        embed(repeats, b"past", EXTENSION)
    assert extract(embed(BARE.with_padding(repeats.padding), b"past", EXTENSION), EXTENSION) == b"past"


@given(st.binary(max_size=400))
def test_any_padding_is_read_without_error(padding: bytes) -> None:
    assert extract(BARE.with_padding(padding), EXTENSION) is None or b"vv" in padding


@pytest.mark.parametrize(
    ("values", "words"), [((31, b""), "32 to 127"), ((128, b""), "32 to 127"), ((122, b"12345"), "4 at most")]
)
def test_an_extension_that_cannot_be_is_refused(values: tuple[int, bytes], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ExtensionId(*values)


@pytest.mark.parametrize("codec", ["opus", "libopus"])
def test_ffmpeg_plays_the_same_samples(plain: list[bytes], codec: str) -> None:
    rng = np.random.default_rng(3)
    padded = carried(plain, lambda: rng.bytes(int(rng.integers(0, 900))))
    assert max(map(len, padded)) <= MAX_PACKET_BYTES
    assert np.array_equal(by_ffmpeg(padded, codec), by_ffmpeg(plain, codec))


def test_libopus_plays_the_same_samples(plain: list[bytes]) -> None:
    ours, theirs = OpusDecoder(), OpusDecoder()
    for padded, packet in zip(carried(plain, lambda: b"\xff" * 600), plain, strict=True):
        assert np.array_equal(ours.decode(padded), theirs.decode(packet))


def test_without_its_trailing_zeros_ffmpeg_would_hear_the_payload(plain: list[bytes]) -> None:
    """Why `TrailingZeros` is there; when this fails, ffmpeg was mended."""
    bare = [assemble(embed(parse(packet), b"\xff" * 600, EXTENSION)) for packet in plain]
    assert not np.array_equal(by_ffmpeg(bare, "opus"), by_ffmpeg(plain, "opus"))
