"""The operator hears of trouble, once for each."""

from datetime import time, timedelta
from types import SimpleNamespace

import pytest

from notifications import destinations, pace
from notifications.tables import OutboxMessage, State
from tests.support.world import World
from web.models import Region
from web.models.complaints import Matter
from web.services.background import last_backup, operator_alerts
from web.services.common import times
from web.services.incoming import form_requests
from web.services.organisers import accounts
from web.services.people import complaints
from web.services.people.complaints import ComplaintMade

pytestmark = pytest.mark.usefixtures("both_databases")
ADDRESS = "operator@example.org"
CHOSEN = SimpleNamespace(email_provider="local", sms_provider="twilio", sms_daily_cap=2)


def look(world: World) -> int:
    with world.write() as session:
        return operator_alerts.look(session, ADDRESS, CHOSEN, now=world.now)


def test_nothing_is_said_while_nothing_is_wrong(world: World) -> None:
    assert look(world) == 0


def test_a_provider_that_refuses_us_is_told_of_once(world: World) -> None:
    with world.write() as session:
        pace.stop(session, "sendgrid", "SendGrid refuses our key", world.now)
    assert [look(world), look(world)] == [1, 0]
    assert "SendGrid refuses our key" in world.letter(ADDRESS, "alert").text


def test_a_message_that_waits_too_long_is_told_of(world: World) -> None:
    world.appoint("organiser@councils.example")
    with world.write() as session:
        accounts.ask_to_sign_in(
            session, "organiser@councils.example", signer=world.worker.signer, now=world.now
        )
    with world.write() as session:
        form_requests.answer_waiting(session, now=world.now)
    world.clock.now += timedelta(minutes=14)
    assert look(world) == 0
    world.clock.now += timedelta(minutes=20)
    assert look(world) == 1


def test_used_up_texts_are_told_of(world: World) -> None:
    with world.write() as session:
        for _ in range(2):
            pace.wait_until(session, "twilio", world.now, pace.Spend(1, 2))
    assert look(world) == 1


def test_a_place_that_refuses_us_is_told_of_once(world: World) -> None:
    with world.write() as session:
        for _ in range(destinations.SHUT_AFTER):
            destinations.refused(session, "smtp", "b.example", "our mail is refused", world.now)
    assert [look(world), look(world)] == [1, 0]


def test_of_a_provider_that_is_stopped_its_places_are_not_told(world: World) -> None:
    with world.write() as session:
        for place in ("a.example", "b.example", "c.example"):
            for _ in range(destinations.SHUT_AFTER):
                destinations.refused(session, "smtp", place, "our mail is refused", world.now)
    assert look(world) == 1


def test_a_days_limit_is_told_of_with_its_reason(world: World) -> None:
    with world.write() as session:
        pace.pause(session, "notify", timedelta(hours=9), world.now, "our daily limit is used up")
    assert look(world) == 1
    assert "Our daily limit is used up" in world.letter(ADDRESS, "alert").text


def test_a_short_pause_is_not_told_of(world: World) -> None:
    with world.write() as session:
        pace.pause(session, "notify", timedelta(minutes=1), world.now)
    assert look(world) == 0


@pytest.mark.parametrize(("taken", "failed", "told"), [(19, 1, 0), (18, 2, 1), (17, 2, 0), (0, 20, 1)])
def test_more_failures_than_five_in_a_hundred_are_told_of(
    world: World, taken: int, failed: int, told: int
) -> None:
    with world.write() as session:
        for number in range(taken + failed):
            session.add(
                OutboxMessage(
                    kind="nudge",
                    subject=str(number),
                    person="p",
                    channel="email",
                    provider="local",
                    state=State.ACCEPTED if number < taken else State.FAILED,
                    accepted_at=world.now,
                    settled_at=world.now,
                    queued_at=world.now,
                    due_at=world.now,
                    expires_at=world.now,
                )
            )  # fmt: skip
    assert look(world) == told


def test_a_complaint_that_is_due_is_told_of_once(world: World) -> None:
    with world.write() as session:
        complaints.complain(session, None, ComplaintMade(Matter.OTHER, "A canary."), now=world.now)
    world.work()
    told = [look(world)]
    world.clock.turn(days=24)
    assert [*told, look(world), look(world)] == [0, 1, 0]


def test_the_next_complaint_is_told_of_when_the_last_has_been_forgotten(world: World) -> None:
    for _ in range(2):
        with world.write() as session:
            made = complaints.complain(session, None, ComplaintMade(Matter.OTHER, "Ours."), now=world.now)
        world.clock.turn(days=24)
        told = look(world)
        with world.write() as session:
            complaints.answer(session, None, made.id, "Done.", by="operator", now=world.now)
        world.clock.turn(days=731)
        world.worker.sweep()
        look(world)  # by then the bank holidays that are known have come to an end
        world.work()
    assert told == 1


def test_nights_without_a_backup_are_told_of_once_for_the_last(world: World) -> None:
    told = []
    for days in (0, 3, 1, 1):
        world.clock.turn(days=days)
        if not days:
            with world.write() as session:
                last_backup.note(session, by="the command line", now=world.now)
        told.append(look(world))
        world.work()
    assert told == [0, 0, 1, 0]
    with world.write() as session:
        last_backup.note(session, by="the command line", now=world.now)
    world.clock.turn(days=4)
    assert look(world) == 1


def test_the_end_of_the_bank_holidays_that_are_known_is_told_of_once(world: World) -> None:
    """In time for whoever plans a year: rounds after it are moved out of no holiday's way."""
    last = max(times.bank_holidays(Region.ALL))
    told = []
    for days_before in (271, 269, 268):
        world.clock.now = times.london(last - timedelta(days=days_before), time(9))
        told.append(look(world))
        world.work()
    assert told == [0, 1, 0]


def test_used_up_texts_to_strangers_are_told_of(world: World) -> None:
    with world.write() as session:
        pace.wait_until(session, "twilio", world.now, pace.Spend(1, 2, unproven=True))
    assert look(world) == 1
    assert "half of the daily cap of" in world.letter(ADDRESS, "alert").text
