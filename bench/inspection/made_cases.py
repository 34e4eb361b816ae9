"""Test material: clean clips, and the same with one defect each, coded again with loss."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from bench.inspection.split import TEST
from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Cue, shrink
from vivavoce.inspection.simulation import Clip, Truth, Yuv, read_clip, simulate, write_clip
from vivavoce.inspection.simulation.captions import write_captions

SECONDS = 6.0
SEED = 7
WIDTH = 640
CODED_CRF = 23
CAPTION_S = 7.0
"""Longer captions are a defect themselves."""
STRENGTHS = {"mild": 0.3, "strong": 0.8}
START, PLACES = 0.4, {"block_corruption": (0.15, 0.28, 0.4, 0.52), "tearing": (0.15, 0.28, 0.4, 0.52)}
"""Where a defect begins, as a share of a clip: one file each. Those of several places show on few clips, and are put
into every clip, however few are asked for."""

LENGTH_S = {"black": 0.5, "audio_dropout": 0.1, "freeze": 1.5, "stutter": 1.5, "flash": 1.5}
STILL = (
    "diverse/own_static_slide_720p.mp4", "diverse/broll_720p_stills.mp4", "diverse/synthetic_fades.mp4",
    "diverse/own_credits_roll_720p.mp4", "diverse/bbb_360p_titles.webm",
)  # fmt: skip
"""Clips with nothing that a freeze, stutter, tear or comb could be seen on."""

MOVES, LIGHT = 1.0, 32.0
"""Levels of luma (black is 16): mean change over a stretch that moves, and mean of one that is not dark."""

NEEDS_MOTION = frozenset({"freeze", "stutter", "tearing", "combing"})
SOUND = frozenset({"audio_dropout", "hum", "hiss", "distortion", "clicks"})
NEEDS_SPEECH = SOUND | {"caption_quality"}
SPEECH, SENTENCES, FILES = ("kathleen", "prompts"), 8, 4


@dataclass(frozen=True, slots=True)
class Case:
    """One file and what is wrong in it."""

    path: Path
    clip: str
    defect: str
    strength: str
    truths: tuple[Truth, ...]


def clips(data: Path, test: bool) -> list[str]:
    """Names of the clips on one side of the split."""
    names = sorted(str(p.relative_to(data / "video")) for p in (data / "video").glob("*/*.*") if p.suffix != ".tsv")
    return [name for name in names if (name in TEST) == test]


def make_cases(
    data: Path, names: Sequence[str], defects: Sequence[str], folder: Path, workers: int = 1, test: bool = True,
    most: int = 99,
) -> dict[str, list[Case]]:  # fmt: skip
    """Clips with every defect in every strength, by defect; files that are there already are used again.

    At `most` so many clips, but all of them for defects of several places. `test` says which side of the split the
    speech is from.
    """
    spoken = speech_names(data, "test" if test else "train") if NEEDS_SPEECH.intersection(defects) else []
    chosen = {*names[:: -(-len(names) // most)], *spoken}
    make = partial(_cases_of, data=data, defects=tuple(defects), folder=folder, chosen=chosen)
    cases: dict[str, list[Case]] = {defect: [] for defect in defects}
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for made in pool.map(make, (*names, *spoken)):
            for case in made:
                cases[case.defect].append(case)
    return cases


def _cases_of(name: str, data: Path, defects: Sequence[str], folder: Path, chosen: set[str]) -> list[Case]:
    """All cases of one clip, which is decoded once."""
    clip: Clip | None = None
    spoken, cases = name.startswith("speech/"), []
    for defect in defects:
        if (spoken and defect not in NEEDS_SPEECH) or not (name in chosen or defect in PLACES):
            continue
        for (label, strength), place in product(STRENGTHS.items(), PLACES.get(defect, (START,))):
            stem = "-".join(Path(name).with_suffix("").parts[1:])
            stem += "" if place == START else f"-{place:.2f}"
            path = folder / defect / f"{stem}-{label}.mp4"
            beside = path.with_suffix(".json")
            if not beside.exists():
                clip = clip or (speech_clip(data, name) if spoken else short_clip(data / "video" / name))
                path.parent.mkdir(parents=True, exist_ok=True)
                beside.write_text(json.dumps(_made(clip, name, defect, strength, path, place)))
            truths = tuple(Truth(**truth) for truth in json.loads(beside.read_text()))
            if truths:
                cases.append(Case(path, name, defect, label, truths))
    return cases


def short_clip(path: Path) -> Clip:
    """The first seconds of a clip, at most 640 wide."""
    clip = read_clip(path, seconds=SECONDS)
    sound = None if clip.sound is None else clip.sound[:2]
    frames = clip.frames
    if frames and frames[0].luma.shape[1] > WIDTH:
        frames = tuple(narrow(frame) for frame in frames)
    return replace(clip, frames=frames, sound=sound)


def speech_names(data: Path, split: str) -> list[str]:
    """Names of clips of speech: `speech/CORPUS/SPLIT-NUMBER`."""
    there = [corpus for corpus in SPEECH if (data / "speech" / corpus).is_dir()]
    return [f"speech/{corpus}/{split}-{n}.wav" for corpus in there for n in range(FILES)]


def speech_clip(data: Path, name: str) -> Clip:
    """Some sentences one after the other, with pauses, and captions where they are."""
    _, corpus, part = Path(name).with_suffix("").parts
    split, _, number = part.partition("-")
    rows = sentences(data / "speech" / corpus, split)[int(number) * SENTENCES : (int(number) + 1) * SENTENCES]
    random = np.random.default_rng(int(number))
    sounds, cues, time_s = [], [], 0.0
    for row in rows:
        path = next((data / "speech" / corpus / "audio").glob(f"{row['id']}.*"))
        samples = read_audio(path, SAMPLE_RATE_HZ).samples
        room = random.normal(0, 1e-4, round(random.uniform(0.5, 2.0) * SAMPLE_RATE_HZ)).astype(np.float32)
        words = row["text"].split()
        lines = tuple(" ".join(words[n : n + 7]) for n in range(0, len(words), 7))
        end_s = time_s + min(CAPTION_S, len(samples) / SAMPLE_RATE_HZ)
        cues.append(Cue(time_s, end_s, lines[:2], len(cues) + 1))
        sounds += [samples, room]
        time_s += (len(samples) + len(room)) / SAMPLE_RATE_HZ
    return Clip(sound=np.concatenate(sounds)[None].repeat(2, axis=0), cues=tuple(cues))


def sentences(folder: Path, split: str = "test") -> list[dict[str, str]]:
    """Rows of a corpus's `metadata.tsv`; nothing was trained on those of `test`."""
    header, *lines = (folder / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=False)) for line in lines]
    return [row for row in rows if row["split"] == split]


