"""What comes to rest, and a clock in coarse steps, against pictures that are held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.inspection.material import RATE_HZ, info, moving, pictures
from tests.inspection.test_signal_detectors import found
from vivavoce.inspection.defects.freeze.hold import Hold
from vivavoce.inspection.event import Event
from vivavoce.inspection.session import InspectionSession
from vivavoce.inspection.simulation import Clip


@pytest.mark.parametrize(("goes_on_at", "told"), [(42, False), (65, True)])
def test_a_frozen_scene_has_moved_on_by_as_much_as_it_had_come(goes_on_at: int, told: bool) -> None:
    scene = moving(4.0).frames
    frames = (*scene[:40], *[scene[40]] * 25, *scene[goes_on_at:])
    assert bool(found(Clip(frames, RATE_HZ), "freeze")) == told


@pytest.mark.parametrize(("speeds", "slows"), [([3.8, 3.5, 2.4, 1.9, 1.3, 1.2], True), ([0.9, 0.5, 0.2], False)])
def test_a_held_picture_is_still_at_once(speeds: list[float], slows: bool) -> None:
    hold = Hold(0.0, 14.0, 4.5, True, np.zeros((2, 2), np.float32), np.ones((2, 2), bool), speeds)
    assert hold.slows == slows


@pytest.mark.parametrize(("step", "told"), [(1, True), (8, False)])
def test_what_had_rested_gathers_speed_and_did_not_stutter(step: int, told: bool) -> None:
    scene = moving(16.0).frames
    frames = (*scene[:50], *[scene[50]] * 8, *scene[53 : 53 + 60 * step : step])
    assert bool(found(Clip(frames, RATE_HZ), "stutter")) == told


@pytest.mark.parametrize("ticks", [True, False])
def test_a_clock_that_counts_in_coarse_steps_does_not_stutter(ticks: bool) -> None:
    clip, random, time_s = moving(5.0, sound=False), np.random.default_rng(1), 0.0
    session = InspectionSession(info(clip), ["stutter"])
    events: list[Event] = []
    for number, frame in enumerate(pictures(clip)):
        events += session.process(replace(frame, time_s=time_s))
        late = number % 12 == 5 if ticks else random.random() < 0.2
        time_s += 0.032 + 0.016 * late
    assert bool([*events, *session.finish()]) != ticks
