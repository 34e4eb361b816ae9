"""What vivavoce itself says or carries for a test: the one place in which a test meets the voice and the network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.listening.compose import Sounds, rendered_systems, trap_score
from vivavoce.listening.items import Item
from vivavoce.listening.recipe import Recipe, SystemSpec
from vivavoce.prosody import ModelProsody, prosody_source
from vivavoce.prosody.alignment import check_fit, whole_sentence
from vivavoce.prosody.models.copycat import Copied, copycat
from vivavoce.prosody.models.selection import Selection
from vivavoce.redundancy.codec.payload_codec import DEFAULT, PayloadCodec, default_codecs, load_codec
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.loss_simulation import simulate_loss, trim_to_played
from vivavoce.transport.loss_traces import read_trace, repeat_trace
from vivavoce.transport.opus_codec import RATE_HZ as OPUS_RATE_HZ
from vivavoce.transport.opus_codec import OpusSettings
from vivavoce.transport.sender import ProtectionSettings, protect
from vivavoce.voice import DEFAULT_VOICE, Voice, shared_voice
from vivavoce.voice.tokens import tokenise

BIT_RATE, LBRR_BIT_RATE = 24_000, 40_000
JOINED = "+"
GAP_S = 0.25
TRAP = "This is an interruption. Please choose the score {}."
NUMBERS = ("one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Job:
    """One sound to be made."""

    system: SystemSpec
    item: Item
    path: Path


def render_all(recipe: Recipe, folder: Path, told: Callable[[str], None] = lambda line: None) -> Sounds:
    """A sound for every item by every system that has no files, and for every trap.

    What `folder` holds from an interrupted run is not made again, unless what it is made of has changed since.

    Raises `InputError` naming the system and item that cannot be rendered.
    """
    sounds: Sounds = {}
    jobs = list(_jobs(recipe, folder))
    if jobs:
        folder.mkdir(parents=True, exist_ok=True)
    for number, job in enumerate(jobs, 1):
        sounds[job.system.name, job.item.id] = job.path
        if not job.path.exists():
            try:
                write_audio(job.path, render(job.system, job.item))
            except InputError as error:
                raise InputError(f"{job.system.name}, {job.item.id}: {error}") from error
            told(f"{number} of {len(jobs)} rendered: {job.system.name}, {job.item.id}")
    return sounds


def render(system: SystemSpec, item: Item) -> Audio:
    """One item by one system. Raises `InputError` for what the item lacks, or the system cannot do."""
    if system.original:
        return recording_of(item)
    if system.network:
        return _carry(system, item)
    voice = shared_voice(system.voice or DEFAULT_VOICE)
    text, speaker = system.text or item.text, item.speaker or system.speaker
    if not text:
        raise InputError("there is no text to say")
    if system.copied:
        return _copy(voice, item, speaker)
    spoken = voice.synthesize(text, speaker=speaker, prosody=_prosody(system.prosody, system.by))
    return Audio(spoken.samples, voice.sample_rate_hz)


def recording_of(item: Item) -> Audio:
    """The item's recording; several, their names joined by `+`, with a quarter of a second between them."""
    if item.recording is None:
        raise InputError("there is no recording (recordings: a folder of them)")
    suffix = item.recording.suffix
    names = item.recording.name.removesuffix(suffix).split(JOINED)
    parts = [read_audio(item.recording.with_name(f"{name}{suffix}"), most_s=60) for name in names]
    rate = parts[0].rate_hz
    gap = np.zeros(round(GAP_S * rate), np.float32)
    pieces = [piece for part in parts for piece in (part.resampled(rate).samples, gap)]
    return Audio(np.concatenate(pieces[:-1]), rate)


def _jobs(recipe: Recipe, folder: Path) -> list[Job]:
    jobs = [
        Job(system, item, _path(folder, system, item)) for system in rendered_systems(recipe) for item in recipe.items
    ]
    scores = {trap_score(number) for number in range(recipe.traps)}
    trap = replace(SystemSpec("trap"), speaker=next((one.speaker for one in recipe.systems if one.speaker), None))
    for score in sorted(scores):
        item = Item(str(score), TRAP.format(NUMBERS[score - 1]))
        jobs.append(Job(trap, item, _path(folder, trap, item)))
    return jobs


def _path(folder: Path, system: SystemSpec, item: Item) -> Path:
    """Where a sound lies, named also after all that it is made of: what is left of another test is not taken for it."""
    made_of = hashlib.sha256(f"{system!r} {item!r}".encode()).hexdigest()[:12]
    return folder / f"{system.name}-{item.id}-{made_of}.wav".replace("/", "-")


def _copy(voice: Voice, item: Item, speaker: str | None) -> Audio:
    target = voice.speaker(speaker)
    sentence = whole_sentence(item.text or "", target.reads)
    source = recording_of(item).resampled(RATE_HZ)
    tokens = tokenise(sentence)
    check_fit(source.duration_s, tokens)
    usual_s = voice.usual_durations_s(sentence, target.name)
    prosody = Copied(copycat().copy(source, tokens, target.name, usual_s))
    return Audio(voice.synthesize([sentence], speaker=target.name, prosody=prosody).samples, voice.sample_rate_hz)


def _carry(system: SystemSpec, item: Item) -> Audio:
    """The item's recording, sent and played through its trace of loss."""
    opus = OpusSettings(LBRR_BIT_RATE if system.lbrr else BIT_RATE, lbrr=system.lbrr)
    codec = _codec(system.codec or DEFAULT, system.redundancy) if system.redundancy else None
    file = protect(recording_of(item), codec, ProtectionSettings(opus, system.redundancy))
    if system.lost and item.trace is None:
        raise InputError("there is no trace of loss (trace: a column of texts)")
    trace = read_trace(item.trace) if system.lost and item.trace else (False,)
    lost = repeat_trace(trace, len(file.packets))
    played = simulate_loss(file.packets, lost, _concealer(), _codecs(), lbrr=system.lbrr)
    return Audio(trim_to_played(played.samples, file.pre_skip, file.length), OPUS_RATE_HZ)


@cache
def _prosody(name: str, by: str | None) -> ModelProsody | None:
    if by is None:
        return prosody_source(name)
    if name != "selection":
        raise InputError(f'"{name}" does not select, so it goes by nothing')
    return ModelProsody(f"selection {by}", Selection(load_addon(find_addon("selection")), by))


@cache
def _codec(name: str, amount_s: float) -> PayloadCodec:
    return load_codec(name, amount_s=amount_s)


@cache
def _codecs() -> tuple[PayloadCodec, ...]:
    return default_codecs()


@cache
def _concealer() -> Concealer:
    return Concealer.load()
