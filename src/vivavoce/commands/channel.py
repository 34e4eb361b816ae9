"""`vivavoce channel --to 127.0.0.1:5006 --loss .2 --burst 4`: a bad network between two ports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.commands.protect import parse_bitrate
from vivavoce.errors import InputError
from vivavoce.link import live
from vivavoce.link.channel import Channel, ChannelSettings, GilbertElliott
from vivavoce.link.traces import read_trace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listen", default="127.0.0.1:5004", help="where packets come: host:port, port 0 for any")
    parser.add_argument("--to", required=True, help="where they are passed on: host:port")
    parser.add_argument("--trace", type=Path, help="lose what this trace has lost, over and over")
    parser.add_argument("--loss", type=float, help="share of packets lost, 0 to 1, in bursts")
    parser.add_argument("--burst", type=float, default=1.0, help="mean burst in packets")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every packet takes")
    parser.add_argument("--jitter", type=float, default=0.0, help="mean seconds more that come and go")
    parser.add_argument("--reorder", type=float, default=0.0, help="share of packets overtaken by others")
    parser.add_argument("--reorder-by", type=float, default=0.06, help="seconds by which they are")
    parser.add_argument("--duplicate", type=float, default=0.0, help="share of packets that come twice")
    parser.add_argument("--rate", help="bits a second that the link carries, such as 64k")
    parser.add_argument("--queue", type=int, default=16_000, help="bytes that wait for the link before it drops")
    parser.add_argument("--drift", type=float, default=0.0, help="parts per million that the receiver's clock is fast")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same network")
    parser.add_argument("--idle", type=float, default=3.0, help="seconds without a packet after which it ends")


def run(arguments: argparse.Namespace) -> int:
    channel = Channel(_settings(arguments))
    target = live.parse_address(arguments.to)
    with live.open_socket(live.parse_address(arguments.listen)) as listening:
        host, port = listening.getsockname()[:2]
        print(f"listening on {host}:{port}", file=sys.stderr, flush=True)
        came, passed = live.relay(listening, target, channel, arguments.idle)
    print(f"{came} packets came, {passed} were passed on to {arguments.to}", file=sys.stderr)
    return 0


def _settings(arguments: argparse.Namespace) -> ChannelSettings:
    if arguments.trace and arguments.loss is not None:
        raise InputError("give --trace or --loss, not both")
    if arguments.seed < 0:
        raise InputError(f"seed {arguments.seed}: give 0 or more")
    loss = None
    if arguments.trace:
        loss = read_trace(arguments.trace)
    elif arguments.loss is not None:
        loss = GilbertElliott.of(arguments.loss, arguments.burst)
    return ChannelSettings(
        loss,
        delay_s=arguments.delay,
        jitter_s=arguments.jitter,
        reorder=arguments.reorder,
        reorder_by_s=arguments.reorder_by,
        duplicate=arguments.duplicate,
        rate_bps=parse_bitrate(arguments.rate) if arguments.rate else None,
        queue_bytes=arguments.queue,
        drift_ppm=arguments.drift,
        seed=arguments.seed,
    )
