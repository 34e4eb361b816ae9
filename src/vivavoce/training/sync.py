"""Train the sync network: which of 31 offsets, or none, is between these lips and that sound?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.inspection.lip_sync.offsets import EARLIEST, IN_SYNC, LATEST, REACH, around
from vivavoce.inspection.lip_sync.speech import BANDS
from vivavoce.training.fitting import Losses, fit
from vivavoce.training.networks.sync import SyncNetwork

NONE = 2 * REACH + 1
NONE_CHANCE = 0.2
NEIGHBOUR_SHARE = 0.15
"""How much of the truth goes to the offsets on either side: nobody knows a clip's own offset to the millisecond."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One face of one file: mouths (ticks, 32, 48) uint8 and the file's bands from tick 0 on."""

    mouths: np.ndarray
    bands: np.ndarray
    first: int
    talking: bool


class Windows:
    """Tracks in memory, and batches of windows of them at random offsets."""

    def __init__(self, folder: Path, late_ms: Mapping[str, float]) -> None:
        """`late_ms` says by how much the sound of some clips, by their names, comes after the lips as they are."""
        self.tracks = []
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as stored:
                mouths, bands, first, talking = (stored[key] for key in ("mouths", "bands", "first", "talking"))
            if bands.size:
                clip = path.stem.rpartition("-")[0]
                self.tracks.append(Track(mouths, earlier(bands, late_ms.get(clip, 0.0)), int(first), bool(talking)))
        self.talking = [track for track in self.tracks if track.talking]
        if not self.talking:
            raise SystemExit(
                f"{folder}: no faces there, make them with python -m vivavoce.training.inspection_data av_sync"
            )
        lengths = np.array([len(track.mouths) for track in self.talking], float)
        self._chances = lengths / lengths.sum()

    def batch(self, size: int, ticks: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Mouths (size, ticks, 32, 48), bands (size, 4 * (ticks + 30), 24) and offsets from -15 as 0 (31: none)."""
        windows = [self._window(ticks, random) for _ in range(size)]
        mouths, bands, offsets = (np.stack(part) for part in zip(*windows, strict=True))
        return torch.from_numpy(mouths), torch.from_numpy(bands), torch.from_numpy(offsets)

    def _window(self, ticks: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.int64]:
        track = self.talking[random.choice(len(self.talking), p=self._chances)]
        none = random.random() < NONE_CHANCE
        offset = int(random.integers(-REACH, REACH + 1))
        start = int(random.integers(max(1, len(track.mouths) - ticks + 1)))
        mouths = _changed(_filled(track.mouths[start : start + ticks], ticks), random)
        if none and random.random() < 0.3:
            still = self.tracks[random.integers(len(self.tracks))]
            if not still.talking:
                mouths = _changed(_filled(still.mouths, ticks), random)
        source, place = (self._foreign(track, random), int(random.integers(200))) if none else (track, 0)
        at = place if none else track.first + start - offset
        bands = around(source.bands, at, ticks, 0)
        return mouths, _coloured(bands, random), np.int64(NONE if none else offset + REACH)

    def _foreign(self, track: Track, random: np.random.Generator) -> Track:
        others = [other for other in self.tracks if other.bands is not track.bands] or [track]
        return others[random.integers(len(others))]


def earlier(bands: np.ndarray, late_ms: float) -> np.ndarray:
    """Bands (hops, 24), 100 a second, as they would be were they not late: begun later, or after a floor."""
    hops = round(late_ms / 10.0)
    return bands[hops:] if hops >= 0 else np.pad(bands, ((-hops, 0), (0, 0)), constant_values=float(bands.min()))


def _filled(mouths: np.ndarray, ticks: int) -> np.ndarray:
    """The first `ticks` mouths; the last is repeated where there are fewer."""
    short = ticks - len(mouths)
    return np.concatenate([mouths, np.repeat(mouths[-1:], short, axis=0)]) if short > 0 else mouths[:ticks]


