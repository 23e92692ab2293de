"""Messages of rounds that ended long ago go, and links that led nowhere; what is counted of them stays."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from notifications.tables import OutboxMessage
from tests.support.world import BY, World
from web.models import Link, Purpose
from web.services.evidence import counting, thinning
from web.services.evidence.findings import Evidence
from web.services.learning import digests
from web.services.rounds import previews, rounds, schedule
from web.services.rounds.previews import Delivery

pytestmark = pytest.mark.usefixtures("both_databases")


@pytest.fixture
def people(world: World) -> list[str]:
    """They have been in a round, whose introductions have arrived."""
    joined = world.join_many(5)
    world.round()
    world.report_delivered(*(str(world.person(one).email) for one in joined))
    world.work()
    return joined


def long_after(world: World, days: int = 460) -> None:
    """Whatever still waited has been sent or has expired."""
    world.clock.turn(days=days)
    world.work()


def thin(world: World) -> int:
    with world.write() as session:
        return thinning.thin(session, now=world.now)


def of_the_round(world: World) -> int:
    with world.read() as session:
        return session.exec(select(func.count()).where(col(OutboxMessage.round) == "1")).one()


def evidence(world: World) -> Evidence:
    with world.read() as session:
        return counting.count(session, world.programme(session), now=world.now)


def delivery(world: World) -> Delivery:
    with world.read() as session:
        return previews.delivery(session, rounds.by_number(session, world.programme(session), 1))


def test_messages_of_a_round_go_thirteen_months_after_its_end(world: World, people: list[str]) -> None:
    long_after(world)
    before = of_the_round(world)
    assert (before > 5, thin(world), of_the_round(world)) == (True, before, 0)


def test_they_stay_until_then(world: World, people: list[str]) -> None:
    long_after(world, days=400)
    assert thin(world) == 0


def test_other_messages_stay(world: World, people: list[str]) -> None:
    long_after(world)
    thin(world)
    with world.read() as session:
        kinds = set(session.exec(select(OutboxMessage.kind)).all())
    assert {"confirm", "welcome"} <= kinds


def test_a_thousand_go_at_once(world: World, people: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "AT_ONCE", 4)
    long_after(world)
    before, gone = of_the_round(world), thin(world)
    assert (gone, of_the_round(world)) == (4, before - 4)


def test_what_was_counted_is_counted_still(
    world: World, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "AT_ONCE", 4)
    long_after(world)
    before = evidence(world), delivery(world)
    between = [(thin(world), evidence(world), delivery(world))[1:] for _ in range(4)]
    assert between == [before] * 4


def test_one_can_still_stop_letters_by_an_old_one(world: World, people: list[str]) -> None:
    letter = world.letter(str(world.person(people[0]).email), "introduction")
    stop = world.link_in(letter, "/unsubscribe/")
    long_after(world)
    thin(world)
    world.visitor().client.post(stop)
    assert world.person(people[0]).unreachable != ""


def test_nobody_is_sent_the_digest_of_such_a_round(world: World, people: list[str]) -> None:
    long_after(world)
    thin(world)
    with world.write() as session, pytest.raises(digests.NothingToSend):
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)


def links_kept(world: World) -> set[str]:
    with world.read() as session:
        return set(session.exec(select(Link.purpose)).all())


def test_links_go_thirteen_months_after_they_led_nowhere(world: World, people: list[str]) -> None:
    long_after(world, days=801)
    world.join(email="newest@example.org")
    world.worker.sweep()
    with world.read() as session:
        oldest = session.exec(select(func.min(Link.created_at)).where(Link.purpose == Purpose.PAGE)).one()
    assert oldest > world.now - timedelta(days=1)


def test_who_had_been_introduced_by_when_stays_known(world: World, people: list[str]) -> None:
    long_after(world, days=801)
    world.worker.sweep()
    assert Purpose.CONVERSATION in links_kept(world)


def test_a_link_that_is_too_old_says_so_for_a_year(world: World, people: list[str]) -> None:
    door = world.door(Purpose.CHECK_IN, people[0], world.group_of(people[0]))
    long_after(world, days=400)
    world.worker.sweep()
    assert world.visitor().open(door).status == 410


def test_what_the_calendar_brought_about_goes_too(world: World, people: list[str]) -> None:
    with world.write() as session:
        schedule.once(
            session, world.programme(session), schedule.ROUND, "2026-12-07", now=world.now, became=""
        )
    kept = []
    for days in (399, 2):
        world.clock.turn(days=days)
        world.worker.sweep()
        with world.read() as session:
            kept.append(len(schedule.history(session, world.programme(session))))
    assert kept == [1, 0]


def test_the_worker_does_it_once_a_day(world: World, people: list[str]) -> None:
    long_after(world)
    world.worker.sweep()
    assert of_the_round(world) == 0
