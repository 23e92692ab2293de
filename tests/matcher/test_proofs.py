"""Proofs that a referee can check: they hold where they should and fall when anything is bent."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import MatcherError, Pot, Proof, Refused, check, draw
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
    with pytest.raises(Refused, match="odd circles"):
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
    proof = draw(pot).proof
    assert Proof.from_json(proof.to_json()) == proof


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": 1}', "null"])
def test_what_is_not_a_proof_is_refused(text):
    with pytest.raises(MatcherError):
        Proof.from_json(text)
