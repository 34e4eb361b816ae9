"""`vivavoce send speech.wav --to 127.0.0.1:5004`: speech as protected packets over UDP, in real time."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vivavoce.audio import Samples, read_audio
from vivavoce.commands.protect import add_protection, protection, redundancy_codec
from vivavoce.commands.wording import with_noun
from vivavoce.errors import InputError
from vivavoce.files import check_outputs, write_text
from vivavoce.redundancy.codec.payload_codec import PayloadCodec
from vivavoce.transport import udp
from vivavoce.transport.opus_codec import RATE_HZ
from vivavoce.transport.rtp_sender import PacketSender
from vivavoce.transport.sdp import SessionDescription, write_sdp
from vivavoce.transport.sender import ProtectionSettings, Protector

_PIECE_BYTES = 4096
_RATES_HZ = range(8_000, 192_001)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("speech", help="a recording; - reads raw 16-bit mono PCM from standard input")
    parser.add_argument("--rate", type=int, help=f"samples a second of standard input ({RATE_HZ})")
    parser.add_argument("--to", required=True, help="where to send RTP packets: host:port")
    parser.add_argument("--dtx", action="store_true", help="send nothing while nothing is said")
    parser.add_argument("--sdp", type=Path, help="write a session description here, for whoever receives")
    add_protection(parser)


def run(arguments: argparse.Namespace) -> int:
    settings = protection(arguments, dtx=arguments.dtx)
    codec = redundancy_codec(arguments)
    check_outputs([Path(arguments.speech)], arguments.sdp)
    rate_hz, pieces = _sound(arguments.speech, arguments.rate)
    session = _session(arguments, settings, codec) if arguments.sdp else None
    with open_line(arguments.to, Protector(codec, settings), rate_hz) as out:
        if session:
            write_text(arguments.sdp, write_sdp(session))
        for samples in pieces:
            out.push(samples)
    print(f"{arguments.to}: {with_noun(out.sent, 'packet')} sent", file=sys.stderr)
    return 0


def _session(
    arguments: argparse.Namespace, settings: ProtectionSettings, codec: PayloadCodec | None
) -> SessionDescription:
    host, port = udp.parse_address(arguments.to)
    dred = codec.extension_id if codec and codec.name == "dred" else None
    opus = settings.opus
    return SessionDescription(
        host, port, lbrr=opus.lbrr, dtx=opus.dtx, dred_extension=dred, dred_s=settings.redundancy_s
    )


def open_line(address: str, protector: Protector, rate_hz: int) -> udp.LiveSender:
    """A stream of protected packets to `host:port`, for sound of that rate."""
    target = udp.parse_address(address)
    return udp.LiveSender(PacketSender(protector, secrets.randbits(32)), target, rate_hz)


def _sound(speech: str, rate_hz: int | None) -> tuple[int, Iterator[Samples]]:
    """The rate, and the recording in pieces, or standard input, which has that rate, as it comes."""
    if speech == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed, name a recording")
        rate_hz = RATE_HZ if rate_hz is None else rate_hz
        if rate_hz not in _RATES_HZ:
            raise InputError(f"--rate {rate_hz}: give {_RATES_HZ[0]} to {_RATES_HZ[-1]} samples a second")
        return rate_hz, _standard_input()
    if rate_hz is not None:
        raise InputError(f"--rate is of standard input: {speech} says its own")
    audio = read_audio(Path(speech))
    return audio.rate_hz, iter([audio.samples])


def _standard_input() -> Iterator[Samples]:
    rest = b""
    while data := os.read(sys.stdin.fileno(), _PIECE_BYTES):
        rest += data
        whole = len(rest) // 2 * 2
        yield (np.frombuffer(rest[:whole], "<i2") / 32768).astype(np.float32)
        rest = rest[whole:]
