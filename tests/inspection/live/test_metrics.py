"""What Prometheus reads."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from vivavoce.errors import InputError
from vivavoce.inspection import Event
from vivavoce.inspection.live import Channel, ChannelMetrics

NEWS = Channel("news", "udp://239.0.0.1:5000")


def test_figures_of_a_channel_over_a_failure() -> None:
    metrics = ChannelMetrics("0")
    metrics.on_up(NEWS)
    metrics.on_progress(NEWS, 10.0)
    metrics.on_event(NEWS, Event("freeze", 1.0, 4.0, 0.9))
    metrics.on_down(NEWS, "gone")
    metrics.on_up(NEWS)
    metrics.on_progress(NEWS, 2.5)
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics.port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    metrics.close()
    assert 'vivavoce_inspect_events_total{channel="news",defect="freeze",severity="critical"} 1.0' in text
    assert 'vivavoce_inspect_seconds_total{channel="news"} 12.5' in text
    assert 'vivavoce_inspect_failures_total{channel="news"} 1.0' in text
    assert 'vivavoce_inspect_up{channel="news"} 1.0' in text


def test_a_port_that_is_none_or_taken_is_refused() -> None:
    with pytest.raises(InputError, match="give a port"):
        ChannelMetrics("many")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="choose another"):
        ChannelMetrics(str(taken.getsockname()[1]))
