"""Voices by the names of their addons."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.voice.clock import Clock
from vivavoce.voice.details import voice_details
from vivavoce.voice.synthesizer import Voice

DEFAULT_VOICE = "chorus"
_LOADING = Lock()


def load_voice(name: str | Path = DEFAULT_VOICE) -> Voice:
    """A voice by the name or path of its addon.

    Raises `InputError` when there is none, when it is damaged, when it makes no sound, or when its clock does not fit.
    """
    addon = load_addon(find_addon(name, "voice"))
    speakers = addon.manifest.speakers
    if not speakers:
        raise InputError(f'addon "{name}" names no speakers, so it is not a voice')
    for speaker in speakers:
        if not speaker.language:
            raise InputError(f'addon "{name}": speaker "{speaker.name}" has no language')
    stack = addon.build_streamable()
    if "audio" not in stack.outputs:
        raise InputError(f'addon "{name}" is not a voice: its stack makes {", ".join(stack.outputs)} and no audio')
    return Voice(stack, _clock(stack, addon), speakers, voice_details(addon), addon.manifest.name)


def shared_voice(name: str = DEFAULT_VOICE) -> Voice:
    """A voice that is loaded once in a process."""
    with _LOADING:
        return _shared_voice(name)


@lru_cache(maxsize=8)
def _shared_voice(name: str) -> Voice:
    return load_voice(name)


def _clock(stack: StreamableBlock[Any], addon: Addon) -> Clock:
    said, place = addon.manifest, f"{addon.path}: addon.json"
    if said.sample_rate_hz is None:
        raise InputError(f"{place}: says no sample_rate_hz, so it is not a voice")
    if said.hop not in (None, stack.upsampling_factor):
        raise InputError(f"{place}: hop is {said.hop}, its stack makes {stack.upsampling_factor} samples a frame")
    try:
        return Clock(said.sample_rate_hz, stack.upsampling_factor)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
