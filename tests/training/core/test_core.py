"""Recipe, trainer, export: one toy product through all of it."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from onnxruntime import InferenceSession

from tests.training.core.echo import Echo, EchoNetwork
from vivavoce.blocks import find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.training.core.checkpoint import load_checkpoint, load_weights
from vivavoce.training.core.cli import build_product, export_run, main, trained_product
from vivavoce.training.core.hardware import has_fast_bf16
from vivavoce.training.core.product import Progress, Workspace
from vivavoce.training.core.recipe import TrainingSettings, find_recipe, read_recipe, values_of
from vivavoce.training.core.schedule import learning_rate_share
from vivavoce.training.core.trainer import Trainer

RECIPE = """
product = "tests.training.core.echo:Echo"
[network]
width = 6
[training]
steps = 12
learning_rate = 3e-2
warmup_steps = 2
log_every = 5
validate_every = 4
ema_decay = 0.5
[loss_weights]
distance = 2.0
"""
GAN = 'base = "echo"\n[adversarial]\nbegin_step = 3\nlearning_rate = 1e-3\n'


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "echo.toml").write_text(RECIPE)
    (tmp_path / "gan.toml").write_text(GAN)
    return tmp_path / "echo.toml"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "data", tmp_path / "runs")


def product(recipe: Path, workspace: Workspace, *changes: str) -> Echo:
    made = build_product(str(recipe), workspace, changes)
    assert isinstance(made, Echo)
    return made


def curve(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["training.typo=1"], 'echo.toml.training: unknown key "typo"'),
        (["network.width=1.5"], "echo.toml.network.width: expected an integer"),
        (["typo.width=1"], 'echo.toml: unknown key "typo"'),
        (["network.width"], "write TABLE.KEY=VALUE"),
        (["network.width=six"], "a string needs quotes"),
        (["network.width.deep=1"], "width is no table"),
        (["training.steps=0"], "steps"),
        (['product="nowhere:Echo"'], "cannot be imported"),
    ],
)
def test_what_a_recipe_cannot_say_is_named(recipe: Path, changes: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(str(recipe), changes)


def test_a_recipe_says_only_where_it_differs_from_its_base(recipe: Path) -> None:
    values = values_of(read_recipe(str(recipe.with_name("gan.toml")), ["training.betas=[0.8, 0.99]"]))
    assert values["network"] == {"width": 6, "bias": True}
    assert values["adversarial"]["begin_step"] == 3
    assert values["training"]["betas"] == [0.8, 0.99]


def test_a_recipe_that_is_its_own_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.toml").write_text('base = "loop"')
    with pytest.raises(InputError, match="its own base"):
        read_recipe(str(tmp_path / "loop.toml"))


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(InputError, match="no recipe of that name"):
        find_recipe("nothing-of-the-kind")


def test_the_rate_warms_up_falls_and_begins_lower_after_a_restart() -> None:
    settings = TrainingSettings(steps=30, learning_rate=1.0, warmup_steps=5, restarts=(10,), final_share=0.02)
    shares = [learning_rate_share(step, settings) for step in range(31)]
    assert shares[0] == pytest.approx(0.2)
    assert shares[9] < 0.1
    assert shares[10] == 0.5
    assert shares[30] == pytest.approx(0.01)


def test_training_brings_the_loss_down_and_averages_the_weights(recipe: Path, workspace: Workspace) -> None:
    folder = workspace.run("echo")
    trainer = Trainer(product(recipe, workspace, "training.steps=80"), folder)
    trainer.train()
    lines = [line for line in curve(folder) if "distance" in line]
    assert lines[-1]["distance"] < 0.3 * lines[0]["distance"]
    assert abs(trainer.metrics["at_one"] - 2.0) < 0.3
    different = trainer.network.state_dict()["inside.weight"] - trainer.ema.network.state_dict()["inside.weight"]
    assert 0.0 < float(different.abs().max()) < 0.1


def test_a_run_goes_on_where_it_stopped_and_only_with_its_own_recipe(recipe: Path, workspace: Workspace) -> None:
    folder = workspace.run("echo")
    Trainer(product(recipe, workspace), folder).train(minutes=0.0)
    assert load_checkpoint(folder).step == 0
    Trainer(product(recipe, workspace), folder).train()
    assert load_checkpoint(folder).step == 12
    with pytest.raises(InputError, match=r"network\.width, training\.steps; give this run"):
        Trainer(product(recipe, workspace, "network.width=7", "training.steps=9"), folder)


def test_a_signal_ends_the_run_with_a_checkpoint(recipe: Path, workspace: Workspace) -> None:
    class Stopped(Echo):
        def losses(self, network, batch, progress: Progress):
            if progress.step == 3:
                os.kill(os.getpid(), signal.SIGTERM)
            return super().losses(network, batch, progress)

    made = Stopped(product(recipe, workspace).recipe, workspace)
    before = signal.getsignal(signal.SIGTERM)
    Trainer(made, workspace.run("echo")).train()
    assert load_checkpoint(workspace.run("echo")).step == 4
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_loss_that_is_no_number_stops_the_run(recipe: Path, workspace: Workspace) -> None:
    class Broken(Echo):
        def losses(self, network, batch, progress: Progress):
            return super().losses(network, batch * float("nan"), progress)

    made = Broken(product(recipe, workspace).recipe, workspace)
    with pytest.raises(FloatingPointError, match="loss is nan"):
        Trainer(made, workspace.run("echo")).train()


def test_discriminators_join_in_at_their_step(recipe: Path, workspace: Workspace) -> None:
    folder = workspace.run("gan")
    made = product(recipe.with_name("gan.toml"), workspace, "training.log_every=3")
    trainer = Trainer(made, folder)
    assert trainer.adversarial is not None
    before = {name: value.clone() for name, value in trainer.adversarial.discriminators.state_dict().items()}
    trainer.train()
    lines = [line for line in curve(folder) if "distance" in line]
    assert "discriminator" not in lines[0]
    assert {"discriminator", "generator", "feature_matching"} <= lines[1].keys()
    after = trainer.adversarial.discriminators.state_dict()
    assert all(not torch.equal(after[name], value) for name, value in before.items())
    assert "discriminator_optimizer" in load_checkpoint(folder).states


def test_groups_have_learning_rates_of_their_own(recipe: Path, workspace: Workspace) -> None:
    trainer = Trainer(product(recipe, workspace), workspace.run("echo"))
    trainer.train()
    first, second = trainer.optimizer.param_groups
    assert second["lr"] == pytest.approx(0.5 * first["lr"])
    assert (first["weight_decay"], second["weight_decay"]) == (0.01, 0.0)


def test_a_warm_start_begins_from_given_weights(recipe: Path, workspace: Workspace, tmp_path: Path) -> None:
    converted = {name: torch.ones_like(value) for name, value in EchoNetwork(6, True).state_dict().items()}
    torch.save(converted, tmp_path / "converted.pt")
    trainer = Trainer(product(recipe, workspace), workspace.run("warm"), warm_start=tmp_path / "converted.pt")
    assert torch.equal(trainer.network.state_dict()["inside.weight"], torch.ones(6, 1))
    trainer.save()
    load_weights(EchoNetwork(6, True), workspace.run("warm"))
    with pytest.raises(InputError, match="do not fit the network"):
        load_weights(EchoNetwork(5, True), workspace.run("warm"))


def test_a_warm_start_reads_the_weights_of_an_addon(recipe: Path, workspace: Workspace, tmp_path: Path) -> None:
    made = product(recipe, workspace, "network.width=40")
    trained = Trainer(made, workspace.run("echo"))
    trained.train()
    (tmp_path / "addons").mkdir()
    addon = export_run("echo", workspace, tmp_path / "addons", "CPU")
    again = Trainer(made, workspace.run("again"), warm_start=addon.path).network
    for name, value in trained.ema.network.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, atol=1e-3, rtol=1e-3)


def test_a_warm_start_from_another_addon_is_refused(recipe: Path, workspace: Workspace) -> None:
    with pytest.raises(InputError, match="cannot be told from the ONNX"):
        Trainer(product(recipe, workspace), workspace.run("echo"), warm_start=find_addon("parser"))


def test_bad_input_is_one_line(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["train", str(recipe), "--set", "training.typo=1"])
    assert (
        capsys.readouterr().err
        == f'{recipe.name}.training: unknown key "typo", known are '
        + ", ".join(field.name for field in fields(TrainingSettings))
        + "\n"
    )


def test_what_was_not_prepared_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = ["--data", str(tmp_path), "--runs", str(tmp_path / "runs")]
    with pytest.raises(SystemExit, match="2"):
        main(["train", "copycat", *folders])
    assert capsys.readouterr().err.endswith("durations.json: no such file; prepare copycat first\n")
    with pytest.raises(SystemExit, match="2"):
        main(["prepare", "copycat", *folders])
    assert capsys.readouterr().err.endswith("metadata.tsv: no such file; is --data the folder of the corpora?\n")


def test_snapshots_keep_averages_to_choose_among(recipe: Path, workspace: Workspace) -> None:
    Trainer(product(recipe, workspace, "training.snapshot_every=6"), workspace.run("echo")).train()
    load_weights(EchoNetwork(6, True), workspace.run("echo") / "ema-6.pt")
    assert (workspace.run("echo") / "ema-12.pt").exists()


def test_a_run_made_with_set_is_exported_as_it_was_trained(recipe: Path, workspace: Workspace, tmp_path: Path) -> None:
    places = ["--runs", str(workspace.runs), "--addons", str(tmp_path / "addons"), "--hardware", "toy, 1 core"]
    main(["train", str(recipe), *places, "--set", "network.width=3", "--set", "training.steps=2"])
    (tmp_path / "addons").mkdir()
    main(["export", str(recipe), *places])
    addon = load_addon(tmp_path / "addons" / "echo")
    settings = addon.manifest.provenance.settings["echo"]
    assert (settings["network"]["width"], settings["training"]["steps"]) == (3, 2)
    card = (addon.path / "CARD.md").read_text()
    for part in ("# echo", "A line.", "| `echo` | 2 |", "toy, 1 core, 0 minutes", "- noise", "It is a toy."):
        assert part in card
    _, network = trained_product("echo", workspace)
    samples = np.ones((1, 3), np.float32)
    (echo,) = InferenceSession(addon.read("echo.onnx")).run(None, {"samples": samples})
    np.testing.assert_allclose(np.asarray(echo), network(torch.from_numpy(samples)).detach(), atol=1e-3)


def test_an_export_without_a_run_says_what_to_do(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="train the recipe echo first"):
        export_run("echo", workspace, tmp_path, "CPU")


def test_bfloat16_is_asked_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    from vivavoce.training.core import hardware

    for flags, fast in (("fma avx2", False), ("amx_bf16 avx2", True), ("avx512_bf16", True)):
        monkeypatch.setattr(hardware, "_cpu_info", lambda key, flags=flags: flags)
        assert has_fast_bf16("cpu") is fast
