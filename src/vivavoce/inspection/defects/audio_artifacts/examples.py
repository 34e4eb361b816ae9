"""Seconds of sound that people label as hum, hiss, distortion, clicks or none of these."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from vivavoce.inspection.decode import Media
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet
from vivavoce.inspection.labels.examples import Examples, Moment
from vivavoce.inspection.labels.shown import wav_of
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock


def _moments(media: Media) -> Iterator[Moment]:
    detector = AudioArtifacts(media.info)
    for part in media.parts():
        if not isinstance(part, AudioBlock) or part.stream or part.samples.shape[1] != SAMPLE_RATE_HZ:
            continue
        if not is_quiet(part.mono):
            likely = detector.judge(part.mono[None])[0]
            thoughts = dict(zip(detector.classes, map(float, likely), strict=True))
            yield Moment(round(part.start_s, 3), thoughts, "audio/wav", partial(wav_of, part.mono))


EXAMPLES = Examples("sound", _moments, AudioArtifacts.classes)
