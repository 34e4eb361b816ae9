"""The shipped voice beside the recordings it was taught by: `python -m bench.speech.voice --data DATA`.

Held-out sentences of each speaker, paired with the recording of the same sentence; questions, which have none; and the
vocoder alone on recordings by speakers it never heard. Prints a Markdown table a part.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.estimates import paired_difference
from bench.shared.machine import this_machine
from bench.shared.metrics import Meter, Reading, load_meters
from bench.shared.scores import format_cell, measure, summarise
from bench.shared.sentences import Rendition, held_out, questions
from vivavoce.audio import Audio, read_audio
from vivavoce.blocks import StreamableBlock, find_addon, join, load_addon
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, continuous_log_f0, mel_spectrogram, pitch
from vivavoce.voice import Voice, load_voice

ASKING = ("kathleen", "af_heart")
UNHEARD = ("prompts", "ensemble-dev", "speechocean")
SCHEDULE = 64


@dataclass(frozen=True, slots=True)
class Pair:
    """One text said twice: what the meters read from ours and, where there is one, from the recording."""

    part: str
    group: str
    text: str
    ours: Reading
    theirs: Reading | None


def speak(voice: Voice, text: str, speaker: str) -> Audio:
    return Audio(np.concatenate([chunk.samples for chunk in voice.stream(text, speaker=speaker)]), RATE_HZ)


def copy_synthesis(vocoder: StreamableBlock[Any], audio: Audio) -> Audio:
    """The recording's own mel, pitch and voicing through the vocoder."""
    heard = audio.resampled(RATE_HZ)
    f0 = pitch(heard)
    features = {
        "mel": mel_spectrogram(heard.samples)[None],
        "log_f0": continuous_log_f0(f0)[None],
        "voiced": (f0 > 0).astype(np.float32)[None],
    }
    frames = range(0, len(f0), SCHEDULE)
    chunks = [{name: value[:, start : start + SCHEDULE] for name, value in features.items()} for start in frames]
    return Audio(join(list(vocoder.open({}, chunks)))["audio"].ravel(), RATE_HZ)


def sampled(rows: Sequence[Rendition], count: int) -> list[Rendition]:
    """`count` of the rows, evenly spread over the list and so over the speakers."""
    return [rows[index] for index in np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int))]


def spoken_pairs(voice: Voice, data: Path, count: int, meters: Sequence[Meter]) -> Iterator[Pair]:
    for corpus in ("ensemble", "kathleen"):
        for row in sampled(held_out(data, corpus), count):
            ours = measure(speak(voice, row.text, row.speaker), row.text, meters)
            yield Pair("speech", row.speaker, row.text, ours, measure(read_audio(row.path), row.text, meters))


def question_pairs(voice: Voice, data: Path, count: int, meters: Sequence[Meter]) -> Iterator[Pair]:
    for number, text in enumerate(questions(data, count)):
        speaker = ASKING[number % len(ASKING)]
        yield Pair("questions", speaker, text, measure(speak(voice, text, speaker), text, meters), None)


def vocoder_pairs(vocoder: StreamableBlock[Any], data: Path, count: int, meters: Sequence[Meter]) -> Iterator[Pair]:
    for corpus in UNHEARD:
        for row in sampled(held_out(data, corpus), count):
            audio = read_audio(row.path)
            ours, theirs = (measure(sound, row.text, meters) for sound in (copy_synthesis(vocoder, audio), audio))
            yield Pair("vocoder", corpus, row.text, ours, theirs)


def table(pairs: Sequence[Pair]) -> str:
    """One row a group, and one for all of the part."""
    lines = ["| | n | DistillMOS, ours | theirs | ours minus theirs | word error rate, ours | theirs |"]
    lines.append("|" + "---|" * 7)
    groups = list(dict.fromkeys(pair.group for pair in pairs))
    for group in [*groups, *(["all"] if len(groups) > 1 else [])]:
        lines.append(_row(group, [pair for pair in pairs if group in (pair.group, "all")]))
    return "\n".join(lines)


def _row(group: str, pairs: Sequence[Pair]) -> str:
    ours = summarise(("ours", pair.ours) for pair in pairs)["ours"]
    heard = [pair.theirs for pair in pairs if pair.theirs is not None]
    cells = [format_cell("distillmos", ours["distillmos"]), "", "", format_cell("wer", ours["wer"]), ""]
    if heard:
        theirs = summarise(("theirs", reading) for reading in heard)["theirs"]
        ours_mos = [float(pair.ours["distillmos"]) for pair in pairs]
        gap = paired_difference(ours_mos, [float(reading["distillmos"]) for reading in heard])
        cells[1] = format_cell("distillmos", theirs["distillmos"])
        cells[2] = f"{gap.value:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"
        cells[4] = format_cell("wer", theirs["wer"])
    return f"| {group} | {len(pairs)} | {' | '.join(cells)} |"


def _shown(pairs: Iterable[Pair]) -> Iterator[Pair]:
    for number, pair in enumerate(pairs, start=1):
        if sys.stderr.isatty():
            print(f"\r{pair.part}: {number}", end="", file=sys.stderr, flush=True)
        yield pair


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--sentences", type=int, default=60, help="how many of each part and corpus (60)")
    parser.add_argument("--part", action="append", choices=["speech", "questions", "vocoder"], help="only this one")
    parser.add_argument("--voice", default="vivavoce", help="name or path of the voice's addon")
    parser.add_argument("--vocoder", default="vocoder", help="name or path of the vocoder's addon")
    parser.add_argument("--json", type=Path, help="write every reading here")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    machine = this_machine()
    pairs: list[Pair] = []
    try:
        voice = load_voice(arguments.voice, arguments.vocoder)
        vocoder = load_addon(find_addon(arguments.vocoder)).build_streamable()
        parts = {
            "speech": partial(spoken_pairs, voice),
            "questions": partial(question_pairs, voice),
            "vocoder": partial(vocoder_pairs, vocoder),
        }
        meters = load_meters(["distillmos", "wer"], arguments.threads)
        for part in arguments.part or parts:
            made = list(_shown(parts[part](arguments.data, arguments.sentences, meters)))
            print(f"\n{part}\n\n{table(made)}", flush=True)
            pairs += made
    except (InputError, OSError) as error:
        print(f"voice: {error}", file=sys.stderr)
        return 1
    print(f"\n{machine}; means ± standard error; brackets: 95 % interval of the paired difference")
    if arguments.json:
        document = {"machine": asdict(machine), "pairs": [asdict(pair) for pair in pairs]}
        arguments.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
