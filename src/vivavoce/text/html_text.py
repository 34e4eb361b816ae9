"""HTML in a plain text: tags that stand for layout become layout, all others and comments go, entities are read."""

from __future__ import annotations

import re

from vivavoce.text.patterns import Pattern
from vivavoce.text.source_map import SourceMappedText

_LINES = (
    "p|div|section|article|header|footer|main|aside|blockquote|figure|figcaption|table|tr|ul|ol|dl|dt|dd|pre|form|nav"
)
_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|img|input|ins|kbd|label|mark|q|rp|rt|ruby|s|samp|small|span"
    "|strike|strong|sub|sup|svg|time|tt|u|var|wbr|body|html|head|meta|link|button|td|th|thead|tbody|picture|source|center"
)
_ELEMENT = Pattern(
    r"<!--.*?(?:-->|\Z)|<!doctype\b[^<>]{0,200}>|<(script|style|head)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)"
    rf"|<(/?)(br|hr|li|h[1-6]|{_LINES}|{_INLINE})(?=[\s/>])(?:[^<>\"']|\"[^\"<>]{{0,2000}}\"|'[^'<>]{{0,2000}}'){{0,4000}}+>",
    re.IGNORECASE | re.DOTALL,
)
_RAISED = Pattern(r"<sup\b[^<>]{0,200}>\s*([-−+]?[\dn]{1,3})\s*</sup\s*>", re.IGNORECASE)
_SUPERSCRIPTS = str.maketrans("0123456789-−+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺ⁿ")
_ENTITY = Pattern(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_LINE_NAMES = frozenset(_LINES.split("|"))
_CELLS = frozenset(["td", "th"])


def without_html(text: SourceMappedText) -> SourceMappedText:
    """The text as a browser would show it: a heading as a Markdown heading, an item as a bullet."""
    if "<" in text.text and ">" in text.text:
        text = text.sub(_RAISED, lambda match: match[1].translate(_SUPERSCRIPTS))
        text = text.sub(_ELEMENT, _layout)
    if "&" in text.text:
        import html  # two thousand names of characters

        text = text.sub(_ENTITY, lambda match: html.unescape(match[0]).replace("\xa0", " "))
    return text


def _layout(match: re.Match[str]) -> str:
    closing, name = match[2], (match[3] or "").lower()
    if name == "br":
        return "\n"
    if name == "hr":
        return "\n\n***\n\n"
    if name == "li":
        return "" if closing else "\n- "
    if name[:1] == "h" and name[1:].isdigit():
        return "\n\n" if closing else "\n\n# "
    if name in _CELLS:
        return ", " if closing else ""
    return "\n\n" if name in _LINE_NAMES or match[1] else ""
