"""Amending where somebody else has amended since the form was opened: what each wrote is there to compare."""

import pytest

from tests.support.consenting import FOURS, Consent, said
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import ProposalVersion
from web.services.agreements import lookup
from web.services.agreements.proposals import Proposer

HOME = "/organise/councils"
AMEND = "Tell everybody of this version"
OURS = said("Who may organise", "Whoever asks three others.", "Two is few.")
THEIRS = "Whoever has taken part for a year."


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def version(consent: Consent, number: int) -> ProposalVersion:
    with consent.world.read() as session:
        proposal = lookup.by_number(session, consent.world.programme(session), number)
        return lookup.version_of(session, proposal)


def amending(consent: Consent, organiser: Visitor) -> tuple[int, Visitor]:
    """A form that was opened before another organiser amended the same proposal."""
    number = consent.open(said("Who may organise"))
    page = organiser.open(f"{HOME}/proposals/{number}/amend")
    consent.amend(number, OURS)
    return number, page


def test_nobody_writes_over_what_they_have_not_read(consent: Consent, organiser: Visitor) -> None:
    number, page = amending(consent, organiser)
    page.press(AMEND, text=THEIRS, driver="Newcomers do not know it.")
    assert (version(consent, number).text, page.status) == (OURS.text, 422)
    assert "changed after you opened this page" in page.mistakes[-1]
    assert all(words in page.text for words in (OURS.text, OURS.driver, THEIRS))


def test_whoever_has_read_both_decides(consent: Consent, organiser: Visitor) -> None:
    number, page = amending(consent, organiser)
    page.press(AMEND, text=THEIRS).press(AMEND)
    made = version(consent, number)
    assert (made.number, made.text, made.driver) == (3, THEIRS, OURS.driver)


def test_what_was_sent_twice_is_told_once(consent: Consent, organiser: Visitor) -> None:
    number = consent.open(said("Who may organise"))
    one = organiser.open(f"{HOME}/proposals/{number}/amend")
    other = consent.world.organiser().open(f"{HOME}/proposals/{number}/amend")
    one.press(AMEND, text=THEIRS)
    other.press(AMEND, text=THEIRS)
    assert ("says that already" in other.text, version(consent, number).number) == (True, 2)


def test_a_choice_of_another_is_not_undone(consent: Consent, organiser: Visitor) -> None:
    number = consent.open()
    page = organiser.open(f"{HOME}/proposals/{number}/amend")
    consent.amend(number, FOURS)
    page.press(AMEND, driver="It is easier.")
    assert "Groups: fours, instead of pairs" in page.text
    page.press(AMEND, priority="cross")
    assert version(consent, number).settings == {"size": 4, "priority": "cross"}


def test_of_ones_own_two_tabs_neither_is_lost(consent: Consent, world: World) -> None:
    author = Proposer(consent.people[0], participates=True)
    number = consent.propose(said("Who may organise"), author)
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    page = f"{world.page_of(author.id, full=True)}/councils/proposals/{number}/amend"
    one, other = (world.visitor().open(page) for _ in range(2))
    one.press(AMEND, text=OURS.text)
    other.press(AMEND, text=THEIRS)
    assert (version(consent, number).text, other.status) == (OURS.text, 422)
    assert all(words in other.text for words in (OURS.text, THEIRS))
