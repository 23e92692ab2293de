"""A draft changed by hand: counted anew each time, never against a rule, and never under somebody's hands."""

from collections.abc import Callable
from typing import Any

import pytest

from notifications import outbox
from tests.support.world import BY, World, links_in
from web.models import LeftOut, Membership, RatherNot, Round
from web.services.common import times
from web.services.people import participation
from web.services.rounds import drafts, editing, keeping_apart, previews, rounds, try_outs
from web.services.rounds.keeping_apart import NotApart
from web.services.rounds.rounds import StaleDraft
from web.services.rounds.seating import NotAllowed


def draft(world: World) -> Round:
    with world.read() as session:
        found = rounds.draft(session, world.programme(session))
        assert found
        return found


def change(world: World, plan: Callable[..., Any], *what: Any, version: int | None = None) -> Round:
    """Plan, then keep, as a page does."""
    version = version or draft(world).version
    with world.read() as session:
        planned = plan(session, world.programme(session), version, *what, today=times.today(world.now))
    with world.write() as session:
        return editing.keep(session, world.programme(session), planned, by=BY, now=world.now)


def lock(world: World, number: int, locked: bool = True) -> None:
    with world.write() as session:
        editing.lock(
            session, world.programme(session), draft(world).version, number, locked, by=BY, now=world.now
        )


def forbid(world: World, one: str, other: str) -> None:
    with world.write() as session:
        keeping_apart.keep_apart(session, world.programme(session), one, other, by=BY, now=world.now)


def skip(world: World, person: str) -> None:
    with world.write() as session:
        participation.skip_next(session, session.get_one(Membership, (1, person)), True, now=world.now)


def sizes(world: World) -> list[int]:
    return sorted(map(len, world.groups()))


def send(world: World) -> None:
    world.send(1)
    world.work()


@pytest.fixture
def six(world: World) -> World:
    """Three pairs, each person from a place of their own."""
    world.join_together(*(world.details(organisation=f"Organisation {number}") for number in range(6)))
    world.draw()
    return world


@pytest.fixture
def seven(world: World) -> World:
    """Two pairs and a three."""
    world.join_together(*(world.details(organisation=f"Organisation {number}") for number in range(7)))
    world.draw()
    return world


def three_and_pair(world: World) -> tuple[list[str], list[str]]:
    groups = world.groups()
    return next(g for g in groups if len(g) == 3), next(g for g in groups if len(g) == 2)


def number_of(world: World, person: str) -> int:
    return next(place for place, group in enumerate(world.groups(), start=1) if person in group)


# Swapping


@pytest.mark.usefixtures("both_databases")
def test_two_people_take_each_other_s_place(six: World) -> None:
    (a, b), (c, d), _ = six.groups()
    change(six, editing.swap, a, c)
    assert [set(group) for group in six.groups()[:2]] == [{c, b}, {a, d}]


def test_a_swap_is_counted_and_makes_another_version(six: World) -> None:
    before = draft(six)
    (a, _), (c, _), _ = six.groups()
    after = change(six, editing.swap, a, c)
    assert (after.edits, after.version, after.redraws) == (1, before.version + 1, 0)


def test_a_swap_that_makes_two_meet_again_says_so_beside_the_best(world: World) -> None:
    people = world.join_many(6)
    world.round()
    together = world.partners_of(people[0])[0]
    world.clock.turn(days=28)
    world.draw(seed=2)
    partner = next(
        each for group in world.groups(2) if people[0] in group for each in group if each != people[0]
    )
    after = change(world, editing.swap, partner, together)
    assert (after.figures["repeats"] >= 1, after.best["repeats"], after.figures["optimal"]) == (
        True,
        0,
        False,
    )
    assert "1 more pair has met before" in previews.how_far(after.figures, after.best)


