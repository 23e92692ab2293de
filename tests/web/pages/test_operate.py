"""An operator's pages: numbers and no names, and nothing that a command could not do."""

import pytest
from sqlalchemy import event, update

from notifications.tables import OutboxMessage, State
from tests.support.knocking import operator_in
from tests.support.world import World
from web.models import ProgrammeRequest
from web.services.organisers import accounts, operators, team
from web.services.organisers.operators import NoSuchOperator
from web.services.programmes import overview


def asked_for(world: World, slug: str = "parishes") -> None:
    made = ProgrammeRequest(
        founder=f"{slug:>020}"[:20],
        email=f"founder@{slug}.example",
        email_key=f"founder@{slug}.example",
        name="Parishes Unmentoring",
        slug=slug,
        contact=f"hello@{slug}.example",
        why="Clerks work alone.",
        confirmed_at=world.now,
    )
    with world.write() as session:
        session.add(made)


def test_an_operator_without_a_programme_comes_to_the_installation(world: World) -> None:
    assert operator_in(world).open("/organise/").path == "/operate/"


def test_it_shows_how_each_programme_is(world: World) -> None:
    world.join_many(4)
    world.round()
    with world.write() as session:
        lost = update(OutboxMessage).where(OutboxMessage.kind == "introduction", OutboxMessage.id % 2 == 0)
        session.execute(lost.values(state=State.FAILED, settled_at=world.now))
    with world.read() as session:
        (row,) = overview.of_installation(session, now=world.now).rows
    assert (row.people, row.last.number, row.failed) == (4, 1, 2)


def test_it_shows_no_participant_s_name_or_address(world: World) -> None:
    world.join_many(4)
    world.round()
    said = operator_in(world).open("/operate/").answer.text
    assert [word for word in ("Person 00", "person-00", "@example.org") if word in said] == []


def test_one_press_approves_what_is_asked_for(world: World) -> None:
    asked_for(world)
    visitor = operator_in(world).open("/operate/").press("Approve Parishes Unmentoring")
    assert (visitor.path, visitor.open("/p/parishes/").status) == ("/operate/", 200)


def test_a_request_is_declined_with_a_reason(world: World) -> None:
    asked_for(world)
    visitor = operator_in(world).open("/operate/requests/1")
    visitor.press("Decline Parishes Unmentoring", reason="There is one.")
    assert "They write: There is one." in world.letter("founder@parishes.example", "start_news").text


def test_a_hundred_programmes_take_as_many_queries_as_one(world: World) -> None:
    def queries() -> int:
        seen: list[str] = []

        def count(*said: object) -> None:
            seen.append(str(said[2]))

        event.listen(world.database.engine, "before_cursor_execute", count)
        with world.read() as session:
            overview.of_installation(session, now=world.now)
        event.remove(world.database.engine, "before_cursor_execute", count)
        return len(seen)

    one = queries()
    for number in range(100):
        world.start(f"programme-{number}", f"Programme {number}")
    assert queries() == one


def test_who_is_an_operator_no_longer_and_organises_nothing_is_forgotten(world: World) -> None:
    visitor = operator_in(world)
    with world.write() as session:
        operators.remove(session, "operator@host.example", by="a test", now=world.now)
    with world.read() as session:
        kept = accounts.by_email(session, "operator@host.example")
    assert (kept, visitor.open("/operate/").path) == (None, "/organise/sign-in")


def test_an_operator_who_gives_up_their_last_role_stays_one(world: World) -> None:
    world.organiser("other@host.example")
    who = world.appoint("operator@host.example")
    visitor = operator_in(world)
    with world.write() as session:
        team.remove(session, world.programme(session), who, by=who, now=world.now)
    assert (visitor.open("/operate/").status, visitor.path) == (200, "/operate/")


def test_removing_somebody_who_is_no_operator_is_an_error(world: World) -> None:
    with world.write() as session, pytest.raises(NoSuchOperator):
        operators.remove(session, "nobody@host.example", by="a test", now=world.now)
