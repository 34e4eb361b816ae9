"""`python -m vivavoce.training.inspection_calibrate NAME …`: low thresholds without alarms on clean material.

Clean are the clips that may be tuned on, recordings of speech from the same side, and what is made up to be taken for
a defect: titles that roll, slides, poor coding, loud and dense sound.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from vivavoce.blocks import find_addon, write_addon
from vivavoce.blocks.addon import MANIFEST_FILE
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts, Track
from vivavoce.inspection.defects.blockiness import detect as blockiness
from vivavoce.inspection.detector import Detector, Sampler
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, MediaInfo, Plane, VideoFrame
from vivavoce.inspection.simulation import Clip, write_clip
from vivavoce.training.clean_scenes import draw_scene
from vivavoce.training.clean_sounds import crowd, dressed, mixed, music
from vivavoce.training.inspection_data import Sources, sources

STEPS = (
    0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75,
    0.8, 0.84, 0.87, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98,
)  # fmt: skip
MARGIN = 2
"""Steps above the lowest threshold without an alarm: an hour holds more than what is heard here."""
FLOORS = {"hiss_threshold": 0.6}
"""Event F1 on development cases is the same from 0.35 up to here."""

MADE, MADE_S, MADE_SIZE, MADE_CRF = 24, 4.0, (360, 640), 24
"""Made-up clips, how long and large they are, and how they are coded."""
RECORDINGS = 30
"""Of each corpus of speech."""

Alarms = Callable[[float], int]
"""How many events a threshold leaves."""


@dataclass(frozen=True)
class Looks:
    """How a detector of pictures makes events of looks: `least` over the threshold, gaps within `gap_s`."""

    kind: type[Detector]
    judge: Callable[[Detector, Sequence[Plane]], float]
    gap_s: float
    hold: float
    least: int

    def alarms(self, path: Path) -> Alarms:
        """Look at a file once."""
        looks: list[tuple[float, float, float]] = []
        recent: list[VideoFrame] = []
        with open_media(path) as media:
            detector, sampler = self.kind(media.info), Sampler(self.kind.sampling)
            for part in media.parts():
                if isinstance(part, VideoFrame) and sampler.takes(part):
                    follows = bool(recent) and part.number == recent[-1].number + 1
                    recent = [*recent, part] if follows else [part]
                    if len(recent) == self.kind.sampling.burst:
                        likely = self.judge(detector, [picture.luma for picture in recent])
                        looks.append((part.time_s - part.seconds, part.time_s + part.seconds, likely))
                        recent = []
        return partial(self.count, looks)

    def count(self, looks: Sequence[tuple[float, float, float]], threshold: float) -> int:
        """Events of looks (start_s, end_s, how likely)."""
        spans = EventGrouper(self.gap_s, exit_ratio=self.hold)
        found = chain.from_iterable(spans.add(start_s, end_s, likely / threshold) for start_s, end_s, likely in looks)
        over = [start_s for start_s, _, likely in looks if likely >= threshold]
        whole = list(chain(found, spans.finish()))
        return sum(sum(span.start_s <= at <= span.end_s for at in over) >= self.least for span in whole)


def _blocky(detector: Detector, pictures: Sequence[Plane]) -> float:
    assert isinstance(detector, blockiness.Blockiness)
    return detector.judge(pictures[0])[0]


LOOKS: Mapping[str, Looks] = {
    "blockiness": Looks(blockiness.Blockiness, _blocky, blockiness.GAP_S, blockiness.HOLD, blockiness.LEAST)
}
"""Of corruption and tearing the second look decides, whose thresholds stand with the detectors."""


def sound_alarms(path: Path) -> dict[str, Alarms]:
    """Listen to a file once, for every class."""
    detector = AudioArtifacts(MediaInfo(str(path)))
    heard = []
    with open_media(path) as media:
        for part in media.parts():
            if isinstance(part, AudioBlock) and part.stream == 0:
                said = detector.heard(part)
                if said is not None:
                    heard.append((part.start_s, part.end_s, *said))

    def count(name: str, threshold: float) -> int:
        track = Track(0, {name: threshold})
        events = chain.from_iterable(track.add(*said) for said in heard)
        return len(list(chain(events, track.finish())))

    return {name: partial(count, name) for name in AudioArtifacts.names}


def made_clips(chosen: Sources, folder: Path, seed: int = 11) -> Iterator[Path]:
    """Clean clips made up on the spot, with pictures and sound, coded as films are."""
    for number in range(MADE):
        random = np.random.default_rng([seed, number])
        length = round(MADE_S * SAMPLE_RATE_HZ)
        sound = mixed(music(length, random), crowd(length, random), random.uniform(-20, 10))
        loud = np.float32(random.uniform(0.2, 0.9) / (np.abs(sound).max() + 1e-9))
        sound = dressed(sound * loud, random)
        clip = draw_scene(chosen.videos, random, round(MADE_S * 25), MADE_SIZE)
        path = folder / f"{number:03d}.mkv"
        write_clip(path, Clip(clip.frames, clip.rate_hz, sound[None]), MADE_CRF)
        yield path


def least_quiet(alarms: Sequence[Alarms]) -> float:
    """`MARGIN` steps above the lowest threshold at which no file raises an alarm; the highest step where all do."""
    quiet = [not any(count(step) for count in alarms) for step in STEPS]
    lowest = next((place for place in range(len(STEPS)) if all(quiet[place:])), len(STEPS) - 1)
    return STEPS[min(lowest + MARGIN, len(STEPS) - 1)]


def thresholds(name: str, paths: Sequence[Path]) -> dict[str, float]:
    """By the addon's names for them, from clean files. Files that cannot be read are named and left out."""
    by_name: dict[str, list[Alarms]] = {}
    for path in paths:
        try:
            found = {"": LOOKS[name].alarms(path)} if name in LOOKS else sound_alarms(path)
        except MediaError as error:
            print(error)
            continue
        for defect, count in found.items():
            by_name.setdefault(f"{defect}_threshold".lstrip("_"), []).append(count)
    return {key: max(least_quiet(alarms), FLOORS.get(key, 0.0)) for key, alarms in by_name.items()}


