"""The page is run: its Python in order; its table of JSON keys is what the command writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vivavoce.commands.text import described
from vivavoce.text import analyse

PAGE = (Path(__file__).parents[2] / "docs" / "text.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs() -> None:
    names: dict[str, Any] = {"__name__": "page"}
    examples = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "docs/text.md", "exec"), names)


def test_the_schema_of_the_page_is_what_is_written() -> None:
    found = described(analyse('<speak>Hi <mark name="a"/>there.</speak>'))
    section = PAGE[PAGE.index("## The schema") : PAGE.index("## Limits")]
    told = set(re.findall(r"`(?:sentences\[\]\.|words\[\]\.)?(\w+)(?:\[\])?`", section))
    (sentence,) = found["sentences"]
    (mark,) = sentence["marks"]
    keys = {*found, *sentence, *mark, *sentence["words"][0], *sentence["words"][0]["control"]}
    assert keys - {"sentences", "words"} <= told
