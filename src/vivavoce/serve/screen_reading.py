"""What a screen reader wants to hear of a message: by which settings, which characters by name, what is spelt."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_NAMES = {
    "!": "exclamation mark", '"': "quote", "#": "number", "$": "dollar", "%": "percent", "&": "and", "'": "apostrophe",
    "(": "left paren", ")": "right paren", "*": "star", "+": "plus", ",": "comma", "-": "dash", ".": "dot",
    "/": "slash", ":": "colon", ";": "semicolon", "<": "less", "=": "equals", ">": "greater", "?": "question mark",
    "@": "at", "[": "left bracket", "\\": "backslash", "]": "right bracket", "^": "caret", "_": "underscore",
    "`": "backquote", "{": "left brace", "|": "bar", "}": "right brace", "~": "tilde", " ": "space",
}  # fmt: skip
_SOME = "#$%&*+/<=>@\\^_`|~"
_SPOKEN_PUNCTUATION = {"none": "", "some": _SOME, "most": _SOME + '()[]{}"-:;', "all": "".join(_NAMES)}


@dataclass
class Settings:
    """What `SET` sets: -100 to 100 each, and the levels by name."""

    rate: int = 0
    pitch: int = 0
    volume: int = 100
    punctuation: str = "none"
    is_spelling: bool = False
    speaker: str | None = None

    def set(self, name: str, value: str) -> None:
        match name:
            case "rate" | "pitch" | "volume":
                setattr(self, name, max(-100, min(100, int(value))))
            case "punctuation_mode":
                self.punctuation = value if value in _SPOKEN_PUNCTUATION else "none"
            case "spelling_mode":
                self.is_spelling = value == "on"
            case "synthesis_voice":
                self.speaker = None if value in ("NULL", "") else value
            case _:
                pass  # languages and voice types that there are none of


def spoken_text(command: str, text: str, settings: Settings) -> str:
    """What is to be said of a message: names of characters and keys, letters, punctuation."""
    if command == "CHAR":
        return f"{_NAMES.get(text, text)}." if text else ""
    if command in ("KEY", "SOUND_ICON"):
        return text.replace("_", " ")
    names = {mark: _NAMES[mark] for mark in _SPOKEN_PUNCTUATION[settings.punctuation] if mark != " "}
    if not names and not settings.is_spelling:
        return text
    parts = re.split(r"(<[^<>]*>)", text) if text.lstrip().startswith("<speak") else [text]
    return "".join(part if part.startswith("<") else _read_out(part, names, settings.is_spelling) for part in parts)


def _read_out(text: str, names: dict[str, str], is_spelling: bool) -> str:
    plain = html.unescape(text)
    if is_spelling:
        said = ", ".join(_NAMES.get(character, character) for character in plain if character != " ")
    else:
        said = "".join(f" {names[character]} " if character in names else character for character in plain)
    return html.escape(said, quote=False)
