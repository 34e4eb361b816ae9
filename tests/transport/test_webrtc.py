"""The adapter for aiortc: packets go in as they are and are taken before its jitter buffer."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from vivavoce.audio import Audio
from vivavoce.transport.opus_extension import ExtensionId, extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.sender import protect

MediaStreamError = pytest.importorskip("aiortc.mediastreams").MediaStreamError
webrtc = pytest.importorskip("vivavoce.transport.webrtc")


def test_a_track_gives_protected_packets(speech: Audio) -> None:
    async def run() -> list:
        track = webrtc.ProtectedTrack(rate_hz=16_000)
        await track.push(speech.samples[:16_000])
        await track.flush()
        packets = [await track.recv() for _ in range(50)]
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()
        return packets

    packets = asyncio.run(run())
    assert all(packet.time_base == Fraction(1, 48_000) for packet in packets)
    steps = np.diff([packet.pts for packet in packets])
    assert set(steps % 960) == {0}
    assert min(steps) >= 960
    extension = ExtensionId(126, b"D\x0c")
    assert sum(extract(parse(bytes(packet)), extension) is not None for packet in packets) > 20


def test_what_arrives_is_taken_and_played(speech: Audio) -> None:
    async def run() -> dict:
        source = SimpleNamespace()
        heard = webrtc.ReceivedSpeech(source)
        for number, data in enumerate(protect(speech, None, webrtc.ProtectionSettings()).packets[:40]):
            packet = SimpleNamespace(
                sequence_number=number, timestamp=960 * number, payload=data, ssrc=5, payload_type=111
            )
            await source._handle_rtp_packet(packet, 0)
        for number in range(40):
            assert heard.receiver.pull(1e6 + 0.02 * number).shape == (320,)
        return dict(heard.receiver.played)

    assert asyncio.run(run())[Source.PACKET] >= 39
