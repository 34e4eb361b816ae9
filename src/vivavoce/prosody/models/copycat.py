"""CopyCat at run time: the melody, loudness and timing of a recording, said by another speaker."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from vivavoce.audio import Audio
from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import FRAME_S, RATE_HZ, Array, continuous_log_f0, energy, mel_spectrogram, pitch
from vivavoce.prosody.addons import centre_of, sequence_block, speaker_number
from vivavoce.prosody.alignment import Aligner, aligner, check_length
from vivavoce.prosody.pacing import ease_durations
from vivavoce.text.utterance import Sentence
from vivavoce.voice.acoustics import AcousticOverrides
from vivavoce.voice.contour import Frames, frame_positions, knots_of, token_means, token_of_frame
from vivavoce.voice.tokens import Ids, Tokens

PITCH_SCALE = 0.25
FEWEST_VOICED = 10
QUIETEST = -9.0
"""Log power below which a whole recording counts as silent."""


def frame_contour(f0: Array, loudness: Array) -> Array:
    """f0 in Hz, 0 where unvoiced, and log power, (frames,) both -> what is copied, (frames, 3).

    Log f0 and energy about their means over voiced frames, in parts of about 1, then voicing: the level of the source
    speaker's voice is gone before anything is learned of it.
    """
    voiced = f0 > 0
    if not voiced.any():
        return np.zeros((len(f0), 3), np.float32)
    log_f0 = continuous_log_f0(f0)
    columns = [(log_f0 - log_f0[voiced].mean()) / PITCH_SCALE, loudness - loudness[voiced].mean(), voiced]
    return np.stack(columns, axis=1).astype(np.float32)


def frame_symbols(tokens: Tokens, durations: Frames) -> Ids:
    """The symbol that each frame belongs to, (frames,)."""
    return tokens.symbols[token_of_frame(durations)]


@dataclass(frozen=True)
class Copied:
    """The copied prosody as a source for a voice, the same for every sentence: speak only the one copied."""

    overrides: AcousticOverrides = field(repr=False)

    def __call__(self, sentence: Sentence, speaker: str) -> AcousticOverrides:
        return self.overrides


class CopyCat:
    """A loaded transfer addon with an aligner. Safe to share between threads."""

    def __init__(self, addon: Addon, aligned_by: Aligner) -> None:
        self._addon = addon
        self._block = sequence_block(addon)
        self._aligner = aligned_by

    def copy(self, source: Audio, tokens: Tokens, speaker: str, usual_s: Array | None = None) -> AcousticOverrides:
        """What the voice's encoders would have answered, had they meant what the source says.

        `usual_s` (tokens,) is how many seconds the voice itself gives each token: it guides the aligner, and words have
        times between the source's and the voice's own, which are more exact than an aligner that never heard the
        speaker.

        Raises `InputError` for an unknown speaker, and for a source that is silent, has no pitch, is too long, or does
        not say the text of the tokens.
        """
        usual = None if usual_s is None else usual_s / FRAME_S
        number, centre = speaker_number(self._addon, speaker), centre_of(self._addon, speaker)
        check_length(source.duration_s)
        heard = source.resampled(RATE_HZ)
        mel = mel_spectrogram(heard.samples)
        loudness = energy(mel)
        if loudness.max(initial=QUIETEST) <= QUIETEST:
            raise InputError("the recording is silent")
        f0 = pitch(heard)
        if (f0 > 0).sum() < FEWEST_VOICED:
            raise InputError("the recording has no pitch to copy: is it speech?")
        durations = self._aligner.align(mel, tokens, usual)
        made = self._block(
            {
                "contour": frame_contour(f0, loudness)[None],
                "symbols": frame_symbols(tokens, durations)[None],
                "position": frame_positions(durations)[None],
                "speaker": np.array([number], np.int64),
            }
        )
        log_f0 = made["log_f0"][0] * PITCH_SCALE + centre.log_f0
        knots = knots_of(log_f0, durations)
        skipped = durations == 0
        starts = np.cumsum(durations) - durations
        knots[skipped] = log_f0[np.minimum(starts[skipped], len(log_f0) - 1)][:, None]
        said = durations if usual is None else ease_durations(durations, tokens, usual)
        loudnesses = token_means(made["energy"][0], durations)
        # What has no frames in the source is a gap. The last one is said all the same, and is to be silence.
        loudnesses[skipped] = made["energy"][0].min()
        return AcousticOverrides((said * FRAME_S).astype(np.float32), knots, loudnesses + centre.energy)


@cache
def copycat(name_or_path: str | Path = "copycat") -> CopyCat:
    """The transfer addon of that name or at that path with the aligner, loaded at first use."""
    return CopyCat(load_addon(find_addon(name_or_path)), aligner())
