"""GET and HEAD change no row of ours: mail programs and their scanners open every link they see."""

import io
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from sqlmodel import select
from werkzeug.routing import Rule

from tests.support.consenting import objected_to, reviewed_in
from tests.support.gathering import gathered_in
from tests.support.visitor import Visitor
from tests.support.world import World
from web.http.access import Access
from web.models import Answer, Learning, LearningPage, Proposal, Purpose, Role, Showing
from web.models.complaints import Complaint
from web.services.background import heartbeats
from web.services.common import links
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import learnings, stories
from web.services.organisers import operators
from web.services.programmes import starting
from web.services.programmes.starting import Rules, Wanted
from web.services.rounds import rounds

FOUNDER, OPERATOR = "founder@parishes.example", "operator@host.example"
# For somebody who is signed in, organises one programme and looks after the installation, whose file waits
# for its columns to be said, whose partners all share an address and who has proposed nothing.
LEAD_ELSEWHERE = {
    "conversation.short",
    "conversation.write",
    "me.amend_proposal",
    "organise.ask_to_take_over",
    "organise.change_agreement",
    "organise.home",
    "organise.sign_in",
    "organise.sign_in_again",
    "outbox.enter",
}


@pytest.fixture
def lived_in(world: World) -> World:
    """A world in which every page has something to show."""
    world.change(mix_by="Role", mix_choices=["Officer", "Councillor"])
    people = world.join_many(5)
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(people[0]), people[0])
        said = Said(Answer.MET, "Vans.", "https://example.org/vans", Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
        learning = session.exec(select(Learning)).one()
        learnings.publish(session, learning, text=learning.text, version=1, by="a test", now=world.now)
        programme = world.programme(session)
        told = rounds.by_number(session, programme, 1)
        stories.publish(session, programme, told, 0, by="a test", now=world.now)
        objected_to(session, programme, people, now=world.now)
        reviewed_in(session, world.programme(session), now=world.now)
    walker = somebody(world)
    with world.write() as session:
        gathered_in(session, world.programme(session), walker, now=world.now)
    world.work()
    world.clock.turn(days=28)
    world.round(seed=2)
    upload(world)
    world.join()
    world.draw(seed=3)
    world.complain()
    world.complain(whole_service=True)
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.1, now=world.now)
        operators.add(session, "organiser@councils.example", by="a test", now=world.now)
    world.change(mix_by="Role", mix_choices=["Officer", "Member"])
    ask_for_a_programme(world)
    return world


def ask_for_a_programme(world: World) -> None:
    """It is confirmed and waits for the operator."""
    wanted = Wanted(FOUNDER, "Parishes", "parishes", FOUNDER, "Clerks work alone.", "")
    signer, rules = world.worker.signer, Rules(starting.ASK, OPERATOR)
    with world.write() as session:
        starting.ask(session, wanted, signer=signer, now=world.now)
    world.work()
    with world.write() as session:
        link = links.open_link(session, signer, founders_token(world), Purpose.START, now=world.now)
        starting.confirm(session, link, wanted.slug, rules, signer=signer, now=world.now)
    world.work()


def founders_token(world: World) -> str:
    return world.link_in(world.letter(FOUNDER, "start_confirm"), "/start/confirm/").rpartition("/")[2]


def operators_token(world: World) -> str:
    return world.link_in(world.letter(OPERATOR, "start_asked"), "/start/decide/").rpartition("/")[2]


def somebody(world: World) -> str:
    """In a conversation, and not who proposed something: their pages lead elsewhere."""
    with world.read() as session:
        authors = session.exec(select(Proposal.by)).all()
    return next(person for group in world.groups() for person in group if person not in authors)


def upload(world: World) -> None:
    people = io.BytesIO(b"name,organisation,email\nLena Ortiz,Mind,lena@example.org\n")
    visitor = world.organiser().open(f"/organise/{world.slug}/import")
    visitor.press("Upload the file", kind="people", file=(people, "people.csv"))


