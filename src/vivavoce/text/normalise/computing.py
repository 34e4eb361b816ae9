"""Paths, versions, ports, switches and names of code, as people say them."""

from __future__ import annotations

import re

from vivavoce.text.normalise.identifiers import in_pairs
from vivavoce.text.normalise.rules import DIGITS, Rule, RuleGroup, digit_by_digit, letters
from vivavoce.text.patterns import Pattern
from vivavoce.text.word_sets import words

_SIGNS = {"/": "slash", "\\": "backslash", "~": "tilde", ".": "dot", "-": "dash", "_": "underscore", ":": "colon", "*": "star", "$": "dollar"}  # fmt: skip
_SUFFIXES = (
    "txt|md|py|js|ts|tsx|jsx|css|html?|xml|json|ya?ml|toml|ini|cfg|conf|csv|tsv|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|svg"
    "|webp|mp[34]|wav|ogg|flac|avi|mov|mkv|zip|tar|gz|bz2|xz|7z|rar|exe|dll|so|sh|bat|c|h|cpp|hpp|cc|rs|go|rb|java|kt|php"
    "|sql|db|log|config|bak|tmp|iso|img|deb|rpm|dmg|apk|jar|war|tex|bib|epub|ipynb|lock|env|git|net|io"
)
_WORDLIKE = words(
    "zip tar bat log config bak net git env lock toml java war jar iso img go gif rar mov conf wav deb",
)
_SPOKEN = {"usr": "user", "README": "read me", "TODO": "to do", "src": "source", "tmp": "temp"}  # fmt: skip
_PIECE = Pattern(r"[^\W\d_]+|\d+|[^\w\s]|_")
_PATH = Pattern(
    r"(?<![\w/.<:-])(?:(?:~|\.{1,2}|\$[A-Z_]+)?/(?=[\w.~@-])(?:[\w.@+~-]{1,64}/?){1,24}|~(?=[\s,.;]|$)|[A-Z]:\\(?:[\w .-]{1,64}\\?){0,24}(?<=\S))"
)
_DIRECTORY = Pattern(
    r"(?<![\w/.:-])((?:[\w.-]{1,40}/){2,12}[\w.-]{1,40}/?|(?:src|lib|bin|etc|usr|var|docs?|tests?|app)/[\w.-]{1,40})(?!\w)"
)
_FILE = Pattern(rf"(?<![\w/@.-])([\w-]{{1,60}})\.((?:{_SUFFIXES})(?:\.(?:gz|xz|bz2))?)(?![\w/@-]|\.\w)")
_SOFTWARE = (
    "Python|Java|JavaScript|Windows|iOS|macOS|iPadOS|Android|Node|Node\\.js|Ubuntu|Debian|Fedora|Linux|Firefox|Chrome|PHP"
    "|Ruby|Rails|Django|Rust|Go|Swift|Kotlin|GCC|LLVM|Postgres|PostgreSQL|MySQL|Redis|TensorFlow|PyTorch|NumPy|Bluetooth"
    "|USB|HTTP|HTTPS|TLS|HTML|CSS|kernel|[Vv]ersions?|[Rr]elease|[Uu]pdate|Unity|Blender|Photoshop|WordPress|OpenSSL|Git"
    "|HDMI|PCIe|DirectX|OpenGL|Vulkan|SSML|EPUB|Qt|Unicode|GPT|Excel|Office|Safari|Edge|Opera|Perl|Lua|Scala|React"
)


def spelled_name(name: str) -> str:
    """One name of a path: signs are said, endings that are no words are spelled."""
    pieces = _PIECE.findall(name)
    said: list[str] = []
    for number, piece in enumerate(pieces):
        suffix = number > 0 and pieces[number - 1] == "." and re.fullmatch(_SUFFIXES, piece) and piece not in _WORDLIKE
        if piece in _SPOKEN:
            said.append(_SPOKEN[piece])
        elif piece in _SIGNS:
            said.append(_SIGNS[piece])
        elif piece.isdigit():
            said.append(piece if len(piece) <= 2 and not piece.startswith("0") else digit_by_digit(piece))
        elif suffix or (piece.isalpha() and len(piece) > 1 and not re.search("[aeiouyAEIOUY]", piece)):
            said.append(letters(piece))
        else:
            said.append(_camel(piece))
    return " ".join(said)


def _camel(word: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word)


_OPERATORS = {"-": "minus", "*": "times", "/": "divided by", "%": "percent"}
_KEYS = {"Ctrl": "Control", "Cmd": "Command", "Esc": "Escape", "Win": "Windows", "Fn": "Function"}


_VARIABLES = words("HOME PATH USER PWD SHELL TERM LANG HOST TMP TEMP PS IFS OLDPWD UID RANDOM")
"""Of a shell; other capitals after a dollar are a share on the stock exchange."""
_INITIALS = words("id ids url uri api db io ip ui os cpu gpu uid gid pid sql ssl http xml html css js ws")


