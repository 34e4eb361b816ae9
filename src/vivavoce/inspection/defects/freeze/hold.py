"""Pictures that stay as they are, and what was before them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Blocks


@dataclass(slots=True)
class Hold:
    """Pictures that stay as they are; motion is in levels a picture."""

    start_s: float
    context: float
    """Typical motion before."""
    last: float
    """Speed of the last step before."""
    moving: bool
    anchor: Blocks
    active: npt.NDArray[np.bool_]
    """Which blocks moved in the last steps before."""
    speeds: list[float] = field(default_factory=list[float])
    same_before: bool = False
    """Whether the scene was the same as long before as motion is looked at: no transition led to it."""
    drawn: bool = False
    """Whether the held picture is a page, a chart or a screen."""
    popped: int = 0
    end_s: float = 0.0
