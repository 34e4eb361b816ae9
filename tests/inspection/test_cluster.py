"""Files over a Ray cluster, with a stand-in for Ray that runs everything here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.inspection.material import moving, written
from vivavoce.errors import InputError
from vivavoce.inspection import Inspection, InspectionJob
from vivavoce.inspection.cluster import inspect_on_ray

WORK = InspectionJob(("black",))


class RayError(Exception):
    """What Ray raises when a worker dies."""


class Task:
    """A remote function; what it is called with is its reference."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def options(self, **_: object) -> Task:
        return self

    def remote(self, path: Path, work: InspectionJob) -> tuple[Task, Path, InspectionJob]:
        return self, path, work


class Ray(ModuleType):
    """As much of Ray's interface as is used, in one process."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.up, self.downs = False, 0
        self.exceptions = ModuleType("exceptions")
        self.exceptions.RayError = RayError  # type: ignore[attr-defined]

    def is_initialized(self) -> bool:
        return self.up

    def init(self, **_: object) -> None:
        self.up = True

    def shutdown(self) -> None:
        self.up, self.downs = False, self.downs + 1

    def remote(self, function: Callable[..., Any]) -> Task:
        return Task(function)

    def wait(self, references: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        return references[:num_returns], references[num_returns:]

    def get(self, reference: tuple[Task, Path, InspectionJob]) -> Inspection:
        task, path, work = reference
        if path.name == "dies.mp4":
            raise RayError
        return task.function(path, work)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Ray:
    made = Ray()
    monkeypatch.setitem(sys.modules, "ray", made)
    return made


def test_every_file_has_a_result_whatever_happens_to_its_worker(ray: Ray, tmp_path: Path) -> None:
    good, bad = written(tmp_path / "good.mp4", moving(1.0)), tmp_path / "bad.mp4"
    bad.write_text("no film")
    results = {Path(r.file).name: r for r in inspect_on_ray([bad, tmp_path / "dies.mp4", good], WORK)}
    assert results["good.mp4"].error is None
    assert "cannot be opened" in str(results["bad.mp4"].error)
    assert results["dies.mp4"].error == f"{tmp_path / 'dies.mp4'}: the worker failed (RayError)"
    assert (ray.up, ray.downs) == (False, 1)


def test_a_cluster_that_was_joined_before_stays_up(ray: Ray, tmp_path: Path) -> None:
    ray.up = True
    assert list(inspect_on_ray([], WORK)) == []
    assert (ray.up, ray.downs) == (True, 0)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install \"vivavoce\[ray\]\""):
        list(inspect_on_ray([tmp_path], WORK))
