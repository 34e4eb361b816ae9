"""Do questions rise and statements fall, in the sound, by speaker? `python -m bench.prosody.heard --data DATA`.

Sentences are spoken from plain text on the default path; the pitch is tracked in what comes out, and words are found by
the voice's own marks. A rise is two semitones or more from the low of the last 400 ms of voice to its last 60 ms, of
the sentence or of the word that is asked about. Beside it stands the same of the pitch that the voice meant.

Parts: `dev` and `held` are of `sentences.tsv`, of which `dev` alone was looked at while the rules were made; `third`
are 60 statements that were written after all of them; `data` is `data/text`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from bench.shared.results import Table, write_result
from bench.shared.sentences import sentences_of_kind
from vivavoce.audio import Audio
from vivavoce.features import FRAME_S, Array, pitch
from vivavoce.prosody import prosody_source
from vivavoce.text import analyse
from vivavoce.voice import DEFAULT_VOICE, ProsodySource, SpeechChunk, Voice, load_voice
from vivavoce.voice.tokens import tokenise
from vivavoce.voice.unit_upsampler import MODAL_SHARE

SENTENCES = Path(__file__).with_name("sentences.tsv")
PARTS = ("dev", "held", "third", "data")
FILES = {"yes_no": "yes_no_question", "wh": "wh_question", "or": "or_question", "statement": "complex"}
RISE_ST = 2.0
END_FRAMES, TAIL_FRAMES = 6, 40
"""Of 10 ms, voiced: what counts as the end, and where its low is sought."""
END, FIRST, COMMA = "end", "first alternative", "comma"
WANTED = {
    ("yes_no", END): True, ("wh", END): False, ("or", FIRST): True, ("or", END): False,
    ("statement", END): False, ("list", COMMA): True, ("list", END): False, ("tag", END): True,
}  # fmt: skip
"""Whether the pitch is to rise at a place of a kind of sentence."""
SOURCES = (
    "bench/prosody/heard.py", "bench/prosody/sentences.tsv", "src/vivavoce/addons/chorus",
    "src/vivavoce/text/sentence_kind.py", "src/vivavoce/voice/unit_upsampler.py", "src/vivavoce/voice/closing.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """One place of one spoken sentence: semitones up to its end from the low before it, NaN where there is too little
    voice to tell; in the sound, and as the voice meant it."""

    part: str
    kind: str
    speaker: str
    text: str
    place: str
    heard_st: float
    meant_st: float

    @property
    def rises(self) -> bool:
        return self.heard_st >= RISE_ST


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence as it was said: tracks of 10 ms, 0 where unvoiced, and where its words begin, in s."""

    heard_hz: Array
    meant_hz: Array
    starts_s: Sequence[float]


def sentences(data: Path, part: str, count: int) -> list[tuple[str, str]]:
    """Kinds and texts of a part, at most `count` of each kind (of statements that came third, all); of `data/text` the
    lines that are one sentence, and of its statements those that are none of the questions they quote."""
    if part == "data":
        lines = {kind: sentences_of_kind(data, file)[:count] for kind, file in FILES.items()}
        rows = [(kind, line) for kind, own in lines.items() for line in own if len(analyse(line).sentences) == 1]
        return [(kind, line) for kind, line in rows if kind != "statement" or not line.endswith("?")]
    with open(SENTENCES, encoding="utf-8", newline="") as file:
        rows = [(row["kind"], row["text"]) for row in csv.DictReader(file, delimiter="\t") if row["part"] == part]
    if part == "third":
        return rows
    return [row for n, row in enumerate(rows) if sum(kind == row[0] for kind, _ in rows[:n]) < count]


def speak(voice: Voice, text: str, speaker: str, prosody: ProsodySource | None) -> tuple[SpeechChunk, Spoken]:
    """Say a sentence, and track its pitch."""
    chunk = voice.synthesize(text, speaker=speaker, prosody=prosody)
    (sentence,) = analyse(text, language=voice.speaker(speaker).reads).sentences
    heard = pitch(Audio(chunk.samples, voice.sample_rate_hz))
    meant = voice.predict(sentence, voice.style(speaker, prosody=prosody))
    assert meant is not None
    f0 = meant.tracks["f0"]
    starts = [mark.time_s for mark in chunk.marks if mark.type == "word"]
    first = int(np.flatnonzero(~tokenise(sentence).gaps)[0])
    begins_s = meant.durations[:first].sum() * meant.frame_s + meant.boundary_s - starts[0]
    places = np.clip(((np.arange(len(heard)) * FRAME_S + begins_s) / meant.frame_s).astype(int), 0, len(f0) - 1)
    voiced = f0 > MODAL_SHARE * voice.details.median_f0_hz[speaker]
    return chunk, Spoken(heard, np.where(voiced, f0, 0.0)[places].astype(np.float32), starts)


