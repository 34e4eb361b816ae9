"""E-mail and web addresses, read as people say them: "jane underscore doe at example dot org"."""

from __future__ import annotations

import re

from vivavoce.text.normalise.identifiers import in_pairs
from vivavoce.text.normalise.rules import Rule, RuleGroup, digit_by_digit
from vivavoce.text.patterns import Pattern

_DOMAINS = "com|org|net|edu|gov|mil|int|info|biz|dev|app|io|ai|tv|me|co|uk|us|ca|au|nz|de|fr|es|it|nl|eu|ch|se|no|jp|in|ly|gg|fm|xyz|ie|pt|cz|dk|fi|sg|hk|kr|cn|br|mx|za|il"
_SYMBOLS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", ":": "colon", "?": "question mark",
    "=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde",
}  # fmt: skip
_SPELLED = Pattern("(?i)www|https?|html?|php|pdf|ftp|u[ks]|ca|au|nz|fr|nl|eu|ch|se|jp|tv|io|api|ai|css|js")
_PIECE = Pattern(r"[^\W\d_]+|\d+|.", re.DOTALL)
_ADDRESS = Pattern(
    rf"""(?xi) (?<![\w@.])
    (?: (?:https?|ftp)://[^\s<>"]+
      | www\.[^\s<>"]+
      | [\w.+%-]+@(?:[\w-]+\.)+[a-z]{{2,}}
      | (?:[a-z0-9][a-z0-9-]*\.)+(?:(?:{_DOMAINS})(?![\w@])(?:/[^\s<>"]*)?|(?:be|to|gl|st)/[\w-][^\s<>"]*)
    )"""
)
_TRAILING = Pattern(r"[.,;:!?)\]}'*]+$")
_PORT = Pattern(r"([\w.-]+):(\d{2,5})((?:/.*)?)$")
_SCHEME = Pattern(r"(?i)^(?:https?|ftp)://")


def _read(match: re.Match[str]) -> str:
    written = match.group()
    address = _TRAILING.sub("", written)
    after = written[len(address) :]
    address = _SCHEME.sub("", address).rstrip("/")
    with_port = _PORT.match(address)
    host, port, rest = with_port.groups() if with_port else (address, "", "")
    said = " ".join(filter(None, map(_piece, _PIECE.findall(host))))
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host):
        said = " dot ".join(host.split("."))
    if port:
        said += f" port {in_pairs(port)} " + " ".join(filter(None, map(_piece, _PIECE.findall(rest))))
    return said.rstrip() + after


def _piece(piece: str) -> str:
    if piece.isdigit():
        return piece if len(piece) <= 2 and not piece.startswith("0") else digit_by_digit(piece)
    if _SPELLED.fullmatch(piece):
        return digit_by_digit(piece.upper())
    return piece if piece.isalpha() else _SYMBOLS.get(piece, "")


RULES: list[Rule] = [(_ADDRESS, _read)]
GROUP = RuleGroup("web or mail address", RULES, ".@/")
