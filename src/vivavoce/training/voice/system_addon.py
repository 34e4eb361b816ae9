"""What the addons of the prosody systems of one voice have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.corpora.descriptions import ATTRIBUTION
from vivavoce.training.voice.networks import Melody
from vivavoce.training.voice.utterances import SPEAKERS

CORPORA = ("kathleen", "ensemble", "intonation")
NOTES = "Predicts what stage I of the voice chorus found in its recordings, and serves that voice alone."


def system_spec(
    name: str, summary: str, network: NetworkExport, melody: Melody, metrics: Mapping[str, float] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> AddonSpec:  # fmt: skip
    """The addon of a system with one network, whose mask is filled in at run time; `melody` is the voice it serves."""
    inputs = {key: entry for key, entry in network.manifest_inputs().items() if key != "mask"}
    details: dict[str, Any] = {
        "voice": "chorus", "centres": dict(zip(SPEAKERS, melody.centre.tolist(), strict=True))
    }  # fmt: skip
    return AddonSpec(
        name=name, kind="prosody", summary=summary, attribution=ATTRIBUTION, data=CORPORA,
        networks={network.role: network}, stack=[{"type": "SequenceNetwork", "network": network.role}],
        manifest={"inputs": inputs, "speakers": list(SPEAKERS)}, details=details, metrics=metrics or {},
        card=CardText(notes=NOTES), files=files or {},
    )  # fmt: skip
