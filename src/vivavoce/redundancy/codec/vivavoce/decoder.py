"""The receiver: from a payload to the acoustic features of the past, most recent first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.blocks import Network, Target, find_addon, load_addon
from vivavoce.redundancy.codec.feature_limits import clip_features
from vivavoce.redundancy.codec.vivavoce import payload
from vivavoce.redundancy.codec.vivavoce.encoder import ADDON, CHUNK_S
from vivavoce.redundancy.codec.vivavoce.payload import MAX_CHUNKS, Contents
from vivavoce.redundancy.codec.vivavoce.quantiser import Codebook, read_codebook
from vivavoce.redundancy.features import WIDTH, Array


@dataclass(frozen=True, slots=True)
class DecodedRedundancy:
    """What a packet says of those before it."""

    offset: int
    """Packets from the carrying one back to the newest that is described; those between were silent."""
    frames: Array
    """(frames, 20), newest first. With the carrying packet n, row i is feature frame `2 * (n - offset) + 1 - i`."""

    @property
    def silent(self) -> bool:
        """Whether the sender heard nothing but silence."""
        return not len(self.frames)

    def packet(self, back: int) -> Array | None:
        """The two frames, in order of time, of the packet `back` before the carrying one; None if not described."""
        row = 2 * (back - self.offset)
        if not 0 <= row < len(self.frames):
            return None
        return self.frames[row : row + 2][::-1]


class Decoder:
    """Reads payloads. One serves any number of streams."""

    def __init__(self, network: Network, codebook: Codebook) -> None:
        self._network, self._codebook = network, codebook

    def decode(self, data: bytes, seconds: float | None = None) -> DecodedRedundancy:
        """The features that a payload holds, or only those of its newest `seconds`, which takes less time.

        Raises `PayloadError` for bytes that are damaged or foreign, and nothing else.
        """
        chunks = MAX_CHUNKS if seconds is None else max(1, int(np.ceil(seconds / CHUNK_S - 1e-6)))
        contents = payload.read(data, self._codebook, chunks)
        if not contents.latents:
            return DecodedRedundancy(contents.header.offset, np.zeros((0, WIDTH), np.float32))
        state = self._network.initial_state({})
        _, made = self._network.step(state, self._tensors(contents), len(contents.latents))
        return DecodedRedundancy(contents.header.offset, clip_features(made["features"].reshape(-1, WIDTH)))

    def _tensors(self, contents: Contents) -> dict[str, np.ndarray]:
        schedule, book = contents.header.schedule, self._codebook
        levels = schedule.levels(len(contents.latents))
        latents = [book.latents.restored(steps, n) for steps, n in zip(contents.latents, levels, strict=True)]
        starts = np.zeros((1, len(levels), book.starts.dimensions), np.float32)
        starts[0, 0] = book.starts.restored(contents.start, schedule.first)
        return {"latents": np.stack(latents)[None], "levels": np.array([levels], np.int64), "starts": starts}


def load_decoder(addon: str | Path = ADDON, target: Target | None = None) -> Decoder:
    """The decoder of an addon, by name or path. Raises `InputError` when it cannot be loaded."""
    found = load_addon(find_addon(addon))
    return Decoder(found.network("decoder", target), read_codebook(found))
