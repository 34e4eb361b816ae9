"""A graph wired and named as Kokoro-82M's is, small and untrained: text, lengths, melody, decoder, source, generator."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from vivavoce.voice.importers.kokoro_networks import (
    ENERGY,
    F0,
    GENERATOR,
    HIDDEN,
    HOP,
    MIX,
    MIX_BIAS,
    PROSODY,
    PROSODY_WIDTH,
    SOUND,
    SOURCE,
    STYLE_WIDTH,
    TEXT,
    TEXT_WIDTH,
    UNITS,
)

VOICES = ("af_one", "af_two", "bm_three", "jf_four")
ROWS = 40
HARMONICS, CHANNELS = 3, 8


class _Builder:
    def __init__(self) -> None:
        self.random = np.random.default_rng(31)
        self.nodes: list[Any] = []
        self.stored: dict[str, Any] = {}

    def weights(self, name: str, *shape: int, size: float = 0.1) -> str:
        array = (size * self.random.standard_normal(shape)).astype(np.float32)
        return self.constant(name, array)

    def constant(self, name: str, array: Any) -> str:
        self.stored[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    def ints(self, *values: int) -> str:
        return self.constant(f"ints_{'_'.join(map(str, values))}", np.array(values, np.int64))

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def normalised(self, prefix: str, x: str) -> str:
        """Over time, then scaled and shifted by the style, with the real one's operators."""
        add = self.add
        size = 2 * CHANNELS
        given = add("MatMul", ["style", self.weights(f"{prefix}.fc", STYLE_WIDTH, size, size=0.05)], f"{prefix}/fc")
        column = add("Unsqueeze", [given, self.ints(2)], f"{prefix}/Unsqueeze")
        halves = [f"{prefix}/Slice", f"{prefix}/Slice_1"]
        self.nodes.append(helper.make_node("Split", [column, self.ints(CHANNELS, CHANNELS)], halves, axis=1))
        scale = add("Add", [halves[0], self.constant("unity", np.float32(1.0))], f"{prefix}/Add_1")
        mean = add("ReduceMean", [x, self.ints(2)], f"{prefix}/ReduceMean", keepdims=1)
        centred = add("Sub", [x, mean], f"{prefix}/Sub")
        squared = add("Mul", [centred, centred], f"{prefix}/Mul_2")
        power = add("ReduceMean", [squared, self.ints(2)], f"{prefix}/ReduceMean_2", keepdims=1)
        padded = add("Add", [power, self.constant("epsilon", np.float32(1e-5))], f"{prefix}/Add_2")
        root = add("Sqrt", [padded], f"{prefix}/Sqrt")
        even = add("Div", [centred, root], f"{prefix}/Div_1")
        scaled = add("Mul", [scale, even], f"{prefix}/Mul_3")
        return add("Add", [scaled, halves[1]], f"{prefix}/Add_3")

    def conv(self, name: str, x: str, into: int, out: int, size: int, output: str = "", **attributes: Any) -> str:
        weight = self.weights(f"{name}.weight", out, into, size, size=0.5 / np.sqrt(into * size))
        pads = attributes.pop("pads", [size // 2] * 2)
        return self.add("Conv", [x, weight], output or name, pads=pads, **attributes)


@cache
def kokoro_model() -> bytes:
    """The whole graph: `tokens`, `style` and `speed` to `audio`."""
    build = _Builder()
    _text(build)
    _melody(build)
    _source(build)
    _decoder(build)
    value = helper.make_tensor_value_info
    shapes = {"tokens": (7, [1, "count"]), "style": (1, [1, STYLE_WIDTH]), "speed": (1, [1])}
    inputs = [value(name, *of) for name, of in shapes.items()]
    stored = list(build.stored.values())
    graph = helper.make_graph(build.nodes, "kokoro", inputs, [value(SOUND, 1, ["samples"])], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _text(build: _Builder) -> None:
    add, ints = build.add, build.ints
    said = add("Gather", [build.weights("text.table", 178, TEXT_WIDTH, size=1.0), "tokens"], "text_rows")
    columns = add("Transpose", [said], "text_columns", perm=[0, 2, 1])
    rows = add("Gather", [build.weights("prosody.table", 178, PROSODY_WIDTH, size=1.0), "tokens"], "prosody_rows")
    prosody = add("Transpose", [rows], "prosody_columns", perm=[0, 2, 1])
    lengths = build.random.uniform(1.6, 5.0, (178,)).astype(np.float32)
    lengths[0] = 9.0  # silence at the edges
    add("Gather", [build.constant("lengths.table", lengths), "tokens"], "lengths")
    rounded = add("Round", [add("Div", ["lengths", "speed"], "at_speed")], "rounded")
    add("Clip", [rounded, build.constant("one", np.float32(1.0))], UNITS)
    row = add("Squeeze", [UNITS, ints(0)], "units_row")
    ends = add("CumSum", [row, build.constant("first_axis", np.int64(0))], "ends")
    starts = add("Sub", [ends, row], "starts")
    total = add("ReduceMax", [ends], "total", keepdims=0)
    steps = [build.constant("zero", np.float32(0.0)), total, "one"]
    places = add("Unsqueeze", [add("Range", steps, "places"), ints(0)], "places_row")
    begun = add("GreaterOrEqual", [places, add("Unsqueeze", [starts, ints(1)], "starts_column")], "begun")
    going = add("Less", [places, add("Unsqueeze", [ends, ints(1)], "ends_column")], "going")
    aligned = add("Cast", [add("And", [begun, going], "inside")], "aligned", to=1)
    add("MatMul", [columns, aligned], TEXT)
    add("MatMul", [prosody, aligned], PROSODY)


def _melody(build: _Builder) -> None:
    """f0 about 150 Hz, and energy, two values a unit; both hear the style and the whole sentence."""
    add = build.add
    whole = add("ReduceMean", [PROSODY, build.ints(2)], "prosody_mean", keepdims=1)
    heard = add("Add", [PROSODY, whole], "heard")
    turned = add("MatMul", ["style", build.weights("melody.style", STYLE_WIDTH, 2)], "melody_of_style")
    column = add("Unsqueeze", [turned, build.ints(2)], "melody_column")
    for name, tensor, factor, base in (("f0", F0, 60.0, 150.0), ("energy", ENERGY, 2.0, 0.0)):
        moved = add("Add", [build.conv(f"{name}.conv", heard, PROSODY_WIDTH, 2, 3), column], f"{name}_moved")
        bent = add("Tanh", [moved], f"{name}_bent")
        wide = add("Mul", [bent, build.constant(f"{name}_factor", np.float32(factor))], f"{name}_wide")
        placed = add("Add", [wide, build.constant(f"{name}_base", np.float32(base))], f"{name}_placed")
        pairs = add("Transpose", [placed], f"{name}_pairs", perm=[0, 2, 1])
        add("Reshape", [pairs, build.ints(1, -1)], tensor)


def _source(build: _Builder) -> None:
    """Harmonics whose phase is counted by frames and drawn between their middles, as the real graph does."""
    add, prefix = build.add, f"{GENERATOR}m_source/"
    linear = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    track = add("Unsqueeze", [F0, build.ints(1)], f"{prefix}track")
    up = build.constant("by_hop", np.array([1, 1, HOP], np.float32))
    samples = add("Resize", [track, "", up], f"{prefix}samples", mode="nearest")
    numbers = build.constant("harmonics", np.arange(1, HARMONICS + 1, dtype=np.float32)[None, :, None])
    turns = add("Div", [add("Mul", [track, numbers], f"{prefix}hertz"), build.constant("rate", np.float32(24_000))],
                f"{prefix}turns")  # fmt: skip
    phase = add("CumSum", [turns, build.constant("time_axis", np.int64(2))], f"{prefix}phase")
    angle = add("Mul", [phase, build.constant("angle", np.float32(2 * np.pi * HOP))], f"{prefix}angle")
    sine = add("Sin", [add("Resize", [angle, "", up], f"{prefix}angles", **linear)], f"{prefix}sine")
    small = add("Mul", [sine, build.constant("amplitude", np.float32(0.1))], f"{prefix}small")
    voiced = add("Greater", [samples, build.constant("threshold", np.float32(10.0))], f"{prefix}voiced")
    heard = add("Mul", [small, add("Cast", [voiced], f"{prefix}gate", to=1)], f"{prefix}heard")
    rows = add("Transpose", [heard], f"{prefix}rows", perm=[0, 2, 1])
    mixed = add("MatMul", [rows, build.weights("mix", HARMONICS, 1, size=0.4)], MIX)
    biased = add("Add", [build.constant(MIX_BIAS, np.array([-0.03], np.float32)), mixed], f"{prefix}biased")
    wave = add("Transpose", [add("Tanh", [biased], f"{prefix}tanh")], f"{prefix}wave", perm=[0, 2, 1])
    add("Squeeze", [wave, build.ints(1)], SOURCE)


def _decoder(build: _Builder) -> None:
    add, conv = build.add, build.conv
    tracks = []
    for name, tensor, scale in (("F0", F0, 0.01), ("N", ENERGY, 0.3)):
        small = add("Mul", [tensor, build.constant(f"{name}_scale", np.float32(scale))], f"{name}_small")
        row = add("Unsqueeze", [small, build.ints(1)], f"{name}_row")
        tracks.append(conv(f"/decoder/{name}_conv", row, 1, 2, 3, strides=[2]))
    joined = add("Concat", [TEXT, *tracks], "/decoder/Concat", axis=1)
    narrow = conv("/decoder/narrow", joined, TEXT_WIDTH + 4, CHANNELS, 3)
    bent = add("LeakyRelu", [build.normalised("/decoder/decoder/encode/norm1", narrow)], "/decoder/bent")
    mixed = conv("/decoder/mix", bent, CHANNELS, CHANNELS, 3)
    doubled = build.constant("doubled", np.array([1, 1, 2], np.float32))
    frames = add("Resize", [mixed, "", doubled], "/decoder/frames", mode="nearest")
    conv("/decoder/widen", frames, CHANNELS, 512, 1, output=HIDDEN)
    filtered = conv(f"{GENERATOR}ups", HIDDEN, 512, CHANNELS, 3)
    wave = add("Unsqueeze", [SOURCE, build.ints(1)], f"{GENERATOR}wave")
    excited = conv(f"{GENERATOR}noise", wave, 1, CHANNELS, HOP, strides=[HOP], pads=[0, 0])
    both = add("Add", [filtered, excited], f"{GENERATOR}both")
    even = build.normalised(f"{GENERATOR}resblocks.0/adain1.0", both)
    raised = build.weights("raise", CHANNELS, 1, HOP, size=0.02)
    sound = add("ConvTranspose", [even, raised], f"{GENERATOR}sound", strides=[HOP])
    add("Reshape", [sound, build.ints(-1)], SOUND)


def write_voices(folder: Path, names: tuple[str, ...] = VOICES) -> Path:
    """Voices as kokoro-js keeps them: a file of raw floats each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        rows = np.random.default_rng(number).normal(0.0, 0.3, (ROWS, 1, STYLE_WIDTH)).astype("<f4")
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    return folder


def write_model(path: Path) -> Path:
    path.write_bytes(kokoro_model())
    return path
