"""The learned detectors' networks, by name from their addons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vivavoce.blocks import Addon, Network, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.inspection.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Learned:
    """An addon's networks and the figures that its decisions need."""

    addon: Addon
    networks: dict[str, Network]

    def figure(self, name: str) -> float:
        """A number of the addon's `details`. Raises `UnavailableError` when it is not there."""
        value: Any = self.addon.manifest.details.get(name)
        if not isinstance(value, int | float):
            raise UnavailableError(f'{self.addon.path}: details has no number "{name}"')
        return float(value)


def load_learned(name: str, *networks: str) -> Learned:
    """The addon `name` with some of its networks loaded. Raises `UnavailableError` with what to do."""
    try:
        addon = load_addon(find_addon(name))
        missing = [network for network in networks if network not in addon.manifest.networks]
        if missing:
            raise InputError(f'{addon.path}: no network "{missing[0]}" in it')
        return Learned(addon, {network: addon.network(network) for network in networks})
    except InputError as error:
        raise UnavailableError(f"{error} (python -m vivavoce.training makes it)") from error
