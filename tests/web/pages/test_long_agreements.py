"""What very many said of a proposal is read a page at a time: each once, and nothing is lost."""

import re

import pytest
from sqlmodel import select

from tests.support.consenting import Consent
from tests.support.world import World
from web.models import Objection, ProposalAnswer, Purpose, Stance

WORDS = re.compile(r"Reason \d+\.")
CONCERNS, OBJECTIONS = 60, 55
EACH = [f"Reason {number}." for number in range(CONCERNS + OBJECTIONS)]


@pytest.fixture
def number(world: World) -> int:
    """A proposal that was taken back after 115 people had said something of it."""
    consent = Consent.among(world, CONCERNS + OBJECTIONS)
    number = consent.open()
    proposal = consent.proposal(number)
    with world.write() as session:
        for place, person in enumerate(consent.people):
            whose = {"proposal_id": proposal.id, "version": 1, "person_id": person}
            if place < CONCERNS:
                said = {"stance": Stance.CONCERN, "words": EACH[place], "answered_at": world.now}
                session.add(ProposalAnswer(**whose, **said))
            else:
                session.add(Objection(**whose, words=EACH[place], raised_at=world.now))
    consent.withdraw(number)
    return number


def test_everybody_reads_all_of_it_page_by_page(world: World, number: int) -> None:
    here = f"/p/councils/agreements/{number}"
    pages = [world.visitor().open(f"{here}?page={page}").answer.text for page in (1, 2, 3)]
    found = [WORDS.findall(page) for page in pages]
    assert found == [EACH[:50], EACH[50:100], EACH[100:]]


def test_a_page_says_which_of_how_many_it_shows(world: World, number: int) -> None:
    text = world.visitor().open(f"/p/councils/agreements/{number}?page=2").answer.text
    assert "51 to 100 of 115" in text


def test_past_the_last_it_begins_again(world: World, number: int) -> None:
    answer = world.visitor().client.get(f"/p/councils/agreements/{number}?page=4")
    assert answer.location == f"/p/councils/agreements/{number}"


def test_an_organiser_who_hides_one_is_led_back_to_it(world: World, number: int) -> None:
    here = f"/organise/councils/proposals/{number}"
    visitor = world.organiser().open(f"{here}?page=3")
    mark = re.findall(r'id="argument-([0-9]+)"', visitor.answer.text)[-1]
    token = visitor.token(f"{here}?page=3")
    data = {"csrf_token": token, "kind": "objection", "reason": "it insults somebody"}
    answer = visitor.client.post(f"{here}/arguments/{mark}/hide?page=3", data=data)
    assert answer.location == f"{here}?page=3#argument-{mark}"


def test_who_answered_reads_the_rest_by_the_link_of_their_letter(world: World, number: int) -> None:
    with world.read() as session:
        one = session.exec(select(ProposalAnswer)).all()[0]
    door = world.door(Purpose.PROPOSAL, one.person_id, one.proposal_id)
    text = world.visitor().open(f"{door}?page=3").answer.text
    assert WORDS.findall(text) == EACH[100:]
