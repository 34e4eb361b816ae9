"""DRED, the deep redundancy of Opus (draft-ietf-mlcodec-opus-dred), as libopus 1.6 writes and reads it."""

from __future__ import annotations

from vivavoce.blocks import Addon
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.dred.decoder import DredDecoder
from vivavoce.redundancy.codec.dred.encoder import LATENT_S, DredEncoder, rates_for
from vivavoce.redundancy.codec.dred.payload import MAX_LATENTS
from vivavoce.redundancy.codec.dred.pitch_features import PitchFeatures
from vivavoce.redundancy.codec.dred.statistics import read_statistics
from vivavoce.redundancy.codec.payload_codec import CodecType, PayloadCodec, Rate

KIND = "dred"


def load(addon: Addon, rate: Rate | None = None) -> PayloadCodec:
    """The codec of a DRED addon. Raises `InputError` for one that lacks something."""
    details, statistics = addon.manifest.details, read_statistics(addon)
    extension_id, prefix = details.get("extension_id"), details.get("prefix")
    if type(extension_id) is not int or not isinstance(prefix, str):
        raise InputError(f"{addon.path}: details.extension_id or details.prefix is missing")
    try:
        prefix_bytes = bytes.fromhex(prefix)
    except ValueError:
        raise InputError(f"{addon.path}: details.prefix is {prefix!r}, not hexadecimal") from None
    rates = rates_for(rate.bits_per_packet, round(rate.amount_s / LATENT_S)) if rate else None
    encoder = DredEncoder(PitchFeatures(addon.network("pitch")), addon.network("encoder"), statistics, rates)
    decoder = DredDecoder(addon.network("decoder"), statistics)
    return PayloadCodec(KIND, extension_id, prefix_bytes, MAX_LATENTS * LATENT_S, encoder, decoder)


CODEC = CodecType("dred", KIND, load)
