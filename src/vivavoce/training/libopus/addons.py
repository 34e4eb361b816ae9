"""The addons that come out of libopus's weights, each with its licence and a card that says whose work it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.blocks import Addon, write_addon
from vivavoce.files import write_text
from vivavoce.training.libopus import networks
from vivavoce.training.libopus.layers import read_arrays, read_conv2d, read_linear
from vivavoce.training.libopus.source import LibopusSource

NOTICE = """These weights were converted from libopus {version} (int8, as they are there) for vivavoce.
They are the work of its authors, who neither endorse nor promote vivavoce or what is made with it.

The files they were read from say:

Copyright (c) 2022-2023 Amazon, Mozilla, Octasic, Jean-Marc Valin; under the two conditions and the disclaimer below.

libopus as a whole:

{copying}"""

CARD = """# {name}

{summary}.

- Weights: BSD-3-Clause, {megabytes:.2f} MB. Trained by Xiph.Org and Amazon for libopus {version}, where they are
  `dnn/*_data.c`; converted to ONNX as they are, int8. Not trained here. `NOTICE` has the licence.
- Made by `python -m vivavoce.training.libopus opus_{version}.orig.tar.xz ADDONS`. Debian's source package `opus`
  carries the file (`apt-get source opus`).

{notes}

## Limits

{limits}
"""


def write_addons(source: LibopusSource, folder: Path) -> list[Addon]:
    """Write `fargan`, `dred` and `plc-predictor` into a folder. Raises `InputError` for weights of another form."""
    return [_write_fargan(source, folder), _write_dred(source, folder), _write_predictor(source, folder)]


def _write_fargan(source: LibopusSource, folder: Path) -> Addon:
    layers = read_linear(source.weights("fargan"))
    return _write(
        source,
        folder / "fargan",
        "FARGAN, a vocoder at 16 kHz that goes on from any sound",
        {"condition": networks.build_condition(layers), "signal": networks.build_signal(layers)},
        notes="Twenty acoustic features each 10 ms (`vivavoce.redundancy.features`) become sound, 2.5 ms at a time, "
        "each from what was made before.",
        limits="- Wideband mono speech; music and several voices at once come out as one hoarse voice.\n"
        "- Exact beside libopus for the first 10 ms. Later the two drift apart, as two builds of libopus do.",
    )


def _write_dred(source: LibopusSource, folder: Path) -> Addon:
    version = source.constant("DRED_EXPERIMENTAL_VERSION")
    return _write(
        source,
        folder / "dred",
        "DRED, the deep redundancy of Opus: a second of speech in 50 to 70 bytes",
        {
            "encoder": networks.build_dred_encoder(read_linear(source.weights("dred_rdovae_enc"))),
            "decoder": networks.build_dred_decoder(read_linear(source.weights("dred_rdovae_dec"))),
            "pitch": networks.build_pitch(
                read_linear(source.weights("pitchdnn")), read_conv2d(source.weights("pitchdnn"))
            ),
        },
        files={"statistics.json": _statistics(source)},
        details={
            "extension_id": source.constant("DRED_EXTENSION_ID"),
            "prefix": (b"D" + bytes([version])).hex(),
            "max_latents": source.constant("DRED_MAX_LATENTS"),
        },
        notes="Encoder, decoder and pitch network, with the tables of the entropy coder. Together with the extension's "
        f"number and prefix (`D`, version {version}) they are what two ends have to agree on; another version is "
        "another addon.",
        limits="- An experimental version of the payload (draft-ietf-mlcodec-opus-dred): only libopus "
        f"{source.version} and others of version {version} understand it.\n- Wideband mono speech.",
    )


def _write_predictor(source: LibopusSource, folder: Path) -> Addon:
    return _write(
        source,
        folder / "plc-predictor",
        "Predicts the acoustic features of lost frames",
        {"predictor": networks.build_predictor(read_linear(source.weights("plc")))},
        notes="A recurrent network that hears features and short-term spectra of what arrives, and goes on alone.",
        limits="- It continues a sound, it does not guess the next one: after about 60 ms it only fades.",
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


def _write(
    source: LibopusSource,
    folder: Path,
    summary: str,
    models: Mapping[str, bytes],
    *,
    notes: str,
    limits: str,
    files: Mapping[str, bytes] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Addon:
    name = folder.name
    manifest = {
        "name": name,
        "kind": name,
        "summary": summary,
        "licence": "BSD-3-Clause",
        "attribution": "Xiph.Org and Amazon (libopus); converted, not trained here; see NOTICE",
        "provenance": {
            "data": ["as chosen by the authors of libopus"],
            "recipe": f"vivavoce.training.libopus, libopus {source.version}",
            "steps": 0,
            "hardware": "none, weights as published",
        },
        "details": dict(details or {}),
        "sample_rate_hz": 16_000,
        "hop": 160,
        "networks": {model: {"file": f"{model}.onnx", "role": model} for model in models},
    }
    notice = NOTICE.format(version=source.version, copying=source.copying).encode()
    contents = {**{f"{model}.onnx": data for model, data in models.items()}, **(files or {}), "NOTICE": notice}
    addon = write_addon(folder, manifest, contents)
    size = np.sum([len(data) for data in contents.values()]) / 1e6
    card = CARD.format(name=name, summary=summary, megabytes=size, version=source.version, notes=notes, limits=limits)
    write_text(folder / "CARD.md", card)
    return addon
