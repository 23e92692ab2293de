"""Somebody whose traces are everywhere: the canary that no erasure may leave behind."""

import random

from sqlalchemy import insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, select

from notifications import replies as replies_of
from notifications.columns import table_of
from notifications.messages import Channel
from notifications.replies import Inbound
from notifications.tables import OutboxMessage
from tests.support.world import BY, START, World
from web import scrubbing
from web.models import Answer, Learning, Membership, NeverPair, Person, Showing, VideoKind
from web.services.common.tombstones import BLANK
from web.services.conversations import conversations, reports
from web.services.conversations.conversations import Said
from web.services.incoming import replies
from web.services.learning import learnings
from web.services.people import own_link, phone_codes
from web.services.people.joining import Details
from web.services.rounds import never_pairs

CANARY = {
    "name": "Zebedee Quillfeather",
    "email": "zebedee.quillfeather@example.org",
    "phone": "+447700900987",
    "video_kind": VideoKind.TEAMS,
    "video_handle": "zq-handle-canary",
    "about": "I keep canaries in the attic.",
    "shares_phone": True,
    "shares_video": True,
}
# Twenty canaries, each planted by another hand or in another place.
SIGNS = (
    "zebedee",  # the name, in every message that names them
    "quillfeather",
    "zebedee.quillfeather@",  # the address
    "900987",  # the number, as we keep it
    "07700 900987",  # and as people say it
    "zq-handle",
    "canaries",  # the line about them
    "attic",
    "moorhen",  # what they learned
    "wagtail",  # the link they gave
    "lapwing",  # a text they sent
    "bittern",  # a mail they sent
    "plover",  # somebody they would rather not meet
    "heron",  # what they told the organisers
    "dunlin",  # what a partner told the organisers about them
    "curlew",  # why an organiser suspended them
    "new-canary",  # an address they wanted to move to
    "siskin",  # what a form for another programme said, which nobody confirmed
    "redshank",  # and a third, that nobody has looked at
    "nightjar",  # a name they had for a while
)


def plant(world: World) -> str:
    """Somebody whose traces are everywhere; their id."""
    person = world.join(channel=Channel.SMS, verified=True, **CANARY)
    world.join_many(4)
    world.round()
    world.work()
    with world.write() as session:
        them = session.get_one(Person, person)
        talk = conversations.conversation(session, world.group_of(person), person)
        said = Said(
            Answer.MET, "The moorhen told me.", "https://example.org/wagtail", Showing.WITH_NAME, True
        )
        conversations.check_in(session, talk, said, now=world.now)
        learning = session.get_one(Learning, 1)
        learnings.publish(session, learning, text=learning.text, version=1, by=BY, now=world.now)
        one, other = sorted([person, world.partners_of(person)[0]])
        session.add(NeverPair(programme_id=1, person_1=one, person_2=other, created_at=world.now))
        phone_codes.send_code(
            session,
            them,
            them.phone or "",
            world.programme(session),
            signer=world.worker.signer,
            now=world.now,
        )
        own_link.ask_for_link(session, CANARY["email"], signer=world.worker.signer, now=world.now)
    world.work()
    # A form for another programme, answered and not confirmed, and one nobody has looked at.
    _write_back(world, person)
    _tell_tales(world, person)
    _change_details(world, person)
    world.clock.turn(hours=2)
    world.start("charities", "Charities Unmentoring")
    _ask_again(world, "I am a siskin.", "charities")
    world.work()
    world.clock.turn(hours=2)
    _ask_again(world, "I am a redshank.")
    return person


def _ask_again(world: World, about: str, slug: str | None = None) -> None:
    values = {name: CANARY[name] for name in ("name", "email", "phone", "video_handle")}
    world.ask(Details(organisation="Leeds City Council", about=about, **values), slug)


def _write_back(world: World, person: str) -> None:
    """A text and a mail of theirs come in."""
    with world.read() as session:
        asked = session.scalars(select(OutboxMessage).where(OutboxMessage.person == person)).first()
        assert asked
        assert asked.id
    key = world.worker.signer.reply_keys()[0]
    to = replies_of.reply_address(asked.id, person, key=key, domain="in.example")
    texted = Inbound(Channel.SMS, "SM1", CANARY["phone"], "The lapwing says hello")
    mailed = Inbound(Channel.EMAIL, "<1@x>", CANARY["email"], "The bittern booms", to=(to,))
    with world.write() as session:
        for inbound in (texted, mailed):
            replies.take(session, inbound, signer=world.worker.signer, now=world.now)


def _tell_tales(world: World, person: str) -> None:
    """They report their partner, the partner reports them, and they wish not to meet somebody."""
    partner = world.partners_of(person)[0]
    with world.write() as session:
        group = world.group_of(person)
        for reader, about, said in ((person, partner, "He is a heron."), (partner, person, "A dunlin.")):
            talk = conversations.conversation(session, group, reader)
            reports.report(session, talk, session.get_one(Person, about), said, now=world.now)
        never_pairs.add(session, session.get_one(Person, person), "", "plover@example.org", now=world.now)
        session.get_one(Membership, (1, person)).suspended_because = "A curlew."


def _change_details(world: World, person: str) -> None:
    """They take another name, and begin to move to another address."""
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", name="Nightjar Quillfeather")
    world.visitor().open(world.page_of(person)).press("Send me a fresh link")
    world.work()
    visitor.open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", name=CANARY["name"], email="new-canary@example.org")
    world.work()


def signs_in(haystack: str) -> set[str]:
    return {sign for sign in SIGNS if sign in haystack.casefold()}


def rows_with_signs(world: World) -> dict[str, set[str]]:
    found = {table: signs_in(str(rows)) for table, rows in world.dump().items()}
    return {table: signs for table, signs in found.items() if signs}


def columns_with_signs(world: World) -> set[str]:
    """Such as "person.name"."""
    with world.read() as session:
        return {
            f"{name}.{column.name}"
            for name, table in SQLModel.metadata.tables.items()
            for column in table.columns
            if signs_in(str(session.execute(sa_select(column)).all()))
        }


def words_of(number: int) -> dict[str, str]:
    return {
        "name": f"Canary {number:05}",
        "email": f"c{number:05}@canary.example",
        "about": f"I am {number:05}",
    }


def make_crowd(session: Session, count: int) -> list[str]:
    """People whose lines grow while others come in between, so that pages are split all the time; their
    ids.
    """
    chance, people = random.Random(1), table_of(Person)
    ids = [f"{chance.getrandbits(80):020x}" for _ in range(count)]
    for number, id_ in enumerate(ids):
        said = words_of(number)
        row = Person(id=id_, created_at=START, email_key=said["email"], **said).model_dump()
        session.execute(insert(people), [row])
        grown = chance.randrange(number + 1)
        longer = words_of(grown)["about"] + " and more" * chance.randrange(20)
        session.execute(update(people).where(people.c.id == ids[grown]).values(about=longer))
    return ids


def erase_crowd(session: Session, ids: list[str]) -> None:
    people = table_of(Person)
    session.execute(update(people).where(people.c.id.in_(ids)).values(erased_at=START, **BLANK))
    scrubbing.want(session)
