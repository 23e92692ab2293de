"""Forms of two buttons: words written for the one are not thrown away by pressing the other."""

import pytest
from sqlmodel import select

from tests.support.consenting import Consent, reviewed_in
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import AgendaItem, Purpose, ReviewAnswer

WORDS = "Shorter rounds, please."
AGENDA = "/organise/councils/agenda"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def review(consent: Consent, pressed: str = "") -> Visitor:
    world = consent.world
    with world.write() as session:
        reviewed_in(session, world.programme(session), now=world.now)
    return world.visitor().open(world.door(Purpose.REVIEW, consent.people[0], 1) + pressed)


def field(page: Visitor, kind: str) -> str:
    return str(page.page.xpath(f"string({kind}/@name)"))


def typed(page: Visitor) -> str:
    return str(page.page.xpath("string(//textarea)")).strip()


def said(consent: Consent) -> list[tuple[str, str]]:
    with consent.world.read() as session:
        return [(one.verdict.value, one.words) for one in session.exec(select(ReviewAnswer))]


# A review


def test_words_to_a_review_are_not_lost_by_keeping_it(consent: Consent) -> None:
    page = review(consent)
    page.press("Keep it as it is", **{field(page, "//textarea"): WORDS})
    assert (page.status, said(consent), typed(page)) == (422, [], WORDS)
    (told,) = page.mistakes
    assert told == (
        "You have said what you would change. Choose what should become of it and press “Say this”, "
        "or take it back and press once more"
    )


def test_a_change_that_was_chosen_is_not_lost_by_keeping_it(consent: Consent) -> None:
    page = review(consent)
    page.press("Keep it as it is", **{field(page, "//input[@type='radio']"): "change"})
    assert (page.status, said(consent)) == (422, [])


@pytest.mark.parametrize("pressed", ["", "?answer=keep", "?answer=change", "?answer=drop"])
def test_whatever_was_pressed_in_the_letter_one_press_keeps_it(consent: Consent, pressed: str) -> None:
    review(consent, pressed).press("Keep it as it is")
    assert said(consent) == [("keep", "")]


def test_whoever_has_changed_their_mind_keeps_it_by_one_press(consent: Consent) -> None:
    page = review(consent, "?answer=change").press("Say this")
    page.press("Keep it as it is")
    assert said(consent) == [("keep", "")]


@pytest.mark.parametrize("button", ["Keep it as it is", "Say this"])
def test_words_that_come_too_late_are_shown_whatever_was_pressed(consent: Consent, button: str) -> None:
    page = review(consent)
    consent.later(days=8)
    page.press(button, **{field(page, "//textarea"): WORDS})
    assert (typed(page), "This review is over" in page.text) == (WORDS, True)


# The agenda


@pytest.mark.parametrize("button", ["It is done", "It is this proposal"])
def test_why_not_is_not_lost_by_another_press(consent: Consent, button: str) -> None:
    consent.open()
    review(consent)
    page = consent.world.organiser().open(AGENDA).press(button, because="August is full")
    with consent.world.read() as session:
        item = session.exec(select(AgendaItem)).one()
    assert (page.status, item.state.value) == (422, "open")
    assert page.page.xpath("string(//input[@name='because']/@value)") == "August is full"
    assert page.press("Decline it").mistakes == []
