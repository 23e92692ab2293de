"""Does it work: what is counted as what, and for whom."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product

import networkx as nx
import pytest

from tests.support.talks import Talker, add_round
from tests.support.world import World
from web.models import Answer, RoundState
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.evidence import counting, evidence_files
from web.services.evidence.findings import OTHERS, Evidence, median
from web.services.rounds import round_list

MET, BOOKED, NOT_YET, COULD_NOT, NO_REPLY = Answer
SAID = [None, *Answer]
NO = {COULD_NOT, NO_REPLY}
A, B, C, D = "Arun", "Brent", "Camden", "Derby"

on_both = pytest.mark.usefixtures("both_databases")


def after(world: World, *rounds: Sequence[Sequence[Talker]], days: int = 30, **how: RoundState) -> Evidence:
    """What is counted when the rounds were sent so many days ago."""
    with world.write() as session:
        for number, groups in enumerate(rounds, start=1):
            sent = world.now - timedelta(days=days)
            add_round(session, world.programme(session), groups, number=number, sent_at=sent, **how)
    return counted(world)


def counted(world: World) -> Evidence:
    with world.read() as session:
        return counting.count(session, world.programme(session), now=world.now)


# Groups


def became(answers: Sequence[Answer | None]) -> str:
    """docs/evidence.md, read slowly: somebody is believed if there is anybody they can have met."""
    sure = [place for place, answer in enumerate(answers) if answer is MET]
    could_have = [place for place, answer in enumerate(answers) if answer not in NO]
    if any(set(could_have) - {place} for place in sure):
        return "groups_met"
    if sure:
        return "groups_disputed"
    return "groups_missed" if NO & set(answers) else "groups_unknown"


@on_both
def test_every_mix_of_answers_counts_as_it_is_written_down(world: World) -> None:
    mixes = [*product(SAID, repeat=2), *product(SAID, repeat=3)]
    found = after(world, [[(A, answer) for answer in mix] for mix in mixes]).rounds[0]
    expected = Counter(became(mix) for mix in mixes)
    names = ("groups_met", "groups_disputed", "groups_unknown")
    assert {name: getattr(found, name) for name in names} == {name: expected[name] for name in names}


def test_the_range_takes_those_we_know_nothing_of_both_ways(world: World) -> None:
    groups = [
        [(A, MET), (B, None)],
        [(A, MET), (B, NO_REPLY)],
        [(A, None), (B, None)],
        [(A, COULD_NOT), (B, None)],
    ]
    found = after(world, groups).rounds[0]
    assert (found.least_met, found.most_met, found.groups) == (1, 3, 4)


@on_both
def test_people_are_counted_from_the_pot_to_the_conversation(world: World) -> None:
    world.join_many(5)
    world.round()
    person = world.groups()[0][0]
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(session, talk, Said(MET), now=world.now)
    found = counted(world).rounds[0]
    assert (found.pot, found.introduced, found.delivered, found.answered, found.met) == (5, 5, 5, 1, 1)


@on_both
def test_where_a_provider_reports_only_what_it_reported_counts_as_delivered(world: World) -> None:
    world.join_many(4)
    world.round()
    world.report_delivered("person-001@example.org", "person-002@example.org")
    world.round()
    assert [one.delivered for one in counted(world).rounds] == [4, 2]  # newest first


@on_both
def test_the_days_are_those_until_we_heard(world: World) -> None:
    assert after(world, [[(A, MET), (B, MET)], [(A, None), (B, None)]]).median_days == 5


@pytest.mark.parametrize(
    ("counts", "middle"), [({}, None), ({4: 1}, 4), ({1: 2, 9: 1}, 1), ({1: 1, 9: 2}, 9), ({1: 2, 9: 2}, 1)]
)
def test_the_median_is_the_middle_one(counts: dict[int, int], middle: int | None) -> None:
    assert median(counts) == middle


def test_a_round_that_runs_is_not_judged_beside_one_that_is_over(world: World) -> None:
    after(world, [[(A, MET), (B, MET)]])
    with world.write() as session:
        groups: list[list[Talker]] = [[(A, None), (B, None)]]
        add_round(session, world.programme(session), groups, number=2, sent_at=world.now)
    found = counted(world)
    assert ([one.runs for one in found.rounds], found.total("groups")) == ([True, False], 1)


def test_a_programme_of_nobody_has_nothing_to_tell(world: World) -> None:
    found = counted(world)
    assert (list(found.rounds), list(found.organisations), found.hours, found.median_days) == (
        [],
        [],
        0,
        None,
    )


# Ties


def ties(found: Evidence) -> dict[str, tuple[int, int, int]]:
    names = found.names
    return {
        "-".join(sorted((names[tie.a], names[tie.b]))): (tie.introduced, tie.met, tie.missed)
        for tie in found.ties
    }


@on_both
def test_ties_of_every_mix_in_a_three_follow_the_people_who_were_there(world: World) -> None:
    expected: Counter[str] = Counter()
    mixes = list(product(SAID, repeat=3))
    for mix in mixes:
        for (one, said_1), (two, said_2) in combinations(zip((A, B, C), mix, strict=True), 2):
            was = became(mix) == "groups_met" and not {said_1, said_2} & NO
            expected[f"{one}-{two}"] += was
    found = after(world, [list(zip((A, B, C), mix, strict=True)) for mix in mixes])
    assert {name: met for name, (_, met, _) in ties(found).items()} == expected


def test_silence_is_a_tie_that_did_not_happen_only_after_the_end(world: World) -> None:
    silent: list[list[Talker]] = [[(A, None), (B, None)]]
    before = ties(after(world, silent, days=2))
    world.clock.turn(days=30)
    assert (before, ties(counted(world))) == ({"Arun-Brent": (1, 0, 0)}, {"Arun-Brent": (1, 0, 1)})


def test_an_older_scheme_tells_who_met_and_nothing_of_answers(world: World) -> None:
    found = after(world, [[(A, None), (B, None)]], state=RoundState.IMPORTED)
    assert (ties(found), list(found.rounds)) == ({"Arun-Brent": (1, 1, 0)}, [])


def test_a_tie_is_new_once(world: World) -> None:
    round_: list[list[Talker]] = [[(A, MET), (B, MET)], [(B, MET), (A, MET)], [(A, MET), (A, MET)]]
    found = after(world, round_, [*round_, [(B, MET), (C, MET)]])
    assert [one.new_ties for one in found.rounds] == [1, 1]


def test_who_met_only_their_own_is_isolated(world: World) -> None:
    found = after(world, [[(A, MET), (A, MET)], [(B, MET), (C, MET)], [(D, COULD_NOT), (B, None)]])
    assert [name for name, _ in found.isolated] == [A, D]


def test_the_rest_are_put_together_and_nothing_is_lost(world: World) -> None:
    names = [f"Ward {number}" for number in range(12)]
    pairs = [[(one, MET), (two, None)] for one, two in combinations(names, 2)] + [
        [(names[0], MET), (names[1], MET)]
    ]
    whole = after(world, pairs)
    few = whole.top(5).top(4)
    assert [one.name for one in few.organisations] == ["Ward 0", "Ward 1", "Ward 2", "9 others together"]
    assert sum(tie.introduced for tie in few.ties) == sum(tie.introduced for tie in whole.ties) == 67
    assert {(tie.a, tie.b): tie.met for tie in few.ties}[OTHERS, OTHERS] == 36


# Files


def test_the_graph_holds_every_organisation_and_tie(world: World) -> None:
    found = after(world, [[("=cmd()", MET), (B, MET)], [(C, None), (B, None)]])
    graph = nx.parse_graphml(evidence_files.graph(found))
    names = nx.get_node_attributes(graph, "label")
    edges = {frozenset((names[a], names[b])): data["weight"] for a, b, data in graph.edges(data=True)}
    assert edges == {frozenset(("=cmd()", B)): 1, frozenset((C, B)): 0}


def test_no_cell_of_a_file_is_a_formula(world: World) -> None:
    found = after(world, [[("=cmd()", MET), (B, MET)]])
    rows = list(csv.DictReader(io.StringIO(evidence_files.ties(found))))
    assert {rows[0]["organisation_1"], rows[0]["organisation_2"]} == {"'=cmd()", B}


# Large programmes


@on_both
def test_what_is_kept_is_shown_until_it_is_counted_again(world: World) -> None:
    before = after(world, [[(A, MET), (B, MET)]])
    with world.write() as session:
        counting.keep(session, world.programme(session).id, before)
        add_round(session, world.programme(session), [[(A, MET), (B, MET)]], number=2, sent_at=world.now)
    with world.read() as session:
        shown = counting.of_programme(session, world.programme(session), now=world.now)
        whole = counting.whole(session, world.programme(session), now=world.now)
    assert shown == whole == before


def test_only_large_programmes_are_kept_and_for_an_hour(world: World) -> None:
    after(world, [[(A, MET), (B, MET)], [(A, MET), (B, MET)]])
    with world.read() as session:
        assert counting.due(session, now=world.now) == []
        assert len(counting.due(session, now=world.now, large=1)) == 1
        programme, found = world.programme(session), counted(world)
    with world.write() as session:
        counting.keep(session, programme.id, found)
        assert counting.due(session, now=world.now, large=1) == []
        assert len(counting.due(session, now=world.now + timedelta(hours=1), large=1)) == 1


def test_of_two_workers_one_counts(world: World) -> None:
    after(world, [[(A, MET), (B, MET)], [(A, MET), (B, MET)]])
    with world.write() as session:
        one, other = (counting.claim(session, 1, now=world.now) for _ in range(2))
        waiting = counting.due(session, now=world.now, large=1)
        later = world.now + counting.PATIENCE
        assert (one, other, waiting, counting.claim(session, 1, now=later)) == (True, False, [], True)


def test_what_somebody_begins_to_count_is_shown_as_it_is(world: World) -> None:
    after(world, [[(A, MET), (B, MET)]])
    with world.write() as session:
        counting.claim(session, 1, now=world.now)
        shown = counting.of_programme(session, world.programme(session), now=world.now)
    assert shown.rounds == counted(world).rounds


@pytest.mark.parametrize(("runs", "answered"), [(False, 77), (True, 2)])
def test_the_list_of_rounds_takes_what_was_counted_of_those_that_are_over(
    world: World, runs: bool, answered: int
) -> None:
    after(world, [[(A, MET), (B, MET)]])
    found = counted(world)
    kept = replace(found, rounds=[replace(found.rounds[0], runs=runs, answered=77)])
    with world.write() as session:
        counting.keep(session, 1, kept)
        listed = round_list.every(session, world.programme(session))
    assert [row.answered for row in listed] == [answered]
