"""Reading libopus's generated C files, and the graphs made of them, on layers made up here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from vivavoce.errors import InputError
from vivavoce.redundancy.importer.graph import Graph, state_info, value_info
from vivavoce.redundancy.importer.layers import Linear, read_arrays, read_conv2d, read_linear
from vivavoce.redundancy.importer.source import read_source

RNG = np.random.default_rng(2)


def c_array(kind: str, name: str, values: np.ndarray) -> str:
    ending = "f" if kind == "float" else ""
    return f"static const {kind} {name}[{values.size}] = {{\n{', '.join(f'{v}{ending}' for v in values.ravel())}\n}};\n"


def test_dense_and_float_layers() -> None:
    weights = RNG.integers(-90, 90, (16, 8)).astype(np.int8)
    blocks = weights.reshape(2, 8, 2, 4).transpose(0, 2, 1, 3)
    floats = RNG.normal(size=(3, 5))
    code = (
        c_array("opus_int8", "a_weights_int8", blocks)
        + c_array("float", "a_scale", np.arange(16) / 8)
        + c_array("float", "a_bias", np.arange(16))
        + c_array("float", "b_weights_float", floats.T)
        + 'if (linear_init(&model->a, arrays, "a_bias","a_subias","a_weights_int8","a_weights_float",NULL,NULL,"a_scale", 8, 16)) return 1;'
        + 'if (linear_init(&model->b, arrays, NULL,NULL,NULL,"b_weights_float",NULL,NULL,NULL, 5, 3)) return 1;'
    )
    layers = read_linear(code)
    assert np.array_equal(layers["a"].weights, weights)
    assert layers["a"].bias is not None
    assert np.allclose(layers["b"].weights, floats)
    assert layers["b"].scale is None


def test_sparse_layers() -> None:
    weights = np.zeros((16, 8), np.int8)
    weights[:8, 4:] = RNG.integers(-90, 90, (8, 4))
    weights[8:] = RNG.integers(-90, 90, (8, 8))
    stored = np.stack([weights[:8, 4:], weights[8:, :4], weights[8:, 4:]])
    index = np.array([1, 4, 2, 0, 4])
    code = (
        c_array("opus_int8", "a_weights_int8", stored)
        + c_array("int", "a_weights_idx", index)
        + c_array("float", "a_scale", np.ones(16))
        + 'linear_init(&model->a, arrays, NULL,NULL,"a_weights_int8",NULL,"a_weights_idx",NULL,"a_scale", 8, 16))'
    )
    assert np.array_equal(read_linear(code)["a"].weights, weights)
    with pytest.raises(InputError, match="2 blocks of weights are placed, 3 are stored"):
        read_linear(code.replace("1, 4, 2, 0, 4", "0, 2, 0, 4, 0"))


def test_convolutions_and_arrays_that_lie() -> None:
    kernel = RNG.normal(size=(2, 1, 3, 3))
    code = c_array("float", "c_bias", np.zeros(2)) + c_array("float", "c_weight", kernel)
    code += 'conv2d_init(&model->c, arrays, "c_bias","c_weight", 1, 2, 3, 3))'
    assert np.allclose(read_conv2d(code)["c"].weights, kernel)
    with pytest.raises(InputError, match="1 values in an array of 3"):
        read_arrays("const float x[3] = {1.f};")


def run(model: bytes, **feed: np.ndarray) -> list[np.ndarray]:
    answers = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, feed)
    return [np.asarray(answer) for answer in answers]


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_a_product_of_int8_is_libopuss(share: float) -> None:
    """Weights with few blocks are stored by block, others whole: the product is the same."""
    weights = RNG.integers(-90, 90, (32, 16)).astype(np.int8)
    for row, column in np.ndindex(4, 4):
        if RNG.random() > share:
            weights[8 * row : 8 * row + 8, 4 * column : 4 * column + 4] = 0
    layer = Linear(weights, np.arange(32, dtype=np.float32), np.full(32, 1e-4, np.float32))
    graph = Graph({"a": layer})
    graph.name(graph.linear("a", "x"), "y")
    model = graph.model("test", [state_info("x", 16)], [state_info("y", 32)])
    value = RNG.uniform(-1, 1, (1, 16)).astype(np.float32)
    expected = weights @ np.rint(127 * value[0]) * 1e-4 + np.arange(32)
    assert np.abs(run(model, x=value)[0][0] - expected).max() < 1e-5


def test_a_scan_goes_through_frames_with_its_state() -> None:
    graph = Graph({})

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        total = graph.op("Add", past["sum"], given["x"])
        return {"sum": total}, {"y": total}

    states, outputs = graph.scan(frame, {"sum": ("state_sum", 2)}, {"x": ("x", 2, "float")}, {"y": 2})
    graph.name(states["sum"], "next_state_sum")
    graph.name(outputs["y"], "y")
    infos = [value_info("x", 2), state_info("state_sum", 2)], [value_info("y", 2), state_info("next_state_sum", 2)]
    values = RNG.normal(size=(1, 5, 2)).astype(np.float32)
    sums, last = run(graph.model("test", *infos), x=values, state_sum=np.ones((1, 2), np.float32))
    assert np.allclose(sums, 1 + np.cumsum(values, axis=1), atol=1e-5)
    assert np.allclose(last, sums[:, -1])


def test_a_folder_that_is_no_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no COPYING"):
        read_source(tmp_path)
    (tmp_path / "x.tar").write_bytes(b"nothing")
    with pytest.raises(InputError, match="not a source package"):
        read_source(tmp_path / "x.tar")
