"""How well pairs know each other's organisations, counted pair by pair: what rounds are measured with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher import Pot
from matcher.pot import Ints, Longs
from matcher.rules import organisations_met


def familiarity(pot: Pot, a: NDArray[Any], b: NDArray[Any], seen: Longs | None = None) -> Ints:
    """Per pair, how many of the two (0 to 2) have met somebody of the other's organisation before."""
    seen = organisations_met(pot) if seen is None else seen
    if not len(seen):
        return np.zeros(a.shape, np.int32)
    kinds = int(pot.codes.max()) + 1
    known = np.zeros(a.shape, np.int32)
    for one, other in ((a, b), (b, a)):
        key = one.astype(np.int64) * kinds + pot.codes[other]
        at = np.minimum(np.searchsorted(seen, key), len(seen) - 1)
        known += seen[at] == key
    return known
