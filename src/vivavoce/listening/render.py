"""What vivavoce itself says or carries for a test. The one place in which a test meets the voice and the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.listening.compose import Sounds, file_sounds, rendered_systems
from vivavoce.listening.recipe import Recipe


def render_all(recipe: Recipe, folder: Path, told: Callable[[str], None] = lambda line: None) -> Sounds:
    """A sound for every system and item; what is in `folder` from an interrupted run is not made again."""
    sounds = file_sounds(recipe)
    if rendered_systems(recipe):
        raise InputError("not yet")
    return sounds
