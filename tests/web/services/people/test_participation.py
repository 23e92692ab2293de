"""A participant's own page: skip, pause, leave, come back, prove a number, move to another address."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Person, Standing
from web.services.common import numbers
from web.services.people import participation, phone_codes, reachability
from web.services.people.participation import BadPause
from web.services.people.phone_codes import BadCode, TooManyCodes

PHONE = "+447700900111"


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


def mine(session: Session, person: str) -> Membership:
    return session.get_one(Membership, (1, person))


def act(world: World, person: str, step: str, *values: object) -> None:
    with world.write() as session:
        getattr(participation, step)(session, mine(session, person), *values, now=world.now)


def page(world: World, person: str, *, full: bool = False) -> Visitor:
    return world.visitor().open(world.page_of(person, full=full))


def in_the_pot(world: World) -> list[str]:
    from web.services.common import times
    from web.services.rounds import pots

    with world.read() as session:
        return list(pots.gather(session, world.programme(session), times.today(world.now)).people)


# Skip and pause


@pytest.mark.usefixtures("both_databases")
def test_who_skips_is_not_in_the_pot(world: World, amina: str) -> None:
    page(world, amina).press("Skip the next round")
    assert in_the_pot(world) == []


def test_who_skipped_a_round_is_in_again_after_it(world: World, amina: str) -> None:
    world.join_many(4)
    act(world, amina, "skip_next", True)
    world.round()
    assert amina in in_the_pot(world)


def test_who_skips_and_thinks_again_is_in(world: World, amina: str) -> None:
    page(world, amina).press("Skip the next round").press("I am in again")
    assert in_the_pot(world) == [amina]


@pytest.mark.usefixtures("both_databases")
def test_who_is_paused_is_in_again_on_the_day_they_named(world: World, amina: str) -> None:
    act(world, amina, "pause", date(2026, 12, 10))
    found = []
    for day in (9, 10):
        world.clock.now = datetime(2026, 12, day, 12, tzinfo=UTC)
        found.append(in_the_pot(world) == [amina])
    assert found == [False, True]


@pytest.mark.parametrize("until", [date(2026, 11, 30), date(2026, 12, 1), date(2029, 1, 1), date.max])
def test_a_pause_must_end_between_tomorrow_and_two_years(world: World, amina: str, until: date) -> None:
    with pytest.raises(BadPause):
        act(world, amina, "pause", until)


def test_tomorrow_is_tomorrow_in_london(world: World, amina: str) -> None:
    world.clock.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July
    with pytest.raises(BadPause):
        act(world, amina, "pause", date(2027, 7, 1))


@pytest.mark.parametrize(
    "day", ["31 2 2027", "", "x y z", "1 1 99999", "0 0 0", "² 1 2027", "1 1 2026", "7 1 2029"]
)
def test_a_day_that_is_none_is_asked_for_again(world: World, amina: str, day: str) -> None:
    assert page(world, amina).press("Pause until that day", until=day.split()).status == 422


def test_pausing_says_until_when(world: World, amina: str) -> None:
    visitor = page(world, amina).press("Pause until that day", until=["7", "1", "2027"])
    assert "7 January 2027" in visitor.text


def test_who_is_paused_may_come_back_at_once(world: World, amina: str) -> None:
    page(world, amina).press("Pause until that day", until=["7", "1", "2027"]).press("I am in again")
    assert in_the_pot(world) == [amina]


# How often, and when


def test_how_often_is_one_choice_away(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/councils/how-often")
    visitor.press("Save how often", every="3")
    assert "You take part in every third round" in visitor.text


def test_who_rests_is_told_that_the_next_round_is_without_them(world: World, amina: str) -> None:
    world.join()
    world.visitor().open(world.page_of(amina) + "/councils/how-often").press("Save how often", every="2")
    world.round()
    assert "so the next one is without you" in page(world, amina).text


def test_how_often_in_one_programme_says_nothing_about_another(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(hours=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="charities")
    act(world, amina, "set_how_often", 3)
    assert world.membership(amina, "charities").every == 1


def test_when_somebody_is_free_is_kept_as_they_ticked_it(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/free-times")
    visitor.press("Save my times", blocks=["lunchtimes", "evenings"])
    assert "Weekday lunchtimes and weekday evenings" in visitor.text


def test_ticking_no_time_is_no_wish(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina) + "/free-times")
    visitor.press("Save my times", blocks=["mornings"])
    visitor.open(world.page_of(amina) + "/free-times").press("Save my times", blocks=False)
    assert world.person(amina).availability == []


@pytest.mark.parametrize(
    ("door", "field", "value"),
    [
        ("free-times", "blocks", "nights"),
        ("councils/how-often", "every", "0"),
        ("councils/how-often", "every", "x"),
    ],
)
def test_what_is_not_on_the_list_is_asked_for_again(
    world: World, amina: str, door: str, field: str, value: str
) -> None:
    address = f"{world.page_of(amina)}/{door}"
    visitor = world.visitor()
    token = visitor.token(address)
    assert visitor.post(address, {field: value, "csrf_token": token}).status_code == 422


# Leave and come back


@pytest.mark.usefixtures("both_databases")
def test_who_leaves_is_in_no_pot_and_hears_so_once(world: World, amina: str) -> None:
    act(world, amina, "leave")
    act(world, amina, "leave")
    world.work()
    assert (in_the_pot(world), len(world.inbox(kind="left"))) == ([], 1)


def test_who_left_comes_back_with_one_button(world: World, amina: str) -> None:
    act(world, amina, "leave")
    page(world, amina).press("Join again")
    assert in_the_pot(world) == [amina]


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.INVITED])
def test_leaving_and_coming_back_is_no_way_around(world: World, amina: str, standing: Standing) -> None:
    with world.write() as session:
        mine(session, amina).standing = standing
    act(world, amina, "leave")
    act(world, amina, "resume")
    assert world.membership(amina).standing is standing


def test_leaving_one_programme_leaves_the_other_alone(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(hours=2)
    world.join("Amina Yusuf", email="amina@example.org", slug="charities")
    act(world, amina, "leave")
    assert world.membership(amina, "charities").standing is Standing.ACTIVE


# A forwarded link opens less


@pytest.mark.parametrize("door", ["details", "phone", "erase", "councils/organisation"])
def test_a_link_from_a_message_does_not_open_what_only_its_owner_may(
    world: World, amina: str, door: str
) -> None:
    assert world.visitor().open(f"{world.page_of(amina)}/{door}").status == 404


def test_a_link_from_a_message_does_not_show_contact_details(world: World, amina: str) -> None:
    assert "amina@example.org" not in page(world, amina).answer.text


def test_a_fresh_link_goes_to_the_address_on_file(world: World, amina: str) -> None:
    page(world, amina).press("Send me a fresh link")
    path = world.link_in(world.letter("amina@example.org", "my_link"), "/me/")
    assert "amina@example.org" in world.visitor().open(path).text


def test_a_fresh_link_is_sent_once_a_minute(world: World, amina: str) -> None:
    visitor = page(world, amina)
    for _ in range(3):
        visitor.press("Send me a fresh link")
    world.work()
    assert len(world.inbox(kind="my_link")) == 1


def test_a_fresh_link_is_sent_three_times_an_hour(world: World, amina: str) -> None:
    visitor = page(world, amina)
    for _ in range(5):
        visitor.press("Send me a fresh link")
        world.clock.turn(minutes=2)
    world.work()
    assert (len(world.inbox(kind="my_link")), "three links this hour" in visitor.text) == (3, True)


def test_a_fresh_link_is_good_for_two_hours(world: World, amina: str) -> None:
    path = world.page_of(amina, full=True)
    world.clock.turn(hours=2)
    assert world.visitor().open(path).status == 410


# A number


@pytest.fixture
def texted(world: World) -> str:
    return world.join(email="tom@example.org", phone=PHONE, channel=Channel.SMS)


def send_code(world: World, person: str) -> None:
    with world.write() as session:
        phone_codes.send_code(
            session,
            session.get_one(Person, person),
            world.programme(session),
            signer=world.worker.signer,
            now=world.now,
        )


def code(world: World) -> str:
    world.work()
    found = re.search(r"\b\d{6}\b", world.inbox(PHONE, "phone_code")[0].sms or "")
    assert found
    return found[0]


def try_code(world: World, person: str, typed: str) -> None:
    """As the page does: a wrong try counts."""
    with world.write() as session:
        try:
            phone_codes.check_code(
                session, session.get_one(Person, person), typed, signer=world.worker.signer, now=world.now
            )
        except BadCode:
            session.commit()
            raise


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


@pytest.mark.usefixtures("both_databases")
def test_the_right_code_proves_the_number(world: World, texted: str) -> None:
    send_code(world, texted)
    try_code(world, texted, code(world))
    assert world.person(texted).phone_verified_at == world.now


def test_a_code_may_be_typed_with_a_space_in_it(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    try_code(world, texted, f" {right[:3]} {right[3:]} ")
    assert world.person(texted).phone_verified_at == world.now


@pytest.mark.parametrize("typed", ["", "x", "１２３４５６", "\u202e123456", "0" * 1000])
def test_what_is_no_code_is_wrong(world: World, texted: str, typed: str) -> None:
    send_code(world, texted)
    with pytest.raises(BadCode):
        try_code(world, texted, typed)


def test_a_code_is_good_for_five_tries(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    for _ in range(5):
        with pytest.raises(BadCode):
            try_code(world, texted, wrong(right))
    with pytest.raises(BadCode):
        try_code(world, texted, right)


def test_the_fifth_try_may_be_the_right_one(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    for _ in range(4):
        with pytest.raises(BadCode):
            try_code(world, texted, wrong(right))
    try_code(world, texted, right)
    assert world.person(texted).phone_verified_at


def test_a_code_is_good_for_ten_minutes(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    world.clock.turn(minutes=10, seconds=1)
    with pytest.raises(BadCode):
        try_code(world, texted, right)


def test_a_code_works_once(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    try_code(world, texted, right)
    with pytest.raises(BadCode):
        try_code(world, texted, right)


def test_only_the_newest_code_counts(world: World, texted: str) -> None:
    send_code(world, texted)
    first = code(world)
    world.clock.turn(minutes=1)
    send_code(world, texted)
    if first != code(world):
        with pytest.raises(BadCode):
            try_code(world, texted, first)


def test_a_number_has_three_codes_a_day(world: World, texted: str) -> None:
    for _ in range(3):
        send_code(world, texted)
    with pytest.raises(TooManyCodes):
        send_code(world, texted)


def test_a_number_has_three_codes_a_day_whoever_asks(world: World, texted: str) -> None:
    other = world.join(phone=PHONE, channel=Channel.SMS)
    for person in (texted, other, texted):
        send_code(world, person)
    with pytest.raises(TooManyCodes):
        send_code(world, other)


def test_a_wrong_code_on_the_page_counts_as_a_try(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    visitor = world.visitor().open(world.page_of(texted, full=True) + "/phone")
    older = world.visitor().open(visitor.path)
    for _ in range(5):
        visitor.press("Confirm my number", code=wrong(right))
    older.press("Confirm my number", code=right)
    assert world.person(texted).phone_verified_at is None


def details_of(world: World, person: str) -> Visitor:
    return world.visitor().open(world.page_of(person, full=True) + "/details")


def test_a_new_number_is_sent_a_code_and_its_page_opens(world: World, amina: str) -> None:
    page = details_of(world, amina).press("Save my details", phone=PHONE, channel="sms")
    assert "Type in the code we texted to 07700 900111" in page.text
    page.press("Confirm my number", code=code(world))
    assert world.person(amina).phone_verified_at


def test_a_number_no_text_and_no_partner_needs_is_not_asked_about(world: World, amina: str) -> None:
    page = details_of(world, amina).press("Save my details", phone=PHONE)
    world.work()
    assert (page.path.endswith("/phone"), world.inbox(PHONE)) == (False, [])


def test_saving_something_else_sends_no_second_code(world: World, amina: str) -> None:
    details_of(world, amina).press("Save my details", phone=PHONE, channel="sms")
    details_of(world, amina).press("Save my details", about="Bins.")
    world.work()
    assert len(world.inbox(PHONE, "phone_code")) == 1


def test_a_fourth_code_in_a_day_is_not_said_to_be_out(world: World, amina: str, texted: str) -> None:
    for _ in range(3):
        send_code(world, texted)
    page = details_of(world, amina).press("Save my details", phone=PHONE, channel="sms")
    assert "no more codes today" in page.text
    assert ("Type in the code" in page.text, "Send me a code" in page.buttons) == (False, True)


def test_where_no_code_is_out_the_page_offers_one(world: World, texted: str) -> None:
    page = world.visitor().open(world.page_of(texted, full=True) + "/phone")
    world.clock.turn(minutes=11)  # the one from joining is too old by now
    page.open(page.path)
    assert "Confirm my number" not in page.buttons
    assert "Type in the code we texted" in page.press("Send me a code").text


def test_codes_are_not_kept_as_they_are(world: World, texted: str) -> None:
    send_code(world, texted)
    right = code(world)
    assert right not in str(world.dump()["phonecode"])


def test_who_sent_stop_reads_so_and_takes_it_back(world: World) -> None:
    person = world.join(email="tom@example.org", phone=PHONE, verified=True)
    with world.write() as session:
        reachability.stop(
            session,
            session.get_one(Person, person),
            Channel.SMS,
            key=world.worker.signer.suppression_key(),
            now=world.now,
        )
    visitor = page(world, person, full=True)
    before = "We do not text you: you sent STOP." in visitor.text
    visitor.press("Write to me again")
    assert (before, "We do not text you" in visitor.text) == (True, False)


# Another address


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


def test_a_number_confirmed_in_another_tab_asks_for_no_code(world: World, texted: str) -> None:
    send_code(world, texted)
    visitor = world.visitor().open(world.page_of(texted, full=True) + "/phone")
    with world.write() as session:
        numbers.prove(session, session.get_one(Person, texted), now=world.now)
    visitor.press("Confirm my number", code="")
    assert (visitor.status, "is confirmed. Nothing more to do." in visitor.text) == (200, True)
