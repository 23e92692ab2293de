"""Somebody changes what is known of them, and moves to another address."""

from urllib.parse import quote

import pytest

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import VideoKind

PHONE = "+447700900111"
# As Teams gave them out until 2024, and as Outlook hands them on.
MEETING = "%3a".join(("https://teams.microsoft.com/l/meetup-join/19", "meeting_" + "Mj" * 24, "x" * 90))
GATEWAY = "https://eur02.safelinks.protection.outlook.com/"
WRAPPED = f"{GATEWAY}?url={quote(MEETING, safe='')}&data=05%7C02%7Camina%40leeds.example%7C&reserved=0"


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


def change(world: World, person: str, **fields: object) -> Visitor:
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    return visitor.press("Save my details", **fields)


@pytest.mark.usefixtures("both_databases")
def test_a_new_address_counts_once_confirmed_from_its_own_mailbox(world: World, amina: str) -> None:
    change(world, amina, email="new@example.org")
    before = world.person(amina).email
    path = world.link_in(world.letter("new@example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")
    assert (before, world.person(amina).email) == ("amina@example.org", "new@example.org")


def test_the_old_address_is_told(world: World, amina: str) -> None:
    change(world, amina, email="new@example.org")
    path = world.link_in(world.letter("new@example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")
    assert world.letter("amina@example.org").kind == "address_changed"


def test_an_address_somebody_has_by_now_is_not_taken_from_them(world: World, amina: str) -> None:
    change(world, amina, email="new@example.org")
    path = world.link_in(world.letter("new@example.org", "new_address"), "/confirm/")
    world.clock.turn(hours=2)
    other = world.join(email="new@example.org")
    world.visitor().open(path).press("Yes, write here")
    assert (world.person(amina).email, world.person(other).email) == ("amina@example.org", "new@example.org")


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_an_address_mistyped_before_the_right_one_is_not_theirs_by_whoever_reads_it(
    world: World, amina: str, is_confirmed: bool
) -> None:
    doors = []
    for address in ("typo@example.org", "right@example.org"):
        change(world, amina, email=address)
        doors.append(world.link_in(world.letter(address, "new_address"), "/confirm/"))
    if is_confirmed:
        world.visitor().open(doors[1]).press("Yes, write here")
    stranger = world.visitor().open(doors[0])
    asked = stranger.status, stranger.buttons
    stranger.post(doors[0], {"csrf_token": stranger.token("/my-page")})
    email = "right@example.org" if is_confirmed else "amina@example.org"
    assert (asked, stranger.status, world.person(amina).email) == ((410, []), 410, email)
    assert "only the one that was asked for last" in stranger.text


def test_an_address_asked_for_once_more_after_another_is_confirmed_by_its_first_letter(
    world: World, amina: str
) -> None:
    for address in ("new@example.org", "other@example.org", "new@example.org"):
        change(world, amina, email=address)
        world.work()
    first = world.inbox("new@example.org", "new_address")[-1]
    world.visitor().open(world.link_in(first, "/confirm/")).press("Yes, write here")
    assert world.person(amina).email == "new@example.org"


def test_new_addresses_are_written_to_within_the_limits_of_every_form(world: World, amina: str) -> None:
    for _ in range(5):
        change(world, amina, email="victim@example.org")
        world.work()
    assert len(world.inbox("victim@example.org")) == 1


def test_a_mail_to_a_new_address_names_nobody(world: World, amina: str) -> None:
    change(world, amina, name="Buy cheap watches", email="victim@example.org")
    letter = world.letter("victim@example.org")
    assert "watches" not in letter.text + letter.html + str(letter.headers)


def test_what_waits_goes_to_the_new_address(world: World, amina: str) -> None:
    world.join()
    world.round()
    change(world, amina, email="new@example.org")
    path = world.link_in(world.letter("new@example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")
    world.clock.turn(days=15)
    assert world.letter("new@example.org").kind == "check_in"


def test_what_waits_for_a_number_given_up_goes_by_mail(world: World) -> None:
    tom = world.join(email="tom@example.org", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join()
    world.round()
    change(world, tom, phone="07700 900222")
    world.clock.turn(days=15)
    assert world.letter("tom@example.org").kind == "check_in"


def test_another_spelling_of_the_same_address_needs_no_confirming(world: World, amina: str) -> None:
    change(world, amina, email="Amina@example.org")
    assert world.person(amina).email == "Amina@example.org"


def test_an_edited_detail_is_kept(world: World, amina: str) -> None:
    change(world, amina, about="I run the bins data.")
    assert world.person(amina).about == "I run the bins data."


def test_a_new_organisation_is_added(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina, full=True) + "/councils/organisation")
    visitor.press("Save my organisation", organisation="Cyngor Gwynedd")
    assert "Cyngor Gwynedd" in world.visitor().open(world.page_of(amina, full=True)).text


def test_who_joins_is_offered_no_way_to_call_that_has_ended(world: World) -> None:
    page = world.visitor().open("/p/councils/join").text
    assert ("Zoom" in page, "Skype" in page) == (True, False)


def test_who_had_chosen_it_is_told_and_may_save_the_rest(world: World) -> None:
    person = world.join(video_kind=VideoKind.SKYPE, video_handle="jo.bloggs")
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    assert "Skype, which has ended" in visitor.text
    visitor.press("Save my details", about="I run the bins.")
    kept = world.person(person)
    assert (kept.about, kept.video_kind, kept.video_handle) == (
        "I run the bins.",
        VideoKind.SKYPE,
        "jo.bloggs",
    )


@pytest.mark.usefixtures("both_databases")
def test_a_long_link_to_a_meeting_is_a_video_handle(world: World, amina: str) -> None:
    change(world, amina, video_kind=VideoKind.TEAMS.value, video_handle=MEETING)
    assert (len(MEETING) > 120, world.person(amina).video_handle) == (True, MEETING)


@pytest.mark.parametrize("before", ["", "Call me at "])
def test_no_gateway_shows_a_partner_the_address_that_is_in_it(world: World, amina: str, before: str) -> None:
    change(world, amina, video_kind=VideoKind.TEAMS.value, video_handle=before + WRAPPED)
    assert world.person(amina).video_handle == before + MEETING