def rise_st(f0_hz: Array) -> float:
    """How many semitones the end of a track (frames,), 0 where unvoiced, lies above the low before it; NaN where there
    is too little voice."""
    tail = 12.0 * np.log2(f0_hz[f0_hz > 0][-TAIL_FRAMES:])
    return float(np.median(tail[-END_FRAMES:]) - np.quantile(tail, 0.1)) if len(tail) >= 2 * END_FRAMES else np.nan


def places(kind: str, words: Sequence[str]) -> dict[str, list[int]]:
    """The words of a sentence that are judged, by what they are; -1 is the last."""
    asked = {
        END: [-1],
        FIRST: [n - 1 for n, word in enumerate(words) if word.lower() == "or" and n],
        COMMA: [n for n, word in enumerate(words) if word.endswith(",")],
    }
    return {place: numbers for place, numbers in asked.items() if (kind, place) in WANTED}


def judge(voice: Voice, system: str, rows: Iterable[tuple[str, str, str]]) -> Iterator[Judged]:
    """Part, kind and text of sentences, said by every speaker."""
    prosody = prosody_source(system)
    for part, kind, text in rows:
        words = text.split()
        for speaker in (known.name for known in voice.speakers):
            _, spoken = speak(voice, text, speaker, prosody)
            for place, numbers in places(kind, words).items():
                for number in numbers:
                    if number >= 0 and len(spoken.starts_s) != len(words):
                        continue
                    until = None if number < 0 else round(spoken.starts_s[number + 1] / FRAME_S)
                    measured = rise_st(spoken.heard_hz[:until]), rise_st(spoken.meant_hz[:until])
                    yield Judged(part, kind, speaker, text, place, *measured)


def share(found: Iterable[Judged]) -> float:
    """Of the places that can be told, those that rise; NaN for none."""
    told = [one.rises for one in found if not np.isnan(one.heard_st)]
    return float(np.mean(told)) if told else float("nan")


def kept_rises(found: Iterable[Judged]) -> float:
    """Of the places that are to rise and that the voice meant to, those that are heard to rise; NaN for none."""
    return share(one for one in found if WANTED[one.kind, one.place] and one.meant_st >= RISE_ST)


def table(found: Sequence[Judged]) -> Table:
    """A row a speaker, and the worst of each column."""
    columns = [key for key in WANTED if any((one.kind, one.place) == key for one in found)]
    speakers = list(dict.fromkeys(one.speaker for one in found))
    shares = {
        who: [share(o for o in found if (o.speaker, o.kind, o.place) == (who, *key)) for key in columns]
        for who in speakers
    }
    worst = [
        (np.nanmin if WANTED[key] else np.nanmax)([row[n] for row in shares.values()]) for n, key in enumerate(columns)
    ]
    counts = [sum((o.speaker, o.kind, o.place) == (speakers[0], *key) for o in found) for key in columns]
    names = [f"{kind} rises: {place} ({n})" for (kind, place), n in zip(columns, counts, strict=True)]
    if any(WANTED[key] for key in columns):
        names.append("rises meant that are heard")
        for who, row in shares.items():
            row.append(kept_rises(o for o in found if o.speaker == who))
        worst.append(np.nanmin([row[-1] for row in shares.values()]))
    rows = {"worst": worst, **shares}
    return Table(["speaker", *names], [[who, *(f"{value:.2f}" for value in row)] for who, row in rows.items()])


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    parser.add_argument("--sentences", type=int, default=25, help="at most so many of each kind and part (25)")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--prosody", default="auto")
    parser.add_argument("--write", action="store_true", help="write bench/results/prosody-heard.json")
    arguments = parser.parse_args()
    parts = arguments.part or PARTS
    rows = [(part, *row) for part in parts for row in sentences(arguments.data, part, arguments.sentences)]
    found = list(judge(load_voice(arguments.voice), arguments.prosody, track(rows, description="sentences")))
    tables = {part: table([one for one in found if one.part == part]) for part in parts}
    for part, made in tables.items():
        print(f"\n{part}\n\n{made.markdown()}")
    if arguments.write:
        places = [
            asdict(one) | {"heard_st": round(one.heard_st, 1), "meant_st": round(one.meant_st, 1)} for one in found
        ]
        missed = [place for one, place in zip(found, places, strict=True) if one.rises != WANTED[one.kind, one.place]]
        print(write_result("prosody-heard", tables, SOURCES, {"places": len(found), "missed": missed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
