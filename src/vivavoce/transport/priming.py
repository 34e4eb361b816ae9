"""The Opus decoder brought to where it would be had the filled gap been sent.

The first packet after a gap builds on what the decoder remembers: pitch, levels, spectrum. After its own
concealment it remembers something else than what was played, and the packet sounds wrong for some 50 ms. So what
was played is encoded and decoded once, unheard. A packet's sound comes out 6.5 ms later than it went in, so the encoder
hears a little of what follows, too: the filling as it would go on, and not the packet that is yet to be decoded.
"""

from __future__ import annotations

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, OpusEncoder, OpusSettings

MAX_PACKETS = 12
"""What lies further back is forgotten anyway."""
_SETTINGS = OpusSettings(24_000, loss_percent=0, complexity=5)


def prime(decoder: OpusDecoder, before: Samples, filled: Samples, continuation: Samples) -> None:
    """Let `decoder` hear a gap: `filled` (320 * packets,), between 20 ms `before`, (320,), and its `continuation`.

    Of the continuation the first 104 samples are heard; (104,) or longer.
    """
    encoder = OpusEncoder(_SETTINGS)
    line = np.concatenate([before, filled, continuation])
    start = encoder.lookahead
    encoder.encode(line[start : start + FRAME])
    for place in range(start + FRAME, start + FRAME + len(filled), FRAME):
        decoder.decode(encoder.encode(line[place : place + FRAME]))
