"""Which SSML is understood, and what its attributes mean."""

from __future__ import annotations

import re
from dataclasses import replace

from vivavoce.errors import InputError
from vivavoce.text.ssml_values import (
    pitch_semitones,
    range_factor,
    rate_factor,
    volume_db,
    within_octaves,
    within_ranges,
    within_rates,
    within_volumes,
)
from vivavoce.text.utterance import Control

ATTRIBUTES = {
    "speak": {"version", "xml:lang", "xmlns", "xsi:schemaLocation"},
    "p": {"xml:lang"},
    "s": {"xml:lang"},
    "break": {"strength", "time"},
    "prosody": {"rate", "pitch", "volume", "range"},
    "emphasis": {"level"},
    "say-as": {"interpret-as", "format"},
    "sub": {"alias"},
    "phoneme": {"alphabet", "ph"},
    "mark": {"name"},
    "w": {"role"},
    "lang": {"xml:lang"},
}
REQUIRED = {"say-as": "interpret-as", "sub": "alias", "phoneme": "ph", "mark": "name", "w": "role", "lang": "xml:lang"}
TEXT_ONLY = frozenset({"say-as", "sub", "phoneme"})
EMPTY = frozenset({"break", "mark"})
_NAMESPACE = "http://www.w3.org/2001/10/synthesis"
_LEVELS = ("strong", "moderate", "none", "reduced")
_ROLE = re.compile(r"(?:amazon|vivavoce):([A-Z]{2,4}\$?)")


def check_attribute(element: str, attribute: str, value: str) -> None:
    """Raise `InputError` for an attribute that the element does not have, or a value that is not of SSML 1.0 or 1.1."""
    declares = element == "speak" and attribute.startswith("xmlns:")
    if attribute not in ATTRIBUTES[element] and not declares:
        known = ", ".join(sorted(ATTRIBUTES[element]))
        raise InputError(f"{attribute!r} of <{element}> is not supported; use {known}")
    if attribute == "version" and value not in ("1.0", "1.1"):
        raise InputError(f"SSML version {value!r} is neither 1.0 nor 1.1")
    if attribute == "xmlns" and value != _NAMESPACE:
        raise InputError(f"{value!r} is not the namespace of SSML, {_NAMESPACE}")


def controlled(control: Control, attribute: str, value: str) -> Control:
    """`control` as one attribute of `prosody` or `emphasis` changes it."""
    match attribute:
        case "rate":
            return replace(control, rate=within_rates(control.rate * rate_factor(value)))
        case "pitch":
            return replace(control, pitch_semitones=within_octaves(control.pitch_semitones + pitch_semitones(value)))
        case "range":
            return replace(control, range_factor=within_ranges(control.range_factor * range_factor(value)))
        case "volume":
            return replace(control, volume_db=within_volumes(control.volume_db + volume_db(value)))
        case _:
            if value not in _LEVELS:
                raise InputError(f"emphasis level {value!r} is none of {', '.join(_LEVELS)}")
            return replace(control, emphasis=value)


def role_tag(value: str) -> str:
    """The Penn tag of a `role`. Raises `InputError` for a role of another form."""
    role = _ROLE.fullmatch(value.strip())
    if not role:
        raise InputError(f"role {value!r} is not as amazon:VB or vivavoce:VBD, with a Penn tag")
    return role[1]
