"""Markup out of caption text."""

from __future__ import annotations

import html
import re

TAGS = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")


def plain_lines(text: str) -> tuple[str, ...]:
    """The lines that are shown: without tags, entities or ASS overrides, empty ones left out."""
    text = TAGS.sub("", text.replace("\\N", "\n").replace("\\n", "\n"))
    lines = (html.unescape(line).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)
