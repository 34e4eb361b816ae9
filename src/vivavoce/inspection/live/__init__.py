"""Sources that are still being made: pipes, growing files and addresses, one or many, watched without an end."""

from vivavoce.inspection.live.channels import Channel, find_channels
from vivavoce.inspection.live.listener import Listener
from vivavoce.inspection.live.metrics import ChannelMetrics
from vivavoce.inspection.live.source import LiveSource
from vivavoce.inspection.live.stream import LiveJob, LiveStream
from vivavoce.inspection.live.supervisor import watch_channels
from vivavoce.inspection.live.webhook import Webhook

__all__ = [
    "Channel", "ChannelMetrics", "Listener", "LiveJob", "LiveSource", "LiveStream", "Webhook", "find_channels",
    "watch_channels",
]  # fmt: skip
