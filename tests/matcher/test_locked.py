"""Groups an organiser keeps: they stay, the others are the best beside them, and the words say so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import BadPot, Pot, check, draw, explain
from matcher.community import community
from matcher.explain import Labels
from tests.matcher.oracle import best, groups_of, pots, value


@st.composite
def pots_with_locks(draw_from, max_people=9):
    """Small pots with a tangled past, some of whose people are locked together."""
    pot = draw_from(pots(max_people=max_people))
    order = draw_from(st.permutations(range(pot.n)))
    free = [tuple(order[i : i + 2]) for i in range(0, pot.n - 1, 2)]
    banned = {frozenset(pair) for pair in pot.never.tolist()}
    kept = [pair for pair in free if draw_from(st.booleans()) and frozenset(pair) not in banned]
    return Pot(
        pot.organisation,
        pot.met,
        pot.never,
        trio_turns=pot.trio_turns,
        no_trio=pot.no_trio,
        locked=np.array(kept, int).reshape(-1, 2),
    )


@given(pots_with_locks())
@settings(max_examples=100, deadline=None)
def test_the_others_are_the_best_beside_what_is_kept(pot):
    result = draw(pot, priority="cross")
    check(pot, result)
    kept = {tuple(sorted(row)) for row in pot.locked.tolist()}
    free = [person for person in range(pot.n) if person not in pot.locked]
    rest = pot.only(np.array(free, int))
    drawn = [tuple(free.index(p) for p in group) for group in groups_of(result) if group not in kept]
    assert value(rest, drawn, len(result.unplaced)) == best(rest)[0]


def test_a_repeat_somebody_locked_is_theirs_and_the_others_are_still_proved():
    pot = Pot([0, 1, 2, 3], [[1, 0, 1]], locked=[[0, 1, -1]])
    result = draw(pot)
    assert (result.figures.repeats, check(pot, result).best) == (1, True)


def test_what_is_longest_ago_is_longest_ago_among_the_others():
    circles = [[2, a, b] for a in range(3) for b in range(3, 6)]
    pot = Pot([0] * 8, [[1, 6, 7], *circles], locked=[[6, 7, -1]])
    result = draw(pot, priority="cross")
    assert (result.proof.repeats, check(pot, result).best) == (1, True)


def test_a_locked_pair_that_must_not_meet_is_refused_by_name():
    with pytest.raises(BadPot, match="0 and 1 are locked together") as refused:
        draw(Pot([0, 1, 2, 3], (), [[1, 0]], locked=[[0, 1, -1]]))
    assert refused.value.pair == (0, 1)


def test_whoever_is_left_when_all_others_are_locked_is_unplaced():
    pot = Pot(np.arange(5), locked=[[0, 1, -1], [2, 3, -1]])
    result = draw(pot)
    assert ([p.person for p in result.unplaced], check(pot, result).best) == ([4], True)


def test_a_pot_with_everybody_locked_is_what_was_locked():
    pot = Pot([0, 0, 1, 1], locked=[[0, 1, -1], [2, 3, -1]])
    assert groups_of(draw(pot)) == [(0, 1), (2, 3)]


@pytest.mark.parametrize("size", [2, 3, 4])
def test_many_locked_groups_leave_a_large_pot_proved(size):
    base = community(3001, 30, 6, 2).pot()
    kept = np.arange(900).reshape(-1, 2)
    pot = Pot(base.organisation, base.met, base.never, trio_turns=base.trio_turns, locked=kept)
    assert check(pot, draw(pot, size=size)).cross_bound > 0


def words(pot):
    labels = Labels([f"person {p}" for p in range(pot.n)], ["Acme", "Beta", "Gamma"])
    return explain.best(pot, draw(pot), labels)


def test_the_words_say_what_was_kept_and_whose_repeat_it_is():
    assert words(Pot([0, 1, 0, 1], [[1, 0, 1]], locked=[[0, 1, -1]]))[:3] == [
        "One group was locked and kept; the others are drawn beside it.",
        "One pair met before.",
        "That pair is in a group you locked.",
    ]


def test_nobody_is_told_to_invite_people_for_the_sake_of_a_locked_pair():
    told = words(Pot([0, 0, 1, 1, 2, 2], locked=[[0, 1, -1]]))
    assert not any("Invite" in sentence for sentence in told)
