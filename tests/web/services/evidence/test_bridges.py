"""Bridges, beside a graph library that goes through every tie, and beside chance."""

import random
from collections.abc import Sequence
from itertools import combinations, groupby
from statistics import mean

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.talks import add_round
from tests.support.world import World
from web.models import Answer, RoundState
from web.services.evidence import bridges, counting
from web.services.evidence.bridges import Bridges, Seat, compare
from web.services.evidence.findings import Evidence

MET, NO = Answer.MET, Answer.NO_REPLY


def seats_of(rounds: Sequence[Sequence[Sequence[int]]]) -> list[Seat]:
    """Of rounds of groups of organisations."""
    groups = [(number, group) for number, round_ in enumerate(rounds, start=1) for group in round_]
    return [(number, place, one) for place, (number, group) in enumerate(groups) for one in group]


Figures = tuple[list[int], list[int], float, int]


def slowly(seats: Sequence[Seat]) -> Figures:
    """New ties and bridges by round, the average reach, and the largest part, by networkx."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(one for *_, one in seats)
    ties, spans = [], []
    for _, round_ in groupby(seats, key=lambda seat: seat[0]):
        met = {
            frozenset(pair)
            for _, group in groupby(round_, key=lambda seat: seat[1])
            for pair in combinations([one for *_, one in group], 2)
        }
        new = [tuple(pair) for pair in met if len(pair) == 2 and not graph.has_edge(*pair)]
        ties.append(len(new))
        spans.append(sum(not set(graph[a]) & set(graph[b]) for a, b in new))
        graph.add_edges_from(new)
    near = [len(nx.single_source_shortest_path_length(graph, one, cutoff=2)) - 1 for one in graph]
    return ties, spans, round(mean(near), 1), max(map(len, nx.connected_components(graph)))


def quickly(found: Bridges) -> Figures:
    ours = [(int(one.ties.ours), int(one.bridges.ours)) for one in found.rounds]
    return [tie for tie, _ in ours], [bridge for _, bridge in ours], found.reach.ours, int(found.largest.ours)


rounds_of_groups = st.lists(
    st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=4), min_size=1, max_size=9),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)  # the first of them loads the libraries
@given(rounds_of_groups)
def test_it_counts_what_a_walk_through_every_tie_counts(rounds: list[list[list[int]]]) -> None:
    found = compare(seats_of(rounds), shuffles=1)
    assert quickly(found) == slowly(seats_of(rounds))


def shuffled(seats: Sequence[Seat], chance: random.Random) -> list[Seat]:
    made = []
    for _, round_ in groupby(seats, key=lambda seat: seat[0]):
        places = list(round_)
        people = [one for *_, one in places]
        chance.shuffle(people)
        made += [(number, group, one) for (number, group, _), one in zip(places, people, strict=True)]
    return made


SOME = [
    [[chance.randrange(8) for _ in range(size)] for size in (2, 2, 2, 3, 2, 2)]
    for chance in [random.Random(5)]
    for _ in range(3)
]


def test_chance_is_the_same_rounds_with_everybody_elsewhere() -> None:
    """A thousand of its shuffles and a thousand of ours give the same average, nearly."""
    chance, seats = random.Random(1), seats_of(SOME)
    slow = [slowly(shuffled(seats, chance)) for _ in range(1000)]
    found = compare(seats, shuffles=1000)
    theirs = (found.ties.mean, found.bridges.mean, found.reach.mean, found.largest.mean)
    ours = [mean(sum(ties) for ties, *_ in slow), mean(sum(spans) for _, spans, *_ in slow)]
    ours += [mean(reach for *_, reach, _ in slow), mean(largest for *_, largest in slow)]
    assert theirs == pytest.approx(ours, abs=0.25)


def test_nine_in_ten_shuffles_lie_between_its_two_numbers() -> None:
    chance, seats = random.Random(2), seats_of(SOME)
    found = compare(seats).ties
    inside = [found.low <= sum(slowly(shuffled(seats, chance))[0]) <= found.high for _ in range(300)]
    assert sum(inside) >= 255


def test_the_same_rounds_always_give_the_same_figures() -> None:
    assert compare(seats_of(SOME)) == compare(seats_of(SOME))


def test_what_is_walked_through_in_parts_is_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = compare(seats_of(SOME), shuffles=400)
    monkeypatch.setattr(bridges, "SEATS", 1)
    in_parts = compare(seats_of(SOME), shuffles=400)
    assert in_parts.bridges.mean == pytest.approx(at_once.bridges.mean, abs=0.3)


def test_where_nobody_has_met_there_is_nothing_to_compare() -> None:
    assert compare([]) is None


@pytest.mark.usefixtures("both_databases")
def test_only_people_who_met_sit_in_the_rounds_that_are_shuffled(world: World) -> None:
    """An older scheme is believed; who was not there makes no tie; ties agree with those of the rounds."""
    with world.write() as session:
        programme, earlier = world.programme(session), [[("Arun", None), ("Brent", None)]]
        add_round(session, programme, earlier, number=1, sent_at=world.now, state=RoundState.IMPORTED)
        groups = [
            [("Arun", MET), ("Camden", MET), ("Derby", NO)],
            [("Brent", MET), ("Camden", None)],
            [("Derby", MET), ("Arun", NO)],
            [("Derby", None), ("Brent", None)],
        ]
        add_round(session, programme, groups, number=2, sent_at=world.now)
        found = counting.count(session, programme, now=world.now)
    told = [(one.number, one.ties.ours, one.bridges.ours) for one in found.bridges.rounds]
    assert (told, found.bridges.organisations, found.rounds[0].new_ties) == ([(1, 1, 1), (2, 2, 2)], 3, 2)


def test_what_is_kept_comes_back_as_it_was(world: World) -> None:
    with world.write() as session:
        programme = world.programme(session)
        add_round(session, programme, [[("Arun", MET), ("Brent", MET)]], number=1, sent_at=world.now)
        found = counting.count(session, programme, now=world.now)
    assert Evidence.from_json(found.to_json()) == found