def _changed(mouths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mirrored, shifted, larger or smaller, brighter or darker, noisier: one change for the whole window."""
    made = mouths.astype(np.float32)
    if random.random() < 0.5:
        made = made[..., ::-1]
    made = _zoomed(made, random)
    contrast, light = random.uniform(0.7, 1.3), random.uniform(-15, 15)
    made = (made - made.mean()) * contrast + made.mean() + light
    made += random.normal(0, random.uniform(0, 3), made.shape)
    return np.clip(made, 0, 255).astype(np.uint8)


def _zoomed(mouths: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each mouth read at places that are scaled and shifted alike, to the nearest pixel."""
    rows, columns = mouths.shape[1:]
    scale = random.uniform(0.85, 1.1)
    y = (np.arange(rows) - rows / 2) * scale * random.uniform(0.93, 1.07) + rows / 2 + random.uniform(-2.5, 2.5)
    x = (np.arange(columns) - columns / 2) * scale + columns / 2 + random.uniform(-3, 3)
    y, x = (np.clip(np.rint(v), 0, most - 1).astype(np.int64) for v, most in ((y, rows), (x, columns)))
    return mouths[:, y][:, :, x]


def _coloured(bands: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Through another microphone: a smooth change over the bands, louder or softer, with a floor of noise."""
    tilt = np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 4), random.normal(0, 0.3, 4))
    floor = np.quantile(bands, 0.05) + random.uniform(-0.5, 0.8)
    return np.maximum(bands + tilt + random.normal(0, 0.05, bands.shape), floor).astype(np.float32)


def offset_loss(evidence: Tensor, offsets: Tensor) -> Tensor:
    """Cross-entropy over 31 offsets and none, a little of each truth spread to the neighbours."""
    truth = functional.one_hot(offsets, NONE + 1).float()
    here = truth[:, :NONE]
    spread = functional.pad(here[:, :-1], (1, 0)) + functional.pad(here[:, 1:], (0, 1))
    target = torch.cat([(1 - 2 * NEIGHBOUR_SHARE) * here + NEIGHBOUR_SHARE * spread, truth[:, NONE:]], dim=1)
    target = target / target.sum(dim=1, keepdim=True)
    return -(target * torch.log_softmax(evidence, dim=1)).sum(dim=1).mean()


def figures(network: nn.Module, windows: Windows, ticks: int, most: int = 120) -> dict[str, float]:
    """On fixed windows: share of offsets told within one picture, and of verdicts (in or out of sync) told rightly."""
    mouths, bands, offsets = windows.batch(most, ticks, np.random.default_rng(11))
    with torch.no_grad():
        likely = torch.softmax(
            torch.cat([network(m, b) for m, b in zip(mouths.split(20), bands.split(20), strict=True)]), dim=1
        )
    there = offsets < NONE
    best = likely[:, :NONE].argmax(dim=1)
    near = ((best - offsets).abs() <= 1)[there].float().mean()
    synced = likely[:, IN_SYNC].sum(dim=1) > likely[:, :NONE].sum(dim=1) / 2
    inside = (offsets >= REACH + EARLIEST) & (offsets <= REACH + LATEST)
    right = (synced == inside)[there].float().mean()
    return {"dev_offset": float(near), "dev_verdict": float(right), "dev_none": float(likely[~there, NONE].mean())}


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there; tracks lie in `runs/inspection`."""
    del root, cache, device
    examples = folder.parent / "inspection" / "av_sync"
    late_ms = config["late_ms"]
    windows, held_out = Windows(examples / "train", late_ms), Windows(examples / "dev", late_ms)
    shortest, longest = config["data"]["ticks"]

    def losses(network: nn.Module, random: np.random.Generator, progress: float) -> Losses:
        del progress
        ticks = int(random.integers(shortest, longest + 1))
        mouths, bands, offsets = windows.batch(config["data"]["batch"], ticks, random)
        evidence = network(mouths, bands)
        return {"loss": offset_loss(evidence.float(), offsets)}

    def judge(network: nn.Module) -> dict[str, float]:
        return figures(network, held_out, 100)

    network = SyncNetwork(**config["network"])
    network.mouth.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    fit(network, folder, minutes, config["optimiser"], losses, judge)
