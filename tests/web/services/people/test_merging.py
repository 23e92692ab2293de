"""Two entries of one person become one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from notifications import outbox
from notifications.messages import Channel, Link
from tests.support.world import BY, World
from web.models import Answer, Consent, GroupMember, Membership, NeverPair, Person, Purpose, Round, Standing
from web.services.common import times
from web.services.conversations import conversations
from web.services.people import data_export, erasure, merging, moderation
from web.services.rounds import editing, rounds


def merge(world: World, kept: str, gone: str) -> None:
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)


@pytest.fixture
def doubles(world: World) -> tuple[str, str]:
    """Two entries of Person 001 who talked with others in a round that is over."""
    people = world.join_many(4)
    world.round()
    world.clock.turn(days=30)
    kept = people[0]
    gone = next(person for person in people if person not in [kept, *world.partners_of(kept)])
    return kept, gone


@pytest.mark.usefixtures("both_databases")
def test_what_was_two_people_s_is_one_s(world: World, doubles: tuple[str, str]) -> None:
    kept, gone = doubles
    page = world.page_of(gone)
    merge(world, kept, gone)
    with world.read() as session:
        groups = session.scalars(select(GroupMember).where(GroupMember.person_id == kept)).all()
        consents = session.scalars(select(Consent).where(Consent.person_id == kept)).all()
        places = session.scalars(select(Membership).where(Membership.person_id == gone)).all()
    tombstone = world.person(gone)
    assert (len(groups), len(consents), places) == (2, 4, [])
    assert (tombstone.name, tombstone.email, tombstone.merged_into) == ("", None, kept)
    assert world.visitor().open(page).text.count("My conversations") > 0


def test_what_was_done_and_written_under_the_entry_that_goes_is_taken_away_too(
    world: World, doubles: tuple[str, str]
) -> None:
    kept, gone = doubles
    merge(world, kept, gone)
    with world.read() as session:
        said = data_export.everything(session, world.person(kept))
    joined = [deed for deed in said["what you did"] if deed["what"] == "joined"]
    introduced = [one for one in said["messages to you"] if one["kind"] == "introduction"]
    assert (len(joined), len(introduced)) == (2, 2)


def test_links_of_both_open_the_page_that_stays(world: World, doubles: tuple[str, str]) -> None:
    kept, gone = doubles
    doors = [world.page_of(person) for person in doubles]
    merge(world, kept, gone)
    pages = [world.visitor().open(door).text for door in doors]
    assert len({page.count("2026") for page in pages}) == 1
    stop = world.path(Link(Purpose.UNSUBSCRIBE, 0), gone)
    assert world.visitor().open(stop).status == 200


def test_a_fresh_link_of_the_entry_that_goes_opens_nothing_of_the_other_s(world: World) -> None:
    """It shows who reads that mailbox, and nobody has shown that it is the other's."""
    kept, gone = world.join_many(2)
    doors = [world.page_of(gone, full=True), world.door(Purpose.INVITATION, gone, subject=1)]
    merge(world, kept, gone)
    assert [world.visitor().open(door).status for door in doors] == [410, 410]
    assert world.visitor().open(world.page_of(kept, full=True)).status == 200


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_new_address_that_the_entry_asked_for_is_not_the_other_s(world: World, is_answered: bool) -> None:
    kept, gone = world.join_many(2)
    visitor = world.visitor().open(f"{world.page_of(gone, full=True)}/details")
    visitor.press("Save my details", email="new@example.net")
    letter = world.letter("new@example.net") if is_answered else None
    merge(world, kept, gone)
    world.work()
    if letter:
        assert world.visitor().open(world.link_in(letter, "/confirm/")).status == 410
    else:
        assert world.inbox("new@example.net") == []
    assert world.person(kept).email == "person-001@example.org"


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_number_is_as_proven_as_before_where_no_other_programme_is_concerned(
    world: World, elsewhere: bool
) -> None:
    kept, gone = world.join(), world.join(phone="+447700900123", verified=True)
    if elsewhere:
        world.start("charities", "Charities")
        world.clock.turn(hours=2)
        world.join(slug="charities", name="Person 001", email="person-001@example.org")
    merge(world, kept, gone)
    person = world.person(kept)
    assert (person.phone, bool(person.phone_verified_at)) == ("+447700900123", not elsewhere)


@pytest.mark.usefixtures("both_databases")
def test_whom_neither_may_meet_the_one_may_not(world: World) -> None:
    kept, gone, third = world.join_many(3)
    with world.write() as session:
        for person in (kept, gone):
            one, two = sorted((person, third))
            session.add(NeverPair(programme_id=1, person_1=one, person_2=two, created_at=world.now))
    merge(world, kept, gone)
    with world.read() as session:
        pairs = [{row.person_1, row.person_2} for row in session.scalars(select(NeverPair))]
    assert pairs == [{kept, third}]


