"""Closing a programme: announced, taken back or done, and what stays."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import select

from notifications.tables import OutboxMessage, State
from tests.support.visitor import Visitor
from tests.support.world import NAME, World
from web.models import (
    Answer,
    Learning,
    Membership,
    Person,
    Programme,
    Role,
    Round,
    Schedule,
    Showing,
    Standing,
)
from web.services.agreements import deciding
from web.services.common import audit, names
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.evidence import counting
from web.services.learning import learnings
from web.services.organisations import organisations
from web.services.programmes import closings

CLOSE = "/organise/councils/close"


@pytest.fixture
def owner(world: World) -> Visitor:
    return world.organiser()


def announce(owner: Visitor, wall: str = "stays", **other: object) -> Visitor:
    return owner.open(CLOSE).press("Announce the end", **{"wall": wall, "name": NAME} | other)


def press(owner: Visitor, address: str, **fields: str) -> int:
    """What a page left open would send; the answer's status."""
    token = owner.token("/my-page")
    return owner.post(address, {"csrf_token": token, **fields}).status_code


def programme(world: World) -> Programme:
    with world.read() as session:
        return world.programme(session)


def last_day_passes(world: World) -> None:
    while not programme(world).closed_at:
        world.clock.turn(days=1)
        world.worker.sweep()


def fill(world: World, number: int) -> None:
    """So many people of one organisation."""
    with world.write() as session:
        here = world.programme(session).id
        place = organisations.add(session, here, "Leeds City Council").id
        person = Person(id="", name="Jo Park", created_at=world.now).model_dump()
        people = [person | {"id": f"{one:020x}", "email": f"jo-{one}@example.org"} for one in range(number)]
        session.execute(insert(Person), people)
        member = Membership(
            programme_id=here,
            person_id="",
            organisation_id=place,
            joined_at=world.now,
            name_key=names.filed_under("Jo Park"),
        ).model_dump()
        session.execute(insert(Membership), [member | {"person_id": one["id"]} for one in people])


def tell_what_was_learned(world: World, person: str, *, published: bool = True) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(
            session, talk, Said(Answer.MET, "Vans.", showing=Showing.WITH_NAME), now=world.now
        )
        session.flush()
        row = session.exec(select(Learning).where(Learning.person_id == person)).one()
        if published:
            learnings.publish(session, row, text="Vans.", version=row.version, by="a test", now=world.now)


def test_everybody_hears_once_which_day_is_the_last(world: World, owner: Visitor) -> None:
    people = world.join_many(3)
    heading = announce(owner).heading
    press(owner, CLOSE, on="1 2 2027", wall="goes", name=NAME)
    world.work()
    told = world.inbox(kind="closing")
    assert (heading, len(told)) == (f"{NAME} is closing", len(people))
    assert programme(world).closing_on == (world.now + timedelta(days=14)).date()


def test_what_cannot_be_is_refused(world: World, owner: Visitor) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"name": "Councils"}, "This is not its name"),
        ({"on": ["2", "12", "2026"]}, "not before 8 December 2026"),
        ({"on": ["2", "12", "2036"]}, "Choose a day within a year"),
        ({"on": ["", "", ""]}, "Enter the last day"),
        ({"wall": "burns"}, "Choose one of these"),
    ]
    for typed, said in cases:
        page = announce(owner, **typed)
        assert (page.status, said in " ".join(page.mistakes)) == (422, True), page.mistakes
    assert programme(world).closing_on is None


def test_a_running_round_is_waited_for(world: World, owner: Visitor) -> None:
    world.join_many(2)
    world.round()
    with world.read() as session:
        ends = session.exec(select(Round.ends_on)).one()
    announce(owner)
    assert programme(world).closing_on == ends


def test_it_asks_for_a_fresh_sign_in(world: World, owner: Visitor) -> None:
    owner.open(CLOSE)
    world.clock.turn(minutes=31)
    page = owner.press("Announce the end", wall="stays", name=NAME)
    assert (page.heading, programme(world).closing_on) == ("Sign in again to go on", None)


def test_a_draft_a_schedule_and_a_break_end_with_the_announcement(world: World, owner: Visitor) -> None:
    world.join_many(4)
    owner.open("/organise/councils/schedule/edit").press(
        "Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"]
    )
    world.draw()
    owner.open("/organise/councils/settings").press("Pause the programme")
    announce(owner)
    world.work()
    with world.read() as session:
        left = len(session.exec(select(Schedule)).all()), len(session.exec(select(Round)).all())
    assert (left, programme(world).paused_at, programme(world).next_round_on) == ((0, 0), None, None)
    assert len(world.inbox(kind="closing")) == 4


