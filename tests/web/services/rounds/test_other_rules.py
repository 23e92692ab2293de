"""A draft that was drawn under another version of how we match is drawn again before it is sent."""

import pytest

from tests.support.world import World
from web.models import How, Round, Subject
from web.services.agreements import agreements
from web.services.agreements.agreements import ChangeWanted
from web.services.common import times
from web.services.rounds import drafts, editing, rounds, seating, sending

DRAFT = "/organise/councils/rounds/1"


def change(world: World, size: int = 3) -> None:
    wanted = ChangeWanted(Subject.MATCHING, "Pairs cancel.", {"size": size, "priority": "fresh"})
    with world.write() as session:
        programme = world.programme(session)
        agreements.put_in_force(session, programme, wanted, How.AT_ONCE, by="a test", now=world.now)


@pytest.fixture
def draft(world: World) -> Round:
    """Drawn under version 1, when version 2 is in force."""
    world.join_many(6)
    number = world.draw()
    change(world)
    with world.read() as session:
        return rounds.by_number(session, world.programme(session), number)


def test_a_draft_knows_under_which_version_it_was_drawn(draft: Round) -> None:
    assert draft.matching_version == 1


@pytest.mark.usefixtures("draft")
def test_its_page_says_so(world: World) -> None:
    page = world.organiser().open(DRAFT)
    assert "Drawn under version 1 of how we match. Version 2 holds by now" in page.text


@pytest.mark.usefixtures("draft")
def test_it_cannot_be_sent_from_its_page(world: World) -> None:
    assert not any(button.startswith("Send 6") for button in world.organiser().open(DRAFT).buttons)


def test_it_is_not_sent_by_a_page_from_before(world: World, draft: Round) -> None:
    with world.write() as session:
        programme = world.programme(session)
        with pytest.raises(rounds.StaleDraft, match="drawn under version 1"):
            sending.send_round(session, programme, 1, draft.version, by="a test", now=world.now)


@pytest.mark.usefixtures("draft")
def test_one_press_draws_it_under_the_new_rules(world: World) -> None:
    world.organiser().open(DRAFT).press("Draw it under version 2")
    assert sorted(map(len, world.groups(1))) == [3, 3]


@pytest.mark.parametrize("locked", [1, 3])
def test_a_locked_group_too_large_for_the_new_rules_is_let_go(world: World, locked: int) -> None:
    """The draft could be neither looked at nor drawn again; three fours were read as four threes."""
    world.change(group_size=4)
    world.join_many(12)
    world.draw()
    with world.write() as session:
        for number in range(1, locked + 1):
            editing.lock(session, world.programme(session), number, number, True, by="a test", now=world.now)
    change(world, size=2)
    world.organiser().open(DRAFT).press("Draw it under version 2")
    assert sorted(map(len, world.groups(1))) == [2] * 6


@pytest.mark.usefixtures("draft")
def test_drawn_again_it_is_sent(world: World) -> None:
    page = world.organiser().open(DRAFT).press("Draw it under version 2")
    page.press("Send 6 introductions")
    world.work()
    assert len(world.inbox(kind="introduction")) == 6


@pytest.mark.usefixtures("draft")
def test_the_dashboard_says_that_it_is_to_be_drawn_again(world: World) -> None:
    board = world.organiser().open("/organise/councils/")
    assert "The draft of round 1 was drawn under other rules" in board.text


def test_a_draw_that_was_under_way_when_the_rules_changed_has_the_version_it_was_drawn_under(
    world: World,
) -> None:
    """Drawing may take long and holds no lock: what is kept says what it is."""
    world.join_many(6)
    drawn = rounds_drawn(world)
    change(world)
    with world.write() as session:
        programme = world.programme(session)
        kept = drafts.save_draft(session, programme, drawn, by="a test", now=world.now)
        assert kept.matching_version == 1


def rounds_drawn(world: World) -> drafts.Drawn:
    with world.read() as session:
        number = world.programme(session).id
    return drafts.draw_next(world.read, number, seed=1, today=world.now.date())


def test_a_draft_of_larger_groups_is_drawn_again_and_not_changed(world: World) -> None:
    """Whoever swapped two people in it had an error of ours."""
    world.change(group_size=4)
    world.join_many(12)
    world.draw()
    change(world, size=2)
    one, other = (group[0] for group in world.groups(1)[:2])
    with world.read() as session, pytest.raises(seating.NotAllowed, match="too many"):
        editing.swap(session, world.programme(session), 1, one, other, today=times.today(world.now))
