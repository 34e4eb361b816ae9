"""What is measured on is never trained on."""

import tomllib
from importlib.resources import files

from bench.inspection import split


def test_training_holds_out_what_the_bench_measures_on() -> None:
    text = files("vivavoce.training.recipes").joinpath("inspection-data.toml").read_text(encoding="utf-8")
    config = tomllib.loads(text)
    assert set(config["held_out"]) == set(split.TEST)
    assert not set(config["dev"]) & set(split.TEST)
