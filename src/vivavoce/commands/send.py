"""`vivavoce send speech.wav --to 127.0.0.1:5004`: speech as protected packets over UDP, in real time."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vivavoce.audio import Samples, read_audio
from vivavoce.commands.protect import add_protection, protection, protector
from vivavoce.link import live
from vivavoce.link.codec import RATE_HZ
from vivavoce.link.protection import chunks
from vivavoce.link.sending import PacketSender

_PIECE_BYTES = 640


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("speech", help="a recording; - reads raw 16-bit mono PCM at 16 kHz from standard input")
    parser.add_argument("--to", required=True, help="where to send RTP packets: host:port")
    parser.add_argument("--dtx", action="store_true", help="send nothing while nothing is said")
    add_protection(parser)


def run(arguments: argparse.Namespace) -> int:
    address = live.parse_address(arguments.to)
    made = protector(protection(arguments, dtx=arguments.dtx))
    frames = chunks(_pieces(arguments.speech, made.lookahead))
    count = live.send(frames, PacketSender(made, secrets.randbits(32)), address)
    print(f"{arguments.to}: {count} packets sent", file=sys.stderr)
    return 0


def _pieces(speech: str, lookahead: int) -> Iterator[Samples]:
    """The recording, or standard input as it comes, and what flushes the coder's delay."""
    if speech == "-":
        rest = b""
        while data := sys.stdin.buffer.read(_PIECE_BYTES):
            whole = (rest + data)[: (len(rest) + len(data)) // 2 * 2]
            rest = (rest + data)[len(whole) :]
            yield (np.frombuffer(whole, "<i2") / 32768).astype(np.float32)
    else:
        yield read_audio(Path(speech), RATE_HZ).samples
    yield np.zeros(lookahead, np.float32)
