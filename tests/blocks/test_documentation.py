"""The page is run: its Python in order, and its JSON is the article's stack."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.blocks.toys import ARTICLE_STACK

PAGE = (Path(__file__).parents[2] / "docs" / "blocks.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_page_runs() -> None:
    names: dict[str, Any] = {"__name__": "page"}
    assert examples("python")
    for example in examples("python"):
        exec(compile(example, "docs/blocks.md", "exec"), names)


def test_the_json_of_the_page_is_the_stack_that_the_tests_build() -> None:
    assert [json.loads(example) for example in examples("json")] == [ARTICLE_STACK]
