"""Mouths and speech of talking faces, cut out once: what the sync network learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.lip_sync.speech import BANDS, speech_bands
from vivavoce.inspection.lip_sync.tracks import FaceTracks
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, VideoFrame
from vivavoce.training.corpora.arrays import write_arrays

TALKING = "talking"
LEAST_TICKS = 40


def prepare_tracks(videos: tuple[Path, ...], folder: Path) -> None:
    """Write one file for each face track of the videos of faces; files already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = load_learned("faces", "faces").networks["faces"]
    for path in videos:
        if path.parent.name == "diverse" or list(folder.glob(f"{path.stem}-*.npz")):
            continue
        tracks, sounds = FaceTracks(faces), []
        with open_media(path) as media:
            for part in media.parts():
                if isinstance(part, VideoFrame):
                    tracks.on_frame(part)
                elif isinstance(part, AudioBlock) and part.stream == 0:
                    if not sounds:
                        sounds.append(np.zeros(round(part.start_s * SAMPLE_RATE_HZ), np.float32))
                    sounds.append(part.mono)
        bands = speech_bands(np.concatenate(sounds)) if sounds else np.zeros((0, BANDS), np.float32)
        for number, track in enumerate(tracks.tracks):
            if len(track.mouths) >= LEAST_TICKS:
                talking = np.bool_(path.parent.name == TALKING)
                content = {"mouths": np.stack(track.mouths), "bands": bands, "first": np.int32(track.first)}
                write_arrays(folder / f"{path.stem}-{number}.npz", {**content, "talking": talking})
        print(f"{path.name}: {[len(track.mouths) for track in tracks.tracks]}")
