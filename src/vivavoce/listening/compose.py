"""From a recipe to the pages of a test."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.listening.definition import (
    ANCHORS_HZ,
    REFERENCE,
    Finish,
    Group,
    Kind,
    ListeningTest,
    Message,
    Options,
    Page,
    Stimulus,
    Trial,
    Volume,
)
from vivavoce.listening.items import Item, recordings
from vivavoce.listening.recipe import Recipe, SystemSpec

Sounds = dict[tuple[str, str], Path]
"""A file for each system's name and item's id."""

CONSENT = (
    "Taking part is voluntary and you may stop at any time by closing this page. Your answers and how long you took "
    "are kept under a random number; nothing else about you is, beside what you fill in yourself at the end."
)
INTRODUCTION = (
    "Please use headphones and sit where it is quiet. Everything can be done with the keyboard: the keys 1 to 9 choose "
    "a sound, R the reference, the space bar plays and stops, Tab goes to the next control."
)
VOLUME = "Play this sound and set the volume of your device so that it is pleasant. Then leave it as it is."
PRACTICE = "The next pages are practice: get to know the page and the range of what you will hear."
BEGIN = "The test begins now."
THANKS = "Your answers have been kept. You may close this page."


def compose(recipe: Recipe, sounds: Sounds) -> ListeningTest:
    """The test of a recipe, given the files of its systems."""
    references = _references(recipe)
    by_item = [_trials(recipe, item, sounds, references) for item in recipe.items]
    practice = [replace(trial, training=True) for trials in by_item[: recipe.training] for trial in trials]
    trials = [trial for trials in by_item[recipe.training :] for trial in trials]
    trials += [_trap(recipe, sounds, number) for number in range(recipe.traps)]
    first = next(iter(sounds.values()))
    pages: list[Page | Group] = [
        Message("consent", recipe.name, recipe.consent or CONSENT, consent=True),
        Message("introduction", "How it works", "\n\n".join(filter(None, (recipe.introduction, INTRODUCTION)))),
        Volume("volume", "Volume", VOLUME, str(first)),
    ]
    if practice:
        pages += [Message("practice", "Practice", PRACTICE), Group(tuple(practice))]
        pages += [Message("begin", "The test", BEGIN)]
    pages += [Group(tuple(trials), shuffle=True), Finish("Thank you", recipe.thanks or THANKS, recipe.questionnaire)]
    return ListeningTest(recipe.id, recipe.name, Group(tuple(pages)), recipe.baseline)


def file_sounds(recipe: Recipe) -> Sounds:
    """Files of the systems that are folders. Raises `InputError` naming the item that one of them lacks."""
    sounds: Sounds = {}
    for system in recipe.systems:
        if not system.files:
            continue
        found = recordings(system.files)
        for item in recipe.items:
            if item.id not in found:
                raise InputError(f'{system.files}: no recording of "{item.id}" for system "{system.name}"')
            sounds[system.name, item.id] = found[item.id]
    return sounds


def _references(recipe: Recipe) -> dict[str, Path]:
    """Recordings by item, or by speaker. Raises `InputError` naming the one that is missing."""
    if not recipe.reference_folder:
        return {}
    found = recordings(recipe.reference_folder)
    by_item: dict[str, Path] = {}
    for item in recipe.items:
        key = item.speaker if recipe.kind is Kind.IDENTITY and item.speaker else item.id
        if key not in found:
            raise InputError(f'{recipe.reference_folder}: the reference "{key}" is missing')
        by_item[item.id] = found[key]
    return by_item


def _trials(recipe: Recipe, item: Item, sounds: Sounds, references: dict[str, Path]) -> list[Trial]:
    """Every trial about one item."""
    systems = [system for system in recipe.systems if system.name != recipe.reference_system]
    stimuli = [Stimulus(system.name, str(sounds[system.name, item.id])) for system in systems]
    reference = references.get(item.id)
    if recipe.reference_system:
        reference = sounds[recipe.reference_system, item.id]
    hidden = Stimulus(REFERENCE, str(reference)) if reference and recipe.hidden_reference else None
    match recipe.kind:
        case Kind.MUSHRA:
            anchors = [Stimulus(role, "") for role in ANCHORS_HZ] if recipe.anchors else []
            return [_trial(recipe, item, (*stimuli, *([hidden] if hidden else []), *anchors), reference)]
        case Kind.BS1116 | Kind.ABX if hidden:
            return [_trial(recipe, item, (hidden, one), reference, one.system) for one in stimuli]
        case Kind.BS1116:
            raise InputError(f"{item.id}: BS.1116 needs a reference")
        case Kind.MOS:
            return [_trial(recipe, item, (one,), None, one.system) for one in stimuli]
        case Kind.TRANSCRIPTION:
            return [_trial(recipe, item, tuple(stimuli), None)]
        case _:
            pairs = combinations(stimuli, 2)
            return [_trial(recipe, item, pair, reference, f"{pair[0].system}+{pair[1].system}") for pair in pairs]


def _trial(
    recipe: Recipe, item: Item, stimuli: tuple[Stimulus, ...], reference: Path | None, suffix: str = ""
) -> Trial:
    options = Options(
        loop=recipe.loop, waveform=recipe.waveform, switching=recipe.switching, listening=recipe.listening,
        unforced=recipe.unforced, comment=recipe.comment,
    )  # fmt: skip
    question = "\n\n".join(filter(None, (recipe.question, recipe.guidelines)))
    named = str(reference) if reference and recipe.named_reference else None
    name = f"{item.id}/{suffix}" if suffix else item.id
    return Trial(name, recipe.kind, item.id, stimuli, "", question, named, item.text, options)


def _trap(recipe: Recipe, sounds: Sounds, number: int) -> Trial:
    score = trap_score(number)
    stimulus = Stimulus("trap", str(sounds["trap", str(score)]), float(score), "trap")
    return Trial(f"trap {number + 1}", Kind.MOS, f"trap {score}", (stimulus,), "", recipe.question)


def trap_score(number: int) -> int:
    """The score, 0 to 100, that the trap of a number asks for."""
    return (2, 4, 1, 5, 3)[number % 5]


def rendered_systems(recipe: Recipe) -> list[SystemSpec]:
    """Systems whose sounds are not there yet."""
    return [system for system in recipe.systems if not system.files]
