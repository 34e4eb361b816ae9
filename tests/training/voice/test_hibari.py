"""The networks with hibari's weights say what hibari's graph says."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

torch = pytest.importorskip("torch")

from vivavoce.training.voice.hibari import hibari_graph, hibari_weights, start_from_hibari, vocabulary  # noqa: E402
from vivavoce.training.voice.networks import Melody, Voice, frame_inputs  # noqa: E402

PHONEMES = "ðə kwˈɪk bɹˈWn fˈɑks, hi sˈɛd, ʤˈʌmps ˌOvəɹ ðə lˈAzi dˈɔɡ."


def in_float(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with every integer product as a product of floats, so that activations are not rounded."""
    arrays = {t.name: t for t in model.graph.initializer}
    source = {node.output[0]: node for node in model.graph.node}
    for node in model.graph.node:
        if node.op_type != "Mul" or node.input[0] not in source:
            continue
        cast = source[node.input[0]]
        if cast.op_type != "Cast" or source[cast.input[0]].op_type != "MatMulInteger":
            continue
        product = source[cast.input[0]]
        stem = product.input[1].removesuffix("_quantized")
        whole = numpy_helper.to_array(arrays[product.input[1]]).astype(np.float32)
        zero = float(numpy_helper.to_array(arrays[f"{stem}_zero_point"]))
        scale = float(numpy_helper.to_array(arrays[f"{stem}_scale"]))
        if f"{stem}_float" not in arrays:
            made = numpy_helper.from_array((whole - zero) * scale, f"{stem}_float")
            model.graph.initializer.append(made)
            arrays[made.name] = made
        read = next(n for n in model.graph.node if product.input[0] in n.output).input[0]
        node.op_type = "MatMul"
        del node.input[:]
        node.input.extend([read, f"{stem}_float"])
    return model


@pytest.fixture(scope="module")
def theirs() -> list[np.ndarray]:
    symbols = vocabulary()
    ids = np.array([[0, *(symbols[s] for s in PHONEMES), 0]])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    model = in_float(onnx.load(str(hibari_graph())))
    for name in ("/Clip_output_0", "/Mul_62_output_0"):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answers = session.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
    return [ids, *(np.asarray(answer) for answer in answers)]


@torch.no_grad()
def test_networks_say_what_the_graph_says(theirs: list[np.ndarray]) -> None:
    ids, *parts, f0, units, energy = theirs
    weights = hibari_weights(hibari_graph())
    voice, melody = Voice(3).eval(), Melody(3).eval()
    start_from_hibari(voice, weights)
    start_from_hibari(melody, weights)
    symbols, speaker, kind = torch.from_numpy(ids), torch.tensor([1]), torch.tensor([0])
    mask = torch.ones(symbols.shape)
    states = melody.encode(symbols, mask, speaker, kind)
    log_units = melody.log_units(states, mask, speaker)
    counts = (log_units.exp() - 1.0).round().clamp(min=1).long()[0]
    assert counts.tolist() == units.ravel().astype(int).tolist()
    spread = states[0].repeat_interleave(counts, 0)[None]
    our_f0, our_energy = melody.contours(spread, torch.ones(*spread.shape[:2], 1), speaker, kind)
    np.testing.assert_allclose(our_f0[0], f0.ravel(), atol=5e-3)
    np.testing.assert_allclose(our_energy[0], energy.ravel(), atol=1e-4)
    encoded = voice.encode(symbols, mask, speaker)[0].repeat_interleave(2 * counts, 0)[None]
    frames = frame_inputs(encoded, our_f0, our_energy)
    ours = voice.decode(frames, torch.ones(*frames.shape[:2], 1), speaker).transpose(1, 2).chunk(5, dim=1)
    for our, their in zip(ours, parts, strict=True):
        np.testing.assert_allclose(our.numpy(), their, atol=1e-4)
