"""`python -m vivavoce.training VERB RECIPE …`: prepare its data, train, export an addon, calibrate it."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

import torch

from vivavoce.blocks import Addon
from vivavoce.errors import InputError
from vivavoce.training.core.addon_export import export_addon, update_details
from vivavoce.training.core.checkpoint import load_checkpoint, load_weights
from vivavoce.training.core.hardware import hardware_name
from vivavoce.training.core.product import Product, Workspace
from vivavoce.training.core.recipe import product_class, read_recipe, recipe_of
from vivavoce.training.core.trainer import Trainer


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and do what it says; bad input is one line on standard error and exit status 2."""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked)
    except FileNotFoundError as error:
        hint = "is --data the folder of the corpora?" if asked.verb == "prepare" else f"prepare {asked.recipe} first"
        _fail(f"{error.filename}: no such file; {hint}", error)
    except InputError as error:
        _fail(str(error), error)


def _fail(message: str, error: Exception) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(2) from error


def _run(asked: argparse.Namespace) -> None:
    workspace = Workspace(asked.data, asked.runs)
    run = asked.run or Path(asked.recipe).stem
    if asked.verb == "export":
        addon = export_run(run, workspace, asked.addons, asked.hardware)
        print(addon.path)
        return
    product = build_product(asked.recipe, workspace, asked.set)
    if asked.verb == "prepare" and asked.labels:
        print(f"{product.add_labels(asked.labels)} labelled examples")
    elif asked.verb == "prepare":
        product.prepare(3.0 if asked.minutes == math.inf else asked.minutes)
    elif asked.verb == "calibrate":
        details, metrics = product.calibrate()
        update_details(asked.addons / run, details, metrics)
        print(details)
    else:
        Trainer(product, workspace.run(run), asked.device, asked.warm_start).train(asked.minutes)


def build_product(recipe: str, workspace: Workspace, changes: Sequence[str] = ()) -> Product[Any]:
    """The product of a recipe's name or path. Raises `InputError` for what the recipe cannot say."""
    read = read_recipe(recipe, changes)
    return product_class(read.product, recipe)(read, workspace)


def trained_product(run: str, workspace: Workspace) -> tuple[Product[Any], torch.nn.Module]:
    """The product of a run as its checkpoint's recipe says, and its averaged network in evaluation mode."""
    folder = workspace.run(run)
    recipe = recipe_of(load_checkpoint(folder).recipe, str(folder))
    product: Product[Any] = product_class(recipe.product, str(folder))(recipe, workspace)
    network = product.build_network()
    load_weights(network, folder)
    return product, network.eval()


def export_run(run: str, workspace: Workspace, addons: Path, hardware: str) -> Addon:
    """Write the addon of a run into the folder `addons`, under its name."""
    product, network = trained_product(run, workspace)
    with torch.no_grad():
        spec = product.export(network)
    runs = [workspace.run(name) for name in (*product.depends_on, run)]
    return export_addon(spec, addons / spec.name, runs, hardware)


def shipped_addons() -> Path:
    """The folder of the addons that come with the package."""
    return Path(str(files("vivavoce.addons")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training", description=__doc__)
    parser.add_argument("verb", choices=["prepare", "train", "export", "calibrate"])
    parser.add_argument("recipe", help="name of a recipe in vivavoce/training/recipes, or a TOML file")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with the corpora")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="features, checkpoints and curves")
    parser.add_argument("--run", help="name of the run's folder, if not the recipe's")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long, to go on another time")
    parser.add_argument("--labels", type=Path, help="prepare: take in what people labelled, and make nothing else")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="change the recipe")
    parser.add_argument("--warm-start", type=Path, help="run, file of weights or addon to begin from")
    parser.add_argument("--addons", type=Path, default=shipped_addons(), help="folder to export into")
    parser.add_argument("--hardware", default=hardware_name(), help="for the model card")
    return parser
