"""Who is to speak, as markup asks for it, and the speaker that comes nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from vivavoce.errors import InputError

FEATURES = ("name", "languages", "gender", "age", "variant")
"""What `required` and `ordering` of `<voice>` may name. No voice knows ages or variants, so neither can be required."""


class SpeakerLike(Protocol):
    """What is known of a speaker."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def gender(self) -> str: ...


_Speaker = TypeVar("_Speaker", bound=SpeakerLike)


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """The attributes of `<voice>`; `place` is where it stands in the document."""

    names: tuple[str, ...] = ()
    """In order of preference."""
    languages: tuple[str, ...] = ()
    gender: str = ""
    required: tuple[str, ...] = ("name",)
    ordering: tuple[str, ...] = ()
    """What weighs most first, of what is not required; then names, languages and gender, as far as not listed."""
    place: str = ""


def choose_speaker(request: VoiceRequest, speakers: Sequence[_Speaker]) -> _Speaker:
    """The speaker who is nearest to what was asked for: what is required above all, the rest in the request's order.

    Raises `InputError` with the place of the request where nobody is what it requires.
    """
    fits = [_fits(request, speaker) for speaker in speakers]
    by_weight = dict.fromkeys((*request.ordering, "name", "languages", "gender"))
    asked = [feature for feature in by_weight if _asks(request, feature)]
    required = [feature for feature in asked if feature in request.required]
    possible = [number for number, fit in enumerate(fits) if all(fit[feature] is not None for feature in required)]
    if not possible:
        known = ", ".join(speaker.name for speaker in speakers)
        raise InputError(f"{request.place}: no speaker is {_describe(request, required)}, this voice has {known}")
    return speakers[min(possible, key=lambda number: (*(_rank(fits[number][feature]) for feature in asked), number))]


def _asks(request: VoiceRequest, feature: str) -> bool:
    wishes = {"name": request.names, "languages": request.languages, "gender": request.gender}
    return bool(wishes.get(feature))


def _fits(request: VoiceRequest, speaker: SpeakerLike) -> dict[str, int | None]:
    """How early in its list each wish is met, None where it is not."""
    languages = [language.lower() for language in request.languages]
    spoken = speaker.language.lower()
    exact = next((n for n, language in enumerate(languages) if language == spoken), None)
    near = next((len(languages) + n for n, tag in enumerate(languages) if tag[:2] == spoken[:2]), None)
    return {
        "name": next((n for n, name in enumerate(request.names) if name.lower() == speaker.name.lower()), None),
        "languages": near if exact is None else exact,
        "gender": 0 if request.gender and request.gender == speaker.gender else None,
    }


def _rank(fit: int | None) -> int:
    return 99 if fit is None else fit


def _describe(request: VoiceRequest, required: Sequence[str]) -> str:
    values = {"name": " or ".join(request.names), "languages": " or ".join(request.languages), "gender": request.gender}
    return " and ".join(values[feature] for feature in required)
