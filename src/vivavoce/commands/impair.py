"""`vivavoce impair --to 127.0.0.1:5006 --loss .2 --burst 4`: a bad network between two ports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.commands.protect import parse_bitrate
from vivavoce.errors import InputError
from vivavoce.transport import udp
from vivavoce.transport.channel import Channel, ChannelSettings, GilbertElliott
from vivavoce.transport.loss_traces import read_trace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--listen", default="127.0.0.1:5004", help="where packets come: host:port, port 0 for any")
    add("--to", required=True, help="where they are passed on: host:port")
    add("--trace", type=Path, help="lose what this trace has lost, over and over")
    add("--loss", type=float, help="share of packets lost, 0 to 1, in bursts")
    add("--burst", type=float, help="mean burst in packets (1)")
    add("--delay", type=float, default=0.0, help="seconds that every packet takes")
    add("--jitter", type=float, default=0.0, help="mean seconds more that come and go")
    add("--reorder", type=float, default=0.0, help="share of packets overtaken by others")
    add("--reorder-by", type=float, default=0.06, help="seconds by which they are (.06)")
    add("--duplicate", type=float, default=0.0, help="share of packets that come twice")
    add("--bitrate", help="bits a second that the link carries, such as 64k")
    add("--queue", type=int, default=16_000, help="bytes that wait for the link before it drops (16000)")
    add("--drift", type=float, default=0.0, help="parts per million that the receiver's clock is fast")
    add("--seed", type=int, default=0, help="the same seed, the same network")
    add("--connect-timeout", type=float, default=60.0, help="seconds to wait for the first packet (60)")
    add("--idle-timeout", type=float, default=3.0, help="ends after so many seconds without a packet (3)")


def run(arguments: argparse.Namespace) -> int:
    timeouts = udp.Timeouts(arguments.idle_timeout, arguments.connect_timeout)
    channel = Channel(_settings(arguments))
    target = udp.parse_address(arguments.to)
    with udp.open_socket(udp.parse_address(arguments.listen)) as listening:
        host, port = listening.getsockname()[:2]
        print(f"listening on {host}:{port}", file=sys.stderr, flush=True)
        came, passed = udp.relay(listening, target, channel, timeouts)
    print(f"{came} packets came, {passed} were passed on to {arguments.to}", file=sys.stderr)
    return 0


def _settings(arguments: argparse.Namespace) -> ChannelSettings:
    if arguments.trace and arguments.loss is not None:
        raise InputError("give --trace or --loss, not both")
    if arguments.burst is not None and arguments.loss is None:
        raise InputError("--burst says how --loss comes, give both")
    if arguments.seed < 0:
        raise InputError(f"seed {arguments.seed}: give 0 or more")
    loss = None
    if arguments.trace:
        loss = read_trace(arguments.trace)
    elif arguments.loss is not None:
        loss = GilbertElliott.of(arguments.loss, 1.0 if arguments.burst is None else arguments.burst)
    return ChannelSettings(
        loss,
        delay_s=arguments.delay,
        jitter_s=arguments.jitter,
        reorder=arguments.reorder,
        reorder_by_s=arguments.reorder_by,
        duplicate=arguments.duplicate,
        rate_bps=None if arguments.bitrate is None else parse_bitrate(arguments.bitrate),
        queue_bytes=arguments.queue,
        drift_ppm=arguments.drift,
        seed=arguments.seed,
    )
