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
    add_loss(parser)
    add("--delay", type=float, default=0.0, help="seconds that every packet takes")
    add("--jitter", type=float, default=0.0, help="mean seconds more that come and go")
    add("--reorder", type=float, default=0.0, help="share of packets overtaken by others")
    add("--reorder-by", type=float, default=0.06, help="seconds by which they are (.06)")
    add("--duplicate", type=float, default=0.0, help="share of packets that come twice")
    add("--bitrate", help="bits a second that the link carries, such as 64k")
    add("--queue", type=int, default=16_000, help="bytes that wait for the link before it drops (16000)")
    add("--drift", type=float, default=0.0, help="parts per million that the receiver's clock is fast")
    add("--connect-timeout", type=float, default=60.0, help="seconds to wait for the first packet (60)")
    add("--idle-timeout", type=float, default=3.0, help="ends after so many seconds without a packet (3)")


def add_loss(parser: argparse.ArgumentParser) -> None:
    """Which packets are lost, for every verb that loses some."""
    add = parser.add_argument
    add("--trace", type=Path, help="0 or 1 on each line, 1 where 20 ms are lost; over and over")
    add("--loss", type=float, help="share of packets lost, 0 to 1, in bursts")
    add("--burst", type=float, help="mean burst in packets; else each is lost by itself")
    add("--seed", type=int, default=0, help="the same seed, the same losses (0)")


def loss_model(arguments: argparse.Namespace) -> GilbertElliott | tuple[bool, ...] | None:
    """What the arguments of `add_loss` ask for, if anything. Raises `InputError`."""
    if arguments.trace and arguments.loss is not None:
        raise InputError("give --trace or --loss, not both")
    if arguments.burst is not None and arguments.loss is None:
        raise InputError("--burst says how --loss comes, give both")
    if arguments.seed < 0:
        raise InputError(f"seed {arguments.seed}: give 0 or more")
    if arguments.trace:
        return read_trace(arguments.trace)
    return None if arguments.loss is None else GilbertElliott.of(arguments.loss, arguments.burst)


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
    return ChannelSettings(
        loss_model(arguments),
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
