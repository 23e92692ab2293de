"""A form that cannot be taken is shown again with all that was typed into it."""

from typing import Any

import pytest
from flask import Flask

from tests.support.visitor import Visitor
from tests.support.world import World
from web.app import create_app
from web.http.context import KEY
from web.models import OrganiserRole, Purpose, Role

OURS = {"Sec-Fetch-Site": "same-origin"}
WORDS = "We share one van.\nIt is blue."
TYPED = {"answer": "met", "text": WORDS, "link": "", "showing": "no"}


@pytest.fixture
def check_in(world: World) -> str:
    world.join_many(4)
    world.round()
    person = world.groups(1)[0][0]
    return world.door(Purpose.CHECK_IN, person, world.group_of(person))


def shown(visitor: Visitor) -> list[str]:
    return [each.value.strip() for each in visitor.page.xpath("//textarea[@readonly]")]


def send(visitor: Visitor, path: str, typed: dict[str, Any], **headers: str) -> None:
    visitor.post(path, typed, headers=OURS | headers, follow_redirects=False)


def test_a_form_without_its_token_is_taken_by_one_more_press(world: World, check_in: str) -> None:
    visitor = world.visitor()
    send(visitor, check_in, TYPED | {"csrf_token": "of yesterday"})
    assert (visitor.status, visitor.heading) == (422, "Press the button once more")
    assert shown(visitor) == [WORDS]
    visitor.press("Send it again")
    assert visitor.open(check_in).page.get_element_by_id("text").value.splitlines()[1:] == ["It is blue."]


def test_of_a_form_of_another_site_nothing_is_repeated(world: World, check_in: str) -> None:
    visitor = world.visitor()
    send(visitor, check_in, TYPED, **{"Sec-Fetch-Site": "cross-site"})
    assert (visitor.status, visitor.heading) == (422, "We could not use what you sent")
    assert WORDS[:10] not in visitor.text


def test_a_browser_that_keeps_no_cookie_is_told_so_at_the_second_press(world: World, check_in: str) -> None:
    visitor = world.visitor()
    send(visitor, check_in, TYPED)
    again = dict(visitor.page.forms[0].form_values())
    other = world.visitor()
    send(other, check_in, again)
    assert (other.status, other.heading) == (422, "Your browser kept no cookie")
    assert shown(other) == [WORDS]


def test_who_signed_in_in_another_tab_is_not_told_of_cookies(world: World, check_in: str) -> None:
    visitor = world.visitor().open(check_in)
    send(visitor, check_in, TYPED | {"csrf_token": "of yesterday", "sent_again": "y"})
    assert visitor.heading == "Press the button once more"


def test_a_link_that_grew_too_old_meanwhile_gives_back_what_was_written(world: World, check_in: str) -> None:
    visitor = world.visitor()
    token = visitor.token(check_in)
    world.clock.turn(days=31)
    send(visitor, check_in, TYPED | {"csrf_token": token})
    assert (visitor.status, visitor.heading, shown(visitor)) == (410, "This link is too old", [WORDS])


def test_an_organiser_who_was_signed_out_meanwhile_sends_the_same_after_signing_in(world: World) -> None:
    world.join_many(4)
    world.round()
    organiser = world.organiser()
    path = f"/organise/{world.slug}/rounds/1/story/edit"
    organiser.open(path)
    typed = dict(organiser.page.forms[0].form_values()) | {"went": WORDS}
    world.clock.turn(days=15)
    send(organiser, path, typed)
    assert (organiser.status, organiser.heading, shown(organiser)) == (403, "You are signed out", [WORDS])
    again = dict(organiser.page.forms[0].form_values())
    organiser.sign_in(world.door(Purpose.SIGN_IN, world.appoint("organiser@councils.example")))
    send(organiser, path, again)  # with a token of the session before
    organiser.press("Send it again")
    assert "It is blue." in organiser.text


@pytest.mark.parametrize(("becomes", "status"), [("viewer", 403), ("nobody", 404)])
def test_whose_role_was_taken_meanwhile_can_copy_what_they_wrote(
    world: World, becomes: str, status: int
) -> None:
    world.join_many(4)
    world.round()
    world.appoint("owner@councils.example")
    kay = world.organiser("kay@councils.example")
    path = f"/organise/{world.slug}/rounds/1/story/edit"
    kay.open(path)
    typed = dict(kay.page.forms[0].form_values()) | {"went": WORDS}
    with world.write() as session:
        held = session.get_one(OrganiserRole, (world.appoint("kay@councils.example"), 1))
        if becomes == "nobody":
            session.delete(held)
        else:
            held.role = Role.VIEWER
    send(kay, path, typed)
    assert (kay.status, shown(kay)) == (status, [WORDS])


def test_what_is_written_for_a_programme_that_has_ended_can_be_copied(world: World, check_in: str) -> None:
    visitor = world.visitor()
    token = visitor.token(check_in)
    world.change(closing_on=world.now.date(), closed_at=world.now)
    send(visitor, check_in, TYPED | {"csrf_token": token})
    assert (visitor.status, shown(visitor)) == (410, [WORDS])


def test_too_many_forms_at_once_lose_none(world: World) -> None:
    settings = world.app.extensions[KEY].settings.model_copy(update={"network_forms_per_minute": 1})
    app: Flask = create_app(settings, clock=world.clock)
    try:
        visitor = Visitor(app)
        token = visitor.token("/my-page")
        for _ in range(2):
            send(visitor, "/my-page", {"address": "two words", "csrf_token": token})
        assert (visitor.status, shown(visitor)) == (429, ["two words"])
        assert "Send it again" in visitor.buttons
    finally:
        app.extensions[KEY].database.dispose()
