"""The tests that come with vivavoce: the claims of the articles, ready to be put before people."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from vivavoce.listening.yaml_file import read_yaml


def shipped_test(name: str) -> Path | None:
    """The YAML file of a shipped test, or None where no test has that name."""
    path = _folder() / f"{name}.yaml"
    return path if name and "/" not in name and path.is_file() else None


def shipped_tests() -> dict[str, str]:
    """Names and one line each."""
    paths = sorted(_folder().glob("*.yaml"))
    return {path.stem: str(read_yaml(path).get("name", "")) for path in paths}


def _folder() -> Path:
    return Path(str(files("vivavoce.listening").joinpath("tests")))
