"""Twelve made-up clips whose events are kept as test data."""

from __future__ import annotations

from dataclasses import replace

from tests.inspection.material import babble, info, moving, pictures, sounds
from vivavoce.inspection.media import Cue
from vivavoce.inspection.registry import defect_names
from vivavoce.inspection.session import InspectionSession
from vivavoce.inspection.simulation import Clip, simulate

SEEN = ("freeze", "stutter", "tearing", "black", "combing", "blur", "colour_error", "flash")
HEARD = ("audio_dropout", "hum", "hiss", "clicks")


def clips() -> dict[str, Clip]:
    """Clips by name: one defect each, pictures of 256 x 144, five seconds of sound."""
    seen, heard = moving(4.0, 144, 256, sound=False), Clip(sound=babble(5.0))
    made = {defect: simulate(defect, seen, 1.6, 1.2, 0.9, seed=1)[0] for defect in SEEN}
    made |= {defect: simulate(defect, heard, 1.1, 2.5, 0.9, seed=1)[0] for defect in HEARD}
    cues = tuple(Cue(1.0 + n, 1.9 + n, (f"This is caption number {n}.",), n + 1) for n in range(4))
    made["captions"] = simulate("caption_quality", replace(heard, cues=cues), 1.0, 3.0, 0.9, seed=1)[0]
    made["clean"] = replace(seen, sound=babble(4.0))
    return made


def events(clip: Clip) -> list[dict[str, object]]:
    """What all detectors say of a clip."""
    work = InspectionSession(info(clip, ("captions",) if clip.cues else ()), defect_names())
    found = [event for cue in clip.cues for event in work.process(cue)]
    found += [event for picture in pictures(clip) for event in work.process(picture)]
    if clip.sound is not None:
        found += [event for sound in sounds(clip.sound) for event in work.process(sound)]
    found += work.finish()
    return sorted((event.as_json() for event in found), key=lambda event: (event["start_s"], event["defect"]))
