"""Every product that a recipe names: two steps on tiny made-up data, exported, loaded, run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnxruntime import InferenceSession

from vivavoce.blocks import find_addon, load_addon
from vivavoce.training.core.checkpoint import load_checkpoint
from vivavoce.training.core.cli import build_product, export_run, main
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Workspace
from vivavoce.training.core.recipe import packaged_recipes, read_recipe
from vivavoce.training.core.trainer import Trainer

RECIPES = [path.stem for path in packaged_recipes()]
FREE = 9
"""The size of dimensions that are free."""
SMALLER: dict[str, list[str]] = {
    "parser": ["network.width=16", "network.hidden=8", "network.span_width=8", "data.rarest_label=1"],
    "block_corruption": ["data.batch=4"],
    "tearing": ["data.batch=4"],
    "audio_artifacts": ["network.width=4", "data.batch=4"],
    "av_sync": ["data.batch=2"],
    "rdovae": [
        "data.packets=50",
        "data.batch=2",
        "network.encoder_width=16",
        "network.encoder_blocks=2",
        "network.decoder_width=16",
        "network.decoder_blocks=2",
    ],
}
NEEDS_TEACHER = (
    "chorus", "chorus-recorded", "chorus-refined", "chorus-prosody", "chorus-questions", "chorus-lengths",
    "chorus-retold",
)  # fmt: skip
"""Their data is labelled by a model that is no dependency; the fixture has it ready."""
DTYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(uint8)": np.uint8, "tensor(bool)": np.bool_}


def train(recipe: str, workspace: Workspace) -> None:
    """Two steps, after those of the recipes that it depends on."""
    folder = workspace.run(recipe)
    if (folder / "checkpoint.pt").exists():
        return
    changes = ["training.steps=2", "training.restarts=[]", *SMALLER.get(recipe, [])]
    product = build_product(recipe, workspace, changes)
    for before in product.depends_on:
        train(before, workspace)
    if recipe not in NEEDS_TEACHER:
        product.prepare(minutes=0.0)
    trainer = Trainer(product, folder)
    before_training = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    trainer.train()
    after = trainer.network.state_dict()
    assert any((after[name] != value).any() for name, value in before_training.items())


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_becomes_an_addon_that_runs(recipe: str, workspace: Workspace, tmp_path: Path) -> None:
    train(recipe, workspace)
    assert load_checkpoint(workspace.run(recipe)).step == 2
    addon = load_addon(export_run(recipe, workspace, tmp_path, "a test").path)
    assert addon.manifest.provenance.settings[recipe]["training"]["steps"] == 2
    assert (addon.path / "CARD.md").exists()
    for entry in addon.manifest.networks.values():
        run_network(addon.read(entry.file))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_can_be_read(recipe: str) -> None:
    assert read_recipe(recipe).training.steps > 2


@pytest.mark.parametrize("recipe", ["aligner", "blockiness", "av_sync", "parser", "rdovae", "chorus-prosody", "chorus"])
@pytest.mark.parametrize("verb", ["prepare", "train"])
def test_without_data_one_line_says_what_is_missing(
    verb: str, recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([verb, recipe, "--data", str(tmp_path / "data"), "--runs", str(tmp_path / "runs")])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert (
        "prepare" in said or "no such file" in said or "--data" in said or "the teacher" in said or "no style" in said
    )


def run_network(model: bytes) -> None:
    """Ones through a network: every output is finite."""
    session = InferenceSession(model)
    inputs = {}
    for wire in session.get_inputs():
        shape = [size if isinstance(size, int) else FREE for size in wire.shape]
        inputs[wire.name] = np.ones(shape, DTYPES[wire.type])
        if wire.name == "speaker":
            inputs[wire.name][:] = 0
    for output in session.run(None, inputs):
        assert np.isfinite(np.asarray(output, np.float64)).all()


@pytest.mark.parametrize("recipe", ["aligner", "blockiness", "tearing"])
def test_training_can_begin_from_the_addon_that_ships(recipe: str, workspace: Workspace, tmp_path: Path) -> None:
    train(recipe, workspace)
    product = build_product(recipe, workspace)
    begun = Trainer(product, tmp_path / recipe, warm_start=find_addon(recipe))
    spec = product.export(begun.network.eval())
    (exported,), (entry,) = spec.networks.values(), load_addon(find_addon(recipe)).manifest.networks.values()
    assert isinstance(exported, NetworkExport)
    shipped = load_addon(find_addon(recipe)).read(entry.file)
    inputs = {name: tensor.numpy() for name, tensor in exported.inputs.items()}
    answers = (InferenceSession(model).run(None, inputs) for model in (exported.to_onnx(), shipped))
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-3, rtol=1e-3)
