"""What kind of picture it is, as far as detectors must know: line-up charts are no pictures of anything."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import Plane

LEVELS, SHARE, SPREAD = 12, 0.6, 20.0


def is_chart(small: Plane) -> bool:
    """Whether luma (height, width) is that of bars, a test pattern or a plain screen: few levels, far apart.

    The twelve commonest levels fill 60 % of such a picture, of natural ones 10 to 50 %; fog, night and fades have few
    levels that lie close together.
    """
    counts = np.bincount(small.ravel(), minlength=256)
    commonest = np.partition(counts, 256 - LEVELS)[256 - LEVELS :].sum()
    return bool(commonest >= SHARE * small.size and float(small.std()) >= SPREAD)
