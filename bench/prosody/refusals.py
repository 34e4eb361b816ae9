"""Which recordings does transfer take? Shares by speakers and by what was done to the recording or its text.

`python -m bench.prosody.refusals --data DATA [--each 30]`
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench.shared.machine import this_machine
from bench.shared.sentences import Rendition, held_out
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, mel_spectrogram
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.voice.tokens import tokenise

ROWS = {
    "the seven it learned from": (("kathleen", "ensemble"), "test"),
    "six others": (("ensemble-dev",), "test"),
    "one on the telephone": (("prompts",), "train"),
    "learners of English": (("speechocean",), "train"),
    "German and Dutch, read as English": (("kerstin", "nathalie"), "train"),
}
TELEPHONE_HZ = 8_000
Case = tuple[Audio, str]
Change = Callable[[Case, str, np.random.Generator], Case]


def _noisy(level_db: float) -> Change:
    def change(case: Case, _: str, random: np.random.Generator) -> Case:
        samples = case[0].samples
        noise = random.standard_normal(len(samples)) * samples.std() * 10 ** (-level_db / 20)
        return Audio((samples + noise).astype(np.float32), case[0].rate_hz), case[1]

    return change


CHANGES: dict[str, Change] = {
    "its text": lambda case, _, __: case,
    "at 8 kHz": lambda case, _, __: (case[0].resampled(TELEPHONE_HZ).resampled(RATE_HZ), case[1]),
    "noise at 20 dB": _noisy(20.0),
    "10 dB": _noisy(10.0),
    "0 dB": _noisy(0.0),
    "another text": lambda case, other, _: (case[0], other),
    "half its text": lambda case, _, __: (case[0], " ".join(case[1].split()[: (len(case[1].split()) + 1) // 2])),
}


def renditions(data: Path, corpora: tuple[str, ...], split: str, each: int) -> Iterator[Rendition]:
    """About `each` recordings of four words or more, evenly out of the corpora."""
    for corpus in corpora:
        rows = [row for row in held_out(data, corpus, split) if len(row.text.split()) > 3]
        count = each // len(corpora)
        yield from rows[:: max(1, len(rows) // count)][:count]


def takes(case: Case) -> bool:
    """Whether the aligner takes the recording for one of the text."""
    tokens = tokenise(whole_sentence(case[1], "en-US"))
    try:
        aligner().align(mel_spectrogram(case[0].samples), tokens)
    except InputError:
        return False
    return True


def main() -> None:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/")
    parser.add_argument("--each", type=int, default=30, help="recordings of each row (30)")
    arguments = parser.parse_args()
    print(f"| | {' | '.join(CHANGES)} |\n|{'---|' * (len(CHANGES) + 1)}", flush=True)
    random = np.random.default_rng(0)
    for name, (corpora, split) in ROWS.items():
        rows = list(renditions(arguments.data, corpora, split, arguments.each))
        cases = [(read_audio(row.path).resampled(RATE_HZ), row.text) for row in rows]
        others = [text for _, text in cases[1:] + cases[:1]]
        shares = [
            np.mean([takes(change(case, other, random)) for case, other in zip(cases, others, strict=True)])
            for change in CHANGES.values()
        ]
        print(f"| {name} ({len(rows)}) | {' | '.join(f'{share:.2f}' for share in shares)} |", flush=True)
    print(f"\n{this_machine()}")


if __name__ == "__main__":
    main()
