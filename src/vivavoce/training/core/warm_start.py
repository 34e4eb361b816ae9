"""First weights for a training: from a run, a file of weights, or an addon that ships.

An addon holds ONNX, whose weights the exporter renamed and turned. Which of them was which is found out by exporting a
probe: a network of the same shape whose every weight is drawn at random, and so is known again. Normalisation
over batches that was folded into convolutions is unfolded, see `folded_norms.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from vivavoce.blocks import load_addon
from vivavoce.blocks.addon import MANIFEST_FILE
from vivavoce.blocks.addon_spec import ReadyNetwork
from vivavoce.errors import InputError
from vivavoce.training.core.checkpoint import load_weights
from vivavoce.training.core.folded_norms import fit_norms, folded_norms, make_identity
from vivavoce.training.core.product import Product
from vivavoce.training.core.weights import read_weights

Arrays = dict[str, np.ndarray]
EXACT = 1e-6
"""How far a number that was exported may be from itself."""


def warm_start(product: Product[Any], network: nn.Module, source: Path) -> None:
    """Put first weights into a network: of a run's folder, of a `.pt` file, or of the folder of an addon.

    Raises `InputError` where they do not fit. Where the exporter of an addon folded normalisation over batches into
    convolutions, the product's examples must be there.
    """
    if not (source / MANIFEST_FILE).is_file():
        load_weights(network, source)
        return
    found = _find(product, network, source)
    norms = folded_norms(network, found)
    if norms:
        found = _find(product, network, source, norms)
    with torch.no_grad():
        for norm in norms.values():
            make_identity(norm)
    given = {f"{name}.{part}" for name in norms for part in ("weight", "running_mean", "running_var")}
    floats = {name: value for name, value in network.state_dict().items() if value.is_floating_point()}
    missing = [name for name in floats if name not in found.keys() | given]
    if missing:
        raise InputError(f"{source}: {len(missing)} weights, such as {missing[0]}, cannot be told from the ONNX")
    with torch.no_grad():
        for name in floats.keys() & found.keys() - given:
            floats[name].copy_(torch.from_numpy(found[name].copy()))
    if norms:
        fit_norms(product, network, norms)


def _find(product: Product[Any], network: nn.Module, source: Path, identities: Iterable[str] = ()) -> Arrays:
    """The arrays of an addon by the names of the network's weights, with some normalisations taken to be none."""
    addon = load_addon(source)
    probe = _randomize(copy.deepcopy(network))
    with torch.no_grad():
        for name in identities:
            make_identity(probe.get_submodule(name))
        exports = product.export(probe).networks
    found: Arrays = {}
    for name in exports.keys() & addon.manifest.networks.keys():
        shipped = addon.manifest.networks[name]
        if isinstance(exports[name], ReadyNetwork):
            raise InputError(f"{source}: the network {name} is exported in a way of its own, start from a run instead")
        found |= _match_names(probe, read_weights(exports[name].to_onnx()), read_weights(addon.read(shipped.file)))
    return found


def _randomize(network: nn.Module) -> nn.Module:
    with torch.no_grad():
        for value in network.state_dict().values():
            if value.is_floating_point():
                value.copy_(torch.rand_like(value) + 0.1)
    return network.eval()


def _match_names(probe: nn.Module, exported: Arrays, shipped: Mapping[str, np.ndarray]) -> Arrays:
    """The shipped arrays by the names of the network's weights."""
    found: Arrays = {}
    for name, value in probe.state_dict().items():
        array = value.numpy()
        for wire, candidate in exported.items():
            if wire not in shipped or shipped[wire].shape != candidate.shape:
                continue
            if candidate.shape == array.shape and np.allclose(candidate, array, atol=1e-3):
                found[name] = shipped[wire]
            elif candidate.shape == array.shape[::-1] and np.allclose(candidate.T, array, atol=1e-3):
                found[name] = shipped[wire].T
        numbers = [_find_number(float(number), exported, shipped) for number in array] if array.ndim == 1 else [None]
        if name not in found and None not in numbers:
            found[name] = np.array(numbers, np.float32)
    return found


def _find_number(number: float, exported: Arrays, shipped: Mapping[str, np.ndarray]) -> float | None:
    """What was shipped for one number of a vector, of which the exporter made constants."""
    same = (wire for wire, value in exported.items() if not value.ndim and abs(float(value) - number) < EXACT)
    return next((float(shipped[wire]) for wire in same if wire in shipped), None)
