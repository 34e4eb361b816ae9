"""The codec that was trained here."""

from __future__ import annotations

from vivavoce.blocks import Addon
from vivavoce.redundancy.codec.dred.pitch_features import load_pitch_features
from vivavoce.redundancy.codec.payload_codec import CodecType, PayloadCodec, Rate
from vivavoce.redundancy.codec.vivavoce.decoder import Decoder
from vivavoce.redundancy.codec.vivavoce.encoder import ADDON, CHUNK_S, MAX_AMOUNT_S, Encoder
from vivavoce.redundancy.codec.vivavoce.payload import VERSION
from vivavoce.redundancy.codec.vivavoce.quantiser import read_codebook
from vivavoce.redundancy.codec.vivavoce.rate_allocation import rates_for

EXTENSION_ID, PREFIX = 122, b"vv" + bytes([VERSION])
NAME = "vivavoce"


def load(addon: Addon, rate: Rate | None = None) -> PayloadCodec:
    """The codec of a redundancy addon. Raises `InputError` for one that lacks something."""
    codebook = read_codebook(addon)
    rates = rates_for(rate.bits_per_packet, round(rate.amount_s / CHUNK_S)) if rate else None
    encoder = Encoder(load_pitch_features(), addon.network("encoder"), codebook, rates)
    decoder = Decoder(addon.network("decoder"), codebook)
    return PayloadCodec(NAME, EXTENSION_ID, PREFIX, MAX_AMOUNT_S, encoder, decoder)


CODEC = CodecType(ADDON, "redundancy", load)
