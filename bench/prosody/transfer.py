"""CopyCat from speakers it never heard onto ours: does the melody arrive, and does the source's voice stay behind?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np

from bench.prosody.held_out import addon_of
from bench.prosody.speakers import SpeakerEncoder
from bench.shared.results import Table
from bench.shared.sentences import Rendition, held_out
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, RATE_HZ, Array, continuous_log_f0, energy, mel_spectrogram, pitch
from vivavoce.prosody.alignment import aligner, whole_sentence
from vivavoce.prosody.models.copycat import Copied, CopyCat
from vivavoce.text.utterance import Sentence
from vivavoce.training.prosody.sentence import spoken_language
from vivavoce.voice import Voice, load_voice
from vivavoce.voice.acoustics import AcousticOverrides
from vivavoce.voice.contour import knots_of, token_means
from vivavoce.voice.style import Pauses
from vivavoce.voice.tokens import tokenise

TARGETS = ("kathleen", "af_heart", "am_michael", "bf_emma", "bm_george")
SOURCES = ("ensemble-dev", "prompts")
REFERENCES = 8
"""Recordings that a speaker's vector is the mean of."""
AS_IT_IS = "as it is"
"""The baseline without any network: the source's own pitch and energy."""
SHIFTS = 10
"""Frames of 10 ms by which a copy and its source are moved against each other, at most and to either side."""
SYSTEMS = ("copycat", "copycat-open", AS_IT_IS)


@dataclass(frozen=True, slots=True)
class Case:
    """A recording to be copied, and who is to say it."""

    row: Rendition
    source: Audio
    sentence: Sentence
    target: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One copy, as heard in the sound that was made."""

    system: str
    source: str
    target: str
    pitch: float
    """Correlation of log f0 with the source, over frames where both are voiced."""
    energy: float
    to_target: float
    """Cosine of the speaker vectors of the copy and of the target's recordings."""
    to_source: float

    @property
    def likeness(self) -> float:
        """How much nearer to the target than to the source."""
        return self.to_target - self.to_source


Copy = Callable[[Case], Copied]


