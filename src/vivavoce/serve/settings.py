"""Settings of a server: from options, `VIVAVOCE_*` variables and one TOML file, in this order of precedence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError

PREFIX = "VIVAVOCE_"
LONGEST_PAUSES = 5.0
_NOT_SETTINGS = {"VIVAVOCE_ADDONS", "VIVAVOCE_CONFIG"}
"""Variables that other parts of the package read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator chooses; limits are for each process."""

    host: str = "127.0.0.1"
    port: int = 8880
    workers: int = 1
    """Processes that share the port."""
    threads: int = 1
    """Threads that run networks in each process; each keeps one core busy."""
    unix: str = ""
    """Path of a Unix socket to listen on as well; whoever may open it needs no token."""
    wyoming: str = ""
    """HOST:PORT of the Wyoming protocol, which has no tokens; empty for none."""
    zeroconf: bool = True
    """Whether Home Assistant finds the Wyoming port by itself."""
    tokens: tuple[str, ...] = ()
    """Any of them lets a client in. Required off loopback."""
    allowed_hosts: tuple[str, ...] = ()
    """Names by which clients may call a server without tokens, besides those of loopback."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of pages, besides the server's own, whose scripts may call it."""
    voices: tuple[str, ...] = ()
    """Voice addons to load; empty for the one that ships. The first is the default."""
    speaker: str = ""
    """The speaker where a client names none; empty for the voice's first."""
    prosody: str = "none"
    """The prosody model where a client names none."""
    pauses: float = 1.0
    """How many times as long as usual pauses are, 0 to 5, where a client does not say."""
    max_body_bytes: int = 1 << 20
    max_upload_bytes: int = 64 << 20
    """Of a file that is to be inspected."""
    max_characters: int = 4096
    """Of one text; OpenAI's own limit."""
    max_streams: int = 64
    """Texts spoken at once; more wait."""
    max_queue: int = 64
    """Texts that wait; more are refused with 429."""
    max_wait_s: float = 10.0
    """How long a text waits before it is refused."""
    max_connections: int = 2048
    idle_s: float = 300.0
    """A WebSocket that says nothing for so long is closed."""
    stall_s: float = 30.0
    """A client that neither reads nor writes for so long in the middle of a request is hung up on."""
    sentence_delay_s: float = 0.25
    """A pause in text that is written bit by bit that ends a sentence without a full stop."""
    drain_s: float = 30.0
    """After SIGTERM, how long what is being said may take to end."""
    log: str = "text"
    """`text` or `json` lines on standard error; never with what was said."""

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:  # which is also true of no number at all
                raise InputError(f"{name} is {getattr(self, name):g}, use {least:g} or more")
        if self.port > 65_535:
            raise InputError(f"port is {self.port}, use 0 to 65535")
        if not self.pauses <= LONGEST_PAUSES:
            raise InputError(f"pauses is {self.pauses:g}, use 0 to {LONGEST_PAUSES:g}")
        if self.log not in ("text", "json"):
            raise InputError(f"log is {self.log!r}, use text or json")
        if not all(len(token) >= 8 and token.isascii() and token.isprintable() for token in self.tokens):
            raise InputError("a token is shorter than 8 characters or not printable ASCII, give a longer one")
        if not self.tokens and not is_loopback(self.host):
            raise InputError(
                f"{self.host} can be reached by others: give --token (or {PREFIX}TOKENS), or --host 127.0.0.1"
            )


_LEAST: dict[str, float] = {
    "port": 0, "workers": 1, "threads": 1, "max_body_bytes": 1024, "max_upload_bytes": 0, "max_characters": 1,
    "max_streams": 1, "max_queue": 0, "max_wait_s": 0, "max_connections": 1, "idle_s": 1, "stall_s": 0.1,
    "sentence_delay_s": 0.0, "drain_s": 0, "pauses": 0.0,
}  # fmt: skip
NAMES = tuple(field.name for field in fields(Settings))


def is_loopback(host: str) -> bool:
    """Whether a name or address is one that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_settings(
    options: Mapping[str, Any], environment: Mapping[str, str], config: Path | None = None
) -> tuple[Settings, list[str]]:
    """Settings, and a warning for each one that is not known.

    `options` come first, then variables, then the file. Raises `InputError` for a value that does not fit.
    """
    warnings: list[str] = []
    values: dict[str, Any] = {}
    for name, value in (_read_toml(config) if config else {}).items():
        if name in NAMES:
            values[name] = _convert(name, value, f"{config}: {name}")
        else:
            warnings.append(f'{config}: unknown setting "{name}"')
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or variable in _NOT_SETTINGS:
            continue
        if name in NAMES:
            values[name] = _convert(name, text, variable)
        else:
            warnings.append(f"unknown variable {variable}")
    values.update({name: value for name, value in options.items() if value is not None})
    return Settings(**values), warnings


def _read_toml(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        try:
            return tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not TOML, {error}") from error


def _convert(name: str, value: Any, place: str) -> Any:
    """A value of TOML, or the text of a variable, as the setting's type."""
    default = _DEFAULTS[name]
    try:
        return _CONVERTERS[type(default)](value)
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{place} is {value!r}, expected {_KINDS[type(default)]}") from None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).lower()]


def _number(kind: type) -> Any:
    def convert(value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError(value)
        return kind(value)

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _list(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    return tuple(_text(item).strip() for item in items if _text(item).strip())


_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Settings)}
_CONVERTERS: dict[type, Any] = {
    bool: _boolean, int: _number(int), float: _number(float), str: _text, tuple: _list,
}  # fmt: skip
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "a list of texts"}
