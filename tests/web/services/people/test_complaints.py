"""A complaint about data is acknowledged at once, answered by an owner, and forgotten in its time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from tests.support.knocking import operator_in
from tests.support.world import World
from web.models import AuditEntry, Person, Role
from web.models.complaints import Complaint, Matter
from web.services.people import complaints, data_export, merging
from web.services.people.complaints import ComplaintMade

OWNER, OPERATOR = "owner@councils.example", "operator@host.example"
EMAIL, WORDS = "canary@example.org", "The siskin saw my number."


def complain(
    world: World, email: str = EMAIL, *, text: str = WORDS, whole: bool = False, slug: str | None = None
) -> int:
    with world.write() as session:
        programme = None if whole else world.programme(session, slug)
        return complaints.complain(
            session, programme, ComplaintMade(Matter.SEEN, text, email), now=world.now
        ).id


def answer(world: World, number: int, words: str = "It is mended.", by: str = OWNER) -> None:
    with world.write() as session:
        complaints.answer(session, world.programme(session), number, words, by=by, now=world.now)


def kept(world: World, number: int = 1) -> Complaint | None:
    with world.read() as session:
        return session.get(Complaint, number)


def letters(world: World, kind: str, to: str | None = None) -> int:
    world.work()
    return len(world.inbox(to, kind))


@pytest.mark.usefixtures("both_databases")
def test_it_is_acknowledged_with_nothing_that_the_form_said(world: World) -> None:
    complain(world)
    letter = world.letter("canary@example.org", "complaint_received")
    reference = kept(world).reference_said  # type: ignore[union-attr]
    assert (reference in letter.text, "Thursday 31 December" in letter.text) == (True, True)
    assert not {"siskin", "canary"} & set(letter.text.split())


@pytest.mark.parametrize(
    ("received", "by"),
    [("2027-07-01T23:30", "Sunday 1 August"), ("2027-03-01T23:30", "Wednesday 31 March")],
    ids=["in the first hour of a summer's day", "over the change of clocks"],
)
def test_an_answer_is_promised_within_thirty_days_of_the_day_on_which_it_came(
    world: World, received: str, by: str
) -> None:
    world.clock.now = datetime.fromisoformat(received).replace(tzinfo=UTC)
    complain(world)
    assert by in world.letter(EMAIL, "complaint_received").text


def test_it_is_overdue_from_the_first_hour_after_its_last_day(world: World) -> None:
    world.clock.now = datetime(2027, 7, 1, 12, tzinfo=UTC)
    complain(world)
    world.clock.now = datetime(2027, 7, 31, 23, 30, tzinfo=UTC)
    owner = world.organiser(OWNER, Role.OWNER)
    assert "overdue since 31 July 2027" in owner.open("/organise/councils/complaints").text


def test_an_address_is_written_to_three_times_an_hour_and_once_a_minute(world: World) -> None:
    told = []
    for minutes in (0, 0, 2, 2, 2, 61):
        world.clock.turn(minutes=minutes)
        complain(world, "CANARY@example.org")
        told.append(letters(world, "complaint_received"))
    assert (told, kept(world, 6) is not None) == ([1, 1, 2, 2, 2, 3], True)


def test_an_address_is_written_to_six_times_a_day(world: World) -> None:
    for _ in range(10):
        world.clock.turn(minutes=61)
        complain(world, "CANARY@example.org")
    assert (letters(world, "complaint_received"), kept(world, 10) is not None) == (6, True)


def test_each_owner_is_told_once_a_day_and_nobody_else(world: World) -> None:
    world.appoint(OWNER)
    world.appoint("helper@councils.example", Role.ORGANISER)
    for _ in range(2):
        complain(world)
    assert (letters(world, "complaint_waits"), letters(world, "complaint_waits", OWNER)) == (1, 1)


def test_one_about_the_whole_service_reaches_every_owner_once_where_nobody_else_looks(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    for slug in ("councils", "charities"):
        world.appoint(OWNER, slug=slug)
    world.appoint("else@charities.example", slug="charities")
    complain(world, whole=True)
    told = {to: letters(world, "complaint_waits", to) for to in (OWNER, "else@charities.example")}
    assert set(told.values()) == {1}


@pytest.mark.usefixtures("both_databases")
def test_where_somebody_looks_after_the_installation_the_whole_service_is_theirs(world: World) -> None:
    world.appoint(OWNER)
    operator_in(world, OPERATOR)
    ours, whole = complain(world), complain(world, "wren@example.org", whole=True)
    told = {to: letters(world, "complaint_waits", to) for to in (OWNER, OPERATOR)}
    with world.read() as session:
        owners = [one.id for one in complaints.readable(session, world.programme(session)).rows]
        operators = [one.id for one in complaints.readable(session, None).rows]
        assert complaints.one(session, world.programme(session), whole) is None
    assert (told, owners, operators) == ({OWNER: 1, OPERATOR: 1}, [ours], [whole])


def test_owners_read_those_of_their_programme_and_of_the_whole_service(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    world.appoint("else@charities.example", slug="charities")
    theirs, others = complain(world), complain(world, slug="charities")
    whole = complain(world, whole=True)
    with world.read() as session:
        found = [one.id for one in complaints.readable(session, world.programme(session)).rows]
        assert complaints.one(session, world.programme(session), others) is None
    assert found == [theirs, whole]


@pytest.mark.usefixtures("both_databases")
def test_what_came_of_it_is_sent_and_stands_on_its_page(world: World) -> None:
    number = complain(world)
    answer(world, number, "Your number is hidden now.")
    letter = world.letter("canary@example.org", "complaint_answered")
    page = world.visitor().open(world.link_in(letter, "/complaint/"))
    assert ["Your number is hidden now." in text for text in (letter.text, page.text)] == [True, True]


def test_two_who_answer_at_one_time_send_one_answer(world: World) -> None:
    number = complain(world)
    answer(world, number)
    with pytest.raises(complaints.Answered):
        answer(world, number, "Nothing was wrong.")
    assert letters(world, "complaint_answered") == 1


def test_owners_are_reminded_once_a_week_before_it_is_due(world: World) -> None:
    world.appoint(OWNER)
    complain(world)
    told = [letters(world, "complaint_waits", OWNER)]
    for days in (22, 1, 1):
        world.clock.turn(days=days)
        world.worker.sweep()
        told.append(letters(world, "complaint_waits", OWNER))
    assert told == [1, 1, 2, 2]


def test_nobody_is_reminded_of_what_is_answered(world: World) -> None:
    world.appoint(OWNER)
    answer(world, complain(world))
    world.work()
    world.clock.turn(days=25)
    world.worker.sweep()
    assert letters(world, "complaint_waits", OWNER) == 1


def test_two_years_after_its_answer_it_is_gone(world: World) -> None:
    number = complain(world)
    world.clock.turn(days=800)
    world.worker.sweep()
    still_open = kept(world, number)
    answer(world, number)
    world.work()
    world.clock.turn(days=731)
    world.worker.sweep()
    rows = {table for table, rows in world.dump().items() if "siskin" in str(rows) or "anary@" in str(rows)}
    assert (still_open is not None, kept(world, number), rows - {"local_message"}) == (True, None, set())


@pytest.mark.usefixtures("both_databases")
def test_erasing_somebody_takes_their_words_out_of_what_was_answered(world: World) -> None:
    person = world.join(email="canary@example.org")
    answer(world, complain(world))
    world.work()
    world.erase(person)
    row = kept(world)
    assert row
    assert (row.text, row.email, row.outcome, row.answered_at is not None) == ("", None, "", True)


def test_one_about_a_programme_without_an_owner_is_the_operators(world: World) -> None:
    operator = operator_in(world, OPERATOR)
    number = complain(world)
    told = letters(world, "complaint_waits", OPERATOR)
    page = operator.open(f"/operate/complaints/{number}")
    page.press("Send the answer", outcome="It is mended.")
    assert (told, kept(world).outcome) == (1, "It is mended.")  # type: ignore[union-attr]


def test_one_about_a_programme_with_an_owner_is_not(world: World) -> None:
    operator = operator_in(world, OPERATOR)
    world.appoint(OWNER)
    number = complain(world)
    told = [letters(world, "complaint_waits", to) for to in (OPERATOR, OWNER)]
    assert (told, operator.open(f"/operate/complaints/{number}").status) == ([0, 1], 404)


def move(world: World, person: str, email: str) -> None:
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", email=email)
    path = world.link_in(world.letter(email, "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")


def test_what_somebody_complained_about_by_an_address_they_had_is_in_their_data(world: World) -> None:
    person = world.join(email=EMAIL)
    complain(world)
    move(world, person, "siskin@example.org")
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, person))
    assert [row["text"] for row in held["complaints"]] == [WORDS]


def test_erasing_somebody_takes_what_they_wrote_by_an_address_they_had(world: World) -> None:
    person = world.join(email=EMAIL)
    answer(world, complain(world))
    move(world, person, "siskin@example.org")
    world.erase(person)
    assert (kept(world).text, kept(world).email) == ("", None)  # type: ignore[union-attr]


def test_erasing_somebody_takes_what_they_wrote_by_the_address_of_an_entry_merged_away(world: World) -> None:
    person, double = world.join(email="siskin@example.org"), world.join(email=EMAIL)
    answer(world, complain(world))
    with world.write() as session:
        one, other = session.get_one(Person, person), session.get_one(Person, double)
        merging.merge(session, world.programme(session), one, other, by=OWNER, now=world.now)
    world.erase(person)
    assert kept(world).text == ""  # type: ignore[union-attr]


def test_an_address_that_somebody_had_is_nobody_s_here(world: World) -> None:
    person = world.join(email=EMAIL)
    complain(world)
    move(world, person, "siskin@example.org")
    with world.read() as session:
        assert not complaints.is_known_here(session, session.exec(select(Complaint)).one())


def test_what_is_open_is_answered_first_and_forgotten_then(world: World) -> None:
    person = world.join(email="canary@example.org")
    number = complain(world)
    world.erase(person)
    open_ = kept(world)
    answer(world, number)
    sent = letters(world, "complaint_answered")
    row = kept(world)
    assert open_
    assert row
    assert (open_.text, row.text, row.email, sent) == (WORDS, "", None, 1)


def test_somebody_finds_theirs_among_what_we_hold_about_them(world: World) -> None:
    person = world.join(email="canary@example.org")
    complain(world)
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, person))["complaints"]
    assert [(row["text"], "sender" in row) for row in held] == [(WORDS, False)]


def test_the_audit_says_that_it_came_and_was_answered_and_no_more(world: World) -> None:
    answer(world, complain(world))
    with world.read() as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.subject == "complaint 1")).all()
    assert [(row.action, row.facts) for row in rows] == [
        ("complained about data", {}),
        ("answered a complaint", {}),
    ]


def test_a_reference_is_found_however_it_is_typed(world: World) -> None:
    complain(world)
    row = kept(world)
    assert row
    with world.read() as session:
        typed = f" {row.reference_said.lower().replace('-', ' ')} "
        found = complaints.by_reference(session, typed)
    assert found
    assert (found.id, found.answer_by) == (row.id, (row.received_at + timedelta(days=30)).date())


@pytest.mark.usefixtures("both_databases")
def test_one_that_no_owner_and_no_operator_would_read_reaches_every_owner(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    owner = world.organiser(OWNER, slug="charities")
    number = complain(world)
    page = owner.open(f"/organise/charities/complaints/{number}")
    assert (letters(world, "complaint_waits", OWNER), "which has no owner" in page.text) == (1, True)
