"""From looks at single pictures to a decision about an event: how sure the network was, and whether blocks changed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.block_corruption.features import change_steps, mean_change, picture_steps
from vivavoce.inspection.defects.block_corruption.grid import grid_lead, steps_clearly
from vivavoce.inspection.defects.block_corruption.near_match import NearMatch, relit, unmatched
from vivavoce.inspection.odds import log_odds, probability_of

CORRUPT = 0.5

BEFORE_S, UNSEEN = 2.0, 1.0
"""How long before an event the scene is remembered, and what counts where nothing of it was seen, in log odds."""

LEAST_STEPS, LEAST_CLEAR = -0.3, 0.02
"""Means of the looks at an event under which its blocks did not change as blocks, whatever the network says: printed
grids, nets and texture that moves."""

LEAST_UNEXPLAINED = 0.25
"""Mean part of the first change in corrupt cells that the movement of the camera leaves unexplained, under which they
moved with the scene: facades, mosaics and drawn pictures that pan."""

LEAST_UNMATCHED, CERTAIN_UNMATCHED = 0.17, 0.05
"""Part of the change in corrupt cells that must be left once each cell is looked for near its place in the picture
before, and how much where the network is certain of a picture: what moved, the parts of pixel art and drawn pictures
among it, was there already; damage was not, but may move on with what is around it."""

LEAST_CHANGE, LEAST_MOST_CHANGE, SURE_ODDS = 2.0, 3.0, 3.0
"""Mean change of corrupt cells in levels under which an event is none, unless they change by so much in one look and
the network is sure of a picture (0.95, in log odds): it takes the texture of a picture at rest for damage: leaves,
nets, grass, plaster."""

FAINT_CHANGE, FAINT_CONTRAST = 2.5, 0.18
"""The same of change that is faint beside the contrast of the cells as well: what a coarse encoder leaves of a face."""

LEAST_CONTRAST, FLEETING_LOOKS = 0.1, 2
"""Part of the contrast of corrupt cells that must be left of their change, likewise, in some look at an event of no
more looks, unless the network is sure: less is what a coarse encoder leaves behind what moves, until it mends it."""

LEAST_RELIT = 0.07
"""Mean part of the contrast of corrupt cells that must be left once the picture before is given their light, likewise:
lamps that flash change the light of whole regions, and leave what is seen in it."""

LEAST_LEAD, CERTAIN_ODDS = 0.6, 5.2
"""How many times as often as elsewhere the change must step at the border of blocks, unless the network is as certain
of a picture as can be: pixel art keeps to a grid of its own, but straight lines of a damaged scene lie anywhere too."""

LASTING_LOOKS, LASTING_CLEAR = 20, 0.1
LASTING_ODDS, MOST_ODDS = 3.5, 5.0
"""Of an event that goes on for two and a half seconds and more, as texture does, more blocks must be clear, and the
surest picture must be sure, in log odds: among more pictures by as much more as chance makes the surest of them."""

MEANS = np.array([3.16, 2.49, -1.46, 0.25, 0.2, -2.77])
WEIGHTS = np.array([0.744, 0.593, 0.499, 1.319, 1.635, -0.475])
BIAS = 2.26
"""Logistic regression over the six figures of an event, fitted to events of made and clean clips that the network did
not learn from; the bias is 1 less than fitted, so that one half leaves few alarms."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was seen in one picture."""

    probability: float
    """That 7 % of the picture or more is corrupt, by the network."""
    area: float
    """Share of the map that is more likely corrupt than not."""
    map: npt.NDArray[np.float32]
    """Probability of corruption of each cell of 32 x 32 pixels, (rows, columns)."""
    steps: float
    """In the corrupt cells, logarithm of how far the change steps at the borders of blocks against inside them."""
    clear: float
    """Part of the blocks there at whose borders it steps clearly further."""
    change: float
    """Mean change there since the picture before, in levels."""
    came: bool = True
    """The blocks came with this picture; False where they went, as when the picture is whole again."""


def observe(figures: npt.NDArray[np.float32], cells: npt.NDArray[np.float32], probability: float) -> Observation:
    """What the figures of `block_figures`, the map and the probability of the network say of a picture."""
    corrupt = np.repeat(np.repeat(corrupt_cells(cells), 2, 0), 2, 1)  # cells of 32 x 32 hold four blocks of 16 x 16
    borders, insides = change_steps(figures)
    steps = np.log((float(borders[corrupt].mean()) + 0.05) / (float(insides[corrupt].mean()) + 0.25))
    clear = float(steps_clearly(borders, insides)[corrupt].mean())
    now, before = (float((outer - inner)[corrupt].mean()) for outer, inner in picture_steps(figures))
    change = float(mean_change(figures)[corrupt].mean())
    return Observation(probability, float((cells > CORRUPT).mean()), cells, float(steps), clear, change, now >= before)


