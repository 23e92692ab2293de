"""Two organisers at one time over words, days and names: neither sets back what the other has changed."""

from datetime import date

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Organisation, Programme, Round, RoundStory, Schedule
from web.services.rounds import rounds

HOME = "/organise/councils"


def tabs(world: World, page: str) -> tuple[Visitor, Visitor]:
    """Two organisers who have opened the same."""
    one, other = world.organiser(), world.organiser("priya@example.org")
    return one.open(f"{HOME}/{page}"), other.open(f"{HOME}/{page}")


def programme(world: World) -> Programme:
    with world.read() as session:
        return world.programme(session)


def asked(said: str) -> list[str]:
    return [f"Somebody has made it “{said}” meanwhile. Save again to have it as it is here"]


@pytest.fixture
def told(world: World) -> World:
    """A round has been sent."""
    world.join_many(6)
    world.round()
    return world


# The story of a round

SAVE_STORY, STORY = "Save it, and count again", "rounds/1/story/edit"


def story(world: World) -> tuple[str, str]:
    with world.read() as session:
        row = session.get_one(RoundStory, 1)
        return row.went, row.changes


def test_what_another_wrote_in_a_story_stays_beside_ones_own(told: World) -> None:
    one, other = tabs(told, STORY)
    one.press(SAVE_STORY, went="We were six.")
    other.press(SAVE_STORY, changes="Texts.")
    assert story(told) == ("We were six.", "Texts.")


def test_of_two_who_tell_how_a_round_went_the_second_is_asked_and_can_save(told: World) -> None:
    one, other = tabs(told, STORY)
    one.press(SAVE_STORY, went="We were six.")
    other.press(SAVE_STORY, went="We were few.")
    assert (other.mistakes, story(told)[0]) == (asked("We were six."), "We were six.")
    other.press(SAVE_STORY)
    assert story(told)[0] == "We were few."


def test_long_words_that_another_wrote_can_be_read_in_full(told: World) -> None:
    one, other = tabs(told, STORY)
    one.press(SAVE_STORY, went="We were six. " * 20)
    other.press(SAVE_STORY, went="We were few.")
    assert ("We were six. " * 20).strip() in other.text


def test_a_story_that_is_saved_by_two_presses_is_saved(told: World) -> None:
    for tab in tabs(told, STORY):
        assert tab.press(SAVE_STORY, went="We were six.").mistakes == []


# A draft that another has sent

LOCK, DISCARD, AGAIN = "Lock group 1", "Throw this draft away", "Draw again"


def page_of_a_draft_sent_since(world: World) -> Visitor:
    world.join_many(4)
    world.draw()
    one, _ = tabs(world, "rounds/1")
    world.send(1)
    return one


@pytest.mark.parametrize("button", [LOCK, DISCARD, AGAIN])
def test_the_next_draft_is_not_touched_from_a_page_of_one_that_was_sent(world: World, button: str) -> None:
    one = page_of_a_draft_sent_since(world)
    world.draw()
    one.press(button)
    with world.read() as session:
        draft = rounds.draft(session, world.programme(session))
        assert draft
        assert (draft.version, rounds.changes(session, draft, 1)) == (1, [])


@pytest.mark.parametrize("button", [LOCK, DISCARD, AGAIN])
def test_nobody_reads_that_a_round_which_was_sent_is_gone(world: World, button: str) -> None:
    one = page_of_a_draft_sent_since(world)
    text = one.press(button).text
    told = "Somebody threw this draft away or sent it. Look again first."
    assert (told in text, "Nobody was told anything" in text) == (True, False)


# Words in letters

SAVE_WORDS, NUDGE = "Save these words", "settings/wording/nudge"


def test_words_of_a_letter_are_not_set_back(world: World) -> None:
    one, other = tabs(world, NUDGE)
    one.press(SAVE_WORDS, subject="{first} waits")
    other.press(SAVE_WORDS, text="{partners} would love to hear from you")
    kept = {"subject": "{first} waits", "text": "{partners} would love to hear from you"}
    assert programme(world).wording["nudge"] == kept


def test_of_two_subjects_the_second_is_asked_about_after_a_look_too(world: World) -> None:
    one, other = tabs(world, NUDGE)
    one.press(SAVE_WORDS, subject="{first} waits")
    other.press("Look at it first", subject="{first} is there").press(SAVE_WORDS)
    assert other.mistakes == asked("{first} waits")
    other.press(SAVE_WORDS)
    assert programme(world).wording["nudge"] == {"subject": "{first} is there"}


def test_of_two_sets_of_prompts_the_second_is_asked_about(world: World) -> None:
    one, other = tabs(world, "settings/prompts")
    one.press("Save these prompts", prompts="What surprised you?")
    other.press("Save these prompts", prompts="What do you wonder?")
    assert (other.mistakes, programme(world).prompts) == (
        asked("What surprised you?"),
        ["What surprised you?"],
    )


# Days

SWITCH_ON = "Switch this schedule on"


@pytest.fixture
def scheduled(world: World) -> World:
    """A round every month."""
    page = world.organiser().open(f"{HOME}/schedule/edit")
    page.press(SWITCH_ON, rhythm="monthly", first_on=["8", "12", "2026"])
    return world


def schedule(world: World) -> tuple[str, list[list[str]]] | None:
    """Its time of day and its days off."""
    with world.read() as session:
        kept = session.get(Schedule, 1)
        return (f"{kept.at:%H:%M}", kept.days_off) if kept else None


