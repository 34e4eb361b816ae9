"""The addons that come out of libopus's weights, each with its licence and a card that says whose work it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from vivavoce.blocks import Addon
from vivavoce.blocks.addon_spec import AddonSpec, ReadyNetwork, write_untrained
from vivavoce.blocks.model_card import CardText
from vivavoce.redundancy.importer import networks
from vivavoce.redundancy.importer.layers import read_arrays, read_conv2d, read_linear
from vivavoce.redundancy.importer.source import LibopusSource

NOTICE = """\
These weights were converted from libopus {version} (int8, as they are there) by vivavoce. They are the work of
its authors, who neither endorse nor promote vivavoce or what is made with it.

The files they were read from say:

Copyright (c) 2022-2023 Amazon, Mozilla, Octasic, Jean-Marc Valin; under the two conditions and the disclaimer below.

libopus as a whole:

{copying}"""


def write_addons(source: LibopusSource, folder: Path) -> list[Addon]:
    """Write `fargan`, `dred` and `plc-predictor` into a folder. Raises `InputError` for weights of another form."""
    origin = f"vivavoce.redundancy.importer, libopus {source.version}"
    specs = (_fargan_spec(source), _dred_spec(source), _predictor_spec(source))
    return [write_untrained(spec, folder / spec.name, origin) for spec in specs]


def _fargan_spec(source: LibopusSource) -> AddonSpec:
    layers = read_linear(source.weights("fargan"))
    return _spec(
        source,
        "fargan",
        "FARGAN, a vocoder at 16 kHz that goes on from any sound",
        {"condition": networks.build_condition(layers), "signal": networks.build_signal(layers)},
        notes="Twenty acoustic features each 10 ms (`vivavoce.redundancy.features`) become sound, 2.5 ms at a time, "
        "each from what was made before.",
        limits=(
            "Wideband mono speech; music and several voices at once come out as one hoarse voice.",
            "Exact beside libopus for the first 10 ms. Later the two drift apart, as two builds of libopus do.",
        ),
    )


def _dred_spec(source: LibopusSource) -> AddonSpec:
    version = source.constant("DRED_EXPERIMENTAL_VERSION")
    pitch = source.weights("pitchdnn")
    spec = _spec(
        source,
        "dred",
        "DRED, the deep redundancy of Opus: a second of speech in 50 to 70 bytes",
        {
            "encoder": networks.build_dred_encoder(read_linear(source.weights("dred_rdovae_enc"))),
            "decoder": networks.build_dred_decoder(read_linear(source.weights("dred_rdovae_dec"))),
            "pitch": networks.build_pitch(read_linear(pitch), read_conv2d(pitch)),
        },
        notes="Encoder, decoder and pitch network, with the tables of the entropy coder. Together with the extension's "
        f"number and prefix (`D`, version {version}) they are what two ends have to agree on; another version is "
        "another addon.",
        limits=(
            "An experimental version of the payload (draft-ietf-mlcodec-opus-dred): only libopus "
            f"{source.version} and others of version {version} understand it.",
            "Wideband mono speech.",
        ),
    )
    details = {
        "extension_id": source.constant("DRED_EXTENSION_ID"),
        "prefix": (b"D" + bytes([version])).hex(),
        "max_latents": source.constant("DRED_MAX_LATENTS"),
    }
    return replace(spec, details=details, files={"statistics.json": _statistics(source), **spec.files})


def _predictor_spec(source: LibopusSource) -> AddonSpec:
    return _spec(
        source,
        "plc-predictor",
        "Predicts the acoustic features of lost frames",
        {"predictor": networks.build_predictor(read_linear(source.weights("plc")))},
        notes="A recurrent network that hears features and short-term spectra of what arrives, and goes on alone.",
        limits=("It continues a sound, it does not guess the next one: after about 60 ms it only fades.",),
    )


def _statistics(source: LibopusSource) -> bytes:
    """The tables of the quantiser and the entropy coder: 16 levels of uint8 for each dimension."""
    arrays = read_arrays(source.weights("dred_rdovae_stats"))
    names = {"quant_scales": "scales", "dead_zone": "dead_zones", "r": "decays", "p0": "zeros"}
    tables = {
        vector: {ours: arrays[f"dred_{theirs}_{name}_q8"].reshape(16, -1).tolist() for name, ours in names.items()}
        for vector, theirs in (("latents", "latent"), ("starts", "state"))
    }
    return json.dumps(tables, separators=(",", ":")).encode() + b"\n"


def _spec(
    source: LibopusSource, name: str, summary: str, models: Mapping[str, bytes], notes: str, limits: tuple[str, ...]
) -> AddonSpec:
    made_by = (
        f"Weights of libopus {source.version}, `dnn/*_data.c` of Debian's source package (`apt-get source opus`), "
        "converted to ONNX as they are, int8."
    )
    return AddonSpec(
        name=name,
        kind=name,
        summary=summary,
        licence="BSD-3-Clause",
        attribution="Xiph.Org and Amazon (libopus); converted, not trained here; see NOTICE",
        data=("as chosen by the authors of libopus",),
        networks={model: ReadyNetwork(onnx=onnx, role=model) for model, onnx in models.items()},
        stack=None,
        manifest={"sample_rate_hz": 16_000, "hop": 160},
        card=CardText(notes=f"{notes}\n\n{made_by}", limits=limits),
        files={"NOTICE": NOTICE.format(version=source.version, copying=source.copying).encode()},
    )
