"""What is measured on is never trained on."""

import tomllib
from importlib.resources import files

from bench.inspection import split


def test_training_leaves_out_what_the_bench_measures_on() -> None:
    text = files("vivavoce.training.inspection").joinpath("clips.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["test"]) == set(split.TEST)
