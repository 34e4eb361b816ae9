"""Faces in one picture, by YuNet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Network
from vivavoce.inspection.media import Plane

STRIDES = (8, 16, 32)
LIKELY, OVERLAP, MOST = 0.6, 0.3, 8

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face; `box` is left, top, right, bottom and `points` (5, 2) its right and left eye, nose, mouth corners."""

    box: npt.NDArray[np.float32]
    points: Points
    score: float

    def scaled(self, factor: float) -> Face:
        """The same in a picture `factor` times as large."""
        return Face(self.box * factor, self.points * factor, self.score)


def find_faces(network: Network, luma: Plane) -> list[Face]:
    """Faces in luma (height, width), the likeliest first, at most eight; of colour the detector is not in need."""
    height, width = luma.shape
    padded = np.pad(luma, ((0, -height % STRIDES[-1]), (0, -width % STRIDES[-1])))
    made = network.run({"input": np.repeat(padded[None, None].astype(np.float32), 3, axis=1)})
    grids = [_decode_grid(made, stride, padded.shape[1]) for stride in STRIDES]
    boxes, points, scores = (np.concatenate(part) for part in zip(*grids, strict=True))
    kept: list[Face] = []
    for index in np.argsort(-scores):
        if scores[index] < LIKELY or len(kept) == MOST:
            break
        if all(overlap(boxes[index], face.box) < OVERLAP for face in kept):
            kept.append(Face(boxes[index], points[index], float(scores[index])))
    return kept


def overlap(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Intersection over union, 0 to 1, of two boxes (4,)."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0.0)))
    areas = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return shared / max(areas - shared, 1e-6)


def _decode_grid(made: dict[str, np.ndarray], stride: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes (cells, 4), points (cells, 5, 2) and scores (cells,) of one of the detector's grids."""
    cells, objects, boxes, points = (made[f"{name}_{stride}"][0] for name in ("cls", "obj", "bbox", "kps"))
    number = np.arange(len(cells))
    origin = np.stack([number % (width // stride), number // (width // stride)], axis=1).astype(np.float32)
    middle = (origin + boxes[:, :2]) * stride
    half = np.exp(np.minimum(boxes[:, 2:], 10.0)) * stride / 2
    scores = np.sqrt(np.clip(cells[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1))
    corners = (points.reshape(-1, 5, 2) + origin[:, None]) * stride
    return np.concatenate([middle - half, middle + half], axis=1), corners.astype(np.float32), scores
