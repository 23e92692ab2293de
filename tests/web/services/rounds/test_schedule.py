"""What the calendar brings about: each thing once, whoever looks and whenever."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from notifications import outbox
from tests.support.world import BY, World
from web.models import Membership, OrganiserRole, Purpose, Rhythm, Round, RoundState, Schedule, Tick
from web.services.common import audit
from web.services.people import participation
from web.services.programmes import programme_settings
from web.services.rounds import drafts, moved_days, rounds, schedule
from web.worker import Worker

TUESDAY = date(2026, 12, 8)
ORGANISER = "organiser@councils.example"


def plan(world: World, *, automatic: bool = True, **other: object) -> str:
    """A weekly schedule from a day on, switched on by an organiser; their id."""
    who = world.appoint(ORGANISER)
    with world.write() as session:
        programme = world.programme(session)
        programme.next_round_on = TUESDAY
        kept = Schedule(programme_id=programme.id, rhythm=Rhythm.WEEKLY, first_on=TUESDAY)  # type: ignore[call-arg]
        kept.sqlmodel_update({"automatic": automatic, "enabled_by": who, "enabled_at": world.now} | other)
        session.add(kept)
    return who


def at(world: World, *moment: int) -> None:
    world.clock.now = datetime(2026, 12, *moment, tzinfo=UTC)
    world.worker.sweep()


def moved_to(world: World, on: date | None) -> bool:
    with world.write() as session:
        programme = world.programme(session)
        return programme_settings.move_next_round(session, programme, on, by=BY, now=world.now)


def states(world: World) -> list[RoundState]:
    with world.read() as session:
        return list(session.exec(select(Round.state).order_by(Round.number)))


def next_round_on(world: World) -> date | None:
    with world.read() as session:
        return world.programme(session).next_round_on


def kinds(world: World, to: str) -> list[str]:
    return [letter.kind for letter in world.inbox(to)][::-1]


# Rounds that begin by themselves


@pytest.mark.usefixtures("both_databases")
def test_an_automatic_round_is_drawn_and_sent_once_by_whoever_looks_first(world: World) -> None:
    world.join_many(4)
    plan(world)
    at(world, 8, 8, 59)
    before = states(world)
    at(world, 8, 9)
    Worker(world.worker.settings, world.database, world.clock).sweep()
    assert (before, states(world), len(world.inbox(kind="introduction"))) == ([], [RoundState.SENT], 4)


def test_the_next_round_follows_the_rhythm(world: World) -> None:
    world.join_many(4)
    plan(world)
    at(world, 8, 9)
    assert next_round_on(world) == date(2026, 12, 15)


def test_it_acts_for_the_organiser_who_switched_it_on(world: World) -> None:
    world.join_many(2)
    who = plan(world)
    at(world, 8, 9)
    with world.read() as session:
        round_ = rounds.by_number(session, world.programme(session), 1)
        assert (round_.drawn_by, round_.sent_by, audit.verify(session) > 0) == (who, who, True)


def test_two_workers_with_the_same_draw_keep_one(world: World) -> None:
    world.join_many(4)
    plan(world)
    world.clock.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    with world.read() as session:
        both = [schedule.prepare(session, 1, seed=seed, now=world.now) for seed in (1, 2)]
    for ready in both:
        assert ready
        with world.write() as session:
            schedule.fire(session, ready, now=world.now)
    assert (states(world), next_round_on(world)) == ([RoundState.SENT], date(2026, 12, 15))


def test_a_draft_waits_for_a_look_and_its_organisers_hear_twice_at_most(world: World) -> None:
    world.join_many(4)
    plan(world, automatic=False)
    for day in (8, 9, 10, 11):
        at(world, day, 9)
    assert (states(world), kinds(world, ORGANISER)) == ([RoundState.DRAFT], ["draft_ready", "draft_ready"])


def test_a_reminder_of_a_draft_counts_nothing_that_may_have_changed(world: World) -> None:
    world.join_many(4)
    plan(world, automatic=False)
    for day in (8, 10):
        at(world, day, 9)
    again, first = (letter.text for letter in world.inbox(ORGANISER, "draft_ready"))
    assert ("2 groups" in first, "2 groups" in again, "waited for two days" in again) == (True, False, True)


def test_nobody_is_reminded_of_a_draft_that_was_sent(world: World) -> None:
    world.join_many(4)
    plan(world, automatic=False)
    at(world, 8, 9)
    world.send(1)
    at(world, 10, 9)
    assert (kinds(world, ORGANISER), next_round_on(world)) == (["draft_ready"], date(2026, 12, 15))


def test_a_draft_that_still_waits_is_not_drawn_over(world: World) -> None:
    world.join_many(4)
    plan(world)
    world.draw()
    at(world, 8, 9)
    letter = world.letter(ORGANISER, "not_as_planned")
    assert (states(world), "draft of round 1 was still waiting" in letter.text) == ([RoundState.DRAFT], True)


def test_a_draft_drawn_when_its_round_was_due_is_left_to_whoever_drew_it(world: World) -> None:
    world.join_many(4)
    plan(world)
    world.clock.now = datetime(2026, 12, 8, 9, 0, 10, tzinfo=UTC)
    world.draw()
    at(world, 8, 9, 1)
    said = kinds(world, ORGANISER)
    world.send(1)
    at(world, 8, 9, 2)
    now = (states(world), kinds(world, ORGANISER), next_round_on(world))
    assert (said, now) == ([], ([RoundState.SENT], [], date(2026, 12, 15)))


def test_a_draft_left_alone_for_an_hour_is_said_to_wait(world: World) -> None:
    world.join_many(4)
    plan(world)
    world.clock.now = datetime(2026, 12, 8, 8, 59, tzinfo=UTC)
    world.draw()
    at(world, 8, 9)
    before = kinds(world, ORGANISER)
    at(world, 8, 10)
    assert (before, kinds(world, ORGANISER)) == ([], ["not_as_planned"])


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("change", ["sent", "thrown away", "drawn again"])
def test_a_draft_that_goes_on_while_the_schedule_looks_is_not_said_to_wait(world: World, change: str) -> None:
    world.join_many(4)
    plan(world)
    world.draw()
    world.clock.now = datetime(2026, 12, 8, 9, tzinfo=UTC)
    with world.read() as session:
        ready = schedule.prepare(session, 1, seed=1, now=world.now)
    with world.write() as session:
        if change == "thrown away":
            drafts.discard(session, world.programme(session), 1, by="them", now=world.now)
    if change == "sent":
        world.send(1)
    if change == "drawn again":
        world.draw()
    assert ready
    with world.write() as session:
        schedule.fire(session, ready, now=world.now)
    world.work()
    assert "not_as_planned" not in kinds(world, ORGANISER)


def test_an_empty_pot_is_said_and_the_next_day_stands(world: World) -> None:
    plan(world)
    at(world, 8, 9)
    letter = " ".join(world.letter(ORGANISER, "not_as_planned").text.split())
    assert ("nobody is in the pot" in letter, "Tuesday 15 December" in letter) == (True, True)


@pytest.mark.usefixtures("both_databases")
def test_who_skipped_a_day_without_a_round_is_in_again_after_it(world: World) -> None:
    one, _ = world.join_many(2)
    plan(world)
    skip(world, one)
    for day in (8, 13, 15):
        at(world, day, 9)
    assert kinds(world, str(world.person(one).email)) == ["confirm", "heads_up", "introduction"]


@pytest.mark.usefixtures("both_databases")
def test_who_is_left_alone_on_the_day_they_were_told_of_hears_of_it(world: World) -> None:
    one, other = world.join_many(2)
    plan(world)
    at(world, 6, 9)
    skip(world, other)
    at(world, 8, 9)
    letters = [kinds(world, str(world.person(who).email))[-1] for who in (one, other)]
    assert (letters, world.membership(one).let_down) == (["not_this_time", "heads_up"], True)


def test_a_skip_lasts_while_the_draft_it_is_about_waits(world: World) -> None:
    one, *_ = world.join_many(3)
    plan(world)
    skip(world, one)
    at(world, 6, 9)
    world.draw()
    at(world, 8, 11)
    assert world.membership(one).skips_next


def skip(world: World, person: str) -> None:
    with world.write() as session:
        membership = session.get_one(Membership, (world.programme(session).id, person))
        participation.skip_next(session, membership, True, now=world.now)


@pytest.mark.parametrize(("day", "sent"), [(10, True), (11, False)])
def test_a_round_missed_for_long_is_said_and_not_made_up_for(world: World, day: int, sent: bool) -> None:
    world.join_many(2)
    plan(world)
    at(world, day, 9)
    said = "not_as_planned" in kinds(world, ORGANISER)
    assert (bool(states(world)), said, next_round_on(world)) == (sent, not sent, date(2026, 12, 15))


def test_without_its_organiser_a_schedule_ends_and_the_owners_hear(world: World) -> None:
    world.join_many(2)
    who = plan(world)
    world.appoint("owner@councils.example")
    with world.write() as session:
        session.delete(session.get_one(OrganiserRole, (who, 1)))
    at(world, 8, 9)
    letter = world.letter("owner@councils.example", "not_as_planned")
    with world.read() as session:
        kept = session.get(Schedule, 1)
    assert (kept, states(world), "schedule has ended" in letter.text) == (None, [], True)


def test_a_round_sent_early_by_hand_uses_up_the_day_people_were_told(world: World) -> None:
    world.join_many(2)
    plan(world)
    at(world, 6, 9)
    world.round()
    assert next_round_on(world) == date(2026, 12, 15)


def test_a_round_sent_long_before_leaves_the_next_day_alone(world: World) -> None:
    world.join_many(2)
    plan(world)
    world.round()
    assert next_round_on(world) == TUESDAY


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("automatic", [True, False])
def test_a_round_brought_forward_takes_place_once(world: World, automatic: bool) -> None:
    world.join_many(4)
    plan(world, automatic=automatic, rhythm=Rhythm.MONTHLY)
    moved_to(world, date(2026, 12, 4))
    at(world, 4, 9)
    if not automatic:
        world.send(1)
    assert next_round_on(world) == date(2027, 1, 12)


def test_a_round_moved_back_to_its_day_takes_place_then(world: World) -> None:
    world.join_many(4)
    plan(world, rhythm=Rhythm.MONTHLY)
    for day in (4, 3, 8):
        moved_to(world, date(2026, 12, day))
    at(world, 8, 9)
    assert (states(world), next_round_on(world)) == ([RoundState.SENT], date(2027, 1, 12))


@pytest.mark.parametrize(("day", "then"), [(4, 15), (22, 22)])
def test_the_schedule_says_where_a_day_was_moved_and_which_is_next(world: World, day: int, then: int) -> None:
    plan(world)
    moved_to(world, date(2026, 12, day))
    with world.read() as session:
        kept = session.get_one(Schedule, 1)
        coming = moved_days.coming(session, kept, world.now.date(), 2)
    assert [(one.planned.day, one.on and one.on.day) for one in coming] == [(8, day), (then, then)]


def test_a_day_moved_twice_is_where_it_is_now(world: World) -> None:
    plan(world)
    for day in (15, 10):
        moved_to(world, date(2026, 12, day))
    with world.read() as session:
        coming = moved_days.coming(session, session.get_one(Schedule, 1), world.now.date(), 2)
    assert [(one.planned.day, one.on and one.on.day) for one in coming] == [(8, 10), (15, 15)]


def test_a_day_moved_into_days_off_is_back_where_the_rhythm_has_it(world: World) -> None:
    plan(world)
    moved_to(world, date(2026, 12, 10))
    with world.write() as session:
        off = [(date(2026, 12, 10), date(2026, 12, 11))]
        programme_settings.set_days_off(session, world.programme(session), off, by="x", now=world.now)
    with world.read() as session:
        coming = moved_days.coming(session, session.get_one(Schedule, 1), world.now.date(), 1)
    assert (next_round_on(world), coming[0].on) == (date(2026, 12, 8), date(2026, 12, 8))


def test_a_paused_programme_does_nothing_by_itself(world: World) -> None:
    world.join_many(2)
    plan(world)
    world.change(paused_at=world.now)
    for day in (6, 8):
        at(world, day, 9)
    assert (states(world), world.inbox(kind="heads_up")) == ([], [])


def test_while_the_outbox_is_held_as_after_a_restore_no_round_begins(world: World) -> None:
    """The one of that day may have gone out since the backup."""
    world.join_many(4)
    plan(world)
    with world.write() as session:
        outbox.hold(session, reason="restored from a backup", now=world.now)
    at(world, 8, 9)
    assert states(world) == []


def test_once_the_outbox_goes_on_a_round_that_was_moved_meanwhile_begins_on_its_new_day(world: World) -> None:
    world.join_many(4)
    plan(world)
    with world.write() as session:
        outbox.hold(session, reason="restored from a backup", now=world.now)
    at(world, 8, 10)
    moved_to(world, date(2026, 12, 15))
    with world.write() as session:
        outbox.release(session, now=world.now)
    at(world, 8, 11)
    before = states(world)
    at(world, 15, 9)
    assert (before, states(world)) == ([], [RoundState.SENT])


def test_trouble_in_one_programme_leaves_the_others_alone(world: World) -> None:
    world.join_many(2)
    plan(world, dates=["no date"], rhythm=Rhythm.DATES)
    at(world, 8, 9)
    world.ask(world.details())
    world.worker.sweep()
    assert len(world.inbox(kind="confirm")) == 3


# Heads-ups


@pytest.mark.usefixtures("both_databases")
def test_everyone_in_the_pot_hears_two_days_before_and_once(world: World) -> None:
    inside, skips = world.join("Amina"), world.join("Tom")
    world.change(next_round_on=TUESDAY)
    world.visitor().open(world.page_of(skips)).press("Skip the next round")
    for moment in ((6, 8, 59), (6, 9), (7, 9)):
        at(world, *moment)
    assert [letter.to for letter in world.inbox(kind="heads_up")] == [world.person(inside).email]


def test_a_moved_day_is_not_announced_again(world: World) -> None:
    world.join_many(2)
    world.change(next_round_on=TUESDAY)
    at(world, 6, 9)
    moved_to(world, date(2026, 12, 15))
    at(world, 13, 9)
    assert len(world.inbox(kind="heads_up")) == 2


@pytest.mark.parametrize(("hour", "told"), [(20, TUESDAY), (21, None)])
def test_in_the_evening_before_it_is_too_late_to_tell_of_a_round(
    world: World, hour: int, told: date | None
) -> None:
    """What is put off to the morning of the day would speak of a round that has begun, and is not sent."""
    world.join_many(2)
    world.change(next_round_on=TUESDAY)
    at(world, 7, hour)
    with world.read() as session:
        assert schedule.told_of(session, world.programme(session), world.now) == told


@pytest.mark.usefixtures("both_databases")
def test_when_the_day_they_heard_of_goes_by_in_a_break_they_hear_of_the_next(world: World) -> None:
    world.join_many(2)
    plan(world)
    at(world, 6, 9)
    world.pause()
    at(world, 9, 9)
    world.go_on()
    for day in (13, 14):
        at(world, day, 9)
    said = [letter.subject for letter in world.inbox(kind="heads_up")]
    assert said == ["You are in for Tuesday 15 December"] * 2 + ["You are in for Tuesday 8 December"] * 2


@pytest.mark.parametrize(("hour", "sent"), [(8, [RoundState.SENT]), (10, [])])
def test_a_break_that_ends_before_the_time_of_a_round_costs_no_round(
    world: World, hour: int, sent: list[RoundState]
) -> None:
    world.join_many(2)
    plan(world)
    at(world, 6, 9)
    world.pause()
    at(world, 8, hour)
    world.go_on()
    at(world, 8, 11)
    assert states(world) == sent


def test_a_break_that_ends_on_a_day_nobody_was_told_of_brings_no_round_that_day(world: World) -> None:
    world.join_many(2)
    plan(world)
    world.pause()
    at(world, 8, 8)
    world.go_on()
    assert next_round_on(world) == date(2026, 12, 15)


def test_a_day_set_by_hand_stands_while_it_lasts_when_a_break_ends(world: World) -> None:
    moved_to(world, TUESDAY)
    world.pause()
    at(world, 8, 11)
    world.go_on()
    assert next_round_on(world) == TUESDAY


def test_they_hear_of_the_next_day_when_a_draft_was_thrown_away(world: World) -> None:
    world.join_many(2)
    plan(world, automatic=False)
    for day in (6, 8):
        at(world, day, 9)
    with world.write() as session:
        drafts.discard(session, world.programme(session), 1, by=BY, now=world.now)
    at(world, 13, 9)
    assert len(world.inbox(kind="heads_up")) == 4


def test_a_day_moved_while_a_draft_waits_is_not_used_up_by_it(world: World) -> None:
    world.join_many(2)
    plan(world, automatic=False)
    for day in (6, 8):
        at(world, day, 9)
    told = moved_to(world, date(2026, 12, 16))
    at(world, 9, 9)
    world.send(1)
    assert (told, next_round_on(world)) == (False, date(2026, 12, 16))


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("on", "said"), [(date(2026, 12, 10), ["You are in for Thursday 10 December"] * 2), (None, [])]
)
def test_a_heads_up_that_waits_speaks_of_the_day_it_is_by_now(
    world: World, on: date | None, said: list[str]
) -> None:
    world.join_many(2)
    world.change(next_round_on=TUESDAY)
    with world.write() as session:
        outbox.hold(session, reason="a test", now=world.now)
    at(world, 6, 9)
    told = moved_to(world, on)
    with world.write() as session:
        outbox.release(session, now=world.now)
    world.work()
    assert (told, [letter.subject for letter in world.inbox(kind="heads_up")]) == (True, said)


def test_the_next_round_is_announced_anew(world: World) -> None:
    world.join_many(2)
    plan(world)
    for day in (6, 8, 13):
        at(world, day, 9)
    assert len(world.inbox(kind="heads_up")) == 4


def test_the_button_in_a_heads_up_skips_and_changes_nothing_until_it_is_pressed(world: World) -> None:
    amina = world.join("Amina", email="amina@example.org")
    world.change(next_round_on=TUESDAY)
    at(world, 6, 9)
    door = world.link_in(world.letter("amina@example.org", "heads_up"), "/next-round/")
    page = world.visitor().open(door)
    before = world.membership(amina).skips_next
    page.press("Skip this round")
    assert (before, page.heading, world.membership(amina).skips_next) == (
        False,
        "You skip the round of Tuesday 8 December",
        True,
    )


def test_who_skipped_by_the_heads_up_may_think_again(world: World) -> None:
    amina = world.join("Amina")
    world.change(next_round_on=TUESDAY)
    page = world.visitor().open(world.door(Purpose.NEXT_ROUND, amina, 1))
    page.press("Skip this round").press("I am in after all")
    assert (page.heading, world.membership(amina).skips_next) == ("You are in for Tuesday 8 December", False)


def test_a_pause_from_the_heads_up_has_its_day_checked(world: World) -> None:
    amina = world.join("Amina")
    world.change(next_round_on=TUESDAY)
    page = world.visitor().open(world.door(Purpose.NEXT_ROUND, amina, 1))
    page.press("Pause until that day", until=["1", "11", "2026"])
    wrong = page.mistakes
    page.press("Pause until that day", until=["1", "2", "2027"])
    assert (wrong, page.heading) == (["Choose a day after today"], "You are paused until 1 February 2027")


def test_a_heads_up_leads_to_everything_else(world: World) -> None:
    amina = world.join("Amina")
    door = world.door(Purpose.NEXT_ROUND, amina, 1)
    page = world.visitor().open(door)
    assert f"/me/{door.rpartition('/')[2]}" in page.links


def test_a_heads_up_s_link_shows_no_conversation_of_the_same_number(world: World) -> None:
    amina = world.join_many(2)[0]
    world.round()
    page = world.visitor().open(f"/me/{world.door(Purpose.NEXT_ROUND, amina, 1).rpartition('/')[2]}")
    assert not [link for link in page.links if link.startswith(("/conversation/", "/checkin/"))]


def test_what_became_of_a_day_is_kept(world: World) -> None:
    world.join_many(2)
    plan(world)
    at(world, 8, 9)
    with world.read() as session:
        kept = session.get_one(Tick, (1, "round", "2026-12-08"))
    assert kept.became == "Round 1 was drawn and sent."
