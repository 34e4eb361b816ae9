"""What is told of channels, and to whom."""

from __future__ import annotations

from vivavoce.inspection.event import Event
from vivavoce.inspection.live.channels import Channel
from vivavoce.inspection.session import Inspection


class Listener:
    """Hears of events, of how far a channel is, and of channels that fail and come back. Overrides what it needs."""

    def on_event(self, channel: Channel, event: Event) -> None:
        """One more event; its times are in seconds from where the channel was last opened."""

    def on_progress(self, channel: Channel, end_s: float) -> None:
        """So much of the channel, in seconds, was inspected since it was last opened; about once a second."""

    def on_up(self, channel: Channel) -> None:
        """Pictures or sound come."""

    def on_down(self, channel: Channel, reason: str) -> None:
        """The channel failed, stalled or ended; it is opened again unless it was given up."""

    def on_end(self, channel: Channel, result: Inspection, events: int) -> None:
        """The channel is not watched any more; `events` counts all of them, `result` holds the gravest at most."""

    def close(self) -> None:
        """End the stream: nothing more comes."""
