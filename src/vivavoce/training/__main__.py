"""`python -m vivavoce.training RECIPE …`: prepare data, train, export."""

from __future__ import annotations

import argparse
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import torch

from vivavoce.training.cards import shipped, write_cards
from vivavoce.training.provenance import recipe

CORPORA = ["kathleen", "ensemble", "intonation", "ensemble-dev", "kerstin", "nathalie", "speechocean", "prompts"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training", description=__doc__)
    parser.add_argument("recipe", help="prepare, ship, cards, or the name of a recipe in vivavoce/training/recipes")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with one folder a corpus")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="features, checkpoints and curves")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="change the recipe")
    only = [
        "prosody",
        "selection",
        "aligner",
        "copycat",
        "copycat-open",
        "kathaka-text",
        "kathaka-tree",
        "camp-bert",
        "camp-syntax",
    ]
    parser.add_argument("--only", choices=only, help="ship prosody alone, or one network of it; all others stay")
    parser.add_argument("--hardware", default="CPU", help="for the model cards of ship")
    arguments = parser.parse_args()
    if arguments.recipe == "prepare":
        from vivavoce.training.corpora.recordings import prepare

        prepare(arguments.data, arguments.runs / "features", CORPORA)
        return
    if arguments.recipe == "ship":
        from vivavoce.training.held_out import Material
        from vivavoce.training.ship import ship, ship_one, ship_prosody_alone

        place = (Material(arguments.data, arguments.runs), shipped(), arguments.hardware)
        if arguments.only in (None, "prosody"):
            (ship_prosody_alone if arguments.only else ship)(*place)
        else:
            ship_one(arguments.only, *place)
        return
    if arguments.recipe == "cards":
        write_cards(shipped())
        return
    config = recipe(arguments.recipe)
    for change in arguments.set:
        place, value = change.split("=", 1)
        table, key = place.split(".")
        config[table][key] = tomllib.loads(f"value = {value}")["value"]
    module = import_module(f"vivavoce.training.{config.get('trainer', arguments.recipe)}")
    folder = arguments.runs / arguments.recipe
    module.train(config, arguments.data, arguments.runs / "features", folder, arguments.minutes, arguments.device)


if __name__ == "__main__":
    verb, named = sys.argv[1:2], sys.argv[2:3]
    if verb and verb[0] in ("prepare", "train", "export", "calibrate") and named and not named[0].startswith("-"):
        from vivavoce.training.core.cli import main as main_of_core

        main_of_core()
    else:
        main()
