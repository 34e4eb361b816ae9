"""How loud every speaker is, and how long its pauses are, measured in the finished sound.

    python -m bench.speech.levels [--voice chorus] [--write]

Each speaker says ordinary sentences for loudness and true peak (also at `volume="+20dB"`), and pairs of clauses with
each mark between them for pauses. Those are the longest silences between the words on either side, in blocks of 5 ms
under -54 dBFS; the table shows medians. Writes `bench/results/speech-levels.json` with `--write`.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

import numpy as np

from bench.shared.results import Table, write_result
from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.loudness import SAMPLE_RATE_HZ, LoudnessMeter
from vivavoce.voice import DEFAULT_VOICE, SpeechChunk, Voice, load_voice
from vivavoce.voice.pauses import BLOCK_S, LEAD_BLOCKS, SILENT_LEVEL, TAIL_BLOCKS

MARKS = {
    "none": "{} {}", "comma": "{}, {}", "parentheses": "{} ({})", "dash": "{} — {}", "colon": "{}: {}",
    "semicolon": "{}; {}", "ellipsis": "{}… {}", "break of 500 ms": '{} <break time="500ms"/> {}',
    "sentence": "{}. {}",
}  # fmt: skip
CLAUSES = (
    ("They walked down to the old harbour", "nobody was waiting there"),
    ("She put the letter on the table", "the window was still open"),
    ("We had our dinner in the garden", "my brother told a story"),
    ("He never answered the question", "the others went on talking"),
)
TEXTS = (
    "A small boat crossed the bay before the wind could turn.",
    "Why did nobody tell me that the shop would be closed today?",
    "Most of the farmers sold their wheat early, and some were sorry.",
    "The doctor wrote a short note, folded it twice, and gave it to the nurse.",
    "There were seven of them in the room when the lights went out.",
)
"""Not those that the gains were measured on."""
SOURCES = (
    "bench/speech/levels.py", "src/vivavoce/voice/pauses.py", "src/vivavoce/voice/limiter.py",
    "src/vivavoce/voice/style.py", "src/vivavoce/addons/chorus",
)  # fmt: skip


def loudness(samples: Array, rate_hz: int) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of (samples,)."""
    meter = LoudnessMeter(1)
    meter.on_audio(Audio(samples, rate_hz).resampled(SAMPLE_RATE_HZ).samples[None])
    reading = meter.reading()
    return float(reading["integrated_lufs"]), float(reading["true_peak_dbtp"])  # pyright: ignore


def spoken_pause_s(spoken: SpeechChunk, before: str, after: str, rate_hz: int) -> tuple[float, float]:
    """Seconds of the longest silence between two words of what was spoken, and its peak, 0 where it is digital."""
    words = [mark for mark in spoken.marks if mark.type == "word"]
    place = next(n for n, mark in enumerate(words) if mark.value == before and words[n + 1].value == after)
    first, second = words[place], words[place + 1]
    start, stop = (round(rate_hz * (mark.time_s + mark.end_s) / 2) for mark in (first, second))
    block = round(BLOCK_S * rate_hz)
    count = (stop - start) // block
    blocks = spoken.samples[start : start + count * block].reshape(count, block)
    quiet = np.sqrt(np.square(blocks).mean(axis=1)) < SILENT_LEVEL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    runs = [(stop - start, start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    length, low, high = max(runs, default=(0, 0, 0))
    inner = blocks[low + TAIL_BLOCKS : high - LEAD_BLOCKS]
    return length * BLOCK_S, float(np.abs(inner).max(initial=0.0))


def level_row(voice: Voice, speaker: str) -> tuple[float, float, float]:
    """LUFS of ordinary sentences, their true peak, and that of them 20 dB louder."""
    plain = np.concatenate([voice.synthesize(text, speaker=speaker).samples for text in TEXTS])
    loud = [f"<speak><prosody volume='+20dB'>{text}</prosody></speak>" for text in TEXTS[:3]]
    louder = np.concatenate([voice.synthesize(text, speaker=speaker).samples for text in loud])
    rate_hz = voice.sample_rate_hz
    return *loudness(plain, rate_hz), loudness(louder, rate_hz)[1]


def pause_row(voice: Voice, speaker: str) -> tuple[dict[str, float], float]:
    """Median pause in seconds for each mark, and the loudest sample inside a break."""
    found: dict[str, float] = {}
    loudest = 0.0
    for name, pattern in MARKS.items():
        lengths: list[float] = []
        for first, second in CLAUSES:
            text = pattern.format(first, second[0].upper() + second[1:] if name == "sentence" else second)
            text = f"<speak>{text}.</speak>" if "<" in text else f"{text}."
            after = second.split()[0].capitalize() if name == "sentence" else second.split()[0]
            spoken = voice.synthesize(text, speaker=speaker)
            length, peak = spoken_pause_s(spoken, first.split()[-1], after, voice.sample_rate_hz)
            lengths.append(length)
            loudest = max(loudest, peak) if name.startswith("break") else loudest
        found[name] = median(lengths)
    return found, loudest


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-levels.json")
    arguments = parser.parse_args()
    levels: list[tuple[str, ...]] = []
    pauses: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    try:
        voice = load_voice(arguments.voice)
        for speaker in voice.speakers:
            name = speaker.name
            lufs, peak, loud_peak = level_row(voice, name)
            levels.append((name, f"{lufs:.1f}", f"{peak:.1f}", f"{loud_peak:.1f}"))
            found, loudest = pause_row(voice, name)
            pauses.append((name, *(f"{1000 * seconds:.0f}" for seconds in found.values()), f"{loudest:g}"))
            figures |= {f"lufs_{name}": lufs, f"true_peak_{name}": max(peak, loud_peak)}
            figures |= {f"pause_{mark}_{name}": seconds for mark, seconds in found.items()}
    except InputError as error:
        print(f"levels: {error}", file=sys.stderr)
        return 1
    tables = {
        "levels": Table(("speaker", "LUFS", "true peak, dBTP", "at +20 dB"), levels),
        "pauses": Table(("pause in ms by", *MARKS, "peak in a break"), pauses),
    }
    for table in tables.values():
        print(f"\n{table.markdown()}", flush=True)
    if arguments.write:
        print(write_result("speech-levels", tables, SOURCES, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
