"""Who is left without a partner, or comes late, is given somebody new while the round goes on, or a word."""

from collections import Counter
from contextlib import suppress
from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests.support.world import BY, World
from web.models import Answer, Group, GroupMember, Membership, Person, Round, Standing
from web.models.rounds import TopUp
from web.services.common import times
from web.services.conversations import conversations
from web.services.people import invitations, merging, participation
from web.services.rounds import dropouts, keeping_apart, pots, rounds, top_ups

both = pytest.mark.usefixtures("both_databases")


def drop_out(world: World, person: str) -> None:
    with world.write() as session:
        dropouts.cannot_make_it(session, group_now(world, person), person, now=world.now)


def group_now(world: World, person: str) -> int:
    """The newest group somebody is in."""
    with world.read() as session:
        theirs = select(GroupMember.group_id).where(
            GroupMember.person_id == person, GroupMember.withdrew_at.is_(None)
        )
        return max(session.exec(theirs))


def live(world: World, number: int = 1) -> list[set[str]]:
    """Who is in each group that goes on."""
    with world.read() as session:
        found = session.exec(
            select(GroupMember)
            .join(Group, Group.id == GroupMember.group_id)
            .join(Round, Round.id == Group.round_id)
            .where(Round.number == number, Group.called_off_at.is_(None), GroupMember.withdrew_at.is_(None))
        )
        groups: dict[int, set[str]] = {}
        for row in found:
            groups.setdefault(row.group_id, set()).add(row.person_id)
    return list(groups.values())


def top_up(world: World, version: str | None = None) -> top_ups.TopUpPlan:
    with world.write() as session:
        return top_ups.run(session, world.programme(session), 1, version, by="a test", now=world.now)


def cut_off(world: World) -> None:
    """The morning after the cut-off, once the worker has looked."""
    world.clock.turn(days=8)
    world.worker.sweep()


def newest(world: World, person: str) -> str:
    return world.inbox(str(world.person(person).email))[0].kind


def say_no_to_threes(world: World, *people: str) -> None:
    with world.write() as session:
        for person in people:
            session.get_one(Membership, (1, person)).happy_in_three = False


@both
def test_two_who_were_let_down_talk_with_each_other(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), (too, other) = world.groups()
    drop_out(world, gone)
    drop_out(world, too)
    cut_off(world)
    assert (live(world), newest(world, one), newest(world, other)) == (
        [{one, other}],
        "introduction",
        "introduction",
    )


def test_who_came_late_talks_with_who_was_let_down(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, one = world.groups()[0]
    late = world.join()
    drop_out(world, gone)
    cut_off(world)
    assert live(world) == [{one, late}]


def test_who_says_yes_to_an_invitation_after_the_draw_came_late(world: World) -> None:
    *_, invited = world.join_many(3)
    with world.write() as session:
        session.get_one(Membership, (1, invited)).standing = Standing.INVITED
    world.round()
    world.clock.turn(hours=1)
    with world.write() as session:
        membership = session.get_one(Membership, (1, invited))
        membership.standing, membership.joined_at = Standing.ACTIVE, world.now
    assert [person for _, person in top_up(world).joins] == [invited]


def test_who_skipped_the_round_is_left_in_peace(world: World) -> None:
    world.join_many(4)
    with world.write() as session:
        skips = session.exec(select(Membership)).first()
        assert skips
        person = skips.person_id
        skips.skips_next = True
    world.round()
    with world.read() as session:
        assert person not in top_ups.plan(session, world.programme(session), 1, now=world.now).pot.people


def test_the_one_left_over_makes_a_willing_pair_a_three(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), pair = world.groups()
    drop_out(world, gone)
    cut_off(world)
    assert live(world) == [{one, *pair}]
    with world.read() as session:
        kept = session.get_one(Group, world.group_of(pair[0]))
    assert (kept.repeats, kept.why.startswith("None of them have met. From ")) == (0, True)


def test_a_pair_made_a_three_is_introduced_anew_and_a_newcomer_for_the_first_time(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), pair = world.groups()
    drop_out(world, gone)
    cut_off(world)
    letters = [world.letter(str(world.person(person).email), "introduction") for person in (pair[0], one)]
    assert ["There is a change" in letter.text for letter in letters] == [True, False]
    assert [b"SEQUENCE:1" in (letter.calendar or b"") for letter in letters] == [True, False]


def test_a_turn_in_a_three_is_counted_where_it_happened(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, _), _ = world.groups()
    drop_out(world, gone)
    cut_off(world)
    with world.read() as session:
        pot = pots.gather(session, world.programme(session), times.today(world.now))
        turns = dict(zip(pot.people, pot.pot.trio_turns.tolist(), strict=True))
    assert turns == {person: int(person != gone) for person in pot.people}


def test_a_pair_kept_apart_since_it_was_introduced_is_joined_by_nobody(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), pair = world.groups()
    with world.write() as session:
        keeping_apart.keep_apart(session, world.programme(session), *pair, by=BY, now=world.now)
    drop_out(world, gone)
    cut_off(world)
    assert (live(world), newest(world, one)) == ([set(pair)], "not_this_time")


def test_a_pair_with_a_date_is_left_alone(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), pair = world.groups()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(pair[0]), pair[0])
        conversations.say(session, talk, Answer.BOOKED, now=world.now)
    drop_out(world, gone)
    cut_off(world)
    assert (live(world), newest(world, one)) == ([set(pair)], "not_this_time")


