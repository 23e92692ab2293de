"""A panel as its members and organisers meet it: by the button of a mail, and on its page."""

import pytest

from tests.support.consenting import Consent
from tests.support.visitor import Visitor
from tests.support.world import World
from web.http.rendering import moment
from web.services.agreements import panels

HOME = "/organise/councils"
REASON = "Threes are hard to arrange."
WHAT_I_WROTE = "//textarea[@readonly]/text()"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def panel_page(consent: Consent, member: str) -> Visitor:
    letter = consent.world.letter(str(consent.world.person(member).email), "panel")
    return consent.world.visitor().open(consent.world.link_in(letter, "/panel/"))


def test_a_reason_that_comes_after_the_panel_is_shown_again(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    page = panel_page(consent, consent.panel(number)[0])
    consent.amend(number)
    page.press("Say what I find", **{"o1-holds": "no", "o1-reason": "It is not so."})
    assert page.page.xpath(WHAT_I_WROTE) == ["\nIt is not so."]


FOUND = {"o1-holds": "no", "o1-reason": "It is not so.", "o2-holds": "yes", "o2-reason": "It is."}


def closed(consent: Consent, number: int, others: list[str], how: str) -> None:
    """The first of two objections is; the other is open still."""
    if how == "taken back":
        consent.agree(number, consent.people[0])
        return
    for other, second in zip(others, ("yes", "no"), strict=False):
        panel_page(consent, other).press("Say what I find", **FOUND | {"o2-holds": second})


@pytest.mark.parametrize("how", ["taken back", "decided"])
def test_a_reason_about_one_of_two_that_is_closed_meanwhile_is_shown_again(
    consent: Consent, how: str
) -> None:
    number = consent.open()
    for person in consent.people[:2]:
        consent.object(number, person, REASON)
    member, *others = consent.panel(number)
    page = panel_page(consent, member)
    closed(consent, number, others, how)
    page.press("Say what I find", **FOUND)
    assert page.page.xpath(WHAT_I_WROTE) == ["\nIt is not so."]
    assert "You said: it holds" in page.press("Say what I find").text


def test_the_press_that_decides_is_thanked_for_twice(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    one, other, *_ = consent.panel(number)
    consent.find(number, one, True)
    page, again = panel_page(consent, other), panel_page(consent, other)
    said = {"o1-holds": "yes", "o1-reason": "It is so."}
    texts = [tab.press("Say what I find", **said).text for tab in (page, again)]
    assert all("With that the panel has decided" in text for text in texts)


def test_a_panel_member_judges_by_the_button_of_the_mail(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    for member in consent.panel(number)[:2]:
        letter = world.letter(str(world.person(member).email), "panel")
        page = world.visitor().open(world.link_in(letter, "/panel/"))
        page.press("Say what I find", **{"o1-holds": "no", "o1-reason": "It is not so."})
    assert consent.objections(number) == ["does not hold"]


def test_an_organiser_asks_a_panel(consent: Consent, organiser: Visitor, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    page = organiser.open(f"{HOME}/proposals/{number}").press("Ask a panel")
    world.work()
    assert ("drawn by chance" in page.text, len(world.inbox(kind="panel"))) == (True, 5)


def test_a_panel_that_is_asked_twice_is_said_to_look_already(consent: Consent, organiser: Visitor) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    tabs = [Visitor.over(organiser.client).open(f"{HOME}/proposals/{number}") for _ in range(2)]
    texts = [tab.press("Ask a panel").text for tab in tabs]
    assert ["looking at an objection already" in text for text in texts] == [False, True]


def test_a_panel_of_a_version_that_was_amended_is_not_said_to_have_decided(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    member = consent.panel(number)[0]
    page = panel_page(consent, member)
    consent.amend(number)
    text = page.open(page.path).text
    assert ("has decided" in text, "nothing to decide any more" in text) == (False, True)


def test_a_panel_whose_objection_was_taken_back_is_not_said_to_have_decided(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    page = panel_page(consent, consent.panel(number)[0])
    consent.agree(number, consent.people[0])
    text = page.open(page.path).text
    assert ("has decided" in text, "nothing to decide any more" in text) == (False, True)


def test_a_member_is_told_of_all_that_is_missing(consent: Consent) -> None:
    number = consent.open()
    for person in consent.people[:2]:
        consent.object(number, person, REASON)
    page = panel_page(consent, consent.panel(number)[0]).press("Say what I find")
    leads_to = [str(link) for link in page.page.xpath("//*[contains(@class, 'error-summary')]//a/@href")]
    assert leads_to == ["#o1-holds", "#o1-reason", "#o2-holds", "#o2-reason"]


def test_a_panel_s_page_says_until_when_it_sits(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    page = panel_page(consent, consent.panel(number)[0])
    assert moment(world.now + panels.TIME) in page.text


def test_who_objects_by_now_is_told_before_they_write_that_others_judge(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    member = consent.panel(number)[0]
    consent.object(number, member, "So do I.")
    page = panel_page(consent, member)
    assert ("others judge this" in page.text, "Say what I find" in page.buttons) == (True, False)


def test_whoever_decides_a_panel_is_not_told_that_it_can_be_changed(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    one, other, *_ = consent.panel(number)
    consent.find(number, one, True)
    page = panel_page(consent, other)
    fields = dict.fromkeys(page.page.xpath("//main//form//*[contains(@name, '-')]/@name"), "yes")
    text = page.press("Say what I find", **fields).text
    assert ("You can change it" in text, "With that the panel has decided" in text) == (False, True)
