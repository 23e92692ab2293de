"""Two programmes in which messages of every kind have been sent, and every link in them."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from notifications import outbox
from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support import importing
from tests.support.consenting import Consent
from tests.support.gathering import gathered_in
from tests.support.world import LINK, World
from web.models import (
    AgendaItem,
    Answer,
    LawfulBasis,
    Learning,
    Membership,
    Organiser,
    Person,
    Purpose,
    Raised,
    Review,
    Reviewed,
    Rhythm,
    Role,
    Schedule,
    Showing,
    Standing,
    Subject,
)
from web.services.agreements import agenda, agreements
from web.services.agreements.proposals import Proposer
from web.services.common import links, times
from web.services.conversations import conversations, passing_on, reports
from web.services.conversations.conversations import Said, conversation
from web.services.gathering import offers
from web.services.imports.takeovers import Statement
from web.services.incoming import replies
from web.services.learning import digests, learnings
from web.services.organisers import team
from web.services.people import complaints, participation, phone_codes
from web.services.people.retention import KEEP, NOTICE
from web.services.programmes import closings, starting
from web.services.rounds import dropouts, schedule, try_outs

TOKEN = re.compile(r"[\w-]{31,}")
PHONE, TEXTED, LATE = "+447700900111", "+447700900222", "+447700900333"
SHARED = "+447700900444"
OWNER = "owner@parishes.example"
WEEK = timedelta(days=7)


def fill(world: World) -> None:
    """Much of what can happen to a few people in a month. In the end every kind of link has a fresh one."""
    _long_ago(world)
    _by_the_calendar(replace(world, slug="parishes", invented=100))
    owner = world.appoint("organiser@councils.example")
    people = [world.join("Amina Yusuf", email="amina@example.org"), *world.join_many(4)]
    people.append(world.join(phone=PHONE, channel=Channel.SMS, verified=True))
    _forms(world)
    world.round()
    _a_round(world, people)
    _a_review(world, people)
    _a_post(world, people[0])
    _a_proposal(world, Proposer(owner))
    _going_away(world, people)
    _one_phone(world)
    _a_complaint(world)
    _still_open(world, owner)
    _forms(world)
    _move(world, people[0], "amina@newest.example.org")
    _take_over(world, owner)
    _starting(world)


def _long_ago(world: World) -> None:
    """Somebody joined and is not heard of again: the warning comes two months into what follows."""
    world.join("Ivy Jones", email="ivy@example.org")
    world.clock.turn(days=(KEEP - NOTICE).days - 60)


def _by_the_calendar(world: World) -> None:
    """A second programme that goes by itself, in which nobody answers and some cannot make it."""
    world.start(world.slug, "Parishes Unmentoring")
    who = world.appoint(OWNER)
    _invite(world, who)
    with world.write() as session:
        programme = world.programme(session)
        programme.next_round_on = times.today(world.now + WEEK)
        weekly = Schedule(programme_id=programme.id, rhythm=Rhythm.WEEKLY, first_on=programme.next_round_on)  # type: ignore[call-arg]
        weekly.sqlmodel_update({"automatic": False, "enabled_by": who, "enabled_at": world.now})
        session.add(weekly)
    people = [*world.join_many(5), world.join(phone=LATE, channel=Channel.SMS, verified=True)]
    _days(world, 8)
    with world.write() as session:
        order = try_outs.try_out(session, world.programme(session), 1, "", who, now=world.now)
        outbox.queue_all(session, [order], now=world.now)
    _days(world, 7)  # the draft still waits on the day of the next
    with world.write() as session:
        session.delete(weekly)
        world.programme(session).next_round_on = None
    world.send(1)
    world.work()
    _one_drops_out(world, people)
    _days(world, 7)
    _learned(world, people[0])
    _days(world, 16)
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=who, now=world.now)
    world.round(seed=2)
    _days(world, 24)
    with world.write() as session:
        programme = world.programme(session)
        last = closings.usual(session, programme, times.today(world.now))
        closings.announce(session, programme, last, wall_stays=True, by=who, now=world.now)
    world.work()


def _invite(world: World, owner: str) -> None:
    """Somebody to take part and somebody to organise. They are asked, and say nothing."""
    row = b"name,organisation,email\nGwen Hughes,Cyngor Gwynedd,gwen@example.org\n"
    with world.write() as session:
        programme = world.programme(session)
        importing.import_people(session, programme, "people.csv", row, by=owner, now=world.now)
        by = session.get_one(Organiser, owner)
        team.invite(session, programme, "new@example.org", Role.ORGANISER, by=by, now=world.now)


def _take_over(world: World, owner: str) -> None:
    """Somebody of a scheme that ran elsewhere; last, because they are in rounds a week later."""
    moved = b"name,organisation,email\nHuw Lloyd,Cyngor Gwynedd,huw@example.org\n"
    said = Statement("Sam Hill", times.today(world.now), "May we?", LawfulBasis.CONSENT)
    with world.write() as session:
        programme = world.programme(session)
        importing.import_people(session, programme, "moved.csv", moved, by=owner, now=world.now, stated=said)
    world.work()


def _still_open(world: World, owner: str) -> None:
    """What has gone stale in a month is asked and told once more."""
    _invite(world, owner)
    with world.write() as session:
        programme = world.programme(session)
        programme.next_round_on = times.today(world.now + timedelta(days=2))
        # Not by a look of the worker's, who would end the other programme.
        schedule.heads_up(session, programme.id, now=world.now)


def _one_drops_out(world: World, people: list[str]) -> None:
    """Nobody takes up who is left. The one with the phone says it by text when it is too late."""
    gone = next(person for person in people if people[5] not in (person, *world.partners_of(person)))
    with world.write() as session:
        for person in people:
            session.get_one(Membership, (world.programme(session).id, person)).happy_in_three = False
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    _days(world, 8)
    _text(world, LATE, "SKIP")


def _text(world: World, number: str, words: str) -> None:
    with world.write() as session:
        texted = Inbound(Channel.SMS, f"SM{number}{words}{world.now}", number, words)
        replies.take(session, texted, signer=world.worker.signer, now=world.now)
    world.work()


def _one_phone(world: World) -> None:
    """Two who share one: a death that one of them tells of, and STOP from either."""
    for name in ("Ann Field", "Bo Field"):
        world.join(name, phone=SHARED, channel=Channel.SMS, verified=True)
    _text(world, SHARED, "My husband died")
    _text(world, SHARED, "STOP")


def _a_complaint(world: World) -> None:
    reference = world.complain()
    with world.write() as session:
        found = complaints.by_reference(session, reference)
        programme = world.programme(session)
        complaints.answer(session, programme, found.id, "It is mended.", by=OWNER, now=world.now)
    world.work()


def _learned(world: World, person: str) -> None:
    with world.write() as session:
        talk = conversation(session, world.group_of(person), person)
        conversations.check_in(
            session, talk, Said(Answer.MET, "Maps.", showing=Showing.WITHOUT_NAME), now=world.now
        )
        session.flush()
        row = session.exec(select(Learning).where(Learning.person_id == person)).one()
        learnings.publish(session, row, text="Maps.", version=row.version, by=OWNER, now=world.now)


def _days(world: World, days: int) -> None:
    """Each with a look of the worker's."""
    for _ in range(days):
        world.clock.turn(days=1)
        world.worker.sweep()


