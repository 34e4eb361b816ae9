"""What becomes of sounds on the way into a test, and what is refused on the way."""

from pathlib import Path

import numpy as np
import pytest

from tests.listening.conftest import RATE_HZ, built, material, speech
from vivavoce.audio import Audio, read_audio, write_audio
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.listening.codec import read_test
from vivavoce.listening.definition import Kind
from vivavoce.listening.recipe import recipe_of
from vivavoce.listening.stimuli import align, anchor, anchor_filter, loudness, match, trim


@pytest.mark.parametrize(("cutoff", "stop_25", "stop_50"), [(3500, 4000, 4500), (7000, 8000, 9000)])
@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
def test_anchors_lie_within_the_masks(cutoff: int, stop_25: int, stop_50: int, rate: int) -> None:
    size = 1 << 16
    response = 20 * np.log10(np.abs(np.fft.rfft(anchor_filter(cutoff, rate), size)) + 1e-12)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    assert np.abs(response[hertz <= cutoff]).max() <= 0.1
    assert response[hertz >= stop_25].max(initial=-200) <= -25
    assert response[hertz >= stop_50].max(initial=-200) <= -50


def test_an_anchor_comes_no_later_than_its_reference() -> None:
    click = np.zeros(RATE_HZ, np.float32)
    click[12_000] = 0.9
    assert int(np.argmax(np.abs(anchor(Audio(click, RATE_HZ), 3500).samples))) == 12_000
    with pytest.raises(InputError, match="sampled at 8000 Hz"):
        anchor(Audio(speech(0), 8_000), 7000)


@pytest.mark.parametrize("level", [0.01, 0.2, 0.9])
def test_loudness_is_matched_to_a_tenth(level: float) -> None:
    matched = match(Audio(speech(1, 2.0, level), RATE_HZ), -23.0)
    assert loudness(matched) == pytest.approx(-23.0, abs=0.05)


def test_trimming_leaves_a_tenth_of_a_second_before_the_first_sound() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ)
    samples = np.concatenate([np.zeros(RATE_HZ), tone, np.zeros(RATE_HZ)]).astype(np.float32)
    cut = trim(Audio(samples, RATE_HZ))
    assert cut.duration_s == pytest.approx(1.3, abs=0.02)
    assert int(np.argmax(np.abs(cut.samples) > 0.01)) == pytest.approx(0.1 * RATE_HZ, abs=0.011 * RATE_HZ)


@pytest.mark.parametrize("lag", [-700, 0, 333])
def test_a_delay_is_taken_back_to_the_sample(lag: int) -> None:
    clean = np.concatenate([np.zeros(2000, np.float32), speech(2), np.zeros(2000, np.float32)])
    noise = 0.003 * np.random.default_rng(0).standard_normal(len(clean))
    late = (np.roll(clean, lag) + noise).astype(np.float32)
    aligned = align({"ref": Audio(clean, RATE_HZ), "late": Audio(late, RATE_HZ)}, "ref")
    assert len(aligned["late"].samples) == len(aligned["ref"].samples)
    difference = aligned["late"].samples - aligned["ref"].samples
    assert np.abs(difference).max() < 0.02


def test_a_built_test_is_matched_complete_and_read_again(tmp_path: Path, sounds: Path) -> None:
    test = built(tmp_path / "test", sounds, reference="reference", anchors=True, training=1)
    assert read_test(tmp_path / "test") == test
    trials = list(test.trials())
    assert [trial.training for trial in trials] == [True, False, False]
    assert {one.system for one in trials[0].stimuli} == {"one", "two", "reference", "anchor35", "anchor70"}
    for trial in trials:
        for stimulus in trial.stimuli:
            level = loudness(read_audio(tmp_path / "test" / stimulus.file))
            assert level == pytest.approx(test.loudness_lufs, abs=0.1)


@pytest.mark.parametrize(("kind", "trials"), [("ab", 9), ("ccr", 9), ("mos", 9), ("transcription", 3), ("mushra", 3)])
def test_every_kind_asks_about_what_it_compares(tmp_path: Path, kind: str, trials: int) -> None:
    place = material(tmp_path / "s", ("one", "two", "three"))
    made = list(built(tmp_path / "test", place, kind=kind).trials())
    assert len(made) == trials
    assert {trial.kind for trial in made} == {Kind(kind)}


def test_identity_compares_with_the_speaker(tmp_path: Path, sounds: Path) -> None:
    trial = next(built(tmp_path / "test", sounds, kind="identity", reference="reference").trials())
    assert trial.reference is not None
    assert [one.system for one in trial.stimuli] == ["one", "two"]


def _write(path: Path, samples: np.ndarray, rate: int = RATE_HZ) -> None:
    write_audio(path, Audio(samples.astype(np.float32), rate))


def _clip(path: Path) -> None:
    _write(path, np.clip(60 * speech(1), -1, 1))


