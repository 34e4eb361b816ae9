from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from vivavoce.training.core.weights import store_half


def network(weights: np.ndarray) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["y"])],
        "multiply",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, len(weights)])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, weights.shape[1]])],
        [numpy_helper.from_array(weights, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def run(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0])


def test_half_the_bytes_give_nearly_the_same_numbers() -> None:
    random = np.random.default_rng(0)
    weights, x = random.normal(size=(64, 64)).astype(np.float32), random.normal(size=(1, 64)).astype(np.float32)
    whole = network(weights)
    bytes_before, answer = whole.ByteSize(), run(whole, x)
    halved = store_half(whole)
    assert halved.ByteSize() < 0.55 * bytes_before
    assert np.abs(run(halved, x) - answer).max() < 0.01
    assert np.allclose(run(halved, x), x @ weights.astype(np.float16).astype(np.float32), atol=1e-4)


def test_small_and_too_large_weights_stay_whole() -> None:
    assert store_half(network(np.ones((4, 4), np.float32))).graph.initializer[0].data_type == TensorProto.FLOAT
    assert store_half(network(np.full((32, 32), 1e6, np.float32))).graph.initializer[0].data_type == TensorProto.FLOAT
