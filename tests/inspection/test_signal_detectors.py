"""Each signal detector on clean material, and on the defect that it is for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.inspection.material import RATE_HZ, babble, info, moving, pictures, sounds
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.audio_dropout.levels import step_levels
from vivavoce.inspection.defects.audio_dropout.simulate import simulate as drop_sound
from vivavoce.inspection.defects.banding.comb import find_comb
from vivavoce.inspection.defects.colour_error.simulate import KINDS as COLOURS
from vivavoce.inspection.defects.colour_error.simulate import simulate as spoil_colour
from vivavoce.inspection.defects.combing.detect import Combing, Teeth, find_teeth, toothed_areas
from vivavoce.inspection.defects.stutter.simulate import simulate as make_stutter
from vivavoce.inspection.event import Event
from vivavoce.inspection.levels import entropy, smooth_levels
from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.inspection.session import InspectionSession
from vivavoce.inspection.simulation import Clip, Yuv, simulate
from vivavoce.inspection.simulation.filters import blur_plane
from vivavoce.inspection.simulation.injection import Injection

SEEN = ("freeze", "stutter", "black", "combing", "blur", "banding", "colour_error", "flash")


@pytest.fixture(scope="module")
def clean() -> Clip:
    return moving(4.0)


def found(clip: Clip, *names: str) -> list[Event]:
    work = InspectionSession(info(clip), names)
    events = [event for picture in pictures(clip) for event in work.process(picture)]
    if clip.sound is not None:
        events += [event for sound in sounds(clip.sound) for event in work.process(sound)]
    return [*events, *work.finish()]


def at(start_s: float, seconds: float, strength: float = 0.8, seed: int = 3) -> Injection:
    return Injection(start_s, seconds, strength, np.random.default_rng(seed))


def test_clean_material_raises_nothing(clean: Clip) -> None:
    assert found(clean, *SEEN, "audio_dropout") == []


@pytest.mark.parametrize("strength", [0.4, 1.0])
@pytest.mark.parametrize(("defect", "seconds"), [("freeze", 1.2), ("black", 0.4), ("combing", 1.0), ("flash", 1.5)])
def test_a_simulated_defect_is_found_where_it_is(clean: Clip, defect: str, seconds: float, strength: float) -> None:
    damaged, truth = simulate(defect, clean, 1.6, seconds, strength, seed=1)
    (event,) = found(damaged, defect)
    assert event.start_s == pytest.approx(truth.start_s, abs=0.3)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.6 if defect == "flash" else 0.3)
    assert 0.5 <= event.score <= 1.0


@pytest.mark.parametrize(("length_s", "seconds"), [(20.0, 2.0), (30.0, 12.0), (40.0, 32.0)])
def test_stutter_is_found_far_from_the_end_and_when_it_lasts(length_s: float, seconds: float) -> None:
    damaged, truth = simulate("stutter", moving(length_s), 3.0, seconds, 0.8, seed=1)
    (event,) = found(damaged, "stutter")
    assert event.start_s == pytest.approx(truth.start_s, abs=0.5)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.5)


def test_an_event_is_told_when_it_is_over(clean: Clip) -> None:
    damaged, truth = simulate("flash", clean, 0.4, 1.0, 1.0, seed=1)
    work = InspectionSession(info(damaged), ("flash",))
    told_s = [picture.time_s for picture in pictures(damaged) for _ in work.process(picture)]
    assert told_s
    assert truth.end_s < told_s[0] < truth.end_s + 2.5


def test_one_black_picture_is_enough(clean: Clip) -> None:
    damaged, _ = simulate("black", clean, 1.0, 1 / RATE_HZ, 1.0)
    (event,) = found(damaged, "black")
    assert event.evidence["pictures"] == 1


def test_colour_that_goes_with_its_things_is_not_lost(clean: Clip) -> None:
    scene = clean.frames[0]
    luma, grey = scene.luma.copy(), np.full_like(scene.blue, 128)
    rows, columns = (side // 12 for side in luma.shape)
    luma[: 4 * rows, : 4 * columns] = 110
    gone, blue, red = luma.copy(), grey.copy(), grey.copy()
    gone[: 4 * rows, : 4 * columns] = 135
    blue[: 2 * rows, : 2 * columns], red[: 2 * rows, : 2 * columns] = 220, 60
    boxes, lost, without = Yuv(luma, blue, red), Yuv(luma, grey, grey), Yuv(gone, grey, grey)
    for other, told in ((lost, 1), (without, 0)):
        shown = (*[boxes] * 25, *[other] * 25, *[boxes] * 25)
        assert len(found(replace(clean, frames=shown), "colour_error")) == told


@pytest.mark.parametrize(("luma_of_blue", "told"), [(41, 0), (82, 1)])
def test_a_red_box_that_a_blue_one_replaces_has_no_planes_swapped(clean: Clip, luma_of_blue: int, told: int) -> None:
    """A box whose luma stays the same has them swapped."""
    scene = clean.frames[0]
    grey, (rows, columns) = np.full_like(scene.blue, 128), (side // 4 for side in scene.luma.shape)
    boxes: list[Yuv] = []
    for level, blue, red in ((82, 90, 240), (luma_of_blue, 240, 90)):
        planes = (scene.luma.copy(), grey.copy(), grey.copy())
        planes[0][: 2 * rows, : 2 * columns] = level
        planes[1][:rows, :columns], planes[2][:rows, :columns] = blue, red
        boxes.append(Yuv(*planes))
    shown = (*[boxes[0]] * 25, *[boxes[1]] * 25, *[boxes[0]] * 25)
    assert len(found(replace(clean, frames=shown), "colour_error")) == told


@pytest.mark.parametrize(
    ("left", "wide", "shown_before", "told"),
    [(0.1, 0.25, False, 1), (0.35, 0.3, False, 0), (0.1, 0.8, False, 0), (0.1, 0.8, True, 1), (0.35, 0.3, True, 1)],
)
def test_a_title_on_black_is_no_logo(clean: Clip, left: float, wide: float, shown_before: bool, told: int) -> None:
    scene = clean.frames[0]
    lit, dark = scene.luma.copy(), np.full_like(scene.luma, 16)
    height, width = dark.shape
    for luma in (lit, dark) if shown_before else (dark,):
        luma[height // 2 : height // 2 + height // 12, round(left * width) : round((left + wide) * width) : 2] = 235
    shown = (*[scene.mapped(lit)] * 25, *[scene.mapped(dark)] * 12, *[scene.mapped(lit)] * 25)
    assert len(found(replace(clean, frames=shown), "black")) == told


@pytest.mark.parametrize(
    ("pictures", "same_scene", "told"), [(12, True, 1), (12, False, 0), (2, False, 1), (80, False, 1)]
)
def test_black_between_two_scenes_is_a_pause(clean: Clip, pictures: int, same_scene: bool, told: int) -> None:
    scene, frames = clean.frames[0], [clean.frames[0]] * 25
    dark = scene.mapped(np.full_like(scene.luma, 16))
    other = scene if same_scene else scene.mapped(np.ascontiguousarray(scene.luma[::-1, ::-1]))
    shown = (*frames, *[dark] * pictures, *[other] * 25)
    assert len(found(replace(clean, frames=shown), "black")) == told


@pytest.mark.parametrize(
    ("fades", "pictures", "same_scene", "told"),
    [(2, 30, False, 0), (1, 30, False, 1), (2, 30, True, 1), (2, 2, False, 1), (2, 80, False, 1)],
)
def test_black_in_a_film_that_fades_to_black_is_a_pause(
    clean: Clip, fades: int, pictures: int, same_scene: bool, told: int
) -> None:
    """Also after a scene that is shorter than the black, as a trailer's are."""
    scene = clean.frames[0]
    looks = [scene.mapped(np.ascontiguousarray(luma)) for luma in (scene.luma, scene.luma[::-1, ::-1])]
    dark = scene.mapped(np.full_like(scene.luma, 16))
    fade = [scene.mapped(((scene.luma - 16.0) * share + 16).astype(np.uint8)) for share in np.linspace(1, 0, 20)]
    short = [*[looks[0]] * 25, *[looks[1]] * 20]
    shown = (*[*fade, *[dark] * 5, *[scene] * 25] * fades, *short, *[dark] * pictures, *[looks[same_scene]] * 25)
    assert len(found(replace(clean, frames=shown), "black")) == told


