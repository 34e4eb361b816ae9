"""`python -m vivavoce.training ship`: the averaged weights of the runs, exported as the addons that are shipped."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vivavoce.blocks import Addon, write_addon
from vivavoce.features import BANDS, RATE_HZ
from vivavoce.training.cards import write_card
from vivavoce.training.export import export_acoustic, export_vocoder
from vivavoce.training.held_out import Material, acoustic_figures, vocoder_figures
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.networks.vocoder import VocoderNetwork
from vivavoce.training.prosody.ship import has_run, ship_prosody
from vivavoce.training.prosody.voice import follow_prosody, give_prosody
from vivavoce.training.provenance import PER_TOKEN, provenance, recipe, token_entries
from vivavoce.training.run import load_average
from vivavoce.training.utterances import SPEAKERS

ARTICLE_STACK = [
    {
        "type": "StreamablePipeline",
        "sequence_block": {"type": "Encoders"},
        "streamable_block": {"type": "StreamableStack", "stack": [{"type": "Upsampler"}, {"type": "Decoder"}]},
    }
]
ATTRIBUTION = (
    "Voice of Kathleen (dataset-voice-kathleen, CC0 1.0) and six synthetic voices spoken by Kokoro-82M (Apache-2.0) "
    "over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) and templates (CC0)"
)


def ship(material: Material, addons: Path, hardware: str) -> None:
    """Write the addons `vivavoce` and `vocoder` from the run `joint`, or where that is missing from its two starts,
    `legacy-heart` from the run `attention` and the prosody systems from theirs if they are there; each with its model
    card."""
    runs = material.runs
    joint = ("joint",) if (runs / "joint" / "checkpoint.pt").exists() else ()
    shipped = [
        _ship_acoustic(material, addons / "vivavoce", ("acoustic", *joint), hardware),
        _ship_vocoder(material, addons / "vocoder", ("vocoder", *joint), hardware),
    ]
    shipped += ship_prosody(material, addons, hardware)
    for addon in shipped:
        write_card(addon.path)


def ship_prosody_alone(material: Material, addons: Path, hardware: str) -> None:
    """Write the prosody systems, and give the encoders of stage I to the voice that is shipped already."""
    shipped = [give_prosody(addons / "vivavoce", material, hardware), *ship_prosody(material, addons, hardware)]
    for addon in shipped:
        write_card(addon.path)


def ship_one(name: str, material: Material, addons: Path, hardware: str) -> None:
    """Write one network of transfer, or an ablation: no other addon learned with it.

    Raises `SystemExit` where it was not trained.
    """
    if not has_run(material.runs, "prosody" if name == "selection" else name):
        raise SystemExit(f"{material.runs / name}: no checkpoint there, train the recipe {name}")
    for addon in ship_prosody(material, addons, hardware, (name,)):
        write_card(addon.path)


def _ship_acoustic(material: Material, folder: Path, names: tuple[str, ...], hardware: str) -> Addon:
    config = recipe("acoustic")
    model = AcousticModel(len(SPEAKERS), **config["network"])
    load_average(material.runs / names[-1], model, part="average_model" if names[-1] == "joint" else "average")
    if has_run(material.runs, "prosody"):
        follow_prosody(model, material.runs)
        names = (*names, "prosody")
    figures = acoustic_figures(model, config, material)
    description = {
        "name": "vivavoce",
        "kind": "voice",
        "summary": "Kathleen, a real person, and six synthetic voices of US and British English",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        **provenance(material.runs, names, config["data"]["corpora"], hardware, figures),
        "sample_rate_hz": RATE_HZ,
        "speakers": list(SPEAKERS),
        "inputs": {
            **token_entries(),
            "gaps": {"dtype": "bool", "shape": PER_TOKEN},
            "silence": {"dtype": "int64", "shape": PER_TOKEN},
        },
        "config": {
            "Decoder": {"lookahead": model.decoder.delay},
            "Upsampler": {"encoded_width": config["network"]["encoded"]},
        },
        "stack": ARTICLE_STACK,
    }
    with tempfile.TemporaryDirectory() as temporary:
        networks = export_acoustic(model, Path(temporary))
        description["networks"] = {
            name: {"file": file, "role": "encoder" if name.endswith("encoder") else "decoder"}
            for name, file in networks.items()
        }
        return write_addon(folder, description, {file: Path(temporary) / file for file in networks.values()})


def _ship_vocoder(material: Material, folder: Path, names: tuple[str, ...], hardware: str) -> Addon:
    config = recipe("vocoder")
    network = VocoderNetwork(**config["network"])
    load_average(material.runs / names[-1], network, part="average_network" if names[-1] == "joint" else "average")
    figures = vocoder_figures(network, material)
    description = {
        "name": "vocoder",
        "kind": "vocoder",
        "summary": "Universal vocoder: mel, pitch and voicing to 24 kHz sound, any speaker",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION + "; dataset-voice-kerstin and dataset-voice-nathalie (CC0 1.0), speechocean762",
        **provenance(material.runs, names, list(config["data"]["shares"]), hardware, figures),
        "sample_rate_hz": RATE_HZ,
        "inputs": {},
        "upstream": {
            "mel": {"dtype": "float32", "shape": [1, "frames", BANDS]},
            "log_f0": {"dtype": "float32", "shape": [1, "frames"]},
            "voiced": {"dtype": "float32", "shape": [1, "frames"]},
        },
        "config": {"Vocoder": {"lookahead": network.delay}},
        "stack": [{"type": "Vocoder"}],
    }
    with tempfile.TemporaryDirectory() as temporary:
        networks = export_vocoder(network, Path(temporary))
        description["networks"] = {name: {"file": file, "role": "vocoder"} for name, file in networks.items()}
        return write_addon(folder, description, {file: Path(temporary) / file for file in networks.values()})
