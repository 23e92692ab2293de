"""A programme's settings and schedule, as an organiser meets them."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from tests.support.consenting import Consent
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Purpose, Rhythm, Schedule
from web.services.common import programmes
from web.services.people import participation

HOME = "/organise/councils"


def schedule(world: World) -> Schedule | None:
    with world.read() as session:
        return session.get(Schedule, 1)


def setting(world: World, name: str) -> object:
    with world.read() as session:
        return getattr(world.programme(session), name)


def test_what_everyone_sees_can_be_changed(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/about")
    page.press("Save", name="LocalGov Unmentoring", hashtag="#unmentoring", about="Talk to a stranger.")
    assert (page.heading, setting(world, "name"), setting(world, "hashtag")) == (
        "Settings",
        "LocalGov Unmentoring",
        "unmentoring",
    )


def test_people_join_by_the_word_an_organiser_chose(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/about").press("Save", join_word="Tea4Two")
    assert "JOIN TEA4TWO" in page.text
    with world.read() as session:
        found = programmes.by_join_word(session, "tea4two")
        assert found
        assert found.slug == world.slug


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "Enter a name"),
        ("contact", "nobody", "email address"),
        ("hashtag", "two words", "letters, digits and underscores"),
        ("join_word", "two words", "one word of letters"),
        ("join_word", "tea", "Another programme"),
        ("join_word", "Other", "Another programme"),
        ("video_template", "https://meet.example.org/", "Put {room} once"),
        ("video_template", "javascript:alert({room})", "begins with https://"),
        ("video_template", "https://meet.example.org/{room}/{secret}", "no other brackets"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, organiser: Visitor, field: str, typed: str, said: str
) -> None:
    world.start("other", "Other Unmentoring")
    world.start("third", "Third Unmentoring", join_word="tea")
    before = world.dump()["programme"]
    page = organiser.open(f"{HOME}/settings/about").press("Save", **{field: typed})
    assert (page.status, said in " ".join(page.mistakes)) == (422, True), page.mistakes
    assert world.dump()["programme"] == before


def test_a_change_of_matching_is_a_new_version_with_its_reason(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    page.press("Change how we match", priority="cross", driver="We want councils to mix.")
    page.open("/p/councils/how-we-match")
    assert ("We want councils to mix." in page.text, "Version 2" in page.text) == (True, True)


def test_a_change_that_changes_nothing_is_no_new_version(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/settings/matching").press("Change how we match", driver="No reason.")
    assert Consent(world).version() == 1


def test_days_are_checked_against_each_other(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/days").press("Save these days", check_in_days="25")
    assert page.mistakes == ["The round ends after we have asked again"]
    page.press("Save these days", check_in_days="25", window_days="35")
    assert (page.heading, setting(world, "check_in_days")) == ("Settings", 25)


@pytest.mark.parametrize("typed", ["", "soon", "-1", "0", "1000", "1.5", "9" * 400])
def test_days_are_whole_numbers(organiser: Visitor, typed: str) -> None:
    page = organiser.open(f"{HOME}/settings/days").press("Save these days", nudge_days=typed)
    assert (page.status, len(page.mistakes)) == (422, 1)


# The schedule


def test_a_rhythm_is_switched_on_and_shows_what_comes(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press(
        "Switch this schedule on",
        rhythm="weekly",
        first_on=["21", "12", "2026"],
        days_off="4 January 2027 to 15 January 2027",
    )
    said = ["Moved to Tuesday 29 December", "Not at all: no free day is near", "Monday 18 January"]
    assert (page.heading, [words for words in said if words not in page.text]) == ("Schedule", [])
    assert setting(world, "next_round_on") == date(2026, 12, 21)


def test_given_dates_are_read_as_people_write_them(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="dates", on="8 December 2026\n3/2/2027\n2027-05-04")
    kept = schedule(world)
    assert kept
    assert kept.dates == ["2026-12-08", "2027-02-03", "2027-05-04"]


def test_what_a_rhythm_does_not_need_is_passed_over(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"], on="one day")
    kept = schedule(world)
    assert kept
    assert (kept.first_on, kept.dates) == (date(2026, 12, 8), [])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rhythm": "weekly"}, "Enter the first day"),
        ({"rhythm": "dates"}, "Enter at least one date"),
        ({"rhythm": "dates", "on": "next Tuesday"}, "is not a day"),
        ({"rhythm": "dates", "on": "1 December 2025"}, "No day of this is still to come"),
        ({"rhythm": "weekly", "first_on": ["31", "2", "2027"]}, "Enter a day"),
        (
            {"rhythm": "weekly", "first_on": ["8", "12", "2026"], "days_off": "3 May 2027 to 1 May 2027"},
            "ends before it begins",
        ),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(
    world: World, organiser: Visitor, typed: dict[str, object], said: str
) -> None:
    page = organiser.open(f"{HOME}/schedule/edit").press("Switch this schedule on", **typed)
    assert (page.status, said in " ".join(page.mistakes), schedule(world)) == (422, True, None), page.mistakes


def test_switching_on_asks_for_a_fresh_sign_in(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    world.clock.turn(minutes=31)
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"])
    assert (page.heading, schedule(world)) == ("Sign in again to go on", None)


def test_a_schedule_that_changes_only_what_happens_keeps_the_day_that_was_set(
    world: World, organiser: Visitor
) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"])
    page.press("Save this day", on=["10", "12", "2026"])
    page.open(f"{HOME}/schedule/edit").press("Switch this schedule on", automatic="yes")
    assert setting(world, "next_round_on") == date(2026, 12, 10)


def test_a_schedule_changed_on_the_morning_of_a_round_costs_no_round(
    world: World, organiser: Visitor
) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"])
    world.clock.now = datetime(2026, 12, 8, 8, 30, tzinfo=UTC)
    page = world.organiser().open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", automatic="yes")
    assert setting(world, "next_round_on") == date(2026, 12, 8)


def test_a_day_that_is_off_by_now_gives_way_when_a_schedule_is_changed(
    world: World, organiser: Visitor
) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"])
    page.open(f"{HOME}/schedule/edit").press("Switch this schedule on", days_off="8 December 2026")
    assert setting(world, "next_round_on") == date(2026, 12, 9)


def test_who_changes_a_rhythm_hears_that_people_were_told_another_day(
    world: World, organiser: Visitor
) -> None:
    world.join_many(2)
    organiser.open(f"{HOME}/schedule").press("Save this day", on=["8", "12", "2026"])
    world.clock.now = datetime(2026, 12, 6, 9, tzinfo=UTC)
    world.worker.sweep()
    page = world.organiser().open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["9", "12", "2026"])
    assert "are not told again" in page.text


def test_a_schedule_without_a_day_says_that_nothing_begins(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"])
    page.press("Save this day", on=["", "", ""])
    assert ("no round begins by itself" in page.text, "15 December" in page.text) == (True, False)


def test_switching_off_keeps_the_day_people_were_told(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="monthly", first_on=["8", "12", "2026"])
    page.press("Switch the schedule off")
    assert (schedule(world), setting(world, "next_round_on")) == (None, date(2026, 12, 8))


@pytest.mark.parametrize(("hour", "is_said"), [(20, False), (21, True)])
def test_of_a_day_set_at_night_for_tomorrow_it_says_that_nobody_hears_before(
    world: World, organiser: Visitor, hour: int, is_said: bool
) -> None:
    world.clock.turn(hours=hour - world.now.hour)
    page = organiser.open(f"{HOME}/schedule").press("Save this day", on=["2", "12", "2026"])
    assert ("It is too late to tell people of it" in page.text) == is_said


def test_of_a_day_that_people_heard_of_in_time_it_says_nothing_at_night(
    world: World, organiser: Visitor
) -> None:
    world.join_many(2)
    organiser.open(f"{HOME}/schedule").press("Save this day", on=["8", "12", "2026"])
    world.clock.turn(days=5)
    world.worker.sweep()
    world.clock.turn(days=1, hours=12)
    page = world.organiser().open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="monthly", first_on=["8", "12", "2026"])
    assert ("The next round is on 8 December" in page.text, "too late" in page.text) == (True, False)


def test_the_next_round_moves_and_nobody_is_told_twice(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    page = organiser.open(f"{HOME}/schedule").press("Save this day", on=["8", "12", "2026"])
    world.clock.now = datetime(2026, 12, 6, 9, tzinfo=UTC)
    world.worker.sweep()
    page.open(f"{HOME}/schedule").press("Save this day", on=["9", "12", "2026"])
    world.worker.sweep()
    assert ("are not told again" in page.text, len(world.inbox(kind="heads_up"))) == (True, 2)


def test_a_day_that_has_been_is_refused(organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule").press("Save this day", on=["1", "12", "2026"])
    assert page.mistakes == ["Choose a day after today"]


@pytest.mark.parametrize("year", ["9999", "2926"])
def test_a_day_in_a_mistyped_year_is_asked_for_again(organiser: Visitor, year: str) -> None:
    page = organiser.open(f"{HOME}/schedule").press("Save this day", on=["8", "12", year])
    assert page.mistakes == ["Choose a day within three years"]


@pytest.mark.parametrize("year", ["9999", "2926"])
def test_a_round_that_would_end_in_a_mistyped_year_keeps_its_days(
    world: World, organiser: Visitor, year: str
) -> None:
    world.join_many(2)
    world.round()
    page = organiser.open(f"{HOME}/rounds/1/dates").press("Move these days", ends_on=["31", "12", year])
    assert page.mistakes == ["Choose a day within a year of the first"]


def test_a_day_set_by_hand_meets_the_calendar(organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule").press("Save this day", on=["25", "12", "2026"])
    assert page.mistakes == ["25 December is a bank holiday. Choose another day"]


def test_a_day_set_by_hand_meets_the_days_off_of_the_schedule(organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press(
        "Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"], days_off="29 Dec 2026"
    )
    page.open(f"{HOME}/schedule").press("Save this day", on=["29", "12", "2026"])
    assert page.mistakes == ["29 December is one of your days off. Choose another day"]


def test_what_became_of_a_day_can_be_read(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"], automatic="yes")
    world.clock.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    world.worker.sweep()
    assert (
        "No round was drawn: nobody is in the pot, and a round needs two."
        in page.open(f"{HOME}/schedule").text
    )


def test_the_dates_of_a_programme_can_be_subscribed_to(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    world.round()
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="monthly", first_on=["8", "12", "2026"])
    feed = Calendar.from_ical(world.visitor().client.get("/p/councils/dates.ics").data)
    days = [(event["uid"].partition("@")[0], event.decoded("dtstart")) for event in feed.walk("VEVENT")]
    assert days[:3] == [
        ("councils-round-1-first", date(2026, 12, 1)),
        ("councils-round-1-last", date(2026, 12, 22)),
        ("councils-round-2-first", date(2026, 12, 8)),
    ]
    assert len(days) == 8


# A break


def test_a_break_holds_what_waits_and_says_so_everywhere(world: World, organiser: Visitor) -> None:
    amina = world.join_many(2)[0]
    world.round()
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    world.clock.turn(days=14)
    world.work()
    pages = ["/p/councils/", world.page_of(amina), world.door(Purpose.NEXT_ROUND, amina, 1)]
    said = [path for path in pages if "is having a break" not in world.visitor().open(path).text]
    assert (said, world.inbox(kind="check_in")) == ([], [])


def test_in_a_break_no_day_of_the_next_round_is_promised(world: World, organiser: Visitor) -> None:
    amina = world.join()
    world.change(next_round_on=date(2026, 12, 8))
    pages = ["/", "/p/councils/", world.page_of(amina), world.door(Purpose.NEXT_ROUND, amina, 1)]

    def with_the_day() -> list[str]:
        return [path for path in pages if "8 December" in world.visitor().open(path).text]

    before = with_the_day()
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    assert (before, with_the_day()) == (pages, [])


def test_a_break_keeps_nobody_from_joining_or_signing_in(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    world.ask(world.details(email="new@example.org"))
    assert world.letter("new@example.org").kind == "confirm"


def test_who_joins_in_a_long_break_is_welcomed_after_it_with_days_to_come(
    world: World, organiser: Visitor
) -> None:
    organiser.open(f"{HOME}/schedule").press("Save this day", on=["4", "12", "2026"])
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    world.join(email="new@example.org")
    world.clock.turn(days=7)
    world.worker.sweep()
    world.organiser().open(f"{HOME}/settings").press("Let the programme go on")
    letter = world.letter("new@example.org")
    assert (letter.kind, "4 December" in letter.text) == ("welcome", False)


def test_who_joins_and_leaves_in_a_break_is_not_welcomed_after_it(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    gone = world.join(email="new@example.org")
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, gone)), now=world.now)
    organiser.open(f"{HOME}/settings").press("Let the programme go on")
    assert world.letter("new@example.org").kind == "left"


def test_after_a_break_what_waited_goes_out_and_a_day_that_passed_is_not_made_up_for(
    world: World, organiser: Visitor
) -> None:
    world.join_many(2)
    world.round()
    page = organiser.open(f"{HOME}/schedule/edit")
    page.press("Switch this schedule on", rhythm="weekly", first_on=["8", "12", "2026"], automatic="yes")
    page.open(f"{HOME}/settings").press("Pause the programme")
    world.clock.turn(days=14)
    world.worker.sweep()
    world.organiser().open(f"{HOME}/settings").press("Let the programme go on")
    world.worker.sweep()
    assert (len(world.inbox(kind="check_in")), len(world.inbox(kind="introduction"))) == (2, 2)
    assert setting(world, "next_round_on") == date(2026, 12, 22)


def test_nothing_is_sent_during_a_break(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    organiser.open(f"{HOME}/settings").press("Pause the programme")
    page = organiser.open(f"{HOME}/").press("Draw a round for 2 people").press("Send 2 introductions")
    assert "is paused" in page.text


# A round that is running


def test_an_organiser_moves_the_days_of_a_round(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    world.round()
    page = organiser.open(f"{HOME}/rounds/1").open(f"{HOME}/rounds/1/dates")
    page.press("Move these days", check_in_on=["17", "12", "2026"], ends_on=["31", "12", "2026"])
    assert ("We ask whether they met on Thursday 17 December" in page.text, page.status) == (True, 200)


def test_days_in_no_order_are_said_beside_their_field(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    world.round()
    page = organiser.open(f"{HOME}/rounds/1/dates")
    page.press("Move these days", check_in_on=["20", "12", "2026"])
    assert page.mistakes == ["We ask again after we have asked"]


def test_a_draft_has_no_days_to_move(world: World, organiser: Visitor) -> None:
    world.join_many(2)
    world.draw()
    assert organiser.open(f"{HOME}/rounds/1/dates").status == 404


def test_rhythms_have_words() -> None:
    from web.forms.settings import RHYTHMS

    assert set(RHYTHMS) == set(Rhythm)


def test_what_the_organisers_say_about_it_stands_on_its_page(world: World) -> None:
    world.organiser().open("/organise/councils/settings/about").press(
        "Save", about="For officers & residents.\n\nBring tea."
    )
    page = world.visitor().open("/p/councils/")
    said = [words for words in page.page.xpath("//main//p/text()") if "tea" in words or "officers" in words]
    assert said == ["For officers & residents.", "Bring tea."]


# The address of its page


def test_an_owner_moves_the_pages_to_another_address(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/address").press("Move the pages", slug="Town Councils")
    assert (page.path, "The old address leads" in page.text) == ("/organise/town-councils/settings", True)


def test_it_shows_the_address_as_it_is(organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/address").page
    assert page.xpath("string(//input[@name='slug']/@value)") == "councils"


def test_an_address_of_somebody_else_s_moves_nothing(world: World, organiser: Visitor) -> None:
    world.start("charities", "Charities")
    page = organiser.open(f"{HOME}/settings/address").press("Move the pages", slug="charities")
    assert (page.mistakes != [], setting(world, "slug")) == (True, "councils")


def test_the_address_as_it_is_stays_as_it_is(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/address").press("Move the pages")
    assert (setting(world, "slug"), "Nothing has changed" in page.text) == ("councils", True)


def test_a_programme_that_has_ended_keeps_its_address(world: World, organiser: Visitor) -> None:
    form = organiser.open(f"{HOME}/settings/address").answer
    with world.write() as session:
        ended = world.programme(session)
        ended.closing_on, ended.closed_at = world.now.date(), world.now
    organiser.answer = form
    organiser.press("Move the pages", slug="town-councils")
    assert (organiser.status, setting(world, "slug")) == (410, "councils")


def test_two_who_change_different_things_at_once_both_have_them(organiser: Visitor, world: World) -> None:
    other = world.organiser("other@councils.example").open(f"{HOME}/settings/about")
    organiser.open(f"{HOME}/settings/about").press("Save", contact="new@councils.example")
    other.press("Save", about="Tea for two.")
    with world.read() as session:
        programme = world.programme(session)
        assert (programme.contact, programme.about) == ("new@councils.example", "Tea for two.")


def test_two_who_change_the_same_thing_at_once_are_asked(organiser: Visitor, world: World) -> None:
    other = world.organiser("other@councils.example").open(f"{HOME}/settings/about")
    organiser.open(f"{HOME}/settings/about").press("Save", contact="new@councils.example")
    other.press("Save", contact="mine@councils.example", about="Tea for two.")
    told = "Somebody has made it “new@councils.example” meanwhile. Save again to have it as it is here"
    assert (other.status, other.mistakes) == (422, [told])
    other.press("Save")
    with world.read() as session:
        programme = world.programme(session)
        assert (programme.contact, programme.about) == ("mine@councils.example", "Tea for two.")
