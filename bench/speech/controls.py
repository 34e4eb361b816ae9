"""Do pitch and length follow markup? `python -m bench.speech.controls [--write]`, about two minutes.

One word of each sentence is raised and lowered by three semitones, and said 1.6 times as long. Its pitch is tracked in
the sound, between the voice's own marks, beside the same word as the voice says it unasked; its length is that between
its marks. The table has medians of the error over the sentences of a speaker. Writes
`bench/results/speech-controls.json` with `--write`.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

import numpy as np

from bench.shared.results import Table, write_result
from vivavoce.audio import Audio
from vivavoce.features import FRAME_S, pitch
from vivavoce.voice import DEFAULT_VOICE, Voice, load_voice

SENTENCES = (
    ("They", "moved", "the table nearer to the window."),
    ("Nobody", "remembered", "who had opened the door."),
    ("A small", "garden", "lay behind the old house."),
    ("She found the", "money", "under a loose board."),
    ("We were", "running", "along the river all morning."),
    ("The new", "manager", "will arrive on Monday."),
    ("His older", "brother", "never learned to swim."),
    ("You can", "borrow", "my umbrella if it rains."),
)
SEMITONES, TIMES = 3.0, 1.6
MARKUP = {
    "as it is": "{}",
    "raised": f'<prosody pitch="+{SEMITONES:g}st">{{}}</prosody>',
    "lowered": f'<prosody pitch="-{SEMITONES:g}st">{{}}</prosody>',
    "longer": f'<prosody rate="{100 / TIMES:g}%">{{}}</prosody>',
}
SOURCES = (
    "bench/speech/controls.py", "src/vivavoce/voice/unit_upsampler.py", "src/vivavoce/voice/controls.py",
    "src/vivavoce/addons/chorus",
)  # fmt: skip


def word_of(voice: Voice, speaker: str, sentence: tuple[str, str, str], markup: str) -> tuple[float, float]:
    """Median pitch in semitones and length in seconds of the middle of a sentence, said with `markup`."""
    before, word, after = sentence
    text = f"<speak>{before} {markup.format(word)} {after}</speak>"
    chunk = voice.synthesize(text, speaker=speaker)
    mark = next(mark for mark in chunk.marks if mark.type == "word" and mark.value == word)
    heard = pitch(Audio(chunk.samples, voice.sample_rate_hz))
    inside = heard[round(mark.time_s / FRAME_S) : round(mark.end_s / FRAME_S)]
    return float(np.median(12.0 * np.log2(inside[inside > 0]))), mark.end_s - mark.time_s


def errors(voice: Voice, speaker: str) -> tuple[float, float, float]:
    """Median over the sentences: semitones that a raised and a lowered word is off, and share that a longer one is."""
    found: dict[str, list[float]] = {"raised": [], "lowered": [], "longer": []}
    for sentence in SENTENCES:
        said = {name: word_of(voice, speaker, sentence, markup) for name, markup in MARKUP.items()}
        plain_st, plain_s = said["as it is"]
        found["raised"].append(abs(said["raised"][0] - plain_st - SEMITONES))
        found["lowered"].append(abs(said["lowered"][0] - plain_st + SEMITONES))
        found["longer"].append(abs(said["longer"][1] / plain_s / TIMES - 1.0))
    return median(found["raised"]), median(found["lowered"]), median(found["longer"])


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-controls.json")
    arguments = parser.parse_args()
    voice = load_voice(arguments.voice)
    rows = {speaker.name: errors(voice, speaker.name) for speaker in voice.speakers}
    table = Table(
        ("speaker", "+3 st, off by", "-3 st, off by", "1.6 times as long, off by"),
        [
            (name, f"{up:.2f} st", f"{down:.2f} st", f"{100 * length:.1f} %")
            for name, (up, down, length) in rows.items()
        ],
    )
    print(table.markdown())
    if arguments.write:
        raised_st, lowered_st, longer = (max(column) for column in zip(*rows.values(), strict=True))
        worst = {"raised_st": raised_st, "lowered_st": lowered_st, "longer": longer}
        print(write_result("speech-controls", {"controls": table}, SOURCES, worst))
    return 0


if __name__ == "__main__":
    sys.exit(main())
