"""The exported networks say what the trained ones say, in one piece and in many."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch")

from vivavoce.training.voice.export import DELAY, SPECTRUM, voice_networks  # noqa: E402
from vivavoce.training.voice.networks import Melody, Voice, frame_inputs  # noqa: E402
from vivavoce.training.voice.stage_one import StageOne  # noqa: E402

FRAMES = 70
TOLERANCE = 2e-2
"""Of weights as half floats."""


@pytest.fixture(scope="module")
def stage() -> StageOne:
    torch.manual_seed(0)
    stage = StageOne({"width": 16, "layers": 1, "passes": 1}).eval()
    _fill(stage.melody)
    return stage


@pytest.fixture(scope="module")
def networks(stage: StageOne) -> tuple[Voice, Melody]:
    voice = Voice(3).eval()
    _fill(voice)
    return voice, stage.melody


@torch.no_grad()
def _fill(network: Voice | Melody) -> None:
    """Tables begin at zero, where a wrong one could not be heard."""
    for name, parameter in network.named_parameters():
        if ".of." in name:
            parameter.normal_(std=0.05)


@pytest.fixture(scope="module")
def sessions(networks: tuple[Voice, Melody], stage: StageOne) -> dict[str, onnxruntime.InferenceSession]:
    return {name: _session(made) for name, made in voice_networks(networks[0], stage).items()}


@pytest.fixture(scope="module")
def decoder_of_8_bits(networks: tuple[Voice, Melody], stage: StageOne) -> onnxruntime.InferenceSession:
    inputs = {"decoder": [{**_chunk(), "speaker": np.array([2])}]}
    return _session(voice_networks(networks[0], stage, inputs)["decoder"])


def _session(network: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _chunk() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "encoded": random.standard_normal((1, FRAMES, 128)).astype(np.float32),
        "f0": random.uniform(0, 300, (1, FRAMES)).astype(np.float32),
        "energy": random.standard_normal((1, FRAMES)).astype(np.float32),
        "valid": np.ones((1, FRAMES), np.float32),
    }


def _run(session: onnxruntime.InferenceSession, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [np.asarray(answer) for answer in session.run(None, feed)]


def _streamed(session: onnxruntime.InferenceSession, sizes: tuple[int, ...]) -> list[np.ndarray]:
    states = {
        i.name: np.zeros(i.shape, np.float32) for i in session.get_inputs() if i.name.startswith("state_")
    }  # fmt: skip
    padded = {name: np.pad(x, [(0, 0), (0, DELAY)] + [(0, 0)] * (x.ndim - 2)) for name, x in _chunk().items()}
    made, place, number = [], 0, 0
    while place < FRAMES + DELAY:
        size = sizes[min(number, len(sizes) - 1)]
        piece = {name: x[:, place : place + size] for name, x in padded.items()}
        out = _run(session, {**piece, "speaker": np.array([2]), **states})
        made.append(out[: len(SPECTRUM)])
        states = dict(zip(states, out[len(SPECTRUM) :], strict=True))
        place, number = place + size, number + 1
    return [np.concatenate(parts, axis=1)[:, DELAY:] for parts in zip(*made, strict=True)]


@pytest.mark.parametrize("sizes", [(1,), (30, 3, 17), (FRAMES + DELAY,)])
@torch.no_grad()
def test_decoder_in_pieces_is_the_whole(
    networks: tuple[Voice, Melody], sessions: dict[str, onnxruntime.InferenceSession], sizes: tuple[int, ...]
) -> None:
    whole = _streamed(sessions["decoder"], (FRAMES + DELAY,))
    for one, other in zip(whole, _streamed(sessions["decoder"], sizes), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    chunk = {name: torch.from_numpy(x) for name, x in _chunk().items()}
    inputs = frame_inputs(chunk["encoded"], chunk["f0"], chunk["energy"])
    parts = networks[0].decode(inputs, chunk["valid"][..., None], torch.tensor([2])).chunk(5, dim=-1)
    for ours, theirs in zip(whole, parts, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=TOLERANCE)


@pytest.mark.parametrize("sizes", [(1,), (30, 3, 17)])
def test_decoder_of_8_bits_in_pieces_is_the_whole(
    sessions: dict[str, onnxruntime.InferenceSession],
    decoder_of_8_bits: onnxruntime.InferenceSession,
    sizes: tuple[int, ...],
) -> None:
    whole = _streamed(decoder_of_8_bits, (FRAMES + DELAY,))
    for one, other in zip(whole, _streamed(decoder_of_8_bits, sizes), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    for coarse, fine in zip(whole, _streamed(sessions["decoder"], (FRAMES + DELAY,)), strict=True):
        assert 0 < (coarse - fine).std() < 0.05 * fine.std()


@torch.no_grad()
def test_encoders_and_melody_say_what_the_networks_say(
    networks: tuple[Voice, Melody], sessions: dict[str, onnxruntime.InferenceSession]
) -> None:
    voice, melody = networks
    random = np.random.default_rng(1)
    feed = {
        "symbols": random.integers(1, 178, (1, 17)), "speaker": np.array([1]), "kind": np.array([2]),
        "sentence_prosody": random.standard_normal((1, 64)).astype(np.float32),
        "word_prosody": random.standard_normal((1, 17, 16)).astype(np.float32),
        "mask": np.ones((1, 17), np.float32),
    }  # fmt: skip
    told = {name: torch.from_numpy(value) for name, value in feed.items()}
    (encoded,) = _run(sessions["text_encoder"], {name: feed[name] for name in ("symbols", "speaker", "mask")})
    np.testing.assert_allclose(encoded, voice.encode(told["symbols"], told["mask"], told["speaker"]), atol=TOLERANCE)
    prosody, log_units = _run(sessions["prosody_encoder"], feed)
    states = melody.encode(
        told["symbols"], told["mask"], told["speaker"], told["kind"], told["sentence_prosody"], told["word_prosody"]
    )
    np.testing.assert_allclose(prosody, states, atol=TOLERANCE)
    np.testing.assert_allclose(log_units, melody.log_units(states, told["mask"], told["speaker"]), atol=TOLERANCE)
    units = {"prosody": prosody, "speaker": feed["speaker"], "kind": feed["kind"], "mask": feed["mask"]}
    f0, energy = _run(sessions["melody"], units)
    wanted = melody.contours(torch.from_numpy(prosody), told["mask"][..., None], told["speaker"], told["kind"])
    np.testing.assert_allclose(f0.reshape(1, -1), wanted[0], atol=100 * TOLERANCE)
    np.testing.assert_allclose(energy.reshape(1, -1), wanted[1], atol=5 * TOLERANCE)


def test_masked_tokens_change_nothing(sessions: dict[str, onnxruntime.InferenceSession]) -> None:
    symbols = np.random.default_rng(2).integers(1, 178, (1, 11))
    bare = {"symbols": symbols, "speaker": np.array([0]), "mask": np.ones((1, 11), np.float32)}
    padding = ((0, 0), (0, 5))
    padded = {**bare, "symbols": np.pad(symbols, padding), "mask": np.pad(bare["mask"], padding)}
    (one,), (other,) = (_run(sessions["text_encoder"], feed) for feed in (bare, padded))
    np.testing.assert_allclose(one, other[:, :11], atol=1e-5)
