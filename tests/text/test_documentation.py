"""The page is run: its Python in order; its table of JSON keys is what the command writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vivavoce.commands.text import describe_utterance
from vivavoce.text import analyse
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.phonemes import SOUNDS

PAGE = (Path(__file__).parents[2] / "docs" / "text.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs() -> None:
    names: dict[str, Any] = {"__name__": "page"}
    examples = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "docs/text.md", "exec"), names)


def test_the_schema_of_the_page_is_what_is_written() -> None:
    found = describe_utterance(analyse('<speak>Hi <mark name="a"/>there.</speak>'))
    section = PAGE[PAGE.index("## The schema") : PAGE.index("## Limits")]
    told = set(re.findall(r"`(?:sentences\[\]\.|words\[\]\.)?(\w+)(?:\[\])?`", section))
    (sentence,) = found["sentences"]
    (mark,) = sentence["marks"]
    keys = {*found, *sentence, *mark, *sentence["words"][0], *sentence["words"][0]["control"]}
    assert keys - {"sentences", "words"} <= told


def test_the_lexicon_of_its_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "lexicon.md").read_text(encoding="utf-8")
    example = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    (tmp_path / "words.tsv").write_text(example, encoding="utf-8")
    lexicon = Lexicon.read(tmp_path / "words.tsv")
    assert set(lexicon.entries) == {"Xuan", "tomato", "St. Ives", "C3PO", "record"}
    symbols = re.findall(r"\| `(.)` \|", page)
    assert len(symbols) > 20
    assert set(symbols) <= set("".join(SOUNDS["en-US"] | SOUNDS["en-GB"]))


def test_the_dialogue_of_its_page_asks_for_three_voices() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "ssml.md").read_text(encoding="utf-8")
    found = analyse(re.findall(r"^```xml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]).sentences
    assert [sentence.voice.names if sentence.voice else None for sentence in found] == [None, ("af_heart",), ()]
