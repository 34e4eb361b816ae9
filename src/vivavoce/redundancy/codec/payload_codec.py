"""Payload codecs by name: what a packet says of its past, as bytes and as features.

A codec is registered as an entry point `vivavoce.payloads`, whose value is a `CodecType`. What two ends have to agree
on, the extension's number and prefix, the networks and the tables, is in an addon: another version of a payload is
another addon of the same kind, and no new code.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vivavoce.blocks import Addon, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.plugins import load_plugin, plugins

logger = logging.getLogger(__name__)

GROUP = "vivavoce.payloads"
DEFAULT = "dred"
PACKET_S = 0.02


@dataclass(frozen=True, slots=True)
class PayloadCodec:
    """One payload, loaded: how it is known in a packet, and both directions."""

    name: str
    extension_id: int
    """Of an Opus extension that holds a payload, 32 to 127."""
    prefix: bytes
    """What the extension's content begins with."""
    max_amount_s: float
    """How far back a payload can reach."""
    encoder: Any
    """A `transport.interfaces.RedundancyEncoder`."""
    decoder: Any
    """A `transport.interfaces.RedundancyDecoder`."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What payloads may cost: bits for each packet on average, for so many seconds of the past."""

    bits_per_packet: float
    amount_s: float


@dataclass(frozen=True, slots=True)
class CodecType:
    """A kind of payload: the addon that is shipped for it, and how a codec is made of an addon of that kind."""

    addon: str
    kind: str
    load: Callable[[Addon, Rate | None], PayloadCodec]


def codec_names() -> tuple[str, ...]:
    """Every registered kind of payload, in order; none is loaded."""
    return tuple(plugins(GROUP))


def codec_type(name: str) -> CodecType:
    """A registered kind of payload. Raises `InputError` for a name that two packages register, or a broken package."""
    found = load_plugin(plugins(GROUP)[name], "payload")
    if not isinstance(found, CodecType):
        raise InputError(f'payload "{name}" is registered but {found!r} is no CodecType')
    return found


def _usable_types() -> Iterator[tuple[str, CodecType]]:
    """The kinds of payload that can be loaded, by name; of each other one a line is logged."""
    for name in codec_names():
        try:
            yield name, codec_type(name)
        except InputError as error:
            logger.warning("%s", error)


def load_codec(name: str | Path = DEFAULT, bitrate_bps: float | None = None, amount_s: float = 1.0) -> PayloadCodec:
    """A codec by its name, or by the name or path of an addon.

    `bitrate_bps` is what the payloads may take on average, with `amount_s` of the past in each; else what the codec
    takes by itself. Raises `InputError` for an addon that is no payload.
    """
    rate = None if bitrate_bps is None else _rate(bitrate_bps, amount_s)
    if isinstance(name, str) and name in codec_names():
        kind = codec_type(name)
        return kind.load(load_addon(find_addon(kind.addon)), rate)
    known = ", ".join(codec_names())
    try:
        addon = load_addon(find_addon(name))
    except InputError:
        if Path(name).exists():
            raise
        raise InputError(f'no redundancy codec "{name}": give {known}, or an addon of such a kind by path') from None
    for _, kind in _usable_types():
        if kind.kind == addon.manifest.kind:
            return kind.load(addon, rate)
    raise InputError(f"{addon.path}: a {addon.manifest.kind}, no redundancy: give {known} or such an addon")


@cache
def default_codecs() -> tuple[PayloadCodec, ...]:
    """All that can be loaded, as a receiver needs them: it takes each packet's payload as it comes."""
    return tuple(load_codec(name) for name, _ in _usable_types())


def check_rate(bits_per_packet: float, least_bits: float) -> None:
    """Raises `InputError` for fewer bits than the coarsest payload takes on average, estimated within a fifth."""
    if bits_per_packet < 0.8 * least_bits:
        wanted, least = (bits / PACKET_S / 1000 for bits in (bits_per_packet, least_bits))
        raise InputError(f"redundancy at {wanted:.3g} kb/s: so far back takes {least:.0f}, give more or reach less far")


def _rate(bitrate_bps: float, amount_s: float) -> Rate:
    if not 1_000 <= bitrate_bps <= 128_000:
        raise InputError(f"redundancy of {bitrate_bps:g} bits a second: give 1k to 128k")
    return Rate(bitrate_bps * PACKET_S, amount_s)
