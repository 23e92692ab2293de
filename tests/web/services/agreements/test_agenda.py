"""What people would change after a conversation, and what becomes of it."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import AgendaItem, Purpose
from web.services.agreements import agenda

AGENDA = "/organise/councils/agenda"
LINE = "Longer rounds in summer."


@pytest.fixture
def pair(world: World) -> list[str]:
    people = world.join_many(2)
    world.round()
    return people


def thanks(world: World, person: str) -> Visitor:
    door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
    return world.visitor().open(f"{door}?answer=met").press("Tell us")


def wish(world: World, person: str, line: str = LINE) -> Visitor:
    return thanks(world, person).press("Tell the organisers", line=line)


def items(world: World) -> list[AgendaItem]:
    with world.read() as session:
        return list(agenda.waiting(session, world.programme(session)))


def sweep(world: World) -> None:
    world.worker.sweep()


def test_the_page_of_thanks_takes_a_line(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    assert [one.words for one in items(world)] == [LINE]


def test_the_page_shows_what_was_said(world: World, pair: list[str]) -> None:
    assert f"You would change: “{LINE}”" in wish(world, pair[0]).text


def test_another_line_replaces_it(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    wish(world, pair[0], "Fewer letters.")
    assert [one.words for one in items(world)] == ["Fewer letters."]


def test_an_empty_line_takes_it_back(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    wish(world, pair[0], "")
    assert items(world) == []


@pytest.mark.parametrize("line", ["", "…", "x" * 201])
def test_nothing_and_too_much_are_not_kept(world: World, pair: list[str], line: str) -> None:
    page = wish(world, pair[0], line)
    assert (page.status, items(world)) == (422, [])


def test_the_dashboard_leads_to_it(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    board = world.organiser().open("/organise/councils/")
    page = board.open(next(link for link in board.links if link.endswith("/agenda")))
    assert LINE in page.text


def test_organisers_do_not_see_who_said_it(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    assert world.person(pair[0]).name not in world.organiser().open(AGENDA).text


def test_its_author_is_told_why_not_once(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    world.organiser().open(AGENDA).press("Decline it", because="August is full")
    sweep(world)
    sweep(world)
    told = world.inbox(str(world.person(pair[0]).email), "agenda_news")
    assert ["declined it, because August is full" in one.text for one in told] == [True]


def test_who_has_left_is_not_written_to(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    world.visitor().open(f"{world.page_of(pair[0])}/councils/leave").press("Leave Councils Unmentoring")
    world.organiser().open(AGENDA).press("It is done")
    sweep(world)
    assert world.inbox(str(world.person(pair[0]).email), "agenda_news") == []


def test_declining_needs_a_reason(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    page = world.organiser().open(AGENDA).press("Decline it", because="")
    assert (page.status, len(items(world))) == (422, 1)


def test_what_is_done_is_said(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    world.organiser().open(AGENDA).press("It is done")
    sweep(world)
    assert "It has been done" in world.letter(str(world.person(pair[0]).email), "agenda_news").text


def test_nobody_has_two_letters_about_it_in_a_week(world: World, pair: list[str]) -> None:
    for line in (LINE, "Fewer letters."):
        wish(world, pair[0], line)
        world.organiser().open(AGENDA).press("It is done")
        sweep(world)
    email = str(world.person(pair[0]).email)
    before = len(world.inbox(email, "agenda_news"))
    world.clock.turn(days=7)
    sweep(world)
    assert (before, len(world.inbox(email, "agenda_news"))) == (1, 2)


def own_page(world: World, person: str, *, fresh: bool) -> str:
    return world.visitor().open(f"{world.page_of(person, full=fresh)}/councils/agreements").text


def test_the_page_that_the_letter_leads_to_says_what_became_of_each(world: World, pair: list[str]) -> None:
    for line in (LINE, "Fewer letters."):
        wish(world, pair[0], line)
        world.organiser().open(AGENDA).press("Decline it", because=f"of {line}")
    text = own_page(world, pair[0], fresh=False)
    assert [f"declined it, because of {line}" in text for line in (LINE, "Fewer letters.")] == [True, True]


def test_an_everyday_link_does_not_say_what_somebody_would_change(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    assert [LINE in own_page(world, pair[0], fresh=fresh) for fresh in (False, True)] == [False, True]


def test_nobody_else_s_page_has_it(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    assert "What you would change" not in own_page(world, pair[1], fresh=True)


def test_two_organisers_decide_once(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    one, other = world.organiser().open(AGENDA), world.organiser().open(AGENDA)
    one.press("It is done")
    text = other.press("Decline it", because="August is full").text
    assert ("Somebody has decided about it already" in text, "August is full" in text) == (True, True)


def test_a_change_made_at_once_settles_what_it_came_of(world: World, pair: list[str]) -> None:
    """Two people take part: nobody is asked."""
    wish(world, pair[0])
    page = world.organiser().open(AGENDA)
    page.open(page.link("How we match, for item 1")).press("Change how we match", size="3")
    assert items(world) == []


def test_another_programme_s_item_is_not_there(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    number = items(world)[0].id
    world.start("vans", "Vans")
    with world.read() as session, pytest.raises(agenda.NoSuchItem):
        agenda.one(session, world.programme(session, "vans"), number, lock=False)


def test_an_erased_person_s_line_is_gone(world: World, pair: list[str]) -> None:
    wish(world, pair[0])
    world.erase(pair[0])
    assert items(world) == []
