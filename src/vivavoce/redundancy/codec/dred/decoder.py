"""The receiver: from a payload to the acoustic features of the past, most recent first."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from vivavoce.blocks import Network
from vivavoce.redundancy.codec.dred.payload import MAX_LATENTS, read_payload
from vivavoce.redundancy.codec.dred.statistics import Statistics
from vivavoce.redundancy.codec.feature_limits import clip_features
from vivavoce.redundancy.features import WIDTH, Array

_LATENT_FRAMES = 4
_FRAME_OFFSETS = 4
_TOLERANCE = 0.25
"""Of a frame: nearer rows are taken as they are, between others the features are interpolated."""


@dataclass(frozen=True, slots=True)
class DredRedundancy:
    """What a packet says of itself and those before it."""

    wire_offset: int
    """See `payload`: 2.5 ms to the end of the newest frame."""
    frames: Array
    """(frames, 20), newest first."""

    @property
    def offset(self) -> int:
        """The newest packet that is described, counted back from the carrier; those between were silent."""
        return max(0, ceil((2.0 - _TOLERANCE - self.wire_offset / _FRAME_OFFSETS) / 2))

    @property
    def silent(self) -> bool:
        """Whether there is nothing in it."""
        return not len(self.frames)

    def packet(self, back: int) -> Array | None:
        """Features of the packet `back` before the carrier, (2, 20), oldest first; None where one is missing."""
        pair = [self._row(2 * back - later + self.wire_offset / _FRAME_OFFSETS - 1) for later in (0, 1)]
        return None if pair[0] is None or pair[1] is None else np.stack([pair[0], pair[1]])

    def _row(self, place: float) -> Array | None:
        """The features at a place between the rows."""
        row = floor(place + _TOLERANCE)
        share = place - row
        if row < 0 or row + (share > _TOLERANCE) >= len(self.frames):
            return None
        if share <= _TOLERANCE:
            return self.frames[row]
        return ((1.0 - share) * self.frames[row] + share * self.frames[row + 1]).astype(np.float32)


class DredDecoder:
    """Reads payloads. One serves any number of streams."""

    def __init__(self, network: Network, statistics: Statistics, *, hold: bool = True) -> None:
        """`hold`: see `VectorCode.hold`; libopus does not."""
        self._network, self._statistics, self._hold = network, statistics, hold

    def decode(self, data: bytes, seconds: float | None = None) -> DredRedundancy:
        """The features of a payload, or only those that reach `seconds` back, which takes less time.

        Raises `InputError` for bytes that can be no payload. Damage cannot be told from speech: features are held
        within what speech has.
        """
        contents = read_payload(data, self._statistics)
        count = len(contents.latents)
        if seconds is not None:
            reach = 100 * seconds + contents.offset / _FRAME_OFFSETS + 1
            count = min(count, max(0, ceil(reach / _LATENT_FRAMES)) + 1)
        if not count:
            return DredRedundancy(contents.offset, np.zeros((0, WIDTH), np.float32))
        latents = contents.latents
        if self._hold:
            latents = self._statistics.latents.hold(latents[:count], contents.rates.levels(count))
        made = self._network.run(
            {
                "start": contents.start[None],
                "latents": latents[None, :count],
                "levels": contents.levels[None, :count],
            }
        )
        return DredRedundancy(contents.offset, clip_features(made["features"].reshape(-1, WIDTH)))


assert MAX_LATENTS * _LATENT_FRAMES == 104
