"""Are weak last syllables swallowed? `python -m bench.speech.endings --styles STYLES [--write]`, some minutes.

Every speaker says sentences that end in "sugar", "water", "letter"; the teacher says the same phonemes. Both are
aligned, and the last syllable, from its vowel on, is measured: how long it is, how loud beside the word's stressed
vowel, how much of it has a pitch. Writes `bench/results/speech-endings.json` with `--write`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.shared.metrics import WordErrorRate
from bench.shared.results import Table, write_result
from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, HOP, RATE_HZ, mel_spectrogram, pitch
from vivavoce.prosody import prosody_source
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.text.phonemes import VOWELS
from vivavoce.training.corpora.ensemble import Teacher
from vivavoce.voice import DEFAULT_VOICE, load_voice
from vivavoce.voice.tokens import SYMBOL_ID, tokenise

SENTENCES = (
    "There was no more sugar.", "She asked for a glass of water.", "He never opened the letter.",
    "I like it with butter.", "They wrote it all on paper.", "We went there every summer.",
    "The boat went down the river.", "Somebody should call a doctor.", "The keys are on the table.",
    "He dropped the empty bottle.", "It was too much for most people.", "You only have to press the button.",
    "The children were in the kitchen.", "It was a hard lesson.", "Nobody wanted to leave the city.",
    "I would rather have coffee.", "The cat slept on the sofa.", "He had a plate of pasta.",
    "This was his only answer.", "She told him about her mother.",
)  # fmt: skip
WEAKEST_DB, SHORTEST_S = -25.0, 0.05
"""A syllable that is softer or shorter is swallowed."""
SILENT_DB = -50.0
"""Beside the loudest frame."""
SYNTHETIC_LANGUAGE = "en-US"
VOWEL_IDS = frozenset(SYMBOL_ID[symbol] for symbol in VOWELS)
SOURCES = (
    "bench/speech/endings.py", "src/vivavoce/addons/chorus", "src/vivavoce/voice/unit_upsampler.py",
    "src/vivavoce/voice/pauses.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """The last syllable of a sentence, as it is heard."""

    seconds: float
    level_db: float
    """Beside the stressed vowel of its word."""
    voiced: float
    """Share of its frames that have a pitch."""
    heard: bool
    """Whether the last word is what a recogniser hears last."""

    @property
    def swallowed(self) -> bool:
        return self.level_db < WEAKEST_DB or self.seconds < SHORTEST_S


def ending(audio: Audio, text: str, ears: WordErrorRate) -> Ending:
    """Measure the last syllable of a sentence. Raises `InputError` where the sound does not say it."""
    audio = without_edges(audio.resampled(RATE_HZ))
    tokens = tokenise(whole_sentence(text, SYNTHETIC_LANGUAGE))
    edges = np.concatenate([[0], np.cumsum(aligner().align(mel_spectrogram(audio.samples), tokens))])
    own = np.flatnonzero(tokens.words == tokens.words.max())
    vowels = [place for place in own if int(tokens.symbols[place]) in VOWEL_IDS]
    stressed = next(place for place in vowels if tokens.stress[place] == 1)
    first, last = int(edges[vowels[-1]]), int(edges[own[-1] + 1])
    heard_hz = pitch(audio)[first:last]
    level_db = _level_db(audio, first, last) - _level_db(audio, int(edges[stressed]), int(edges[stressed + 1]))
    words = ears.transcribe(audio).lower().strip(" .!?").split()
    said = text.lower().strip(".").split()[-1]
    voiced = float((heard_hz > 0).mean()) if len(heard_hz) else 0.0
    return Ending((last - first) * FRAME_S, level_db, voiced, bool(words) and words[-1] == said)


def without_edges(audio: Audio) -> Audio:
    """The sound with a tenth of a second at most of what is silent before and after it."""
    count = len(audio.samples) // HOP
    power = np.square(audio.samples[: count * HOP].reshape(count, HOP)).mean(axis=1)
    heard = np.flatnonzero(power > power.max() * 10.0 ** (SILENT_DB / 10.0))
    return Audio(audio.samples[max(0, heard[0] - 10) * HOP : (heard[-1] + 11) * HOP], audio.rate_hz)


def _level_db(audio: Audio, first: int, last: int) -> float:
    samples = audio.samples[first * HOP : last * HOP]
    return float(20 * np.log10(max(np.sqrt(np.mean(samples**2)), 1e-6))) if len(samples) else -120.0


def summary(name: str, said: list[Ending]) -> tuple[str, ...]:
    """The cells of some endings."""
    return (
        name, str(sum(one.swallowed for one in said)), f"{sum(one.heard for one in said)} of {len(said)}",
        *(f"{np.median([one.seconds for one in said]):.2f}", f"{np.median([one.level_db for one in said]):.1f}"),
        f"{min(one.level_db for one in said):.1f}", f"{100 * np.mean([one.voiced for one in said]):.0f} %",
    )  # fmt: skip


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default=DEFAULT_VOICE, help=f"name or path of the voice's addon ({DEFAULT_VOICE})")
    parser.add_argument("--styles", type=Path, required=True, help="folder of the teacher's style files")
    parser.add_argument("--list", action="store_true", help="show every ending that is swallowed or not heard")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-endings.json")
    arguments = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    try:
        voice, teacher, ears = load_voice(arguments.voice), Teacher(arguments.styles), WordErrorRate(1)
        for speaker in (known.name for known in voice.speakers):
            found: dict[str, list[Ending]] = {"": [], "teacher": []}
            for text in SENTENCES:
                ours = voice.synthesize(text, speaker=speaker, prosody=prosody_source())
                sounds = {"": Audio(ours.samples, voice.sample_rate_hz)}
                if (arguments.styles / f"{speaker}.bin").exists():
                    symbols = teacher.symbols(whole_sentence(text, SYNTHETIC_LANGUAGE).phonemes)
                    sounds["teacher"] = Audio(teacher.speak(symbols, speaker).samples.astype(np.float32), RATE_HZ)
                for who, audio in sounds.items():
                    one = ending(audio, text, ears)
                    found[who].append(one)
                    if arguments.list and (one.swallowed or not one.heard):
                        print(f"{speaker} {who}: {text} {one}", flush=True)
            for who, said in found.items():
                if said:
                    rows.append(summary(f"{speaker}, {who}" if who else speaker, said))
                    key = f"{who}_{speaker}" if who else speaker
                    figures |= {f"swallowed_{key}": float(sum(one.swallowed for one in said)),
                                f"level_db_{key}": float(np.median([one.level_db for one in said])),
                                f"seconds_{key}": float(np.median([one.seconds for one in said]))}  # fmt: skip
    except (InputError, OSError) as error:
        print(f"endings: {error}", file=sys.stderr)
        return 1
    columns = (
        "speaker", "swallowed", "last word heard", "median seconds", "median dB beside the stress", "softest, dB",
        "voiced",
    )  # fmt: skip
    table = Table(columns, rows)
    print(f"\n{table.markdown()}", flush=True)
    if arguments.write:
        print(write_result("speech-endings", {"endings": table}, SOURCES, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
