"""A round's public page and its two files: what everybody sees, and what organisers may take."""

from datetime import timedelta

import pytest
from sqlmodel import select

from matcher.draw import VERSION
from tests.support.talks import add_round
from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web.models import Answer, DrawRecord, RoundState
from web.services.common import audit, times
from web.services.programmes import closings
from web.services.rounds import drafts, dropouts, editing, rounds, top_ups

ROUNDS = "/p/councils/rounds"
OURS = "/organise/councils/rounds/1"


@pytest.fixture
def sent(world: World) -> World:
    """Eleven people of five organisations, introduced in round 1."""
    people = (world.details(f"Person No{number}", f"Place {number % 5}") for number in range(11))
    world.join_together(*people)
    world.round()
    return world


def page_of(world: World, number: int = 1) -> str:
    return world.visitor().open(f"{ROUNDS}/{number}").text


def record(world: World) -> DrawRecord:
    with world.read() as session:
        return session.exec(select(DrawRecord)).one()


def test_it_says_how_many_met_in_how_many_groups(sent: World) -> None:
    assert "5 groups, 11 people" in page_of(sent)


def test_it_names_nobody_and_no_organisation(sent: World) -> None:
    text = page_of(sent)
    assert [
        word for word in ("Person No", "Place ", "@") if word in text.replace("@councils.example", "")
    ] == []


def test_the_seed_stands_nowhere_on_it(world: World) -> None:
    world.join_many(6)
    world.round(seed=987654321)
    assert "987654321" not in page_of(world)


def test_it_has_the_number_that_its_draw_was_committed_to(sent: World) -> None:
    assert record(sent).commitment in page_of(sent)


@pytest.mark.parametrize(
    "words",
    [
        "Drawn once, on",
        "Changed by hand no",
        "How far from the best It is as good as the best possible round.",
        "Proof of the best Counting.",
        "Rules version 1 of How we match",
        f"Matcher version {VERSION}",
    ],
)
def test_it_says_how_the_round_was_drawn(sent: World, words: str) -> None:
    assert words in page_of(sent)


def test_drawing_until_one_likes_it_is_seen(world: World) -> None:
    world.join_many(6)
    for seed in (1, 2, 3):
        world.draw(seed)
    world.send(1)
    assert "Drawn 3 times, the last time on" in page_of(world)


def test_drafts_thrown_away_are_counted_too(world: World) -> None:
    world.join_many(6)
    world.draw()
    with world.write() as session:
        drafts.discard(session, world.programme(session), 1, by=BY, now=world.now)
    world.round()
    assert "Drawn 2 times, the last time on" in page_of(world)


def test_changes_by_hand_are_counted_and_measured(world: World) -> None:
    for number in range(6):
        world.join(organisation=f"Place {number // 2}")
    world.draw()
    same = {person: world.membership(person).organisation_id for group in world.groups() for person in group}
    (one, its_partner), *_ = world.groups()
    other = next(who for who, place in same.items() if place == same[one] and who != one)
    with world.read() as session:
        today = times.today(world.now)
        planned = editing.swap(session, world.programme(session), 1, its_partner, other, today=today)
    with world.write() as session:
        editing.keep(session, world.programme(session), planned, by=BY, now=world.now)
    world.send(1)
    assert "organisations than in the best possible round." in page_of(world)


def test_of_fewer_than_five_nothing_is_counted(world: World) -> None:
    world.join_many(4)
    world.round()
    assert ("Fewer than five people were in it" in page_of(world), "4 people" in page_of(world)) == (
        True,
        False,
    )


def test_a_draft_is_not_there(world: World) -> None:
    world.join_many(6)
    world.draw()
    assert world.visitor().open(f"{ROUNDS}/1").status == 404


@pytest.mark.parametrize("number", ["0", "7", "4294967296", "one"])
def test_a_round_that_is_not_there_is_not_found(sent: World, number: str) -> None:
    assert sent.visitor().open(f"{ROUNDS}/{number}").status == 404


def test_the_list_has_every_round_newest_first(sent: World) -> None:
    sent.clock.turn(days=28)
    sent.round(2)
    listed = [link for link in sent.visitor().open(ROUNDS).links if link.startswith(f"{ROUNDS}/")]
    assert listed == [f"{ROUNDS}/2", f"{ROUNDS}/1"]


def test_a_programme_without_rounds_says_so(world: World) -> None:
    assert "None yet." in world.visitor().open(ROUNDS).text