def test_a_glimmer_in_a_fade_does_not_make_two_of_it(clean: Clip) -> None:
    scene = clean.frames[0]
    looks = [scene.mapped(np.ascontiguousarray(luma)) for luma in (scene.luma, scene.luma[::-1, ::-1])]
    dark = scene.mapped(np.full_like(scene.luma, 16))
    fade = [scene.mapped(((scene.luma - 16.0) * share + 16).astype(np.uint8)) for share in np.linspace(1, 0, 20)]
    short = [*[looks[0]] * 25, *[looks[1]] * 20]
    shown = (*fade, dark, fade[16], *[dark] * 5, *[scene] * 25, *short, *[dark] * 30, *[looks[0]] * 25)
    assert len(found(replace(clean, frames=shown), "black")) == 1


@pytest.mark.parametrize(("times", "light", "told"), [(2, 2, 2), (4, 2, 0), (4, 15, 4)])
def test_black_that_comes_again_and_again_is_a_strobe(clean: Clip, times: int, light: int, told: int) -> None:
    scene = clean.frames[0]
    dark = scene.mapped(np.full_like(scene.luma, 16))
    shown = (*[scene] * 25, *[dark, *[scene] * light] * times, *[scene] * 25)
    assert len(found(replace(clean, frames=shown), "black")) == told


@pytest.mark.parametrize(("ground", "told"), [(16, 0), (60, 1)])
def test_a_title_that_grows_out_of_the_picture_leaves_its_black_ground(clean: Clip, ground: int, told: int) -> None:
    """From a ground that is not black the same two black pictures are left over at a cut."""
    scene = clean.frames[0]
    high, wide = scene.luma.shape
    dark, shown = scene.mapped(np.full_like(scene.luma, 16)), [scene] * 25
    for size in np.linspace(0.1, 0.9, 15):
        title = np.full_like(scene.luma, ground)
        up, left = round(high * (1 - size) / 2), round(wide * (1 - size) / 2)
        title[up : high - up, left : wide - left] = 200
        shown.append(scene.mapped(title))
    frames = (*shown, dark, dark, *[scene] * 25)
    assert len(found(replace(clean, frames=frames), "black")) == told


@pytest.mark.parametrize(("of_light", "told"), [(True, 0), (False, 1)])
def test_light_of_another_colour_leaves_what_is_dark(of_light: bool, told: int) -> None:
    luma = np.random.default_rng(7).permuted(np.kron(np.linspace(20, 200, 40), np.ones((180, 8))), axis=1)
    luma = np.kron(luma[::8, ::8][:23], np.ones((8, 8)))[:180].astype(np.uint8)
    light = np.clip((luma[::2, ::2].astype(np.float32) - 60) / 60, 0, 1) if of_light else np.ones((90, 160))
    grey, blue = np.full((90, 160), 128, np.uint8), (128 + 40 * light).astype(np.uint8)
    frames = [Yuv(luma, blue if 30 <= number < 60 else grey, grey) for number in range(90)]
    assert len(found(Clip(tuple(frames), RATE_HZ), "colour_error")) == told