class Scene:
    """How much the network suspected lately, before an event: a texture may fool it all along."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def forget(self) -> None:
        """Another scene begins."""
        self._seen.clear()

    def suspicion(self, time_s: float) -> float:
        """Mean log odds of the two seconds before a time."""
        self._forget_before(time_s - BEFORE_S)
        return float(np.mean([odds for _, odds in self._seen])) if self._seen else UNSEEN

    def add(self, time_s: float, observation: Observation) -> None:
        """Remember a look, and no more than those of two seconds: a scene may never end."""
        self._forget_before(time_s - BEFORE_S)
        self._seen.append((time_s, log_odds(observation.probability)))

    def _forget_before(self, time_s: float) -> None:
        while self._seen and self._seen[0][0] < time_s:
            self._seen.popleft()


@dataclass(slots=True)
class Evidence:
    """What speaks for one event: the looks at it, and what was suspected before it."""

    before: float
    looks: int = 0
    worst: Observation | None = None
    unexplained: list[float] = field(default_factory=list[float])
    """Of the first looks, see `camera`."""
    places: list[npt.NDArray[np.float32]] = field(default_factory=list[npt.NDArray[np.float32]])
    """Of the first looks, see `grid`."""
    matches: list[NearMatch] = field(default_factory=list[NearMatch])
    """Of the first looks, see `near_match`."""
    _odds: list[float] = field(default_factory=lambda: [log_odds(0.0)] * 2)
    _area: float = 0.0
    _steps: float = 0.0
    _clear: float = 0.0
    _change: float = 0.0
    _most_change: float = 0.0

    def add(self, observation: Observation) -> None:
        """Take one more look."""
        self.looks += 1
        self._odds = sorted([*self._odds, log_odds(observation.probability)])[-2:]
        self._area = max(self._area, observation.area)
        self._steps += observation.steps
        self._clear += observation.clear
        self._change += observation.change
        self._most_change = max(self._most_change, observation.change)
        if self.worst is None or observation.probability > self.worst.probability:
            self.worst = observation

    def probability(self) -> float:
        """That the event is corruption: of its two surest looks, the largest area, and the steps of all looks."""
        second, first = self._odds
        steps, clear = self._steps / max(1, self.looks), self._clear / max(1, self.looks)
        if self._is_texture(first, steps, clear) or self._has_moved(first) or self._rests(first):
            return 0.0
        figures = np.array([first, second, np.log(self._area + 0.02), steps, clear, self.before])
        return probability_of(float(WEIGHTS @ (figures - MEANS)) + BIAS)

    def _is_texture(self, first: float, steps: float, clear: float) -> bool:
        """Whether it changed too little at the borders of blocks, or at other places as much."""
        if self.looks >= LASTING_LOOKS and (clear < LASTING_CLEAR or first < least_odds(self.looks)):
            return True
        wanders = first < CERTAIN_ODDS and grid_lead(self.places) < LEAST_LEAD
        return steps < LEAST_STEPS or clear < LEAST_CLEAR or wanders

    def _has_moved(self, first: float) -> bool:
        """Whether what came was there before: near by, where the camera showed it, or in another light."""
        least = CERTAIN_UNMATCHED if first >= CERTAIN_ODDS else LEAST_UNMATCHED
        if np.mean(self.unexplained or 1.0) < LEAST_UNEXPLAINED or unmatched(self.matches) < least:
            return True
        fleeting = self.looks <= FLEETING_LOOKS and self._contrast_left() < LEAST_CONTRAST
        return first < SURE_ODDS and (fleeting or relit(self.matches) < LEAST_RELIT)

    def _contrast_left(self) -> float:
        """The largest part of the contrast of corrupt cells that is left of their change in one look."""
        return max((match.contrast_left for match in self.matches), default=1.0)

    def _rests(self, first: float) -> bool:
        change = self._change / max(1, self.looks)
        little = change < LEAST_CHANGE or (change < FAINT_CHANGE and self._contrast_left() < FAINT_CONTRAST)
        return little and (first < SURE_ODDS or self._most_change < LEAST_MOST_CHANGE)


def least_odds(looks: int) -> float:
    """Log odds that the surest of so many pictures must have in an event that goes on."""
    return min(MOST_ODDS, LASTING_ODDS + 0.5 * float(np.log(looks / LASTING_LOOKS)))


def corrupt_cells(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which cells of a map, (rows, columns), are corrupt: the two likeliest at least."""
    likeliest = float(np.partition(cells.ravel(), -2)[-2]) if cells.size > 1 else -1.0
    return cells >= min(CORRUPT, likeliest)
