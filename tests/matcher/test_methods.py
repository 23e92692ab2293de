"""Each method alone: counted, matched, swapped, looked ahead, in threes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Pot, blossom, check, draw, exact, horizon, proof, rules, sweep, trios
from matcher.community import community, islands, saturated
from tests.matcher.oracle import value_of
from tests.support.familiarity import familiarity


def played(people, rounds=10**9, sizes=None, **given):
    """Rounds without a repeat in a stable pot, with crossing pairs and turns in a three."""
    organisation = np.zeros(people, int) if sizes is None else np.repeat(np.arange(len(sizes)), sizes)
    met, turns, crossing = np.zeros((0, 3), int), np.zeros(people, int), []
    while len(crossing) < rounds:
        result = draw(Pot(organisation, met, trio_turns=turns), **given)
        if result.figures.repeats:
            break
        a, b = rules.pairs_of(result.groups)
        crossing.append(result.figures.cross)
        met = np.vstack((met, np.column_stack((np.full(len(a), len(crossing)), a, b))))
        if given.get("size", 2) == 2:
            turns[result.groups[result.groups[:, 2] >= 0].ravel()] += 1
    return len(crossing), crossing, turns


@pytest.mark.parametrize("people", [2, 4, 6, 8, 10, 14, 20])
def test_a_stable_pot_meets_everybody_before_it_repeats(people):
    assert played(people, seed=people)[0] == people - 1


@pytest.mark.parametrize("sizes", [(3, 3, 3, 3), (5, 5, 5, 5), (6, 5, 4, 3, 2)])
def test_organisations_do_not_bring_a_repeat_forward(sizes):
    people = sum(sizes)
    assert played(people, sizes=sizes, seed=2)[0] == people - 1


@pytest.mark.parametrize("sizes", [(3, 3, 3, 3), (4, 4), (2, 2, 2, 2, 2)])
def test_crossing_first_crosses_as_long_as_it_can(sizes):
    people = sum(sizes)
    limit = people - max(sizes)
    crossing = played(people, limit, sizes=sizes, priority="cross")[1]
    assert crossing == [people // 2] * limit


@pytest.mark.parametrize("people", [5, 7, 9, 11, 15])
def test_an_odd_pot_comes_within_one_round_of_its_limit(people):
    assert played(people, seed=1)[0] >= people * (people - 1) // (people + 3) - 1


def test_the_number_of_open_rounds_is_never_more_than_there_are():
    pot = community(12, 1, 0, 1).pot()
    promised = draw(pot).figures.fresh_rounds_left
    assert 0 <= promised <= 10


@given(st.integers(0, 2**32), st.sampled_from([4, 6, 8]))
@settings(max_examples=40, deadline=None)
def test_a_schedule_is_disjoint_full_rounds_of_people_who_may_meet(seed, people):
    rng = np.random.default_rng(seed)
    graph = np.triu(rng.random((people, people)) < 0.7, 1)
    graph |= graph.T
    rounds = horizon.schedule(graph, people, horizon.Search(rng))
    pairs = Counter(tuple(pair) for groups in rounds for pair in np.sort(groups[:, :2], axis=1).tolist())
    assert set(pairs.values()) <= {1}
    assert all(graph[pair] for pair in pairs)


def test_turning_circles_over_keeps_every_round_full():
    rng = np.random.default_rng(3)
    same = np.arange(12)[:, None] // 4 == np.arange(12)[None, :] // 4
    rounds = horizon.schedule(~np.eye(12, dtype=bool), 6, horizon.Search(rng))
    first = horizon.crossing_most(rounds, same.astype(int))
    assert sorted(first[:, :2].ravel().tolist()) == list(range(12))


@pytest.mark.parametrize("seed", range(12))
def test_both_matching_engines_reach_the_same_value(seed):
    pot = saturated(20 + 2 * (seed % 4), seed)
    values = [
        value_of_pairs(pot, blossom.best(pot, np.random.default_rng(seed), engine)) for engine in ENGINES
    ]
    assert values[0] == values[1]


ENGINES = ("rustworkx", "networkx")


def value_of_pairs(pot, pairs):
    return rules.value(pot, np.pad(pairs, ((0, 0), (0, 1)), constant_values=-1)).before_ahead()


@pytest.mark.parametrize("seed", range(8))
def test_matching_is_as_good_as_counting(seed):
    pot = saturated(16, seed)
    told = exact.Small(pot).best.draw(np.random.default_rng(1))
    matched = blossom.best(pot, np.random.default_rng(seed))
    assert value_of_pairs(pot, matched) == rules.value(pot, told).before_ahead()


def test_weights_too_wide_for_128_bits_are_still_exact():
    weight = np.array([2**200, 2**200 + 1, 1], dtype=object)
    found = blossom.match(np.array([0, 1, 2]), np.array([1, 2, 3]), weight, 4)
    assert found.tolist() == [[0, 1], [2, 3]]


def test_a_middle_pot_with_unavoidable_repeats_has_as_few_as_networkx_finds():
    pot = islands(42, 1)
    result = draw(pot)
    reference = value_of_pairs(pot, blossom.best(pot, np.random.default_rng(0), "networkx"))
    assert rules.value(pot, result.groups).before_ahead() == reference


@pytest.mark.parametrize(("groups", "ways"), [(1, 1), (2, 3), (3, 15), (4, 105)])
def test_all_pairings_of_a_block_are_weighed(groups, ways):
    assert len({tuple(sorted(map(tuple, way))) for way in blossom.matchings_of(groups).tolist()}) == ways


@pytest.mark.parametrize("people", [100, 2001, 20000])
def test_a_large_pot_is_fresh_and_crosses_fully(people):
    figures = draw(community(people, 40, 8, 1).pot()).figures
    assert (figures.repeats, figures.cross, figures.optimal) == (0, figures.cross_bound, True)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 1.0])
def test_a_large_organisation_meets_as_many_outsiders_as_there_are(share):
    pot = Pot((np.arange(3000) >= 3000 * share) * (1 + np.arange(3000) % 5))
    figures = draw(pot).figures
    assert figures.cross == figures.cross_bound


def test_a_large_pot_where_somebody_must_meet_nobody_places_the_others():
    hermit = [[0, other] for other in range(1, 1001)]
    result = draw(Pot(np.arange(1001) % 7, (), hermit))
    assert ([p.person for p in result.unplaced], result.figures.groups) == ([0], 500)


def test_balancing_never_costs_a_repeat_or_a_crossing_pair():
    pot = community(2000, 6, 6, 4).pot()
    costs, rng = sweep.Costs(pot), np.random.default_rng(1)
    before = sweep._mend(sweep._deal(pot, np.arange(2000, dtype=np.int32), rng), costs, rng)
    after = sweep._balance(pot, before.copy(), costs, rng)
    assert costs.lines(after[:, 0], after[:, 1]).sum() == costs.lines(before[:, 0], before[:, 1]).sum()


def test_balancing_brings_people_to_new_organisations():
    pot = community(2000, 30, 6, 4).pot()
    rng = np.random.default_rng(1)
    shuffled = rng.permutation(2000).reshape(-1, 2)
    balanced = draw(pot).groups
    assert 2 * familiar(pot, balanced) < familiar(pot, shuffled)


def familiar(pot, pairs):
    return int(familiarity(pot, pairs[:, 0], pairs[:, 1]).sum())


@pytest.mark.parametrize("people", [9, 27, 41, 401])
def test_nobody_who_said_no_is_in_the_three(people):
    willing = np.zeros(people, bool)
    willing[[1, 4, 6]] = True
    result = draw(Pot(np.arange(people) % 5, no_trio=~willing))
    assert result.groups[result.groups[:, 2] >= 0].tolist() == [[1, 4, 6]]


def test_said_no_gives_way_only_where_there_is_no_other_three():
    result = draw(Pot([0, 1, 2], no_trio=[True, False, False]))
    assert result.notes == ("unwilling-three",)


@pytest.mark.parametrize("people", [9, 15, 33])
def test_turns_in_a_three_differ_by_at_most_one(people):
    turns = played(people, people // 3, seed=4)[2]
    assert turns.max() - turns.min() <= 1


def test_newcomers_start_level_with_the_others():
    pot = Pot([0, 1, 2, 3, 4], trio_turns=[3, 3, 3, 3, 0], newcomer=[False, False, False, False, True])
    assert rules.trio_levels(pot).tolist() == [3] * 5


def test_an_even_pot_takes_two_threes_rather_than_leave_two_people_out():
    circles = [[a, b] for a in range(3) for b in range(3, 6)]
    assert draw(Pot([0] * 6, (), circles)).groups.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_two_people_who_must_never_meet_are_both_unplaced():
    told = draw(Pot([0, 1], (), [[0, 1]])).unplaced
    assert [(p.person, p.reason) for p in told] == [(0, "never-all"), (1, "never-all")]


def test_one_person_has_nobody_to_meet():
    assert [(p.person, p.reason) for p in draw(Pot([0])).unplaced] == [(0, "alone")]


def test_somebody_let_down_is_not_the_one_to_repeat():
    met = [[1, a, b] for a in range(4) for b in range(a + 1, 4)] + [
        [2, a, b] for a in (0, 1, 2) for b in (4, 5)
    ]
    let_down = np.zeros(6, bool)
    let_down[0] = True
    drawn = [draw(Pot([0] * 6, met, let_down=let_down), seed=s) for s in range(5)]
    kind = [rules.value(Pot([0] * 6, met, let_down=let_down), result.groups).unkind for result in drawn]
    assert max(kind) == min(
        rules.value(
            Pot([0] * 6, met, let_down=let_down), exact.Small(Pot([0] * 6, met)).best.draw(rng)
        ).unkind
        for rng in (np.random.default_rng(s) for s in range(40))
    )


@pytest.mark.parametrize("size", [3, 4])
@pytest.mark.parametrize("people", [5, 10, 30, 61, 500])
def test_larger_groups_have_the_sizes_they_should(size, people):
    pot = community(people, 6, 2, 1).pot()
    result = draw(pot, size=size)
    sizes = sorted((result.groups >= 0).sum(axis=1).tolist())
    assert sizes == sorted(proof.group_sizes(people, size))


def test_threes_of_thirty_meet_fresh_people_for_rounds():
    assert played(30, 6, size=3, seed=1)[0] == 6


@given(st.integers(0, 200), st.integers(2, 4))
def test_group_sizes_add_up_and_differ_by_one(people, size):
    sizes = proof.group_sizes(people, size)
    assert sum(sizes) == (people if people > 1 else 0)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=8), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_no_seating_crosses_more_than_the_bound(codes, size):
    pot = Pot(codes)
    result = draw(pot, size=size)
    assert result.figures.cross <= proof.crossing_bound(pot.codes, proof.group_sizes(pot.n, size))


def test_threes_offered_first_are_the_fairest():
    turns = np.array([2, 0, 1, 0, 0, 1, 2])
    first = trios.candidates(Pot(np.arange(7), trio_turns=turns), np.random.default_rng(1))[0]
    assert first.tolist() == [1, 3, 4]


@pytest.mark.parametrize("seed", range(6))
def test_the_crossing_left_by_a_three_can_be_reached(seed):
    pot = community(9, 2 + seed % 3, 0, seed).pot()
    three = trios.candidates(pot, np.random.default_rng(1))[0]
    assert trios.crossing_left(pot.codes, three[None])[0] == draw(pot, priority="cross").figures.cross


def test_churn_never_brings_a_repeat():
    rng = np.random.default_rng(5)
    people, next_id = np.arange(24), 24
    met: list[tuple[int, int, int]] = []
    for number in range(1, 13):
        whole = Pot(np.zeros(next_id, int), np.array(met).reshape(-1, 3))
        pot = whole.only(people)
        result = draw(pot, seed=number)
        check(pot, result)
        assert result.figures.repeats == 0
        a, b = rules.pairs_of(result.groups)
        met += [(number, int(people[i]), int(people[j])) for i, j in zip(a, b, strict=True)]
        people = np.sort(np.concatenate((rng.permutation(people)[2:], [next_id, next_id + 1])))
        next_id += 2


def test_left_out_people_are_as_few_as_can_be():
    pot = Pot([0] * 7, (), [[a, b] for a in range(5) for b in range(a + 1, 5)])
    assert value_of(pot, draw(pot))[0] == 3


def who_may_meet_only(hubs: int, leaves: int, others: int, let_down: list[int]) -> Pot:
    """The first `leaves` people may meet only the next few, so all but that many of them are left out."""
    people = leaves + hubs + others
    never = [[a, b] for a in range(leaves) for b in (*range(a + 1, leaves), *range(leaves + hubs, people))]
    return Pot([0] * people, (), never, let_down=np.isin(range(people), let_down))


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("others", [0, 4, 7, 20, 21, 60])
def test_who_was_let_down_is_not_the_one_left_out_again(size, others):
    pot = who_may_meet_only(2, 5, others, let_down=[1, 3])
    left_out = {person.person for seed in range(3) for person in draw(pot, seed=seed, size=size).unplaced}
    assert left_out == {0, 2, 4}


@pytest.mark.parametrize("people", [11, 12, 17, 24, 40])
@pytest.mark.parametrize("size", [3, 4])
def test_threes_and_fours_leave_nobody_out_whom_pairs_do_not(people, size):
    a, b = np.triu_indices(people, 1)
    banned = np.random.default_rng(people).random(len(a)) < 0.7
    pot = Pot(np.arange(people) % 4, (), np.stack((a[banned], b[banned]), axis=1))
    result = draw(pot, size=size)
    check(pot, result)
    assert len(result.unplaced) <= len(draw(pot).unplaced)


def test_pairs_are_merged_without_a_second_meeting():
    a, b = np.triu_indices(24, 1)
    some = np.random.default_rng(1).random((2, len(a)))
    banned, met = np.stack((a, b), axis=1)[some[0] < 0.5], np.stack((a, b), axis=1)[some[1] < 0.3]
    result = draw(Pot(np.arange(24), np.insert(met, 0, 1, axis=1), banned), size=4)
    assert (result.figures.method, result.figures.repeats, result.figures.unplaced) == ("merged", 0, 0)