def test_two_who_were_introduced_to_each_other_are_two(world: World) -> None:
    kept, gone = world.join_many(2)
    world.round()
    with pytest.raises(merging.NotOne, match="introduced to each other in round 1"):
        merge(world, kept, gone)


def test_a_draft_they_are_in_comes_first(world: World) -> None:
    kept, gone, *_ = world.join_many(4)
    world.draw()
    with pytest.raises(merging.NotOne, match="Round 1 is drawn"):
        merge(world, kept, gone)


def test_who_takes_part_elsewhere_too_is_not_merged_away(world: World) -> None:
    kept, gone = world.join(), world.join(email="both@example.org")
    world.start("charities", "Charities")
    world.clock.turn(hours=2)
    world.join(slug="charities", email="both@example.org")
    with pytest.raises(merging.NotOne, match="another programme"):
        merge(world, kept, gone)


def test_who_is_in_by_one_entry_is_in(world: World) -> None:
    kept, gone = world.join_many(2)
    with world.write() as session:
        session.get_one(Membership, (1, kept)).standing = Standing.LEFT
    merge(world, kept, gone)
    assert world.membership(kept).standing is Standing.ACTIVE


@pytest.mark.usefixtures("both_databases")
def test_whoever_is_erased_later_is_forgotten_under_both_ids(world: World, doubles: tuple[str, str]) -> None:
    kept, gone = doubles
    old_name = world.person(gone).email or ""
    merge(world, kept, gone)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, kept), by=BY, now=world.now, farewell=False)
    assert old_name not in str(world.dump())


def test_reasons_that_named_the_one_name_the_other(world: World, doubles: tuple[str, str]) -> None:
    kept, gone = doubles
    with world.write() as session:
        session.scalars(select(Round)).one().reasons = ["{" + gone + "} has met everyone"]
    merge(world, kept, gone)
    with world.read() as session:
        assert session.scalars(select(Round)).one().reasons == ["{" + kept + "} has met everyone"]


def test_what_an_organiser_said_of_the_one_holds_for_the_other(world: World) -> None:
    """In a draft that neither of them is in."""
    *_, kept, gone = world.join_many(6)
    number = world.draw()
    for person in (kept, gone):
        with world.read() as session:
            draft = rounds.by_number(session, world.programme(session), number)
            plan = editing.leave_out(
                session, world.programme(session), draft.version, person, today=times.today(world.now)
            )
        with world.write() as session:
            editing.keep(session, world.programme(session), plan, by=BY, now=world.now)
    merge(world, kept, gone)
    assert places_of(world, gone) <= KNOWN_BY_BOTH_IDS


def test_nothing_points_at_the_entry_that_went(world: World, doubles: tuple[str, str]) -> None:
    kept, gone = doubles
    merge(world, kept, gone)
    assert places_of(world, gone) <= KNOWN_BY_BOTH_IDS


# The tombstone itself; what was signed, sent and done under the old id, which is not made untrue.
KNOWN_BY_BOTH_IDS = {
    "person",
    "link",
    "audit_entry",
    "auditentry",
    "outbox_message",
    "outbox_named",
    "local_message",
}


def places_of(world: World, person: str) -> set[str]:
    """The tables that tell of somebody by their id."""
    return {table for table, rows in world.dump().items() if person in str(rows)}


def test_an_organiser_compares_first_and_then_chooses_which_stays(world: World) -> None:
    world.join("Tom Field", email="tom@home.example.org")
    double = world.join("Thomas Field", email="tom@kirklees.example.org")
    visitor = world.organiser().open("/organise/councils/people")
    visitor.open(visitor.link("Tom Field")).open(visitor.link("Merge with a double"))
    form = {"other": "tom@kirklees.example.org"}
    visitor.open(visitor.path, query_string=form).press("Keep tom@kirklees.example.org")
    assert (visitor.heading, visitor.path.endswith(double)) == ("Thomas Field", True)
    assert "Tom Field" not in visitor.open("/organise/councils/people").text


@pytest.fixture
def doubles_who_talk(world: World) -> tuple[str, str]:
    """Two entries of one person in a round that goes on, with others."""
    people = world.join_many(4)
    world.round()
    kept = people[0]
    return kept, next(person for person in people if person not in [kept, *world.partners_of(kept)])


