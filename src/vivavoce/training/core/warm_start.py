"""First weights for a training: from a run, a file of weights, or an addon that ships.

An addon holds ONNX, whose weights the exporter renamed and turned. Which of them was which is found out by exporting a
probe: a network of the same shape whose every weight is drawn at random, and so is known again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
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
from vivavoce.training.core.product import Product
from vivavoce.training.core.weights import read_weights

Arrays = dict[str, np.ndarray]


def warm_start(product: Product[Any], network: nn.Module, source: Path) -> None:
    """Put first weights into a network: of a run's folder, of a `.pt` file, or of the folder of an addon.

    Raises `InputError` where they do not fit, which an addon's do not if the exporter folded them into others
    (normalisation over batches into convolutions).
    """
    if not (source / MANIFEST_FILE).is_file():
        load_weights(network, source)
        return
    addon = load_addon(source)
    probe = _randomize(copy.deepcopy(network))
    with torch.no_grad():
        exports = product.export(probe).networks
    found: dict[str, np.ndarray] = {}
    for name in exports.keys() & addon.manifest.networks.keys():
        shipped = addon.manifest.networks[name]
        if isinstance(exports[name], ReadyNetwork):
            raise InputError(f"{source}: the network {name} is exported in a way of its own, start from a run instead")
        found |= _match_names(probe, read_weights(exports[name].to_onnx()), read_weights(addon.read(shipped.file)))
    missing = [name for name, value in network.state_dict().items() if name not in found and value.is_floating_point()]
    if missing:
        raise InputError(f"{source}: {len(missing)} weights, such as {missing[0]}, cannot be told from the ONNX")
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name in found:
                value.copy_(torch.from_numpy(found[name].copy()))


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
    return found
