from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

pytest.importorskip("torch")

from vivavoce.training.core.quantize import quantize_linear_layers
from vivavoce.training.core.weights import QUANTIZED, QUANTIZED_SCALE, TURNED, read_weights, store_half, store_int8

ROWS, INPUTS, OUTPUTS = 40, 64, 48


@pytest.fixture(scope="module")
def weight() -> np.ndarray:
    """As a linear layer keeps it, (outputs, inputs)."""
    return np.random.default_rng(0).normal(size=(OUTPUTS, INPUTS)).astype(np.float32)


@pytest.fixture(scope="module")
def model(weight: np.ndarray) -> onnx.ModelProto:
    graph = helper.make_graph(
        [
            helper.make_node("Transpose", ["layer.weight"], ["turned"], perm=[1, 0]),
            helper.make_node("MatMul", ["x", "turned"], ["y"], name="linear"),
        ],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "rows", INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "rows", OUTPUTS])],
        [numpy_helper.from_array(weight, "layer.weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(1, ROWS, INPUTS)).astype(np.float32)


@pytest.fixture(scope="module")
def quantized(model: onnx.ModelProto, rows: np.ndarray) -> onnx.ModelProto:
    return quantize_linear_layers(model, [{"x": rows}])


def _run(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0])


def test_eight_bits_give_nearly_the_same_numbers(
    model: onnx.ModelProto, quantized: onnx.ModelProto, rows: np.ndarray
) -> None:
    wanted, found = _run(model, rows), _run(quantized, rows)
    assert 0 < np.abs(found - wanted).std() < 0.02 * wanted.std()


def test_a_row_does_not_depend_on_its_neighbours(quantized: onnx.ModelProto, rows: np.ndarray) -> None:
    alone = np.concatenate([_run(quantized, rows[:, i : i + 1]) for i in range(ROWS)], axis=1)
    np.testing.assert_array_equal(alone, _run(quantized, rows))


def test_the_weight_is_kept_by_name(quantized: onnx.ModelProto, weight: np.ndarray) -> None:
    stored = {kept.name: numpy_helper.to_array(kept) for kept in quantized.graph.initializer}
    codes, scales = (stored[f"layer.weight{TURNED}{part}"] for part in (QUANTIZED, QUANTIZED_SCALE))
    assert codes.dtype == np.int8
    assert codes.shape == (INPUTS, OUTPUTS)
    np.testing.assert_allclose((codes * scales).T, weight, atol=0.51 * float(scales.max()))


def test_the_model_itself_is_left_alone(model: onnx.ModelProto, quantized: onnx.ModelProto) -> None:
    del quantized
    assert [node.op_type for node in model.graph.node] == ["Transpose", "MatMul"]


@pytest.mark.parametrize("form", ["plain", "half", "int8", "8 bits", "turned and half"])
def test_weights_are_read_by_their_names_however_they_are_stored(
    model: onnx.ModelProto, quantized: onnx.ModelProto, weight: np.ndarray, form: str
) -> None:
    made = onnx.ModelProto()
    made.CopyFrom(quantized if form == "8 bits" else model)
    if form == "turned and half":
        made.graph.initializer[0].CopyFrom(numpy_helper.from_array(weight.T.copy(), f"layer.weight{TURNED}"))
    if form.endswith("half"):
        store_half(made)
    elif form == "int8":
        store_int8(made, axis=-1)
    found = read_weights(made.SerializeToString())["layer.weight"]
    np.testing.assert_allclose(found, weight, atol=0.02, err_msg=form)
    assert (found.dtype, found.shape) == (np.float32, weight.shape)
