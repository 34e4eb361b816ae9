"""A wheel, installed alone outside the tree, has all that the demo needs."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*words: str | Path, cwd: Path) -> str:
    """What a program printed, standard error included; fails with it where the program fails."""
    done = subprocess.run([*map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_alone_runs_the_demo(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path, ROOT, cwd=tmp_path)
    wheel = next(tmp_path.glob("vivavoce-*.whl"))
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    run(sys.executable, "-m", "zipfile", "-e", wheel, packages, cwd=tmp_path)
    # Other packages come from the environment of the tests: what their path files name, our source tree, does not.
    (packages / "dependencies.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    python = environment / "bin" / "python"
    where = run(python, "-c", "import vivavoce; print(vivavoce.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(environment)
    said = run(python, "-m", "vivavoce", "demo", "-o", tmp_path / "demo", cwd=tmp_path)
    assert "index.html" in said
    assert (tmp_path / "demo" / "index.html").stat().st_size > 200_000
