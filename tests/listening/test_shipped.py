"""The articles' tests: what they ask about is there, and comes out of the shipped weights."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.listening.conftest import RATE_HZ, speech
from vivavoce.audio import Audio, write_audio
from vivavoce.listening.compose import compose, rendered_systems
from vivavoce.listening.definition import Kind
from vivavoce.listening.recipe import Recipe, recipe_of
from vivavoce.listening.render import recording_of, render, render_all
from vivavoce.listening.shipped import shipped_test, shipped_tests
from vivavoce.listening.yaml_file import read_yaml

TRIALS = {
    "kathaka-camp": 24, "selection": 24, "selection-longform": 6, "copycat-transfer": 12, "copycat-identity": 12,
    "copycat-naturalness": 12, "dred": 50,
}  # fmt: skip


def _recipe(name: str) -> Recipe:
    path = shipped_test(name)
    assert path is not None
    return recipe_of(read_yaml(path), str(path), path.parent)


@pytest.mark.parametrize("name", TRIALS)
def test_a_shipped_test_composes_and_its_recordings_are_there(tmp_path: Path, name: str) -> None:
    recipe = _recipe(name)
    assert len(recipe.items) * (5 if recipe.kind is Kind.MOS else 1) >= 6
    write_audio(tmp_path / "x.wav", Audio(speech(0), RATE_HZ))
    sounds = {(system.name, item.id): tmp_path / "x.wav" for system in recipe.systems for item in recipe.items}
    sounds |= {("trap", str(score)): tmp_path / "x.wav" for score in range(1, 6)}
    assert len(list(compose(recipe, sounds).trials())) == TRIALS[name]
    assert rendered_systems(recipe) == list(recipe.systems)
    for item in recipe.items:
        assert item.text
        if any(system.original or system.network or system.copied for system in recipe.systems):
            assert recording_of(item).duration_s > 1.5
        if any(system.network for system in recipe.systems):
            assert item.trace is not None
            assert item.trace.is_file()


def test_all_shipped_tests_are_listed() -> None:
    assert sorted(shipped_tests()) == sorted(TRIALS)
    assert shipped_test("none-such") is None
    assert shipped_test("../shipped") is None


def test_vivavoce_says_copies_and_carries_and_goes_on_after_an_interruption(tmp_path: Path) -> None:
    camp, calls = _recipe("kathaka-camp"), _recipe("dred")
    one = replace(camp, items=(replace(camp.items[0], text="Yes, I do."),), systems=camp.systems[1:2])
    sounds = render_all(one, tmp_path / "rendered")
    [path] = sounds.values()
    before = path.stat().st_mtime_ns
    assert render_all(one, tmp_path / "rendered") == sounds
    assert path.stat().st_mtime_ns == before
    changed = replace(one, items=(replace(one.items[0], text="No, you do."),))
    assert list(render_all(changed, tmp_path / "rendered").values()) != [path]
    item = replace(camp.items[3], trace=calls.items[0].trace)
    system = next(system for system in calls.systems if system.name == "lbrr")
    carried, original = render(system, item), recording_of(item)
    assert carried.duration_s == pytest.approx(original.duration_s, abs=0.05)