def _made(clip: Clip, name: str, defect: str, strength: float, path: Path, place: float) -> list[dict[str, object]]:
    """Write one file; the truths, none where the defect cannot be shown on this clip."""
    if defect in SOUND:
        clip = replace(clip, frames=())
    if defect == "av_sync" and not name.startswith("talking/"):
        return []
    if (defect in NEEDS_MOTION and name in STILL) or (defect in SOUND and not _sounds(clip)):
        return []
    length_s = 0.4 * clip.seconds if defect == "caption_quality" else min(LENGTH_S.get(defect, 2.0), 0.5 * clip.seconds)
    start_s = round(place * clip.seconds, 2)
    if defect == "audio_dropout":
        start_s = _heard_from(clip, place * clip.seconds, length_s)
    if defect == "av_sync":
        start_s, length_s = 0.0, clip.seconds
    seed = SEED + len(name) + round(10 * strength) + (0 if place == START else round(1000 * place))
    try:
        damaged, truth = simulate(defect, clip, start_s, length_s, strength, seed)
    except InputError:
        return []
    if not _shows(clip, defect, start_s, length_s) or (defect in NEEDS_MOTION and _changed(clip, damaged) < 1.0):
        return []
    write_clip(path, replace(damaged, cues=()), CODED_CRF)
    if damaged.cues:
        write_captions(path.with_suffix(".srt"), damaged.cues)
    return [asdict(truth)]


def _heard_from(clip: Clip, from_s: float, length_s: float) -> float:
    """The first time from `from_s` on when there is something to hear before and after a gap: others are no defects."""
    edge = SAMPLE_RATE_HZ // 50
    loud = float(np.sqrt((clip.heard**2).mean()))
    for start_s in np.arange(from_s, clip.seconds - length_s - 0.1, 0.05):
        first, last = round(start_s * SAMPLE_RATE_HZ), round((start_s + length_s) * SAMPLE_RATE_HZ)
        edges = clip.heard[:, first - edge : first], clip.heard[:, last : last + edge]
        if min(float(np.sqrt((part**2).mean())) for part in edges) > 0.3 * loud:
            return round(float(start_s), 2)
    return round(from_s, 2)


def narrow(frame: Yuv, wide: int = WIDTH) -> Yuv:
    """A picture averaged down to so many pixels' width."""
    height, width = frame.luma.shape
    tall = round(height * wide / width / 2) * 2
    half = tall // 2, wide // 2
    planes = shrink(frame.luma, tall, wide), shrink(frame.blue, *half), shrink(frame.red, *half)
    return Yuv(*(np.ascontiguousarray(plane) for plane in planes))


def _sounds(clip: Clip) -> bool:
    return clip.sound is not None and float(np.abs(clip.sound).max()) > 0.01


def _shows(clip: Clip, defect: str, start_s: float, length_s: float) -> bool:
    """Whether there is something to be lost: no freeze shows where nothing moves, and no black where it is dark."""
    if defect not in NEEDS_MOTION | {"black"}:
        return True
    span = clip.picture_span(start_s, length_s)
    first, last = (clip.frames[number].luma for number in (span.start, span.stop - 1))
    if defect == "black":
        return float(first.mean()) >= LIGHT
    return float(np.abs(first.astype(np.int16) - last).mean()) >= MOVES


def _changed(one: Clip, two: Clip) -> float:
    """Largest mean difference of a picture, in levels."""
    pairs = zip(one.frames, two.frames, strict=False)
    return max(float(np.abs(a.luma.astype(np.int16) - b.luma).mean()) for a, b in pairs)
