"""`vivavoce serve`: the voice behind the protocols that programs already speak."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.json_types import is_list


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--config", type=Path, help="a TOML file with any setting of docs/serve.md")
    add("--host", help="address to listen on (127.0.0.1)")
    add("--port", type=int, help="port to listen on (8880)")
    add("--workers", type=int, help="processes that share the port (1)")
    add("--threads", type=int, help="threads that run networks in each process (1)")
    add("--token", action="append", dest="tokens", help="lets a client in; required off loopback, may be repeated")
    add("--voice", action="append", dest="voices", help="name of a voice addon; may be repeated, the first is default")
    add("--speaker", help="the speaker where a client names none")
    add("--prosody", help="the prosody model where a client names none")
    add("--pauses", type=float, metavar="FACTOR", help="pauses so many times as long where a client does not say (1)")
    add("--unix", metavar="PATH", help="a Unix socket to listen on as well, without tokens")
    add("--wyoming", metavar="HOST:PORT", help="where to speak Wyoming, for Home Assistant")
    add("--max-streams", type=int, help="texts spoken at once in each process (64)")
    add("--engine", choices=("processes", "ray"), default="processes", help="ray: as a deployment of Ray Serve")
    add("--log", choices=("text", "json"), help="lines on standard error")


def run(arguments: argparse.Namespace) -> int:
    try:
        from vivavoce.serve import ray_serve, workers
        from vivavoce.serve.settings import Settings, read_settings
    except ModuleNotFoundError as error:
        raise InputError(f'serving needs {error.name}: pip install "vivavoce[serve]"') from error
    names = {field.name for field in fields(Settings)}
    given = {name: value for name, value in vars(arguments).items() if name in names and value is not None}
    options = {name: tuple(value) if is_list(value) else value for name, value in given.items()}
    config = arguments.config or (Path(os.environ["VIVAVOCE_CONFIG"]) if "VIVAVOCE_CONFIG" in os.environ else None)
    settings, warnings = read_settings(options, os.environ, config)
    for warning in warnings:
        print(f"vivavoce: {warning}", file=sys.stderr)
    return ray_serve.run(settings) if arguments.engine == "ray" else workers.run(settings)
