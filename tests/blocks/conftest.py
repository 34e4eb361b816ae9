from __future__ import annotations

import pytest

from tests.blocks.toys import ToyUpsampler
from vivavoce.blocks import StreamingNetwork, registry


class ToyDecoder(StreamingNetwork):
    default_network = "decoder"


TOY_TYPES = {"Upsampler": ToyUpsampler, "Decoder": ToyDecoder}


@pytest.fixture
def toy_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of the speech blocks stand for toys, as if a package had registered them."""
    found = registry.block_type
    monkeypatch.setattr("vivavoce.blocks.build.block_type", lambda name: TOY_TYPES.get(name) or found(name))
