"""Knocking at every door: each route with each method, as everybody the access matrix names."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from sqlmodel import Session
from werkzeug.routing import Rule

from notifications.messages import Link as MessageLink
from tests.support import importing
from tests.support.access import HIDDEN, IN, REFUSED, SIGN_IN, WHO, rows
from tests.support.consenting import objected_to, reviewed_in
from tests.support.gathering import gathered_in
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, Learning, LearningPage, Membership, Purpose, Role, Showing, Standing
from web.models.complaints import Matter
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import learnings
from web.services.organisers import operators
from web.services.people import complaints
from web.services.people.complaints import ComplaintMade

OWNER = "owner@councils.example"
CELLS = dict(rows())
# What a link in a message is for, by the first word of the endpoint, or the whole of it.
LINKS = {
    "confirm": Purpose.INVITATION,
    "conversation": Purpose.CONVERSATION,
    "conversation.calendar": Purpose.CALENDAR,
    "conversation.answer": Purpose.CHECK_IN,
    "conversation.check_in": Purpose.CHECK_IN,
    "conversation.thanks": Purpose.CHECK_IN,
    "conversation.would_change": Purpose.CHECK_IN,
    "me": Purpose.FULL_PAGE,
    "me.ask_to_unsubscribe": Purpose.UNSUBSCRIBE,
    "me.unsubscribe": Purpose.UNSUBSCRIBE,
    "next_round": Purpose.NEXT_ROUND,
    "organise": Purpose.SIGN_IN,
    "proposal": Purpose.PROPOSAL,
    "proposal.panel": Purpose.PANEL,
    "review": Purpose.REVIEW,
    "start": Purpose.START,
    "start.look": Purpose.DECIDE,
    "start.approve": Purpose.DECIDE,
    "start.decline": Purpose.DECIDE,
    "outbox": Purpose.OUTBOX,
}
# The sample has one of each.
OF_THE_FIRST = (Purpose.INVITATION, Purpose.NEXT_ROUND, Purpose.PROPOSAL, Purpose.PANEL, Purpose.REVIEW)
# Of these there is none in the sample; whoever is let in finds that out.
NONE_THERE = {
    "operate.handle_reply",
    "me.remove_rather_not",
    "me.claim_post",
    "me.not_my_post",
    "organise.ask_for_post",
    "organise.remove_source",
    # Whoever comes first drops it.
    "organise.asked_for_post",
    "organise.drop_post",
    # Whoever comes first has it taken down.
    "learning.one",
    "learning.take_down",
    "rounds.story",
    "operate.approve",
    "operate.decline",
    "operate.look",
    "start.approve",
    "start.choose_address",
    "start.confirm",
    "start.decline",
    "start.founder",
    "start.look",
    "start.withdraw",
    "organise.abandon_import",
    "organise.answer_mix",
    "organise.answer_organisations",
    "organise.choose_columns",
    "organise.choose_sheet",
    "organise.columns_again",
    "organise.confirm_import",
    "organise.handle_reply",
    "organise.item_done",
    "organise.hide_argument",
    "organise.show_argument",
    "organise.handle_report",
    "organise.one_import",
    "organise.one_in_a_draft",
    "organise.resend",
    "organise.somebody_else",
    "organise.take_reply_for_learning",
    "organise.undo_import",
}
ENDS_A_SESSION = ("organise.press_button", "organise.sign_out", "organise.sign_out_everywhere")
LAST = ("organise.drop_post", "me.leave", "me.erase", "organise.remove_organiser", "organise.sign_out")


@dataclass
class Sample:
    """A programme in which there is one of everything an address can name."""

    world: World
    people: list[str]
    groups: dict[str, int]
    spare: str
    invited: list[str]
    complaint: str
    learning: str

    def address(self, endpoint: str, rule: Rule, *, with_link: bool) -> str:
        values = {
            "slug": "councils",
            "number": self.groups[self.people[0]] if endpoint == "me.not_again" else 1,
            "argument": 99,
            "message": 1,
            "wish": 1,
            "person": self.people[0],
            "other": self.people[1],
            "organiser": self.spare,
            "kind": "check_in",
            "reference": self.complaint,
            "key": self.learning,
            "token": self.token(endpoint, with_link) if "token" in rule.arguments else "",
        }
        known = {name: values[name] for name in rule.arguments}
        return self.world.app.url_map.bind("127.0.0.1").build(endpoint, known)

    def token(self, endpoint: str, good: bool) -> str:
        purpose = LINKS.get(endpoint, LINKS[endpoint.partition(".")[0]])
        person = self.spare if purpose is Purpose.SIGN_IN else self.people[2 if endpoint in LAST else 0]
        if purpose is Purpose.INVITATION:  # one says yes and the other no
            person = self.invited[endpoint == "confirm.decline"]
        subject = 1 if purpose in OF_THE_FIRST else self.groups.get(person)
        if purpose is Purpose.UNSUBSCRIBE:
            door = self.world.path(MessageLink(purpose, 0), person)
        else:
            door = self.world.door(purpose, person, subject)
        token = next(part for part in door.split("/") if len(part) > 25)
        return token if good else token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    def sign_in_the_spare(self) -> None:
        """Their session is the first: before anybody else has one."""
        self.world.organiser("spare@councils.example")


def sample_in(world: World) -> Sample:
    """Four people who have met, one with a learning that waits and one with a published one, an objection to
    a proposal, a review, two invited, an owner to spare, and a complaint.
    """
    joined = world.join_many(4)
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(joined[0]), joined[0])
        said = Said(Answer.MET, "Vans.", showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
        learning = _published(session, world, joined[1])
        file = b"name,organisation,email\nIvy,Brent,ivy@example.org\nGwen,Gwynedd,gwen@example.org\n"
        importing.import_people(session, world.programme(session), "p.csv", file, by=OWNER, now=world.now)
        objected_to(session, world.programme(session), joined, now=world.now)
        reviewed_in(session, world.programme(session), now=world.now)
        gathered_in(session, world.programme(session), joined[0], now=world.now)
        asked = session.scalars(select(Membership.person_id).where(Membership.standing == Standing.INVITED))
        invited = list(asked)
        complaint = complaints.complain(
            session, None, ComplaintMade(Matter.OTHER, "A canary."), now=world.now
        )
    groups = {person: world.group_of(person) for person in joined}
    world.start("charities", "Charities Unmentoring")
    spare = world.appoint("spare@councils.example", Role.OWNER)
    for role in Role:  # before anybody is erased: who organises only later may be whom a learning is about
        world.appoint(address_of(role), role)
    return Sample(world, joined, groups, spare, invited, complaint.reference_said, learning)


def _published(session: Session, world: World, person: str) -> str:
    """A learning of theirs on the wall; the key of its page."""
    talk = conversations.conversation(session, world.group_of(person), person)
    said = Said(Answer.MET, "Lorries.", "https://leeds.example.org/lorries", Showing.WITHOUT_NAME)
    conversations.check_in(session, talk, said, now=world.now)
    found = session.scalars(select(Learning).where(Learning.person_id == person)).one()
    learnings.publish(session, found, text=found.text, version=1, by=OWNER, now=world.now)
    return session.scalars(select(LearningPage.key)).one()


def come_as(world: World, who: str) -> Visitor:
    if who in ("stranger", "participant"):
        return world.visitor()
    if who == "another programme's owner":
        return world.organiser("else@charities.example", Role.OWNER, "charities")
    if who == "operator":
        return operator_in(world)
    return world.organiser(address_of(Role(who)), Role(who))


def address_of(role: Role) -> str:
    return f"{role}@councils.example"


def operator_in(world: World, email: str = "operator@host.example") -> Visitor:
    """Somebody who looks after the installation and has no role in any programme, signed in."""
    with world.write() as session:
        who = operators.add(session, email, by="a test", now=world.now).id
    return world.visitor().sign_in(world.door(Purpose.SIGN_IN, who))


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Method, endpoint and rule of everything: what only looks comes first, what takes away comes last."""
    found = [
        (method, rule.endpoint, rule)
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST")
        if method in (rule.methods or ())
    ]
    yield from sorted(
        found, key=lambda one: (one[1] in LAST, one[0], LAST.index(one[1]) if one[1] in LAST else 0)
    )


