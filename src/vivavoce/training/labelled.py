"""What people labelled, as examples beside the simulated ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.features import sound_views
from vivavoce.inspection.defects.blockiness.features import grid_figures
from vivavoce.inspection.defects.tearing.features import row_profiles
from vivavoce.inspection.labels import Label, read_labels
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Plane, VideoFrame
from vivavoce.training.audio_artifacts_data import DEFECTS
from vivavoce.training.blockiness_data import UNKNOWN as UNKNOWN_VISIBILITY
from vivavoce.training.defect_maps_data import BLOCK, HEIGHT, UNKNOWN, WIDTH
from vivavoce.training.shards import Example, write_shard
from vivavoce.training.tearing_data import ROWS

FILE = "labels.npz"
REPEATS = 8
"""How often a labelled moment counts: it is real, and was asked for because it is hard."""
TIME_S = 2e-3
SOMEWHERE = -1
LABEL_KINDS = {"audio_artifacts": "sound"}
"""Names under which people label, where they are not the addon's."""


def add_labels(path: Path, kind: str, folder: Path) -> int:
    """Write the labelled examples of `kind` into its folder of shards in place of those before; returns how many.

    Raises `InputError` for a file of labels, or a labelled file, that cannot be read.
    """
    wanted = LABEL_KINDS.get(kind, kind)
    chosen = [label for label in read_labels(path) if label.kind == wanted]
    examples = [example for label in chosen for example in EXAMPLES[kind](label)] * REPEATS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).unlink(missing_ok=True)
    if examples:
        write_shard(examples, folder / FILE)
    return len(examples)


def _sound(label: Label) -> Iterator[Example]:
    with open_media(Path(label.file)) as media:
        for part in media.parts():
            if isinstance(part, AudioBlock) and part.stream == 0 and abs(part.start_s - label.start_s) < TIME_S:
                if part.samples.shape[1] == SAMPLE_RATE_HZ:
                    views = {name: view[0].astype(np.float16) for name, view in sound_views(part.mono[None]).items()}
                    yield {**views, "label": np.int8(CLASSES.index(label.answer)), "mixture": _mixture(label.answer)}
                return


def _mixture(answer: str) -> np.ndarray:
    """The defect alone, at a strength in the middle."""
    mixture = np.zeros(2 * len(DEFECTS), np.float32)
    if answer in DEFECTS:
        place = DEFECTS.index(answer)
        mixture[place], mixture[place + len(DEFECTS)] = 1.0, 0.5
    return mixture


def _block_corruption(label: Label) -> Iterator[Example]:
    """Crops of the picture, those that change most: four where it is clean, one where it is corrupt."""
    before, luma = _pictures(label, 2)
    if min(luma.shape[0] - HEIGHT, luma.shape[1] - WIDTH) < 0:
        return
    corrupt = label.answer != "none"
    wrong = np.full((HEIGHT // BLOCK, WIDTH // BLOCK), UNKNOWN if corrupt else 0, np.uint8)
    regions = [
        (slice(top, top + HEIGHT), slice(left, left + WIDTH))
        for top in range(0, luma.shape[0] - HEIGHT + 1, HEIGHT // 2)
        for left in range(0, luma.shape[1] - WIDTH + 1, WIDTH // 2)
    ]
    moved = np.abs(luma.astype(np.int16) - before)
    rank_magnitude = sorted(regions, key=lambda region: -float(moved[region].mean()))
    for region in rank_magnitude[: 1 if corrupt else 4]:
        yield {"luma": luma[region].copy(), "before": before[region].copy(), "wrong": wrong}


def _tearing(label: Label) -> Iterator[Example]:
    profiles = row_profiles(*_pictures(label, 3)).astype(np.float16)
    row = np.int16(0 if label.answer == "none" else SOMEWHERE)
    if row == SOMEWHERE and profiles.shape[1] > 2 * ROWS:
        return  # nobody said where, and a window of a tall picture would mostly miss it
    for top in range(0, profiles.shape[1] - ROWS + 2, ROWS - 1):
        yield {"profiles": profiles[:, top : top + ROWS - 1], "row": row}


def _blockiness(label: Label) -> Iterator[Example]:
    (luma,) = _pictures(label, 1)
    visible = np.float32(label.answer != "none")
    yield {"figures": grid_figures(luma), "quantiser": np.float32(UNKNOWN_VISIBILITY), "visible": visible}


def _pictures(label: Label, count: int) -> list[Plane]:
    """Luma of the labelled picture and of those before it."""
    recent: list[Plane] = []
    with open_media(Path(label.file)) as media:
        for part in media.parts():
            if isinstance(part, VideoFrame):
                recent = [*recent[1 - count :], part.luma.copy()] if count > 1 else [part.luma.copy()]
                if abs(part.time_s - label.start_s) < TIME_S and len(recent) == count:
                    return recent
    raise SystemExit(f"{label.file}: no picture at {label.start_s:g} s any more, take its label out")


EXAMPLES: dict[str, Callable[[Label], Iterator[Example]]] = {
    "audio_artifacts": _sound,
    "block_corruption": _block_corruption,
    "tearing": _tearing,
    "blockiness": _blockiness,
}