def rewrite(name: str, details: Mapping[str, float], files: int) -> None:
    """Put thresholds, and from how many files they are, into the addon `name`."""
    folder = find_addon(name)
    described = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    contents: dict[str, bytes | Path] = {file: (folder / file).read_bytes() for file in described.pop("files")}
    del described["format_version"]
    described["details"].update(details)
    if "CARD.md" in contents:
        contents["CARD.md"] = _with_figures((folder / "CARD.md").read_text(encoding="utf-8"), details).encode()
    described["provenance"].setdefault("figures", {})["clean_files"] = float(files)
    write_addon(folder, described, contents)


def _with_figures(card: str, details: Mapping[str, float]) -> str:
    """A model card with these values in its list in place of those that are there."""
    for key, value in details.items():
        card = re.sub(rf"^- {re.escape(key)}: .*$", f"- {key}: {value:.4g}", card, flags=re.MULTILINE)
    return card


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.inspection_calibrate", description=__doc__)
    parser.add_argument("names", nargs="+", choices=[*LOOKS, "audio_artifacts"])
    parser.add_argument("--video", type=Path, default=Path("data/video"), help="folder of folders of clips")
    parser.add_argument("--speech", type=Path, default=Path("data/speech"), help="folder with one folder a corpus")
    arguments = parser.parse_args()
    dev, train = (sources(arguments.video, arguments.speech, part) for part in (True, False))
    with TemporaryDirectory() as folder:
        films = [*dev.videos, *train.videos, *made_clips(dev, Path(folder))]
        for name in arguments.names:
            spoken = [] if name in LOOKS else [path for corpus in dev.speech for path in corpus[:RECORDINGS]]
            details = thresholds(name, [*films, *spoken])
            rewrite(name, details, len(films) + len(spoken))
            print(name, details)


if __name__ == "__main__":
    main()
