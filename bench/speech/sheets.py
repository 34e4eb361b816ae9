"""Spectrograms of a voice above those of its teacher: `python -m bench.speech.sheets KEPT --data DATA -o FOLDER`.

KEPT is what `bench.speech.voice --keep KEPT --json KEPT/readings.json` wrote. Every sentence gets two rows, ours above
the teacher's rendition or the recording, on one scale of time: 0 to 8 kHz, 75 dB, with the waveform's peaks in white
and the pitch in colour. Sentences whose DistillMOS is farthest under the teacher's, or with more word errors, come
first. Sheets are PNG files, `af_heart-1.png` and so on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.sentences import held_out
from bench.speech.voice import CORPORA, START
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, RATE_HZ, Array, pitch

HIGHEST_HZ, DEPTH_DB = 8_000, 75.0
WINDOW, HOP = 480, 120
"""20 ms and 5 ms: harmonics of low voices and clicks are both seen."""
PER_SHEET, COLUMNS = 8, 2
WORD_ERROR = 0.3
"""What a word more that is misheard counts for beside a point of DistillMOS."""
SILENT_DB = -45.0
"""Beside the loudest sample: what is softer before the first sound is left out, so that both begin alike."""
HIGHEST_F0_HZ = 500.0
"""The upper edge of the picture, in Hz of pitch."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, how much worse than the teacher's it was measured, and both sounds at 24 kHz."""

    title: str
    ours: Audio
    theirs: Audio


def worst_first(readings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs that `bench.speech.voice` wrote, those that lose most to the teacher first."""

    def lost(pair: dict[str, Any]) -> float:
        ours, theirs = pair["ours"], pair["theirs"]
        wrong = ours["word_errors"] - theirs["word_errors"]
        return theirs["distillmos"] - ours["distillmos"] + WORD_ERROR * max(0.0, wrong)

    return sorted(readings, key=lost, reverse=True)


def title(pair: dict[str, Any]) -> str:
    """What stands over a sentence: its id, scores beside the teacher's, its text, and what was heard if otherwise."""
    ours, theirs = pair["ours"], pair["theirs"]
    scores = f"{ours['distillmos']:.2f} ({ours['distillmos'] - theirs['distillmos']:+.2f})"
    wrong = f"{ours['word_errors']:.0f}/{theirs['word_errors']:.0f}"
    heard = f"\nheard: {ours['transcript']}" if ours["word_errors"] else ""
    return f"{pair['id']}  MOS {scores}, word errors {wrong}\n{pair['text']}{heard}"


def spectrogram_db(samples: Array) -> Array:
    """(samples,) at 24 kHz -> (bands, frames) up to `HIGHEST_HZ`, dB under the loudest, not under -`DEPTH_DB`."""
    padded = np.pad(samples, WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows, 2 * WINDOW, axis=1)[:, : 2 * WINDOW * HIGHEST_HZ // RATE_HZ]) ** 2
    decibels = 10.0 * np.log10(np.maximum(power, 1e-12))
    return np.maximum(decibels - decibels.max(), -DEPTH_DB).T.astype(np.float32)


def from_first_sound(audio: Audio) -> Audio:
    """The sound from 50 ms before its first loud sample."""
    peaks = np.abs(audio.samples)
    first = int(np.argmax(peaks > peaks.max() * 10.0 ** (SILENT_DB / 20.0)))
    return Audio(audio.samples[max(0, first - audio.rate_hz // 20) :], audio.rate_hz)


def draw(sentences: Sequence[Sentence], path: Path) -> None:
    """One sheet."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    rows = -(-len(sentences) // COLUMNS)
    figure, axes = plt.subplots(2 * rows, COLUMNS, figsize=(11 * COLUMNS, 4.4 * rows), squeeze=False)
    for place, sentence in enumerate(sentences):
        row, column = divmod(place, COLUMNS)
        longest_s = max(sentence.ours.duration_s, sentence.theirs.duration_s)
        for offset, audio in enumerate((sentence.ours, sentence.theirs)):
            _draw_one(axes[2 * row + offset][column], audio, longest_s)
        axes[2 * row][column].set_title(sentence.title, fontsize=8, loc="left", pad=2)
    for place in range(len(sentences), rows * COLUMNS):
        row, column = divmod(place, COLUMNS)
        for offset in range(2):
            axes[2 * row + offset][column].axis("off")
    figure.subplots_adjust(left=0.02, right=0.995, top=0.96, bottom=0.02, hspace=0.3, wspace=0.05)
    figure.savefig(path, dpi=65)
    plt.close(figure)


def _draw_one(axes: Any, audio: Audio, longest_s: float) -> None:
    seconds = audio.duration_s
    picture = spectrogram_db(audio.samples)
    axes.imshow(picture, origin="lower", aspect="auto", extent=(0, seconds, 0, HIGHEST_HZ), cmap="magma")
    f0_hz = pitch(audio)
    places = (np.arange(len(f0_hz)) + 0.5) * FRAME_S
    axes.plot(places, np.where(f0_hz > 0, f0_hz / HIGHEST_F0_HZ * HIGHEST_HZ, np.nan), color="cyan", linewidth=1.0)
    count = len(audio.samples) // HOP
    peaks = np.abs(audio.samples[: count * HOP].reshape(count, HOP)).max(axis=1)
    axes.plot(np.arange(count) * HOP / RATE_HZ, peaks * 0.4 * HIGHEST_HZ, color="white", linewidth=0.5, alpha=0.8)
    axes.set_xlim(0, longest_s)
    axes.set_ylim(0, HIGHEST_HZ)
    axes.set_yticks([])
    axes.tick_params(labelsize=6, length=2)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kept", type=Path, help="folder of our sounds and readings.json")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--only", help="one speaker")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the sheets")
    arguments = parser.parse_args()
    try:
        paths = {row.id: row.path for corpus in CORPORA for row in held_out(arguments.data, corpus)}
        readings = json.loads((arguments.kept / "readings.json").read_text(encoding="utf-8"))
        arguments.output.mkdir(parents=True, exist_ok=True)
        speakers = dict.fromkeys(pair["speaker"] for pair in readings if pair["speaker"] != START)
        if arguments.only is not None and arguments.only not in speakers:
            raise InputError(f"--only {arguments.only}: there are {', '.join(speakers)}")
        for speaker in speakers if arguments.only is None else [arguments.only]:
            own = worst_first([pair for pair in readings if pair["speaker"] == speaker])
            for first in range(0, len(own), PER_SHEET):
                sentences = [
                    Sentence(
                        title(pair), from_first_sound(read_audio(arguments.kept / f"{pair['id']}.wav", RATE_HZ)),
                        from_first_sound(read_audio(paths[pair["id"]], RATE_HZ)),
                    )
                    for pair in own[first : first + PER_SHEET]
                ]  # fmt: skip
                path = arguments.output / f"{speaker}-{first // PER_SHEET + 1}.png"
                draw(sentences, path)
                print(path, flush=True)
    except (InputError, OSError, ValueError, KeyError) as error:
        print(f"sheets: {error!r}" if isinstance(error, KeyError) else f"sheets: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
