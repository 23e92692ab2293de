"""Proofs that a referee can check: they hold where they should and fall when anything is bent."""

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import MatcherError, Pot, Proof, Refused, barrier, check, draw, proof, referee
from matcher.community import islands, saturated
from matcher.dual import Matching
from matcher.result import Dual, OddSet
from tests.matcher.oracle import pots


def costs(people, dearest, seed, density=0.8):
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, dearest + 1, (people, people))
    there = np.triu(rng.random((people, people)) < density, 1)
    return [
        [int(min(cost[a, b], cost[b, a])) if there[a, b] or there[b, a] else None for b in range(people)]
        for a in range(people)
    ]


@given(
    st.integers(1, 7), st.sampled_from([1, 3, 50]), st.integers(0, 2**32), st.sampled_from([0.5, 0.8, 1.0])
)
@settings(max_examples=150, deadline=None)
def test_prices_prove_what_networkx_finds(pairs, dearest, seed, density):
    cost = costs(2 * pairs, dearest, seed, density)
    matching = Matching(cost)
    best = reference(cost)
    if not matching.solve():
        assert best is None
    else:
        assert lower_bound(matching.dual()) == 2 * best


def reference(cost):
    graph = nx.Graph()
    graph.add_nodes_from(range(len(cost)))
    edges = [
        (a, b, price)
        for a, row in enumerate(cost)
        for b, price in enumerate(row)
        if a < b and price is not None
    ]
    graph.add_weighted_edges_from((a, b, 1000 - price) for a, b, price in edges)
    mates = nx.max_weight_matching(graph, maxcardinality=True)
    return sum(cost[a][b] for a, b in mates) if 2 * len(mates) == len(cost) else None


