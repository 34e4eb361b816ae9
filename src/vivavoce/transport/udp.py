"""Transport over UDP, in real time: a sender, a receiver, and a relay that is a bad network between them."""

from __future__ import annotations

import heapq
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.transport.channel import Channel, Delivery
from vivavoce.transport.opus_codec import FRAME_S
from vivavoce.transport.packet_stream import FrameSplitter
from vivavoce.transport.receiver import Receiver, State
from vivavoce.transport.rtp_sender import PacketSender

Address = tuple[str, int]
Clock = Callable[[], float]

_DATAGRAM = 2048
_SOON_S = 0.2
_AT_ONCE = 64
"""Datagrams taken in before the next 20 ms are played; a flood must not silence us."""


def parse_address(text: str) -> Address:
    """`host:port`. Raises `InputError`."""
    host, _, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):  # as addresses of IPv6 are written beside a port
        host = host[1:-1]
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else -1
    if not host or set(host) & set("[]") or not 0 <= number <= 65_535:
        raise InputError(f"{text}: give an address as host:port, for example 127.0.0.1:5004")
    return host, number


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long `receive` and `relay` wait, in seconds. Raises `InputError` for times that are not over 0."""

    idle_s: float = 3.0
    """After a datagram, for the next."""
    connect_s: float = 60.0
    """For the first."""

    def __post_init__(self) -> None:
        for name, seconds in (("idle timeout", self.idle_s), ("connect timeout", self.connect_s)):
            if not seconds > 0:
                raise InputError(f"{name} of {seconds:g} s: give more than 0")

    def lasts(self, start_s: float, heard_s: float | None, now_s: float) -> bool:
        """Whether to wait on. Raises `InputError` where nothing has come at all."""
        if heard_s is not None:
            return now_s - heard_s < self.idle_s
        if now_s - start_s >= self.connect_s:
            advice = "does anybody send there? --connect-timeout waits longer"
            raise InputError(f"no packet came in {self.connect_s:g} s: {advice}")
        return True


def open_socket(address: Address) -> socket.socket:
    """A UDP socket that listens there, to a group as its member. Raises `InputError` naming the address."""
    listening = _socket_to(address)
    try:
        listening.bind(address)
        _join(listening)
    except OSError as error:
        listening.close()
        raise InputError(f"{address[0]}:{address[1]}: cannot listen there ({error.strerror or error})") from error
    return listening


class LiveSender:
    """Sends sound of any rate and in pieces of any length, each packet as its time comes.

    A source that is slower than real time sets the pace. Leaving it as a context manager sends what is left.
    """

    def __init__(self, sender: PacketSender, address: Address, rate_hz: int, clock: Clock = time.monotonic) -> None:
        self._sender, self._address, self._clock = sender, address, clock
        self._splitter = FrameSplitter(rate_hz)
        self._socket = _socket_to(address)
        self._due_s = clock()
        self.sent = 0
        """Datagrams that left."""

    def push(self, samples: Samples) -> None:
        """Send (samples,); returns when the last whole packet of them is on its way."""
        for frame in self._splitter.push(samples):
            self._send(frame)

    def _send(self, frame: Samples) -> None:
        datagram = self._sender.step(frame)
        now_s = self._clock()
        self._due_s = max(self._due_s, now_s - _SOON_S)
        time.sleep(max(0.0, self._due_s - now_s))
        self._due_s += FRAME_S
        if datagram is not None:
            self.sent += _send_datagram(self._socket, datagram, self._address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            for frame in self._splitter.flush(self._sender.lookahead):
                self._send(frame)
        self._socket.close()


def receive(
    listening: socket.socket, receiver: Receiver[State], timeouts: Timeouts, clock: Clock = time.monotonic
) -> Iterator[Samples]:
    """20 ms of sound each 20 ms, from the first packet on for as long as `timeouts` lasts.

    Raises `InputError` when none comes.
    """
    tick_s = heard_s = None
    start_s = clock()
    while timeouts.lasts(start_s, heard_s, clock()):
        # What has come is taken in before anything is played, however late we are.
        for _ in range(_AT_ONCE):
            datagram = _next_datagram(listening, _SOON_S if tick_s is None else tick_s - clock())
            if datagram is None:
                break
            heard_s = clock()
            receiver.arrive(datagram, heard_s)
            tick_s = heard_s if tick_s is None else tick_s
        if tick_s is not None and clock() >= tick_s:
            yield receiver.pull(tick_s)
            tick_s = max(tick_s + FRAME_S, clock() - _SOON_S)


def relay(
    listening: socket.socket, target: Address, channel: Channel, timeouts: Timeouts, clock: Clock = time.monotonic
) -> tuple[int, int]:
    """Pass datagrams on to `target` as the channel would, for as long as `timeouts` lasts.

    -> datagrams that came, and that were passed on. Raises `InputError` when none comes.
    """
    waiting: list[Delivery] = []
    came = passed = 0
    start_s = clock()
    heard_s = None
    with _socket_to(target) as out:
        while waiting or timeouts.lasts(0.0, heard_s, clock() - start_s):
            now_s = clock() - start_s
            while waiting and waiting[0].at_s <= now_s:
                passed += _send_datagram(out, heapq.heappop(waiting).data, target)
            pause_s = min(_SOON_S, waiting[0].at_s - now_s) if waiting else _SOON_S
            datagram = _next_datagram(listening, pause_s)
            if datagram is not None:
                heard_s = clock() - start_s
                came += 1
                for delivery in channel.send(heard_s, datagram):
                    heapq.heappush(waiting, delivery)
    return came, passed


def _join(listening: socket.socket) -> None:
    """Ask for what is sent to the group that is listened to, on whatever interface; nothing for other addresses."""
    group = ip_address(listening.getsockname()[0].partition("%")[0])
    if not group.is_multicast:
        return
    if group.version == 4:
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + bytes(4))
    else:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group.packed + bytes(4))


def _socket_to(address: Address) -> socket.socket:
    try:
        family = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0][0]
    except OSError as error:
        raise InputError(f"{address[0]}:{address[1]}: no such address ({error.strerror or error})") from error
    except UnicodeError as error:
        raise InputError(f"{address[0]}:{address[1]}: no such address (not the name of a host)") from error
    return socket.socket(family, socket.SOCK_DGRAM)


def _send_datagram(out: socket.socket, datagram: bytes, address: Address) -> bool:
    """Whether it left; nobody listening yet is no reason to stop. Raises `InputError` where nothing can be sent."""
    try:
        out.sendto(datagram, address)
    except ConnectionRefusedError:
        return False
    except OSError as error:
        raise InputError(f"{address[0]}:{address[1]}: cannot send there ({error.strerror or error})") from error
    return True


def _next_datagram(listening: socket.socket, timeout_s: float) -> bytes | None:
    listening.settimeout(max(timeout_s, 1e-4))
    try:
        return listening.recv(_DATAGRAM)
    except (TimeoutError, ConnectionError):
        return None
