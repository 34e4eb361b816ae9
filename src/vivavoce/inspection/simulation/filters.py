"""Small filters that several simulators share."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, Samples, plane_of


def blur_plane(plane: Plane, sigma: float) -> Plane:
    """A plane (rows, columns) after a Gaussian blur of `sigma` pixels, edges repeated."""
    reach = max(1, round(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    padded = np.pad(plane.astype(np.float32), reach, mode="edge")
    rows = np.tensordot(kernel, np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0), (0, 2))
    both = np.tensordot(kernel, np.lib.stride_tricks.sliding_window_view(rows, len(kernel), axis=1), (0, 2))
    return np.clip(np.rint(both), 0, 255).astype(np.uint8)


def resize_plane(plane: Plane, height: int, width: int) -> Plane:
    """A plane at another size in pixels, by a bicubic filter."""
    source = av.VideoFrame.from_ndarray(np.ascontiguousarray(plane), "gray")
    return plane_of(source.reformat(width, height, "gray", interpolation="BICUBIC"), 0, height, width).copy()


def level(samples: Samples) -> float:
    """Root mean square of the louder half of a sound (channels, samples), never 0."""
    power = np.sort(np.mean(samples.astype(np.float64) ** 2, axis=0))
    return float(np.sqrt(power[len(power) // 2 :].mean()) + 1e-4)


def fade_envelope(length: int, edge: int) -> npt.NDArray[np.float32]:
    """An envelope that rises and falls over `edge` samples, (length,)."""
    edge = max(1, min(edge, length // 2))
    envelope = np.ones(length, np.float32)
    ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
    envelope[:edge] *= ramp
    envelope[length - edge :] *= ramp[::-1]
    return envelope
