"""Zero bytes at the end of a frame that libopus leaves out, given back before something else takes their place.

A SILK frame's decoder reads zeros beyond the frame's end, so libopus drops trailing zero bytes. ffmpeg's own decoder
reads whatever follows there, which is padding once we put some, and then hears something else than before. With the
zeros written out there is nothing left to misread. One zero too many would be taken for a change of mode, and that
shows in the decoder's final range.
"""

from __future__ import annotations

from dataclasses import replace

from vivavoce.transport.opus_codec import OpusDecoder, PacketError
from vivavoce.transport.opus_packet import Packet, assemble

_MOST = 32
_FIRST_HYBRID_CONFIG = 12


class TrailingZeros:
    """Writes out the zeros of one stream's packets, with a decoder of its own to try them on."""

    def __init__(self) -> None:
        self._decoder = OpusDecoder()

    def restore(self, packet: Packet) -> Packet:
        """The packet, its last frame as long as it may be without sounding different. Only SILK packets change."""
        if packet.config >= _FIRST_HYBRID_CONFIG or len(packet.frames[-1]) < 2:
            return packet
        bare = packet.with_padding(b"")
        expected = self._final_range(bare)
        longer = bare
        for zeros in range(1, _MOST + 1):
            tried = replace(bare, frames=(*bare.frames[:-1], bare.frames[-1] + bytes(zeros)))
            if expected is None or self._final_range(tried) != expected:
                break
            longer = tried
        return longer.with_padding(packet.padding)

    def _final_range(self, packet: Packet) -> int | None:
        try:
            self._decoder.decode(assemble(packet))
        except PacketError:
            return None
        return self._decoder.final_range