def test_a_swap_that_changes_nothing_we_count_is_still_the_best(six: World) -> None:
    (a, _), (c, _), _ = six.groups()
    after = change(six, editing.swap, a, c)
    assert (after.figures["optimal"], previews.how_far(after.figures, after.best)) == (
        True,
        "It is as good as the best possible round.",
    )


def test_a_swap_that_breaks_a_never_pair_is_refused_with_the_reason(six: World) -> None:
    (a, b), (c, d), _ = six.groups()
    forbid(six, b, c)
    with pytest.raises(NotAllowed, match=r"Person 00\d and Person 00\d must not meet"):
        change(six, editing.swap, a, c)
    assert [set(group) for group in six.groups()[:2]] == [{a, b}, {c, d}]


def test_nobody_is_swapped_into_a_three_against_their_wish(seven: World) -> None:
    three, pair = three_and_pair(seven)
    with seven.write() as session:
        membership = session.get_one(Membership, (1, pair[0]))
        participation.set_happy_in_three(session, membership, False, now=seven.now)
    with pytest.raises(NotAllowed, match="would rather not be in a three"):
        change(seven, editing.swap, three[0], pair[0])


def test_who_writes_first_is_always_in_the_group(six: World) -> None:
    (a, b), (c, d), _ = six.groups()
    for one, other in ((a, c), (b, d)):
        change(six, editing.swap, one, other)
    with six.read() as session:
        preview = previews.of_round(session, six.programme(session), 1, now=six.now)
    assert all(sum(member.moves_first for member in group.members) == 1 for group in preview.groups)


# Moving


def test_a_three_can_be_made_elsewhere(seven: World) -> None:
    three, pair = three_and_pair(seven)
    change(seven, editing.move, three[0], number_of(seven, pair[0]))
    assert {*pair, three[0]} in [set(group) for group in seven.groups()]


def test_nobody_is_left_alone_by_a_move(six: World) -> None:
    (a, _), (c, _), _ = six.groups()
    with pytest.raises(NotAllowed, match="would be left alone"):
        change(six, editing.move, a, number_of(six, c))


# Leaving out, putting in


def test_who_is_left_out_leaves_nobody_alone(six: World) -> None:
    (a, _), *_ = six.groups()
    change(six, editing.leave_out, a)
    assert (sizes(six), [a in group for group in six.groups()]) == ([2, 3], [False, False])


def test_a_three_gives_somebody_to_who_would_be_alone(seven: World) -> None:
    _, pair = three_and_pair(seven)
    change(seven, editing.leave_out, pair[0])
    assert sizes(seven) == [2, 2, 2]


def test_who_is_left_out_is_told_once_and_kindly_and_comes_first_next_time(six: World) -> None:
    (a, _), *_ = six.groups()
    change(six, editing.leave_out, a)
    send(six)
    told = [m for m in six.inbox(six.person(a).email) if m.kind in ("introduction", "not_this_time")]
    assert [m.kind for m in told] == ["not_this_time"]
    assert "left you out of it, this once" in told[0].text
    assert six.membership(a).let_down


def test_who_is_left_out_is_in_the_next_round_again(six: World) -> None:
    (a, _), *_ = six.groups()
    change(six, editing.leave_out, a)
    send(six)
    six.clock.turn(days=28)
    six.draw()
    assert any(a in group for group in six.groups(2))


def test_who_is_left_out_stays_out_when_the_rest_is_drawn_again(six: World) -> None:
    (a, _), *_ = six.groups()
    change(six, editing.leave_out, a)
    six.draw(seed=5)
    assert (any(a in group for group in six.groups()), draft(six).edits) == (False, 1)


@pytest.mark.usefixtures("both_databases")
def test_who_skips_can_be_put_in_and_their_skip_is_used_up(six: World) -> None:
    late = six.join(organisation="Elsewhere")
    skip(six, late)
    six.draw()
    change(six, editing.bring_in, late)
    send(six)
    assert (sizes(six), six.letter(six.person(late).email).kind, six.membership(late).skips_next) == (
        [2, 2, 3],
        "introduction",
        False,
    )


