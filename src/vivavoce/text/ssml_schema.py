"""Which SSML is understood, and what its attributes mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from vivavoce.text.voice_request import FEATURES, VoiceRequest

ATTRIBUTES = {
    "speak": {"version", "xml:lang", "xmlns", "xsi:schemaLocation", "xml:base", "xml:id"},
    "p": {"xml:lang", "xml:id"},
    "s": {"xml:lang", "xml:id"},
    "break": {"strength", "time"},
    "prosody": {"rate", "pitch", "volume", "range"},
    "emphasis": {"level"},
    "say-as": {"interpret-as", "format", "detail", "language", "google:style"},
    "sub": {"alias"},
    "phoneme": {"alphabet", "ph"},
    "mark": {"name"},
    "bookmark": {"mark"},
    "w": {"role", "xml:lang", "xml:id"},
    "token": {"role", "xml:lang", "xml:id"},
    "lang": {"xml:lang", "onlangfailure"},
    "voice": {
        "name",
        "gender",
        "language",
        "languages",
        "required",
        "xml:lang",
        "age",
        "variant",
        "onvoicefailure",
        "ordering",
    },
    "meta": {"name", "http-equiv", "content"},
    "metadata": set[str](),
    "desc": {"xml:lang"},
}
REQUIRED = {
    "say-as": "interpret-as", "sub": "alias", "phoneme": "ph", "mark": "name", "bookmark": "mark", "lang": "xml:lang",
}  # fmt: skip
TEXT_ONLY = frozenset({"say-as", "sub", "phoneme", "metadata", "desc"})
EMPTY = frozenset({"break", "mark", "bookmark", "meta"})
WITHOUT_SOUND = frozenset({"meta", "metadata", "desc"})
"""They say something of the document and nothing to its listener."""
UNSUPPORTED = {
    "amazon:effect": "effects on a voice are not made",
    "amazon:domain": "styles of speaking are not known",
    "amazon:emotion": "emotions are not known",
    "amazon:auto-breaths": "breaths are not made",
    "amazon:breath": "breaths are not made",
    "audio": "sounds are not played",
    "lexicon": "give a lexicon to the command or call instead",
    "lookup": "give a lexicon to the command or call instead",
    "par": "sounds are not mixed", "seq": "sounds are not mixed", "media": "sounds are not played",
    "mstts:express-as": "styles of speaking are not known",
    "mstts:silence": "use break",
    "mstts:viseme": "visemes are not made",
    "mstts:backgroundaudio": "sounds are not mixed",
    "mstts:audioduration": "use the rate of prosody",
    "mstts:ttsembedding": "voices of others are not known",
    "mstts:prompt": "sounds are not played",
    "mstts:dialog": "use voice",
}  # fmt: skip
"""Elements of vendors and of the W3C that have no meaning here, and what to do instead."""
_NAMESPACE = "http://www.w3.org/2001/10/synthesis"
_LEVELS = ("strong", "moderate", "none", "reduced")
_CHOICES = {
    "onlangfailure": ("changevoice", "ignoretext", "ignorelang", "processorchoice"),
    "onvoicefailure": ("priorityselect", "keepexisting", "processorchoice"),
    "google:style": ("zero-as-zero",),
}
"""Attributes whose value is one of a few words. A failure is refused with its place, whichever is chosen."""
_WHOLE_NUMBER = re.compile(r"\d{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_ROLE = re.compile(r"(?:(?:amazon|vivavoce|alexa|ivona):)?([A-Z]{2,4}\$?|SENSE_[1-9])")
OTHER_SENSE = "SENSE_1"
"""The tag of a word that is to be read in its less common way."""


def check_attribute(element: str, attribute: str, value: str) -> None:
    """Raise `InputError` for an attribute that the element does not have, or a value that is not of SSML 1.0 or 1.1."""
    declares = element == "speak" and attribute.startswith("xmlns:")
    if attribute not in ATTRIBUTES[element] and not declares:
        known = ", ".join(sorted(ATTRIBUTES[element])) or "none"
        raise InputError(f"{attribute!r} of <{element}> is not supported; use {known}")
    if attribute == "version" and value not in ("1.0", "1.1"):
        raise InputError(f"SSML version {value!r} is neither 1.0 nor 1.1")
    if attribute == "xmlns" and value.replace("https:", "http:") != _NAMESPACE:
        raise InputError(f"{value!r} is not the namespace of SSML, {_NAMESPACE}")
    if attribute in _CHOICES and value not in _CHOICES[attribute]:
        raise InputError(f"{attribute} {value!r} is none of {', '.join(_CHOICES[attribute])}")
    if attribute in ("age", "variant") and not _WHOLE_NUMBER.fullmatch(value):
        raise InputError(f"{attribute} {value!r} is no whole number")
    if element == "say-as" and attribute == "language" and not value.lower().startswith("en"):
        raise InputError(f"language {value!r}: say-as is read in English alone")


def apply_control(control: Control, attribute: str, value: str) -> Control:
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
        raise InputError(f"role {value!r} is not as amazon:VB or vivavoce:VBD, with a Penn tag, nor amazon:SENSE_1")
    return role[1]


def voice_request(attributes: Mapping[str, str], place: str) -> VoiceRequest:
    """What `<voice>` asks for. Raises `InputError` when it asks for nothing, or requires what nobody knows."""
    names = tuple(attributes.get("name", "").split())
    given = " ".join(attributes.get(name, "") for name in ("language", "languages", "xml:lang"))
    languages = tuple(tag.partition(":")[0] for tag in given.split())
    if wrong := [language for language in languages if not _LANGUAGE.fullmatch(language)]:
        raise InputError(f"language {wrong[0]!r} is no tag such as en-GB")
    gender = attributes.get("gender", "").strip().lower()
    if gender not in ("", "female", "male", "neutral"):
        raise InputError(f"gender {gender!r} is none of female, male, neutral")
    required = _features(attributes, "required", "name" if names else "languages")
    ordering = _features(attributes, "ordering", "")
    if {"age", "variant"} & set(required):
        raise InputError("no speaker's age or variant is known here; require name, languages or gender")
    if not (names or languages or gender):
        raise InputError("<voice> needs a name, a language or a gender")
    return VoiceRequest(names, languages, "" if gender == "neutral" else gender, required, ordering, place)


def _features(attributes: Mapping[str, str], attribute: str, default: str) -> tuple[str, ...]:
    """The features that `required` or `ordering` lists, each by its name of SSML 1.1."""
    listed = attributes.get(attribute, default).split()
    features = tuple("languages" if feature == "language" else feature for feature in listed)
    if unknown := [feature for feature in features if feature not in FEATURES]:
        raise InputError(f"{attribute}={unknown[0]!r} is none of {', '.join(FEATURES)}")
    return features
