"""`vivavoce simulate-loss speech.opus --loss .2 --burst 4 -o heard.wav`: play a protected file through a loss."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from vivavoce.audio import Audio, format_of, write_audio
from vivavoce.commands.impair import add_loss, loss_model
from vivavoce.errors import InputError
from vivavoce.files import check_outputs, write_text
from vivavoce.redundancy.codec.payload_codec import default_codecs
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport import ogg, opus_file
from vivavoce.transport.channel import draw_losses
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic, trim_to_played
from vivavoce.transport.loss_traces import longest_burst
from vivavoce.transport.opus_codec import FRAME_S, RATE_HZ
from vivavoce.transport.opus_demo import read_bitstream
from vivavoce.transport.opus_file import OpusFile
from vivavoce.transport.playback import PlayedSegment
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.report import Take, report_page
from vivavoce.transport.rtp import FRAME_TICKS

MAX_REPORT_S = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("speech", type=Path, help="an Ogg Opus file, protected or not, or a bitstream of opus_demo (.bit)")
    add_loss(parser)
    add("-o", "--output", type=Path, default=Path("heard.wav"), help="file to write (heard.wav)")
    add("--html", type=Path, help="write a page here: what was lost, what filled it, players")
    add("--no-lbrr", action="store_true", help="leave LBRR aside")


def run(arguments: argparse.Namespace) -> int:
    sources = [path for path in (arguments.speech, arguments.trace) if path]
    check_outputs(sources, arguments.output, arguments.html)
    format_of(arguments.output)
    model = loss_model(arguments)
    if model is None:
        raise InputError("what is lost? --loss .2 --burst 4 for a fifth in bursts of four, or --trace FILE")
    file = read_packets(arguments.speech)
    if not file.packets:
        raise InputError(f"{arguments.speech}: holds no packets")
    lost = tuple(islice(draw_losses(model, arguments.seed), len(file.packets)))
    if arguments.html and len(lost) * FRAME_S > MAX_REPORT_S:
        raise InputError(f"{arguments.speech}: a report shows {MAX_REPORT_S // 60} minutes at most, leave --html out")
    heard = simulate_loss(file.packets, lost, Concealer.load(), default_codecs(), lbrr=not arguments.no_lbrr)
    write_audio(arguments.output, _audio(heard, file))
    print(f"{arguments.output}: {_summary(heard, lost)}", file=sys.stderr)
    if arguments.html:
        write_text(
            arguments.html,
            report_page(arguments.speech.name, _takes(file, lost, heard), lost, file.packets, file.pre_skip),
        )
    return 0


def read_packets(path: Path) -> OpusFile:
    """An Ogg Opus file, or a bitstream of libopus's `opus_demo`, whose name ends in .bit."""
    if path.suffix == ".bit":
        packets = tuple(read_bitstream(path))
        return OpusFile(packets, 0, len(packets) * FRAME_TICKS)
    with open(path, "rb") as file:
        is_ogg = file.read(len(ogg.MAGIC)) == ogg.MAGIC
    if not is_ogg:
        raise InputError(f"{path}: holds no Opus packets, `vivavoce protect` makes some of a recording")
    return opus_file.read(path)


def _takes(file: OpusFile, lost: tuple[bool, ...], heard: PlayedSegment) -> list[Take]:
    """The same speech four ways."""
    nothing = (False,) * len(lost)
    ways = {
        "No loss": simulate_loss_classic(file.packets, nothing),
        "Classic concealment": simulate_loss_classic(file.packets, lost),
        "LBRR and classic concealment": simulate_loss_classic(file.packets, lost, lbrr=True),
        "vivavoce": heard,
    }
    return [Take(title, _audio(passage, file), passage.sources) for title, passage in ways.items()]


def _audio(passage: PlayedSegment, file: OpusFile) -> Audio:
    return Audio(trim_to_played(passage.samples, file.pre_skip, file.length), RATE_HZ)


def _summary(heard: PlayedSegment, lost: tuple[bool, ...]) -> str:
    filled = Counter(source for source, missing in zip(heard.sources, lost, strict=True) if missing)
    share = f"{sum(lost)} of {len(lost)} packets lost ({sum(lost) / len(lost):.0%})"
    parts = [f"{filled[source]} by {source}" for source in Source if filled[source]]
    return f"{share}, longest burst {longest_burst(lost)}; filled: {', '.join(parts) or 'none'}"
