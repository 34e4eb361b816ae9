"""Kokoro in small: cut, frozen for its speakers, streamed, blended, and refused where it must be."""

from __future__ import annotations

import errno
import io
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.blocks.contract import CHECKS, Case, Check
from tests.voice.tiny_kokoro import VOICES, kokoro_model, write_model, write_voices
from vivavoce.blocks import ChunkSchedule, CpuTarget, join
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.voice import Voice, load_voice
from vivavoce.voice.harmonic_source import HarmonicSource
from vivavoce.voice.importers import import_voice, install
from vivavoce.voice.importers.dequantise import dequantise
from vivavoce.voice.importers.graph import Graph, Wire
from vivavoce.voice.importers.kokoro import alphabet
from vivavoce.voice.importers.kokoro_networks import HOP, SOURCE, KokoroGraph

TEXT = "Hello there, my old friend."


@cache
def kokoro() -> KokoroGraph:
    return KokoroGraph(Graph(kokoro_model(), "kokoro.onnx"))


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    folder = tmp_path_factory.mktemp("kokoro")
    model = write_model(folder / "kokoro-v1.0.onnx")
    addon = install(import_voice(str(model), voices=write_voices(folder / "voices")), folder / "addon")
    assert addon.manifest.licence == "unknown"
    assert "hexgrad" in addon.manifest.attribution
    return load_voice(str(addon.path))


def f0_track() -> np.ndarray:
    return np.where(np.arange(30) % 10 < 7, 150.0 + np.arange(30), 5.0).astype(np.float32)[None]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract_of_the_harmonic_source(check: Check) -> None:
    check(Case("HarmonicSource", lambda: HarmonicSource((0.5, -0.2), 0.1), {}, {"f0": f0_track()}, None, 1e-5))


def test_the_harmonic_source_is_the_graphs_own() -> None:
    part = kokoro().whole.part(
        [Wire("f0", "/encoder/Squeeze_output_0", (1, "frames"))], [Wire("wave", SOURCE, (1, "n"))]
    )
    wanted = CpuTarget().load(part, "source").run({"f0": f0_track()})["wave"]
    weights, bias = kokoro().source_weights()
    made = join(list(HarmonicSource(tuple(weights), bias).open({}, [{"f0": f0_track()}])))["source"]
    np.testing.assert_allclose(made.reshape(1, -1), wanted, atol=2e-4)


def test_with_a_sentences_own_statistics_the_networks_are_the_whole_model() -> None:
    load, model = CpuTarget().load, kokoro()
    symbols = alphabet().tokenise(analyse(TEXT).sentences[0]).symbols[None]
    style = np.random.default_rng(3).normal(0.0, 0.3, (1, 256)).astype(np.float32)
    whole = load(model.statistics_network(), "whole")
    made = whole.run({"symbols": symbols, "styles": style, "rate": np.ones(1, np.float32)})
    found = [made[f"statistic_{number}"][:, :, 0] for number in range(len(made) - 2)]
    means, variances = found[::2], found[1::2]
    sizes = [layer.shape[1] for layer in means]
    given = load(model.style_network(style[None], means, variances), "style").run(
        {"symbols": symbols, "blend": np.ones((1, 1), np.float32)}
    )
    text = load(model.text_network(), "text").run({"symbols": symbols, "style": given["style"]})
    units = np.rint(np.expm1(text["log_durations"][0])).astype(int)
    prosody = np.repeat(text["prosody"], units, axis=1)
    melody = load(model.melody_network(), "melody").run({"prosody": prosody, "style": given["style"]})
    f0, energy = (melody[name].reshape(1, -1) for name in ("f0", "energy"))
    hidden = load(model.decoder_network(sizes), "decoder").run(
        {
            "encoded": np.repeat(text["encoded"], 2 * units, axis=1), "f0": f0, "energy": energy,
            "decoder_affine": given["decoder_affine"],
        }
    )["hidden"]  # fmt: skip
    weights, bias = model.source_weights()
    source = join(list(HarmonicSource(tuple(weights), bias).open({}, [{"f0": f0}])))["source"]
    sound = load(model.generator_network(sizes), "generator").run(
        {
            "hidden": hidden, "source": source, "gain": np.full_like(f0, np.log(2.0)),
            "generator_affine": given["generator_affine"],
        }
    )["audio"][0]  # fmt: skip
    assert np.abs(made["sound"]).max() > 0.1
    np.testing.assert_allclose(sound, 2.0 * made["sound"], atol=1e-3)


def test_english_voices_become_speakers_with_their_languages(voice: Voice) -> None:
    assert [(speaker.name, speaker.language, speaker.gender) for speaker in voice.speakers] == [
        ("af_one", "en-US", "female"), ("af_two", "en-US", "female"), ("bm_three", "en-GB", "male"),
    ]  # fmt: skip
    assert (voice.sample_rate_hz, voice.hop) == (24_000, HOP)


