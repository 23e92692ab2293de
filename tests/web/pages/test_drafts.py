"""Mending a draft on its page, with nothing but forms."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership
from web.services.rounds import previews


@pytest.fixture
def six(world: World) -> World:
    people = (world.details(f"Person {number + 1:03}", f"Organisation {number}") for number in range(6))
    world.join_together(*people)
    return world


@pytest.fixture
def organiser(six: World) -> Visitor:
    return six.organiser().press("Draw a round for 6 people")


def name_of(world: World, person: str) -> str:
    return world.person(person).name


def to_person(visitor: Visitor, world: World, person: str) -> Visitor:
    return visitor.open(visitor.link(f"Swap {name_of(world, person)}"))


def test_two_people_are_swapped_in_two_presses_and_the_page_says_how_good_it_is(
    six: World, organiser: Visitor
) -> None:
    (a, _), (c, _), _ = six.groups()
    to_person(organiser, six, a).press("Swap", other=c)
    assert f"You swapped {name_of(six, a)} and {name_of(six, c)}. It is as good as the best" in organiser.text
    assert "1 change by hand." in organiser.text


def test_a_locked_group_stays_and_the_button_says_what_it_does(six: World, organiser: Visitor) -> None:
    kept = set(six.groups()[0])
    organiser.press("Lock group 1").press("Draw the rest again")
    assert kept in [set(group) for group in six.groups()]


def test_somebody_left_out_can_be_put_in_again(six: World, organiser: Visitor) -> None:
    person = six.groups()[0][0]
    to_person(organiser, six, person).press(f"Leave {name_of(six, person)} out")
    out = "Send 5 introductions" in organiser.buttons
    organiser.press(f"Put in {name_of(six, person)}")
    assert (out, "Send 6 introductions" in organiser.buttons) == (True, True)


def test_who_skipped_at_the_draw_and_is_in_by_now_is_said_to_have_come_back(world: World) -> None:
    back, *_ = world.join_many(5)
    page = world.visitor().open(world.page_of(back)).press("Skip the next round")
    drawn = world.organiser().press("Draw a round for 4 people")
    page.press("I am in again")
    drawn.open(drawn.path)
    assert f"{name_of(world, back)} joined or came back after this draw" in drawn.text
    drawn.press(f"Put in {name_of(world, back)}")
    assert "Send 5 introductions" in drawn.buttons


def test_two_in_one_group_who_must_not_meet_take_the_button_to_send_away(
    six: World, organiser: Visitor
) -> None:
    a, b = six.groups()[0]
    to_person(organiser, six, a).press("They must not meet", other=b)
    shown = "must not meet. Swap one of them, or draw again" in organiser.text
    assert (shown, "Send 6 introductions" in organiser.buttons) == (True, False)
    organiser.press("Draw again")
    assert "Send 6 introductions" in organiser.buttons


def test_who_must_not_meet_can_be_taken_back(six: World, organiser: Visitor) -> None:
    a, _ = six.groups()[0]
    c = six.groups()[1][0]
    to_person(organiser, six, a).press("They must not meet", other=c)
    to_person(organiser, six, a).press(f"Take it back {name_of(six, c)}")
    assert "may meet" in organiser.text


def test_a_swap_against_a_rule_is_offered_last_and_refused_with_the_reason(
    six: World, organiser: Visitor
) -> None:
    (a, b), (c, _), _ = six.groups()
    to_person(organiser, six, b).press("They must not meet", other=c)
    to_person(organiser, six, a)
    assert organiser.page.xpath("//optgroup/@label")[-1] == "A rule is in the way"
    organiser.press("Swap", other=c)
    assert "Nothing was changed." in organiser.text
    assert "must not meet" in organiser.text


def test_a_colleague_s_older_page_is_told_what_was_done_and_by_whom(six: World, organiser: Visitor) -> None:
    (a, _), (c, _), _ = six.groups()
    colleague = six.organiser("colleague@councils.example").open("/organise/councils/rounds/1")
    to_person(organiser, six, a).press("Swap", other=c)
    colleague.press("Send 6 introductions")
    assert "Nothing was sent." in colleague.text
    assert "organiser@councils.example swapped Person" in colleague.text
    assert six.inbox(kind="introduction") == []


def test_one_to_try_goes_to_whoever_is_signed_in(six: World, organiser: Visitor) -> None:
    organiser.press("Send me one to try").press("Send me one to try")
    six.work()
    tried = six.inbox("organiser@councils.example", "try_out")
    assert (len(tried), "Only a test" in tried[0].subject) == (1, True)


def test_somebody_who_is_not_there_is_not_found(six: World, organiser: Visitor) -> None:
    assert organiser.open("/organise/councils/rounds/1/people/nobody").status == 404


def test_nonsense_is_not_found_and_leaves_the_draft_as_it_is(six: World, organiser: Visitor) -> None:
    token = organiser.token("/organise/councils/rounds/1")
    for door in ("swap", "move", "leave-out", "put-in", "never", "try"):
        answer = organiser.post(
            f"/organise/councils/rounds/1/{door}",
            {"csrf_token": token, "version": "1", "person": "nobody", "other": "nobody", "group": "99"},
        )
        assert answer.status_code == 404
    assert "Send 6 introductions" in organiser.open("/organise/councils/rounds/1").buttons


def test_somebody_is_found_by_a_part_of_their_name(six: World, organiser: Visitor) -> None:
    found = organiser.open("/organise/councils/rounds/1?search=son+003")
    assert "1 group has somebody called “son 003”" in found.text


def test_somebody_is_found_in_a_draft_whichever_keyboard_wrote_their_name(world: World) -> None:
    world.join("Siân O’Neill")
    world.join("Owen Park")
    number = world.draw()
    found = world.organiser().open(f"/organise/councils/rounds/{number}?search=sian+o'neill")
    assert "1 group has somebody called “sian o'neill”" in found.text


@pytest.mark.usefixtures("both_databases")
def test_a_version_that_no_draft_can_have_is_an_old_one(world: World) -> None:
    world.join_many(2)
    number = world.draw()
    organiser = world.organiser()
    page = organiser.open(f"/organise/councils/rounds/{number}").press(
        "Send 2 introductions", version="9" * 12
    )
    assert page.status < 500


def test_a_list_of_who_is_not_in_it_that_is_cut_says_so(six: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in six.join_many(2):
        with six.write() as session:
            session.get_one(Membership, (1, person)).skips_next = True
    six.draw()
    page = six.organiser().open("/organise/councils/rounds/1")
    assert "These are not all of them" not in page.text
    monkeypatch.setattr(previews, "MOST_FOUND", 1)
    assert "These are not all of them" in page.open(page.path).text