def test_nobody_joins_and_nothing_is_drawn_while_it_closes(world: World, owner: Visitor) -> None:
    world.join_many(2)
    world.ask(world.details())
    world.work()
    door = world.link_in(world.inbox(kind="confirm")[0], "/confirm/")
    announce(owner)
    press(owner, "/organise/councils/rounds/draw")
    said = owner.text
    with world.read() as session:
        rounds = len(session.exec(select(Round)).all())
    assert "is closing: no more rounds are drawn" in said
    assert rounds == 0
    for address in ("/p/councils/join", door):
        page = world.visitor().open(address)
        assert (page.status, page.heading) == (410, f"{NAME} is closing")


def test_kept_open_the_planned_day_is_back(world: World, owner: Visitor) -> None:
    world.change(next_round_on=date(2027, 3, 2))
    announce(owner)
    owner.open(CLOSE).press("Keep it open after all")
    with world.read() as session:
        assert world.programme(session).next_round_on == date(2027, 3, 2)


def test_who_was_told_hears_that_it_stays_open(world: World, owner: Visitor) -> None:
    world.join_many(2)
    announce(owner)
    world.work()
    owner.open(CLOSE).press("Keep it open after all")
    world.work()
    kept = [one for one in world.inbox(kind="closing") if "stays open" in (one.subject or "")]
    assert (len(kept), programme(world).closing_on) == (2, None)
    world.clock.turn(minutes=1)
    announce(owner)
    world.work()
    assert len(world.inbox(kind="closing")) == 6


def test_announced_again_before_anybody_heard_that_it_stays_open_says_only_that_it_ends(
    world: World, owner: Visitor
) -> None:
    world.join_many(2)
    announce(owner)
    world.work()
    owner.open(CLOSE).press("Keep it open after all")
    world.clock.turn(minutes=1)
    announce(owner)
    world.work()
    letters = world.inbox(kind="closing")
    assert (len(letters), [one for one in letters if "stays open" in one.subject]) == (4, [])


def test_taken_back_before_anybody_was_told_nobody_is_told(world: World, owner: Visitor) -> None:
    world.join_many(2)
    announce(owner)
    owner.open(CLOSE).press("Keep it open after all")
    world.work()
    assert world.inbox(kind="closing") == []


@pytest.mark.usefixtures("both_databases")
def test_very_many_are_told_in_parts_by_a_worker(world: World, owner: Visitor) -> None:
    fill(world, closings.AT_MOST + 1)
    begun = announce(owner).text
    with world.write() as session:
        first = closings.tell_some(session, programme(world).id, now=world.now)
    assert "Telling everyone: 0 of 10,001" in begun
    assert (first, "Telling everyone: 1,000 of 10,001" in owner.open(CLOSE).text) == (1000, True)


def test_of_very_many_only_who_has_heard_of_the_end_hears_that_it_is_taken_back(
    world: World, owner: Visitor
) -> None:
    fill(world, closings.AT_MOST + 1)
    announce(owner)
    with world.write() as session:
        closings.tell_some(session, programme(world).id, now=world.now)
        session.flush()
        session.exec(select(OutboxMessage)).first().state = State.ACCEPTED
    owner.open(CLOSE).press("Keep it open after all")
    with world.read() as session:
        left = Counter(row.state for row in session.exec(select(OutboxMessage)))
        untold = closings.to_be_told(session)
    assert (left, untold) == ({State.ACCEPTED: 1, State.CANCELLED: 999, State.QUEUED: 1}, None)


@pytest.mark.usefixtures("both_databases")
def test_after_its_last_day_who_is_in_no_other_programme_is_erased(world: World, owner: Visitor) -> None:
    world.start("charities", "Charities Unmentoring")
    both = world.join("Amina Yusuf", email="amina@example.org")
    world.clock.turn(minutes=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="charities")
    gone, learned = world.join_many(2)
    world.round()
    announce(owner)
    last_day_passes(world)
    world.worker.sweep()
    assert world.person(both).erased_at is None
    assert world.membership(both).standing is Standing.LEFT
    assert world.membership(both, "charities").standing is Standing.ACTIVE
    assert (world.person(gone).name, world.person(learned).email) == ("", None)
    assert programme(world).emptied_at == programme(world).closed_at
    with world.read() as session:
        assert audit.verify(session)


def test_nothing_happens_before_its_last_day_is_over(world: World, owner: Visitor) -> None:
    person = world.join()
    announce(owner)
    world.clock.turn(days=14)
    world.worker.sweep()
    assert (programme(world).closed_at, world.person(person).erased_at) == (None, None)


