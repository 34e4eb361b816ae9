"""`python -m vivavoce.training.inspection_calibrate NAME …`: thresholds that untouched clips do not pass."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from vivavoce.blocks import find_addon, write_addon
from vivavoce.blocks.addon import DESCRIPTION_FILE
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.labels import KINDS
from vivavoce.inspection.limits import MediaError
from vivavoce.training.inspection_data import sources
from vivavoce.training.labelled import LABEL_KINDS

PASSING_SHARE, PASSING_CLICKS = 0.02, 0.003
"""So many clean moments may pass: events need several in a row, but for clicks, which one second is enough for."""
HIGHEST = 0.97
NAMES = ("audio_artifacts", "blockiness")
"""Corruption and tears take several looks, and their thresholds come from events (`inspection_shipments`)."""


def clean_thoughts(name: str, videos: tuple[Path, ...]) -> dict[str, np.ndarray]:
    """What the shipped network thinks of every moment of clean clips: probabilities (moments,) of each defect."""
    thoughts: dict[str, list[float]] = defaultdict(list)
    for path in videos:
        try:
            with open_media(path) as media:
                for moment in KINDS[LABEL_KINDS.get(name, name)].moments(media):
                    for defect, likely in moment.thoughts.items():
                        thoughts[defect].append(likely)
        except MediaError as error:
            print(error)
    return {defect: np.array(likely) for defect, likely in thoughts.items() if defect != "none"}


def calibrate(name: str, videos: tuple[Path, ...]) -> dict[str, float]:
    """Raise the addon's thresholds to what clean clips reach, rewrite it, and give the thresholds."""
    reached = clean_thoughts(name, videos)
    folder = find_addon(name)
    described = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    contents: dict[str, bytes | Path] = {file: (folder / file).read_bytes() for file in described.pop("files")}
    del described["format_version"]
    details = described["details"]
    for defect, likely in reached.items():
        key = f"{defect}_threshold" if name == "audio_artifacts" else "threshold"
        passing = PASSING_CLICKS if defect == "clicks" else PASSING_SHARE
        clean = float(np.quantile(likely, 1.0 - passing))
        details[key] = round(float(np.clip(clean, details[key], HIGHEST)), 5)
    moments = max(len(likely) for likely in reached.values())
    described["provenance"].setdefault("figures", {})["clean_moments"] = float(moments)
    write_addon(folder, described, contents)
    return {key: value for key, value in details.items() if key.endswith("threshold")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.inspection_calibrate", description=__doc__)
    parser.add_argument("names", nargs="+", choices=NAMES)
    parser.add_argument("--video", type=Path, default=Path("data/video"), help="folder of folders of clips")
    arguments = parser.parse_args()
    nowhere = Path("none")
    videos = (*sources(arguments.video, nowhere, True).videos, *sources(arguments.video, nowhere, False).videos)
    for name in arguments.names:
        print(name, calibrate(name, videos))


if __name__ == "__main__":
    main()
