"""One programme lived through: joined, confirmed, drawn, sent, delivered, reported on, erased; a rule is
adopted, an urgent one goes back, and one is renewed.

Each begins where the one before it ended. `points` tells how they are killed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from notifications import messages, outbox, progress
from notifications.messages import Channel, Recipient
from notifications.messages import Link as MessageLink
from notifications.outbox import Order
from tests.faults.witnesses import Together, Witness
from tests.support.consenting import SECRET, THREES, a_round, said, take_part
from tests.support.fake_sendgrid import Signer, event, report
from tests.support.letters import COUNCILS
from tests.support.world import World
from web.models import Link, Membership, Person, Purpose, Stance, Subject
from web.providers import SENDGRID_EVENTS
from web.services.agreements import agreements, answering, deciding, lookup, proposals
from web.services.agreements.proposals import Proposer
from web.services.common import links, times

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
    organiser = world.organiser().open("/organise/councils/")
    return lambda _: organiser.press("Draw a round for 5 people")


def send(world: World) -> Act:
    organiser = world.organiser().open("/organise/councils/rounds/1")
    return lambda _: organiser.press("Send 5 introductions")


def webhook(world: World) -> Act:
    """Three of the five are told of: one came, one bounced, one was taken for spam."""
    with world.read() as session:
        ids = [row.id or 0 for row in progress.listing(session, kind="introduction")]
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


def adopt(world: World) -> Act:
    """Somebody's proposal has been told to everybody, and its time is over."""
    with world.write() as session:
        programme = world.programme(session)
        people = take_part(session, programme, 6, now=world.now)
        if agreements.changes_at_once(session, programme):
            a_round(session, programme, now=world.now)
        author = Proposer(people[0], participates=True)
        made = deciding.bring(
            session, programme, said("Who may organise"), author, secret=SECRET, now=world.now
        )
        assert made
        proposals.second(session, programme, made, Proposer("an organiser"), now=world.now)
    _sweep(world)
    world.work()
    _sweep(world)
    world.clock.turn(days=7)
    return _sweep


def go_back(world: World) -> Act:
    """An urgent change that somebody objects to has not been adopted by its review date."""
    world.work()
    owner = Proposer(world.appoint("owner@councils.example"))
    with world.write() as session:
        programme = world.programme(session)
        made = deciding.bring(session, programme, THREES, owner, secret=SECRET, now=world.now, urgent=True)
        assert made
        number = made.number
    world.work()
    world.clock.turn(days=1)
    with world.write() as session:
        programme = world.programme(session)
        person = session.scalars(select(Membership.person_id).where(Membership.standing == "active")).first()
        proposal = lookup.by_number(session, programme, number, lock=True)
        answering.answer(
            session, programme, proposal, str(person), Stance.OBJECTION, "It hurts.", now=world.now
        )
    world.clock.turn(days=13)
    return _sweep


def renew(world: World) -> Act:
    """Everybody has been asked whether a rule goes on, and nobody wants a change."""
    world.work()
    with world.write() as session:
        version = agreements.about(session, world.programme(session), Subject.SHOWING).version
        version.review_on = times.today(world.now)
        session.add(version)
    _sweep(world)
    world.work()
    world.clock.turn(days=7)
    return _sweep


def _sweep(world: World) -> None:
    with world.write() as session:
        deciding.sweep(session, world.programme(session).id, now=world.now)


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
    Story("adopt", adopt),
    Story("go back", go_back),
    Story("renew", renew),
)
