"""A small programme in the middle of its life, so that every page has something to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, select

from notifications.messages import Channel
from notifications.messages import Link as MessageLink
from notifications.replies import Inbound
from tests.support import importing
from tests.support.consenting import reviewed_in
from tests.support.live_app import LiveApp
from web.models import (
    Membership,
    NeverPair,
    PanelMember,
    ProposalAnswer,
    Purpose,
    Review,
    Role,
    Stance,
    Standing,
    Subject,
)
from web.models.complaints import Matter
from web.services.agreements import answering, deciding, lookup, panels
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.proposals import Proposer
from web.services.common import links
from web.services.conversations import conversations, reports
from web.services.incoming import replies
from web.services.organisations import organisations
from web.services.people import complaints, participation
from web.services.people.complaints import ComplaintMade
from web.services.rounds import dropouts, rounds

VIEWER = "viewer@councils.example"
TEXTED = "+447700900124"
JOINER = "+447700900125"
LEARNED = "Kirklees publish their backlog as a web page."
WAITING = "Ask the bin crews first. They know which streets the map has forgotten."


@dataclass(frozen=True)
class Doors:
    """Addresses of what is shown to whom."""

    introduction: str
    introduction_of_three: str
    cannot: str
    too_late: str
    called_off: str
    booked: str
    report: str
    complaint: str
    complaint_answered: str
    next_round: str
    proposal: str
    proposal_answered: str
    review: str
    thanks: str
    panel: str
    check_in: str
    page: str
    full_page: str
    invitation: str
    join_by_text: str
    new_address: str
    unsubscribe: str
    too_old: str
    text: str


def fill(live: LiveApp) -> Doors:
    """Nine people and an invitation; a round that was talked about, and one sent just now, in which somebody
    cannot make it."""
    world = live.world
    with world.write() as session:
        programme = world.programme(session)
        programme.next_round_on = (world.now + timedelta(days=16)).date()
        organisations.add(session, programme.id, "Leeds City Council", short_name="Leeds")
    about = "I count cyclists, and sometimes I am one."
    amina = world.join("Amina Yusuf", "Leeds City Council", email="amina@leeds.example.org", about=about)
    tom = world.join("Tom Field", "Kirklees Council", phone="+447700900123", shares_phone=True)
    alone = world.join("Siân Rees", "Gwynedd Council")
    world.join("Jo Park", "Leeds City Council", phone=TEXTED, channel=Channel.SMS, verified=True)
    others = world.join_many(5)
    world.round()
    for person, words in ((amina, LEARNED), (tom, WAITING)):
        door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
        world.visitor().open(f"{door}?answer=met").press("Tell us", text=words, showing="with name")
    world.organiser().open(f"/organise/{world.slug}/learning").press("Publish")
    live.worker.idle()
    world.organiser().open(f"/organise/{world.slug}/rounds/1/story").press("Let everybody read it")
    world.round()
    _some_are_away(live, others, alone)
    three = next(group for group in world.groups(2) if len(group) == 3)
    let_down = _one_cannot_make_it(live, {amina, alone}, others[0])
    _one_is_reported(live, three[0])
    _one_asks_by_text(live)
    _a_change_is_judged(live, objector=tom)
    return _doors(live, amina, TEXTED, three[0], let_down)


def _some_are_away(live: LiveApp, others: list[str], alone: str) -> None:
    """One paused, one skipping, one who has not said yes, and one who must meet nobody who is free."""
    world = live.world
    invited = "name,organisation,email\nIvy Jones,Brent Council,ivy@brent.example.org\n"
    with world.write() as session:
        programme = world.programme(session)
        paused, skips = (session.get_one(Membership, (programme.id, person)) for person in others[:2])
        participation.pause(session, paused, (world.now + timedelta(days=40)).date(), now=world.now)
        participation.skip_next(session, skips, True, now=world.now)
        importing.import_people(
            session, programme, "people.csv", invited.encode(), by="a test", now=world.now
        )
        for other in {row.person_id for row in _active(session, programme.id)} - {alone}:
            one, two = sorted((alone, other))
            session.add(
                NeverPair(programme_id=programme.id, person_1=one, person_2=two, created_at=world.now)
            )
    world.appoint(VIEWER, Role.VIEWER)
    world.work()


def _one_cannot_make_it(live: LiveApp, but: set[str], rather: str) -> str:
    """Of a pair of round 2; who is left. And in round 1 it is too late for that by now."""
    world = live.world
    pair = next(group for group in world.groups(2) if len(group) == 2 and not but & set(group))
    gone, let_down = sorted(pair, key=lambda person: person != rather)
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(gone, 2), gone, now=world.now)
        first = rounds.by_number(session, world.programme(session), 1)
        first.cut_off_on = (world.now - timedelta(days=1)).date()
        session.add(first)
    world.work()
    return let_down


def _one_is_reported(live: LiveApp, reader: str) -> None:
    world = live.world
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(reader, 2), reader)
        words = "They tried to sell me a car park."
        reports.report(session, talk, talk.partners[0], words, now=world.now)
    world.work()


def _a_change_is_judged(live: LiveApp, objector: str) -> None:
    """Proposed by the organisers; somebody objects, and a panel has been asked."""
    world = live.world
    change = ChangeWanted(Subject.MATCHING, "Pairs cancel too often.", {"size": 3, "priority": "fresh"})
    by = Proposer(world.appoint("organiser@councils.example"))
    with world.write() as session:
        programme = world.programme(session)
        made = deciding.bring(session, programme, change, by, secret="5e" * 32, now=world.now)
    world.work()
    with world.write() as session:
        programme = world.programme(session)
        deciding.sweep(session, programme.id, now=world.now)
        proposal = lookup.by_number(session, programme, made.number if made else 0, lock=True)
        words = "Three calendars never fit."
        answering.answer(session, programme, proposal, objector, Stance.OBJECTION, words, now=world.now)
        panels.convene(session, programme, proposal, by=by.id, now=world.now)
        reviewed_in(session, programme, now=world.now)
    world.work()


def _one_asks_by_text(live: LiveApp) -> None:
    """What no program understands."""
    with live.world.write() as session:
        inbound = Inbound(Channel.SMS, "SM9", TEXTED, "Who is my partner again?")
        replies.take(session, inbound, signer=live.world.worker.signer, now=live.world.now)


def _two_complain(live: LiveApp) -> list[str]:
    """One complaint is answered, and one, of somebody without an address, is not."""
    told = (
        ComplaintMade(Matter.SEEN, "My number stood in a mail to everybody.", "jo@leeds.example.org"),
        ComplaintMade(Matter.POST, "Please take down https://social.example.org/@jo/7."),
    )
    with live.world.write() as session:
        programme = live.world.programme(session)
        made = [complaints.complain(session, programme, one, now=live.world.now) for one in told]
        words = "You are right.\nNumbers stand in no such mail any more."
        complaints.answer(session, programme, made[0].id, words, by="a test", now=live.world.now)
        return [f"/complaint/{one.reference_said}" for one in made]


def _asks_by_text(live: LiveApp) -> str:
    """Somebody who has not said yet who they are; the link in our answer."""
    world = live.world
    for number, words in enumerate((f"JOIN {world.slug}", "YES")):
        with world.write() as session:
            inbound = Inbound(Channel.SMS, f"SM{number}", JOINER, words)
            replies.take(session, inbound, signer=world.worker.signer, now=world.now)
        world.work()
    return world.link_in(world.letter(JOINER), "/m/")


def _active(session: Session, programme: int) -> Sequence[Membership]:
    return session.exec(
        select(Membership).where(Membership.programme_id == programme, Membership.standing == Standing.ACTIVE)
    ).all()


def _doors(live: LiveApp, amina: str, texted: str, three: str, let_down: str) -> Doors:
    world = live.world
    full_page = world.page_of(amina, full=True)
    world.visitor().open(f"{full_page}/details").press("Save my details", email="amina@new.example.org")
    # Otherwise a message could be in the hands of the worker that the forms woke, and not there yet.
    live.worker.idle()
    with world.write() as session:
        old = links.make(session, Purpose.FULL_PAGE, amina, now=world.now - timedelta(days=2))
    of_three = live.at(world.door(Purpose.CONVERSATION, three, world.group_of(three, 2)))
    answered, complaint = _two_complain(live)
    invitation, new_address = world.letter("ivy@brent.example.org"), world.letter("amina@new.example.org")
    return Doors(
        introduction=live.at(world.door(Purpose.CONVERSATION, amina, world.group_of(amina, 2))),
        introduction_of_three=of_three,
        cannot=f"{of_three}/cannot",
        too_late=live.at(world.door(Purpose.CONVERSATION, three, world.group_of(three)) + "/cannot"),
        called_off=live.at(world.door(Purpose.CONVERSATION, let_down, world.group_of(let_down, 2))),
        booked=f"{of_three}/booked",
        report=f"{of_three}/report",
        complaint=live.at(complaint),
        complaint_answered=live.at(answered),
        next_round=live.at(world.door(Purpose.NEXT_ROUND, amina, _programme(live))),
        **_doors_of_the_change(live),
        check_in=live.at(world.door(Purpose.CHECK_IN, three, world.group_of(three, 2))),
        thanks=live.at(world.door(Purpose.CHECK_IN, three, world.group_of(three, 2)) + "/thanks"),
        page=live.at(world.page_of(amina)),
        full_page=live.at(full_page),
        invitation=live.at(world.link_in(invitation, "/confirm/")),
        join_by_text=live.at(_asks_by_text(live)),
        new_address=live.at(world.link_in(new_address, "/confirm/")),
        unsubscribe=live.at(world.path(MessageLink(Purpose.UNSUBSCRIBE, 0), amina)),
        too_old=live.at(world.path(old, amina)),
        text=live.at(f"/outbox/{world.letter(texted, 'introduction').id}"),
    )


def _doors_of_the_change(live: LiveApp) -> dict[str, str]:
    """To somebody who has not answered, to who objects, and to one of the panel."""
    world = live.world
    with world.read() as session:
        objected = session.exec(select(ProposalAnswer)).one()
        panel = session.exec(select(PanelMember)).first()
        review = session.exec(select(Review.id)).one()
        assert panel
    return {
        "proposal": live.at(world.door(Purpose.PROPOSAL, panel.person_id, objected.proposal_id)),
        "proposal_answered": live.at(world.door(Purpose.PROPOSAL, objected.person_id, objected.proposal_id)),
        "panel": live.at(world.door(Purpose.PANEL, panel.person_id, panel.panel_id)),
        "review": live.at(world.door(Purpose.REVIEW, panel.person_id, review)),
    }


def _programme(live: LiveApp) -> int:
    with live.world.read() as session:
        return live.world.programme(session).id