def cases(data: Path, count: int, targets: int = 1) -> Iterator[Case]:
    """`count` recordings of each corpus of sources, each onto that many of the five targets, in turn."""
    for corpus in SOURCES:
        rows = held_out(data, corpus)
        for number, row in enumerate(rows[:: max(1, len(rows) // count)][:count]):
            source = read_audio(row.path).resampled(RATE_HZ)
            for step in range(targets):
                target = TARGETS[(number + step) % len(TARGETS)]
                yield Case(row, source, whole_sentence(row.text, spoken_language(target)), target)


def copier(name: str, runs: Path) -> Copy:
    """A system of `SYSTEMS`. The copies raise `InputError` for a source that the aligner refuses."""
    if name == AS_IT_IS:
        return _as_it_is
    addon = addon_of(name, runs)
    if addon is None:
        raise InputError(f"{runs / name}: not trained, run its recipe and `ship`")
    copycat, voice = CopyCat(addon, aligner()), load_voice()

    def copy(case: Case) -> Copied:
        usual = voice.usual_durations_s(case.sentence, case.target)
        return Copied(copycat.copy(case.source, tokenise(case.sentence), case.target, usual))

    return copy


def _as_it_is(case: Case) -> Copied:
    mel, tokens = mel_spectrogram(case.source.samples), tokenise(case.sentence)
    durations = aligner().align(mel, tokens)
    log_f0 = continuous_log_f0(pitch(case.source))
    knots = knots_of(log_f0, durations)
    knots[durations == 0] = log_f0.mean()
    return Copied(
        AcousticOverrides((durations * FRAME_S).astype(np.float32), knots, token_means(energy(mel), durations))
    )


def pairs(data: Path, runs: Path, count: int) -> Iterator[Pair]:
    """Every case by every system that has been trained."""
    voice, encoder = load_voice(), SpeakerEncoder()
    targets = {name: encoder.mean(read_audio(row.path) for row in _of(data, name)) for name in TARGETS}
    systems = {name: copier(name, runs) for name in SYSTEMS if name == AS_IT_IS or addon_of(name, runs)}
    for case in cases(data, count):
        source, lead = encoder(case.source), _lead(case)
        for name, copy in systems.items():
            try:
                copied = copy(case)
            except InputError as error:
                print(f"{case.row.id}: {error}")
                break
            made = _spoken(voice, case, copied)
            vector = encoder(made)
            found = correlations(made, case.source, lead)
            likeness = float(vector @ targets[case.target]), float(vector @ source)
            yield Pair(name, case.row.speaker, case.target, *found, *likeness)


def _of(data: Path, speaker: str) -> list[Rendition]:
    corpus = speaker if speaker == "kathleen" else "ensemble"
    return [row for row in held_out(data, corpus) if row.speaker == speaker][:REFERENCES]


def _spoken(voice: Voice, case: Case, copied: Copied) -> Audio:
    return Audio(voice.synthesize([case.sentence], speaker=case.target, prosody=copied).samples, RATE_HZ)


def _lead(case: Case) -> int:
    """Frames of the source's silence: the voice begins with its own short one instead. 0 for a source that the aligner
    refuses, for no system copies it either."""
    try:
        return int(aligner().align(mel_spectrogram(case.source.samples), tokenise(case.sentence))[0])
    except InputError:
        return 0


def correlations(made: Audio, source: Audio, lead: int) -> tuple[float, float]:
    """Of log f0 and of energy, over frames where both are voiced: pauses are silence here and a room's noise there.

    Both sounds begin where they are first heard, which is a matter of their noise; they are laid on each other where
    their energies agree best, a tenth of a second away at most.
    """
    ours, theirs = _tracks(made)[round(Pauses().lead_s / FRAME_S) :], _tracks(source)[lead:]
    return max((_correlations(ours, theirs, shift) for shift in range(-SHIFTS, SHIFTS + 1)), key=itemgetter(1))


def _correlations(ours: Array, theirs: Array, shift: int) -> tuple[float, float]:
    """The same with theirs `shift` frames later, tracks (frames, 2)."""
    ours, theirs = ours[max(shift, 0) :], theirs[max(-shift, 0) :]
    frames = min(len(ours), len(theirs))
    ours, theirs = ours[:frames], theirs[:frames]
    voiced = (ours[:, 0] > 0) & (theirs[:, 0] > 0)
    heard = np.corrcoef(np.log(ours[voiced, 0]), np.log(theirs[voiced, 0]))[0, 1]
    return float(heard), float(np.corrcoef(ours[voiced, 1], theirs[voiced, 1])[0, 1])


def _tracks(audio: Audio) -> Array:
    """f0 and energy, (frames, 2)."""
    return np.stack([pitch(audio), energy(mel_spectrogram(audio.samples))], axis=1)


def table(found: Sequence[Pair]) -> Table:
    """Means of each system over its pairs, and the share of pairs that are nearer to the target."""
    by_name = {name: [p for p in found if p.system == name] for name in dict.fromkeys(p.system for p in found)}
    gaps = {name: float(np.mean([p.likeness for p in own])) for name, own in by_name.items()}
    lines = []
    for name, own in by_name.items():
        means = [np.mean([getattr(p, field) for p in own]) for field in ("pitch", "energy", "to_target", "to_source")]
        share = np.mean([p.likeness > 0 for p in own])
        beside = f", {100 * (gaps[name] / gaps['copycat-open'] - 1):+.0f} %" if "copycat-open" in gaps else ""
        cells = (f"{value:.2f}" for value in means)
        lines.append([name, f"{len(own)}", *cells, f"{100 * share:.0f} %", f"{gaps[name]:.3f}{beside}"])
    columns = ["", "pairs", "log f0 correlation", "energy", "to the target", "to the source", "nearer to the target"]
    return Table([*columns, "target minus source, beside copycat-open"], lines)