@pytest.mark.usefixtures("both_databases")
def test_what_waits_for_the_one_goes_where_the_other_is_reached(
    world: World, doubles_who_talk: tuple[str, str]
) -> None:
    kept, gone = doubles_who_talk
    to, before = str(world.person(kept).email), str(world.person(gone).email)
    merge(world, kept, gone)
    world.clock.turn(days=14)
    world.work()
    asked = [len(world.inbox(address, "check_in")) for address in (to, before)]
    assert asked == [2, 0]
    doors = [world.link_in(letter, "/checkin/") for letter in world.inbox(to, "check_in")]
    assert [world.visitor().open(door).status for door in doors] == [200, 200]


def test_who_has_answered_is_not_asked_under_the_other_id(
    world: World, doubles_who_talk: tuple[str, str]
) -> None:
    kept, gone = doubles_who_talk
    to, group = str(world.person(kept).email), world.group_of(gone)
    merge(world, kept, gone)
    with world.write() as session:
        talk = conversations.conversation(session, group, kept)
        conversations.say(session, talk, Answer.MET, now=world.now)
    world.clock.turn(days=14)
    world.work()
    assert len(world.inbox(to, "check_in")) == 1


def test_who_is_suspended_is_asked_nothing_under_the_other_id(
    world: World, doubles_who_talk: tuple[str, str]
) -> None:
    kept, gone = doubles_who_talk
    to = str(world.person(kept).email)
    merge(world, kept, gone)
    with world.write() as session:
        programme, person = world.programme(session), session.get_one(Person, kept)
        moderation.suspend(session, programme, person, "a reason", by=BY, now=world.now)
    world.clock.turn(days=14)
    world.work()
    assert world.inbox(to, "check_in") == []


def test_the_introduction_of_the_one_is_found_for_the_other(
    world: World, doubles_who_talk: tuple[str, str]
) -> None:
    kept, gone = doubles_who_talk
    group = world.group_of(gone)
    merge(world, kept, gone)
    with world.read() as session:
        talk = conversations.conversation(session, group, kept)
        assert conversations.introduction(session, talk) is not None


@pytest.mark.usefixtures("both_databases")
def test_what_both_were_to_hear_of_one_round_is_heard_once(world: World) -> None:
    kept, gone = world.join_many(3)[:2]
    to = str(world.person(kept).email)
    world.change(next_round_on=times.today(world.now) + timedelta(days=2))
    world.worker.keep_up()
    merge(world, kept, gone)
    world.work()
    assert [len(world.inbox(kind="heads_up")), len(world.inbox(to, "heads_up"))] == [2, 1]


def test_what_has_not_arrived_under_the_one_id_goes_out_under_the_other(world: World) -> None:
    kept, gone = world.join_many(3)[:2]
    to = str(world.person(kept).email)
    world.change(next_round_on=times.today(world.now) + timedelta(days=2))
    world.worker.keep_up()
    with world.write() as session:
        outbox.cancel(session, kind="heads_up", person=kept)
    merge(world, kept, gone)
    world.work()
    assert len(world.inbox(to, "heads_up")) == 1


@pytest.mark.usefixtures("both_databases")
def test_whoever_joined_by_text_keeps_the_address_of_the_other_entry(world: World) -> None:
    gone, kept = world.join(), world.join(phone="+447700900123", verified=True, channel=Channel.SMS)
    with world.write() as session:
        person = session.get_one(Person, kept)
        person.email = person.email_key = None
    address = world.person(gone).email
    merge(world, kept, gone)
    assert (world.person(kept).email, world.person(gone).email) == (address, None)
    assert world.person(kept).phone == "+447700900123"


@pytest.mark.parametrize("why", ["only invited", "in another programme"])
def test_an_address_that_nobody_has_shown_to_be_theirs_there_is_not_taken_over(
    world: World, why: str
) -> None:
    gone, kept = world.join(), world.join(phone="+447700900123", verified=True, channel=Channel.SMS)
    if why == "in another programme":
        world.start("charities", "Charities")
        world.clock.turn(hours=2)
        details = {"email": "person-002@example.org", "phone": "+447700900123", "channel": Channel.SMS}
        world.join(name="Person 002", slug="charities", **details)
    with world.write() as session:
        person = session.get_one(Person, kept)
        person.email = person.email_key = None
        if why == "only invited":
            session.get_one(Membership, (1, gone)).standing = Standing.INVITED
    merge(world, kept, gone)
    assert world.person(kept).email is None


@pytest.mark.parametrize("is_there", [True, False])
def test_whoever_is_there_by_one_mailbox_is_not_paused_as_silent_by_the_other(
    world: World, is_there: bool
) -> None:
    kept, gone = world.join_many(2)
    with world.write() as session:
        session.get_one(Membership, (1, kept)).silent_since = times.today(world.now)
        if not is_there:
            session.get_one(Membership, (1, gone)).silent_since = times.today(world.now)
    merge(world, kept, gone)
    assert bool(world.membership(kept).silent_since) != is_there
