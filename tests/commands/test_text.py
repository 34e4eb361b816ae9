from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vivavoce.blocks import addons
from vivavoce.cli import main
from vivavoce.commands.text import MAX_TEXT_BYTES, NO_PARSER

ARTICLE = "The brown fox is quick, and it is jumping over the lazy dog."
Output = pytest.CaptureFixture[str]
needs_parser = pytest.mark.skipif("parser" not in addons(), reason="no parser addon here")


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vivavoce.commands.text.addons", dict)


def analysed(capsys: Output, *arguments: str) -> dict[str, Any]:
    assert main(["text", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("unparsed")
def test_without_a_parser_one_notice_says_what_is_missing(capsys: Output) -> None:
    assert main(["text", "Hello there, you."]) == 0
    output = capsys.readouterr()
    assert output.err == f"vivavoce: {NO_PARSER}\n"
    title, head, *lines = output.out.splitlines()
    assert title == "Hello there, you.  en-US, bytes 0 to 17"
    assert head.split() == ["word", "bytes", "phonemes", "tag", "class", "compound", "before", "after", "distance"]
    assert [line.split() for line in lines] == [
        ["Hello", "0-5", "həlˈO", "NNP", "open", "·", "·", "·", "·"],
        ["there", "6-11", "ðˈɛɹ", "RB", "open", "·", "·", "comma", "·"],
        ["you", "13-16", "ju", "PRP", "closed", "·", "comma", "full", "stop", "·"],
    ]


@needs_parser
def test_the_article_is_drawn_with_its_distances(capsys: Output) -> None:
    assert main(["text", ARTICLE]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    assert "NP The/DT brown/JJ fox/NN" in " ".join(output.out.split())
    lines = [line.split() for line in output.out.splitlines()]
    distances = [int(line[-1]) for line in lines if line[-1].isdigit() and "-" in line[1]]
    assert distances == [0, 2, 1, 3, 1, 8, 7, 6, 5, 4, 3, 2, 1]


@needs_parser
def test_json_says_all_of_a_word(capsys: Output) -> None:
    found = analysed(capsys, ARTICLE)
    (sentence,) = found["sentences"]
    assert found["notices"] == []
    assert sentence["tree"].startswith("(ROOT (S (S (NP (DT The) (JJ brown) (NN fox))")
    assert sentence["words"][4] == {
        "text": "quick", "span": [17, 22], "phonemes": "kwˈɪk", "tag": "JJ", "class": "open", "compound": "none",
        "punctuation_before": "none", "punctuation_after": "comma", "distance": 1, "break_s": None,
        "control": {"rate": 1.0, "pitch_semitones": 0.0, "range_factor": 1.0, "volume_db": 0.0, "emphasis": "none"},
    }  # fmt: skip


@pytest.mark.usefixtures("unparsed")
def test_markup_is_shown_and_told(capsys: Output) -> None:
    source = '<speak>Hi <break time="1s"/><prosody rate="80%">you</prosody><mark name="end"/></speak>'
    assert main(["text", source]) == 0
    shown = capsys.readouterr().out
    assert "break_s 1" in shown
    assert "rate 0.8" in shown
    assert 'mark "end" at the end' in shown
    (sentence,) = analysed(capsys, "--ssml", source)["sentences"]
    assert sentence["marks"] == [{"name": "end", "word": 2}]
    assert [word["break_s"] for word in sentence["words"]] == [1.0, None]


@pytest.mark.usefixtures("unparsed")
def test_text_comes_from_a_file_or_standard_input(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Hello.")
    assert analysed(capsys, "--file", str(tmp_path / "a.txt"))["sentences"][0]["text"] == "Hello."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Héllo.".encode())))
    assert analysed(capsys, "-")["sentences"][0]["span"] == [0, 7]


@pytest.mark.usefixtures("unparsed")
def test_a_lexicon_overrides(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "words.tsv").write_text("tomato\ttəmˈɑtO\n", encoding="utf-8")
    (sentence,) = analysed(capsys, "tomato", "--lexicon", str(tmp_path / "words.tsv"))["sentences"]
    assert sentence["words"][0]["phonemes"] == "təmˈɑtO"


@pytest.mark.usefixtures("unparsed")
def test_what_a_lexicon_or_markup_says_is_explained_as_theirs(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "words.tsv").write_text("St. Ives\tsənt ˈIvz\n", encoding="utf-8")
    source = '<speak>St. Ives and <phoneme alphabet="ipa" ph="riːd">read</phoneme> books.</speak>'
    assert main(["text", source, "--explain", "--lexicon", str(tmp_path / "words.tsv")]) == 0
    said = capsys.readouterr().out
    assert "St. Ives -> sənt  (lexicon)" in said
    assert "read -> ɹid  (markup)" in said


@pytest.mark.parametrize(
    ("text", "melody"),
    [
        ("Will it rain?", "rises at the end: it asks for yes or no"),
        ("It rains, doesn't it?", "rises at the end: it asks for assent"),
        ("Would you like coffee or tea?", 'rises on "coffee", falls at the end: it offers a choice'),
        ("We ate bread, cheese and olives.", 'rises on "bread", falls at the end: it is a list'),
        ("Where is it?", "falls at the end: it begins with a question word"),
        ("It rains.", "falls at the end"),
    ],
)
@pytest.mark.usefixtures("unparsed")
def test_why_a_sentence_rises_is_explained(text: str, melody: str, capsys: Output) -> None:
    assert main(["text", text, "--explain"]) == 0
    assert f"  melody: {melody}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([""], "nothing to say: the text is empty"),
        (["word " * 210_000], f"1050000 bytes of text, {MAX_TEXT_BYTES} at most are analysed at a time: give a part"),
        (["?!..."], "nothing to say: the text holds only punctuation (?!...)"),
        (["\x01\x02"], "nothing to say: the text holds only control and unassigned characters"),
        (["你好"], "nothing to say: the text holds only Chinese text"),
        (["<speak><voice/></speak>"], "line 1, column 8: <voice> needs a name"),
        (["--ssml", "Hello"], "line 1, column 1: "),
        (["--language", "fr", "oui"], "language 'fr' cannot be pronounced; use one of en-US, en-GB"),
        ([], "give a text, or --file with a path, and not both"),
        (["Hi.", "--explain", "--json"], "--explain is for people and --json for programs, give one of them"),
    ],
)
def test_bad_input_is_one_line_and_two(arguments: list[str], complaint: str, capsys: Output) -> None:
    assert main(["text", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"vivavoce: {complaint}")
    assert output.err.count("\n") == 1


def test_a_bad_lexicon_is_named_with_its_line(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "words.tsv").write_text("tomato\n")
    assert main(["text", "Hello", "--lexicon", str(tmp_path / "words.tsv")]) == 2
    assert f"{tmp_path / 'words.tsv'}:1: expected word, tab, phonemes" in capsys.readouterr().err
    assert main(["text", "Hello", "--lexicon", str(tmp_path / "absent.tsv")]) == 2
    assert "absent.tsv: No such file" in capsys.readouterr().err