def values(world: World, rule: Rule) -> Iterator[dict[str, object]]:
    """Every way to fill in an address: with each real link that may stand there, and each round."""
    base: dict[str, object] = {
        "slug": world.slug,
        "person": somebody(world),
        "organiser": world.appoint("organiser@councils.example"),
        "kind": "introduction",
    }
    wanted = {name: base[name] for name in rule.arguments if name in base}
    given: dict[str, Sequence[object]] = {}
    if "token" in rule.arguments:
        given["token"] = tokens(world)
    if "number" in rule.arguments:
        given["number"] = numbers(world, rule)
    if "key" in rule.arguments:
        given["key"] = (_key(world),)
    if "reference" in rule.arguments:
        given["reference"] = (_reference(world),)
    for each in product(*given.values()):
        yield wanted | dict(zip(given, each, strict=True))


def numbers(world: World, rule: Rule) -> Sequence[int]:
    """A mail with a calendar in it, the complaint about the whole service; otherwise what there is one of,
    and all three rounds.
    """
    if rule.endpoint.startswith("outbox."):
        return (next(message.id for message in world.inbox(kind="introduction")),)
    if rule.endpoint == "operate.one_complaint":
        return (2,)
    return (1, 2, 3) if "/rounds/" in rule.rule else (1,)


def _key(world: World) -> str:
    with world.read() as session:
        return session.exec(select(LearningPage.key)).one()


def _reference(world: World) -> str:
    with world.read() as session:
        return session.exec(select(Complaint.reference).order_by(Complaint.id).limit(1)).one()


def tokens(world: World) -> list[str]:
    person = somebody(world)
    group = world.group_of(person)
    organiser = world.appoint("organiser@councils.example", Role.OWNER)
    request = world.ask(world.details())
    subjects = {
        Purpose.CONFIRM: request,
        Purpose.NEW_ADDRESS: request,
        Purpose.INVITATION: 1,
        Purpose.NEXT_ROUND: 1,
        Purpose.PROPOSAL: 1,
        Purpose.PANEL: 1,
        Purpose.REVIEW: 1,
        Purpose.CONVERSATION: group,
        Purpose.CALENDAR: group,
        Purpose.CHECK_IN: group,
    }
    made = []
    for purpose in Purpose:
        if purpose not in (Purpose.UNSUBSCRIBE, Purpose.OUTBOX, Purpose.START, Purpose.DECIDE):
            whose = organiser if purpose is Purpose.SIGN_IN else person
            made.append(world.door(purpose, whose, subjects.get(purpose)).split("/"))
    found = [max(parts, key=len) for parts in made]
    found.append(world.outbox_link().rpartition("/")[2])
    found += [founders_token(world), operators_token(world)]
    return [*found, world.worker.signer.standing_token(Purpose.UNSUBSCRIBE, person)]


def addresses(world: World) -> dict[str, str]:
    """Every address that can be fetched, and the route it belongs to."""
    adapter = world.app.url_map.bind("127.0.0.1")
    found = {}
    for rule in world.app.url_map.iter_rules():
        decided = getattr(world.app.view_functions[rule.endpoint], "access", None)
        if "GET" in (rule.methods or ()) and decided is not Access.PROVIDER:
            for each in values(world, rule):
                found[adapter.build(rule.endpoint, each)] = rule.endpoint
    return found


def fetch(visitor: Visitor, method: str, address: str) -> int:
    return visitor.client.open(address, method=method).status_code


@pytest.mark.usefixtures("both_databases")
def test_no_row_changes_whatever_is_fetched(lived_in: World) -> None:
    nothing_changes(lived_in, "GET")


def test_no_row_changes_whatever_is_asked_after(lived_in: World) -> None:
    nothing_changes(lived_in, "HEAD")


def nothing_changes(lived_in: World, method: str) -> None:
    visitor = lived_in.organiser().open(lived_in.outbox_link())
    everywhere = addresses(lived_in)
    before = lived_in.dump()
    answers = {address: fetch(visitor, method, address) for address in everywhere}
    broken = {address: status for address, status in answers.items() if status >= 500}
    assert (lived_in.dump() == before, broken) == (True, {})


def test_the_walk_reaches_every_page_there_is(lived_in: World) -> None:
    visitor = lived_in.organiser().open(lived_in.outbox_link())
    everywhere = addresses(lived_in)
    reached = {route for address, route in everywhere.items() if fetch(visitor, "GET", address) == 200}
    assert set(everywhere.values()) - reached == LEAD_ELSEWHERE
