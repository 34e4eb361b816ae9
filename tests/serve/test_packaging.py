"""The files that install and start a server: units that systemd accepts, settings that exist, and, in the nightly run,
the script in a fresh environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from vivavoce.cli import main
from vivavoce.serve.settings import NAMES

PACKAGING = Path(__file__).parents[2] / "packaging"


def test_every_variable_is_a_setting() -> None:
    for path in PACKAGING.iterdir():
        for name in re.findall(r"VIVAVOCE_([A-Z_]+)", path.read_text()):
            assert name.lower() in NAMES, (path.name, name)


def test_the_compose_file() -> None:
    service = yaml.safe_load((PACKAGING / "compose.yaml").read_text())["services"]["vivavoce"]
    assert (PACKAGING / service["build"]["context"] / service["build"]["dockerfile"]).resolve().is_file()
    assert service["read_only"] is True
    assert ":?" in service["environment"]["VIVAVOCE_TOKENS"]


def test_the_container_is_not_root_and_is_healthy_only_when_ready() -> None:
    lines = (PACKAGING / "Dockerfile").read_text()
    assert lines.index("USER vivavoce") < lines.index("CMD [")
    assert "HEALTHCHECK" in lines
    assert "/ready" in lines
    assert "packaging/install.sh" in lines


def test_a_source_that_is_not_there_is_no_package_of_somebody(tmp_path: Path) -> None:
    script = str(PACKAGING / "install.sh")
    told = subprocess.run(
        ["sh", script, str(tmp_path / "prefix"), "src"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (2, "install.sh: src is not there\n")
    assert not (tmp_path / "prefix").exists()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["vivavoce.service", "vivavoce-desktop.service"])
def test_systemd_accepts_the_units(name: str, tmp_path: Path) -> None:
    text = (PACKAGING / name).read_text().replace("/opt/vivavoce/bin/vivavoce", "/bin/true")
    (tmp_path / name).write_text(text)
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert name not in told.stderr, told.stderr


def test_the_units_run_verbs_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    for path in PACKAGING.glob("*.service"):
        command = re.search(r"ExecStart=\S+ (.*)", path.read_text())
        assert command
        with pytest.raises(SystemExit):
            main([command[1].split()[0], "--help"])
        shown = capsys.readouterr().out
        for option in re.findall(r"--[a-z-]+", command[1]):
            assert option in shown


@pytest.mark.nightly
def test_the_script_in_a_fresh_environment(tmp_path: Path) -> None:
    prefix = tmp_path / "vivavoce"
    subprocess.run(["sh", str(PACKAGING / "install.sh"), str(prefix)], check=True, timeout=900)
    with subprocess.Popen([prefix / "bin" / "vivavoce", "serve", "--port", "18880"]) as server:
        try:
            for _ in range(120):
                try:
                    with urllib.request.urlopen("http://127.0.0.1:18880/ready") as answer:
                        assert answer.status == 200
                        break
                except OSError:
                    time.sleep(0.5)
            else:
                pytest.fail("the server is not ready")
        finally:
            server.terminate()
