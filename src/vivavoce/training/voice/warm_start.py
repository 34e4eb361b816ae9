"""Where a training begins: with hibari's weights, or with those of an addon that was exported before."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.training.core.weights import read_weights
from vivavoce.training.voice.hibari import hibari_graph, hibari_weights, start_from_hibari
from vivavoce.training.voice.networks import Melody, Voice

HIBARI = "hibari"


def begin(network: Voice | Melody, source: str, prefix: str) -> None:
    """Put first weights into a network: hibari's, or those that an addon (a name or a folder) holds of the module that
    was called `prefix` when it was exported.

    Raises `InputError` where the addon does not hold them all.
    """
    if source == HIBARI:
        start_from_hibari(network, hibari_weights(hibari_graph()))
    else:
        load_exported(network, source, prefix)


def load_exported(network: nn.Module, source: str, prefix: str) -> None:
    """Put the weights of an addon's module `prefix` into a network. Raises `InputError`."""
    stored = exported_weights(source)
    wanted = dict(network.named_parameters())
    missing = [name for name in wanted if f"{prefix}.{name}" not in stored]
    if missing:
        raise InputError(f"{source}: holds no weights {prefix}.{missing[0]} to begin with")
    try:
        network.load_state_dict({name: stored[f"{prefix}.{name}"] for name in wanted}, strict=False)
    except RuntimeError as error:
        raise InputError(f"{source}: {' '.join(str(error).split())[:200]}") from error


def exported_weights(source: str) -> dict[str, Tensor]:
    """The weights of all networks of an addon, by their names in training."""
    addon = load_addon(find_addon(source))
    found: dict[str, Tensor] = {}
    for network in addon.manifest.networks.values():
        stored = read_weights(addon.read(network.file))
        found |= {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in stored.items()}
    return found
