"""hibari (Apache-2.0): the installed package, or another of its `.onnx` files, as a voice of blocks.

The graph is cut into encoders of text and prosody, the melody, and the frame decoder, which is written anew so that it
streams. Melody and decoder have float activations here: theirs are quantised over the whole call.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vivavoce.blocks.json_values import parse_json
from vivavoce.errors import InputError
from vivavoce.voice.importers.dequantise import dequantise
from vivavoce.voice.importers.graph import INT64, Graph, Wire
from vivavoce.voice.importers.hibari_decoder import LOOKAHEAD, decoder_network
from vivavoce.voice.importers.install import ImportedVoice
from vivavoce.voice.stack import describe_stack

INPUTS, OUTPUTS = {"ids", "speed"}, {"lh", "theta", "ln", "lr", "phi", "f0"}
TEXT, PROSODY, DURATIONS = "/Transpose_22_output_0", "/Transpose_55_output_0", "/dur/dur.2/Conv_output_0"
MELODY, ENERGY = "/Gather_33_output_0", "/Mul_62_output_0"
TEXT_WIDTH, PROSODY_WIDTH, UNIT_FRAMES = 128, 192, 2
BOUNDARY_S, LONGEST_END_S = -0.045, 0.175
RATE_HZ, HOP = 24_000, 300
EARLY_FRAMES = round(-BOUNDARY_S * RATE_HZ / HOP)


def is_hibari(graph: Graph) -> bool:
    """Whether a graph is one of hibari's voices."""
    return graph.inputs == INPUTS and graph.outputs == OUTPUTS


def package_assets() -> Path:
    """The data of the installed package, of which no code is run. Raises `InputError` where there is none."""
    spec = find_spec("hibari")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("hibari is not installed: pip install hibari-tts, or give one of its .onnx files")
    return Path(spec.submodule_search_locations[0]) / "assets"


def import_hibari(graph: Graph, data: bytes, name: str) -> ImportedVoice:
    """Import a graph of hibari's. Raises `InputError` for one of another shape."""
    assets = package_assets()
    if not graph.has(TEXT, PROSODY, DURATIONS, MELODY, ENERGY):
        raise InputError(f"{graph.place}: is not built as hibari 0.2 is, so it cannot be cut")
    whole, graph = graph, dequantise(graph)  # encoders read whole sentences: theirs may stay quantised, and are faster
    symbols = Wire("symbols", "ids", (1, "tokens"), INT64)
    per_token = Wire("prosody", PROSODY, (1, "tokens", PROSODY_WIDTH), transposed=True)
    durations = Wire("log_durations", DURATIONS, (1, "tokens"), reshaped=(1, -1))
    tracks = [
        Wire(track, tensor, (1, "units", UNIT_FRAMES), reshaped=(1, -1, UNIT_FRAMES))
        for track, tensor in (("f0", "f0"), ("energy", ENERGY))
    ]
    files = {
        "text_encoder.onnx": whole.part([symbols], [Wire("encoded", TEXT, (1, "tokens", TEXT_WIDTH), transposed=True)]),
        "prosody_encoder.onnx": whole.part([symbols], [per_token, durations]),
        "melody.onnx": graph.part([Wire("prosody", MELODY, (1, "units", PROSODY_WIDTH), transposed=True)], tracks),
        "decoder.onnx": decoder_network(graph),
    }
    vocabulary = parse_json((assets / "vocab.json").read_bytes(), str(assets / "vocab.json"))
    return ImportedVoice(name, _manifest(graph, data, name, assets, vocabulary), files)


def _manifest(graph: Graph, data: bytes, name: str, assets: Path, vocabulary: dict[str, int]) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    speaker, licence, origin = _speaker(assets, digest, name)
    per_token = [1, "tokens"]
    return {
        "name": name,
        "kind": "voice",
        "summary": f"hibari, imported: {speaker['description']}",
        "licence": licence,
        "attribution": origin,
        "provenance": {"data": [], "recipe": f"imported, sha256 {digest}", "steps": 0, "hardware": "none"},
        "sample_rate_hz": RATE_HZ,
        "hop": HOP,
        "speakers": [speaker],
        "inputs": {
            "symbols": {"dtype": "int64", "shape": per_token},
            "gaps": {"dtype": "bool", "shape": per_token},
            **{
                track: {"dtype": "float32", "shape": per_token}
                for track in ("rate", "pitch_shift", "pitch_range", "gain", "given_frames")
            },
            "given_f0": {"dtype": "float32", "shape": [1, "given"]},
            "centre_hz": {"dtype": "float32", "shape": [1]},
        },
        "networks": {
            "text_encoder": {"file": "text_encoder.onnx", "role": "encoder"},
            "prosody_encoder": {"file": "prosody_encoder.onnx", "role": "encoder"},
            "melody": {"file": "melody.onnx", "role": "melody"},
            "decoder": {"file": "decoder.onnx", "role": "decoder"},
        },
        "config": {
            "Decoder": {"lookahead": LOOKAHEAD, "forward": ["f0", "gain"]},
            "UnitUpsampler": {"unit_frames": UNIT_FRAMES, "early_frames": EARLY_FRAMES},
        },
        "stack": describe_stack({"type": "UnitUpsampler"}, {"type": "Decoder"}, {"type": "SpectralSynthesis"}),
        "details": {
            "voice": {
                "alphabet": {"symbols": vocabulary, "begin": [0], "end": [0]},
                "boundary_s": BOUNDARY_S,
                "longest_end_s": LONGEST_END_S,
                "median_f0_hz": {speaker["name"]: 180.0},
            }
        },
    }


def _speaker(assets: Path, digest: str, name: str) -> tuple[dict[str, Any], str, str]:
    """The speaker as hibari's own list describes the file, the licence and the origin; little is known of a file that
    is not in the list."""
    place = assets / "voices.json"
    known = parse_json(place.read_bytes(), str(place))
    for title, row in known.items():
        if row.get("sha256") == digest:
            british = bool(row.get("british"))
            accent = "British" if british else "US"
            described = f"{row['gender'].capitalize()}, {accent} English; synthetic, taught by Kokoro-82M"
            return (
                {
                    "name": title, "language": "en-GB" if british else "en-US", "description": described,
                    "gender": row["gender"],
                },
                _licence(),
                f"hibari, voice {title}, by Maureese Williams; distilled from Kokoro-82M (Apache-2.0)",
            )  # fmt: skip
    unknown = {"name": name, "language": "en-US", "description": "A voice in hibari's format, of unknown origin"}
    return unknown, "unknown", "A file in hibari's format that is not in hibari's list; ask whoever made it"


def _licence() -> str:
    try:
        return metadata("hibari-tts")["License"] or "unknown"
    except PackageNotFoundError:
        return "unknown"
