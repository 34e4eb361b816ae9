"""What the prosody addons have in common: a network for whole sentences, speakers, and where their voices lie."""

from __future__ import annotations

from typing import Any

from vivavoce.blocks.addon import Addon
from vivavoce.blocks.block import SequenceBlock
from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object
from vivavoce.prosody.recording import SpeakerCentre


def sequence_block(addon: Addon) -> SequenceBlock:
    """The addon's stack. Raises `InputError` when it streams."""
    block = addon.build()
    if not isinstance(block, SequenceBlock):
        raise InputError(f"{addon.path}: a prosody model reads whole sentences, its stack streams")
    return block


def speaker_number(addon: Addon, speaker: str) -> int:
    """The index of a speaker. Raises `InputError` for one that the addon does not know."""
    speakers = addon.manifest.speaker_names
    if speaker not in speakers:
        raise InputError(f'{addon.path}: knows no speaker "{speaker}", only {", ".join(speakers)}')
    return speakers.index(speaker)


def taught_voice(addon: Addon) -> str:
    """`details.voice` of the addon: the voice whose embeddings it was taught; empty for any. Raises `InputError` for
    anything that is not a name."""
    found = addon.manifest.details.get("voice", "")
    if not isinstance(found, str):
        raise InputError(f"{addon.path}: details.voice of addon.json must be the name of a voice")
    return found


def centre_of(addon: Addon, speaker: str) -> SpeakerCentre:
    """`details.centres` of the addon: `{"kathleen": [log f0, energy]}`."""
    place = f"{addon.path}: details.centres.{speaker} of addon.json"
    centres: Any = addon.manifest.details.get("centres")
    found = centres.get(speaker) if is_object(centres) else None
    if not is_list(found) or len(found) != 2 or not all(isinstance(x, (int, float)) for x in found):
        raise InputError(f"{place} must be two numbers, log f0 and energy")
    return SpeakerCentre(float(found[0]), float(found[1]))
