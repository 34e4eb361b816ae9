"""Ctrl-C while the command is being loaded."""

import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

import vivavoce
from vivavoce import start


class _Interrupts(MetaPathFinder):
    """Stands for a Ctrl-C that comes while the command line is imported."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "vivavoce.cli":
            raise KeyboardInterrupt


def test_an_interrupted_import_is_one_line_and_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "vivavoce.cli", raising=False)
    monkeypatch.delattr(vivavoce, "cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Interrupts(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        start.run()
    assert (ended.value.code, capsys.readouterr().err) == (130, "vivavoce: interrupted\n")


def test_nothing_slow_is_loaded_before_it_listens() -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); import vivavoce.start; print('typing' in sys.modules)"
    source = Path(vivavoce.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