def lower_bound(dual):
    return sum(dual.prices) - sum(odd.value * (len(odd.people) - 1) // 2 for odd in dual.sets)


@given(st.integers(2, 7), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_prices_overcharge_no_pair(pairs, seed):
    cost = costs(2 * pairs, 3, seed)
    matching = Matching(cost)
    matching.solve()
    dual = matching.dual()
    relief = [
        [sum(o.value for o in dual.sets if a in o.people and b in o.people) for b in range(len(cost))]
        for a in range(len(cost))
    ]
    assert all(
        dual.prices[a] + dual.prices[b] - relief[a][b] <= 2 * price
        for a, row in enumerate(cost)
        for b, price in enumerate(row)
        if price is not None
    )


@pytest.mark.parametrize("people", [8, 9, 12, 15])
@pytest.mark.parametrize("seed", range(4))
def test_unavoidable_repeats_are_proved(people, seed):
    pot = saturated(people, seed)
    result = draw(pot, priority="cross")
    assert (result.figures.optimal, check(pot, result).best) == (True, True)


@pytest.mark.parametrize("people", [42, 90])
def test_two_odd_circles_are_proved_by_a_barrier(people):
    pot = islands(people, 1)
    result = draw(pot)
    assert (result.figures.repeats, result.proof.kind, check(pot, result).best) == (1, "tutte-berge", True)


@pytest.mark.parametrize("people", [33, 71, 240, 620])
def test_no_larger_pot_has_fewer_repeats_than_its_barrier_says(people):
    pot = saturated(people, 1)
    result = draw(pot)
    verdict = check(pot, result)
    assert (result.figures.repeats > 0, result.proof.kind, verdict.best) == (True, "tutte-berge", None)
    assert verdict.why.startswith("no round has fewer repeats")


def strangers(rng, people):
    """Sparse, in circles, or around a few: the graphs in which somebody is left over."""
    shape = rng.integers(3)
    if shape == 0:
        fresh = rng.random((people, people)) < rng.uniform(0.05, 0.5)
    elif shape == 1:
        circle = rng.integers(0, max(1, people // 3), people)
        fresh = (circle[:, None] == circle) & (rng.random((people, people)) < 0.85)
    else:
        fresh = np.zeros((people, people), bool)
        few = int(rng.integers(1, people // 2 + 1))
        fresh[:few, few:] = rng.random((few, people - few)) < 0.7
    fresh = np.triu(fresh, 1)
    return fresh | fresh.T


def pot_of(fresh):
    a, b = np.nonzero(np.triu(~fresh, 1))
    return Pot(np.zeros(len(fresh), int), np.column_stack((np.ones(len(a), int), a, b)))


def over(graph):
    return len(graph) - 2 * len(nx.max_weight_matching(graph, maxcardinality=True))


@given(st.integers(2, 16), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_the_barrier_is_what_tutte_and_berge_say(people, seed):
    fresh = strangers(np.random.default_rng(seed), people)
    graph = nx.from_numpy_array(fresh)
    found = barrier.hemmed(barrier.Fresh(pot_of(fresh)), np.full(people, -1, np.int32))
    assert (found.spare, int((found.mate < 0).sum())) == (over(graph), over(graph))
    spare = {v for v in graph if over(graph.subgraph(set(graph) - {v})) < over(graph)}
    assert set(found.barrier.tolist()) == {w for v in spare for w in graph[v]} - spare


@given(st.sampled_from([3, 5, 7, 9, 11]), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nowhere_does_the_three_cost_less_than_the_barrier_says(people, seed):
    fresh = strangers(np.random.default_rng(seed), people)
    graph, pot = nx.from_numpy_array(fresh), pot_of(fresh)
    around = barrier.hemmed(barrier.Fresh(pot), np.full(people, -1, np.int32))
    fewest = min(
        sum(not fresh[pair] for pair in combinations(three, 2))
        + over(graph.subgraph(set(graph) - {*three})) // 2
        for three in combinations(range(people), 3)
    )
    assert proof.fewest_repeats(pot, around) <= fewest


@given(pots(max_people=9), st.sampled_from([3, 4]))
@settings(max_examples=60, deadline=None)
def test_larger_groups_never_repeat_less_than_partners_allow(pot, size):
    sizes = proof.group_sizes(pot.n, size)
    if sizes:
        told = min(
            sum(pot.have_met(*np.array(list(combinations(group, 2))).T).sum() for group in groups)
            for groups in every_seating(list(range(pot.n)), sizes)
        )
        assert proof.fewest_in_circles(Pot(pot.organisation, pot.met), np.array(sizes)) <= told


def every_seating(people, sizes):
    if not sizes:
        yield []
        return
    first, rest = people[0], people[1:]
    for size in set(sizes):
        left = sizes.copy()
        left.remove(size)
        for others in combinations(rest, size - 1):
            for more in every_seating([p for p in rest if p not in others], left):
                yield [(first, *others), *more]


def two_halves(people):
    """Everybody has met everybody of their own half, and nobody of the other."""
    half = np.arange(people) % 2
    return pot_of(half[:, None] != half)


@pytest.mark.parametrize(("size", "repeats"), [(3, 8), (4, 12)])
def test_groups_that_must_repeat_are_proved_to_have_fewest_repeats(size, repeats):
    pot = two_halves(24)
    result = draw(pot, size=size)
    verdict = check(pot, result)
    assert (result.figures.repeats, result.proof.kind, verdict.best) == (repeats, "partners", True)


def test_people_with_too_few_partners_left_for_a_three_are_proved_to_repeat():
    fresh = np.ones((12, 12), bool)
    fresh[:2, 1:] = fresh[1:, :2] = False
    fresh[0, 11] = fresh[11, 0] = True
    result = draw(pot_of(fresh & ~np.eye(12, dtype=bool)), size=3)
    assert (result.figures.repeats, result.proof.kind) == (2, "partners")


def test_partners_prove_nothing_about_a_round_with_more_repeats():
    pot = Pot([0] * 6, [[1, 0, 1]])
    wasted = [[0, 1, 2, -1], [3, 4, 5, -1]]
    with pytest.raises(Refused, match="explains 0 repeats, not 1"):
        referee.check_round(pot, wasted, Proof("partners", proof.LINES[:2]))


def test_fewest_repeats_alone_are_not_called_the_best():
    pot = saturated(71, 1)
    result = draw(pot)
    boast = replace(result, figures=replace(result.figures, optimal=True))
    with pytest.raises(Refused, match="without a proof"):
        check(pot, boast)


@given(pots(max_people=9, never=False))
@settings(max_examples=60, deadline=None)
def test_every_small_pot_without_never_pairs_is_proved(pot):
    result = draw(pot, priority="cross")
    assert check(pot, result).best or pot.n < 4


def proved():
    pot = saturated(12, 1)
    result = draw(pot, priority="cross")
    return pot, result, result.proof.duals[0]


BENT = {
    "a higher price": lambda dual: replace(dual, prices=(dual.prices[0] + 1, *dual.prices[1:])),
    "a lower price": lambda dual: replace(dual, prices=(dual.prices[0] - 1, *dual.prices[1:])),
    "a price too few": lambda dual: replace(dual, prices=dual.prices[1:]),
    "an even set": lambda dual: replace(dual, sets=(*dual.sets, OddSet((0, 1), 2))),
    "a negative set": lambda dual: replace(dual, sets=(*dual.sets, OddSet((0, 1, 2), -2))),
    "a set of strangers": lambda dual: replace(dual, sets=(*dual.sets, OddSet((0, 1, 99), 2))),
    "no prices at all": lambda dual: Dual((0,) * len(dual.prices), ()),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_a_bent_proof_falls(bend):
    pot, result, dual = proved()
    with pytest.raises(Refused):
        check(pot, replace(result, proof=replace(result.proof, duals=(bend(dual),))))


def test_a_proof_by_prices_without_prices_falls():
    pot, result, _ = proved()
    with pytest.raises(Refused, match="better round"):
        check(pot, replace(result, proof=replace(result.proof, duals=())))


def test_a_barrier_that_explains_too_little_falls():
    pot = islands(42, 1)
    result = draw(pot)
    with pytest.raises(Refused, match="explains 0 repeats, not 1"):
        check(pot, replace(result, proof=replace(result.proof, barrier=(0,))))


def test_prices_of_another_pot_prove_nothing():
    _, result, _ = proved()
    other = saturated(12, 2)
    figures = replace(draw(other, priority="cross").figures, proof="dual")
    with pytest.raises(Refused):
        check(other, replace(draw(other, priority="cross"), proof=result.proof, figures=figures))


def test_a_locked_pot_is_proved_in_everybodys_names():
    base = saturated(14, 3)
    pot = Pot(base.organisation, base.met, locked=[[0, 13, -1]])
    assert check(pot, draw(pot, priority="cross")).best is True


@pytest.mark.parametrize("pot", [saturated(12, 1), saturated(9, 1), islands(14, 1), Pot([0, 1])])
def test_a_proof_reads_back_as_it_was_written(pot):
    told = draw(pot).proof
    assert Proof.from_json(told.to_json()) == told


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": 1}', "null"])
def test_what_is_not_a_proof_is_refused(text):
    with pytest.raises(MatcherError):
        Proof.from_json(text)
