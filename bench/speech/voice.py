"""A voice beside what it was taught by: `python -m bench.speech.voice --data DATA --json voice.json`.

Held-out sentences, spoken from plain text by the default path, each beside the teacher's rendition or the recording of
the same sentence: quality, words, likeness to the speaker; and hibari beside af_heart, for the voice began with its
weights. With `--styles`, the folder of the teacher's style files, also durations, pitch and voicing beside the
teacher's own at its lengths. Writes `bench/results/speech-voice.json` with `--write`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.estimates import paired_difference, ratio
from bench.shared.metrics import Meter, Reading, load_meters
from bench.shared.results import Table, write_result
from bench.shared.scores import measure
from bench.shared.sentences import Rendition, held_out
from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.blocks import find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.prosody import prosody_source
from vivavoce.voice import DEFAULT_VOICE, Voice, load_voice

CORPORA = ("ensemble", "kathleen")
START = "hibari"
LIKE = "af_heart"
"""The speaker that hibari speaks as."""
SOURCES = (
    "bench/speech/voice.py", "bench/speech/taught.py", "src/vivavoce/addons/chorus",
    "src/vivavoce/voice/unit_upsampler.py", "src/vivavoce/voice/timing.py", "src/vivavoce/voice/pauses.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence of a speaker: what the meters read from ours and from the teacher's or the recording."""

    speaker: str
    id: str
    text: str
    ours: Reading
    theirs: Reading
    vectors: tuple[Any, Any] | None = field(default=None, repr=False)
    """Speaker embeddings of both, (256,)."""


def spoken(voice: Voice, row: Rendition) -> Audio:
    """The sentence from plain text, with everything as it is by default."""
    chunk = voice.synthesize(row.text, speaker=row.speaker, prosody=prosody_source())
    return Audio(chunk.samples, voice.sample_rate_hz)


def by_speaker(data: Path, count: int) -> dict[str, list[Rendition]]:
    """`count` held-out sentences of each speaker, evenly spread over the test split."""
    rows = [row for corpus in CORPORA for row in held_out(data, corpus)]
    found: dict[str, list[Rendition]] = {}
    for speaker in dict.fromkeys(row.speaker for row in rows):
        own = [row for row in rows if row.speaker == speaker]
        places = np.unique(np.linspace(0, len(own) - 1, min(count, len(own))).astype(int))
        found[speaker] = [own[place] for place in places]
    return found


def pairs(
    voice: Voice, rows: dict[str, list[Rendition]], meters: Sequence[Meter], likeness: bool, keep: Path | None = None
) -> Iterator[Pair]:
    """Every sentence spoken and measured, ours kept in the folder `keep`; a dot each on standard error."""
    encoder = _speaker_encoder() if likeness else None
    hibari = _hibari()
    for speaker, own in rows.items():
        for row in own:
            ours, theirs = spoken(voice, row), read_audio(row.path)
            read = measure(theirs, row.text, meters)
            vectors = (encoder(ours), encoder(theirs)) if encoder else None
            if keep:
                write_audio(keep / f"{row.id}.wav", ours)
            yield Pair(speaker, row.id, row.text, measure(ours, row.text, meters), read, vectors)
            if speaker == LIKE and hibari:
                yield Pair(START, row.id, row.text, measure(hibari(row.text), row.text, meters), read)
            print(".", end="", file=sys.stderr, flush=True)


