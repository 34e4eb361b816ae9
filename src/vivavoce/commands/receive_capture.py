"""`vivavoce receive --pcap call.pcap`: a bad call on disk, played through our receiver, with a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vivavoce.audio import Audio, format_of, write_audio
from vivavoce.commands.wording import counts
from vivavoce.errors import InputError
from vivavoce.files import check_outputs, write_text
from vivavoce.redundancy.codec.payload_codec import default_codecs
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.jitter_buffer import JitterSettings
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic
from vivavoce.transport.opus_codec import FRAME_S, RATE_HZ
from vivavoce.transport.pcap import Capture, CapturedDatagram, count_streams, read_pcap, select_stream
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.replay import packets_of, replay
from vivavoce.transport.report import Take, report_page
from vivavoce.transport.rtp import unpack

MAX_REPORT_S = 600
MAX_CALL_S = 3 * 3600
"""A clock that leaps would be played as silence for years."""
LEAST_READABLE = 1 / 3
"""Share of packets; of noise an eighth looks like Opus."""


def play_capture(arguments: argparse.Namespace, settings: JitterSettings) -> int:
    """Write what a listener would have heard, say what was lost, and make the page."""
    output = Path(arguments.output)
    if arguments.output == "-":
        raise InputError("--pcap: give a file to write with -o")
    check_outputs([arguments.pcap], output, arguments.html)
    format_of(output)
    ssrc = None if arguments.ssrc is None else parse_ssrc(arguments.ssrc)
    capture = read_pcap(arguments.pcap)
    datagrams = select_stream(capture, arguments.pcap, ssrc)
    times_s = [datagram.at_s for datagram in datagrams]
    if (call_s := max(times_s) - min(times_s)) > MAX_CALL_S:
        raise InputError(
            f"{arguments.pcap}: the stream lasts {call_s:.0f} s, {MAX_CALL_S} are played at most; "
            "cut it with `editcap -A … -B …`"
        )
    stream = packets_of(datagrams)
    packets, lost = stream.packets, stream.lost
    if not packets:
        raise InputError(f"{arguments.pcap}: the stream holds no Opus of 20 ms")
    if (readable := sum(map(bool, packets))) < LEAST_READABLE * len(datagrams):
        raise InputError(
            f"{arguments.pcap}: only {readable} of {len(datagrams)} packets of the stream are Opus of 20 ms; "
            "is it encrypted (SRTP)? Decrypt it first"
        )
    if arguments.html and len(packets) * FRAME_S > MAX_REPORT_S:
        raise InputError(f"{arguments.pcap}: a report shows {MAX_REPORT_S // 60} minutes at most, leave --html out")
    receiver = Receiver.load(settings)
    heard = replay(datagrams, receiver)
    if not receiver.played_in_call:
        raise InputError(f"{arguments.pcap}: too few of the stream's packets belong together, nothing can be played")
    write_audio(output, Audio(heard.samples, RATE_HZ))
    print(
        f"{output}: {sum(lost)} of {len(lost)} packets lost ({sum(lost) / len(lost):.0%}); "
        f"{counts(receiver.played_in_call)}; delay {1000 * heard.delay_s:.0f} ms, {heard.underruns} underruns; "
        f"{capture.others} other packets{_others(capture, datagrams)}"
        f"{', the capture is cut short' if capture.cut else ''}",
        file=sys.stderr,
    )
    if arguments.html:
        write_text(arguments.html, report_page(arguments.pcap.name, _takes(packets, lost), lost, packets))
    return 0


def _others(capture: Capture, chosen: Sequence[CapturedDatagram]) -> str:
    """What to say of the streams that were not played; each direction of a call is one, and so is a restart."""
    streams = count_streams(capture)
    del streams[unpack(chosen[0].data).ssrc]
    if not streams:
        return ""
    named = ", ".join(f"{ssrc:#010x} of {packets} packets" for ssrc, packets in streams.most_common(3))
    return f"; not played, --ssrc chooses: {named}{' and others' if len(streams) > 3 else ''}"


def parse_ssrc(text: str) -> int:
    """The number of a stream, decimal or from `0x` on hexadecimal. Raises `InputError`."""
    try:
        number = int(text, 0)
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 32:
        raise InputError(f"--ssrc {text}: give a number of 32 bits, such as 0x1234abcd")
    return number


def _takes(packets: tuple[bytes, ...], lost: Sequence[bool]) -> list[Take]:
    """The same call three ways, with all that came, in its place."""
    ways = {
        "Classic concealment": simulate_loss_classic(packets, lost),
        "LBRR and classic concealment": simulate_loss_classic(packets, lost, lbrr=True),
        "vivavoce": simulate_loss(packets, lost, Concealer.load(), default_codecs()),
    }
    return [Take(title, Audio(played.samples, RATE_HZ), played.sources) for title, played in ways.items()]
