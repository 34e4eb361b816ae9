"""`vivavoce protect speech.wav -o speech.opus`: an Opus file whose every packet carries the past second."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.link import opus_file
from vivavoce.link.codec import FRAME_S, OpusSettings
from vivavoce.link.protection import ProtectionSettings, Protector, protect, rate_bps, spending
from vivavoce.redundancy.encoder import load_encoder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("speech", type=Path, help="a recording: WAV, FLAC, Ogg, MP3")
    parser.add_argument("-o", "--output", type=Path, default=Path("protected.opus"), help="Ogg Opus file to write")
    add_protection(parser)


def add_protection(parser: argparse.ArgumentParser) -> None:
    """How speech is coded and protected, for every verb that sends."""
    parser.add_argument("--redundancy", type=float, default=1.0, help="seconds of the past in each packet, 0 to 2.5")
    parser.add_argument("--bitrate", default="24k", help="of the speech itself, such as 24k")
    parser.add_argument("--lbrr", action="store_true", help="also each packet's predecessor, by Opus's own means")
    parser.add_argument("--loss", type=int, default=20, help="percent of packets that the coder expects to be lost")


def protection(arguments: argparse.Namespace, *, dtx: bool = False) -> ProtectionSettings:
    """What the arguments of `add_protection` ask for."""
    opus = OpusSettings(parse_bitrate(arguments.bitrate), arguments.lbrr, arguments.loss, dtx)
    return ProtectionSettings(opus, arguments.redundancy)


def protector(settings: ProtectionSettings) -> Protector:
    """A sender of these settings, with the shipped redundancy."""
    return Protector(load_encoder() if settings.redundancy_s else None, settings)


def parse_bitrate(text: str) -> int:
    """`24k` or `24000` in bits a second. Raises `InputError`."""
    number, scale = (text[:-1], 1000) if text[-1:] in ("k", "K") else (text, 1)
    try:
        return round(float(number) * scale)
    except (ValueError, OverflowError):
        raise InputError(f"bit rate {text!r}: give a number such as 24k") from None


def check_folder(path: Path) -> None:
    """Say that a folder is missing before the work, not after it."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist, make it first")


def run(arguments: argparse.Namespace) -> int:
    settings = protection(arguments)
    check_folder(arguments.output)
    audio = read_audio(arguments.speech)
    encoder = load_encoder() if settings.redundancy_s else None
    file = protect(audio, encoder, settings)
    opus_file.write(arguments.output, file)
    spent = [spending(packet) for packet in file.packets]
    speech_bps, past_bps = rate_bps([packet.speech for packet in spent]), rate_bps([packet.padding for packet in spent])
    print(
        f"{arguments.output}: {audio.duration_s:.2f} s in {len(file.packets)} packets, "
        f"{(speech_bps + past_bps) / 1000:.1f} kb/s: speech {speech_bps / 1000:.1f}, "
        f"redundancy {past_bps / 1000:.1f} ({past_bps * FRAME_S:.0f} bits a packet)",
        file=sys.stderr,
    )
    return 0
