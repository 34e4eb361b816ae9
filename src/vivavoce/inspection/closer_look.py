"""Where a tier leaves pictures out, the sizes of coded pictures tell where it had better not: there all are decoded.

A picture that lies between others in time is coded from both of them. One that repeats a neighbour takes next to
nothing (a halt), one that is like neither takes as much as they do (a flash), and where fields are woven all of them
grow. Packets are held for a second before they are decoded, so that what was just before is seen too.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from statistics import fmean, median_low
from typing import Any

from av.packet import Packet
from av.video.stream import VideoStream

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.tiers import Tier
from vivavoce.inspection.timestamps import BACK_S

BEFORE_S, AFTER_S = 1.0, 1.0
"""All pictures are decoded from so long before a sign until so long after the last."""

MOST_HELD, JUMP_S = 2000, 10.0
"""Packets that are held at most, and by how much times may leap forwards before they begin anew."""

BETWEEN, OUTER, LEAST = 30, 8, 6
"""Pictures whose sizes are remembered, between others and not, and how many of the first tell what is usual."""

REPEAT_BYTES, REPEAT_BITS, REPEAT_PART = 16, 0.4, 0.2
"""A repeat takes such a part of the usual at most, and one between others so many bytes, and so many bits for every
16 x 16 pixels."""
NEXT_TO = 1.5
"""Pictures within which a second repeat follows the first in a halt. Pictures that lie in the middle of even motion
take as little, but not the ones next to them."""

ODD, ODD_OUTER = 4.0, 1.5
"""A picture that is like neither neighbour takes so many times what is usual, and what pictures usually take that are
coded from earlier ones alone."""

GROWN, LATEST, GROWN_EVERY_S = 2.0, 6, 20.0
"""By what factor the mean size of the latest pictures, of so many, is over that of those before. Film does that too
where a scene grows restless: within so many seconds it counts once."""
NEW_SCENE = 3.0
"""How many times the usual size is that of a picture with which a scene begins: what was usual before it says nothing
of growth."""

REGULAR_S = 30.0
"""After so long without a sign there is a closer look all the same, of `BEFORE_S`: what was always so gives none."""

APART_S = 0.2
"""No picture was left out for so long before one with all its neighbours, however fast pictures follow one another;
and never the one right before it, however slowly."""


class CloserLook:
    """Which packets are decoded whole, and which pictures come with all their neighbours."""

    def __init__(self, stream: VideoStream, tier: Tier) -> None:
        self._stream, self._tier, self._time_base = stream, tier, float(stream.time_base or 1)
        blocks = (stream.width or 0) * (stream.height or 0) / 256
        self._repeat_bytes = REPEAT_BYTES + REPEAT_BITS / 8 * blocks
        self._held: deque[tuple[float, Packet[Any]]] = deque()
        """With the latest time of a picture by then, in seconds."""
        self._top_s = self._shown_s = self._coded_s = float("-inf")
        """Latest time of a picture that was read, and of one that goes to the decoder; and when the one that was read
        last is decoded: such times never go back unless the clock does."""
        self._sign_s = self._grown_s = self._left_out_s = float("-inf")
        rate = stream.average_rate or stream.guessed_rate
        self._next_to_s = NEXT_TO / float(rate) if rate else 0.06
        self._repeats: deque[float] = deque(maxlen=OUTER)
        """Times of the last pictures that repeat another, in seconds."""
        self._near = False
        """Whether the group of pictures that goes to the decoder is looked at closer."""
        self._between: deque[int] = deque(maxlen=BETWEEN)
        self._outer: deque[int] = deque(maxlen=OUTER)
        self._in_scene = 0
        """Pictures between others since a scene began."""
        self._due: list[int] = []
        """Stamps of the pictures that go to the decoder and were not seen since, lowest first."""
        self._passed_over: set[int] = set()
        """Stamps of those between others where no closer look is due: decoded, if at all, for others to refer to."""

    def packets(self, packets: Iterator[Packet[Any]]) -> Iterator[Packet[Any]]:
        """The same packets in the same order, the decoder told of each picture whether to pass it over."""
        failed: MediaError | None = None
        try:
            for packet in packets:
                if packet.stream_index == self._stream.index and packet.pts is not None:
                    time_s = packet.pts * self._time_base
                    if self._begins(packet, time_s):
                        while self._held:
                            yield self._next()
                        self._begin(time_s)
                    else:
                        self._read(packet, time_s)
                self._held.append((self._top_s, packet))
                while self._held and (self._top_s - self._held[0][0] > BEFORE_S or len(self._held) > MOST_HELD):
                    yield self._next()
        except MediaError as error:
            failed = error
        while self._held:
            yield self._next()
        if failed:
            raise failed

    def passes_over(self, pts: int | None) -> bool:
        """Whether the picture with this stamp, which was just decoded, is to be left out."""
        return pts in self._passed_over

    def is_sparse(self, pts: int | None) -> bool:
        """Whether pictures were left out shortly before the one with this stamp, which was just decoded."""
        if pts is None or not self._due or pts > self._due[-1]:
            return True  # its packet had no stamp, or one of a clock that began anew: nobody knows what was left out
        place = bisect_left(self._due, pts)
        known, left_out = self._due[place] == pts, self._due[:place]
        del self._due[: place + known]
        self._passed_over.difference_update(left_out)
        if not known:
            left_out = [pts]
        self._left_out_s = left_out[-1] * self._time_base if left_out else self._left_out_s
        return bool(left_out) or 0.0 <= pts * self._time_base - self._left_out_s < APART_S

    def _begins(self, packet: Packet[Any], time_s: float) -> bool:
        """Whether the clock begins anew with a packet of pictures. A small step back may be a fault of one stamp; with
        a key picture it is a join."""
        before_s, self._coded_s = self._coded_s, time_s if packet.dts is None else packet.dts * self._time_base
        back = self._coded_s < before_s - (0.0 if packet.is_keyframe else BACK_S)
        return back or abs(time_s - self._top_s) > JUMP_S

    def _begin(self, time_s: float) -> None:
        """Forget all times and stamps of the clock before: the same ones may come again."""
        self._top_s, self._sign_s, self._grown_s = time_s, time_s - AFTER_S, time_s - GROWN_EVERY_S
        self._shown_s = self._left_out_s = float("-inf")
        for stamps in (self._repeats, self._due, self._passed_over):
            stamps.clear()

    def _read(self, packet: Packet[Any], time_s: float) -> None:
        """Look for signs in a packet of pictures."""
        between, self._top_s = time_s < self._top_s, max(self._top_s, time_s)
        if self._outer and len(self._between) >= LEAST and self._is_sign(packet.size, time_s, between):
            self._sign_s = max(self._sign_s, time_s)
        (self._between if between else self._outer).append(packet.size)
        if time_s > self._sign_s + REGULAR_S:
            self._sign_s = time_s - BEFORE_S

    def _is_sign(self, size: int, time_s: float, between: bool) -> bool:
        """Whether a picture, between others or not, is of an unusual size."""
        sizes = list(self._between)
        usual, outer = median_low(sizes), median_low(self._outer)
        if size <= (min(self._repeat_bytes, REPEAT_PART * usual) if between else REPEAT_PART * outer):
            halts = any(abs(time_s - other_s) <= self._next_to_s for other_s in self._repeats)
            self._repeats.append(time_s)
            return halts
        if not between:
            self._in_scene = 0 if size >= NEW_SCENE * outer else self._in_scene
            return False
        self._in_scene += 1
        if size >= max(ODD * usual, ODD_OUTER * outer):
            return True
        if self._in_scene < 3 * LATEST or time_s < self._grown_s + GROWN_EVERY_S:
            return False
        sizes = sizes[-self._in_scene :]
        if fmean(sizes[-LATEST:]) < GROWN * max(fmean(sizes[:-LATEST]), self._repeat_bytes):
            return False
        self._grown_s = time_s
        return True

    def _next(self) -> Packet[Any]:
        """The packet that was held longest. Pictures between others are decoded from whole groups or not at all."""
        _, packet = self._held.popleft()
        if packet.stream_index == self._stream.index and packet.pts is not None:
            time_s = packet.pts * self._time_base
            if time_s > self._shown_s:
                self._shown_s, self._near = time_s, self._sign_s >= time_s - AFTER_S
                self._stream.codec_context.skip_frame = "DEFAULT" if self._near else self._tier.frames
            elif not self._near:
                self._passed_over.add(packet.pts)
            if packet.size:
                insort(self._due, packet.pts)
                self._passed_over.difference_update(self._due[:-MOST_HELD])
                del self._due[:-MOST_HELD]
        return packet