def test_who_joined_after_the_draw_can_be_put_in(seven: World) -> None:
    late = seven.join(organisation="Elsewhere")
    change(seven, editing.bring_in, late)
    assert sizes(seven) == [2, 2, 2, 2]


def test_who_never_said_yes_or_has_left_cannot_be_put_in(six: World) -> None:
    gone = six.join()
    with six.write() as session:
        participation.leave(session, session.get_one(Membership, (1, gone)), now=six.now)
    with pytest.raises(NotAllowed, match="cannot be in this round"):
        change(six, editing.bring_in, gone)


def test_somebody_who_left_since_can_be_taken_out_without_drawing_again(six: World) -> None:
    (a, _), *_ = six.groups()
    skip(six, a)
    change(six, editing.leave_out, a)
    six.send(1)
    assert sizes(six) == [2, 3]


def test_of_two_people_nobody_can_be_left_out(world: World) -> None:
    people = world.join_many(2)
    world.draw()
    with pytest.raises(NotAllowed, match="nobody would be left"):
        change(world, editing.leave_out, people[0])


# Locking


def test_a_locked_group_stays_when_the_rest_is_drawn_again(six: World) -> None:
    kept = set(six.groups()[1])
    lock(six, 2)
    for seed in (2, 3, 4):
        six.draw(seed)
    assert kept in [set(group) for group in six.groups()]


def test_an_unlocked_group_is_drawn_like_the_others(world: World) -> None:
    world.join_many(12)
    world.draw()
    lock(world, 1)
    lock(world, 1, False)
    first = set(world.groups()[0])
    assert any(world.draw(seed) and first not in [set(g) for g in world.groups()] for seed in range(2, 8))


def test_a_locked_group_is_not_changed(six: World) -> None:
    lock(six, 1)
    (a, _), (c, _), _ = six.groups()
    with pytest.raises(NotAllowed, match="Group 1 is locked"):
        change(six, editing.swap, a, c)


def test_edits_are_forgotten_only_when_nothing_of_them_is_kept(six: World) -> None:
    (a, _), (c, _), _ = six.groups()
    change(six, editing.swap, a, c)
    lock(six, 1)
    six.draw(seed=2)
    kept = draft(six).edits
    lock(six, number_of(six, c), False)
    six.draw(seed=3)
    assert (kept, draft(six).edits) == (1, 0)


def test_drafts_that_were_thrown_away_count_as_draws(six: World) -> None:
    six.draw(seed=2)
    with six.write() as session:
        drafts.discard(session, six.programme(session), 2, by=BY, now=six.now)
    six.draw(seed=3)
    assert draft(six).redraws == 2


# Two organisers


@pytest.mark.parametrize("plan", [editing.swap, editing.leave_out], ids=["swap", "leave out"])
def test_a_stale_button_is_refused_and_says_what_was_done_and_by_whom(six: World, plan: Any) -> None:
    (a, _), (c, _), _ = six.groups()
    change(six, editing.swap, a, c)
    what = (a, c) if plan is editing.swap else (a,)
    with pytest.raises(StaleDraft, match=r"a test swapped Person 00\d and Person 00\d, 09:00"):
        change(six, plan, *what, version=1)


def test_what_was_planned_before_somebody_else_s_change_is_not_kept(six: World) -> None:
    (a, _), (c, _), _ = six.groups()
    with six.read() as session:
        planned = editing.swap(session, six.programme(session), 1, a, c, today=times.today(six.now))
    lock(six, 3)
    with pytest.raises(StaleDraft), six.write() as session:
        editing.keep(session, six.programme(session), planned, by=BY, now=six.now)


# Must not meet


