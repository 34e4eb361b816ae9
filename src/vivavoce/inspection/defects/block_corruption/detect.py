"""Block corruption: wrong, displaced, smeared or missing macroblocks, as a probability map over the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.block_corruption.camera import unexplained
from vivavoce.inspection.defects.block_corruption.evidence import (
    Evidence,
    Observation,
    Scene,
    corrupt_cells,
    observe,
)
from vivavoce.inspection.defects.block_corruption.features import CELL, block_figures
from vivavoce.inspection.defects.block_corruption.grid import clear_places
from vivavoce.inspection.defects.block_corruption.joined_events import JoinedEvents
from vivavoce.inspection.defects.block_corruption.near_match import match_cells
from vivavoce.inspection.defects.block_corruption.odd_pictures import OddPictures
from vivavoce.inspection.defects.block_corruption.suspects import STRETCH_S, Pair, Suspects
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame, apart

Decision = Literal["learned", "area"]

MAX_AREA, EXIT_RATIO = 0.07, 0.6
"""The rule: the share of the map, and the part of it that keeps an event going."""

GAP_S = 1.0
ODD_GAP_S, ODD_SCORE = 1.0, 0.9
GRID_LOOKS, CAMERA_LOOKS, MATCH_LOOKS = 6, 3, 12
"""The first looks at an event, in which the grid of blocks and the movement of the camera are looked for, as later
damage moves with the scene; and those in which cells are looked for in the picture before."""

HELD = 0.3
"""Mean change in levels under which a picture is held."""

PAIRS = Sampling(every_s=0.32, burst=2)
"""How pictures and those before them are sampled for people to label, and for figures of single seconds."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    suspected: float = 0.3
    """Probability, by the network, of pictures that an event is made of."""
    suspected_area: float = 0.04
    """Share of the map from which they are too."""
    probability: float = 0.6
    """That an event is corruption, by all that was seen of it."""
    looks: float = 2.0
    """Suspected pictures that make an event."""
    odd_pictures: float = 2.0
    """Single odd pictures, none over a second after the one before, that make an event."""


