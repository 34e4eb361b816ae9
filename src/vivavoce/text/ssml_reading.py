"""What an element of SSML that holds text alone says in place of that text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vivavoce.errors import InputError
from vivavoce.text.document import Pronunciation
from vivavoce.text.espeak import is_espeak_language
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.phonemes import MAX_READING, checked, from_ipa
from vivavoce.text.say_as import read_as
from vivavoce.text.x_sampa import from_x_sampa

_ALPHABETS: dict[str, Callable[[str, str], str]] = {
    "ipa": from_ipa,
    "x-sampa": lambda written, language: from_ipa(from_x_sampa(written), language),
    "x-vivavoce": checked,
}


def reading_of(name: str, attributes: Mapping[str, str], text: str, language: str) -> str | tuple[Pronunciation, ...]:
    """The text to read for `<sub>`, `<say-as>` or `<phoneme>`, or the words whose sounds it gives.

    Raises `InputError` for what cannot be read so.
    """
    if name == "sub":
        return attributes["alias"].replace(PLACEHOLDER, " ")
    if name == "phoneme":
        return _phoneme(attributes, text, language)
    if is_espeak_language(language):
        raise InputError("<say-as> is read in English alone; write it out, or leave the element out")
    kind, layout = attributes["interpret-as"].strip(), attributes.get("format")
    return read_as(kind, layout, text, language, detail=attributes.get("detail"), region=attributes.get("language"))


def _phoneme(attributes: Mapping[str, str], text: str, language: str) -> tuple[Pronunciation, ...]:
    alphabet = attributes.get("alphabet", "ipa")
    if alphabet not in _ALPHABETS:
        raise InputError(f"alphabet {alphabet!r} is none of {', '.join(_ALPHABETS)}")
    if is_espeak_language(language):
        if alphabet != "ipa":
            raise InputError(f"alphabet {alphabet!r} is of English alone; use ipa")
        parts = attributes["ph"].split()
    else:
        parts = _ALPHABETS[alphabet](attributes["ph"], language).split()
    words = text.split()
    if len(words) == len(parts):
        return tuple(Pronunciation(word, part) for word, part in zip(words, parts, strict=True))
    whole = "".join(parts)
    if len(whole) > MAX_READING:
        raise InputError(f"the reading has {len(whole)} symbols; give as many words as the text has, or split it")
    return (Pronunciation(" ".join(words) or attributes["ph"], whole),)