def quality(found: Sequence[Pair]) -> tuple[Table, dict[str, float]]:
    """DistillMOS and word errors of each speaker beside theirs, and the mean of the ensemble."""
    columns = ("speaker", "sentences", "DistillMOS", "less the teacher's", "word errors", "the teacher's")
    table, figures = [], {}
    synthetic = {pair.speaker for pair in found} - {"kathleen", START}
    groups = {name: {name} for name in dict.fromkeys(pair.speaker for pair in found)} | {"ensemble": synthetic}
    for name, speakers in groups.items():
        own = [pair for pair in found if pair.speaker in speakers]
        ours, theirs = ([float(r["distillmos"]) for r in column] for column in _columns(own))
        gap = paired_difference(ours, theirs)
        wrong, theirs_wrong = (_word_errors(column) for column in _columns(own))
        figures |= {f"distillmos_{name}": float(np.mean(ours)), f"distillmos_gap_{name}": gap.value,
                    f"wer_{name}": wrong, f"wer_gap_{name}": wrong - theirs_wrong}  # fmt: skip
        table.append((
            name, str(len(own)), f"{np.mean(ours):.2f}", f"{gap.value:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})",
            f"{100 * wrong:.1f} %", f"{100 * theirs_wrong:.1f} %",
        ))  # fmt: skip
    return Table(columns, table), figures


def likeness_table(found: Sequence[Pair]) -> tuple[Table, dict[str, float]]:
    """Cosine of ours to the mean of the speaker's sentences, beside that of one half of those to the other."""
    rows, figures = [], {}
    for name in dict.fromkeys(pair.speaker for pair in found if pair.vectors):
        own = [pair.vectors for pair in found if pair.speaker == name and pair.vectors]
        ours, theirs = (_unit(np.stack([v[i] for v in own])) for i in (0, 1))
        even, odd = theirs[::2], theirs[1::2]
        us = float(np.mean(ours @ _unit(theirs.mean(0))))
        them = float(np.mean([*(even @ _unit(odd.mean(0))), *(odd @ _unit(even.mean(0)))]))
        figures |= {f"likeness_{name}": us, f"likeness_gap_{name}": us - them}
        rows.append((name, f"{us:.3f}", f"{them:.3f}", f"{us - them:+.3f}"))
    return Table(("speaker", "cosine to the speaker", "the speaker's own halves", "difference"), rows), figures


def _columns(found: Sequence[Pair]) -> tuple[list[Reading], list[Reading]]:
    return [pair.ours for pair in found], [pair.theirs for pair in found]


def _word_errors(readings: Sequence[Reading]) -> float:
    return ratio([float(r["word_errors"]) for r in readings], [float(r["words"]) for r in readings]).value


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _speaker_encoder() -> Any:
    from bench.prosody.speakers import SpeakerEncoder

    return SpeakerEncoder()


def _hibari() -> Any:
    from hibari import Hibari

    hibari = Hibari(threads=1)
    return lambda text: Audio(hibari(text, seed=0), hibari.sample_rate)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--sentences", type=int, default=60, help="how many of each speaker (60)")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--styles", default=None, help="folder of the teacher's style files, for its own labels")
    parser.add_argument("--no-likeness", action="store_true", help="leave the speaker encoder out")
    parser.add_argument("--json", type=Path, help="write every reading here")
    parser.add_argument("--keep", type=Path, help="write our sounds into this folder, for bench.speech.sheets")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-voice.json")
    arguments = parser.parse_args()
    try:
        voice, addon = load_voice(arguments.voice), load_addon(find_addon(arguments.voice))
        rows = by_speaker(arguments.data, arguments.sentences)
        meters = load_meters(["distillmos", "wer"], 1)
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        found = list(pairs(voice, rows, meters, not arguments.no_likeness, arguments.keep))
    except (InputError, OSError) as error:
        print(f"voice: {error}", file=sys.stderr)
        return 1
    tables, figures = {}, {}
    tables["quality"], figures = quality(found)
    if not arguments.no_likeness:
        tables["likeness"], more = likeness_table(found)
        figures |= more
    if arguments.styles:
        from bench.speech.taught import beside_teacher

        tables["prosody"], more = beside_teacher(addon, arguments.data, rows, arguments.styles)
        figures |= more
    for name, table in tables.items():
        print(f"\n{name}\n\n{table.markdown()}", flush=True)
    if arguments.json:
        document = [{k: v for k, v in asdict(pair).items() if k != "vectors"} for pair in found]
        arguments.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if arguments.write:
        print(write_result("speech-voice", tables, SOURCES, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
