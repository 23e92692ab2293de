"""The code that is texted to a number, and typed in."""

import re

import pytest

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Person
from web.services.common import phone_numbers
from web.services.people import participation, phone_codes, reachability
from web.services.people.phone_codes import BadCode, TooManyCodes

PHONE, OTHER = "+447700900111", "+447700900222"


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


def page(world: World, person: str, *, full: bool = False) -> Visitor:
    return world.visitor().open(world.page_of(person, full=full))


@pytest.fixture
def texted(world: World) -> str:
    return world.join(email="tom@example.org", phone=PHONE, channel=Channel.SMS)


def send_code(world: World, person: str) -> None:
    with world.write() as session:
        who = session.get_one(Person, person)
        programme, signer = world.programme(session), world.worker.signer
        phone_codes.send_code(session, who, who.phone or "", programme, signer=signer, now=world.now)


def code(world: World, phone: str = PHONE) -> str:
    world.work()
    found = re.search(r"\b\d{6}\b", world.inbox(phone, "phone_code")[0].sms or "")
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


@pytest.mark.parametrize("between", [" ", "-", ".", " - "])
def test_a_code_may_be_typed_with_a_space_in_it(world: World, texted: str, between: str) -> None:
    send_code(world, texted)
    right = code(world)
    try_code(world, texted, f" {right[:3]}{between}{right[3:]} ")
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


def test_a_number_confirmed_in_another_tab_asks_for_no_code(world: World, texted: str) -> None:
    send_code(world, texted)
    visitor = world.visitor().open(world.page_of(texted, full=True) + "/phone")
    with world.write() as session:
        phone_numbers.prove(session, session.get_one(Person, texted), now=world.now)
    visitor.press("Confirm my number", code="")
    assert (visitor.status, "is confirmed. Nothing more to do." in visitor.text) == (200, True)


@pytest.fixture
def without_email(world: World) -> str:
    """Who joined by text: their number is all that we can reach them by."""
    person = world.join("Amina Shah", phone=PHONE, channel=Channel.SMS, verified=True, shares_phone=True)
    with world.write() as session:
        who = session.get_one(Person, person)
        who.email, who.email_key, who.shares_email = None, None, False
    return person


def test_the_only_way_to_somebody_stands_until_the_new_number_is_proven(
    world: World, without_email: str
) -> None:
    page = details_of(world, without_email).press("Save my details", phone=OTHER)
    assert "Until then we go on writing to 07700 900111" in page.text
    before = world.person(without_email).phone
    page.press("Confirm my number", code=code(world, OTHER))
    after = world.person(without_email)
    assert (before, after.phone, bool(after.phone_verified_at)) == (PHONE, OTHER, True)


def test_their_page_leads_to_the_code_of_the_new_number(world: World, without_email: str) -> None:
    details_of(world, without_email).press("Save my details", phone=OTHER)
    page = world.visitor().open(world.page_of(without_email, full=True))
    assert "07700 900222 is not confirmed yet" in page.text


def test_a_code_for_the_number_they_have_asks_for_nothing(world: World, without_email: str) -> None:
    send_code(world, without_email)
    page = world.visitor().open(world.page_of(without_email, full=True) + "/phone")
    assert "07700 900111 is confirmed" in page.text


def test_who_waits_to_prove_a_new_number_is_introduced_by_the_old_one(
    world: World, without_email: str
) -> None:
    tom, third = world.join("Tom Field"), world.join("Ann Lee")
    details_of(world, without_email).press("Save my details", phone=OTHER)
    world.round()
    partner = next(person for person in (tom, third) if without_email in world.partners_of(person))
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, partner)), now=world.now)
    world.work()
    assert world.inbox(PHONE)[0].kind == "introduction"


def test_the_only_way_to_somebody_cannot_be_taken_off(world: World, without_email: str) -> None:
    page = details_of(world, without_email).press("Save my details", phone="")
    assert "We reach you by this number alone" in page.text
    assert (page.status, world.person(without_email).phone) == (422, PHONE)


def test_a_new_number_that_nobody_proved_is_forgotten_after_a_day(world: World, without_email: str) -> None:
    details_of(world, without_email).press("Save my details", phone=OTHER)
    world.clock.turn(days=1, minutes=1)
    assert (
        "07700 900111 is confirmed"
        in world.visitor().open(world.page_of(without_email, full=True) + "/phone").text
    )


@pytest.mark.parametrize("verified", [True, False])
def test_the_page_says_that_texts_wait_for_the_number(world: World, verified: bool) -> None:
    person = world.join(phone="+447700900321", channel=Channel.SMS, verified=verified)
    page = world.visitor().open(world.page_of(person, full=True)).text
    assert ("text message, once your number is confirmed" in page) is not verified
