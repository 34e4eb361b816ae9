from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper

from tests.blocks import networks
from tests.blocks.toys import complaint
from vivavoce.blocks.files import SHIPPED
from vivavoce.blocks.onnx_check import check_onnx
from vivavoce.errors import InputError

GOOD = [networks.encoder(), networks.decoder(), networks.vocoder(), networks.attention_step()]


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.onnx")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_networks_that_ship_pass(path: Path) -> None:
    """Loading them skips the check."""
    check_onnx(path.read_bytes(), str(path))


@pytest.mark.parametrize("model", GOOD)
def test_plain_networks_pass(model: bytes) -> None:
    check_onnx(model, "here")


def external(tensor: TensorProto) -> TensorProto:
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return tensor


def weights() -> TensorProto:
    return numpy_helper.from_array(np.ones(3, np.float32), "w")


def in_initializer(model: ModelProto) -> None:
    external(model.graph.initializer[0])


def location_alone(model: ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def entry_alone(model: ModelProto) -> None:
    external(model.graph.initializer[0]).ClearField("data_location")


def in_attribute(model: ModelProto) -> None:
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=external(weights())))


def in_attribute_list(model: ModelProto) -> None:
    node = helper.make_node("Constant", [], ["c"])
    attribute = node.attribute.add()
    attribute.name, attribute.type = "values", onnx.AttributeProto.TENSORS
    attribute.tensors.append(external(weights()))
    model.graph.node.append(node)


def in_sparse_initializer(model: ModelProto) -> None:
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(external(weights()))


def in_branch(model: ModelProto) -> None:
    branch = helper.make_graph([], "branch", [], [], [external(weights())])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch))


def in_function(model: ModelProto) -> None:
    node = helper.make_node("Constant", [], ["c"], value=external(weights()))
    model.functions.append(helper.make_function("local", "f", [], ["c"], [node], [helper.make_opsetid("", 17)]))


def custom_node(model: ModelProto) -> None:
    model.graph.node.append(helper.make_node("Evil", [], ["c"], domain="com.evil"))


def custom_node_in_branch(model: ModelProto) -> None:
    branch = helper.make_graph([helper.make_node("Evil", [], ["c"], domain="com.evil")], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch))


def custom_node_in_function(model: ModelProto) -> None:
    node = helper.make_node("Evil", [], ["c"], domain="com.evil")
    model.functions.append(helper.make_function("local", "f", [], ["c"], [node], [helper.make_opsetid("", 17)]))


def context_of_a_provider(model: ModelProto) -> None:
    node = helper.make_node(
        "EPContext", [], ["c"], domain="com.microsoft", embed_mode=0, ep_cache_context="/etc/passwd"
    )
    model.graph.node.append(node)


def training(model: ModelProto) -> None:
    model.training_info.add()


def nested(model: ModelProto) -> None:
    graph = helper.make_graph([], "leaf", [], [])
    for _ in range(30):
        graph = helper.make_graph([helper.make_node("If", ["x"], ["y"], then_branch=graph)], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=graph))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (in_initializer, "another file"),
        (location_alone, "another file"),
        (entry_alone, "another file"),
        (in_attribute, "another file"),
        (in_attribute_list, "another file"),
        (in_sparse_initializer, "another file"),
        (in_branch, "another file"),
        (in_function, "another file"),
        (custom_node, 'operator "Evil" of domain "com.evil" is not allowed'),
        (custom_node_in_branch, "not allowed"),
        (custom_node_in_function, "not allowed"),
        (context_of_a_provider, "EPContext"),
        (training, "training graph"),
        (nested, "nested more than"),
    ],
)
def test_what_is_more_than_numbers_is_refused(spoil: Callable[[ModelProto], None], message: str) -> None:
    model = onnx.load_from_string(networks.decoder())
    spoil(model)
    with pytest.raises(InputError, match=message):
        check_onnx(model.SerializeToString(), "here")


def test_functions_of_the_model_itself_are_allowed() -> None:
    model = onnx.load_from_string(networks.decoder())
    inner = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(helper.make_function("local", "f", ["x"], ["y"], [inner], [helper.make_opsetid("", 17)]))
    model.graph.node.append(helper.make_node("f", ["mel"], ["y"], domain="local"))
    check_onnx(model.SerializeToString(), "here")


def test_a_second_graph_hidden_behind_the_first_is_refused() -> None:
    """A parser merges the two, so a check of either alone would miss the other."""
    with pytest.raises(InputError, match="not a valid ONNX file"):
        check_onnx(GOOD[0] + GOOD[1], "here")


@pytest.mark.parametrize("model", [b"", b"GIF89a", b"\x00\x00\x00\x00ORTM" + bytes(64), b"\xff" * 20, b"\x3a\xff\x01"])
def test_other_files_are_refused(model: bytes) -> None:
    with pytest.raises(InputError, match="ONNX"):
        check_onnx(model, "here")


@given(st.data())
def test_damaged_networks_never_break_the_check(data: st.DataObject) -> None:
    model = bytearray(networks.vocoder())
    for _ in range(data.draw(st.integers(1, 4))):
        model[data.draw(st.integers(0, len(model) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(model)))
    for damaged in (bytes(model), bytes(model[:cut])):
        assert "\n" not in complaint(partial(check_onnx, damaged, "here"))


@given(st.binary(max_size=100))
@example(b"\x3a\x00")
def test_whatever_passes_holds_one_graph(model: bytes) -> None:
    assert complaint(lambda: check_onnx(model, "here")) or b"\x3a" in model


def test_a_tensor_larger_than_the_file_is_refused_before_it_is_allocated() -> None:
    model = onnx.load_from_string(GOOD[0])
    tensor = model.graph.initializer.add()
    tensor.name, tensor.data_type, tensor.raw_data = "huge", TensorProto.FLOAT, bytes(8)
    tensor.dims.extend([1 << 20, 1 << 20])
    with pytest.raises(InputError, match="more than the file holds"):
        check_onnx(model.SerializeToString(), "here")