SPOIL = {
    "no recording of": lambda place: (place / "two" / "item1.wav").unlink(),
    "are the same sound": lambda place: (place / "two" / "item1.wav").write_bytes(
        (place / "one" / "item1.wav").read_bytes()),
    "rates differ": lambda place: _write(place / "two" / "item1.wav", speech(1), 16_000),
    "over twice as long": lambda place: _write(place / "two" / "item1.wav", speech(1, 4.0)),
    "is silent": lambda place: _write(place / "two" / "item1.wav", np.zeros(30_000)),
    "clipped in": lambda place: _clip(place / "two" / "item1.wav"),
    "lasts 40.": lambda place: _write(place / "two" / "item1.wav", speech(1, 40.0)),
    "lasts 0.1": lambda place: _write(place / "two" / "item1.wav", speech(1, 0.1)),
    "cannot be read": lambda place: (place / "two" / "item1.wav").write_text("no sound"),
    "has the same name": lambda place: (place / "two" / "item1.flac").write_text("x"),
    'the reference "item1" is missing': lambda place: (place / "reference" / "item1.wav").unlink(),
}  # fmt: skip


@pytest.mark.parametrize("complaint", SPOIL)
def test_what_listeners_should_not_be_asked_about_is_refused_in_a_line(
    tmp_path: Path, sounds: Path, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    SPOIL[complaint](sounds)
    systems = ",".join(f"{name}={sounds / name}" for name in ("one", "two"))
    options = ["--systems", systems, "--reference", str(sounds / "reference"), "-o", str(tmp_path / "test")]
    assert main(["listening-test", "new", *options]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert complaint in last
    assert not [path for path in tmp_path.iterdir() if path.name != "sounds"]


def test_an_interrupted_test_says_where_its_sounds_are_kept_and_a_built_one_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = iter([speech(1), None, *map(speech, range(2, 9))])

    def render_once(system: object, item: object) -> Audio:
        samples = next(said)
        if samples is None:
            raise KeyboardInterrupt
        return Audio(samples, RATE_HZ)

    monkeypatch.setattr("vivavoce.listening.render.render", render_once)
    (tmp_path / "texts.txt").write_text("One.\nTwo.\n", encoding="utf-8")
    options = ["--systems", "none,camp", "--kind", "ab", "--texts", str(tmp_path / "texts.txt"), "--lenient"]
    command = ["listening-test", "new", *options, "-o", str(tmp_path / "test")]
    assert main(command) == 130
    kept = tmp_path / ".test.rendered"
    assert f"{kept}: keeps what was rendered" in capsys.readouterr().err
    assert len(list(kept.iterdir())) == 1
    assert main(command) == 0
    assert not kept.exists()


def test_a_rate_that_is_none_is_refused_before_anything_is_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--systems", "none,camp", "--texts", "none.txt", "--rate", "-1"]
    assert main(["listening-test", "new", *options]) == 2
    assert capsys.readouterr().err == "vivavoce: --rate: give 8000 to 192000 Hz\n"


def test_thirteen_systems_are_too_many_unless_it_is_wanted(tmp_path: Path) -> None:
    place = material(tmp_path / "s", tuple(f"s{number:02}" for number in range(13)), items=1)
    with pytest.raises(InputError, match="13 signals"):
        built(tmp_path / "test", place)
    built(tmp_path / "test", place, strict=False)


def test_stimuli_in_step_must_be_as_long(tmp_path: Path, sounds: Path) -> None:
    _write(sounds / "two" / "item1.wav", speech(1, 0.9))
    with pytest.raises(InputError, match="not in step"):
        built(tmp_path / "test", sounds, reference="reference", switching="continue")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, sounds: Path) -> None:
    (tmp_path / "test").mkdir()
    with pytest.raises(InputError, match="exists already"):
        built(tmp_path / "test", sounds)


@pytest.mark.parametrize(("more", "complaint"), [
    ({"kind": "taste"}, "'taste' is not one of"), ({"colour": 1}, "unknown colour"), ({"training": 9}, "fewer items"),
    ({"anchors": True}, "reference, and it is missing"), ({"baseline": "none"}, 'no system "none"'),
    ({"rate": 1}, "8000 to 192000"), ({"loop": "yes"}, "loop: 'yes'"), ({"traps": 1}, "kind mos"),
    ({"texts": 5}, "a file or a list"), ({"questionnaire": [1]}, "needs a name"), ({"systems": {}}, "expected names"),
])  # fmt: skip
def test_a_recipe_that_is_wrong_names_its_key(sounds: Path, more: dict[str, object], complaint: str) -> None:
    value = {"systems": {"one": str(sounds / "one"), "two": str(sounds / "two")}, **more}
    with pytest.raises(InputError, match=complaint):
        recipe_of(value, "r.yaml", sounds)
