"""An organiser's first page: what needs them, what happens next, how the last round went."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from notifications import outbox
from tests.support.consenting import Consent, said
from tests.support.statements import statements
from tests.support.world import BY, World
from web.models import Answer, Learning, Membership, Person, Rhythm, Role, Schedule, Showing
from web.services.agreements.proposals import Proposer
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import learnings
from web.services.people import participation
from web.services.programmes import dashboards
from web.services.programmes.dashboards import Board, Heard
from web.services.rounds import dropouts, top_ups


def board(world: World, *, role: Role = Role.ORGANISER) -> Board:
    with world.read() as session:
        return dashboards.of_programme(session, world.programme(session), now=world.now, role=role)


def test_the_days_of_a_running_round_and_the_next_one_come_in_order(world: World) -> None:
    world.join_many(4)
    world.round()
    world.change(next_round_on=date(2026, 12, 7))
    coming = board(world).coming
    assert [each.what for each in coming][:2] == [
        "Who writes first is reminded",
        "Day of the next round, to be drawn and sent by hand",
    ]
    assert [each.on for each in coming] == sorted(each.on for each in coming)


@pytest.mark.parametrize(
    ("automatic", "said"),
    [(True, "The next round begins"), (False, "The next round is drawn, and waits to be sent")],
)
def test_a_round_by_schedule_is_said_as_it_will_be(world: World, automatic: bool, said: str) -> None:
    world.change(next_round_on=date(2026, 12, 8))
    with world.write() as session:
        rhythm = {"rhythm": Rhythm.WEEKLY, "first_on": date(2026, 12, 8), "automatic": automatic}
        session.add(Schedule(programme_id=1, enabled_by="an organiser", enabled_at=world.now, **rhythm))
    assert [each.what for each in board(world).coming] == [said]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (2, []),
        (1, ["The round of today, 1 December, is to be drawn and sent by hand"]),
        (-1, ["No round was sent on 29 November: draw it, or set another day"]),
    ],
)
def test_a_day_set_by_hand_that_has_come_needs_an_organiser(world: World, day: int, said: list[str]) -> None:
    world.change(next_round_on=date(2026, 11, 30) + timedelta(days=day))
    assert [each.what for each in board(world).waiting] == said


def test_days_that_are_over_are_not_said(world: World) -> None:
    world.join_many(4)
    world.round()
    world.clock.turn(days=60)
    assert board(world).coming == []


def test_somebody_we_cannot_reach_needs_an_organiser(world: World) -> None:
    silent = world.join()
    with world.write() as session:
        session.get_one(Person, silent).unreachable = "the address bounced"
    waiting = board(world).waiting
    assert [(each.what, each.page) for each in waiting] == [
        ("1 person we cannot reach", "people?showing=unreachable")
    ]


def test_an_agreement_that_is_due_for_a_review_is_said(world: World) -> None:
    world.clock.turn(days=366)
    assert [each.what for each in board(world).waiting] == [
        "“How we match” is due for a review",
        "“Our days” is due for a review",
        "“What we show” is due for a review",
    ]


def test_an_objection_and_a_draft_wait_for_an_organiser(world: World) -> None:
    consent = Consent.among(world, 8)
    consent.object(consent.open(), consent.people[0])
    consent.propose(said("Who may organise"), Proposer(consent.people[1], participates=True))
    assert [(each.what, each.page) for each in board(world).waiting] == [
        ("Somebody objects to the change of “How we match”", "proposals/1"),
        ("A participant proposes “Who may organise”", "proposals/2"),
    ]


def test_who_only_looks_is_asked_for_nothing(world: World) -> None:
    world.clock.turn(days=366)
    assert board(world, role=Role.VIEWER).waiting == []


def test_who_filled_in_the_form_and_did_not_confirm_is_counted(world: World) -> None:
    world.join()
    world.ask(world.details(email="late@example.org"))
    world.work()
    assert board(world).unconfirmed == 1


def test_the_last_round_is_told_in_people(world: World) -> None:
    world.join_many(5)
    world.round()
    last = board(world).last
    assert last
    assert (last.groups, last.people, last.answered, last.met) == (2, 5, 0, 0)


def test_a_programme_of_one_person_is_told_what_to_do(world: World) -> None:
    world.join()
    page = world.organiser()
    assert "One person is in so far; a round needs two." in page.text
    assert not [button for button in page.buttons if button.startswith("Draw")]


def test_what_participants_are_promised_is_said_to_organisers(world: World) -> None:
    world.join_many(4)
    world.round()
    said = {each.what: each.on for each in board(world).coming}
    promised = ("Last day to say “I can’t make this round”", "Who waits for somebody is matched")
    assert [said[what] for what in promised] == [date(2026, 12, 8), date(2026, 12, 9)]


def wait(world: World) -> list[str]:
    return [each.what for each in board(world).waiting if "talk with" in each.what]


def test_who_waits_for_the_top_up_is_counted_until_it_has_been(world: World) -> None:
    people = world.join_many(4)
    world.round()
    nobody_yet = wait(world)
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(people[0]), people[0], now=world.now)
    world.clock.turn(hours=1)
    alone = wait(world)
    world.join()
    alone_and_late = wait(world)
    with world.write() as session:
        programme = world.programme(session)
        top_ups.run(session, programme, 1, None, by=BY, now=world.now)
    assert (nobody_yet, alone, alone_and_late, wait(world)) == (
        [],
        ["1 person waits for somebody to talk with"],
        ["2 people wait for somebody to talk with"],
        [],
    )


def test_while_a_round_runs_the_next_one_is_not_the_loudest_button(world: World) -> None:
    world.join_many(4)
    organiser = world.organiser()
    world.round()
    page = organiser.open("/organise/councils/")
    button = page.page.xpath("//button[starts-with(normalize-space(), 'Draw a round')]")[0]
    assert ("secondary" in button.get("class"), "Round 1 goes on until" in page.text) == (True, True)


def test_an_empty_programme_is_offered_an_import_too(world: World) -> None:
    page = world.organiser().open("/organise/councils/")
    assert page.link("import a spreadsheet") == "/organise/councils/import"


def test_introductions_that_became_needless_are_counted_apart(world: World) -> None:
    one = world.join_many(4)[0]
    world.send(world.draw())
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(one), one, now=world.now)
    world.work()
    found = board(world).delivery
    assert found
    assert (found.sent, found.total, found.cancelled) == (2, 2, 2)


def test_where_everybody_skips_nobody_is_told_that_they_are_alone(world: World) -> None:
    for person in world.join_many(2):
        with world.write() as session:
            place = session.get_one(Membership, (world.programme(session).id, person))
            participation.skip_next(session, place, True, now=world.now)
    text = world.organiser().open("/organise/councils/").text
    assert "Nobody is in the next round: 2 people skip, rest or are paused" in text


def test_a_viewer_is_not_asked_to_look_at_a_draft(world: World) -> None:
    world.join_many(4)
    world.draw()
    text = world.organiser("viewer@councils.example", Role.VIEWER).open("/organise/councils/").text
    assert ("waits for an organiser" in text, "waits for you" in text) == (True, False)


def answer(world: World, *answers: Answer) -> None:
    """The first people of the newest round say so."""
    people = [person for group in world.groups() for person in group]
    with world.write() as session:
        for person, given in zip(people, answers, strict=False):
            talk = conversations.conversation(session, world.group_of(person), person)
            said = Said(given, "Vans." if given is Answer.MET else "", "", Showing.WITHOUT_NAME)
            conversations.check_in(session, talk, said, now=world.now)


ALL_FIVE = (Answer.MET, Answer.BOOKED, Answer.NOT_YET, Answer.COULD_NOT, Answer.NO_REPLY)


@pytest.mark.usefixtures("both_databases")
def test_everybody_introduced_stands_in_one_line_of_what_was_said(world: World) -> None:
    world.join_many(8)
    world.round()
    answer(world, *ALL_FIVE)
    assert board(world).said == Heard(met=1, booked=1, not_yet=1, could_not=2, nothing=3)


def test_the_first_page_has_both_shares_as_answers_come_in(world: World) -> None:
    world.join_many(8)
    world.round()
    answer(world, *ALL_FIVE)
    words = world.organiser().open("/organise/councils/").text
    assert "20% of those who answered, 12% of everyone" in words


def test_a_viewer_is_not_told_what_few_have_said(world: World) -> None:
    world.join_many(8)
    world.round()
    answer(world, *ALL_FIVE)
    words = world.organiser("viewer@councils.example", Role.VIEWER).open("/organise/councils/").text
    assert ("20%" in words, "Met fewer than 5" in words) == (False, True)


def publish_all(world: World) -> None:
    with world.write() as session:
        for row in session.exec(select(Learning)):
            learnings.publish(session, row, text=row.text, version=row.version, by=BY, now=world.now)


def test_what_was_learned_this_week_is_of_seven_days(world: World) -> None:
    world.join_many(8)
    world.round()
    answer(world, *[Answer.MET] * 5)
    publish_all(world)
    this_week = board(world)
    world.clock.turn(days=8)
    later = board(world)
    assert [(one.told, len(one.learned)) for one in (this_week, later)] == [(5, 3), (0, 0)]


def test_what_waits_is_counted_and_not_shown(world: World) -> None:
    world.join_many(4)
    world.round()
    answer(world, Answer.MET)
    found = board(world)
    assert (found.told, found.learned) == (1, [])


def queries(world: World) -> int:
    with statements(world.database) as asked:
        board(world)
    return len(asked)


def test_more_people_and_answers_ask_for_no_more_queries(world: World) -> None:
    world.join_many(6)
    world.round()
    answer(world, *[Answer.MET] * 4)
    publish_all(world)
    few = queries(world)
    world.join_many(14)
    world.round()
    answer(world, *[Answer.MET] * 8)
    publish_all(world)
    assert queries(world) <= few


def test_organisers_are_told_of_a_restore_while_messages_are_held(world: World) -> None:
    """A round they sent since the backup is not shown, and would be sent once more."""
    organiser = world.organiser()
    with world.write() as session:
        outbox.hold(session, reason="restored from a backup", now=world.now)
    held = organiser.open("/organise/councils/").text
    with world.write() as session:
        outbox.release(session, now=world.now)
    free = organiser.open("/organise/councils/").text
    told = "does not know what was done after that was made"
    assert (told in held, told in free) == (True, False)
