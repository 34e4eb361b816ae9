"""Recipes: frozen dataclasses read strictly from TOML.

A recipe names its product, may name another recipe as its `base`, of which it then says only the differences, and has a
table for each field of the product's recipe class. An unknown or missing key, a value of another type and a misspelt
`--set` are errors that name the key.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.blocks.json_values import read_dataclass
from vivavoce.errors import InputError

Values = dict[str, Any]
"""A recipe as plain tables, as TOML and JSON have them."""


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The table `[training]`: the optimiser (AdamW), its schedule, and how often the run is looked at."""

    steps: int
    """Where the cosine and the run end."""
    learning_rate: float
    """At the peak. Groups of parameters may scale it, see `Product.parameter_groups`."""
    warmup_steps: int = 100
    final_share: float = 0.02
    """Where the cosine ends, as a share of the peak."""
    restarts: tuple[int, ...] = ()
    """Steps at which a new cosine begins, each from a lower peak."""
    restart_share: float = 0.5
    """The peak after a restart, as a share of the one before."""
    weight_decay: float = 0.01
    betas: tuple[float, ...] = (0.9, 0.999)
    clip_norm: float = 1.0
    """The most that the gradient's norm may be; 0 for no limit."""
    ema_decay: float = 0.99
    """Of the averaged weights, which are validated and exported. Lower in the first steps."""
    bf16: bool = True
    """Autocast to bfloat16 where the processor computes in it."""
    seed: int = 0
    log_every: int = 50
    validate_every: int = 250
    snapshot_every: int = 0
    """Keep the averaged weights as `ema-STEP.pt` each time this many steps are done, to choose among; 0: never."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.log_every < 1 or self.validate_every < 1:
            raise InputError("steps, log_every and validate_every must be at least 1")
        if len(self.betas) != 2:
            raise InputError("betas must be two numbers")


@dataclass(frozen=True, kw_only=True)
class AdversarialSettings:
    """The table `[adversarial]`: when and how the product's discriminators join in."""

    begin_step: int
    """The first step with discriminators."""
    learning_rate: float
    warmup_steps: int = 1
    """Steps over which the generator comes to follow the discriminators in full."""
    betas: tuple[float, ...] = (0.8, 0.99)
    weight: float = 1.0
    """Of the generator's adversarial loss."""
    matching_weight: float = 2.0
    """Of the distance between the discriminators' features of real and generated sound."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every recipe says. A product's own recipe class adds tables such as `network` and `data`."""

    product: str
    """The class that is trained, as `package.module:Class`."""
    training: TrainingSettings
    adversarial: AdversarialSettings | None = None
    loss_weights: dict[str, float] = field(default_factory=dict)
    """By the name of a loss; 1 where nothing is said."""


def packaged_recipes() -> Iterator[Path]:
    """The recipes of this package, `recipes/<product>/<name>.toml`."""
    yield from sorted(Path(str(files("vivavoce.training.recipes"))).glob("*/*.toml"))


def find_recipe(name: str, beside: Path | None = None) -> Path:
    """The file of a recipe: a path that ends in `.toml`, or the name of one in the folder `beside` or in this package.

    Raises `InputError` for one that does not exist.
    """
    if name.endswith(".toml"):
        path = Path(name)
        if path.is_file():
            return path
        raise InputError(f"{name}: no such file")
    known = {path.stem: path for path in packaged_recipes()}
    if beside:
        known |= {path.stem: path for path in beside.glob("*.toml")}
    if name not in known:
        raise InputError(f"{name}: no recipe of that name, there are {', '.join(sorted(known))}")
    return known[name]


def read_recipe(name: str, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of a name or path, with changes such as `training.learning_rate=1e-3`.

    Raises `InputError` naming the file and the key for whatever the recipe class of its product does not know.
    """
    path = find_recipe(name)
    values = _tables(path)
    for change in changes:
        _apply(values, change)
    return recipe_of(values, path.name)


def recipe_of(values: Mapping[str, Any], place: str) -> Recipe:
    """The recipe out of plain tables; `place` begins the messages of `InputError`."""
    product = values.get("product")
    if not isinstance(product, str):
        raise InputError(f'{place}: key "product" is missing, name the class as package.module:Class')
    return read_dataclass(product_class(product, place).recipe_class, dict(values), place)


def values_of(recipe: Recipe) -> Values:
    """The whole of a recipe as plain tables: what is saved, and what `recipe_of` reads again."""
    return json.loads(json.dumps(asdict(recipe)))


def product_class(reference: str, place: str) -> Any:
    """The class behind `package.module:Class`. Raises `InputError` where there is none."""
    module, _, name = reference.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"{place}: product {reference!r} cannot be imported, {error}") from error


def differences(one: Mapping[str, Any], other: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted keys in which two recipes differ."""
    found = []
    for key in sorted({*one, *other}):
        here, there = one.get(key), other.get(key)
        if isinstance(here, Mapping) and isinstance(there, Mapping):
            found += differences(here, there, f"{prefix}{key}.")
        elif here != there:
            found.append(prefix + key)
    return found


def _tables(path: Path, seen: tuple[Path, ...] = ()) -> Values:
    """The tables of a file over those of its base."""
    if path in seen:
        raise InputError(f"{path}: is its own base")
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid TOML, {error}") from error
    base = own.pop("base", None)
    return _merge(_tables(find_recipe(base, path.parent), (*seen, path)), own) if base else own


def _merge(base: Values, own: Values) -> Values:
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merge(base[key], value) if both else value
    return merged


def _apply(values: Values, change: str) -> None:
    """Put one `table.key=value` into the tables; whether the key exists is checked when they are read."""
    place, equals, text = change.partition("=")
    *tables, key = place.strip().split(".")
    if not equals or not all((*tables, key)):
        raise InputError(f"--set {change}: write TABLE.KEY=VALUE")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"--set {change}: {text!r} is no TOML value, a string needs quotes") from error
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise InputError(f"--set {change}: {table} is no table")
    values[key] = value
