"""The pages about people, as organisers and viewers see them."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, Role
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.organisations import organisations


def viewer(world: World) -> Visitor:
    return world.organiser("v@councils.example", Role.VIEWER)


def test_one_page_tells_a_person_s_story(world: World) -> None:
    one, other = world.join("Amina Yusuf", "Leeds City Council"), world.join("Tom Field", "Kirklees Council")
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(one), one)
        conversations.check_in(session, talk, Said(Answer.MET), now=world.now)
    visitor = world.organiser().open(f"/organise/councils/people/{one}")
    for words in ("Amina Yusuf", "Tom Field met", "Introduction", "Sent", "Privacy notice", "Joined"):
        assert words in visitor.text, words
    assert other


def test_a_reason_is_asked_for_and_only_organisers_read_it(world: World) -> None:
    person = world.join("Tom Field")
    visitor = world.organiser().open(f"/organise/councils/people/{person}")
    asked = visitor.press("Suspend Tom Field").mistakes
    visitor.press("Suspend Tom Field", reason="Sold watches")
    told = "suspended: Sold watches" in visitor.text
    seen = world.visitor().open(world.page_of(person)).text
    visitor.press("Let them in again")
    assert (asked, told, "watches" in seen) == (
        ["Say why, in a few words"],
        True,
        False,
    )


def test_whom_somebody_must_not_meet_is_named_by_name_or_address(world: World) -> None:
    person = world.join("Tom Field")
    world.join("Amina Yusuf", email="amina@example.org")
    visitor = world.organiser().open(f"/organise/councils/people/{person}")
    wrong = visitor.press("Keep them apart", other="Nobody Here").mistakes
    visitor.press("Keep them apart", other="AMINA@example.org")
    assert wrong == ["Nobody here is called Nobody Here. Enter the whole name, or the email address"]
    assert "They may meet Amina Yusuf" in visitor.buttons
    assert "They may meet Amina Yusuf" not in visitor.press("They may meet Amina Yusuf").buttons


def test_people_go_out_as_a_file_a_spreadsheet_only_reads(world: World) -> None:
    world.join("=1+1", "Leeds City Council", email="amina@example.org")
    answer = world.organiser().open("/organise/councils/people").press("Export everyone as CSV").answer
    assert (answer.mimetype, "attachment" in answer.headers["Content-Disposition"]) == ("text/csv", True)
    assert ",'=1+1,Leeds City Council,amina@example.org," in answer.text


def test_excel_is_told_that_the_names_are_in_utf_8(world: World) -> None:
    world.join("Siân Prys")
    answer = world.organiser().open("/organise/councils/people").press("Export everyone as CSV").answer
    assert answer.data.decode("utf-8-sig").encode() != answer.data


def test_exporting_asks_for_a_sign_in_of_today(world: World) -> None:
    world.join()
    visitor = world.organiser().open("/organise/councils/people")
    world.clock.turn(minutes=31)
    assert visitor.press("Export everyone as CSV").path == "/organise/sign-in/again"


def test_a_viewer_opens_nobody_s_story(world: World) -> None:
    person = world.join()
    assert viewer(world).open(f"/organise/councils/people/{person}").status == 403


def test_a_page_of_people_leads_to_the_next_with_what_was_asked(world: World) -> None:
    world.join_many(51, organisation="Leeds City Council")
    visitor = world.organiser().open("/organise/councils/people", query_string={"search": "person"})
    visitor.open(visitor.link("The people after"))
    assert ("Person 051" in visitor.text, "51 people fit" in visitor.text) == (True, True)


def test_of_too_many_organisations_to_choose_from_the_chosen_one_is_shown(
    world: World,
) -> None:
    world.join("Tom Field", "Leeds City Council")
    visitor = world.organiser().open("/organise/councils/people")
    assert offered(visitor) == ["every organisation", "Leeds City Council"]
    with world.write() as session:
        for number in range(organisations.MOST_OFFERED):
            organisations.add(session, world.programme(session).id, f"Council {number}")
    assert offered(visitor.open("/organise/councils/people")) == []
    chosen = visitor.open("/organise/councils/people", query_string={"organisation": "1"})
    assert offered(chosen) == ["every organisation", "Leeds City Council"]
    assert offered(visitor.open("/organise/councils/people", query_string={"organisation": "999"})) == []


def offered(visitor: Visitor) -> list[str]:
    return [str(words) for words in visitor.page.xpath("//select[@id='organisation']/option/text()")]


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 20])
def test_an_address_with_nonsense_in_it_shows_everyone(world: World, nonsense: str) -> None:
    world.join("Tom Field")
    asked = {"showing": nonsense, "order": nonsense, "organisation": nonsense, "page": "x"}
    assert "Tom Field" in world.organiser().open("/organise/councils/people", query_string=asked).text


def test_an_organiser_compares_two_entries_and_an_owner_merges_them(world: World) -> None:
    amina, double = world.join("Amina Yusuf"), world.join("Amina Y", email="amina@home.example.org")
    owner = world.organiser("owner@councils.example")
    address = f"/organise/councils/people/{amina}/merge?other=amina%40home.example.org"
    page = world.organiser("helper@councils.example", Role.ORGANISER).open(address)
    assert ("ask owner@councils.example" in page.text, page.buttons) == (True, [])
    token = page.token("/my-page")
    assert (
        page.post(f"/organise/councils/people/{amina}/merge/{double}", {"csrf_token": token}).status_code
        == 403
    )
    owner.open(address).press("Keep person-001@example.org")
    assert world.person(double).merged_into == amina
