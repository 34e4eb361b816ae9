"""`vivavoce listening-test serve FOLDER`: the page for listeners, from one process."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.commands.listening import require_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", type=Path, help="a test that new has made; answers are kept in it")
    add("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets other devices in (127.0.0.1)")
    add("--port", type=int, default=8765, help="port to listen on (8765)")
    add("--invite", type=int, metavar="N", help="let in only N listeners, each by an address that is printed")
    add("--most", type=int, default=2000, metavar="N", help="listeners after whom nobody new is let in (2000)")
    add("--code", help="completion code to show to everybody who finishes; without it each gets one of their own")


def run(arguments: argparse.Namespace) -> int:
    require_extra()
    from vivavoce.errors import InputError
    from vivavoce.listening.codec import read_test
    from vivavoce.listening.store import alone

    if not 1 <= arguments.most <= 100_000:
        raise InputError("--most: give 1 to 100000 listeners")
    if not 0 <= arguments.port <= 65_535:
        raise InputError(f"--port {arguments.port}: give 1 to 65535, or 0 for any that is free")
    read_test(arguments.folder)
    with alone(arguments.folder):
        return _serve(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    import uvicorn

    from vivavoce.listening.hall import Hall, invite
    from vivavoce.listening.server import application, free_socket

    tokens = invite(arguments.folder, arguments.invite) if arguments.invite is not None else None
    hall = Hall(arguments.folder, arguments.most, arguments.code)
    listening = free_socket(arguments.host, arguments.port)
    address = f"http://{arguments.host}:{listening.getsockname()[1]}/"
    if tokens is not None:
        print("\n".join(f"{address}?token={token}" for token in tokens))
    print(f"{hall.test.name}: {address} (Ctrl-C ends; answers are in {arguments.folder}/answers)", file=sys.stderr)
    config = uvicorn.Config(application(hall), log_level="warning", timeout_graceful_shutdown=3, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])
    return 0
