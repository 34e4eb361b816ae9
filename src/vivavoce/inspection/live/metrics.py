"""What Prometheus reads of channels: whether they are up, how far they are, what was found."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event
from vivavoce.inspection.live.channels import Channel
from vivavoce.inspection.live.listener import Listener


class ChannelMetrics(Listener):
    """Counters and gauges by channel, served at `/metrics` until `close`."""

    def __init__(self, place: str) -> None:
        """`place` is a port, on this machine alone, or host:port. Raises `InputError` where it cannot be served."""
        try:
            prometheus: Any = import_module("prometheus_client")
        except ImportError as error:
            raise InputError('--metrics needs prometheus-client: pip install "vivavoce[inspect]"') from error
        host, _, port = place.rpartition(":")
        if not (port.isdecimal() and int(port) <= 65_535):
            raise InputError(f"--metrics {place}: give a port, or host:port")
        registry: Any = prometheus.CollectorRegistry()
        self._events: Any = prometheus.Counter(
            "vivavoce_inspect_events", "Events found", ("channel", "defect", "severity"), registry=registry
        )
        self._seconds: Any = prometheus.Counter(
            "vivavoce_inspect_seconds", "Seconds of the channel that were inspected", ("channel",), registry=registry
        )
        self._restarts: Any = prometheus.Counter(
            "vivavoce_inspect_failures", "Times that the channel failed, stalled or ended", ("channel",),
            registry=registry,
        )  # fmt: skip
        self._up: Any = prometheus.Gauge(
            "vivavoce_inspect_up", "1 while the channel is inspected, 0 while it is not", ("channel",),
            registry=registry,
        )  # fmt: skip
        self._done_s: dict[str, float] = {}
        try:
            self._server, self._thread = prometheus.start_http_server(int(port), host or "127.0.0.1", registry)
        except OSError as error:
            raise InputError(f"--metrics {place}: {error.strerror or error}, choose another") from error

    @property
    def port(self) -> int:
        """The port at which metrics are served."""
        return int(self._server.server_address[1])

    def on_event(self, channel: Channel, event: Event) -> None:
        self._events.labels(channel.name, event.defect, event.severity.name.lower()).inc()

    def on_progress(self, channel: Channel, end_s: float) -> None:
        self._seconds.labels(channel.name).inc(max(0.0, end_s - self._done_s.get(channel.name, 0.0)))
        self._done_s[channel.name] = end_s

    def on_up(self, channel: Channel) -> None:
        self._done_s[channel.name] = 0.0
        self._up.labels(channel.name).set(1)

    def on_down(self, channel: Channel, reason: str) -> None:
        self._restarts.labels(channel.name).inc()
        self._up.labels(channel.name).set(0)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
