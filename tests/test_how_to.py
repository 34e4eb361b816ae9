"""The how-to pages of detectors and prosody systems are followed to the letter, in packages that are not ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.inspection.material import moving
from vivavoce.audio import read_audio
from vivavoce.inspection.simulation import Clip, write_clip

PAGES = Path(__file__).parents[1] / "docs" / "how-to"


def fenced(page: str, kind: str) -> list[str]:
    """The blocks of a page in one language."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def unpack(page: str, folder: Path) -> None:
    """Write the files that a page begins with their names, and leave what pip would: what pyproject.toml registers."""
    for code in fenced(page, "(?:python|toml)"):
        path = folder / code.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = (f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
              for group, points in project["entry-points"].items())  # fmt: skip
    (about / "entry_points.txt").write_text("\n".join(groups))


def run(folder: Path, *arguments: str, addons: Path | None = None) -> str:
    """What a command prints that is run where the packages of `folder` are installed."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    if addons:
        environment["VIVAVOCE_ADDONS"] = str(addons)
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def barred(clip: Clip, first: int, last: int) -> Clip:
    """Black above and below in some frames."""
    for frame in clip.frames[first:last]:
        frame.luma[:30], frame.luma[-30:] = 16, 16
    return clip


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three seconds, the middle one with bars."""
    path = tmp_path / "film.mp4"
    write_clip(path, barred(moving(3.0, 144, 256, sound=False), 25, 50))
    return path


def test_the_detector_of_the_page(tmp_path: Path, film: Path) -> None:
    unpack("detector", tmp_path)
    run(tmp_path, "test_letterbox")
    assert "letterbox" in run(tmp_path, "vivavoce", "inspect", str(film), "--only", "letterbox")
    run(tmp_path, "vivavoce", "inject", "letterbox", str(film), "-o", "damaged.mp4")
    assert (tmp_path / "damaged.mp4").stat().st_size > 0


def test_the_prosody_system_of_the_page(tmp_path: Path) -> None:
    unpack("prosody-system", tmp_path)
    run(tmp_path, "try_it")
    run(tmp_path, "vivavoce", "speak", "It is raining.", "--prosody", "calm", "-o", "rain.wav")
    assert read_audio(tmp_path / "rain.wav").duration_s > 0.5


def test_the_learned_detector_of_the_page(tmp_path: Path, film: Path) -> None:
    pytest.importorskip("torch")
    unpack("learned-detector", tmp_path)
    for name in ("moving", "bikes_272p"):  # for training and for development
        (tmp_path / "data" / "video" / "diverse").mkdir(parents=True, exist_ok=True)
        write_clip(tmp_path / "data" / "video" / "diverse" / f"{name}.mp4", moving(2.6, 288, 384, sound=False))
    (tmp_path / "addons").mkdir()
    for verb, *more in (["prepare", "--minutes", "0"], ["train"], ["export", "--addons", "addons"]):
        run(tmp_path, "vivavoce.training", verb, "letterbox.toml", "--data", "data", *more)
    said = run(tmp_path, "vivavoce", "inspect", str(film), "--only", "letterbox", addons=tmp_path / "addons")
    assert "letterbox" in said