@dataclass(frozen=True)
class Knock:
    """One route opened once. `decided` is the cell of the matrix, `found` what the answer came to."""

    route: str
    endpoint: str
    status: int
    decided: str
    found: str

    @property
    def is_as_decided(self) -> bool:
        none_there = self.found == HIDDEN and self.decided == IN and self.endpoint in NONE_THERE
        return self.status < 500 and (self.found == self.decided or none_there)


def knock_everywhere(sample: Sample, who: str, doors: slice = slice(None)) -> Iterator[Knock]:
    """Every route with each of its methods, or those `doors` of all, as one of `WHO`."""
    visitor = come_as(sample.world, who)
    token = visitor.token("/my-page")
    for method, endpoint, rule in list(routes(sample.world.app))[doors]:
        decided = CELLS[endpoint][WHO.index(who)]
        address = sample.address(endpoint, rule, with_link=decided == IN)
        status, found = knock(visitor, method, address, token)
        yield Knock(f"{method} {rule.rule}", endpoint, status, decided, found)
        if endpoint in ENDS_A_SESSION:  # signed out by now, or signed in as somebody else
            visitor = come_as(sample.world, who)
            token = visitor.token("/my-page")


def knock(visitor: Visitor, method: str, address: str, token: str) -> tuple[int, str]:
    """The status, and what it comes to."""
    data = {"csrf_token": token, "version": "99"} if method == "POST" else None
    # Past the house client's look at the page: half of these forms are nonsense.
    answer = visitor.client.unseen(address, method=method, data=data)
    if answer.status_code == 303 and urlsplit(answer.location).path == "/organise/sign-in":
        return 303, SIGN_IN
    return answer.status_code, {401: REFUSED, 403: REFUSED, 404: HIDDEN}.get(answer.status_code, IN)
