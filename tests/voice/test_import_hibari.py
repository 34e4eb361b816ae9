"""hibari, from its package, as a voice of blocks: the same numbers, streamed, and following what it is asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from tests.blocks.contract import CHECKS, Case, Check
from vivavoce.blocks import Addon, ChunkSchedule, CpuTarget, StreamingNetwork, Tensors
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.text.utterance import Sentence
from vivavoce.voice import AcousticOverrides, load_voice
from vivavoce.voice.importers import import_voice, install
from vivavoce.voice.importers.dequantise import dequantise
from vivavoce.voice.importers.graph import Graph, Wire
from vivavoce.voice.importers.hibari import package_assets
from vivavoce.voice.importers.hibari_decoder import LOOKAHEAD, PARTS, decoder_network
from vivavoce.voice.spectral_synthesis import BINS, SpectralSynthesis
from vivavoce.voice.synthesizer import Voice
from vivavoce.voice.tokens import tokenise

RANDOM = np.random.default_rng(5)
FRAMES = 90
TEXT = "Hello there, my old friend."


@cache
def graph() -> Graph:
    return dequantise(Graph((package_assets() / "hibari.onnx").read_bytes(), "hibari.onnx"))


@pytest.fixture(scope="module")
def addon(tmp_path_factory: pytest.TempPathFactory) -> Addon:
    return install(import_voice("hibari"), tmp_path_factory.mktemp("addons") / "hibari")


@pytest.fixture(scope="module")
def voice(addon: Addon) -> Voice:
    return load_voice(str(addon.path))


def decoder_input() -> Tensors:
    return {
        "encoded": RANDOM.normal(size=(1, FRAMES, 128)).astype(np.float32),
        "f0": np.where(np.arange(FRAMES) % 20 < 12, 150.0, 0.0).astype(np.float32)[None],
        "energy": RANDOM.normal(4.0, 2.0, (1, FRAMES)).astype(np.float32),
        "valid": np.ones((1, FRAMES), np.float32),
        "gain": np.zeros((1, FRAMES), np.float32),
    }


@cache
def decoder() -> StreamingNetwork:
    return StreamingNetwork(CpuTarget().load(decoder_network(graph()), "decoder"), LOOKAHEAD, forward=("f0", "gain"))


def spectra() -> Tensors:
    parts = {name: RANDOM.normal(-2.0, 0.5, (1, 30, BINS)).astype(np.float32) for name in PARTS}
    f0 = np.where(np.arange(30) > 8, 180.0, 0.0).astype(np.float32)[None]
    return {**parts, "f0": f0, "gain": np.linspace(-1, 0, 30, dtype=np.float32)[None]}


CASES = {
    "decoder": lambda: Case("decoder", decoder, {}, decoder_input(), None, 2e-5),
    "SpectralSynthesis": lambda: Case("SpectralSynthesis", SpectralSynthesis, {}, spectra(), None, 2e-6),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, check: Check) -> None:
    check(CASES[name]())


def test_the_streaming_decoder_is_hibaris_own() -> None:
    given = decoder_input()
    cut = graph().part(
        [Wire("x", "/Concat_43_output_0", (1, 130, "frames"))],
        [Wire(f"out_{name}", name, (1, BINS, "frames")) for name in ("lh", "theta", "ln", "lr", "phi")],
    )
    session = onnxruntime.InferenceSession(cut, providers=["CPUExecutionProvider"])
    pitch = np.log1p(given["f0"]) / 5
    joined = np.concatenate([given["encoded"], pitch[..., None], given["energy"][..., None] / 5], axis=2)
    wanted = session.run(None, {"x": joined.transpose(0, 2, 1)})
    chunks = list(decoder().open({}, [given]))
    made = {name: np.concatenate([chunk[name] for chunk in chunks], axis=1) for name in chunks[0]}
    for name, whole in zip(PARTS, wanted, strict=True):
        np.testing.assert_allclose(made[name], np.asarray(whole).transpose(0, 2, 1), atol=1e-4)


def test_streamed_is_the_whole(voice: Voice) -> None:
    whole = voice.synthesize(TEXT).samples
    assert 0.05 < np.abs(whole).max() < 1.0
    for sizes in ((3, 7), (64,)):
        streamed = np.concatenate([c.samples for c in voice.stream(TEXT, schedule=ChunkSchedule(sizes))])
        assert streamed.shape == whole.shape
        assert np.abs(streamed - whole).max() < 1e-5


def words_of(voice: Voice, text: str) -> dict[str, tuple[float, float]]:
    return {m.value: (m.time_s, m.end_s) for m in voice.synthesize(text).marks if m.type == "word"}


def test_rate_and_breaks_are_followed(voice: Voice) -> None:
    plain = words_of(voice, "<speak>We sell wonderful melons here.</speak>")
    slow = words_of(voice, "<speak>We sell <prosody rate='62.5%'>wonderful</prosody> melons here.</speak>")
    lasts = [words["wonderful"][1] - words["wonderful"][0] for words in (plain, slow)]
    assert lasts[1] / lasts[0] == pytest.approx(1.6, rel=0.05)
    spoken = voice.synthesize("<speak>One <break time='700ms'/> two.</speak>")
    two = next(mark for mark in spoken.marks if mark.value == "two")
    end = round(two.time_s * voice.sample_rate_hz)
    loud = np.flatnonzero(np.abs(spoken.samples[: end + 1200]) > 0.01)
    gap = np.diff(loud).max() / voice.sample_rate_hz
    assert gap == pytest.approx(0.7, abs=0.08)
    silent = spoken.samples[end - round(0.5 * voice.sample_rate_hz) : end - round(0.06 * voice.sample_rate_hz)]
    assert not silent.any()


def test_a_melody_and_times_that_are_given_are_followed(voice: Voice) -> None:
    from vivavoce.audio import Audio
    from vivavoce.features import pitch

    def level(sentence: Sentence, speaker: str) -> AcousticOverrides:
        tokens = tokenise(sentence)
        durations = np.where(tokens.gaps, 0.05, 0.12).astype(np.float32)
        points = np.full((len(durations), 4), np.log(160.0), np.float32)
        return AcousticOverrides(durations, points, np.zeros(len(durations), np.float32))

    spoken = voice.synthesize("We all run.", prosody=level)
    heard = pitch(Audio(spoken.samples, voice.sample_rate_hz))
    semitones = 12 * np.log2(heard[heard > 0] / 160.0)
    assert np.median(np.abs(semitones)) < 0.3
    run = next(mark for mark in spoken.marks if mark.value == "run")
    assert run.end_s - run.time_s == pytest.approx(0.36, abs=0.08)


def test_pitch_goes_up_by_what_was_asked(voice: Voice) -> None:
    from vivavoce.audio import Audio
    from vivavoce.features import pitch

    medians = []
    for semitones in (0.0, 3.0):
        heard = pitch(Audio(voice.synthesize("We all run along.", pitch_semitones=semitones).samples, 24_000))
        medians.append(np.median(heard[heard > 0]))
    assert 12 * np.log2(medians[1] / medians[0]) == pytest.approx(3.0, abs=0.3)


def test_it_is_imported_and_spoken_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIVAVOCE_ADDONS", str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    assert main(["addons", "import", "hibari", "--name", "lark"]) == 0
    assert 'vivavoce speak --voice lark "Hello there."' in capsys.readouterr().out
    card = (tmp_path / "own" / "lark" / "CARD.md").read_text(encoding="utf-8")
    assert "taught by Kokoro-82M" in card
    assert "Not trained here: imported, sha256" in card
    assert main(["speak", "--voice", "lark", "Hi.", "-o", "hi.wav"]) == 0
    assert "by heart" in capsys.readouterr().err
    assert main(["addons", "import", "hibari", "--name", "lark"]) == 2
    assert "has the name lark already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["lark"]


def other_model() -> bytes:
    helper = onnx.helper
    value = helper.make_tensor_value_info("x", 1, (1,))
    made = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "g", [value], [helper.make_tensor_value_info("y", 1, (1,))]
    )
    return helper.make_model(made).SerializeToString()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "not a valid ONNX file"),
        ((package_assets() / "hibari.onnx").read_bytes()[:100_000], "not a valid ONNX file"),
        (other_model(), "is no voice that is known here; it reads x"),
    ],
    ids=["empty", "truncated", "another model"],
)
def test_what_is_no_voice_is_refused_in_one_line(data: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "voice.onnx").write_bytes(data)
    with pytest.raises(InputError, match=complaint):
        import_voice(str(tmp_path / "voice.onnx"))
    with pytest.raises(InputError, match="no file there"):
        import_voice(str(tmp_path / "absent.onnx"))