def test_nobody_is_put_in_a_three_they_said_no_to(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, _), pair = world.groups()
    say_no_to_threes(world, pair[1])
    drop_out(world, gone)
    cut_off(world)
    assert live(world) == [set(pair)]


@both
def test_of_two_entries_that_became_one_person_each_had_a_conversation_and_a_newcomer_is_found_a_place(
    world: World,
) -> None:
    world.join_many(4)
    world.round()
    (kept, _), (gone, _) = world.groups()
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)
    late = world.join()
    top_up(world)
    assert [len(group) for group in live(world) if late in group] == [3]


def test_for_whom_there_is_nobody_is_told_and_comes_first_next_time(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, one = world.groups()[0]
    drop_out(world, gone)
    cut_off(world)
    letter = world.letter(str(world.person(one).email), "not_this_time")
    assert ("nobody you have not met" in letter.text, world.membership(one).let_down) == (True, True)


def test_who_has_found_somebody_is_not_let_down_any_more(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, one = world.groups()[0]
    world.join()
    drop_out(world, gone)
    cut_off(world)
    assert not world.membership(one).let_down


def test_nobody_meets_the_same_person_again_for_it(world: World) -> None:
    world.join_many(4)
    world.round()
    stay, leave = world.groups(1)
    world.clock.turn(days=22)
    world.round(seed=2)
    for person in leave:
        drop_out(world, person)
    cut_off(world)
    assert (live(world, 2), [newest(world, person) for person in stay]) == ([], ["not_this_time"] * 2)


def test_it_runs_by_itself_once(world: World) -> None:
    world.join_many(3)
    world.round()
    world.join()
    cut_off(world)
    before = world.dump()
    world.worker.sweep()
    assert world.dump() == before


def break_off(world: World) -> None:
    """Two pairs of which one is left, and then the programme takes a break."""
    world.join_many(4)
    world.round()
    for gone, _ in world.groups():
        drop_out(world, gone)
    world.work()
    world.pause()


def go_on(world: World) -> None:
    world.go_on()
    world.worker.sweep()


def test_in_a_break_nobody_is_put_together_unheard(world: World) -> None:
    break_off(world)
    cut_off(world)
    in_the_break = live(world)
    go_on(world)
    assert (in_the_break, len(live(world))) == ([], 1)


def test_after_a_break_longer_than_the_round_who_waited_is_told(world: World) -> None:
    break_off(world)
    cut_off(world)
    waited = [stays for _, stays in world.groups()]
    world.clock.turn(days=40)
    go_on(world)
    assert {newest(world, person) for person in waited} == {"not_this_time"}


def test_in_a_break_an_organiser_sends_no_top_up(world: World) -> None:
    break_off(world)
    with pytest.raises(rounds.ProgrammePaused):
        top_up(world)


def test_the_round_s_page_says_how_it_was_drawn(world: World) -> None:
    world.join_many(4)
    world.round()
    for group in world.groups():
        drop_out(world, group[0])
    cut_off(world)
    with world.read() as session:
        kept = session.exec(select(TopUp)).one()
    page = world.organiser().open("/organise/councils/rounds/1").text
    assert "Top-up 1, by the schedule" in page
    assert (
        f"1 new group. Proved to be the best possible. Seed {kept.seed}, input {kept.input_digest[:16]}."
        in page
    )


def test_it_waits_for_the_morning(world: World) -> None:
    world.join_many(2)
    world.round()
    drop_out(world, world.groups()[0][0])
    world.join()
    world.clock.now = times.london(date(2026, 12, 9), time(8, 59))
    with world.read() as session:
        round_ = session.get_one(Round, 1)
        cut_off_on, waits = round_.cut_off_on, top_ups.due(session, now=world.now)
    assert (cut_off_on, waits) == (date(2026, 12, 8), [])


def test_before_the_cut_off_nobody_is_told_that_there_is_nobody(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, one = world.groups()[0]
    drop_out(world, gone)
    top_up(world)
    world.work()
    assert newest(world, one) == "partner_gone"


def test_what_was_looked_at_is_what_is_sent(world: World) -> None:
    world.join_many(4)
    world.round()
    for gone, _ in world.groups():
        drop_out(world, gone)
    with world.read() as session:
        looked = top_ups.plan(session, world.programme(session), 1, now=world.now)
    assert top_up(world, looked.version).groups == looked.groups


def test_what_has_changed_since_it_was_looked_at_is_refused(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, _), (too, _) = world.groups()
    drop_out(world, gone)
    with world.read() as session:
        looked = top_ups.plan(session, world.programme(session), 1, now=world.now)
    drop_out(world, too)
    with pytest.raises(top_ups.StaleTopUp):
        top_up(world, looked.version)


def test_who_drops_out_of_what_a_top_up_found_is_not_introduced_again(world: World) -> None:
    world.join_many(6)
    world.round()
    (gone, one), (too, other), (third, last) = world.groups()
    drop_out(world, gone)
    drop_out(world, too)
    top_up(world)
    assert {one, other} in live(world)
    drop_out(world, one)
    drop_out(world, third)
    cut_off(world)
    assert live(world) == [{other, last}]


def test_when_nobody_waits_there_is_nothing_to_do(world: World) -> None:
    world.join_many(2)
    world.round()
    with pytest.raises(top_ups.NoTopUp):
        top_up(world)


def test_a_round_that_is_over_is_not_topped_up(world: World) -> None:
    world.join_many(2)
    world.round()
    world.clock.turn(days=30)
    with pytest.raises(top_ups.NoTopUp):
        top_up(world)


def test_after_a_long_sleep_of_the_worker_they_are_still_told(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, one = world.groups()[0]
    drop_out(world, gone)
    world.work()
    world.clock.turn(days=40)
    world.worker.sweep()
    assert newest(world, one) == "not_this_time"


def test_who_skips_the_next_round_is_still_in_this_one(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), (too, other) = world.groups()
    with world.write() as session:
        participation.skip_next(session, session.get_one(Membership, (1, one)), True, now=world.now)
    drop_out(world, gone)
    drop_out(world, too)
    cut_off(world)
    assert live(world) == [{one, other}]


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["drop out", "leave", "come back", "join", "skip", "pause", "rest", "top up"]),
        st.integers(0, 99),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=st.integers(2, 5), moves=MOVES)
def test_the_dashboard_counts_those_for_whom_a_top_up_looks(
    world: World, people: int, moves: list[tuple[str, int]]
) -> None:
    world.slug = f"counted-{world.invented}"
    world.start(world.slug, "Councils")
    everybody = world.join_many(people)
    invited = world.join()
    with world.write() as session:
        session.get_one(Membership, (programme_id(world), invited)).standing = Standing.INVITED
    world.round()
    everybody.append(invited)
    for move, which in moves:
        world.clock.turn(minutes=1)
        person = everybody[which % len(everybody)]
        if move == "join":
            everybody.append(world.join())
        else:
            _move(world, move, person)
        assert len(set(counts_of_those_who_wait(world))) == 1


def programme_id(world: World) -> int:
    with world.read() as session:
        return world.programme(session).id or 0


def counts_of_those_who_wait(world: World) -> tuple[int, int]:
    """As the dashboard counts them, and as a top-up finds them."""
    with world.read() as session:
        programme = world.programme(session)
        round_ = top_ups.running(session, programme, now=world.now)
        counted = top_ups.waiting(session, programme, round_, times.today(world.now))
        return counted, top_ups.plan(session, programme, 1, now=world.now).waiting


def _move(world: World, move: str, person: str) -> None:
    with world.write() as session:
        membership = session.get_one(Membership, (world.programme(session).id, person))
        if move == "come back":
            if membership.standing is Standing.INVITED:
                who = session.get_one(Person, person)
                invitations.accept_invitation(session, who, world.programme(session), now=world.now)
            participation.resume(session, membership, now=world.now)
        elif move == "skip":
            participation.skip_next(session, membership, True, now=world.now)
        elif move == "pause":
            participation.pause(session, membership, times.today(world.now) + timedelta(60), now=world.now)
        elif move == "rest":
            participation.set_how_often(session, membership, 3, now=world.now)
    if move in ("drop out", "leave", "top up"):
        _take(world, move, person)


STEPS = st.lists(
    st.tuples(st.sampled_from(["drop out", "leave", "join", "top up"]), st.integers(0, 99)), max_size=8
)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=st.integers(2, 5), steps=STEPS)
def test_whatever_happens_nobody_is_left_without_a_word(
    world: World, people: int, steps: list[tuple[str, int]]
) -> None:
    """Drop-outs, leavers, late joiners and top-ups in any order, and then the cut-off."""
    world.slug = f"after-{world.invented}"
    world.start(world.slug, "Councils")
    everybody, stayed_away = world.join_many(people), set()
    world.round()
    for step, which in steps:
        person = everybody[which % len(everybody)]
        if step == "join":
            everybody.append(world.join())
        elif _take(world, step, person):
            stayed_away.add(person)
        assert_nobody_is_in_two(world)
    world.clock.turn(days=8)
    with world.write() as session:
        for round_ in top_ups.due(session, now=world.now):
            top_ups.run_by_itself(session, round_.id, now=world.now)
    world.work()
    assert_nobody_is_in_two(world)
    assert_nobody_met_twice(world)
    talking = set().union(*live_here(world))
    assert not talking & stayed_away
    told = {person: newest(world, person) for person in everybody if person not in talking | stayed_away}
    assert set(told.values()) <= {"not_this_time"}, told


def _take(world: World, step: str, person: str) -> bool:
    """One step of the story; whether the person is out of the round for it."""
    with world.write() as session:
        programme = world.programme(session)
        if step == "leave":
            participation.leave(session, session.get_one(Membership, (programme.id, person)), now=world.now)
            return True
        if step == "drop out":
            return _drop_out_of(session, programme.id, person, world)
        with suppress(top_ups.NoTopUp):
            top_ups.run(session, programme, 1, None, by="a test", now=world.now)
        return False


def _drop_out_of(session: Session, programme: int, person: str, world: World) -> bool:
    theirs = session.exec(
        select(GroupMember.group_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Round, Round.id == Group.round_id)
        .where(GroupMember.person_id == person, Round.programme_id == programme)
        # The one they are in. A top-up may have them join a group that is older than the one they lost.
        .order_by(Group.called_off_at.is_not(None), Group.id.desc())  # type: ignore[attr-defined]
    ).first()
    if theirs is not None:
        dropouts.cannot_make_it(session, theirs, person, now=world.now)
    return theirs is not None


def live_here(world: World) -> list[set[str]]:
    with world.read() as session:
        ours = set(
            session.exec(
                select(Membership.person_id).where(Membership.programme_id == world.programme(session).id)
            )
        )
    return [group for group in live(world) if group <= ours]


def assert_nobody_is_in_two(world: World) -> None:
    counted = Counter(person for group in live_here(world) for person in group)
    assert not [person for person, times_ in counted.items() if times_ > 1]


def assert_nobody_met_twice(world: World) -> None:
    with world.read() as session:
        pot = pots.gather(session, world.programme(session), times.today(world.now)).pot
    pairs = Counter(tuple(sorted(pair)) for pair in pot.met[:, 1:].tolist())
    assert set(pairs.values()) <= {1}
