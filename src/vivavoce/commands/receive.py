"""`vivavoce receive --listen 127.0.0.1:5004 -o heard.wav`: what came over the network, its gaps filled."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from vivavoce.audio import Audio, Samples, format_of, write_audio
from vivavoce.commands.standard_streams import write_pcm
from vivavoce.commands.wording import counts
from vivavoce.errors import InputError
from vivavoce.files import check_output, check_outputs
from vivavoce.transport import red, udp
from vivavoce.transport.jitter_buffer import JitterSettings
from vivavoce.transport.opus_codec import RATE_HZ
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.sdp import SessionDescription, read_sdp

_LISTEN = "127.0.0.1:5004"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--listen", help=f"where RTP packets come: host:port, port 0 for any ({_LISTEN})")
    add("--sdp", type=Path, help="a session description: where they come, and of what type")
    add("--pcap", type=Path, help="a call that was captured, in place of the network")
    add("--ssrc", help="which stream of the capture, as 0x1234abcd; else the one with most packets")
    add("--html", type=Path, help="of a capture, write a page here: what was lost, what filled it, players")
    add("-o", "--output", default="heard.wav", help="file to write, - for raw 16-bit PCM at 16 kHz (heard.wav)")
    add("--connect-timeout", type=float, default=60.0, help="seconds to wait for the first packet (60)")
    add("--idle-timeout", type=float, default=3.0, help="ends after so many seconds without a packet (3)")
    add("--min-delay", type=float, default=0.04, help="seconds of delay to begin with (0.04)")
    add("--max-delay", type=float, default=1.0, help="seconds to wait for what may fill a gap (1)")


def run(arguments: argparse.Namespace) -> int:
    timeouts = udp.Timeouts(arguments.idle_timeout, arguments.connect_timeout)
    settings = JitterSettings(arguments.min_delay, arguments.max_delay)
    if sum(place is not None for place in (arguments.listen, arguments.sdp, arguments.pcap)) > 1:
        raise InputError("--listen, --sdp and --pcap: each says where packets come from, give one of them")
    if arguments.pcap:
        from vivavoce.commands.receive_capture import play_capture

        return play_capture(arguments, settings)
    if arguments.html:
        raise InputError("--html: a page is made of a capture, give --pcap, or use `vivavoce simulate-loss`")
    if arguments.ssrc is not None:
        raise InputError("--ssrc: chooses a stream of a capture, give --pcap")
    streamed = arguments.output == "-"
    if not streamed:
        check_output(Path(arguments.output))
        format_of(Path(arguments.output))
    session = _session(arguments.sdp)
    address = (session.host, session.port) if session else udp.parse_address(arguments.listen or _LISTEN)
    receiver = Receiver.load(settings, session.red_payload_type if session else red.PAYLOAD_TYPE)
    stopped: KeyboardInterrupt | None = None
    with udp.open_socket(address) as listening, TemporaryFile() as heard:
        host, port = listening.getsockname()[:2]
        print(f"listening on {host}:{port}", file=sys.stderr, flush=True)
        try:
            for samples in udp.receive(listening, receiver, timeouts):
                if streamed:
                    write_pcm(samples)
                else:
                    heard.write(samples.tobytes())
        except KeyboardInterrupt as stop:  # nobody sends it again: what was heard is kept
            stopped = stop
        if heard.tell():
            heard.flush()
            write_heard(arguments.output, np.memmap(heard, np.float32, "r"), receiver)
        elif stopped:
            raise stopped
    print(
        f"{arguments.output}: {counts(receiver.played_in_call)}; {receiver.refused} datagrams refused", file=sys.stderr
    )
    if stopped:
        raise stopped
    return 0


def write_heard(path: str, samples: Samples, receiver: Receiver[Any]) -> None:
    """Write what was sent of samples (samples,). Raises `InputError` where nothing of it was."""
    sent = samples[: len(samples) - receiver.idle_samples]
    if not len(sent):
        raise InputError(f"no speech came, {receiver.refused} datagrams of another kind: is it `vivavoce send`?")
    write_audio(path, Audio(sent, RATE_HZ))


def _session(path: Path | None) -> SessionDescription | None:
    if path is None:
        return None
    check_outputs([path])
    return read_sdp(path.read_text(encoding="utf-8", errors="replace"), str(path))
