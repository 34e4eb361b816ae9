"""The same endings in the sound: speech is made, and its pitch is tracked as that of a recording is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.prosody.endings import Counts, count, in_turn, kind_and_words, shares
from bench.prosody.held_out import Held
from bench.prosody.melody import Melody
from vivavoce.audio import Audio, read_audio
from vivavoce.features import RATE_HZ, pitch
from vivavoce.prosody import prosody_source
from vivavoce.voice import load_voice

KINDS = {"yes_no_question": "yes_no", "wh_question": "wh"}
"""Files of `data/text` whose melody is judged at the end alone, so that no word has to be found in the sound."""


def melody_heard(audio: Audio) -> Melody:
    """Of all frames in which a pitch is found."""
    f0 = pitch(audio)
    semitones = 12 * np.log2(f0[f0 > 0])
    return Melody(semitones.astype(np.float32), np.zeros(len(semitones), np.int64))


def recorded(data: Path, held: Sequence[Held]) -> dict[str, float]:
    """Of the test recordings."""
    counts: Counts = defaultdict(list)
    for h in held:
        if h.kind in KINDS.values():
            audio = read_audio(data / "speech" / "intonation" / "audio" / f"{h.spoken.id}.opus")
            count(counts, *kind_and_words(h), melody_heard(audio))
    return shares(counts)


def spoken(data: Path, held: Sequence[Held], system: str) -> dict[str, float]:
    """Of a system from plain text: the sentences of `data/text`, by all voices in turn, and those of the test."""
    voice, prosody = load_voice(), None if system == "none" else prosody_source(system)
    counts: Counts = defaultdict(list)
    asked = [(kind, line.lower().split(), line, speaker) for kind, line, speaker in in_turn(data, KINDS)]
    tested = [(*kind_and_words(h), h.spoken.text, h.spoken.speaker) for h in held if h.kind in KINDS.values()]
    for kind, words, text, speaker in [*asked, *((f"test: {kind}", *rest) for kind, *rest in tested)]:
        chunks = [chunk.samples for chunk in voice.stream(text, speaker=speaker, prosody=prosody)]
        count(counts, kind, words, melody_heard(Audio(np.concatenate(chunks), RATE_HZ)))
    return shares(counts)
