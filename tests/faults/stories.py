"""One programme lived through: joined, confirmed, drawn, sent, delivered, reported on, erased.

Each begins where the one before it ended. `points` tells how they are killed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from notifications import messages, outbox
from notifications.messages import Channel, Recipient
from notifications.messages import Link as MessageLink
from notifications.outbox import Order
from tests.faults.witnesses import Together, Witness
from tests.support.fake_sendgrid import Signer, event, report
from tests.support.letters import COUNCILS
from tests.support.world import World
from web.models import Link, Person, Purpose
from web.providers import SENDGRID_EVENTS
from web.services.common import links

STAMP = "1796115600"
SIGNER = Signer()
LEAVER = "Zuleika Quill"
Act = Callable[[World], object]


@dataclass(frozen=True)
class Story:
    """`prepare` sets the scene and answers with what is then done, and may be killed.

    `whole`: a page's, which has happened or has not. `reports`: the provider tells what it took; if it does
    not, a letter may go twice, once a kill.
    """

    name: str
    prepare: Callable[[World], Act]
    whole: bool = True
    carrier: type[Witness] | None = Witness
    reports: bool = True


def sign_up(world: World) -> Act:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=61)
    fields = {"name": LEAVER, "organisation": "Leeds", "email": "zuleika@example.org", "agree": True}
    return lambda _: visitor.press("Join Councils Unmentoring", **fields)


def work(world: World) -> Act:
    return lambda again: again.work()


def confirm(world: World) -> Act:
    with world.read() as session:
        link = session.execute(select(Link).where(Link.purpose == Purpose.CONFIRM)).scalars().one()
    visitor = world.visitor().open(world.path(MessageLink(link.purpose, link.id), link.person))
    return lambda _: visitor.press("Yes, I am in")


def draw(world: World) -> Act:
    world.work()
    world.join_many(4)
    organiser = world.organiser()
    return lambda _: organiser.press("Draw a round for 5 people")


def send(world: World) -> Act:
    organiser = world.organiser().open("/organise/councils/rounds/1")
    return lambda _: organiser.press("Send 5 introductions")


def webhook(world: World) -> Act:
    """Three of the five are told of: one came, one bounced, one was taken for spam."""
    with world.read() as session:
        ids = [row.id or 0 for row in outbox.listing(session, kind="introduction")]
    words = zip(ids, ("delivered", "bounce", "spamreport"), strict=False)
    body = report(
        *(event(word, f"e{id_}", id_, type="bounce", unm_origin=world.origin(id_)) for id_, word in words)
    )
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": SIGNER.sign(body, STAMP),
        "X-Twilio-Email-Event-Webhook-Timestamp": STAMP,
    }
    return lambda again: again.app.test_client().post(SENDGRID_EVENTS, data=body, headers=headers)


def erase(world: World) -> Act:
    world.work()
    with world.read() as session:
        person = session.execute(select(Person.id).where(Person.name == LEAVER)).scalar_one()
    visitor = world.visitor().open(world.page_of(person, full=True) + "/erase")
    return lambda _: visitor.press("Erase everything about me")


def letters(world: World) -> Act:
    """Three that may travel together."""
    world.work()
    letter = messages.DraftReady(
        COUNCILS, world.now.date(), "5 people", links.open_page("/organise/councils/")
    )
    to = [Recipient(f"{n:08x}", "", Channel.EMAIL, f"organiser-{n}@example.org") for n in range(3)]
    with world.write() as session:
        orders = [Order(letter, each, f"at {world.now}") for each in to]
        outbox.queue_all(session, orders, now=world.now)
    return lambda again: again.work()


STORIES = (
    Story("sign-up", sign_up),
    Story("answer", work, whole=False),
    Story("confirm", confirm),
    Story("draw", draw),
    Story("send", send),
    Story("deliver", work, whole=False),
    Story("webhook", webhook),
    Story("erase", erase),
    Story("deliver without reports", letters, whole=False, reports=False),
    Story("deliver together", letters, whole=False, carrier=Together),
    Story("deliver locally", letters, whole=False, carrier=None),
)
