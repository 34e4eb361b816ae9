"""Piper voices (VITS): `voice.onnx` with `voice.onnx.json` beside it, as a voice of blocks.

The graph is cut where tokens become frames, and after the flow. The flow and the generator are convolutions with a
finite view, so both stream in windows, exactly. Lengths are known before the first sound, so rate, breaks and word
marks work; there is no pitch to change in the middle of such a model, and none is promised.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.blocks.json_values import parse_json, read_dataclass, shown
from vivavoce.errors import InputError
from vivavoce.json_types import is_object
from vivavoce.text.espeak import espeak_language
from vivavoce.voice.importers.graph import INT64, Graph, Wire
from vivavoce.voice.importers.install import ImportedVoice
from vivavoce.voice.stack import describe_stack

INPUTS, OUTPUTS = {"input", "input_lengths", "scales"}, {"output"}
MEAN, LOG_SCALE, LENGTHS = "/enc_p/Split_output_0", "/enc_p/Split_output_1", "/Mul_output_0"
LATENT, MASK, FLOWED, SOUND = "/Add_output_0", "/Cast_2_output_0", "/Mul_7_output_0", "/dec/Tanh_output_0"
DURATION_NOISE = "/dp/RandomNormalLike_output_0"
WIDTH, HOP = 192, 256
FLOW_MARGIN, GENERATOR_MARGIN = 32, 11
MOST_TOKENS = 8192
LONGEST_JSON = 1 << 20
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
ENGLISH = {"en_US": "en-US", "en_GB": "en-GB"}
SPELLING = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ", "T": "ɾ", "ᵊ": "ə",
    "ɜɹ": "ɜː", "əɹ": "ɚ", "i": "iː", "u": "uː", "ɑ": "ɑː", "ɔ": "ɔː",
}  # fmt: skip
"""Our sounds as espeak-ng writes them, which Piper was taught from."""


@dataclass(frozen=True)
class Inference:
    """Sizes of the noise that the voice was tuned with."""

    noise_scale: float = 0.667
    length_scale: float = 1.0
    noise_w: float = 0.8


@dataclass(frozen=True)
class PiperConfig:
    """What is read of `voice.onnx.json`; other keys are for other programs."""

    audio: dict[str, Any]
    espeak: dict[str, Any]
    phoneme_id_map: dict[str, tuple[int, ...]]
    inference: Inference = Inference()
    num_speakers: int = 1
    phoneme_type: str = "espeak"
    language: dict[str, Any] = field(default_factory=dict[str, Any])
    dataset: str = ""


def is_piper(graph: Graph) -> bool:
    """Whether a graph is one of Piper's voices of one speaker."""
    return graph.outputs == OUTPUTS and graph.inputs in (INPUTS, INPUTS | {"sid"})


def import_piper(graph: Graph, data: bytes, path: Path, name: str) -> ImportedVoice:
    """Import a voice of Piper. Raises `InputError` without the JSON, and for several speakers, symbols that are not
    espeak-ng's, or a graph of another shape."""
    config = _config(path)
    if config.num_speakers != 1 or "sid" in graph.inputs:
        raise InputError(f"{path}: a voice of {config.num_speakers} speakers, only those of one are read here")
    if config.phoneme_type != "espeak":
        raise InputError(f"{path}: reads symbols of the type {shown(config.phoneme_type)}, only espeak is known here")
    language, alphabet = _language(config, path)
    if not graph.has(MEAN, LOG_SCALE, LENGTHS, LATENT, FLOWED, SOUND, DURATION_NOISE):
        raise InputError(f"{path}: is not built as Piper's voices are, so it cannot be cut")
    rate_hz = config.audio.get("sample_rate")
    if type(rate_hz) is not int:
        raise InputError(f"{path}.json: audio.sample_rate is missing")
    files = {
        "text_encoder.onnx": _text_encoder(graph, config.inference),
        "flow.onnx": graph.part(
            [Wire("latent", LATENT, (1, "window", WIDTH), transposed=True)],
            [Wire("flowed", FLOWED, (1, "window", WIDTH), transposed=True)],
            stored={MASK: np.ones((1, 1, 1), np.float32)},
        ),
        "generator.onnx": graph.part(
            [Wire("flowed", FLOWED, (1, "window", WIDTH), transposed=True)],
            [Wire("audio", SOUND, (1, "samples"), reshaped=(1, -1))],
        ),
    }
    return ImportedVoice(name, _manifest(config, data, path, name, (language, alphabet), rate_hz), files)


def _language(config: PiperConfig, path: Path) -> tuple[str, str]:
    """The language, and whose sounds the voice reads where they are not ours of that language."""
    code, voice = (str(found) for found in (config.language.get("code", ""), config.espeak.get("voice", "")))
    if code in ENGLISH:
        return ENGLISH[code], ""
    tag = (code or voice).replace("_", "-")
    if not _TAG.fullmatch(tag):
        raise InputError(f"{path}.json: its language is {shown(tag)}, which is no name of a language")
    try:
        return tag, espeak_language(voice or tag.partition("-")[0])
    except InputError as error:
        raise InputError(f"{path}.json: espeak.voice: {error}") from None


