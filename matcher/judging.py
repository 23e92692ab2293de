"""A round as it was sent, judged by the record of what it was drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matcher import counts, referee
from matcher.counts import Counts
from matcher.pot import Ints
from matcher.record import Numbered, Record
from matcher.referee import Verdict

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Judged:
    """A legal round. `drawn` is what the draw came to; the rest, by people's numbers, is what was changed by
    hand after it: groups only drawn or only sent, people put in, and people in no group who had one.
    """

    verdict: Verdict
    drawn: Counts
    only_drawn: Groups
    only_sent: Groups
    put_in: tuple[int, ...]
    left_out: tuple[int, ...]

    @property
    def is_as_drawn(self) -> bool:
        return not (self.only_drawn or self.only_sent)


def sent_from(record: Record) -> Numbered:
    """What the round was sent from: what it was drawn from, unless the file has another pot."""
    return record.sent_from or record.drawn_from


def judge(record: Record, groups: Ints) -> Judged:
    """`groups` (g, w) are places in `sent_from(record)`, padded with -1.

    A round that is as it was drawn is judged with its locked groups and its proof; what was changed by hand,
    by the rules and by what sizes of organisations allow. Raises Refused if a rule is broken.
    """
    base = sent_from(record)
    drawn = _named(record.drawn_from.people, record.groups)
    sent = _named(base.people, groups)
    table = _wide(groups, record.size + 1)
    missing = np.setdiff1d(np.arange(base.pot.n), table).tolist()
    as_it_was = record.sent_from is None and drawn == sent
    # Locks held for the draw. By hand a locked group may be changed like any other.
    pot = base.pot if as_it_was else base.pot.only(np.arange(base.pot.n))
    referee.legal(pot, table, record.size, missing)
    verdict = referee.check_round(pot, table, record.proof if as_it_was else None, missing)
    before, after = _everybody(drawn), _everybody(sent)
    return Judged(
        verdict=verdict,
        drawn=counts.count(record.drawn_from.pot, record.groups),
        only_drawn=tuple(sorted(drawn - sent)),
        only_sent=tuple(sorted(sent - drawn)),
        put_in=tuple(sorted(after - before)),
        left_out=tuple(sorted(before - after)),
    )


def _named(people: Sequence[int], groups: Ints) -> set[tuple[int, ...]]:
    return {tuple(sorted(people[place] for place in row if place >= 0)) for row in groups.tolist()}


def _everybody(groups: Iterable[tuple[int, ...]]) -> set[int]:
    return {person for group in groups for person in group}


def _wide(groups: Ints, width: int) -> Ints:
    """In as many columns as the largest group there may be has, or more if one of these is larger."""
    more = max(0, width - groups.shape[1])
    return np.pad(groups, ((0, 0), (0, more)), constant_values=-1)
