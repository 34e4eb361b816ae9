"""Sockets to listen on, refused in words where they cannot be bound."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.serve.protocols.wyoming import parse_address
from vivavoce.serve.settings import Settings


@dataclass(frozen=True)
class Listeners:
    """The sockets of one process."""

    http: list[socket.socket]
    wyoming: socket.socket | None


def listen(settings: Settings, share: bool = False) -> Listeners:
    """All sockets that the settings name, bound; `share` as in `tcp_socket`. Raises `InputError`."""
    http = [tcp_socket(settings.host, settings.port, share)]
    if settings.unix:
        http.append(_unix(Path(settings.unix)))
    wyoming = tcp_socket(*parse_address(settings.wyoming), share) if settings.wyoming else None
    return Listeners(http, wyoming)


def tcp_socket(host: str, port: int, share: bool = False) -> socket.socket:
    """A bound socket; `share` lets other processes bind the same port. Raises `InputError`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
    except OSError as error:
        raise InputError(f"{host}:{port}: cannot listen there ({error.strerror or error})") from error
    return listening


def _unix(path: Path) -> socket.socket:
    """A socket that only this user may open; one that a dead server left is replaced."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            if _answers(path):
                raise InputError(f"{path}: another server listens there")
            path.unlink()
        mask = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(mask)
    except OSError as error:
        raise InputError(f"{path}: cannot listen there ({error.strerror or error})") from error
    return listening


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0
