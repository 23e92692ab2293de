"""An author hears of whatever stops their proposal, and nobody hears that it goes on when it does not."""

from collections.abc import Sequence

import pytest

from tests.support.consenting import Consent
from tests.support.consenting import said as something
from tests.support.world import World
from web.services.agreements.proposals import Proposer

AUTHOR = "organiser@councils.example"
STANDS_STILL = "Another one stands in the way of the proposal."
STEPS = "ask a panel within 14 days"
THIS = something("Who may organise")


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 12)


def told(consent: Consent, who: str = AUTHOR) -> list[str]:
    """What they have been told of it, oldest first."""
    consent.world.work()
    return [" ".join(each.text.split()) for each in reversed(consent.world.inbox(who, "proposal_news"))]


def judge(consent: Consent, number: int, members: Sequence[str], holds: bool) -> None:
    for member in members[:2]:
        consent.find(number, member, holds)


def test_an_author_is_told_of_an_objection_after_a_panel_has_judged_another(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    judge(consent, number, consent.panel(number), holds=False)
    consent.object(number, consent.people[1])
    assert ["Somebody objects" in each for each in told(consent)] == [True, False, True]


def test_of_an_objection_raised_while_a_panel_sits_its_author_is_told_when_the_panel_is_over(
    consent: Consent,
) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    members = consent.panel(number)
    other = next(person for person in consent.people[1:] if person not in members)
    consent.object(number, other)
    judge(consent, number, members, holds=False)
    first, second = told(consent)
    assert "Somebody objects" in first
    assert f"does not hold. {STANDS_STILL}" in second
    assert STEPS in second


def test_who_objected_is_not_told_what_only_an_author_can_do(consent: Consent) -> None:
    number = consent.open()
    objector = consent.people[0]
    consent.object(number, objector)
    members = consent.panel(number)
    consent.object(number, next(person for person in consent.people[1:] if person not in members))
    judge(consent, number, members, holds=False)
    [news] = told(consent, str(consent.world.person(objector).email))
    assert (STANDS_STILL in news, STEPS in news) == (True, False)


def test_of_two_objections_that_do_not_hold_neither_stands_in_the_way(consent: Consent) -> None:
    number = consent.open()
    for person in consent.people[:2]:
        consent.object(number, person)
    judge(consent, number, consent.panel(number), holds=False)
    assert ["The proposal goes on." in each for each in told(consent)] == [False, True, True]


def take_back(consent: Consent, number: int, person: str) -> None:
    consent.agree(number, person)
    consent.look()


def said(consent: Consent) -> list[str]:
    """What each letter says in short."""
    known = {"Nobody objects to what": "nobody", "Somebody objects to what": "somebody", "panel has": "panel"}
    return [next(short for words, short in known.items() if words in each) for each in told(consent)]


def test_an_author_is_told_when_the_last_objection_is_taken_back(consent: Consent) -> None:
    number = consent.open()
    for person in consent.people[:2]:
        consent.object(number, person)
    take_back(consent, number, consent.people[0])
    before = said(consent)
    take_back(consent, number, consent.people[1])
    assert (before, said(consent)) == (["somebody"], ["somebody", "nobody"])
    assert "It is adopted by itself if nobody objects again." in told(consent)[-1]


def test_an_author_who_has_read_that_nobody_objects_hears_of_who_does(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.world.work()
    take_back(consent, number, consent.people[0])
    consent.object(number, consent.people[1])
    assert said(consent) == ["somebody", "nobody", "somebody"]


def test_an_author_is_told_where_who_objected_is_erased(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.world.work()
    consent.world.erase(consent.people[0])
    consent.look()
    assert said(consent) == ["somebody", "nobody"]


def test_whoever_objects_over_and_over_has_no_author_written_to_each_time(consent: Consent) -> None:
    number = consent.open()
    for _ in range(5):
        consent.object(number, consent.people[0])
        consent.world.work()
        take_back(consent, number, consent.people[0])
    assert said(consent) == ["somebody", "nobody", "somebody"]


def test_of_an_objection_taken_back_before_they_have_heard_of_it_an_author_hears_nothing(
    consent: Consent,
) -> None:
    number = consent.open()
    consent.world.clock.turn(hours=13)  # in the evening; it goes out in the morning
    consent.object(number, consent.people[0])
    take_back(consent, number, consent.people[0])
    consent.later(hours=12)
    assert said(consent) == []


def test_what_a_panel_has_found_is_told_once(consent: Consent) -> None:
    number = consent.open()
    for person in consent.people[:2]:
        consent.object(number, person)
    members = consent.panel(number)
    take_back(consent, number, consent.people[0])
    judge(consent, number, members, holds=False)
    consent.look()
    assert said(consent) == ["somebody", "panel"]


def test_what_an_author_objects_to_themselves_and_takes_back_is_no_news(consent: Consent) -> None:
    author = Proposer(consent.people[0], participates=True)
    number = consent.open(THIS, author)
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    consent.object(number, author.id)
    take_back(consent, number, author.id)
    assert told(consent, str(consent.world.person(author.id).email)) == []


def test_what_is_in_force_already_is_said_to_stay(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.object(number, consent.people[0])
    consent.world.work()
    take_back(consent, number, consent.people[0])
    assert "It stays if nobody objects again." in told(consent)[-1]


def test_what_is_in_force_already_is_not_said_to_be_amended(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.object(number, consent.people[0])
    judge(consent, number, consent.panel(number), holds=True)
    assert "an objection holds. The change goes back by itself." in told(consent)[-1]
