"""An introduction shows of each partner what that partner ticked, and nothing else."""

from datetime import date

import pytest

from notifications.messages import Channel
from notifications.providers.local import Received
from tests.support.world import World
from web.models import Group, GroupMember, Purpose, VideoKind
from web.services.common import times
from web.services.rounds import editing, introductions, pots, rounds
from web.services.rounds.introductions import Window

HIS = {
    "email": "tom@example.org",
    "phone": "+447700900123",
    "video_kind": VideoKind.TEAMS,
    "video_handle": "tom.on.teams",
}
SHOWN = {
    "email": "tom@example.org",
    "phone": "07700 900123",
    "video": "tom.on.teams",
}


def letter_about_tom(world: World, **tom: object) -> Received:
    world.join("Amina Yusuf", email="amina@example.org")
    world.join("Tom Field", "Kirklees Council", **HIS | tom)
    world.round()
    return world.letter("amina@example.org", "introduction")


@pytest.mark.parametrize(
    "ticked", [("email",), ("video",), ("email", "phone"), ("email", "phone", "video"), ("phone",)]
)
def test_a_partner_sees_exactly_what_was_ticked(world: World, ticked: tuple[str, ...]) -> None:
    shares = {f"shares_{what}": what in ticked for what in SHOWN}
    letter = letter_about_tom(world, verified=True, **shares)
    calendar = (letter.calendar or b"").decode()
    seen = {what for what, words in SHOWN.items() if words in letter.text + letter.html + calendar}
    assert seen == set(ticked)


def test_an_unproven_number_is_never_shown(world: World) -> None:
    letter = letter_about_tom(world, shares_phone=True)
    assert "900123" not in letter.text + letter.html


def test_an_unproven_number_gets_nothing_but_a_code(world: World) -> None:
    letter_about_tom(world, channel=Channel.SMS)
    assert [message.kind for message in world.inbox("+447700900123")] == []


def test_a_proven_number_gets_the_introduction(world: World) -> None:
    letter_about_tom(world, channel=Channel.SMS, verified=True)
    assert world.inbox("+447700900123")[0].kind == "introduction"


@pytest.mark.parametrize("other", ["", "other"])
def test_a_handle_of_no_known_kind_stands_alone(world: World, other: str) -> None:
    tom = world.join(video_kind=VideoKind(other), video_handle="tom@calls.example")
    assert introductions.video(world.person(tom)) == "tom@calls.example"


def test_each_member_has_a_letter_of_their_own(world: World) -> None:
    letter = letter_about_tom(world)
    assert ("tom@example.org" in letter.headers["To"], "Cc" in letter.headers) == (False, False)


def test_one_of_two_writes_first_and_both_know(world: World) -> None:
    letter_about_tom(world)
    subjects = sorted(
        message.subject.endswith("(you write first)") for message in world.inbox(kind="introduction")
    )
    assert subjects == [False, True]


def test_a_three_names_both_others(world: World) -> None:
    for name in ("Amina Yusuf", "Tom Field", "Siân Jones"):
        world.join(name, email=f"{name.split()[0].lower()}@example.org")
    world.round()
    text = world.letter("amina@example.org", "introduction").text
    assert ("Tom Field" in text, "Siân Jones" in text) == (True, True)


@pytest.mark.parametrize(
    ("size", "people", "said"), [(2, 2, "two"), (2, 3, "three"), (3, 4, "four"), (4, 5, "five")]
)
def test_a_group_is_told_how_many_it_is(world: World, size: int, people: int, said: str) -> None:
    """Fours that do not come out even, or take in whoever came late, are five."""
    world.change(group_size=size, video_template="https://meet.example.org/{room}")
    reader, *_ = world.join_many(people)
    world.round()
    door = world.door(Purpose.CONVERSATION, reader, world.group_of(reader))
    told = [letter.text for letter in world.inbox(kind="introduction")]
    assert len(told) == people
    assert all(f"Why you {said}?" in text and f"for the {said} of you" in text for text in told)
    assert f"A video room for the {said} of you" in world.visitor().open(door).text


