"""People who have nothing but a phone change a rule: told, answering, objecting and judging by text."""

import pytest

from notifications.messages import Channel
from tests.support.by_text import answer_to, answers
from tests.support.consenting import Consent
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Person

HOME, LOG = "/organise/councils", "/p/councils/agreements"
PEOPLE = 10
HARM, WHY = "three calendars never fit", "Pairs cancel too often."


@pytest.fixture
def consent(world: World) -> Consent:
    made = Consent.among(world, PEOPLE)
    with world.write() as session:
        for place, person in enumerate(made.people):
            by_text = {"phone": phone(place), "phone_verified_at": world.now, "channel": Channel.SMS}
            row = session.get_one(Person, person)
            row.sqlmodel_update(by_text | {"email": None, "email_key": None})
    return made


def phone(place: int) -> str:
    return f"+4477009002{place:02}"


def propose_threes(organiser: Visitor, consent: Consent) -> None:
    organiser.open(f"{HOME}/settings/matching").press("Propose this change", size="3", driver=WHY)
    consent.world.work()
    consent.look()  # its clock starts when they have it


@pytest.mark.usefixtures("both_databases")
def test_a_rule_changes_by_text_alone(consent: Consent, world: World, organiser: Visitor) -> None:
    propose_threes(organiser, consent)
    replies = [
        answer_to(world, "No objection", phone(0)),
        answer_to(world, "CONCERN who picks the day?", phone(1)),
        answer_to(world, f"I object: {HARM}", phone(2)),
    ]
    assert ["thank you" in reply for reply in replies] == [True] * 3
    organiser.open(f"{HOME}/proposals/1").press("Ask a panel")
    world.work()
    drawn = [place for place in range(PEOPLE) if "drawn by chance" in answers(world, phone(place))[0]]
    for place in drawn[:2]:
        page = world.visitor().open(world.link_in(world.letter(phone(place), "panel"), "/m/"))
        assert HARM in page.text
        page.press("Say what I find", **judgement(page))
    consent.later(days=8)
    page = world.visitor().open(f"{LOG}/1")
    assert ("Adopted on" in page.text, HARM in page.text, consent.size()) == (True, True, 3)


def judgement(page: Visitor) -> dict[str, str]:
    """It does not hold, and why: the fields carry the objection's number."""
    names = page.page.xpath("//main//form//*[contains(@name, '-')]/@name")
    return {name: "no" if name.endswith("holds") else "It is tried for a year." for name in set(names)}


def test_everybody_is_told_in_a_text_of_two_segments_at_most(
    consent: Consent, world: World, organiser: Visitor
) -> None:
    propose_threes(organiser, consent)
    texts = [answers(world, phone(place))[0] for place in range(PEOPLE)]
    assert (len(texts), max(map(len, texts)) <= 306) == (PEOPLE, True)


def test_somebody_proposes_from_the_page_that_a_text_opens_and_two_others_second(
    consent: Consent, world: World
) -> None:
    author = world.visitor().open(world.page_of(consent.people[0], full=True))
    author.open(author.link("What we have agreed, and what may change")).open(author.link("Propose a change"))
    author.press(
        "Propose it", title="Who may organise", text="Whoever asks two others.", driver="Nobody knows."
    )
    for seconder in consent.people[1:3]:
        other = world.visitor().open(world.page_of(seconder))
        other.open(other.link("What we have agreed, and what may change")).press(
            "Everybody should be told of this"
        )
    consent.look()
    told = [place for place in range(PEOPLE) if "Who may organise" in answers(world, phone(place))[0]]
    assert told == list(range(PEOPLE))