def test_two_in_one_group_who_must_not_meet_are_shown_and_not_sent(six: World) -> None:
    a, b = six.groups()[0]
    lock(six, 1)
    forbid(six, a, b)
    with six.read() as session:
        since = previews.of_round(session, six.programme(session), 1, now=six.now).since
    assert (len(since.forbidden), since.may_be_sent) == (1, False)
    six.draw(seed=2)
    assert {a, b} not in [set(group) for group in six.groups()]


def test_what_a_participant_asked_for_is_not_taken_back_by_an_organiser(six: World) -> None:
    one, other = sorted(six.groups()[0])
    with six.write() as session:
        session.add(RatherNot(person_id=one, other_id=other, created_at=six.now))
    with pytest.raises(NotApart, match="only they can take it back"), six.write() as session:
        keeping_apart.let_meet(session, six.programme(session), one, other, by=BY, now=six.now)


# Trying out


def test_a_test_goes_to_the_organiser_alone_and_leads_nowhere_else(six: World) -> None:
    who = six.appoint("organiser@councils.example")
    with six.read() as session:
        order = try_outs.try_out(session, six.programme(session), 1, "", who, now=six.now)
    with six.write() as session:
        outbox.queue_all(session, [order], now=six.now)
    letter = six.letter("organiser@councils.example")
    assert (letter.kind, letter.subject.startswith("Only a test: Meet ")) == ("try_out", True)
    assert set(links_in(letter)) == {"/organise/councils/rounds/1"}
    assert not six.inbox(kind="introduction")


def test_a_test_is_not_counted(six: World) -> None:
    who = six.appoint("organiser@councils.example")
    with six.read() as session:
        order = try_outs.try_out(session, six.programme(session), 1, "", who, now=six.now)
    with six.write() as session:
        outbox.queue_all(session, [order], now=six.now)
    send(six)
    with six.read() as session:
        counted = previews.delivery(session, rounds.by_number(session, six.programme(session), 1))
    assert (counted.total, counted.sent) == (6, 6)


def test_left_out_rows_say_who_is_out_and_why(six: World) -> None:
    (a, _), *_ = six.groups()
    change(six, editing.leave_out, a)
    with six.read() as session:
        out = session.get_one(LeftOut, (1, a))
    assert (out.on_purpose, out.reason) == (True, "left out by an organiser, this once")


def swapped(world: World, one: str, other: str) -> Round:
    return change(world, editing.swap, one, other)


def test_less_mixed_than_the_best_is_said_not_to_be_as_good(world: World) -> None:
    world.change(mix_by="Role", mix_choices=["Officer", "Councillor"])
    for place in range(4):
        world.join(organisation=f"Council {place}", mix_choice=("Officer", "Councillor")[place % 2])
    world.draw()
    roles = {person: world.membership(person).mix_choice for group in world.groups() for person in group}
    (one, _), (third, fourth) = world.groups()
    alike = next(each for each in (third, fourth) if roles[each] == roles[one])
    kept = swapped(world, world.groups()[0][1], alike)
    assert (kept.figures["mixed"], kept.figures["optimal"]) == (0, False)
    assert previews.how_far(kept.figures, kept.best).startswith(
        "2 fewer pairs differ in what else is mixed by than"
    )


def test_meeting_the_latest_again_is_said_not_to_be_as_good_as_meeting_the_earliest(world: World) -> None:
    """Four people who have all met: the best round has who met longest ago."""
    world.join_many(4)
    for month in range(3):
        world.clock.turn(days=28 * bool(month))
        world.round(seed=month + 1)
    world.clock.turn(days=28)
    world.draw()
    (one, _), _ = world.groups(3)
    latest = world.partners_of(one, 3)[0]
    kept = swapped(world, world.partners_of(one, 4)[0], latest)
    assert (kept.figures["repeats"], kept.best["repeats"], kept.figures["optimal"]) == (2, 2, False)
    said = previews.how_far(kept.figures, kept.best)
    assert "in repeats and crossing; in what counts after them it may not be" in said