def test_colour_that_goes_in_two_steps_and_stays_away_was_a_flash(clean: Clip) -> None:
    frame = clean.frames[0]
    grey = np.full_like(frame.blue, 128)
    tints = [np.full_like(frame.blue, 128 - depth) for depth in (40, 16)]
    shades = [*[tints[0]] * 30, tints[1], *[grey] * 30]
    frames = tuple(Yuv(frame.luma, shade, shade) for shade in shades)
    assert found(Clip(frames, RATE_HZ), "colour_error") == []


def test_fades_are_meant(clean: Clip) -> None:
    frames = list(clean.frames)
    for number in range(25, 75):
        share = min(1.0, abs(number - 50) / 20)
        luma = (frames[number].luma.astype(np.float32) - 16) * share + 16
        frames[number] = frames[number].mapped(luma.astype(np.uint8))
    assert found(replace(clean, frames=tuple(frames)), "black", "freeze", "colour_error") == []


def test_a_still_that_is_cut_to_is_no_freeze(clean: Clip) -> None:
    still = Yuv(np.rot90(clean.frames[0].luma, 2), clean.frames[0].blue, clean.frames[0].red)
    frames = (*clean.frames[:30], *[still] * 30, *clean.frames[30:70])
    assert found(replace(clean, frames=frames), "freeze", "stutter") == []


@pytest.mark.parametrize("kind", ["hold", "drop"])
def test_stutter_is_found(clean: Clip, kind: str) -> None:
    damaged, truth = make_stutter(clean, at(1.0, 2.0, 0.3), kind)
    events = found(damaged, "stutter")
    assert any(event.start_s < truth.end_s and event.end_s > truth.start_s for event in events)


def test_uneven_stamps_are_stutter(clean: Clip) -> None:
    shown = pictures(clean)
    for number in range(40, 60):
        shown[number] = replace(shown[number], time_s=shown[number].time_s + 0.025 * (number % 2))
    work = InspectionSession(info(clean), ["stutter"])
    events = [event for picture in shown for event in work.process(picture)]
    assert [event.evidence for event in events if "uneven_stamps" in event.evidence]


def test_repeats_on_a_beat_are_a_change_of_rate(clean: Clip) -> None:
    frames = [frame for n, frame in enumerate(clean.frames) for frame in ([frame] * (2 if n % 4 == 3 else 1))]
    assert found(replace(clean, frames=tuple(frames)), "stutter") == []


