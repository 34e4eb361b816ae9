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

BARE = Packet(9, False, (b"sound",))


def carried(packets: list[bytes], payload: Callable[[], bytes]) -> list[bytes]:
    zeros = TrailingZeros()
    return [assemble(embed(zeros.restore(parse(packet)), payload())) for packet in packets]


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


@given(st.binary(max_size=1100), st.integers(32, 127), st.integers(0, 255))
def test_what_is_put_in_comes_out(payload: bytes, extension_id: int, version: int) -> None:
    tag = ExtensionId(extension_id, version)
    assert extract(parse(assemble(embed(BARE, payload, tag))), tag) == payload


@given(st.binary(max_size=1100))
def test_a_packet_grows_by_the_overhead_at_most(payload: bytes) -> None:
    assert len(assemble(embed(BARE, payload))) <= len(assemble(BARE)) + len(payload) + OVERHEAD_BYTES


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_padding_that_was_there_stays_behind_ours(padding: bytes, payload: bytes) -> None:
    packet = embed(BARE.with_padding(padding), payload)
    assert packet.padding.endswith(padding)
    assert extract(packet) == payload


def test_ours_is_found_behind_foreign_extensions() -> None:
    foreign = bytes([126 << 1 | 1, 4]) + b"D\x0cab" + bytes([5 << 1 | 1, 9]) + bytes([1]) + bytes([3, 0])
    ours = embed(BARE, b"past").padding
    assert extract(BARE.with_padding(foreign + ours)) == b"past"


def test_others_are_not_ours() -> None:
    packet = embed(BARE, b"past")
    assert extract(packet, ExtensionId(version=2)) is None
    assert extract(packet, ExtensionId(extension_id=126)) is None
    assert extract(BARE.with_padding(bytes([122 << 1]) + b"xx\x01past")) is None
    assert extract(BARE.with_padding(bytes([122 << 1]) + b"vv\x01past")) == b"past"


def test_a_packet_that_repeats_its_extensions_takes_no_more() -> None:
    repeats = Packet(8, False, (b"ab", b"cd"), bytes([5 << 1 | 1, 9, 2 << 1 | 1, 8]))
    with pytest.raises(ValueError, match="repeats"):
        embed(repeats, b"past")
    assert extract(embed(BARE.with_padding(repeats.padding), b"past")) == b"past"


@given(st.binary(max_size=400))
def test_any_padding_is_read_without_error(padding: bytes) -> None:
    assert extract(BARE.with_padding(padding)) is None or b"vv" in padding


@pytest.mark.parametrize(
    ("values", "words"), [((31, 1), "32 to 127"), ((128, 1), "32 to 127"), ((122, 256), "0 to 255")]
)
def test_a_tag_that_cannot_be_is_refused(values: tuple[int, int], words: str) -> None:
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
    bare = [assemble(embed(parse(packet), b"\xff" * 600)) for packet in plain]
    assert not np.array_equal(by_ffmpeg(bare, "opus"), by_ffmpeg(plain, "opus"))
