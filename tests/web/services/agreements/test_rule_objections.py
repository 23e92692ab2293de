"""Objections to what is in force: judged by a panel, and answered by the organisers or said to be late."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from notifications import messages
from tests.support.consenting import SECRET, THREES, Consent, said
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import PanelMember, Person, Proposal, Purpose, Subject
from web.services.agreements import (
    agreements,
    answering,
    lookup,
    panels,
    rule_objections,
)
from web.services.agreements.proposals import NotOpenToThat
from web.services.common import times
from web.services.people import merging

WORDS = "Pairs leave nobody to fall back on."
LOG = "/p/councils/agreements"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def object_to(consent: Consent, person: str, subject: Subject = Subject.MATCHING, words: str = WORDS) -> int:
    """Its number."""
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        rule = agreements.about(session, programme, subject)
        made = rule_objections.raise_(
            session, programme, rule, person, words, secret=SECRET, now=consent.world.now
        )
        number = made.number
    consent.world.work()
    return number


def test_who_was_overtaken_by_another_version_objects_to_that(consent: Consent, world: World) -> None:
    """Organisers move the day of a reminder at once, while people judge how long a round lasts."""
    number = object_to(consent, consent.people[0], Subject.DAYS)
    world.organiser().open("/organise/councils/settings/days").press("Save these days", nudge_days="6")
    consent.look()
    again = object_to(consent, consent.people[0], Subject.DAYS)
    assert (consent.state(number), consent.state(again)) == ("stopped", "judged")


def object_page(consent: Consent, person: int, rule: int) -> Visitor:
    """Where they object to a rule, by its id, as it is at this moment."""
    own = consent.world.page_of(consent.people[person])
    return consent.world.visitor().open(f"{own}/councils/agreements/{rule}/object")


def rule_id(consent: Consent, title: str) -> int:
    with consent.world.read() as session:
        rules = agreements.every(session, consent.world.programme(session))
        return next(one.agreement.id for one in rules if one.title == title)


def test_nobody_objects_to_a_version_that_they_have_not_read(consent: Consent) -> None:
    page = object_page(consent, 0, rule_id(consent, "How we match"))
    consent.open(THREES)
    consent.later(days=7)
    page.press("I object", words=WORDS)
    assert (page.status, "Groups: threes" in page.text, WORDS in page.answer.text) == (422, True, True)
    assert "Kept." in page.press("I object", words=WORDS).text


def test_nobody_objects_to_what_has_been_dropped(consent: Consent) -> None:
    consent.open(said("Who may organise"))
    consent.later(days=7)
    rule = rule_id(consent, "Who may organise")
    page = object_page(consent, 0, rule)
    consent.open(replace(said("Who may organise", text=""), agreement_id=rule))
    consent.later(days=7)
    assert "not in force any more" in page.press("I object", words=WORDS).text
    assert "not in force any more" in object_page(consent, 1, rule).text


def members(consent: Consent, number: int) -> list[str]:
    with consent.world.read() as session:
        proposal = lookup.by_number(session, consent.world.programme(session), number)
        panel = panels.sitting(session, proposal)
        assert panel, "no panel sits"
        return sorted(session.exec(select(PanelMember.person_id).where(PanelMember.panel_id == panel.id)))


def judged(consent: Consent, holds: bool, person: int = 0, subject: Subject = Subject.MATCHING) -> int:
    """Objected to, and judged by the first two of the panel."""
    number = object_to(consent, consent.people[person], subject)
    for member in members(consent, number)[:2]:
        consent.find(number, member, holds)
    consent.look()
    return number


def owed(consent: Consent) -> list[rule_objections.Owed]:
    with consent.world.read() as session:
        programme = consent.world.programme(session)
        return list(rule_objections.owed(session, programme, times.today(consent.world.now)).values())


def test_a_panel_is_drawn_at_once(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    assert len(members(consent, number)) == 5


def test_its_author_is_not_on_the_panel(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    assert consent.people[0] not in members(consent, number)


@pytest.mark.usefixtures("both_databases")
def test_upheld_it_is_owed_a_proposal(consent: Consent) -> None:
    number = judged(consent, holds=True)
    assert (consent.state(number), [one.late for one in owed(consent)]) == ("upheld", [False])


def test_what_is_upheld_stays_in_force(consent: Consent) -> None:
    judged(consent, holds=True)
    assert (consent.version(), consent.size()) == (1, 2)


def test_not_upheld_nothing_is_owed(consent: Consent) -> None:
    number = judged(consent, holds=False)
    assert (consent.state(number), owed(consent)) == ("not upheld", [])


def test_a_silent_panel_upholds(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    consent.later(days=3)
    assert consent.state(number) == "upheld"


def test_fewer_than_three_to_draw_uphold_it(world: World) -> None:
    consent = Consent.among(world, 3)
    number = object_to(consent, consent.people[0])
    assert consent.state(number) == "upheld"


def test_after_thirty_days_it_is_late(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.later(days=30)
    before = [one.late for one in owed(consent)]
    consent.later(days=1)
    assert (before, [one.late for one in owed(consent)]) == ([False], [True])


def test_a_proposal_on_its_way_is_not_late(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.later(days=31)
    consent.propose()
    assert [one.late for one in owed(consent)] == [False]


def test_another_version_settles_it(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.open()
    consent.later(days=7)
    assert (consent.version(), owed(consent)) == (2, [])


def test_the_log_says_that_it_is_late(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.later(days=31)
    assert "owe a proposal since 31 December 2026: it is late" in consent.world.visitor().open(LOG).text


def test_the_dashboard_says_by_when(consent: Consent) -> None:
    judged(consent, holds=True)
    board = consent.world.organiser().open("/organise/councils/")
    assert "An objection to “How we match” was upheld: your proposal is due by 31 December" in board.text


def test_the_dashboard_says_that_it_is_late(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.later(days=31)
    board = consent.world.organiser().open("/organise/councils/")
    assert "your proposal was due by 31 December and is late" in board.text


def test_arguments_are_public_once_it_is_judged(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    page = consent.world.visitor().open(f"{LOG}/{number}")
    before = WORDS in page.text
    consent.later(days=3)
    assert (before, WORDS in page.open(f"{LOG}/{number}").text) == (False, True)


def test_its_author_hears_once_what_became_of_it(consent: Consent) -> None:
    judged(consent, holds=True)
    consent.look()
    email = str(consent.world.person(consent.people[0]).email)
    told = consent.world.inbox(email, messages.ProposalNews.kind)
    assert ["the objection holds" in one.text for one in told] == [True]


def test_nobody_else_is_asked(consent: Consent) -> None:
    object_to(consent, consent.people[0])
    assert (len(consent.world.inbox(kind="panel")), consent.world.inbox(kind="proposal")) == (5, [])


def test_the_same_person_objects_to_it_once_in_ninety_days(consent: Consent) -> None:
    judged(consent, holds=False)
    consent.world.clock.turn(days=89)
    with pytest.raises(NotOpenToThat, match="again from 1 March 2027"):
        object_to(consent, consent.people[0])


def test_after_ninety_days_they_may_again(consent: Consent) -> None:
    judged(consent, holds=False)
    consent.later(days=90)
    assert consent.state(object_to(consent, consent.people[0])) == "judged"


def test_to_another_agreement_they_may_at_once(consent: Consent) -> None:
    judged(consent, holds=False)
    assert consent.state(object_to(consent, consent.people[0], Subject.SHOWING)) == "judged"


def test_one_is_judged_at_a_time(consent: Consent) -> None:
    object_to(consent, consent.people[0])
    with pytest.raises(NotOpenToThat, match="are judging"):
        object_to(consent, consent.people[1])


@pytest.mark.parametrize("words", ["", "…", "x" * 2_001])
def test_words_are_needed(consent: Consent, words: str) -> None:
    with pytest.raises(answering.BadAnswer):
        object_to(consent, consent.people[0], words=words)


def test_who_has_left_does_not_object(consent: Consent) -> None:
    consent.world.erase(consent.people[0])
    with pytest.raises(NotOpenToThat):
        object_to(consent, consent.people[0])


def test_another_version_stops_a_panel_that_sits(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    consent.propose(THREES, urgent=True)
    consent.look()
    assert consent.state(number) == "stopped"


def test_its_author_takes_it_back(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    visitor = consent.world.visitor().open(consent.world.page_of(consent.people[0]) + "/councils/agreements")
    visitor.press("Take my objection back")
    assert consent.state(number) == "withdrawn"


def test_nobody_else_takes_it_back(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        proposal = lookup.by_number(session, programme, number)
        with pytest.raises(NotOpenToThat):
            rule_objections.take_back(session, programme, proposal, consent.people[1], now=consent.world.now)


def test_organisers_cannot_wave_it_away(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    page = consent.world.organiser().open(f"/organise/councils/proposals/{number}")
    assert not {"Take it back", "Ask a panel", "Amend it"} & set(page.buttons)


def test_an_erased_author_s_objection_is_taken_back(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    consent.world.erase(consent.people[0])
    consent.look()
    assert consent.state(number) == "withdrawn"


def test_merging_its_author_leaves_it_standing(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        kept, gone = (session.get_one(Person, consent.people[place]) for place in (1, 0))
        merging.merge(session, programme, kept, gone, by="a test", now=consent.world.now)
    consent.look()
    assert consent.state(number) == "judged"


def test_it_does_not_keep_proposals_waiting(consent: Consent) -> None:
    object_to(consent, consent.people[0])
    assert consent.state(consent.propose(said("Who may organise"))) == "open"


def test_one_press_objects_from_one_s_own_page(consent: Consent) -> None:
    world = consent.world
    page = world.visitor().open(world.page_of(consent.people[0]) + "/councils/agreements")
    page.open(page.link("Object to this: How we match")).press("I object", words=WORDS)
    assert consent.state(1) == "judged"


def test_who_objects_where_nobody_can_judge_reads_that_it_stands(world: World) -> None:
    few = Consent.among(world, 3)
    page = world.visitor().open(f"{world.page_of(few.people[0])}/councils/agreements/1/object")
    text = page.press("I object", words=WORDS).text
    assert ("so the objection stands" in text, "within three days" in text) == (True, False)


def test_without_a_fresh_link_there_is_no_name(consent: Consent) -> None:
    world = consent.world
    page = world.visitor().open(world.page_of(consent.people[0]) + "/councils/agreements")
    page.open(page.link("Object to this: How we match"))
    assert "Show my name with it" not in page.text


def test_with_a_fresh_link_a_name_is_shown(consent: Consent) -> None:
    world = consent.world
    page = world.visitor().open(world.page_of(consent.people[0], full=True) + "/councils/agreements")
    page.open(page.link("Object to this: How we match")).press("I object", words=WORDS, named=True)
    consent.later(days=3)
    assert f"from {world.person(consent.people[0]).name}" in world.visitor().open(f"{LOG}/1").text


def test_a_panel_reads_what_is_in_force(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    world, member = consent.world, members(consent, number)[0]
    with world.read() as session:
        proposal = session.exec(select(Proposal)).one()
        panel = panels.sitting(session, proposal)
    assert panel
    page = world.visitor().open(world.door(Purpose.PANEL, member, panel.id))
    assert "The rule: How we match" in page.text


def test_a_programme_that_closes_ends_it(consent: Consent) -> None:
    number = object_to(consent, consent.people[0])
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        programme.closing_on = times.today(consent.world.now) + timedelta(days=30)
        session.add(programme)
    consent.look()
    assert consent.state(number) == "withdrawn"
