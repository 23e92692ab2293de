"""A programme in which most kinds of message have been sent, and every link in them."""

import re

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.world import LINK, World
from web.models import Membership, Person, Purpose
from web.services import participation, replies, reports
from web.services.conversations import conversation

TOKEN = re.compile(r"[\w-]{31,}")
PHONE, TEXTED = "+447700900111", "+447700900222"


def fill(world: World) -> None:
    """Much of what can happen to a few people in a month. In the end every kind of link has a fresh one."""
    world.appoint("organiser@councils.example")
    people = [world.join("Amina Yusuf", email="amina@example.org"), *world.join_many(4)]
    people.append(world.join(phone=PHONE, channel=Channel.SMS, verified=True))
    _forms(world)
    world.round()
    _a_round(world, people)
    _going_away(world, people)
    _forms(world)
    _move(world, people[0], "amina@newest.example.org")


def _forms(world: World) -> None:
    """Every open form is sent, and a text comes in."""
    world.clock.turn(hours=2)
    visitor = world.visitor()
    visitor.open("/organise/sign-in").press("Send me a sign-in link", email="organiser@councils.example")
    for address in ("nobody@example.org", "person-001@example.org", PHONE):
        visitor.open("/my-page").press("Send me my link", address=address)
    world.ask(world.details(email="amina@example.org"))
    world.ask(world.details(email="new@example.org"))
    with world.write() as session:
        texted = Inbound(Channel.SMS, f"SM{world.now}", TEXTED, "JOIN councils")
        replies.take(session, texted, signer=world.worker.signer, now=world.now)
    world.work()


def _a_round(world: World, people: list[str]) -> None:
    """They are asked, one answers, one reports, one moves to another address."""
    world.clock.turn(days=15)
    world.work()
    group = world.group_of(people[0])
    door = world.door(Purpose.CHECK_IN, people[0], group)
    world.visitor().open(door).press("Tell us", answer="met", text="Vans.", showing="without name")
    with world.write() as session:
        talk = conversation(session, group, people[0])
        reports.report(session, talk, talk.partners[0], "He sells.", now=world.now)
    _move(world, people[0], "amina@new.example.org")
    path = world.link_in(world.letter("amina@new.example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")


def _move(world: World, person: str, email: str) -> None:
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", email=email)
    world.work()


def _going_away(world: World, people: list[str]) -> None:
    with world.write() as session:
        membership = session.get_one(Membership, (1, people[1]))
        participation.leave(session, membership, now=world.now)
        participation.send_code(
            session,
            session.get_one(Person, people[5]),
            world.programme(session),
            signer=world.worker.signer,
            now=world.now,
        )
    # Not a partner of the first: erasing one takes the messages along that name them.
    partners = world.partners_of(people[0])
    erased = next(person for person in people[2:5] if person not in partners)
    visitor = world.visitor().open(world.page_of(erased, full=True))
    visitor.open(visitor.path + "/erase").press("Erase everything about me")


def one_of_each(links: dict[str, set[str]]) -> list[str]:
    """The newest link of each sort: what one person's message leads to, another's leads to as well."""
    return list({(TOKEN.sub("…", link), *sorted(links[link])): link for link in reversed(links)}.values())


def links_in_messages(world: World) -> dict[str, set[str]]:
    """Our own addresses in every part of every message, newest first, and the kinds that carry them."""
    found: dict[str, set[str]] = {}
    for message in world.inbox():
        whole = " ".join([message.text, message.html, message.sms or "", str(message.headers)])
        for address in LINK.findall(whole):
            found.setdefault(address.partition("&")[0].rstrip(".,\\"), set()).add(message.kind)
    return found
