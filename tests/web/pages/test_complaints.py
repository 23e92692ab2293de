"""Anybody complains about data without an account; owners and operators answer."""

import pytest

from tests.support.knocking import operator_in
from tests.support.visitor import Visitor
from tests.support.world import World
from web.forms.complaints import WHOLE_SERVICE
from web.models import Role

FILLED = {"programme": "councils", "about": "seen", "text": "They saw my number.", "email": "a@example.org"}
SEND = "Send the complaint"


def fill_in(world: World, **fields: object) -> Visitor:
    visitor = world.visitor().open("/complaint")
    world.clock.turn(seconds=3)
    return visitor.press(SEND, **FILLED | fields)


def rows(world: World) -> int:
    return len(world.dump()["complaint"])


def test_the_privacy_page_leads_to_a_page_with_a_reference_and_a_day(world: World) -> None:
    form = world.visitor().open("/privacy")
    form.open(form.link("Complain about data"))
    world.clock.turn(seconds=3)
    page = form.press(SEND, **FILLED)
    assert page.heading == "We have your complaint"
    assert "You have an answer by 31 December 2026" in page.text


def test_without_an_address_the_answer_stands_on_its_page(world: World) -> None:
    page = fill_in(world, email="")
    world.organiser().open("/organise/councils/complaints/1").press(
        "Publish the answer on their page", outcome="We hid it."
    )
    assert "We hid it." in page.open(page.path).text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": ""}, "Write what happened, in a sentence or two"),
        ({"email": "nobody"}, "Enter an email address like name@example.org"),
        ({"about": "", "programme": ""}, "Choose the programme, or the whole service"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    world: World, wrong: dict[str, str], told: str
) -> None:
    page = fill_in(world, **wrong)
    kept = wrong.get("text", FILLED["text"])
    assert (page.status, told in " ".join(page.mistakes), kept in page.text, rows(world)) == (
        422,
        True,
        True,
        0,
    )


def test_who_fills_in_what_nobody_sees_or_is_too_quick_presses_once_more(world: World) -> None:
    seen = fill_in(world, website="x")
    world.clock.turn(seconds=3)
    again = seen.press(SEND).heading
    quick = world.visitor().open("/complaint").press(SEND, **FILLED)
    assert (again, quick.status, rows(world)) == ("We have your complaint", 422, 1)


def test_an_unknown_reference_is_nobody_s(world: World) -> None:
    assert world.visitor().open("/complaint/AAAA-BBBB-CCCC").status == 404


def test_a_reference_shows_neither_words_nor_address(world: World) -> None:
    page = fill_in(world)
    assert ("number" in page.text, "a@example.org" in page.text) == (False, False)


def test_an_owner_reads_it_from_the_first_page_and_answers_once(world: World) -> None:
    fill_in(world)
    owner, other = world.organiser(), world.organiser("second@councils.example")
    owner.open(owner.link("1 complaint about data, to be answered by 31 December"))
    read = ("They saw my number." in owner.text, "a@example.org" in owner.text)
    other.open("/organise/councils/complaints/1")
    owner.press("Send the answer", outcome="We hid it.")
    late = other.press("Send the answer", outcome="Nothing was wrong.").text
    assert (read, "answered meanwhile" in late, "We hid it." in late) == ((True, True), True, True)
    assert "complaint about data" not in owner.open("/organise/councils/").answer.text.split("<footer")[0]


def test_who_only_organises_is_not_shown_it(world: World) -> None:
    fill_in(world)
    helper = world.organiser("helper@councils.example", Role.ORGANISER)
    assert "omplaint" not in helper.open("/organise/councils/").text


def test_an_answer_of_nothing_is_refused(world: World) -> None:
    fill_in(world)
    page = world.organiser().open("/organise/councils/complaints/1").press("Send the answer")
    assert (page.status, page.mistakes) == (422, ["Write what came of it"])


def test_one_of_another_programme_is_not_there(world: World) -> None:
    world.appoint("owner@councils.example")
    fill_in(world)
    world.start("charities", "Charities Unmentoring")
    owner = world.organiser("else@charities.example", slug="charities")
    assert owner.open("/organise/charities/complaints/1").status == 404


def test_an_operator_answers_what_is_about_the_whole_service_and_no_owner_sees_it(world: World) -> None:
    operator = operator_in(world)
    asked = fill_in(world, programme=WHOLE_SERVICE, text="The wren was seen.")
    page = operator.open("/operate/")
    page.open(page.link("1 complaint about data"))
    listed = "the whole service" in page.text
    page.open(page.link(asked.path.rpartition("/")[2]))
    read = "The wren was seen." in page.text
    page.press("Send the answer", outcome="It is hidden now.")
    assert (listed, read, "It is hidden now." in asked.open(asked.path).text) == (True, True, True)
    owner = world.organiser().open("/organise/councils/complaints")
    assert "Nobody has complained" in owner.text
    assert owner.open("/organise/councils/complaints/1").status == 404


def test_an_answer_without_words_is_asked_for_again(world: World) -> None:
    operator = operator_in(world)
    fill_in(world, programme=WHOLE_SERVICE)
    page = operator.open("/operate/complaints/1").press("Send the answer", outcome="")
    assert (page.status, page.open("/operate/complaints/2").status) == (422, 404)
