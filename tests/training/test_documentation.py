"""The page "How to: a recipe" is followed to the letter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from onnxruntime import InferenceSession

from vivavoce.blocks import load_addon
from vivavoce.training.core.recipe import read_recipe, values_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "recipe.md"


def fenced(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_ablation_of_the_page_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text(fenced("toml")[0])
    assert values_of(read_recipe(str(tmp_path / "wide.toml")))["network"]["width"] == 192


def test_the_product_of_the_page_is_trained_and_exported_by_its_commands(tmp_path: Path) -> None:
    (tmp_path / "tone").mkdir()
    (tmp_path / "tone" / "product.py").write_text(fenced("python")[0])
    (tmp_path / "tone.toml").write_text(fenced("toml")[1])
    for line in fenced("sh")[0].splitlines():
        command = [sys.executable, *line.split()[1:]]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=300)
    addon = load_addon(tmp_path / "addons" / "tone")
    assert addon.manifest.provenance.figures["distance"] < 0.1
    tone = 0.7 * np.sin(np.arange(64, dtype=np.float32) / 5)
    (amplitude,) = InferenceSession(addon.read("tone.onnx")).run(None, {"tone": tone[None]})
    assert abs(float(np.asarray(amplitude)[0]) - 0.7) < 0.15