def _snake(match: re.Match[str]) -> str:
    """ "max_len", and "MAX_LEN" in words where they are words."""
    pieces = [letters(piece) if piece.lower() in _INITIALS else piece for piece in match[0].split("_")]
    return " underscore ".join(
        piece.lower() if len(piece) > 1 and piece.isupper() and re.search("[AEIOUY]", piece) else piece
        for piece in pieces
    )


def _path(match: re.Match[str]) -> str:
    written = match[0]
    path = written.rstrip(".")
    return f" {spelled_name(path)}{written[len(path) :]}".lstrip(" ")


def _spelled_directory(written: str) -> str:
    path = written.rstrip(".")
    return spelled_name(path) + written[len(path) :]


def _file(match: re.Match[str]) -> str:
    return spelled_name(match[0])


def _port(match: re.Match[str]) -> str:
    host = match[1]
    said = " dot ".join(host.split("."))
    return f"{said} port {in_pairs(match[2])}" + (f" {spelled_name(match[3].rstrip('/.'))}" if match[3] else "")


def _version_part(part: str) -> str:
    if len(part) == 2 and part.startswith("0") and part != "00":
        return f"oh {part[1]}"
    return part if len(part) <= 2 or not part.startswith("0") else digit_by_digit(part)


def _version(match: re.Match[str]) -> str:
    mark, numbers, tail = match[1] or "", match[2], match[3] or ""
    said = " point ".join(map(_version_part, numbers.split(".")))
    words = re.sub(r"[-.+]?([a-z]+)[.-]?(\d*)", r" \1 \2", tail).rstrip()
    return f"{'version ' if mark else ''}{said}{words.replace(' rc', ' R C')}"


def _named_version(match: re.Match[str]) -> str:
    return match[1] + " point ".join(map(_version_part, match[2].split(".")))


def _read_dotted(match: re.Match[str]) -> str:
    parts = match[0].split(".")
    return (" dot " if len(parts) == 4 else " point ").join(map(_version_part, parts))


