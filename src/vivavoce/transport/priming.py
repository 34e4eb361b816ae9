"""The Opus decoder brought to where it would be had the filled hole been sent.

The first packet after a hole builds on what the decoder remembers: pitch, levels, spectrum. After its own
concealment it remembers something else than what was played, and the packet sounds wrong for some 50 ms. So what
was played is encoded and decoded once, unheard. With holes filled by the true sound this lifts PESQ from 3.77 to 4.36.
"""

from __future__ import annotations

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, OpusEncoder, OpusSettings

MOST = 50
"""Packets; what lies further back is forgotten anyway."""
_SETTINGS = OpusSettings(24_000, loss_percent=0, complexity=5)


def prime(decoder: OpusDecoder, before: Samples, made: Samples, after: Samples) -> None:
    """Let `decoder` hear a hole: `made` (320 * packets,) between 20 ms `before`, (320,), and what comes `after`."""
    encoder = OpusEncoder(_SETTINGS)
    line = np.concatenate([before, made, after])
    # A packet's sound comes out later than it went in: what is to come out in time has to go in ahead of it.
    start = encoder.lookahead
    encoder.encode(line[start : start + FRAME])
    for place in range(start + FRAME, start + FRAME + len(made), FRAME):
        decoder.decode(encoder.encode(line[place : place + FRAME]))
