"""What a test must be like before anybody is asked to listen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.listening.codec import TEST_FILE
from vivavoce.listening.definition import ANCHORS_HZ, REFERENCE, Kind, Trial

MOST_SIGNALS, LONGEST_S = 12, 12.0
"""Of one trial, by BS.1534-3."""
MOST_LENGTH_RATIO = 2.0
OF_TWO = (Kind.AB, Kind.ABX, Kind.CCR, Kind.IDENTITY, Kind.BS1116)


def check_folder(folder: Path) -> None:
    """Check, before the work begins, that a test can be made in a folder. Raises `InputError` where not."""
    if (folder / TEST_FILE).exists():
        raise InputError(f"{folder}: holds a listening test already, name another folder")
    if folder.exists():
        raise InputError(f"{folder}: exists already, name a new folder")
    if not folder.resolve().parent.is_dir():
        raise InputError(f"{folder}: the folder {folder.parent} does not exist, make it first")


def check_trial(trial: Trial, strict: bool = True) -> None:
    """Check that a listener can take a trial. Raises `InputError` where not."""
    names = [stimulus.system for stimulus in trial.stimuli]
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise InputError(f'{trial.id}: "{double}" is there twice')
    if not names:
        raise InputError(f"{trial.id}: no stimuli")
    if trial.kind is Kind.MUSHRA and len(names) > MOST_SIGNALS and strict:
        signals = f"{len(names)} signals with reference and anchors"
        raise InputError(f"{trial.id}: {signals}, BS.1534 allows {MOST_SIGNALS} (strict: false)")
    if trial.kind in OF_TWO and len(names) != 2:
        raise InputError(f"{trial.id}: {trial.kind} compares two stimuli, here are {len(names)}")
    needs = trial.kind is Kind.IDENTITY or any(name in (*ANCHORS_HZ, REFERENCE) for name in names)
    if needs and not reference_file(trial):
        raise InputError(f"{trial.id}: the reference is missing")


def check_names(names: list[str]) -> None:
    """Check that each page has a name of its own. Raises `InputError` where two answers could not be told apart."""
    double = next((name for name, count in Counter(names).items() if count > 1), None)
    if double:
        raise InputError(f'"{double}" names two pages of the test')


def check_rates(item: str, excerpts: Mapping[str, Audio]) -> None:
    """Check that the sounds of each item have one sample rate. Raises `InputError` naming the first that differ."""
    rates = {audio.rate_hz: file for file, audio in excerpts.items()}
    if len(rates) > 1:
        listed = ", ".join(f"{Path(file).name} {rate} Hz" for rate, file in rates.items())
        raise InputError(f"{item}: rates differ ({listed}), say which to use (rate: {max(rates)})")


def check_lengths(item: str, excerpts: Mapping[str, Audio]) -> None:
    """Check the lengths of sounds. Raises `InputError` for one too long to compare, or twice as long as another."""
    lengths = {file: audio.duration_s for file, audio in excerpts.items()}
    longest, shortest = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
    if lengths[longest] > LONGEST_S:
        seconds = f"lasts {lengths[longest]:.1f} s, over the {LONGEST_S:g} s that can be compared"
        raise InputError(f"{longest}: {seconds} (strict: false)")
    if lengths[longest] > MOST_LENGTH_RATIO * lengths[shortest]:
        raise InputError(f"{item}: {longest} is over twice as long as {shortest}, are they the same excerpt?")


def check_doubles(item: str, trials: list[Trial], excerpts: Mapping[str, Audio]) -> None:
    """Check that systems differ. Raises `InputError` where two have one and the same sound."""
    seen: dict[bytes, str] = {}
    stimuli = {(stimulus.system, stimulus.file) for trial in trials for stimulus in trial.stimuli}
    for system, file in sorted(stimuli):
        if system in ANCHORS_HZ:
            continue
        content = excerpts[file].samples.tobytes()
        if seen.setdefault(content, system) != system:
            raise InputError(f'{item}: "{seen[content]}" and "{system}" are the same sound (strict: false)')


def reference_file(trial: Trial) -> str | None:
    """The file of a trial's reference, named or hidden."""
    hidden = (stimulus.file for stimulus in trial.stimuli if stimulus.system == REFERENCE)
    return trial.reference or next(hidden, None)
