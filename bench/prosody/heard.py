"""Do questions rise and statements fall, in the sound, by speaker? `python -m bench.prosody.heard --data DATA`.

Sentences of `data/text` that nothing was taught on, spoken from plain text; the pitch is tracked in what comes out, and
words are found by the voice's own marks. A rise is two semitones or more from the low of the last 400 ms to the last
60 ms of voice, of the sentence or of the word that is asked about.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.shared.results import Table, write_result
from bench.shared.sentences import sentences_of_kind
from vivavoce.audio import Audio
from vivavoce.features import FRAME_S, Array, pitch
from vivavoce.prosody import prosody_source
from vivavoce.voice import DEFAULT_VOICE, ProsodySource, SpeechChunk, Voice, load_voice

KINDS = {"yes_no": "yes_no_question", "wh": "wh_question", "or": "or_question", "statement": "complex"}
LISTS = (
    "We bought apples, pears, plums and a melon.",
    "The box held nails, screws, hinges and a hammer.",
    "She speaks French, Greek, Turkish and a little Welsh.",
    "He painted the door, the window, the fence and the gate.",
    "They saw lions, zebras, monkeys and one old elephant.",
    "The shop sells bread, cheese, honey and eggs.",
    "My aunt plays the piano, the flute, the drums and the guitar.",
    "We visited Rome, Naples, Venice and Milan.",
)
RISE_ST = 2.0
END_FRAMES, TAIL_FRAMES = 6, 40
"""Of 10 ms, voiced: what counts as the end, and where its low is sought."""
ASKED = {
    "yes_no": ("rises",),
    "wh": ("rises",),
    "or": ("rises before or", "rises"),
    "statement": ("rises",),
    "list": ("rises at commas",),
}
SOURCES = ("bench/prosody/heard.py", "src/vivavoce/addons/chorus", "src/vivavoce/text/sentence_kind.py")


def rises(f0_hz: Array) -> bool | None:
    """Whether the end of a track (frames,), 0 where unvoiced, lies two semitones above the low before it; None where
    there is too little voice to tell."""
    tail = 12.0 * np.log2(f0_hz[f0_hz > 0][-TAIL_FRAMES:])
    if len(tail) < 2 * END_FRAMES:
        return None
    return bool(np.median(tail[-END_FRAMES:]) - np.quantile(tail, 0.1) >= RISE_ST)


def word_ends_s(chunk: SpeechChunk, words: Sequence[int], count: int) -> list[float]:
    """Where words end, which is where the next begins, in s; nothing where the marks are not `count` words."""
    starts = [mark.time_s for mark in chunk.marks if mark.type == "word"]
    return [starts[word + 1] for word in words] if len(starts) == count else []


def judged(voice: Voice, kind: str, text: str, speaker: str, prosody: ProsodySource | None) -> dict[str, list[bool]]:
    """What is asked of a sentence of this kind, and whether it does so, a value for each place."""
    chunk = voice.synthesize(text, speaker=speaker, prosody=prosody)
    f0 = pitch(Audio(chunk.samples, voice.sample_rate_hz))
    words = text.split()
    at = {
        "rises before or": [n - 1 for n, word in enumerate(words) if word.lower() == "or" and n],
        "rises at commas": [n for n, word in enumerate(words) if word.endswith(",")],
    }
    found: dict[str, list[bool]] = {}
    for asked in ASKED[kind]:
        if asked == "rises":
            heard = [rises(f0)]
        else:
            heard = [rises(f0[: round(end / FRAME_S)]) for end in word_ends_s(chunk, at[asked], len(words))]
        found[asked] = [value for value in heard if value is not None]
    return found


def shares(voice: Voice, data: Path, count: int, system: str) -> dict[str, dict[str, tuple[float, int]]]:
    """By speaker and by what is asked: the share that does so, and of how many."""
    prosody = prosody_source(system)
    texts = {kind: sentences_of_kind(data, file)[:count] for kind, file in KINDS.items()} | {"list": list(LISTS)}
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for speaker in (known.name for known in voice.speakers):
        counts: dict[str, list[bool]] = {}
        for kind, lines in texts.items():
            for line in lines:
                for asked, values in judged(voice, kind, line, speaker, prosody).items():
                    counts.setdefault(f"{kind} {asked}", []).extend(values)
            print(".", end="", file=sys.stderr, flush=True)
        found[speaker] = {name: (float(np.mean(v)) if v else float("nan"), len(v)) for name, v in counts.items()}
    return found


def table(found: Mapping[str, Mapping[str, tuple[float, int]]]) -> Table:
    """A row a speaker."""
    names = list(next(iter(found.values())))
    rows = [[speaker, *(f"{row[name][0]:.2f}" for name in names)] for speaker, row in found.items()]
    return Table(["speaker", *(f"{name} ({next(iter(found.values()))[name][1]})" for name in names)], rows)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/")
    parser.add_argument("--sentences", type=int, default=40, help="how many of each kind (40)")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--prosody", default="auto")
    parser.add_argument("--write", action="store_true", help="write bench/results/prosody-heard.json")
    arguments = parser.parse_args()
    found = shares(load_voice(arguments.voice), arguments.data, arguments.sentences, arguments.prosody)
    print(f"\n{table(found).markdown()}")
    if arguments.write:
        figures = {f"{name}, {speaker}": row[name][0] for speaker, row in found.items() for name in row}
        print(write_result("prosody-heard", {"main": table(found)}, SOURCES, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