class BlockCorruption(Detector):
    """Macroblocks that were lost, displaced or decoded from damaged data, and what smears from them.

    A residual network, its last layer a 1 x 1 convolution, reads what each block of 16 x 16 pixels is like (borders,
    inside, change since the picture before) and gives a map with one value for 32 x 32 pixels (224 x 224 gives 7 x 7,
    1080p 33 x 60; cells that the picture cuts off are left out). Of each eighth of a second the picture is looked at
    whose blocks change least like those around them: damage comes and goes with single pictures. Pictures that the
    network suspects, none over a second after the one before, are an event where all that was seen says so: how sure
    the network was, the area, whether the change stepped at the borders of blocks, as motion, texture and defocus do
    not, and whether the network suspected the scene before. What moved, with the whole scene or by itself, is none: it
    was there before. A picture that is held is compared with that of the look before, and stays corrupt while it is
    held. Version 1 of the decision (`area`) calls pictures corrupt when over 0.07 of the map is over one half.

    Parts that are wrong in one picture alone, between two that agree, are looked for in every picture: two of them
    within a second are an event.

    Limits: under 7 % of the picture it is not meant to be found; lost
    pictures that the decoder repeats whole are a freeze; blocks that only show an older moment are hard to see.
    Blocks must lie where the encoder put them: of video that was scaled afterwards little is found.
    Coloured blocks with right luma are not seen.
    Test patterns and plain screens are passed over.
    Fails on: mosaics and pixel art that are meant, glitch transitions, confetti and split screens of hard edges;
    and misses damage that the decoder conceals well by copying a still background.
    """

    names: ClassVar[tuple[str, ...]] = ("block_corruption",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None, decision: Decision = "learned") -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("block_corruption", "corruption").networks["corruption"]
        self._decision = decision
        self._suspects, self._scene = Suspects(), Scene()
        self._last_look: Plane | None = None
        self._last: Observation | None = None
        self._grouper = EventGrouper(GAP_S, exit_ratio=EXIT_RATIO if decision == "area" else 1.0)
        self._evidence: Evidence | None = None
        self._odd, self._odd_grouper = OddPictures(), EventGrouper(ODD_GAP_S)
        self._joined = JoinedEvents()

    def judge(self, before: Plane, luma: Plane) -> Observation:
        """The luma of a picture and of an earlier one, (height, width) uint8, at least 32 x 32."""
        figures = block_figures(before, luma)
        made = self._network.run({"figures": figures[None]})
        return observe(figures, made["map"][0], float(made["decision"][0]))

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        for event in self._take(frame):
            yield from self._joined.add(event)
        begun = [group.open_s for group in (self._grouper, self._odd_grouper) if group.open_s is not None]
        yield from self._joined.release(min([*begun, frame.time_s - STRETCH_S]))

    def finish(self, end_s: float) -> Iterator[Event]:
        for event in self._end(end_s):
            yield from self._joined.add(event)
        yield from self._joined.finish()

    def _take(self, frame: VideoFrame) -> Iterator[Event]:
        for group in self._odd_grouper.close(frame.time_s - ODD_GAP_S):  # odd pictures are told some pictures late
            yield from self._odd_event(group)
        if span := self._odd.take(frame):
            for group in self._odd_grouper.add(*span, 1.0):
                yield from self._odd_event(group)
        if min(frame.luma.shape) >= CELL and (pair := self._suspects.take(frame)):
            yield from self._look(pair)

    def _end(self, end_s: float) -> Iterator[Event]:
        if pair := self._suspects.finish():
            yield from self._look(pair)
        for span in self._grouper.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s))
        for group in self._odd_grouper.finish():
            yield from self._odd_event(group)

    def _look(self, pair: Pair) -> Iterator[Event]:
        now = pair.now
        if is_chart(now.small):
            return
        if pair.cut:
            self._scene.forget()
        observation = self._observe(pair.before.luma, now.luma)
        ratio = self._ratio(observation)
        for span in self._grouper.add(now.time_s - now.seconds, now.time_s + now.seconds, ratio):
            yield from self._event(span.start_s, span.end_s)
        if ratio >= 1.0:
            self._evidence = self._evidence or Evidence(self._scene.suspicion(now.time_s))
            self._evidence.add(observation)
            cells = corrupt_cells(observation.map)
            if self._evidence.looks <= GRID_LOOKS:
                self._evidence.places.append(clear_places(pair.before.luma, now.luma, cells))
            if self._evidence.looks <= CAMERA_LOOKS:
                self._evidence.unexplained.append(unexplained(pair.before.luma, now.luma, cells))
            if self._evidence.looks <= MATCH_LOOKS and not _is_held(pair.before.luma, now.luma):
                self._evidence.matches.append(match_cells(pair.before.luma, now.luma, observation.map, cells))
        self._scene.add(now.time_s, observation)

    def _observe(self, before: Plane, luma: Plane) -> Observation:
        """A picture that is held is judged by what it changed when it came, and keeps that judgement."""
        last_look, self._last_look = self._last_look, luma
        if last_look is None or not _is_held(before, luma):
            self._last = self.judge(before, luma)
            return self._last
        if self._last is None or not _is_held(last_look, luma):
            self._last = self.judge(last_look, luma)
        if not self._last.came:
            self._last = replace(self._last, probability=0.0, area=0.0)
        return self._last

    def _ratio(self, observation: Observation) -> float:
        if self._decision == "area":
            return observation.area / MAX_AREA
        limits = self.thresholds
        return max(observation.probability / limits.suspected, observation.area / limits.suspected_area)

    def _event(self, start_s: float, end_s: float) -> Iterator[Event]:
        seen, self._evidence = self._evidence, None
        if seen is None or seen.worst is None or seen.looks < self.thresholds.looks:
            return
        score = seen.probability()
        if self._decision == "learned" and score < self.thresholds.probability:
            return
        area, cells = round(seen.worst.area, 4), np.round(seen.worst.map, 2).tolist()
        yield Event("block_corruption", start_s, end_s, score, {"map": cells, "area": area, "pictures": seen.looks})

    def _odd_event(self, group: EventGroup) -> Iterator[Event]:
        if group.count >= self.thresholds.odd_pictures:
            evidence = {"kind": "single pictures", "pictures": group.count}
            yield Event("block_corruption", group.start_s, group.end_s, ODD_SCORE, evidence)


def _is_held(before: Plane, luma: Plane) -> bool:
    if before.shape != luma.shape:
        return False
    one, two = before[::4, ::4], luma[::4, ::4]
    return float(apart(one, two).mean()) < HELD
