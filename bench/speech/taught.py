"""Durations, pitch and voicing as the voice predicts them, beside what its teacher decides for the same symbols."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.results import Table
from bench.shared.sentences import Rendition
from vivavoce.blocks import Addon
from vivavoce.training.voice.labels import Labels, Predictor
from vivavoce.voice.timing import nearest_units

UNVOICED_SHARE = 0.35
"""Of the speaker's median f0: what is lower counts as unvoiced."""
COLUMNS = ("speaker", "f0, st", "correlation", "voicing wrong", "log durations", "total length")


def beside_teacher(
    addon: Addon, data: Path, rows: Mapping[str, Sequence[Rendition]], styles: str
) -> tuple[Table, dict[str, float]]:
    """Each synthetic speaker at the teacher's own lengths, the lengths themselves judged apart."""
    predictor = Predictor(styles)
    networks = _Networks(addon)
    with open(data / "speech" / "ensemble" / "alignments.jsonl", encoding="utf-8") as file:
        symbols = {row["id"]: "".join(row["symbols"]) for row in map(json.loads, file)}
    lines, figures = [], {}
    for speaker, own in rows.items():
        labels = [predictor(symbols[row.id], speaker) for row in own if row.id in symbols]
        if not labels:
            continue
        pitch, correlation, voicing, log_units, length = np.mean([networks.errors(x, speaker) for x in labels], axis=0)
        lines.append((
            speaker, f"{pitch:.2f}", f"{correlation:.2f}", f"{100 * voicing:.1f} %", f"{log_units:.3f}",
            f"{100 * length:.1f} %",
        ))  # fmt: skip
        figures |= {f"f0_st_{speaker}": float(pitch), f"f0_correlation_{speaker}": float(correlation),
                    f"voicing_{speaker}": float(voicing), f"log_durations_{speaker}": float(log_units),
                    f"length_{speaker}": float(length)}  # fmt: skip
    return Table(COLUMNS, lines), figures


class _Networks:
    """The prosody networks of a voice, run one by one."""

    def __init__(self, addon: Addon) -> None:
        self._encoder, self._melody = addon.network("prosody_encoder"), addon.network("melody")
        self._speakers = addon.manifest.speaker_names
        self._medians: dict[str, Any] = addon.manifest.details["voice"]["median_f0_hz"]

    def errors(self, labels: Labels, speaker: str) -> list[float]:
        """Of one sentence: semitones, correlation, voicing, log durations, total length."""
        said_once = {"speaker": np.array([self._speakers.index(speaker)]), "kind": np.zeros(1, np.int64)}
        tokens = {
            "symbols": labels.ids[None], "mask": np.ones((1, len(labels.ids)), np.float32),
            "sentence_prosody": np.zeros((1, 64), np.float32),
            "word_prosody": np.zeros((1, len(labels.ids), 16), np.float32),
        }  # fmt: skip
        states = self._encoder.run(_known(self._encoder, tokens | said_once))
        prosody = np.repeat(states["prosody"], labels.units, axis=1)
        units = {"prosody": prosody, "mask": np.ones(prosody.shape[:2], np.float32), **said_once}
        f0 = self._melody.run(_known(self._melody, units))["f0"].ravel()
        least = UNVOICED_SHARE * self._medians[speaker]
        ours, theirs = f0 > least, labels.f0_hz > least
        both = ours & theirs
        a, b = 12 * np.log2(f0[both]), 12 * np.log2(labels.f0_hz[both])
        units_spoken = nearest_units(np.expm1(states["log_durations"][0]))
        return [
            float(np.abs(a - b).mean()),
            float(np.corrcoef(a, b)[0, 1]) if len(a) > 1 else math.nan,
            float((ours != theirs).mean()),
            float(np.abs(np.log1p(units_spoken) - np.log1p(labels.units)).mean()),
            float(abs(units_spoken.sum() / labels.units.sum() - 1.0)),
        ]


def _known(network: Any, feed: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: value for name, value in feed.items() if name in network.inputs}
