"""Block corruption: wrong, displaced, smeared or missing macroblocks, as a probability map over the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.block_corruption.features import block_figures
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

Decision = Literal["learned", "area"]

CORRUPT = 0.5
MAX_AREA = 0.07
GAP_S, HOLD = 0.7, 0.6
LEAST = 2


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was seen in one picture."""

    probability: float
    """That 7 % of the picture or more is corrupt, by the learned decision."""
    area: float
    """Share of the map that is more likely corrupt than not."""
    map: npt.NDArray[np.float32]
    """Probability of corruption of each cell of 32 x 32 pixels, (rows, columns)."""


class BlockCorruption(Detector):
    """Macroblocks that were lost, displaced or decoded from damaged data, and what smears from them.

    A residual network, its last layer a 1 x 1 convolution, reads what each block of 16 x 16 pixels is like (borders,
    inside, change since the picture before) and gives a map with one value for 32 x 32 pixels (224 x 224 gives 7 x 7,
    1080p 34 x 60). Version 1 (`area`) calls a picture corrupt when over 0.07 of the map is over one half; version 2
    (`learned`, the default) has a decision over the map's statistics that was trained jointly with the map. Two
    corrupt looks, none over 0.7 s after the one before, are an event, which goes on while pictures come near the
    threshold. Looks at every third of a second.

    Limits: corruption that lasts under a second passes; under 7 % of the picture it is not meant
    to be found; lost pictures that the decoder repeats whole are a freeze; blocks that only show an older moment are
    hard to see. Blocks must lie where the encoder put them: of video that was scaled afterwards little is found.
    Coloured blocks with right luma are not seen.
    Fails on: mosaics and pixel art that are meant, glitch transitions, confetti and split screens of hard edges;
    and misses damage that the decoder conceals well by copying a still background.
    """

    names: ClassVar[tuple[str, ...]] = ("block_corruption",)
    sampling: ClassVar[Sampling] = Sampling(every_s=0.32, burst=2)

    def __init__(self, media: MediaInfo, thresholds: Any = None, decision: Decision = "learned") -> None:
        super().__init__(media, thresholds)
        learned = load_learned("block_corruption", "corruption")
        self._network = learned.networks["corruption"]
        self._decision, self._threshold = decision, learned.figure("threshold")
        self._before: Plane | None = None
        self._before_number = -2
        self._spans = EventGrouper(GAP_S, exit_ratio=HOLD)
        self._worst: Observation | None = None
        self._corrupt = 0

    def judge(self, before: Plane, luma: Plane) -> Observation:
        """The luma of a picture and of the one before, (height, width) uint8."""
        made = self._network.run({"figures": block_figures(before, luma)[None]})
        cells = made["map"][0]
        return Observation(float(made["decision"][0]), float((cells > CORRUPT).mean()), cells)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        follows = frame.number == self._before_number + 1
        before, self._before, self._before_number = self._before, frame.luma.copy(), frame.number
        if not follows or before is None:
            return
        judgement = self.judge(before, frame.luma)
        self._before_number = -2
        end_s = frame.time_s + frame.seconds
        for span in self._spans.add(frame.time_s - frame.seconds, end_s, self._strength(judgement)):
            yield from self._event(span.start_s, span.end_s)
        if self._strength(judgement) >= 1.0:
            self._corrupt += 1
            if self._worst is None or judgement.probability > self._worst.probability:
                self._worst = judgement

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s))

    def _strength(self, judgement: Observation) -> float:
        if self._decision == "area":
            return judgement.area / MAX_AREA
        return judgement.probability / self._threshold

    def _event(self, start_s: float, end_s: float) -> Iterator[Event]:
        worst, self._worst = self._worst, None
        count, self._corrupt = self._corrupt, 0
        if worst is None or count < LEAST:
            return
        evidence = {"map": np.round(worst.map, 2).tolist(), "area": round(worst.area, 4), "pictures": count}
        yield Event("block_corruption", start_s, end_s, worst.probability, evidence)