def _text_encoder(graph: Graph, inference: Inference) -> bytes:
    """Means, scales and lengths of tokens. The noise that lengths are drawn with depends on the place alone, so that a
    sentence is said the same way every time."""
    helper = graph.package.helper
    noise = np.random.default_rng(22).standard_normal((1, 2, MOST_TOKENS), np.float32)
    scales = np.array([inference.noise_scale, inference.length_scale, inference.noise_w], np.float32)
    count = [
        helper.make_node("Shape", ["input"], ["symbols_shape"]),
        helper.make_node("Slice", ["symbols_shape", "one", "two", "zero"], ["input_lengths"]),
        helper.make_node("Slice", ["all_noise", "zero", "input_lengths", "last"], [DURATION_NOISE]),
    ]
    axis = {"zero": 0, "one": 1, "two": 2, "last": 2}
    return graph.part(
        [Wire("symbols", "input", (1, "tokens"), INT64)],
        [
            Wire("mean", MEAN, (1, "tokens", WIDTH), transposed=True),
            Wire("log_scale", LOG_SCALE, (1, "tokens", WIDTH), transposed=True),
            Wire("lengths", LENGTHS, (1, "tokens"), reshaped=(1, -1)),
        ],
        stored={
            "scales": scales, "all_noise": noise,
            **{name: np.array([value], np.int64) for name, value in axis.items()},
        },
        before=count,
    )  # fmt: skip


def _config(path: Path) -> PiperConfig:
    beside = path.with_name(f"{path.name}.json")
    if not beside.is_file():
        raise InputError(f"{path}: a Piper voice needs its description beside it, {beside.name} is missing")
    if beside.stat().st_size > LONGEST_JSON:
        raise InputError(f"{beside}: over 1 MiB, no voice has so much to say of itself")
    found = parse_json(beside.read_bytes(), str(beside))
    if not is_object(found):
        raise InputError(f"{beside}: expected an object")
    known = {key: value for key, value in found.items() if key in PiperConfig.__dataclass_fields__}
    asked = known.get("inference")
    inference = {k: v for k, v in asked.items() if k in Inference.__dataclass_fields__} if is_object(asked) else {}
    return read_dataclass(PiperConfig, {**known, "inference": inference}, str(beside))


def _manifest(
    config: PiperConfig, data: bytes, path: Path, name: str, reads: tuple[str, str], rate_hz: int
) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    numbers = {symbol: ids[0] for symbol, ids in config.phoneme_id_map.items() if len(ids) == 1}
    for needed in "^$_":
        if needed not in numbers:
            raise InputError(f'{path}.json: phoneme_id_map has no "{needed}"')
    card = path.parent / "MODEL_CARD"
    licence, origin = _from_card(card)
    language, alphabet = reads
    speaker = {
        "name": config.dataset or name,
        "language": language,
        "alphabet": alphabet,
        "description": f"A Piper voice, {language}, of the data set {config.dataset or 'unknown'}",
    }
    per_token = [1, "tokens"]
    return {
        "name": name,
        "kind": "voice",
        "summary": f"Piper, imported: {speaker['description']}",
        "licence": licence,
        "attribution": origin,
        "provenance": {"data": [], "recipe": f"imported, sha256 {digest}", "steps": 0, "hardware": "none"},
        "sample_rate_hz": rate_hz,
        "hop": HOP,
        "speakers": [speaker],
        "inputs": {
            "symbols": {"dtype": "int64", "shape": per_token},
            "rate": {"dtype": "float32", "shape": per_token},
        },
        "networks": {
            "text_encoder": {"file": "text_encoder.onnx", "role": "encoder"},
            "flow": {"file": "flow.onnx", "role": "flow"},
            "generator": {"file": "generator.onnx", "role": "decoder"},
        },
        "stack": describe_stack(
            {"type": "LatentUpsampler", "width": WIDTH, "noise": config.inference.noise_scale},
            {"type": "WindowedNetwork", "network": "flow", "margin": FLOW_MARGIN},
            {
                "type": "WindowedNetwork", "network": "generator", "margin": GENERATOR_MARGIN,
                "upsampling_factor": HOP,
            },
        ),
        "details": {
            "voice": {
                "alphabet": {
                    "symbols": numbers, "begin": [numbers["^"]], "end": [numbers["$"]], "between": [numbers["_"]],
                    "spelling": {} if alphabet else SPELLING,
                }
            }
        },
    }  # fmt: skip


def _from_card(card: Path) -> tuple[str, str]:
    """Licence and origin as the voice's own card says them."""
    lines = card.read_text("utf-8", "replace").splitlines()[:200] if card.is_file() else []
    facts = dict(line.lstrip("* ").split(": ", 1) for line in lines if ": " in line and line.startswith("*"))
    licence = "".join(c for c in facts.get("License", "unknown") if c.isprintable())[:100]
    origin = "".join(c for c in facts.get("URL", "a Piper voice; ask whoever made it") if c.isprintable())[:300]
    return licence, origin
