"""A test's folder: every stimulus ready to be played, and the definition that names them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.errors import InputError
from vivavoce.listening.checks import (
    check_doubles,
    check_folder,
    check_lengths,
    check_names,
    check_rates,
    check_trial,
    reference_file,
)
from vivavoce.listening.codec import write_test
from vivavoce.listening.definition import (
    ANCHORS_HZ,
    Finish,
    Group,
    ListeningTest,
    Message,
    Page,
    Stimulus,
    Switching,
    Trial,
    Volume,
    flatten,
)
from vivavoce.listening.stimuli import align, anchor, common_target, load, loudness, match, measure, trim

TARGET_LUFS = -23.0
SOUNDS = "sounds"
MOST_SAMPLES = 1 << 28
LOUDNESS_TOLERANCE_LU = 0.1

Progress = Callable[[str], None]


def build(
    test: ListeningTest, folder: Path, *, rate_hz: int | None = None, strict: bool = True,
    loudness_lufs: float = TARGET_LUFS, told: Progress = lambda line: None,
) -> ListeningTest:  # fmt: skip
    """Make `folder` out of a test whose stimuli name files anywhere; returns what was written.

    Raises `InputError` naming the item or file for missing, double, silent, clipped and over-long stimuli, and for
    those that differ in rate or, where they have to run in step, in length. Nothing is left half-written.
    """
    check_folder(folder)
    trials = list(test.trials())
    if not trials:
        raise InputError("the test has no trials")
    check_names([page.id for page in flatten(test.pages) if not isinstance(page, Finish)])
    for trial in trials:
        check_trial(trial, strict)
    items: dict[str, dict[str, Audio]] = {}
    samples = 0
    for item, members in _by_item(trials).items():
        items[item] = _prepare(item, members, rate_hz, strict)
        samples += sum(len(audio.samples) for audio in items[item].values())
        if samples > MOST_SAMPLES:
            raise InputError("over three hours of stimuli, split the test")
        told(f"{item}: {len(items[item])} stimuli")
    pages = flatten(test.pages)
    volume = {page.file: load(Path(page.file), rate_hz, strict) for page in pages if isinstance(page, Volume)}
    levels = {key: measure(audio) for key, audio in _flat({**items, "": volume})}
    quiet = next((key for key, (level, _) in levels.items() if level is None), None)
    if quiet:
        raise InputError(f"{quiet[0] or 'volume'}: {quiet[1]}: too quiet, its loudness cannot be measured")
    target = common_target(levels.values(), loudness_lufs)
    notes = (*test.notes, f"all stimuli at {target:.1f} LUFS (ITU-R BS.1770), trimmed and aligned")
    scratch = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        (scratch / SOUNDS).mkdir(parents=True)
        systems = {(trial.item, one.file): one.system for trial in trials for one in trial.stimuli}
        names: dict[tuple[str, str], str] = {}
        for (item, key), audio in _flat({**items, "": volume}):
            matched = match(audio, target, levels[item, key][0])
            title = f"{item or 'volume'}-{systems.get((item, key), Path(key).stem)}"
            names[item, key] = _write(scratch, title, matched, target)
        made = replace(test, pages=_rename_systems(test.pages, names), loudness_lufs=round(target, 2), notes=notes)
        write_test(scratch, made)
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return made


def _prepare(item: str, trials: list[Trial], rate_hz: int | None, strict: bool) -> dict[str, Audio]:
    """All sounds of an item by their file; anchors by their role."""
    excerpts = {file: load(Path(file), rate_hz, strict) for file in _files(trials)}
    check_rates(item, excerpts)
    if strict:
        check_doubles(item, trials, excerpts)
    reference = next((file for trial in trials if (file := reference_file(trial))), None)
    if all(trial.options.switching is Switching.RESTART for trial in trials) or len(excerpts) == 1:
        ready = {file: trim(audio) for file, audio in excerpts.items()}
    else:
        ready = align(excerpts, reference or next(iter(excerpts)))
    if strict:
        check_lengths(item, ready)
    for role in {stimulus.system for trial in trials for stimulus in trial.stimuli} & set(ANCHORS_HZ):
        assert reference is not None  # check_trial has seen to it
        try:
            ready[role] = anchor(ready[reference], ANCHORS_HZ[role])
        except InputError as error:
            raise InputError(f"{item}: {error}") from None
    return ready


def _files(trials: list[Trial]) -> list[str]:
    """Every file of some trials, once."""
    files = [stimulus.file for trial in trials for stimulus in trial.stimuli if stimulus.system not in ANCHORS_HZ]
    return list(dict.fromkeys([*files, *(trial.reference for trial in trials if trial.reference)]))


def _by_item(trials: list[Trial]) -> dict[str, list[Trial]]:
    items: dict[str, list[Trial]] = {}
    for trial in trials:
        items.setdefault(trial.item, []).append(trial)
    return items


def _flat(items: dict[str, dict[str, Audio]]) -> Iterator[tuple[tuple[str, str], Audio]]:
    return (((item, key), audio) for item, excerpts in items.items() for key, audio in excerpts.items())


def _write(folder: Path, name: str, audio: Audio, target: float) -> str:
    """Write one sound and measure it again; returns its place in the folder."""
    base = _slug(name)
    path, number = folder / SOUNDS / f"{base}.flac", 2
    while path.exists():
        path, number = folder / SOUNDS / f"{base}-{number}.flac", number + 1
    write_audio(path, audio)
    level = loudness(read_audio(path))
    if level is None or abs(level - target) > LOUDNESS_TOLERANCE_LU:
        raise InputError(f"{name}: cannot be brought to {target:.1f} LUFS")
    return f"{SOUNDS}/{path.name}"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text)[:90].strip("-.") or "sound"


def _rename_systems(group: Group, names: dict[tuple[str, str], str]) -> Group:
    pages: list[Page | Group] = []
    for page in group.pages:
        match page:
            case Group():
                pages.append(_rename_systems(page, names))
            case Trial():
                pages.append(_renamed_trial(page, names))
            case Volume():
                pages.append(replace(page, file=names["", page.file]))
            case Message() | Finish():
                pages.append(page)
    return Group(tuple(pages), group.shuffle)


def _renamed_trial(trial: Trial, names: dict[tuple[str, str], str]) -> Trial:
    def place(stimulus: Stimulus) -> Stimulus:
        key = stimulus.system if stimulus.system in ANCHORS_HZ else stimulus.file
        return replace(stimulus, file=names[trial.item, key])

    reference = names[trial.item, trial.reference] if trial.reference else None
    return replace(trial, stimuli=tuple(map(place, trial.stimuli)), reference=reference)
