"""Speakers between speakers: `af_heart:0.7,af_bella:0.3`, as users of Kokoro write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vivavoce.blocks.manifest import Speaker
from vivavoce.errors import InputError

MOST_BLENDED = 8


def is_blend(name: str) -> bool:
    """Whether a speaker's name asks for a blend of several."""
    return "," in name or ":" in name


def blend_shares(name: str, speakers: Sequence[Speaker]) -> dict[str, float]:
    """The share of each speaker that a blend names, 1 in all; a name without a number counts 1.

    Raises `InputError` for speakers that are not there, and for numbers that are none or not positive.
    """
    shares: dict[str, float] = {}
    known = {speaker.name for speaker in speakers}
    for part in name.split(","):
        who, _, number = (text.strip() for text in part.partition(":"))
        if who not in known:
            raise InputError(f"unknown speaker {who!r} in {name!r}, this voice has {', '.join(sorted(known))}")
        try:
            share = float(number or 1.0)
        except ValueError:
            share = 0.0
        if not (math.isfinite(share) and share > 0.0):
            raise InputError(f"{who}:{number} in {name!r}: a share is a number over 0, as in af_heart:0.7,af_bella:0.3")
        shares[who] = shares.get(who, 0.0) + share
    if len(shares) > MOST_BLENDED:
        raise InputError(f"{name!r} blends {len(shares)} speakers, at most {MOST_BLENDED} are")
    total = sum(shares.values())
    return {who: share / total for who, share in shares.items()}


def blend_speaker(name: str, speakers: Sequence[Speaker]) -> Speaker:
    """The blend as a speaker, who has the language of the one with the greatest share. Raises as `blend_shares`."""
    shares = blend_shares(name, speakers)
    chosen = {speaker.name: speaker for speaker in speakers if speaker.name in shares}
    first = chosen[max(shares, key=lambda who: shares[who])]
    gain_db = sum(share * chosen[who].gain_db for who, share in shares.items())
    return Speaker(name, first.language, f"A blend of {' and '.join(shares)}", first.gender, first.alphabet, gain_db)
