"""Lips and sound apart: a constant shift, a drift, or the sound of somewhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection

FRAME_S = 0.04
KINDS = ("shift", "drift")


def simulate(clip: Clip, at: Injection, kind: str = "shift", offset_s: float | None = None) -> tuple[Clip, Truth]:
    """Move the sound of the stretch by 3 (weak) to 15 pictures of 40 ms (strong), late or early.

    A positive `offset_s` is late sound. A drift grows from nothing to the offset over the stretch.
    """
    span = clip.sound_span(at.start_s, at.seconds)
    amount = (3 + 12 * at.strength) * FRAME_S * float(at.random.choice([-1.0, 1.0]))
    offset = amount if offset_s is None else offset_s
    sound = clip.heard
    places = np.arange(int(span.start), int(span.stop))
    slope = np.linspace(0.0, 1.0, len(places)) if kind == "drift" else np.ones(len(places))
    sources = np.rint(places - offset * SAMPLE_RATE_HZ * slope).astype(np.int64)
    there = (sources >= 0) & (sources < sound.shape[1])
    moved = sound.copy()
    moved[:, places] = np.where(there, sound[:, np.clip(sources, 0, sound.shape[1] - 1)], 0.0)
    details = {"kind": kind, "offset_s": round(float(offset), 4)}
    return replace(clip, sound=moved), Truth("av_sync", at.start_s, span.stop / SAMPLE_RATE_HZ, at.strength, details)
