"""`vivavoce protect speech.wav -o speech.opus`: an Opus file whose every packet carries the past second."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.audio import read_audio
from vivavoce.commands.wording import with_noun
from vivavoce.errors import InputError
from vivavoce.files import check_outputs
from vivavoce.redundancy.codec.payload_codec import DEFAULT, PayloadCodec, load_codec
from vivavoce.transport import opus_file
from vivavoce.transport.opus_codec import FRAME_S, OpusSettings
from vivavoce.transport.opus_demo import write_bitstream
from vivavoce.transport.sender import ProtectionSettings, measure_packet, protect, rate_bps

SUFFIXES = (".opus", ".ogg", ".oga", ".bit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("speech", type=Path, help="a recording: WAV, FLAC, Ogg, MP3")
    add(
        "-o",
        "--output",
        type=Path,
        default=Path("protected.opus"),
        help="Ogg Opus to write, or a bitstream for opus_demo (.bit) (protected.opus)",
    )
    add_protection(parser)


def add_protection(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how speech is coded and protected, the same for every verb that sends."""
    add = parser.add_argument
    add("--redundancy", type=float, default=1.0, help="seconds of the past in each packet, 0 to 1.04 (1)")
    add("--redundancy-bitrate", help="of that past on average, such as 24k; else what sounds well, about 24k")
    add("--redundancy-codec", default=DEFAULT, help="dred, vivavoce (up to 2.5 s), or an addon of such a kind (dred)")
    add("--bitrate", default="24k", help="of the speech itself, 6k to 128k (24k)")
    add("--lbrr", action="store_true", help="also each packet's predecessor, by Opus's own means")
    add("--loss", type=float, default=0.2, help="share of packets expected to be lost, 0 to 1 (0.2)")


def protection(arguments: argparse.Namespace, *, dtx: bool = False) -> ProtectionSettings:
    """What the arguments of `add_protection` ask for."""
    if not 0 <= arguments.loss <= 1:
        raise InputError(f"--loss {arguments.loss:g}: give a share, 0 to 1")
    opus = OpusSettings(parse_bitrate(arguments.bitrate), arguments.lbrr, round(100 * arguments.loss), dtx)
    return ProtectionSettings(opus, arguments.redundancy)


def redundancy_codec(arguments: argparse.Namespace) -> PayloadCodec | None:
    """The payload codec that the arguments of `add_protection` ask for, if any."""
    if not arguments.redundancy:
        return None
    bitrate_bps = parse_bitrate(arguments.redundancy_bitrate) if arguments.redundancy_bitrate else None
    return load_codec(arguments.redundancy_codec, bitrate_bps, arguments.redundancy)


def parse_bitrate(text: str) -> int:
    """`24k` or `24000` in bits a second. Raises `InputError`."""
    number, scale = (text[:-1], 1000) if text[-1:] in ("k", "K") else (text, 1)
    try:
        return round(float(number) * scale)
    except (ValueError, OverflowError):
        raise InputError(f"bit rate {text!r}: give a number such as 24k") from None


def run(arguments: argparse.Namespace) -> int:
    settings = protection(arguments)
    check_outputs([arguments.speech], arguments.output)
    if arguments.output.suffix.lower() not in SUFFIXES:
        raise InputError(f"{arguments.output}: packets go into an Ogg Opus file, name it .opus, or .bit for opus_demo")
    audio = read_audio(arguments.speech)
    file = protect(audio, redundancy_codec(arguments), settings)
    if arguments.output.suffix.lower() == ".bit":
        write_bitstream(arguments.output, file.packets)
    else:
        opus_file.write(arguments.output, file)
    spent = [measure_packet(packet) for packet in file.packets]
    speech_bps, past_bps = rate_bps([packet.speech for packet in spent]), rate_bps([packet.padding for packet in spent])
    seconds = f"{audio.duration_s:.2f}" if audio.duration_s >= FRAME_S else f"{audio.duration_s:.4f}"
    print(
        f"{arguments.output}: {seconds} s in {with_noun(len(file.packets), 'packet')}, "
        f"{(speech_bps + past_bps) / 1000:.1f} kb/s: speech {speech_bps / 1000:.1f}, "
        f"redundancy {past_bps / 1000:.1f} ({past_bps * FRAME_S:.0f} bits a packet)",
        file=sys.stderr,
    )
    return 0