@pytest.mark.parametrize("sizes", [(5, 9), (1,), (64,)])
def test_streamed_is_the_whole(voice: Voice, sizes: tuple[int, ...]) -> None:
    whole = voice.synthesize(TEXT)
    streamed = np.concatenate([chunk.samples for chunk in voice.stream(TEXT, schedule=ChunkSchedule(sizes))])
    np.testing.assert_allclose(streamed, whole.samples, atol=1e-4)
    assert [mark.value for mark in whole.marks if mark.type == "word"] == ["Hello", "there", "my", "old", "friend"]


def test_rate_pitch_and_volume_are_followed(voice: Voice) -> None:
    sentence = analyse(TEXT).sentences[0]
    styles = voice.style(), voice.style(rate=0.5), voice.style(pitch_semitones=6.0)
    plain, slow, high = (voice.predict(sentence, style) for style in styles)
    assert plain is not None
    assert slow is not None
    assert high is not None
    assert slow.durations.sum() / plain.durations.sum() == pytest.approx(2.0, rel=0.1)
    semitones = 12 * np.log2(high.tracks["f0"] / plain.tracks["f0"])
    np.testing.assert_allclose(semitones, 6.0, atol=0.01)
    asked = [f"<speak><prosody volume='-{db}dB'>Hello there.</prosody></speak>" for db in (20, 26)]
    levels = [
        np.std(voice.synthesize(text).samples[12_000:24_000]) for text in asked
    ]  # of words: markup leaves the lead
    assert levels[0] / levels[1] == pytest.approx(10 ** (6 / 20), rel=0.1)


def test_blends_lie_between_their_speakers(voice: Voice) -> None:
    sounds = {name: voice.synthesize(TEXT, speaker=name).samples for name in ("af_one", "af_two")}
    alone = voice.synthesize(TEXT, speaker="af_one:1").samples
    np.testing.assert_allclose(alone, sounds["af_one"], atol=1e-6)
    blended = voice.speaker("bm_three:0.7,af_two:0.3")
    assert (blended.language, blended.description) == ("en-GB", "A blend of bm_three and af_two")
    pitches = [
        np.median(voice.predict(analyse(TEXT).sentences[0], voice.style(name)).tracks["f0"])  # pyright: ignore
        for name in ("af_one", "af_one:0.5,af_two:0.5", "af_two")
    ]
    assert min(pitches[0], pitches[2]) < pitches[1] < max(pitches[0], pitches[2])


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("af_one:0.7,nobody:0.3", "unknown speaker 'nobody'"),
        ("af_one:much", "a share is a number over 0"),
        ("af_one:-1,af_two:2", "a share is a number over 0"),
        ("af_one:nan", "a share is a number over 0"),
    ],
)
def test_bad_blends_are_refused(voice: Voice, name: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        voice.speaker(name)


def test_a_voice_without_blends_says_so() -> None:
    with pytest.raises(InputError, match='voice "chorus" cannot blend speakers; name one of them'):
        load_voice().speaker("af_heart:0.7,af_bella:0.3")


def npz(path: Path, **arrays: np.ndarray) -> Path:
    with path.open("wb") as file:
        np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]
    return path