def test_days_off_that_another_has_added_stay(scheduled: World) -> None:
    one, other = tabs(scheduled, "schedule/edit")
    one.press(SWITCH_ON, days_off="24 December 2026")
    other.press(SWITCH_ON, at="10:00")
    assert schedule(scheduled) == ("10:00", [["2026-12-24", "2026-12-24"]])


def test_a_schedule_that_another_has_switched_off_is_asked_about(scheduled: World) -> None:
    one, other = tabs(scheduled, "schedule/edit")
    one.open(f"{HOME}/schedule").press("Switch the schedule off")
    other.press(SWITCH_ON, at="10:00")
    off = "Somebody has switched the schedule off meanwhile. Press again to switch this one on"
    assert (other.mistakes, schedule(scheduled)) == ([off], None)
    other.press(SWITCH_ON)
    assert schedule(scheduled) == ("10:00", [])


def test_a_schedule_that_another_has_changed_is_not_switched_off_unseen(scheduled: World) -> None:
    one, other = tabs(scheduled, "schedule")
    one.open(f"{HOME}/schedule/edit").press(SWITCH_ON, days_off="24 December 2026")
    other.press("Switch the schedule off")
    told = "somebody has changed the schedule since you opened the page"
    assert (told in other.text, schedule(scheduled)) == (True, ("09:00", [["2026-12-24", "2026-12-24"]]))
    other.press("Switch the schedule off")
    assert schedule(scheduled) is None


def test_a_mistake_beside_it_keeps_nobody_from_switching_it_off(scheduled: World) -> None:
    one, _ = tabs(scheduled, "schedule")
    one.press("Save this day", on=["1", "1", "2001"]).press("Switch the schedule off")
    assert schedule(scheduled) is None


def test_a_break_that_another_has_begun_anew_is_not_ended_unseen(world: World) -> None:
    world.pause()
    one, other = tabs(world, "settings")
    one.press("Let the programme go on")
    world.clock.turn(minutes=1)
    one.open(f"{HOME}/settings").press("Pause the programme")
    other.press("Let the programme go on")
    assert "has been paused again" in other.text
    assert programme(world).paused_at
    other.press("Let the programme go on")
    assert programme(world).paused_at is None


def test_of_two_days_for_the_next_round_the_second_is_asked_about(world: World) -> None:
    one, other = tabs(world, "schedule")
    one.press("Save this day", on=["8", "12", "2026"])
    other.press("Save this day", on=["9", "12", "2026"])
    assert (other.mistakes, programme(world).next_round_on) == (asked("8 December 2026"), date(2026, 12, 8))
    other.press("Save this day")
    assert programme(world).next_round_on == date(2026, 12, 9)


def test_a_next_round_that_another_has_called_off_is_asked_about(world: World) -> None:
    world.change(next_round_on=date(2026, 12, 8))
    one, other = tabs(world, "schedule")
    one.press("Save this day", on=["", "", ""])
    other.press("Save this day", on=["9", "12", "2026"])
    told = "Somebody has made it empty meanwhile. Save again to have it as it is here"
    assert (other.mistakes, programme(world).next_round_on) == ([told], None)


def days_of_round(world: World) -> tuple[date | None, date | None]:
    with world.read() as session:
        row = session.get_one(Round, 1)
        return row.nudge_on, row.ends_on


def test_days_of_a_round_are_not_set_back(told: World) -> None:
    one, other = tabs(told, "rounds/1/dates")
    one.press("Move these days", nudge_on=["9", "12", "2026"])
    other.press("Move these days", ends_on=["30", "12", "2026"])
    assert days_of_round(told) == (date(2026, 12, 9), date(2026, 12, 30))


def test_a_day_that_was_taken_stays_so_when_another_is_asked_about(told: World) -> None:
    one, other = tabs(told, "rounds/1/dates")
    one.press("Move these days", nudge_on=["9", "12", "2026"], ends_on=["29", "12", "2026"])
    other.press("Move these days", ends_on=["30", "12", "2026"]).press("Move these days")
    assert days_of_round(told) == (date(2026, 12, 9), date(2026, 12, 30))


def test_a_number_that_was_taken_stays_so_when_another_is_asked_about(world: World) -> None:
    one, other = tabs(world, "settings/days")
    one.press("Save these days", nudge_days="6", heads_up_days="3")
    other.press("Save these days", heads_up_days="4").press("Save these days")
    found = programme(world)
    assert (found.nudge_days, found.heads_up_days) == (6, 4)


# Names of organisations

SAVE_NAMES = "Save its names"


def names(world: World) -> tuple[str, str]:
    with world.read() as session:
        row = session.get_one(Organisation, 1)
        return row.name, row.short_name


def test_the_name_of_an_organisation_is_not_set_back(world: World) -> None:
    world.join("Amina Yusuf", "Leeds City Council")
    one, other = tabs(world, "organisations/1")
    one.press(SAVE_NAMES, name="Leeds Council")
    other.press(SAVE_NAMES, short_name="Leeds")
    assert names(world) == ("Leeds Council", "Leeds")


def test_nor_after_a_mistake_in_another_form_of_its_page(world: World) -> None:
    world.join("Amina Yusuf", "Leeds City Council")
    one, other = tabs(world, "organisations/1")
    other.press("Add this domain", domain="?")
    one.press(SAVE_NAMES, name="Leeds Council")
    other.press(SAVE_NAMES, short_name="Leeds")
    assert names(world) == ("Leeds Council", "Leeds")
