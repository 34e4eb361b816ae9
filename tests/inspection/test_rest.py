"""What comes to rest, and a clock in coarse steps, against pictures that are held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.inspection.material import RATE_HZ, info, moving, pictures
from tests.inspection.test_signal_detectors import found
from vivavoce.inspection.defects.freeze.hold import Hold
from vivavoce.inspection.defects.stutter import detect as stutter
from vivavoce.inspection.defects.stutter.cadence import Look, is_departure
from vivavoce.inspection.defects.stutter.halts import Halt, came_to_rest, has_no_noise
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup
from vivavoce.inspection.session import InspectionSession
from vivavoce.inspection.simulation import Clip, Yuv


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


@pytest.mark.parametrize("seconds", [1.6, 0.0])
def test_a_held_picture_does_not_grow(seconds: float) -> None:
    scene = list(moving(5.0).frames)
    held = scene[40]
    for number in range(40):
        luma = held.luma.copy()
        luma[24:72, 24:72] += np.uint8(12 * min(1.0, max(0.0, (number - 10) / 20)) * (seconds > 0))
        scene[40 + number] = replace(held, luma=luma)
    assert bool(found(Clip(tuple(scene), RATE_HZ), "freeze")) == (seconds == 0)


@pytest.mark.parametrize(
    ("blocks", "first", "last", "grows"),
    [(10, 10, 25, True), (5, 10, 25, False), (10, 10, 11, False), (10, 0, 7, False), (10, 35, 40, False)],
)
def test_a_part_that_changes_bit_by_bit_grows(blocks: int, first: int, last: int, grows: bool) -> None:
    """A large part; a small one; one that changes at once, as digits do; slow motion before and behind the hold."""
    start = np.full((8, 8), 100.0, np.float32)
    hold = Hold(0.0, 14.0, 4.5, True, start, np.ones((8, 8), bool))
    for number in range(1, 40):
        now = start.copy()
        now.ravel()[:blocks] += 12 * np.clip((number - first) / (last - first), 0, 1)
        hold.follow(now, number * 0.04)
        hold.end_s = (number + 1) * 0.04
    assert hold.grows == grows


@pytest.mark.parametrize(("into", "caught_up", "rests"), [(0.04, 0.3, True), (0.04, 1.0, False), (1.0, 0.3, False)])
def test_what_slows_down_and_goes_on_from_there_had_come_to_rest(into: float, caught_up: float, rests: bool) -> None:
    halt = Halt(0.0, 0.4, 9, 4.0, 2.0, 1.0, 1.0, 30.0, into, caught_up)
    assert came_to_rest([halt]) == rests


def test_a_true_halt_is_reached_at_full_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Halt] = []
    monkeypatch.setattr(stutter, "came_to_rest", lambda halts: not seen.extend(halts))
    scene = moving(16.0).frames
    frames = (*scene[10:110:2], *[scene[108]] * 8, *scene[114:230:2])
    assert not found(Clip(frames, RATE_HZ), "stutter")
    assert [halt.pictures for halt in seen] == [8]
    assert 0.7 < seen[0].into < 1.4
    assert 0.3 < seen[0].caught_up < 0.6


@pytest.mark.parametrize(("cut_s", "told"), [(1.8, False), (0.0, True)])
def test_repeats_that_go_on_in_their_shot_are_its_cadence(cut_s: float, told: bool) -> None:
    repeats = {*range(50, 60, 2), *range(60, 80, 3)}
    looks = [Look(number * 0.04, number in repeats, int(number * 0.04 >= cut_s)) for number in range(80)]
    assert is_departure(looks, EventGroup(2.0, 2.4, 1.0, 1.0, 5), 0.15) == told


@pytest.mark.parametrize(("noise", "told"), [(0.0, False), (0.5, True)])
def test_a_thing_that_halts_before_a_ground_without_noise_is_drawn(noise: float, told: bool) -> None:
    """Three halts, of a thing that is dragged over a screen, or that a fixed camera sees."""
    random = np.random.default_rng(4)
    thing = random.integers(20, 230, (16, 16)).astype(np.uint8)
    ground = np.kron(random.integers(40, 200, (6, 10)), np.ones((16, 16)))
    blank = moving(0.04).frames[0]
    frames: list[Yuv] = []
    for number in range(100):
        halted = next((first for first in (50, 60, 69) if first <= number < first + 5), number)
        seed = np.random.default_rng(halted)
        luma = np.clip(ground + seed.normal(0, noise, ground.shape), 0, 255).astype(np.uint8)
        luma[24:40, 8 + 3 * halted % 100 :][:, :16] = thing
        frames.append(blank.mapped(luma))
    assert bool(found(Clip(tuple(frames), RATE_HZ), "stutter")) == told


@pytest.mark.parametrize(("same", "none"), [((0.89, 0.99, 0.9), False), ((0.98, 0.97, 0.5), True)])
def test_the_noise_of_most_halts_counts(same: tuple[float, ...], none: bool) -> None:
    assert has_no_noise([Halt(0.0, 0.4, 9, 4.0, 2.0, 1.0, 1.0, same=part) for part in same]) == none
