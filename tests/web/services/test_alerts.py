"""The operator hears of trouble, once for each."""

from datetime import timedelta

import pytest

from notifications import pace
from tests.support.world import World
from web.services import alerts, organisers, requests

pytestmark = pytest.mark.usefixtures("both_databases")
ADDRESS = "operator@example.org"


def look(world: World) -> int:
    with world.write() as session:
        return alerts.look(session, ADDRESS, sms_provider="twilio", sms_cap=2, now=world.now)


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
        organisers.ask_to_sign_in(
            session, "organiser@councils.example", signer=world.worker.signer, now=world.now
        )
    with world.write() as session:
        requests.answer_waiting(session, now=world.now)
    world.clock.now += timedelta(minutes=14)
    assert look(world) == 0
    world.clock.now += timedelta(minutes=20)
    assert look(world) == 1


def test_used_up_texts_are_told_of(world: World) -> None:
    with world.write() as session:
        for _ in range(2):
            pace.wait_until(session, "twilio", world.now, pace.Spend(1, 2))
    assert look(world) == 1
