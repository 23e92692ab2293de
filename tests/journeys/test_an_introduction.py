"""One round's introductions over SendGrid, from an organiser's button to what became of them on the page.

`pytest -s tests/journeys/test_an_introduction.py` tells it as it happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from notifications import progress
from tests.support.fake_sendgrid import FakeSendGrid, Signer, event, report
from tests.support.visitor import Visitor
from tests.support.world import World, settings_at
from web.providers import SENDGRID_EVENTS
from web.settings import Settings

STAMP = "1796115600"
Thing = TypeVar("Thing")
ROUND = "/organise/councils/rounds/1"


@pytest.fixture
def sendgrid() -> Iterator[FakeSendGrid]:
    with (fake := FakeSendGrid()).serving():
        yield fake


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sendgrid: FakeSendGrid, signer: Signer) -> Settings:
    keys = {"sendgrid_api_key": "SG.key", "sendgrid_webhook_key": signer.public_key}
    base = {"email_provider": "sendgrid", "sendgrid_base_url": sendgrid.url}
    return settings_at(database_url, tmp_path, **keys, **base)


@pytest.fixture
def walk(world: World, sendgrid: FakeSendGrid, signer: Signer) -> "Walk":
    for name, council in (("Amina", "leeds"), ("Tom", "kirklees")):
        world.join(name, council, email=f"{name.lower()}@{council}.example.org")
    world.work()
    sendgrid.letters.clear()
    organiser = world.organiser().press("Draw a round for 2 people").press("Send 2 introductions")
    return Walk(world, sendgrid, signer, organiser)


@dataclass
class Walk:
    """A round of two has been sent on the page; nobody has carried it yet."""

    world: World
    sendgrid: FakeSendGrid
    signer: Signer
    organiser: Visitor

    def page(self) -> str:
        """What the round's page says of its introductions."""
        words = self.organiser.open(ROUND).page.xpath("string(//*[@id='delivery'])")
        return self.say("the page", " ".join(words.split()).rpartition(" of ")[0][:-2])

    def trouble(self) -> str:
        """What it says of the first that needs a look."""
        table = "//table[caption[contains(., 'need a look')]]"
        first, *_ = self.organiser.open(ROUND).page.xpath(f"{table}/tbody/tr")
        told = " ".join(" ".join(cell.text_content().split()) for cell in first[:2])
        return self.say("the page", told)

    def ids(self) -> dict[str, dict[str, str]]:
        """What SendGrid was given to say with its events, by the reader's address."""
        people = [person for letter in self.sendgrid.letters for person in letter["personalizations"]]
        return {person["to"][0]["email"]: person["custom_args"] for person in people}

    def hear(self, name: str, of: str, **facts: Any) -> int:
        """SendGrid calls our Event Webhook about the letter to an address."""
        about = self.ids()[of]
        told = event(name, f"{name} {of}", **facts) | {"email": of} | about
        body = report(told)
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": self.signer.sign(body, STAMP),
            "X-Twilio-Email-Event-Webhook-Timestamp": STAMP,
        }
        answer = self.world.app.test_client().post(SENDGRID_EVENTS, data=body, headers=headers)
        return self.say(f"SendGrid tells {name} of {of}, and is answered", answer.status_code)

    def say(self, who: str, what: Thing) -> Thing:
        print(f"    {who}: {what}")
        return what


def test_a_round_is_followed_from_the_button_to_delivered_and_bounced(walk: Walk) -> None:
    assert walk.page() == "0 of 2 introductions sent"

    walk.world.work()
    assert walk.page() == "2 of 2 introductions sent"
    assert walk.say("SendGrid took", walk.ids()).keys() == {
        "amina@leeds.example.org",
        "tom@kirklees.example.org",
    }

    assert walk.hear("delivered", "amina@leeds.example.org") == 204
    assert walk.page() == "2 of 2 introductions sent, 1 known to be delivered"

    assert walk.hear("bounce", "tom@kirklees.example.org", type="bounce") == 204
    assert walk.page() == "1 of 2 introductions sent, 1 known to be delivered, 1 needs a look"
    assert walk.trouble() == ("Introduction for Tom Did not arrive: the address does not exist")


def test_our_ids_in_a_request_are_those_of_the_outbox(walk: Walk) -> None:
    walk.world.work()
    with walk.world.read() as session:
        rows = progress.listing(session, kind="introduction")
    kept = {
        row.email: {
            "unm_message": str(row.id),
            "unm_attempt": str(row.attempt),
            "unm_origin": walk.world.origin(row.id or 0),
        }
        for row in rows
    }
    assert walk.ids() == kept
