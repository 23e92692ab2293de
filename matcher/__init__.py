"""Who meets whom: fair rounds of pairs and small groups, drawn by chance among the provably best.

    from matcher import Pot, draw, check
    result = draw(Pot(organisation, met, never), seed=1)
    check(pot, result)

Ids in, groups out: no database, no clock, no names. See docs/matching.md.
"""

from matcher.draw import draw
from matcher.errors import BadPot, BadTable, MatcherError, Refused, Violation
from matcher.pot import Pot
from matcher.referee import check, legal
from matcher.result import Figures, Proof, Result, Unplaced
from matcher.topup import TopUp, top_up

__all__ = [
    "BadPot",
    "BadTable",
    "Figures",
    "MatcherError",
    "Pot",
    "Proof",
    "Refused",
    "Result",
    "TopUp",
    "Unplaced",
    "Violation",
    "check",
    "draw",
    "legal",
    "top_up",
]