def _forms(world: World) -> None:
    """Every open form is sent, and a text comes in."""
    world.clock.turn(hours=2)
    visitor = world.visitor()
    visitor.open("/organise/sign-in").press("Send me a sign-in link", email="organiser@councils.example")
    for address in ("nobody@example.org", "person-001@example.org", PHONE):
        visitor.open("/my-page").press("Send me my link", address=address)
    for address in ("amina@example.org", "amina@new.example.org", "new@example.org"):
        world.ask(world.details(email=address))
    with world.write() as session:
        texted = Inbound(Channel.SMS, f"SM{world.now}", TEXTED, "JOIN councils")
        replies.take(session, texted, signer=world.worker.signer, now=world.now)
    _text(world, PHONE, "Who reads this?")


def _a_round(world: World, people: list[str]) -> None:
    """They are asked, one answers, one reports, one moves to another address."""
    world.clock.turn(days=15)
    world.work()
    group = world.group_of(people[0])
    door = world.door(Purpose.CHECK_IN, people[0], group)
    world.visitor().open(f"{door}?answer=met").press("Tell us", text="Vans.", showing="without name")
    with world.write() as session:
        talk = conversation(session, group, people[0])
        reports.report(session, talk, talk.partners[0], "He sells.", now=world.now)
        talk.partners[0].shares_email = False
        passing_on.pass_on(session, talk, "Tuesday?", now=world.now)
        talk.partners[0].shares_email = True
    _move(world, people[0], "amina@new.example.org")
    path = world.link_in(world.letter("amina@new.example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")


def _a_proposal(world: World, by: Proposer) -> None:
    """Somebody objects, and two of those drawn by chance find that it holds."""
    consent = Consent(world, organiser=by)
    number = consent.open()
    with world.read() as session:
        here = world.programme(session)
        first = session.exec(
            select(Membership.person_id)
            .where(Membership.programme_id == here.id, Membership.standing == Standing.ACTIVE)
            .order_by(col(Membership.name_key))
        ).first()
    consent.object(number, str(first))
    for member in consent.panel(number)[:2]:
        consent.find(number, member, True)
    world.work()


def _a_review(world: World, people: list[str]) -> None:
    """A rule is due, and something that somebody would change has been done."""
    with world.write() as session:
        programme = world.programme(session)
        said = {"raised": Raised.SAID, "words": "Longer rounds.", "person_id": people[0]}
        item = AgendaItem(programme_id=programme.id, raised_at=world.now, **said)
        session.add(item)
        session.flush()
        agenda.done(session, item, by="an organiser", now=world.now)
        agenda.tell(session, programme, now=world.now)
        review = Review(programme_id=programme.id, asked_at=world.now - WEEK, ends_at=world.now + WEEK)
        session.add(review)
        session.flush()
        rule = agreements.about(session, programme, Subject.SHOWING).agreement
        session.add(Reviewed(review_id=review.id, agreement_id=rule.id, version=rule.version))
    world.work()


def _a_post(world: World, person: str) -> None:
    """Something that somebody wrote elsewhere is found."""
    with world.write() as session:
        gathered_in(session, world.programme(session), person, now=world.now)
        offers.tell(session, now=world.now)
    world.work()


def _move(world: World, person: str, email: str) -> None:
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", email=email)
    world.work()


def _starting(world: World) -> None:
    """Three ask for a programme: one waits to confirm it, one is approved and one is declined."""
    rules = starting.Rules(starting.ASK, "operator@host.example")
    signer = world.worker.signer
    for name in ("first", "second", "third"):
        contact = f"{name}@founders.example"
        wanted = starting.Wanted(contact, f"The {name}", f"the-{name}", contact, "People work alone.", "")
        with world.write() as session:
            starting.ask(session, wanted, signer=signer, now=world.now)
    world.work()
    for approves, name in ((True, "first"), (False, "second")):
        letter = world.letter(f"{name}@founders.example", "start_confirm")
        token = world.link_in(letter, "/start/confirm/").rpartition("/")[2]
        with world.write() as session:
            link = links.open_link(session, signer, token, Purpose.START, now=world.now)
            made = starting.confirm(session, link, name, rules, signer=signer, now=world.now)
            if approves:
                starting.approve(session, made, by="operator", now=world.now)
            else:
                starting.decline(session, made, "There is one.", by="operator", now=world.now)
    world.work()


def _going_away(world: World, people: list[str]) -> None:
    with world.write() as session:
        membership = session.get_one(Membership, (1, people[1]))
        participation.leave(session, membership, now=world.now)
        who = session.get_one(Person, people[5])
        programme, signer = world.programme(session), world.worker.signer
        phone_codes.send_code(session, who, who.phone or "", programme, signer=signer, now=world.now)
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