_VERSIONS: list[Rule] = [
    (Pattern(r"(?<![\w@.-])([\w/.-]{1,60}\.(?:py|js|ts|tsx|jsx|rs|go|rb|java|kt|php|cpp|c|h|cs|md|txt)):(\d{1,5})(?![\w:])"), lambda m: f"{spelled_name(m[1])} line {m[2]}"),
    (Pattern(r"\b([A-Z]{2,5})-(\d{1,2})\.(\d{1,2})(?![\w-]|\.\d)"), lambda m: f"{m[1]} {m[2]} point {_version_part(m[3])}"),
    (Pattern(r"\b(HTTPS?|TLS|SSL|SSH|FTP|SIP|RTSP|Mozilla|AppleWebKit|Chrome|Safari|Firefox|Gecko|Python|curl|nginx|Apache)/(\d{1,4}(?:\.\d{1,4}){0,3})(?![\w-]|\.\d)"), lambda m: f"{m[1]} {' point '.join(map(_version_part, m[2].split('.')))}"),
    (Pattern(r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3}|localhost|[a-z][\w-]*(?:\.[a-z]\w+)+):(\d{2,5})((?:/[\w~-][\w.~-]*)*)/?(?![\w:])"), _port),
    (Pattern(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})/(\d{1,2})\b"), lambda m: f"{' dot '.join(m[1].split('.'))} slash {m[2]}"),
    (Pattern(r"(?<![\w./])([vV]\.? ?)(\d{1,4}(?:\.\d{1,4}){0,4})([-+.]?(?:alpha|beta|rc|dev|post|pre)[.-]?\d*)?(?![\w-]|\.\d)"), _version),
    (Pattern(r"(?<![\w.])()(\d{1,4}(?:\.\d{1,4}){1,3})([-+.]?(?:alpha|beta|rc|dev|post)[.-]?\d*)(?![\w-]|\.\d)"), _version),
    (Pattern(rf"\b((?:{_SOFTWARE}) )(\d{{1,4}}(?:\.\d{{1,4}}){{1,3}})(?![\w%/-]|\.\d)"), _named_version),
    (Pattern(r"(?<![\w.:/,-])\d+(?:\.\d+){2,}(?![\w/-])"), _read_dotted),
]  # fmt: skip
_CODE: list[Rule] = [
    (Pattern(r"(?<![\w@])@(\w+(?:\.\w+)+)(?![\w@])"), lambda m: f"at {spelled_name(m[1])}"),
    (Pattern(r"(?<=[A-Za-z_)])->(?=[A-Za-z_])"), lambda m: " arrow "),
    (Pattern(r"(?<=\d)->(?=[\w.])"), lambda m: " to "),
    (Pattern(r"(?<=\w)<([A-Za-z]\w*(?:, ?\w+){0,4})>(?=[\s,.;()&*]|$)"), lambda m: f" of {m[1]}"),
    (Pattern(r"(?<![\w!?.,;:)\]])!(?=[a-z]\w*\b)"), lambda m: "not "),
    (Pattern(r"\bIPv([46])\b"), lambda m: f"I P V {m[1]}"),
    (Pattern(r"\b0b([01]{1,32})\b"), lambda m: f"zero B {digit_by_digit(m[1])}"),
    (Pattern(r"\s([-*/%])=\s"), lambda m: f" {_OPERATORS[m[1]]} equals "),
    (Pattern(r"(?<!\S)\*\.(?=[a-z]{1,5}\b)(\w+)"), lambda m: f"star {spelled_name('.' + m[1])}"),
    (Pattern(r"(?<![\w/])([ru])/(?=[A-Za-z]\w{2,})"), lambda m: f"{m[1]} slash "),
    (Pattern(r"\b([A-Za-z])(\+{2,4})(?![\w+])"), lambda m: f"{m[1].upper() if m[1] == 'c' else m[1]}{' plus' * len(m[2])}"),
    (Pattern(r"(?<![\w.])\.(NET|net|com|org|io|ai|dev|gov|edu|app|co)\b(?!\.)"), lambda m: f" dot {m[1].lower() if m[1] not in ('io', 'ai', 'co') else letters(m[1])}"),
    (Pattern(rf"(?<![\w./])\.((?:{_SUFFIXES})|[a-z]{{2,12}})(?=[\s,.;:!?)]|$)(?!\.\.)"), lambda m: f" {spelled_name('.' + m[1])}"),
    (Pattern(r"(?<=/)v(\d)(?=/)"), lambda m: f"v{m[1]}"),
    (_PATH, _path),
    (_DIRECTORY, lambda m: _spelled_directory(m[1]) if re.search(r"[_.]|^(?:src|lib|bin|etc|usr|var|docs?|tests?|app)/", m[1]) else m[0]),
    (_FILE, _file),
    (Pattern(r"\b(Node|Vue|React|Next|Three|D3|Express)\.(js|JS)\b"), lambda m: f"{m[1]} dot J S"),
    (Pattern(r"(?<![\w-])--(?=[a-z])([\w-]{1,40})"), lambda m: f" dash dash {m[1].replace('-', ' ')}".lstrip() if m.start() == 0 else f"dash dash {m[1].replace('-', ' ')}"),
    (Pattern(r"(?<=\s)(?<![=<>+*/(] )-([a-zA-Z])(?=[\s,.;:)]|$)"), lambda m: f"dash {m[1]}"),
    (Pattern(r"\b(\w{1,40}(?:\.\w{1,40}){0,6})\(\)"), lambda m: _camel(m[1].replace("_", " underscore ").replace(".", " dot "))),
    (Pattern(r"\b(?![a-z]_\w{1,2}\b)([A-Za-z]+\d{0,3})((?:_[A-Za-z0-9]+){1,8})\b"), _snake),
    (Pattern(r"(?<!\w)__([a-z]+)__(?!\w)"), lambda m: f"underscore underscore {m[1]} underscore underscore"),
    (Pattern(r"\b(?:mac|i|iPad|watch|tv|web|vision|Chrome)(?=OS\b)(?<!\bi)"), lambda m: f"{m[0]} "),
    (Pattern(r"\bASP(?= ?\.NET| dot NET)"), lambda m: "A S P"),
    (Pattern(r"\b(Ctrl|Cmd|Alt|Shift|Option|Control|Fn|Win|Esc|Tab|Meta|Super|Command)\s?([+-])\s?(?=[A-Z\d]|F\d)"), lambda m: f"{_KEYS.get(m[1], m[1])} {'plus ' if m[2] == '+' else ''}"),
    (Pattern(r"\b(Ctrl|Cmd)\b"), lambda m: _KEYS[m[1]]),
    (Pattern(r"(?<![\w.@/#-])[a-z]{2,}(?:[A-Z][a-z]{2,}){1,4}(?![\w.@-]|/\w)"), lambda m: _camel(m[0])),
    (Pattern(r"(?<![\w=/:\"{}])\$([A-Z]{2,5})\b(?![/=\w])"), lambda m: m[0] if m[1] in _VARIABLES else letters(m[1])),
    (Pattern(r"(?<!\w)\$([A-Z_]{2,})\b"), lambda m: f"dollar {m[1].lower().replace('_', ' underscore ')}"),
    (Pattern(r"(?i)\butf-?(8|16|32)\b"), lambda m: f"U T F {m[1]}"),
    (Pattern(r"(?<=[A-Z]) \* (?=[A-Z])"), lambda m: " star "),
    (Pattern(r"\b0x([0-9a-fA-F]{1,16})\b"), lambda m: f"zero X {letters(m[1])}"),
    (Pattern(r"(?<!\w)#(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])([0-9a-fA-F]{6})\b"), lambda m: f"hash {letters(m[1])}"),
    (Pattern(r"\s\+=\s"), lambda m: " plus equals "),
    (Pattern(r"\s&&\s"), lambda m: " and "),
    (Pattern(r"\s\|\|\s"), lambda m: " or "),
]  # fmt: skip
GROUPS = [RuleGroup("version or port", _VERSIONS, DIGITS), RuleGroup("path or code", _CODE, "./\\~-_$#+&|(0*uU@<!")]