def test_a_room_is_known_to_its_group_only(world: World) -> None:
    world.change(video_template="https://meet.example.org/{room}")
    world.join_many(4)
    world.round()
    links = {
        message.text.split("https://meet.example.org/")[1].split()[0]
        for message in world.inbox(kind="introduction")
    }
    assert len(links) == 2


def test_people_who_have_met_are_told_so(world: World) -> None:
    world.join_many(2)
    world.round()
    world.clock.turn(days=28)
    world.round(seed=2)
    assert "You have met before" in world.letter("person-001@example.org", "introduction").text


def test_organisations_that_have_not_met_are_named(world: World) -> None:
    world.join("Amina Yusuf", "Leeds City Council", email="amina@example.org")
    world.join("Tom Field", "Brent Council")
    world.round()
    text = " ".join(world.letter("amina@example.org").text.split())
    assert "Leeds City Council and Brent Council have not met before" in text


def test_nobody_s_organisation_is_said_to_have_met_itself(world: World) -> None:
    for _ in range(2):
        world.join("", "Leeds City Council")
    world.round()
    with world.read() as session:
        group = session.get_one(Group, 1)
        members = [session.get_one(GroupMember, (1, person)) for person in world.groups()[0]]
        pot = pots.gather(session, world.programme(session), times.today(world.now))
    assert introductions.why(pot, group, members) == "You have not been introduced before."


def test_of_a_three_each_reads_what_is_true_of_them(world: World) -> None:
    """Two had met, and the third read “You have met before”."""
    world.join_many(2)
    world.round()
    world.join_many(1)
    world.clock.turn(days=28)
    world.round(seed=2)
    texts = [letter.text for letter in world.inbox(kind="introduction")[:3]]
    assert all("Two of you have met before; there was no way around it." in text for text in texts)


def test_a_repeat_that_an_organiser_made_is_not_said_to_have_been_needed(world: World) -> None:
    world.join_many(4)
    world.round()
    one, other = world.groups(1)[0]
    world.clock.turn(days=28)
    world.draw()
    drafted = next(group for group in world.groups(2) if one in group)
    partner = next(person for person in drafted if person != one)
    with world.write() as session:
        programme = world.programme(session)
        plan = editing.swap(session, programme, 1, partner, other, today=times.today(world.now))
        editing.keep(session, programme, plan, by="an organiser", now=world.now)
    world.send(2)
    world.work()
    texts = [" ".join(letter.text.split()) for letter in world.inbox(kind="introduction")[:4]]
    assert all("You have met before. " in text for text in texts)


def test_the_question_comes_in_the_morning_of_its_day_in_london(world: World) -> None:
    world.join_many(2)
    world.round()
    world.clock.turn(days=14, hours=-1)
    world.work()
    assert len(world.inbox(kind="check_in")) == 0
    world.clock.turn(hours=1)
    world.work()
    assert len(world.inbox(kind="check_in")) == 2


def test_a_round_keeps_the_dates_it_was_sent_with(world: World) -> None:
    world.join_many(2)
    world.round()
    world.change(check_in_days=3, window_days=5)
    with world.read() as session:
        window = Window.of_round(rounds.by_number(session, world.programme(session), 1))
    assert window == Window(
        starts_on=date(2026, 12, 1),
        nudge_on=date(2026, 12, 6),
        cut_off_on=date(2026, 12, 8),
        check_in_on=date(2026, 12, 15),
        ask_again_on=date(2026, 12, 19),
        ends_on=date(2026, 12, 22),
    )


def test_a_draft_has_no_dates(world: World) -> None:
    world.join_many(2)
    number = world.draw()
    with world.read() as session, pytest.raises(ValueError, match="round 1 is draft"):
        Window.of_round(rounds.by_number(session, world.programme(session), number))


def test_a_draft_from_before_the_best_was_kept_is_sent(world: World) -> None:
    world.join_many(2)
    world.draw()
    with world.write() as session:
        rounds.by_number(session, world.programme(session), 1).best = {}
    world.send(1)
    world.work()
    assert len(world.inbox(kind="introduction")) == 2
