"""The parallel decoder: frames of encoded text to mel, pitch and voicing, with a finite view in time."""

from __future__ import annotations

from vivavoce.blocks.streaming import StreamingNetwork


class Decoder(StreamingNetwork):
    """JSON: `{"type": "Decoder"}`; runs the addon's network `decoder`."""

    default_network = "decoder"