@pytest.mark.parametrize(("wall", "stays"), [("stays", 1), ("goes", 0)])
def test_what_was_published_stays_without_a_name_if_the_wall_does(
    world: World, owner: Visitor, wall: str, stays: int
) -> None:
    amina = world.join("Amina Yusuf")
    ben = world.join("Ben Hughes")
    world.round()
    tell_what_was_learned(world, amina)
    tell_what_was_learned(world, ben, published=False)
    announce(owner, wall)
    last_day_passes(world)
    with world.read() as session:
        left = len(session.exec(select(Learning)).all())
    page = world.visitor().open("/p/councils/learning").text
    assert (left, "Vans." in page, "Amina" in page) == (stays, bool(stays), False)


def test_figures_and_evidence_outlive_the_people(world: World, owner: Visitor) -> None:
    people = world.join_many(2)
    world.round()
    for person in people:
        tell_what_was_learned(world, person)
    announce(owner)
    last_day_passes(world)
    with world.read() as session:
        found = counting.of_programme(session, world.programme(session), now=world.now)
    home = world.visitor().open("/p/councils/").text
    assert (found.rounds[0].groups_met, "have given" in home, "ended on" in home) == (1, True, True)


def test_an_ended_programme_can_be_looked_at_and_not_changed(world: World, owner: Visitor) -> None:
    world.join_many(2)
    announce(owner)
    last_day_passes(world)
    owner = world.organiser()  # a session lasts for two weeks
    before = world.dump()
    for address in ("settings/about", "settings/pause", "rounds/draw", "schedule/off", "close/keep-open"):
        assert press(owner, f"/organise/councils/{address}") == 410, address
    assert world.dump() == before
    for address in ("", "settings", "close", "people", "rounds", "evidence", "audit", "learning"):
        assert owner.open(f"/organise/councils/{address}").status == 200, address


def test_nothing_is_offered_in_an_ended_programme_that_is_refused(world: World, owner: Visitor) -> None:
    world.join_many(2)
    world.round()
    tell_what_was_learned(world, world.groups()[0][0])
    announce(owner)
    last_day_passes(world)
    start, me = "/organise/councils/", world.organiser()
    seen, waiting, offered = set[str](), [start], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen or not address.startswith(start):
            continue
        seen.add(address)
        page = me.open(address)
        assert page.status == 200, address
        waiting += page.links
        offered |= {form.get("action") for form in page.page.xpath("//main//form[@method='post']")}
    still = {f"{start}organisers/invite", f"{start}learning/1/decline", "/organise/sign-out"}
    assert {one for one in offered if "/organisers/" not in one} | still == still, offered
    assert len(seen) > 10


def test_who_takes_part_elsewhere_is_shown_with_nothing_to_press(world: World, owner: Visitor) -> None:
    world.start("parishes", "Parishes")
    person = world.join("Amina Yusuf", email="amina@example.org")
    world.clock.turn(minutes=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="parishes")
    announce(owner)
    last_day_passes(world)
    page = world.organiser().open(f"/organise/councils/people/{person}")
    assert (page.heading, page.page.xpath("//main//form")) == ("Amina Yusuf", [])
    assert page.open("/organise/councils/organisations/1").status == 410


def test_the_list_of_rounds_keeps_what_was_answered(world: World, owner: Visitor) -> None:
    world.join_many(2)
    world.round()
    for person in world.groups()[0]:
        tell_what_was_learned(world, person)
    announce(owner)
    shown = [owner.open("/organise/councils/rounds").text]
    last_day_passes(world)
    shown.append(world.organiser().open("/organise/councils/rounds").text)
    assert ["1 2 2 2" in page for page in shown] == [True, True], shown


def test_owners_of_an_ended_programme_still_decide_who_sees_it(world: World, owner: Visitor) -> None:
    spare = world.appoint("spare@councils.example", Role.VIEWER)
    announce(owner)
    last_day_passes(world)
    me = world.organiser()
    me.open(f"/organise/councils/organisers/{spare}")
    assert me.status == 200
    press(me, f"/organise/councils/organisers/{spare}/remove")
    assert me.open(f"/organise/councils/organisers/{spare}").status == 404


def test_a_programme_that_has_ended_is_not_asked_for_reviews_for_ever(world: World, owner: Visitor) -> None:
    world.join_many(2)
    announce(owner)
    last_day_passes(world)
    world.clock.turn(days=400)
    with world.read() as session:
        assert deciding.due(session, now=world.now) == []
