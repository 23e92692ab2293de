"""Thirty-two press one button at the same moment: it is done once, and everybody reads how it is.

What happened is asked of the database in plain SQL.
"""

import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.support.together import together
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Purpose

pytestmark = pytest.mark.usefixtures("both_databases")
MANY = 32
YES, CANNOT, ERASE = "Yes, I am in", "I can’t make this round", "Erase everything about me"
DONE = "That is done already"
NAMES = "name,organisation,email\n" + "\n".join(f"Person {n},Leeds,p{n}@example.org" for n in range(4))


def rows(world: World, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with world.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def number(world: World, query: str, **values: Any) -> int:
    return int(rows(world, f"SELECT count(*) FROM {query}", **values)[0][0])


def told(world: World, kind: str) -> Counter[str]:
    """How many messages of a kind each address has."""
    found = rows(
        world, "SELECT email, count(*) FROM outbox_message WHERE kind = :kind GROUP BY email", kind=kind
    )
    return Counter({str(email): int(count) for email, count in found})


def at_once(visitors: Sequence[Visitor], button: str, **fields: Any) -> Counter[tuple[int, str]]:
    """What the pages say that they see: status and heading."""
    answers = together(len(visitors), lambda turn: visitors[turn].press(button, **fields))
    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert not failed, failed[0]
    return Counter((visitor.status, visitor.heading) for visitor in visitors)


def tabs(visitor: Visitor, count: int = MANY) -> list[Visitor]:
    """The same browser, with the page on screen open in many tabs. How their pages are made is not looked
    at: a house client takes longer for that than the application for the page.
    """
    cookie = visitor.client.get_cookie("session")
    assert cookie
    app, found = visitor.client.application, []
    for _ in range(count):
        one = Visitor(app)
        one.client = FlaskClient(app, app.response_class)
        one.client.set_cookie("session", cookie.value)
        one.answer = visitor.answer
        found.append(one)
    return found


def openers(world: World, *paths: str) -> list[Visitor]:
    """A browser at each of these pages, in many tabs; they take turns."""
    each = [tabs(world.visitor().open(path), MANY // len(paths)) for path in paths]
    return [one for turn in zip(*each, strict=True) for one in turn]


def asked(world: World, email: str, times: int = 1, **other: Any) -> list[str]:
    """The doors in the confirmations of that many join forms with one address."""
    for _ in range(times):
        world.ask(world.details(email=email, **other))
        world.work()
        world.clock.turn(minutes=5)
    letters = world.inbox(email, "confirm")
    assert len(letters) == times
    return [world.link_in(letter, "/confirm/") for letter in letters]


def statuses(seen: Counter[tuple[int, str]]) -> set[int]:
    return {status for status, _ in seen}


# Joining


def test_one_confirmation_pressed_by_many(world: World) -> None:
    seen = at_once(openers(world, *asked(world, "amina@example.org")), YES)
    world.work()
    assert (seen[(410, DONE)], statuses(seen)) == (MANY - 1, {200, 410})
    assert (number(world, "person"), number(world, "membership")) == (1, 1)
    assert told(world, "welcome") == {"amina@example.org": 1}
    assert number(world, "auditentry WHERE action = 'joined'") == 1


def test_two_confirmations_of_one_address_pressed_by_many(world: World) -> None:
    seen = at_once(openers(world, *asked(world, "amina@example.org", 2)), YES)
    world.work()
    assert (seen[(410, DONE)], statuses(seen)) == (MANY - 2, {200, 410})
    assert (number(world, "person"), number(world, "membership")) == (1, 1)
    assert told(world, "welcome") == {"amina@example.org": 1}
    assert number(world, "auditentry WHERE action = 'joined'") == 1


def test_a_confirmation_and_an_invitation_of_one_person_pressed_by_many(world: World) -> None:
    upload(world).press("See what will happen")
    work_off(world)
    world.organiser().open("/organise/councils/import/1").press("Invite 4 people")
    work_off(world)
    invited = world.link_in(world.letter("p0@example.org", "invitation"), "/confirm/")
    seen = at_once(openers(world, invited, *asked(world, "p0@example.org")), YES)
    world.work()
    assert statuses(seen) <= {200, 410}
    assert told(world, "welcome") == {"p0@example.org": 1}


def test_two_people_and_a_newcomer_confirm_one_address_at_once(world: World) -> None:
    doors = asked(world, "shared@example.org")
    for person in world.join_many(2):
        visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
        world.clock.turn(minutes=25)
        visitor.press("Save my details", email="shared@example.org")
        world.work()
    doors += [
        world.link_in(letter, "/confirm/") for letter in world.inbox("shared@example.org", "new_address")
    ]
    buttons = [YES, "Yes, write here", "Yes, write here"]
    visitors = [world.visitor().open(door) for door in doors]
    answers = together(3, lambda turn: visitors[turn].press(buttons[turn]).status)
    assert number(world, "person WHERE email_key = 'shared@example.org'") == 1
    assert (len(answers), set(answers) <= {200, 409}) == (3, True)


# Leaving


def test_one_person_erases_themselves_from_many_tabs_by_two_links(world: World) -> None:
    amina, tom = world.join("Amina", email="amina@example.org"), world.join("Tom")
    world.round()
    pages = [world.page_of(amina, full=True) + "/erase" for _ in range(2)]
    seen = at_once(openers(world, *pages), ERASE)
    world.work()
    assert statuses(seen) <= {200, 404}
    assert (
        number(world, "person WHERE erased_at IS NOT NULL"),
        number(world, "link WHERE person = :p", p=amina),
    ) == (1, 0)
    assert (number(world, "auditentry WHERE action = 'erased'"), told(world, "partner_gone")) == (
        1,
        {world.person(tom).email: 1},
    )


def test_of_many_who_share_a_number_one_erases_themselves_while_the_other_takes_theirs_off(
    world: World,
) -> None:
    numbers = [f"+44770090{number:04}" for number in range(MANY // 2)]
    people = [world.join(phone=number, verified=True) for number in numbers for _ in range(2)]
    goes = [turn % 4 in (0, 3) for turn in range(MANY)]  # sometimes the one with the lower id
    visitors = [
        world.visitor().open(world.page_of(person, full=True) + ("/erase" if each else "/details"))
        for person, each in zip(people, goes, strict=True)
    ]

    def press(turn: int) -> int:
        if goes[turn]:
            return visitors[turn].press(ERASE).status
        return visitors[turn].press("Save my details", phone="").status

    assert Counter(together(MANY, press)) == {200: MANY}
    assert number(world, "person WHERE phone IS NOT NULL OR shares_number") == 0


def test_both_of_a_pair_drop_out_from_many_tabs(world: World) -> None:
    pair = world.join_many(2)
    world.round()
    doors = [world.door(Purpose.CONVERSATION, one, world.group_of(one)) + "/cannot" for one in pair]
    seen = at_once(openers(world, *doors), CANNOT)
    world.work()
    out = number(world, "groupmember WHERE withdrew_at IS NOT NULL")
    assert statuses(seen) == {200}
    assert number(world, "auditentry WHERE action = 'cannot make it'") == out
    assert (out >= 1, set(told(world, "partner_gone").values()) <= {1}) == (True, True)


# Organising


def test_many_draw_at_once(world: World) -> None:
    world.join_many(6)
    organiser = world.organiser()
    seen = at_once(tabs(organiser.open("/organise/councils/")), "Draw a round for 6 people")
    assert statuses(seen) == {200}
    assert rows(world, "SELECT number, state FROM round") == [(1, "draft")]
    assert number(world, "auditentry WHERE action = 'round drawn'") == 1


def test_many_send_at_once(world: World) -> None:
    people = world.join_many(6)
    world.draw()
    seen = at_once(tabs(world.organiser().open("/organise/councils/rounds/1")), "Send 6 introductions")
    world.work()
    assert statuses(seen) == {200}
    assert told(world, "introduction") == {str(world.person(one).email): 1 for one in people}
    assert number(world, "auditentry WHERE action = 'round sent'") == 1


def test_many_top_up_at_once(world: World) -> None:
    world.join_many(4)
    world.round()
    late = world.join_many(2)
    visitors = tabs(world.organiser().open("/organise/councils/rounds/1/top-up"))
    seen = at_once(visitors, visitors[0].buttons[-1])
    world.work()
    assert statuses(seen) == {200}
    assert set(told(world, "introduction")) >= {str(world.person(one).email) for one in late}
    assert set(told(world, "introduction").values()) == {1}
    assert number(world, "conversation_group WHERE top_up = 1") == 1


def upload(world: World) -> Visitor:
    visitor = world.organiser().open("/organise/councils/import")
    return visitor.press("Upload the file", kind="people", file=(io.BytesIO(NAMES.encode()), "sheet.csv"))


def work_off(world: World) -> None:
    while world.work():
        pass


def test_many_confirm_one_import_at_once(world: World) -> None:
    organiser = upload(world).press("See what will happen")
    work_off(world)
    seen = at_once(tabs(organiser.open(organiser.path)), "Invite 4 people")
    together(2, lambda _: work_off(world))
    assert statuses(seen) == {200}
    assert (number(world, "person"), number(world, "membership")) == (4, 4)
    assert told(world, "invitation") == {f"p{n}@example.org": 1 for n in range(4)}


def test_one_sign_in_link_pressed_by_many_lets_one_in(world: World) -> None:
    door = world.door(Purpose.SIGN_IN, world.appoint("organiser@example.org"))
    seen = at_once(openers(world, door), "Sign in")
    assert (statuses(seen), seen[(410, "This link has been used")]) == ({200, 410}, MANY - 1)
    assert number(world, "auditentry WHERE action = 'signed in'") == 1
