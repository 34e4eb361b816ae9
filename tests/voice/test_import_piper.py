"""A Piper voice, small and untrained but wired as real ones are: cut, streamed, marked, and refused where it must be."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from tests.blocks.contract import CHECKS, Case, Check
from tests.text.fake_espeak import fake_espeak
from vivavoce.audio import Audio, read_audio, write_blocks
from vivavoce.blocks import ChunkSchedule, StreamableStack, Tensors, join
from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.voice import Voice, load_voice
from vivavoce.voice.importers import ImportedVoice, import_voice, install
from vivavoce.voice.importers.piper import FLOW_MARGIN, GENERATOR_MARGIN, HOP, SPELLING, WIDTH
from vivavoce.voice.latent_upsampler import LatentUpsampler
from vivavoce.voice.page import Take, speech_page

RANDOM = np.random.default_rng(11)
SYMBOLS = "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢˈˌːˑ˞βθχᵻ"
CONFIG: dict[str, Any] = {
    "audio": {"sample_rate": 22_050, "quality": "low"},
    "espeak": {"voice": "en-us"},
    "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
    "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
    "num_speakers": 1,
    "language": {"code": "en_US"},
    "dataset": "tiny",
}
GERMAN = CONFIG | {"language": {"code": "de_DE"}, "espeak": {"voice": "de"}}


def weights(name: str, *shape: int, size: float = 0.3) -> onnx.TensorProto:
    return numpy_helper.from_array((size * RANDOM.standard_normal(shape)).astype(np.float32), name)


@cache
def piper_model() -> bytes:
    """Piper's tensors by their names, over a few convolutions that look as far as the real ones."""
    node, ints = helper.make_node, lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)
    flow, generator = 2 * FLOW_MARGIN + 1, 2 * GENERATOR_MARGIN + 1
    nodes = [
        node("Gather", ["table", "input"], ["embedded"]),
        node("Transpose", ["embedded"], ["turned"], perm=[0, 2, 1]),
        node("Split", ["turned", "halves"], ["/enc_p/Split_output_0", "/enc_p/Split_output_1"], axis=1),
        node("Slice", ["turned", "zero", "two", "one"], ["pair"]),
        node("RandomNormalLike", ["pair"], ["/dp/RandomNormalLike_output_0"]),
        node("Gather", ["scales", "two_scalar"], ["noise_w"]),
        node("Mul", ["/dp/RandomNormalLike_output_0", "noise_w"], ["scaled"]),
        node("ReduceMean", ["scaled"], ["log_length"], axes=[1], keepdims=1),
        node("Exp", ["log_length"], ["length"]),
        node("Mul", ["length", "four"], ["/Mul_output_0"]),
        node("Cast", ["pair"], ["/Cast_2_output_0"], to=1),
        node("Identity", ["/enc_p/Split_output_0"], ["/Add_output_0"]),
        node("Conv", ["/Add_output_0", "flow"], ["bent"], group=WIDTH, pads=[FLOW_MARGIN] * 2),
        node("Mul", ["bent", "/Cast_2_output_0"], ["/Mul_7_output_0"]),
        node("Conv", ["/Mul_7_output_0", "mixed"], ["drawn"], pads=[GENERATOR_MARGIN] * 2),
        node("ConvTranspose", ["drawn", "raised"], ["wide"], strides=[HOP]),
        node("Tanh", ["wide"], ["/dec/Tanh_output_0"]),
        node("Unsqueeze", ["/dec/Tanh_output_0", "one"], ["output"]),
    ]
    stored = [
        weights("table", len(SYMBOLS), 2 * WIDTH), weights("flow", WIDTH, 1, flow, size=0.05),
        weights("mixed", 1, WIDTH, generator, size=0.05), weights("raised", 1, 1, HOP),
        ints("halves", WIDTH, WIDTH), ints("zero", 0), ints("one", 1), ints("two", 2),
        numpy_helper.from_array(np.array(2, np.int64), "two_scalar"),
        numpy_helper.from_array(np.array(4.0, np.float32), "four"),
    ]  # fmt: skip
    value = helper.make_tensor_value_info
    inputs = [value("input", 7, [1, "phonemes"]), value("input_lengths", 7, [1]), value("scales", 1, [3])]
    graph = helper.make_graph(nodes, "piper", inputs, [value("output", 1, [1, "time", 1, "samples"])], stored)
    opsets = [helper.make_opsetid("", 15)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def write(folder: Path, config: dict[str, Any] | None = None, model: bytes | None = None) -> Path:
    path = folder / "en_US-tiny-low.onnx"
    path.write_bytes(piper_model() if model is None else model)
    (folder / f"{path.name}.json").write_text(json.dumps(CONFIG if config is None else config), encoding="utf-8")
    (folder / "MODEL_CARD").write_text("# tiny\n\n* URL: https://example.org/tiny\n* License: CC0\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    folder = tmp_path_factory.mktemp("piper")
    addon = install(import_voice(str(write(folder))), folder / "addon")
    assert (addon.manifest.licence, addon.manifest.attribution) == ("CC0", "https://example.org/tiny")
    return load_voice(str(addon.path))


def latent_data() -> Tensors:
    return {
        "mean": RANDOM.normal(size=(1, 5, 8)).astype(np.float32),
        "log_scale": RANDOM.normal(size=(1, 5, 8)).astype(np.float32),
        "lengths": np.array([[3.2, 1.0, 40.0, 0.5, 9.0]], np.float32),
        "rate": np.ones((1, 5), np.float32),
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract_of_the_latent_upsampler(check: Check) -> None:
    check(Case("LatentUpsampler", lambda: LatentUpsampler(8, 0.5), latent_data()))


def test_the_clock_is_its_own_and_streamed_is_the_whole(voice: Voice) -> None:
    assert (voice.sample_rate_hz, voice.hop) == (22_050, HOP)
    whole = voice.synthesize("Hello there. Who is it?")
    streamed = [c.samples for c in voice.stream("Hello there. Who is it?", schedule=ChunkSchedule((5, 9)))]
    np.testing.assert_allclose(np.concatenate(streamed), whole.samples, atol=1e-4)
    assert np.abs(whole.samples).max() > 0.05
    assert [mark.value for mark in whole.marks if mark.type == "word"] == ["Hello", "there", "Who", "is", "it"]


def test_windows_are_the_original_in_one_piece(voice: Voice) -> None:
    """The same latents through Piper's own graph, whole."""
    graph = onnx.load_from_string(piper_model())
    for node in graph.graph.node:
        node.input[:] = ["latent" if name == "/Add_output_0" else name for name in node.input]
    kept = [node for node in graph.graph.node if node.output[0] in ("bent", "drawn", "wide", "/dec/Tanh_output_0")]
    kept[1].input[0] = "bent"
    del graph.graph.node[:]
    graph.graph.node.extend(kept)
    del graph.graph.input[:], graph.graph.output[:]
    graph.graph.input.append(helper.make_tensor_value_info("latent", 1, [1, WIDTH, "frames"]))
    graph.graph.output.append(helper.make_tensor_value_info("/dec/Tanh_output_0", 1, [1, 1, "samples"]))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    latent = RANDOM.normal(size=(1, 150, WIDTH)).astype(np.float32)
    (wanted,) = session.run(None, {"latent": latent.transpose(0, 2, 1)})
    blocks = StreamableStack(voice._sentences._frames.blocks[1:3])
    made = join(list(blocks.open({}, [{"latent": latent[:, at : at + 16]} for at in range(0, 150, 16)])))["audio"]
    np.testing.assert_allclose(made[0], np.asarray(wanted)[0, 0], atol=1e-4)


def test_the_page_of_a_clock_that_opus_does_not_have(voice: Voice) -> None:
    spoken = voice.synthesize("Hello.")
    page = speech_page("tiny", [Take("Hello.", Audio(spoken.samples, voice.sample_rate_hz), spoken.marks)])
    assert "data:audio/ogg;base64,T2dn" in page


def test_opus_of_a_clock_that_opus_does_not_have(voice: Voice, tmp_path: Path) -> None:
    spoken = Audio(voice.synthesize("Hello.").samples, voice.sample_rate_hz)
    write_blocks(tmp_path / "hello.opus", np.array_split(spoken.samples, 7), spoken.rate_hz, "opus")
    read = read_audio(tmp_path / "hello.opus")
    assert read.rate_hz == 48_000
    assert read.duration_s == pytest.approx(spoken.duration_s, abs=0.001)


def test_rate_and_breaks_are_followed_and_pitch_is_refused(voice: Voice) -> None:
    plain, slow = (voice.predict(analyse("Hello there.").sentences[0], voice.style(rate=rate)) for rate in (1.0, 0.5))
    assert plain is not None
    assert slow is not None
    assert slow.durations.sum() / plain.durations.sum() == pytest.approx(2.0, rel=0.1)
    voice.synthesize("<speak>One <break time='500ms'/> two.</speak>")
    with pytest.raises(InputError, match="cannot follow a change of pitch"):
        voice.synthesize("Hello.", pitch_semitones=2.0)


def test_sounds_are_spelled_as_espeak_does(voice: Voice) -> None:
    alphabet = voice.details.alphabet
    assert alphabet is not None
    tokens = alphabet.tokenise(analyse("My bird goes.").sentences[0])
    by_number = {number: symbol for symbol, number in alphabet.symbols.items()}
    text = "".join(by_number[number] for number in tokens.symbols.tolist()).replace("_", "")
    assert text.startswith("^mˌaɪ bˈɜːd ɡˈoʊz")
    assert text.endswith(".$")
    assert (tokens.symbols[1::2] == alphabet.symbols["_"]).all()
    assert all(len(sounds) <= 2 for sounds in SPELLING)


def test_another_language_is_spoken_through_espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_espeak(tmp_path, monkeypatch)
    addon = install(import_voice(str(write(tmp_path, GERMAN))), tmp_path / "addon")
    german = load_voice(str(addon.path))
    speaker = german.speaker()
    assert (speaker.language, speaker.reads) == ("de-DE", "de-x-espeak")
    spoken = german.synthesize("Hallo du! Und er?")
    assert [mark.value for mark in spoken.marks if mark.type == "word"] == ["Hallo", "du", "Und", "er"]
    alphabet = german.details.alphabet
    assert alphabet is not None
    tokens = alphabet.tokenise(analyse("Hallo du!", language=speaker.reads).sentences[0])
    by_number = {number: symbol for symbol, number in alphabet.symbols.items()}
    assert "".join(by_number[number] for number in tokens.symbols.tolist()).replace("_", "") == "^hallo du!$"


def test_without_espeak_another_language_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = import_voice(str(write(tmp_path, GERMAN)))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(InputError, match='reading the language "de" needs the program espeak-ng on the PATH'):
        install(voice, tmp_path / "addon")
    assert not (tmp_path / "addon").exists()


BAD: dict[str, tuple[dict[str, Any] | None, bytes | None, str]] = {
    "two speakers": ({**CONFIG, "num_speakers": 2}, None, "a voice of 2 speakers"),
    "characters": ({**CONFIG, "phoneme_type": "text"}, None, 'symbols of the type "text", only espeak is known'),
    "no language": ({**CONFIG, "language": {"code": "../x"}}, None, "which is no name of a language"),
    "an option in place of a language": (GERMAN | {"espeak": {"voice": "--path=x"}}, None, "is no name of a voice"),
    "no rate": ({**CONFIG, "audio": {}}, None, "audio.sample_rate is missing"),
    "no symbols": ({**CONFIG, "phoneme_id_map": {}}, None, r'phoneme_id_map has no "\^"'),
    "truncated": (None, piper_model()[:5000], "not a valid ONNX file"),
}


@pytest.mark.parametrize(("config", "model", "complaint"), BAD.values(), ids=BAD.keys())
def test_bad_voices_are_refused_in_one_line(
    config: dict[str, Any] | None, model: bytes | None, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        import_voice(str(write(tmp_path, config, model)))
    assert "\n" not in str(caught.value)


def test_a_voice_without_its_description_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_name(f"{path.name}.json").unlink()
    with pytest.raises(InputError, match=r"en_US-tiny-low\.onnx\.json is missing"):
        import_voice(str(path))


def test_the_name_of_another_addon_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_ADDONS", str(tmp_path))
    with pytest.raises(InputError, match="has the name chorus already; give another with --name"):
        install(ImportedVoice("chorus", {}, {}))
    assert list(tmp_path.iterdir()) == []