@pytest.mark.parametrize("held", [2, 3, 4])
def test_animation_on_twos_threes_and_fours_does_not_stutter(clean: Clip, held: int) -> None:
    cels = [clean.frames[number // held * held] for number in range(100)]
    cels[40:52] = [cels[40]] * 12
    assert found(replace(clean, frames=tuple(cels)), "stutter") == []


def test_a_figure_on_threes_before_a_background_that_stops_does_not_stutter(clean: Clip) -> None:
    figure = np.random.default_rng(5).integers(20, 230, (48, 32)).astype(np.uint8)
    frames: list[Yuv] = []
    for number in range(96):
        scene = clean.frames[min(number, 40) if number < 60 else number - 20]
        luma, x = scene.luma.copy(), 8 + 12 * (number // 3 % 8)
        luma[24:72, x : x + 32] = figure
        frames.append(scene.mapped(luma))
    assert found(Clip(tuple(frames), RATE_HZ), "stutter") == []


@pytest.mark.parametrize("every", [3, 4])
def test_a_rate_that_drops_for_a_while_stutters(every: int) -> None:
    frames = moving(10.0).frames
    shown = [number if not 75 <= number < 159 else 75 + (number - 75) // every * every for number in range(250)]
    (event,) = found(Clip(tuple(frames[number] for number in shown), RATE_HZ), "stutter")
    assert (event.start_s, event.end_s) == (pytest.approx(3.0, abs=0.2), pytest.approx(6.36, abs=0.2))


def test_lines_that_flicker_at_the_edge_while_the_scene_rests_do_not_stutter(clean: Clip) -> None:
    frames = list(clean.frames)
    for number in range(40, 75):
        luma = clean.frames[40].luma.copy()
        luma[:4] = 200 if number // 3 % 2 else 40
        frames[number] = clean.frames[40].mapped(luma)
    assert found(Clip(tuple(frames), RATE_HZ), "stutter") == []


def test_a_rate_that_changes_is_no_stutter(clean: Clip) -> None:
    shown, time_s = [], 0.0
    for number, frame in enumerate(pictures(clean)):
        shown.append(replace(frame, time_s=time_s))
        time_s += 0.04 if number < 40 else 0.1429 if number < 60 else 1 / 60
    session = InspectionSession(info(clean), ["stutter"])
    events = [event for frame in shown for event in session.process(frame)]
    assert [*events, *session.finish()] == []


def test_a_fixed_camera_whose_one_moving_thing_left_is_not_frozen() -> None:
    random = np.random.default_rng(3)
    scene, thing = random.integers(60, 180, (180, 320)).astype(np.uint8), random.integers(20, 230, (60, 40))
    grey = np.full((90, 160), 128, np.uint8)
    frames = []
    for number in range(130):
        luma, x = scene.copy(), 14 * number if number < 23 else 14 * (number - 80) if number > 80 else 400
        if x < 280:
            luma[60:120, x : x + 40] = thing
        frames.append(Yuv(luma, grey, grey))
    assert found(Clip(tuple(frames), 25.0), "freeze") == []


@pytest.mark.parametrize("level", [16, 235])
def test_a_slide_that_fades_in_and_rests_is_not_frozen(clean: Clip, level: int) -> None:
    frames: list[Yuv] = []
    for slide in clean.frames[::30]:
        for number in range(35):
            share = float(np.clip(min(number, 35 - number) / 8, 0, 1))
            smooth = share * share * (3 - 2 * share)
            luma = level + smooth * (slide.luma.astype(np.float32) - level)
            frames.append(slide.mapped(np.rint(luma).astype(np.uint8)))
    assert found(replace(clean, frames=tuple(frames)), "freeze", "stutter", "blur") == []


@pytest.mark.parametrize("clock_goes_on", [True, False])
def test_a_scene_is_frozen_where_its_clock_went_on(clean: Clip, clock_goes_on: bool) -> None:
    rest = 25
    frames = (*clean.frames[:40], *[clean.frames[40]] * rest, *clean.frames[40 + rest * clock_goes_on :])
    assert bool(found(replace(clean, frames=frames[:100]), "freeze")) == clock_goes_on


@pytest.mark.parametrize(("step", "told"), [(1, True), (6, False)])
def test_a_frozen_picture_leaps_and_what_has_rested_begins_slowly(clean: Clip, step: int, told: bool) -> None:
    behind = clean.frames[44 : 44 + 8 * step : step]
    frames = (*clean.frames[:40], *[clean.frames[40]] * 25, *behind)
    assert bool(found(replace(clean, frames=frames), "freeze")) == told


def test_a_view_that_was_turned_and_rests_until_another_is_shown_is_not_frozen(clean: Clip) -> None:
    frames = (*clean.frames[:40], *[clean.frames[40]] * 25, *[clean.frames[60]] * 25)
    assert found(replace(clean, frames=frames), "freeze") == []


@pytest.mark.parametrize(("behind", "told"), [(150, True), (122, False)])
def test_a_freeze_in_which_one_new_picture_came_through_is_told_where_motion_goes_on(behind: int, told: bool) -> None:
    scene = moving(8.0).frames
    frames = (*scene[:75], *[scene[75]] * 45, *[scene[121]] * 45, *scene[behind : behind + 25])
    events = found(Clip(frames, RATE_HZ), "freeze")
    assert [(event.start_s, event.end_s) for event in events] == [pytest.approx((3.0, 6.6), abs=0.1)] * told


@pytest.mark.parametrize(("seconds", "told"), [(2, False), (4, True)])
def test_a_last_picture_that_is_held_for_a_moment_is_not_frozen(clean: Clip, seconds: int, told: bool) -> None:
    swings = [clean.frames[number] for number in np.random.default_rng(0).permuted(np.tile(np.arange(12), 4))]
    frames = (*swings, *swings[-1:] * (seconds * round(RATE_HZ)))
    assert bool(found(replace(clean, frames=frames), "freeze")) == told


@pytest.mark.parametrize("speed", [0.37, 0.45, 3.0])
def test_titles_that_roll_in_whole_pixels_do_not_stutter(speed: float) -> None:
    ink = np.zeros((900, 320), np.uint8)
    ink[100::40, 40:280:3], ink[102::40, 41:280:3], ink[104::40, 42:280:3] = 200, 200, 200
    grey = np.full((90, 160), 128, np.uint8)
    frames = tuple(Yuv(np.maximum(16, ink[int(speed * n) :][:180]), grey, grey) for n in range(150))
    assert found(Clip(frames, 25.0), "stutter") == []


def test_combs_are_what_a_field_match_removes(clean: Clip) -> None:
    past = [frame.luma for frame in clean.frames[47:50]]
    assert find_teeth(clean.frames[50].luma, past).combed_share == 0.0
    woven, _ = simulate("combing", clean, 0.0, 4.0, 1.0)
    lumas = [frame.luma for frame in woven.frames]
    assert max(find_teeth(lumas[n], lumas[n - 3 : n]).combed_share for n in range(3, 100)) > 0.05


def test_thin_lines_have_teeth_and_are_not_combed(clean: Clip) -> None:
    facade = np.where(np.arange(96)[:, None] % 2, 40, 200).astype(np.uint8).repeat(160, axis=1)
    assert toothed_areas(facade).all()
    assert find_teeth(facade, [facade] * 3).combed_share == 0.0
    frames = tuple(frame.mapped(np.maximum(facade, frame.luma)) for frame in clean.frames)
    assert found(replace(clean, frames=frames), "combing") == []


def test_all_pictures_of_a_long_event_say_whether_it_is_combed(clean: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fabric for 700 pictures, and loses its teeth in each tenth, and is woven for 520 more, is woven in 48 %."""
    matched = iter([float(number % 10 == 0 or number >= 700) for number in range(1220)])
    monkeypatch.setattr(
        "vivavoce.inspection.defects.combing.detect.find_teeth", lambda *_: Teeth(40, next(matched), 80)
    )
    detector, frame = Combing(info(clean)), pictures(clean)[0]
    for number in range(1220):
        assert list(detector.on_frame(replace(frame, time_s=number / 25, seconds=1 / 25))) == []
    assert list(detector.finish(50.0)) == []


def test_pictures_of_another_size_that_a_tier_makes_as_large_as_before_begin_anew(clean: Clip) -> None:
    woven, _ = simulate("combing", clean, 0.0, 4.0, 1.0)
    detector, small = Combing(info(clean)), pictures(clean)[0]
    lumas = [*(frame.luma[:-32, :-64] for frame in woven.frames[:20]), *(frame.luma for frame in woven.frames[20:])]
    for number, full_luma in enumerate(lumas):
        list(detector.on_frame(replace(small, time_s=number / 25, seconds=1 / 25, full_luma=full_luma)))
    assert [event.defect for event in detector.finish(len(lumas) / 25)] == ["combing"]


def test_fields_that_the_file_announces_are_no_defect(clean: Clip) -> None:
    woven, _ = simulate("combing", clean, 0.0, 4.0, 1.0)
    session = InspectionSession(info(woven), ["combing"])
    shown = [replace(frame, interlaced=True) for frame in pictures(woven)]
    assert [event for frame in shown for event in session.process(frame)] == []
    assert list(session.finish()) == []
    assert session.summary([]).measurements["pictures"]["interlaced_share"] == 1.0


def test_blur_within_a_scene_is_found() -> None:
    clip = moving(4.0, 144, 256, sound=False)
    damaged, truth = simulate("blur", clip, 1.6, 1.0, 1.0, seed=1)
    (event,) = found(damaged, "blur")
    assert event.start_s == pytest.approx(truth.start_s, abs=0.3)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.3)


def test_bands_are_a_period_in_the_histogram() -> None:
    slope = np.tile(np.linspace(40, 200, 640), (90, 1)) + np.random.default_rng(0).normal(0, 0.7, (90, 640))
    smooth = slope.astype(np.uint8)
    whole, banded = smooth_levels(smooth), smooth_levels((smooth // 8 * 8 + 4).astype(np.uint8))
    assert whole is not None
    assert banded is not None
    assert find_comb(whole).tone < 0.2
    assert find_comb(banded).bunching > 0.8
    assert entropy(whole) - entropy(banded) > 2.5


def test_a_soft_thing_in_front_of_a_scene_blurs_nothing() -> None:
    random, grey = np.random.default_rng(4), np.full((90, 160), 128, np.uint8)
    scene = np.kron(random.integers(60, 180, (23, 40)), np.ones((8, 8)))[:180].astype(np.uint8)
    thing = np.broadcast_to(20 + 210 * np.cos(np.arange(64) * np.pi / 12) ** 2, (48, 64))
    frames = []
    for number in range(100):
        luma = scene.copy()
        if 40 <= number < 65:
            luma[60:108, 120:184] = thing
        frames.append(Yuv(luma, grey, grey))
    assert found(Clip(tuple(frames), RATE_HZ), "blur") == []


def test_a_dissolve_to_few_levels_makes_no_bands() -> None:
    slope, grey = np.tile(np.linspace(40, 200, 320), (180, 1)), np.full((90, 160), 128, np.uint8)
    drawn = slope // 7 * 7
    frames = [drawn[::-1, ::-1]] * 28 + [0.9 * drawn + 0.1 * slope.T.repeat(2, 0)[:180].repeat(2, 1)[:, :320]] * 5
    shown = [Yuv(np.rint(luma).astype(np.uint8), grey, grey) for luma in (*frames, *[drawn] * 40)]
    assert found(Clip(tuple(shown), RATE_HZ), "banding") == []


def test_another_view_in_one_pane_of_a_screen_blurs_nothing() -> None:
    random, grey = np.random.default_rng(4), np.full((90, 160), 128, np.uint8)
    view = np.kron(random.integers(60, 180, (23, 40)), np.ones((8, 8)))[:180].astype(np.uint8)
    screens: list[Yuv] = []
    for shown in (view, blur_plane(view, 1.5)):
        screen = shown.copy()
        for x in (20, 140, 260):  # letters of a menu, as sharp as before
            screen[:16, x : x + 8] = 255 * (screen[:16, x - 1].mean() < 128)
        screens.append(Yuv(screen, grey, grey))
    frames = [screens[40 <= number < 65] for number in range(100)]
    assert found(Clip(tuple(frames), RATE_HZ), "blur") == []


def test_a_scene_that_is_blurred_under_sharp_titles_is_blurred() -> None:
    scene, titles = moving(8.0, 360, 640, sound=False), moving(1.0, 60, 640, sound=False).frames[20].luma
    frames: list[Yuv] = []
    for number, frame in enumerate(scene.frames):
        luma = blur_plane(frame.luma, 3.0) if 75 <= number < 125 else frame.luma.copy()
        luma[300:] = titles
        frames.append(frame.mapped(luma))
    (event,) = found(replace(scene, frames=tuple(frames)), "blur")
    assert (event.start_s, event.end_s) == (pytest.approx(3.0, abs=0.2), pytest.approx(5.0, abs=0.2))


def test_levels_bunch_at_a_period_that_stands_out() -> None:
    places = np.arange(256)
    comb = find_comb(np.where(places % 8 == 4, 900.0, 60.0))
    assert comb.tone > 0.5 > 3 * comb.other
    assert comb.bunching == comb.tone
    comb = find_comb(np.where((places % 8 == 4) ^ (places % 7 == 4), 900.0, 60.0))
    assert comb.other > comb.tone > 0.1
    assert comb.bunching == 0.0


def test_flat_colours_that_lie_sixteen_levels_apart_by_chance_are_no_comb() -> None:
    """Lost bits leave bunches next to each other, with valleys between; these stand alone."""
    panels = sum(900.0 * np.exp(-0.5 * ((np.arange(256) - level) / 2.0) ** 2) for level in (40, 88, 120, 216))
    comb = find_comb(panels + np.where((np.arange(256) > 24) & (np.arange(256) < 230), 5.0, 0.0))
    assert comb.tone > 0.33
    assert comb.valleys < 3
    assert comb.bunching == 0.0


def test_levels_that_are_lost_at_once_are_banding_and_a_fade_is_not() -> None:
    slope = np.tile(np.linspace(90, 130, 320), (180, 1)) + np.random.default_rng(0).normal(0, 0.7, (180, 320))
    grey = np.full((90, 160), 128, np.uint8)
    lumas = [slope.astype(np.uint8)] * 100
    banded = [luma // 16 * 16 + 8 if 40 <= number < 80 else luma for number, luma in enumerate(lumas)]
    (event,) = found(Clip(tuple(Yuv(luma.astype(np.uint8), grey, grey) for luma in banded), RATE_HZ), "banding")
    assert (event.start_s, event.end_s) == (pytest.approx(1.6, abs=0.3), pytest.approx(3.2, abs=0.3))
    fade_envelope = [
        (16 + (luma - 16.0) * max(0.0, 1 - number / 90)).astype(np.uint8) for number, luma in enumerate(lumas)
    ]
    assert found(Clip(tuple(Yuv(luma, grey, grey) for luma in fade_envelope), RATE_HZ), "banding") == []


def test_levels_that_go_look_by_look_are_a_fade_though_the_last_go_at_once() -> None:
    slope = np.tile(np.linspace(-0.5, 0.5, 320), (180, 1))
    grey = np.full((90, 160), 128, np.uint8)
    frames: list[Yuv] = []
    for levels, count in ((40, 26), (22, 6), (13, 6), (4, 40)):
        luma = np.rint(60 + slope * (levels - 1)).astype(np.uint8)
        frames += [Yuv(luma, grey, grey)] * count
    assert found(Clip(tuple(frames), RATE_HZ), "banding") == []


@pytest.mark.parametrize("kind", list(COLOURS))
def test_colour_errors_come_and_go(clean: Clip, kind: str) -> None:
    damaged, truth = spoil_colour(clean, at(1.6, 0.8, 1.0), kind)
    (event,) = found(damaged, "colour_error")
    assert event.start_s == pytest.approx(truth.start_s, abs=0.1)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.1)


@pytest.mark.parametrize(("times", "told"), [(1, 1), (3, 1), (5, 0)])
def test_a_range_that_jumps_to_and_fro_is_light_that_flickers(clean: Clip, times: int, told: int) -> None:
    scene = clean.frames[0]
    wide = COLOURS["stretched"](scene, 1.0)
    shown = (*[scene] * 25, *[*[wide] * 4, *[scene] * 4] * times, *[scene] * 50)
    events = found(replace(clean, frames=shown), "colour_error")
    assert len(events) == told
    if told:
        assert events[0].seconds == pytest.approx((8 * times - 4) / RATE_HZ, abs=0.01)


@pytest.mark.parametrize(("of_light", "told"), [(True, 0), (False, 1)])
def test_light_does_not_spread_levels_as_a_range_does(of_light: bool, told: int) -> None:
    levels = np.random.default_rng(5).normal(149, 13, (23, 40)).clip(90, 210)
    luma = np.kron(levels, np.ones((8, 8)))[:180]
    grey = np.full((90, 160), 128, np.uint8)
    other = luma + 6 if of_light else (luma - 16) * 255 / 219
    frames = [Yuv((other if 30 <= number < 60 else luma).astype(np.uint8), grey, grey) for number in range(90)]
    assert len(found(Clip(tuple(frames), RATE_HZ), "colour_error")) == told


def test_the_light_of_a_camera_is_no_error_of_colour(clean: Clip) -> None:
    lit = clean.frames[20]
    blue, luma = np.clip(lit.blue.astype(int) + 20, 0, 255), np.clip(lit.luma.astype(int) + 25, 0, 255)
    for light, count in ((luma, 0), (lit.luma, 1)):
        frame = replace(lit, blue=blue.astype(np.uint8), luma=light.astype(np.uint8))
        frames = (*clean.frames[:20], frame, *clean.frames[21:])
        assert len(found(replace(clean, frames=frames), "colour_error")) == count


def test_colours_that_go_with_their_light_are_no_error(clean: Clip) -> None:
    seen = clean.frames[20]
    blue, red = ((128 + (plane.astype(int) - 128) * 0.5).astype(np.uint8) for plane in (seen.blue, seen.red))
    dim = (16 + (np.maximum(seen.luma, 16).astype(int) - 16) * 0.5).astype(np.uint8)
    for luma, count in ((dim, 0), (seen.luma, 1)):
        frame = replace(seen, blue=blue, red=red, luma=luma)
        frames = (*clean.frames[:20], frame, *clean.frames[21:])
        assert len(found(replace(clean, frames=frames), "colour_error")) == count


def test_what_rushes_past_a_thing_in_front_is_no_flash() -> None:
    random, grey = np.random.default_rng(6), np.full((90, 160), 128, np.uint8)
    frames = []
    for number in range(75):
        luma = np.kron(random.normal(110, 50, (1, 8)) + (25 if number // 3 % 2 else -25), np.ones((180, 40)))
        luma[60:, 100:220] = 200
        frames.append(Yuv(np.clip(luma, 16, 235).astype(np.uint8), grey, grey))
    assert found(Clip(tuple(frames), RATE_HZ), "flash") == []


def test_three_flashes_a_second_are_allowed(clean: Clip) -> None:
    frames = []
    for number, frame in enumerate(clean.frames):
        bright = (number / RATE_HZ * 2.0) % 1.0 < 0.5
        frames.append(frame.mapped(np.full_like(frame.luma, 180 if bright else 40)))
    assert found(replace(clean, frames=tuple(frames)), "flash") == []


@pytest.mark.parametrize("gap_s", [0.01, 0.1, 2.0])
def test_gaps_in_sound_are_found(gap_s: float) -> None:
    clip = Clip(sound=babble(6.0))
    damaged, truth = drop_sound(clip, at(2.45, gap_s))
    (event,) = found(damaged, "audio_dropout")
    assert event.evidence["kind"] == "gap"
    assert event.start_s == pytest.approx(truth.start_s, abs=0.01)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.01)


def test_what_dies_away_before_it_is_silent_is_a_note() -> None:
    count = round(6.0 * SAMPLE_RATE_HZ)
    note = 0.3 * np.sin(2 * np.pi * 440 * np.arange(count) / SAMPLE_RATE_HZ)
    first, last = round(2.5 * SAMPLE_RATE_HZ), round(2.53 * SAMPLE_RATE_HZ)
    note[first:last] = 0.0
    cut = Clip(sound=note[None].astype(np.float32))
    assert len(found(cut, "audio_dropout")) == 1
    release = SAMPLE_RATE_HZ // 20
    note[first - release : first] *= np.linspace(1.0, 0.05, release)
    assert found(Clip(sound=note[None].astype(np.float32)), "audio_dropout") == []


def test_silence_after_a_fade_is_an_end() -> None:
    sound = babble(12.0)
    sound[:, round(6.0 * SAMPLE_RATE_HZ) :] = 0.0
    assert [event.evidence["kind"] for event in found(Clip(sound=sound), "audio_dropout")] == ["silence"]
    sound[:, : round(6.0 * SAMPLE_RATE_HZ)] *= np.linspace(1.0, 0.02, round(6.0 * SAMPLE_RATE_HZ), dtype=np.float32)
    assert found(Clip(sound=sound), "audio_dropout") == []


def test_gaps_on_a_beat_are_meant() -> None:
    sound = babble(8.0)
    for start_s in np.arange(1.0, 7.0, 0.4):
        sound[:, round(start_s * SAMPLE_RATE_HZ) : round((start_s + 0.1) * SAMPLE_RATE_HZ)] = 0.0
    assert found(Clip(sound=sound), "audio_dropout") == []


def test_notes_that_begin_on_the_beat_after_rests_of_any_length_are_meant() -> None:
    sound = babble(12.0)
    for end_s, rest_s in ((1.96, 0.158), (4.518, 0.073), (7.077, 0.09), (9.635, 0.073)):
        sound[:, round((end_s - rest_s) * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)] = 0.0
    assert found(Clip(sound=sound), "audio_dropout") == []
    sound[:, round(5.9 * SAMPLE_RATE_HZ) : round(6.0 * SAMPLE_RATE_HZ)] = 0.0
    assert [event.start_s for event in found(Clip(sound=sound), "audio_dropout")] == [pytest.approx(5.9, abs=0.01)]


def test_stops_that_end_on_one_tempo_are_meant_and_losses_at_random_are_not() -> None:
    beats = np.array([8, 12, 17, 24, 33, 43])
    for ends_s, count in ((1.0 + 0.24 * beats, 0), (1.0 + 0.24 * beats + 0.1 * np.sin(9.0 * beats), 6)):
        sound = np.random.default_rng(0).normal(0, 0.1, (1, 14 * SAMPLE_RATE_HZ)).astype(np.float32)
        for number, end_s in enumerate(ends_s):
            start_s = end_s - 0.05 - 0.013 * number
            sound[:, round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)] = 0.0
        assert len(found(Clip(sound=sound), "audio_dropout")) == count


def test_long_rests_between_the_sounds_of_a_game_are_meant_and_a_short_gap_in_one_is_not() -> None:
    random = np.random.default_rng(4)
    sound = random.normal(0, 0.1, (1, 16 * SAMPLE_RATE_HZ)).astype(np.float32)
    at_s = 0.3
    while at_s < 15.0:
        rest_s = random.uniform(0.28, 0.5)
        sound[:, round(at_s * SAMPLE_RATE_HZ) : round((at_s + rest_s) * SAMPLE_RATE_HZ)] = 0.0
        at_s += rest_s + (1.5 if 6.0 < at_s < 7.0 else random.uniform(0.3, 0.9))
    assert found(Clip(sound=sound), "audio_dropout") == []
    last = int(np.flatnonzero(sound[0, : 8 * SAMPLE_RATE_HZ] == 0.0)[-1]) + round(0.7 * SAMPLE_RATE_HZ)
    sound[:, last : last + SAMPLE_RATE_HZ // 20] = 0.0
    assert len(found(Clip(sound=sound), "audio_dropout")) == 1


@pytest.mark.parametrize(("room", "told"), [(0.0, 0), (0.003, 1)])
def test_a_long_rest_of_sound_on_silence_is_meant(room: float, told: int) -> None:
    """Twelve sounds that die away over rests, but for one that breaks off; in a room it would leave its noise."""
    random = np.random.default_rng(8)
    sounds = random.normal(0, 0.2, (12, SAMPLE_RATE_HZ))
    fades = np.minimum(1.0, np.geomspace(1e3, 1e-9, SAMPLE_RATE_HZ))
    sounds *= np.where(np.arange(12)[:, None] == 6, np.arange(SAMPLE_RATE_HZ) < 0.6 * SAMPLE_RATE_HZ, fades)
    noise = random.normal(0, room, sounds.shape)
    noise[6, round(0.6 * SAMPLE_RATE_HZ) :] = 0.0
    sound = (sounds + noise).reshape(1, -1).astype(np.float32)
    assert len(found(Clip(sound=sound), "audio_dropout")) == told


def test_a_gap_with_a_twin_is_a_rest() -> None:
    """What is heard about it comes once more: the bars of a tune. Of two bars that are not the same neither rests."""
    for seeds, count in (((1, 1), 0), ((1, 2), 2)):
        sound = np.concatenate([_bar_with_a_gap(seed) for seed in seeds])[None].astype(np.float32)
        assert len(found(Clip(sound=sound), "audio_dropout")) == count


def _bar_with_a_gap(seed: int) -> np.ndarray:
    """Five seconds of noise whose level changes twenty times a second, silent from 2.5 s to 2.55 s."""
    random = np.random.default_rng(seed)
    levels = random.uniform(0.01, 0.1, 100)
    levels[48:53] = 0.1
    levels[50] = 0.0
    return random.normal(0, 1.0, 5 * SAMPLE_RATE_HZ) * np.repeat(levels, SAMPLE_RATE_HZ // 20)


def test_opposed_channels_that_come_in_over_others_are_an_instrument() -> None:
    sound = np.random.default_rng(0).normal(0, 0.02, 6 * SAMPLE_RATE_HZ).astype(np.float32)[None].repeat(2, axis=0)
    sound[:, 2 * SAMPLE_RATE_HZ : 4 * SAMPLE_RATE_HZ] *= np.array([[1.0], [-1.0]], np.float32)
    assert [event.evidence["kind"] for event in found(Clip(sound=sound), "audio_dropout")] == ["phase"]
    sound[:, 2 * SAMPLE_RATE_HZ : 4 * SAMPLE_RATE_HZ] *= 4.0
    assert found(Clip(sound=sound), "audio_dropout") == []


@pytest.mark.parametrize(("start_s", "end_s"), [(2.0, 8.5), (6.0, 12.0)])
def test_long_digital_silence_is_a_loss(start_s: float, end_s: float) -> None:
    sound = babble(12.0)
    sound[:, round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)] = 0.0
    (event,) = found(Clip(sound=sound), "audio_dropout")
    assert (event.start_s, event.end_s) == (pytest.approx(start_s, abs=0.01), pytest.approx(end_s, abs=0.01))
    assert event.evidence["kind"] == "silence"


def test_silence_that_was_faded_to_is_meant() -> None:
    sound = babble(12.0) * np.clip(3.0 - np.arange(576_000) / SAMPLE_RATE_HZ, 0.0, 1.0).astype(np.float32) ** 4
    assert found(Clip(sound=sound.astype(np.float32)), "audio_dropout") == []


def test_sound_that_ends_before_the_picture_ends_early() -> None:
    clip = replace(moving(5.0), sound=babble(2.5))
    (event,) = found(clip, "audio_dropout")
    assert (event.evidence["kind"], event.start_s) == ("ends early", pytest.approx(2.5, abs=0.01))
    assert found(replace(moving(5.0), sound=babble(4.5)), "audio_dropout") == []


def test_lifted_black_is_black(clean: Clip) -> None:
    frames = list(clean.frames)
    for number in range(40, 52):
        frames[number] = frames[number].mapped(np.full_like(frames[0].luma, 30))
    (event,) = found(replace(clean, frames=tuple(frames)), "black")
    assert event.evidence["pictures"] == 12


def test_a_line_up_chart_is_known(clean: Clip) -> None:
    bars = np.repeat(np.linspace(30, 220, 8).astype(np.uint8), 20)[None].repeat(96, axis=0)
    assert is_chart(bars)
    assert not is_chart(clean.frames[0].luma)
    assert not is_chart(np.full((96, 160), 90, np.uint8))
    session = InspectionSession(info(clean), ["black"])
    for frame in pictures(replace(clean, frames=tuple(frame.mapped(bars) for frame in clean.frames))):
        assert list(session.process(frame)) == []
    assert session.summary([]).measurements["pictures"]["chart_share"] == 1.0


@pytest.mark.parametrize("kind", ["channel", "phase"])
def test_lost_and_inverted_channels_are_found(kind: str) -> None:
    damaged, truth = drop_sound(Clip(sound=babble(6.0)), at(2.0, 2.0), kind)
    (event,) = found(damaged, "audio_dropout")
    assert event.evidence["kind"] == kind
    assert event.start_s == pytest.approx(truth.start_s, abs=0.2)
    assert event.end_s == pytest.approx(truth.end_s, abs=0.2)


def test_a_drum_on_one_side_that_dies_away_is_no_lost_channel() -> None:
    random = np.random.default_rng(0)
    pad = random.normal(0, 0.05, 6 * SAMPLE_RATE_HZ)
    beat_s = (np.arange(len(pad)) / SAMPLE_RATE_HZ + 0.1) % 0.7
    drum = random.normal(0, 0.2, len(pad)) * 10 ** (-60.0 * beat_s / 0.35 / 20)
    drum[beat_s > 0.35] = 0.0
    assert found(Clip(sound=np.stack([pad, drum]).astype(np.float32)), "audio_dropout") == []
    drum = np.where((beat_s > 0.2) & (beat_s < 0.6), 0.0, 0.05 * random.normal(0, 1.0, len(pad)))
    kinds = {
        event.evidence["kind"] for event in found(Clip(sound=np.stack([pad, drum]).astype(np.float32)), "audio_dropout")
    }
    assert kinds == {"channel"}


def test_a_pause_with_room_noise_is_no_gap() -> None:
    sound = babble(4.0)
    sound[:, SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ] *= 0.01
    sound[:, SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ] += babble(1.0) * 0 + np.random.default_rng(0).normal(
        0, 0.002, (2, 48000)
    )
    assert found(Clip(sound=sound), "audio_dropout") == []


def test_levels_are_in_decibel_of_full_scale() -> None:
    levels = step_levels(np.full((1, 240), 0.1, np.float32))
    assert levels == pytest.approx([-20.0, -20.0], abs=0.01)


def test_a_channel_lost_to_the_end_is_named_too() -> None:
    sound = babble(6.0)
    sound[1, 3 * SAMPLE_RATE_HZ :] = 0.0
    (event,) = found(Clip(sound=sound), "audio_dropout")
    assert (event.evidence["kind"], event.evidence["channel"], event.score) == ("channel", 1, 0.9)