def test_voices_of_an_archive_are_read_and_chosen(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(0.0, 0.3, (20, 1, 256)).astype(np.float32)
    voices = npz(tmp_path / "voices-v1.0.bin", af_a=rows, bm_b=rows[:10], jf_c=rows)
    model = write_model(tmp_path / "kokoro.onnx")
    made = import_voice(str(model), voices=voices, speakers=["bm_b"])
    assert [row["name"] for row in made.manifest["speakers"]] == ["bm_b"]
    assert made.name == "kokoro"


def lying_archive(path: Path) -> Path:
    """An array whose header says that it is far larger than what is there."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": (1 << 40, 1, 256)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("af_a.npy", stream.getvalue() + bytes(1024))
    return path


def pickled_archive(path: Path) -> Path:
    return npz(path, af_a=np.array([{}], dtype=object))


BAD_VOICES = {
    "absent": (lambda folder: folder / "absent", "no voices there; give the folder voices of kokoro-js"),
    "empty": (lambda folder: folder, "holds no voices"),
    "cut short": (lambda folder: _file(folder / "af_a.bin", bytes(1000)), "1000 bytes are no rows of 256 floats"),
    "not numbers": (lambda folder: _file(folder / "af_a.bin", b"\xff" * 1024), "values that no style has"),
    "lying": (lambda folder: lying_archive(folder / "voices.npz"), "is cut short"),
    "pickled": (lambda folder: pickled_archive(folder / "voices.npz"), "a style is float32"),
    "Japanese": (lambda folder: write_voices(folder / "v", ("jf_a",)), "has no English voice"),
}


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", BAD_VOICES)
def test_bad_voices_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, complaint = BAD_VOICES[name]
    folder = tmp_path / "voices"
    folder.mkdir()
    with pytest.raises(InputError, match=complaint) as caught:
        import_voice(str(write_model(tmp_path / "kokoro.onnx")), voices=make(folder))
    assert "\n" not in str(caught.value)


def test_what_is_asked_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, voices = write_model(tmp_path / "kokoro.onnx"), write_voices(tmp_path / "voices")
    for options, complaint in (
        ([], "a Kokoro model needs its voices: --voices"),
        (["--voices", str(voices), "--speakers", "af_six"], f"has no voice 'af_six', it has {', '.join(VOICES)}"),
        (["--voices", str(voices), "--speakers", "jf_four"], "jf_four speaks Japanese, only English"),
    ):
        assert main(["addons", "import", str(model), "-o", str(tmp_path / "addon"), *options]) == 2
        said = capsys.readouterr().err
        assert complaint in said
        assert said.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kokoro.onnx", "voices"]


def test_a_kokoro_of_another_build_is_refused(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info
    shapes = {"input_ids": (7, [1, "count"]), "style": (1, [1, 256]), "speed": (1, [1])}
    inputs = [value(name, *of) for name, of in shapes.items()]
    node = helper.make_node("Identity", ["style"], ["audio"])
    made = helper.make_graph([node], "kokoro", inputs, [value("audio", 1, [1, 256])])
    path = _file(tmp_path / "kokoro.onnx", helper.make_model(made, ir_version=8).SerializeToString())
    with pytest.raises(InputError, match=r"is not built as kokoro-v1\.0\.onnx is, so it cannot be cut"):
        import_voice(str(path), voices=write_voices(tmp_path / "voices"))


def test_a_quantised_convolution_with_a_bias_becomes_a_float_one() -> None:
    """As onnxruntime quantises them: the bias divided by the product's scale, rounded, and added to whole numbers."""
    node, store = helper.make_node, numpy_helper.from_array
    random = np.random.default_rng(2)
    weight, bias = random.integers(0, 255, (4, 3, 3)).astype(np.uint8), random.normal(size=4).astype(np.float32)
    nodes = [
        node("DynamicQuantizeLinear", ["x"], ["x_q", "x_scale", "x_zero"]),
        node("ConvInteger", ["x_q", "w_quantized", "x_zero", "w_zero"], ["whole"], kernel_shape=[3], pads=[1, 1]),
        node("Mul", ["x_scale", "w_scale"], ["scales"]),
        node("Div", ["bias", "scales"], ["bias_divided"]),
        node("Floor", ["bias_divided"], ["bias_rounded"]),
        node("Cast", ["bias_rounded"], ["bias_whole"], to=TensorProto.INT32),
        node("Reshape", ["bias_whole", "column"], ["bias_column"]),
        node("Add", ["whole", "bias_column"], ["sum"]),
        node("Cast", ["sum"], ["sum_float"], to=TensorProto.FLOAT),
        node("Mul", ["sum_float", "scales"], ["y"]),
    ]
    stored = [
        store(weight, "w_quantized"), store(np.array(120, np.uint8), "w_zero"), store(np.array(0.01, np.float32), "w_scale"),
        store(bias, "bias"), store(np.array([1, -1, 1], np.int64), "column"),
    ]  # fmt: skip
    value = helper.make_tensor_value_info
    made = helper.make_graph(nodes, "g", [value("x", 1, [1, 3, "n"])], [value("y", 1, [1, 4, "n"])], stored)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    plain = dequantise(Graph(model, "g.onnx"))
    part = plain.part([Wire("in", "x", (1, 3, "n"))], [Wire("out", "y", (1, 4, "n"))])
    x = random.normal(size=(1, 3, 20)).astype(np.float32)
    got = CpuTarget().load(part, "part").run({"in": x})["out"]
    kernel = (weight.astype(np.float32) - 120) * 0.01
    padded = np.pad(x[0], ((0, 0), (1, 1)))
    wanted = np.stack([np.tensordot(kernel, padded[:, at : at + 3], 2) for at in range(20)], axis=1) + bias[:, None]
    np.testing.assert_allclose(got[0], wanted, atol=1e-4)


def test_a_full_disk_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, voices = write_model(tmp_path / "kokoro.onnx"), write_voices(tmp_path / "voices", ("af_a",))
    monkeypatch.setenv("VIVAVOCE_ADDONS", str(tmp_path / "own"))

    def fails(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", fails)
    assert (
        main(["addons", "import", str(model), "--voices", str(voices)]) == 1
    )  # the file system's fault, not the input's
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert said.count("\n") == 1
    assert list((tmp_path / "own").iterdir()) == []


def test_an_import_over_a_name_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIVAVOCE_ADDONS", str(tmp_path))
    assert main(["addons", "import", str(tmp_path / "absent.onnx"), "--name", "chorus"]) == 2
    assert "has the name chorus already; give another with --name" in capsys.readouterr().err