def test_a_long_list_has_pages(world: World) -> None:
    with world.write() as session:
        for number in range(1, 53):
            sent = world.now - timedelta(days=30)
            pair = [[("Leeds", Answer.MET), ("York", Answer.MET)]]
            add_round(session, world.programme(session), pair, number=number, sent_at=sent)
    assert f"{ROUNDS}/2" in world.visitor().open(f"{ROUNDS}?page=2").links


def test_it_is_found_from_the_log_and_from_how_we_match(sent: World) -> None:
    visitor = sent.visitor()
    pages = ("/p/councils/agreements", "/p/councils/how-we-match")
    assert [ROUNDS in visitor.open(page).links for page in pages] == [True, True]


def test_a_round_of_before_says_that_it_cannot_be_drawn_again(sent: World) -> None:
    with sent.write() as session:
        session.delete(session.exec(select(DrawRecord)).one())
    assert "It cannot be drawn again: it is from before" in page_of(sent)


def test_an_imported_round_says_that_it_cannot_be_drawn_again(world: World) -> None:
    with world.write() as session:
        pair = [[("Leeds", None), ("York", None)]]
        add_round(
            session, world.programme(session), pair, number=1, sent_at=world.now, state=RoundState.IMPORTED
        )
    assert "it cannot be drawn again" in page_of(world)


def test_groups_matched_later_are_said_to_be_no_part_of_it(sent: World) -> None:
    sent.clock.turn(days=2)
    for group in [pair for pair in sent.groups() if len(pair) == 2][:2]:
        with sent.write() as session:
            dropouts.cannot_make_it(session, sent.group_of(group[0]), group[0], now=sent.now)
    sent.work()
    with sent.write() as session:
        top_ups.run(session, sent.programme(session), 1, None, by=BY, now=sent.now)
    assert "1 more group was made while it went on" in page_of(sent)


def test_when_the_programme_has_ended_the_files_are_gone_and_the_number_stays(sent: World) -> None:
    commitment = record(sent).commitment
    with sent.write() as session:
        on = times.today(sent.now) + timedelta(days=30)
        closings.announce(session, sent.programme(session), on, wall_stays=True, by=BY, now=sent.now)
    for _ in range(32):
        sent.clock.turn(days=1)
        sent.worker.sweep()
    text = page_of(sent)
    assert (record(sent).document, commitment in text, "is erased" in text) == (None, True, True)


# The organisers' files


@pytest.mark.parametrize(
    ("button", "name", "start"),
    [
        ("What it was drawn from (JSON)", "councils-round-1-input.json", '{\n"programme": "councils"'),
        ("The groups as sent (CSV)", "councils-round-1.csv", "person_1,person_2,person_3"),
    ],
)
def test_an_organiser_takes_a_file(sent: World, button: str, name: str, start: str) -> None:
    answer = sent.organiser().open(OURS).press(button).answer
    assert (answer.headers["Content-Disposition"], answer.text.startswith(start)) == (
        f'attachment; filename="{name}"',
        True,
    )


def test_taking_a_file_is_audited(sent: World) -> None:
    visitor = sent.organiser().open(OURS).press("What it was drawn from (JSON)")
    assert audit.said("round exported") in visitor.open("/organise/councils/audit").text


def test_a_round_without_files_has_no_buttons_for_them(sent: World) -> None:
    with sent.write() as session:
        session.delete(session.exec(select(DrawRecord)).one())
    visitor: Visitor = sent.organiser().open(OURS)
    assert "It cannot be drawn again" in visitor.text


@pytest.mark.parametrize("file", ["input.json", "round.csv"])
def test_asking_for_files_that_are_not_there_leads_back_with_a_word(sent: World, file: str) -> None:
    with sent.write() as session:
        session.delete(session.exec(select(DrawRecord)).one())
    visitor = sent.organiser()
    answer = visitor.post(f"{OURS}/{file}", {"csrf_token": visitor.token("/my-page")})
    assert "Round 1 has no file to draw it again from" in answer.text


def test_a_draft_has_no_files(world: World) -> None:
    world.join_many(6)
    world.draw()
    with world.read() as session:
        round_ = rounds.by_number(session, world.programme(session), 1)
    visitor = world.organiser()
    answer = visitor.post(
        f"/organise/councils/rounds/{round_.number}/input.json", {"csrf_token": visitor.token("/my-page")}
    )
    assert "has no file" in answer.text
