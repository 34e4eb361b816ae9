"""Kokoro-82M in parts: styles, text encoder, melody, frame decoder and generator.

What its layers are normalised by is found once for a sentence (`kokoro_layers`); what is left are convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.voice.importers.dequantise import dequantise
from vivavoce.voice.importers.graph import INT64, Graph, Wire
from vivavoce.voice.importers.kokoro_layers import (
    GENERATOR,
    AffineLayers,
    Normalisation,
    affine_layers,
    find_normalisations,
)

INPUTS = {"tokens", "style", "speed"}
TEXT, PROSODY, UNITS = "/encoder/MatMul_1_output_0", "/encoder/MatMul_output_0", "/encoder/Clip_output_0"
F0, ENERGY = "/encoder/Squeeze_output_0", "/encoder/Squeeze_1_output_0"
HIDDEN, SOURCE = "/decoder/decoder/decode.3/Div_4_output_0", "/decoder/decoder/generator/Squeeze_output_0"
SOUND = "audio"
MIX, MIX_BIAS = (
    "/decoder/decoder/generator/m_source/l_linear/MatMul",
    "decoder.decoder.generator.m_source.l_linear.bias",
)
TEXT_WIDTH, PROSODY_WIDTH, HIDDEN_WIDTH, STYLE_WIDTH = 512, 640, 512, 256
UNIT_FRAMES, HOP = 2, 300
"""Frames of a unit, and samples of a frame."""


class KokoroGraph:
    """The model, its layers' normalisations, and the networks made of it."""

    def __init__(self, graph: Graph) -> None:
        """Raises `InputError` for a graph of another build."""
        if graph.inputs != INPUTS or not graph.has(TEXT, PROSODY, UNITS, F0, ENERGY, HIDDEN, SOURCE, SOUND):
            raise InputError(f"{graph.place}: is not built as kokoro-v1.0.onnx is, so it cannot be cut")
        self.whole = graph
        self._helper = graph.package.helper

    @cached_property
    def float_graph(self) -> Graph:
        """The same with float activations."""
        return dequantise(self.whole)

    @cached_property
    def normalisations(self) -> tuple[Normalisation, ...]:
        """The normalisations of the decoder and the generator, in the order of the graph."""
        return find_normalisations(self.whole)

    def statistics_network(self) -> bytes:
        """The whole model with its layers' means and variances as outputs too, and f0 (1, frames) in Hz."""
        names = [name for layer in self.normalisations for name in (layer.mean, layer.variance)]
        wires = [Wire(f"statistic_{number}", name, (1, "channels", 1)) for number, name in enumerate(names)]
        inputs = [
            Wire("symbols", "tokens", (1, "count"), INT64), Wire("styles", "style", (1, STYLE_WIDTH)),
            Wire("rate", "speed", (1,)),
        ]  # fmt: skip
        sound, f0 = Wire("sound", SOUND, ("samples",)), Wire("f0", F0, (1, "frames"))
        return self.whole.part(inputs, [sound, f0, *wires])

    def style_network(self, styles: Array, means: Sequence[Array], variances: Sequence[Array]) -> bytes:
        """Symbols and the shares of speakers (1, speakers) to a style and the scales and shifts of all layers.

        `styles` is (speakers, counts of sounds, 256); `means` and `variances` are (speakers, channels) for each layer.
        """
        node = self._helper.make_node
        layers = self.normalisations
        sizes = [array.shape[1] for array in means]
        before = [
            node("Shape", ["tokens"], ["symbols_shape"], start=1, end=2),
            node("Sub", ["symbols_shape", "edges"], ["sounds"]),
            node("Min", ["sounds", "last_row"], ["row"]),
            node("Gather", ["styles", "row"], ["rows"], axis=1),
            node("Squeeze", ["rows", "one"], ["row_of_each"]),
            node("MatMul", ["shares", "row_of_each"], ["style"]),
        ]
        after: list[Any] = []
        for which, values in (("mean", means), ("variance", variances)):
            parts = [f"{which}_{number}" for number in range(len(values))]
            before.append(node("MatMul", ["shares", f"all_{which}s"], [f"joined_{which}s"]))
            before.append(node("Split", [f"joined_{which}s", "sizes"], parts, axis=1))
        groups: dict[str, list[str]] = {"decoder_affine": [], "generator_affine": []}
        for number, layer in enumerate(layers):
            group = groups["generator_affine" if layer.made.startswith(GENERATOR) else "decoder_affine"]
            scale, shift = f"scale_{number}", f"shift_{number}"
            after += [
                node("Add", [f"variance_{number}", layer.epsilon], [f"{scale}_power"]),
                node("Sqrt", [f"{scale}_power"], [f"{scale}_root"]),
                node("Squeeze", [layer.scale, "two"], [f"{scale}_style"]),
                node("Squeeze", [layer.shift, "two"], [f"{shift}_style"]),
                node("Div", [f"{scale}_style", f"{scale}_root"], [scale]),
                node("Mul", [f"mean_{number}", scale], [f"{shift}_mean"]),
                node("Sub", [f"{shift}_style", f"{shift}_mean"], [shift]),
            ]
            group += [scale, shift]
        after += [node("Concat", names, [name], axis=1) for name, names in groups.items()]
        stored = {
            "styles": styles, "all_means": np.concatenate(means, axis=1),
            "all_variances": np.concatenate(variances, axis=1), "sizes": np.array(sizes, np.int64),
            "edges": np.array([3], np.int64), "last_row": np.array([styles.shape[1] - 1], np.int64),
            "one": np.array([1], np.int64), "two": np.array([2], np.int64),
        }  # fmt: skip
        return self.whole.part(
            [Wire("symbols", "tokens", (1, "tokens"), INT64), Wire("blend", "shares", (1, len(styles)))],
            [
                Wire("style", "style", (1, STYLE_WIDTH)),
                *(Wire(name, name, (1, f"{name}_values")) for name in groups),
            ],
            stored=stored, before=before, after=after,
        )  # fmt: skip

    def text_network(self) -> bytes:
        """Symbols and style to what is said, what the melody is made of, and log(1 + units), for each symbol."""
        made_text, made_prosody = (self.whole.makers[name] for name in (TEXT, PROSODY))
        transposed = made_prosody.op_type == "MatMul"  # other builds transpose it in the product
        node = self._helper.make_node
        return self.whole.part(
            [Wire("symbols", "tokens", (1, "tokens"), INT64), Wire("style", "style", (1, STYLE_WIDTH))],
            [
                Wire("encoded", made_text.input[0], (1, "tokens", TEXT_WIDTH), transposed=True),
                Wire("prosody", made_prosody.input[0], (1, "tokens", PROSODY_WIDTH), transposed=transposed),
                Wire("log_durations", "log_units", (1, "tokens"), reshaped=(1, -1)),
            ],
            stored={"speed": np.ones(1, np.float32), "one_unit": np.ones(1, np.float32)},
            after=[node("Add", [UNITS, "one_unit"], ["more_units"]), node("Log", ["more_units"], ["log_units"])],
        )

    def melody_network(self) -> bytes:
        """Prosody of units and style to f0 in Hz and energy, two frames a unit; it reads the whole sentence."""
        tracks = [
            Wire(name, tensor, (1, "units", UNIT_FRAMES), reshaped=(1, -1, UNIT_FRAMES))
            for name, tensor in (("f0", F0), ("energy", ENERGY))
        ]
        prosody = Wire("prosody", PROSODY, (1, "units", PROSODY_WIDTH), transposed=True)
        return self.whole.part([prosody, Wire("style", "style", (1, STYLE_WIDTH))], tracks)

    def decoder_network(self, sizes: Sequence[int]) -> bytes:
        """Frames of what is said, f0 and energy to frames of hidden values; `sizes` are the channels of all layers."""
        node = self._helper.make_node
        layers = self._affine("decoder_affine", sizes)
        return self.float_graph.part(
            [
                Wire("encoded", "frames_of_text", (1, "window", TEXT_WIDTH)),
                Wire("f0", F0, (1, "window")), Wire("energy", ENERGY, (1, "window")), layers.wire,
            ],
            [Wire("hidden", HIDDEN, (1, "window", HIDDEN_WIDTH), transposed=True)],
            stored={
                **layers.stored, "first": np.array([0], np.int64), "all": np.array([2**62], np.int64),
                "axis": np.array([1], np.int64), "two_frames": np.array([UNIT_FRAMES], np.int64),
            },
            before=[
                *layers.before,
                node("Slice", ["frames_of_text", "first", "all", "axis", "two_frames"], ["units_of_text"]),
                node("Transpose", ["units_of_text"], [TEXT], perm=[0, 2, 1]),
            ],
            replaced=layers.replaced,
        )  # fmt: skip

    def generator_network(self, sizes: Sequence[int]) -> bytes:
        """Frames of hidden values, harmonic source and gain in nepers to samples."""
        node = self._helper.make_node
        layers = self._affine("generator_affine", sizes)
        return self.float_graph.part(
            [
                Wire("hidden", HIDDEN, (1, "window", HIDDEN_WIDTH), transposed=True),
                Wire("source", "frames_of_source", (1, "window", HOP)),
                Wire("gain", "frames_of_gain", (1, "window")), layers.wire,
            ],
            [Wire("audio", "louder", (1, "samples"))],
            stored={
                **layers.stored, "row": np.array([1, -1], np.int64), "row_of_one": np.array([1, 1, -1], np.int64),
                "by_samples": np.array([1, 1, HOP], np.float32),
            },
            before=[*layers.before, node("Reshape", ["frames_of_source", "row"], [SOURCE])],
            after=[
                node("Reshape", ["frames_of_gain", "row_of_one"], ["gain_row"]),
                node("Resize", ["gain_row", "", "by_samples"], ["gain_of_samples"], mode="linear"),
                node("Exp", ["gain_of_samples"], ["factor"]),
                node("Reshape", ["factor", "row"], ["factors"]),
                node("Reshape", [SOUND, "row"], ["sound_row"]),
                node("Mul", ["sound_row", "factors"], ["louder"]),
            ],
            replaced=layers.replaced,
        )  # fmt: skip

    def source_weights(self) -> tuple[list[float], float]:
        """How the harmonic source mixes harmonics, and its bias."""
        node = next((item for item in self.whole.model.graph.node if item.name == MIX), None)
        if node is None:
            raise InputError(f"{self.whole.place}: has no harmonic source as Kokoro has")
        weights, bias = self.whole.weight(node.input[1]), self.whole.weight(MIX_BIAS)
        return weights.ravel().astype(float).tolist(), float(bias.ravel()[0])

    def _affine(self, name: str, sizes: Sequence[int]) -> AffineLayers:
        return affine_layers(self._helper.make_node, self.normalisations, name, sizes)
