"""Joining by text, and what a text says when it answers a question of ours."""

import re
from itertools import count
from threading import Thread

import pytest

from notifications import outbox
from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.world import World
from web.models import Answer, Membership, Organisation, Person, Standing
from web.services.common import contacts, phone_numbers
from web.services.conversations import conversations
from web.services.incoming import replies
from web.services.people import erasure, phone_codes, reachability
from web.services.rounds import never_pairs

PHONE = "+447700900321"
NUMBER = count(1)


def text(world: World, words: str, sender: str = PHONE) -> None:
    """A text comes in, and the worker looks."""
    with world.write() as session:
        inbound = Inbound(Channel.SMS, f"SM{next(NUMBER)}", sender, words)
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)
    world.work()


def joined(world: World, phone: str = PHONE) -> list[Person]:
    with world.read() as session:
        return list(contacts.by_phone(session, phone))


def answers(world: World, phone: str = PHONE) -> list[str]:
    return [message.sms or "" for message in world.inbox(phone)]


@pytest.mark.usefixtures("both_databases")
def test_join_and_yes_with_name_and_organisation_is_all_it_takes(world: World) -> None:
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Leeds City Council")
    [amina] = joined(world)
    assert (amina.name, amina.email, world.membership(amina.id).standing) == (
        "Amina Yusuf",
        None,
        Standing.ACTIVE,
    )


def test_who_joined_by_text_is_introduced_by_text(world: World) -> None:
    text(world, "JOIN councils")
    text(world, "Yes. Amina Yusuf, Leeds City Council")
    tom = world.join("Tom Field", email="tom@example.org")
    world.round()
    assert world.letter(PHONE, "introduction").sms
    assert "07700 900321" in world.letter("tom@example.org", "introduction").text
    assert world.partners_of(tom) == [joined(world)[0].id]


def test_a_programme_may_have_a_word_of_its_own(world: World) -> None:
    world.change(join_word="TEA")
    text(world, "join tea")
    assert answers(world)[0].startswith("Councils Unmentoring: to join, reply YES")


def test_an_organiser_s_link_goes_by_text_to_who_has_only_a_number(world: World) -> None:
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Leeds City Council")
    person = joined(world)[0].id
    page = world.organiser().open(f"/organise/councils/people/{person}").press("Send a link to their page")
    assert "on its way to 07700 900321" in page.text
    assert "/m/" in (world.letter(PHONE, "my_link").sms or "")
    with world.write() as session:
        session.get_one(Person, person).unreachable = "STOP"
    assert "Texts do not reach them" in page.press("Send a link to their page").text


def test_asking_again_at_once_brings_no_second_text(world: World) -> None:
    for _ in range(3):
        text(world, "JOIN councils")
    assert len(answers(world)) == 1


def test_a_number_is_answered_three_times_a_day(world: World) -> None:
    for _ in range(5):
        text(world, "JOIN councils")
        world.clock.turn(hours=2)
    assert len(answers(world)) == 3


def test_yes_without_a_name_is_asked_for_it_once(world: World) -> None:
    for words in ("JOIN councils", "YES", "yes please"):
        text(world, words)
    assert ["nearly there" in answer for answer in answers(world)] == [True, False]
    text(world, "Amina Yusuf, Leeds")
    assert joined(world)[0].name == "Amina Yusuf"


def test_the_link_in_the_answer_asks_for_name_and_organisation(world: World) -> None:
    text(world, "JOIN councils")
    visitor = world.visitor().open(world.link_in(world.letter(PHONE), "/m/"))
    visitor.press("Join Councils Unmentoring")
    missing = visitor.mistakes
    visitor.press("Join Councils Unmentoring", name="Amina Yusuf", organisation="Leeds City Council")
    assert missing == ["Enter your name", "Enter your organisation"]
    assert (visitor.heading, joined(world)[0].name) == ("Hello Amina Yusuf", "Amina Yusuf")


def test_the_link_is_used_once_the_reply_has_said_yes(world: World) -> None:
    text(world, "JOIN councils")
    door = world.link_in(world.letter(PHONE), "/m/")
    text(world, "YES Amina Yusuf, Leeds")
    assert world.visitor().open(door).heading == "That is done already"


def test_what_was_asked_for_long_ago_is_not_confirmed(world: World) -> None:
    text(world, "JOIN councils")
    world.clock.turn(hours=49)
    text(world, "YES Amina Yusuf, Leeds")
    assert joined(world) == []


def test_who_is_in_already_gets_their_page(world: World) -> None:
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    text(world, "JOIN councils")
    assert world.visitor().open(world.link_in(world.letter(PHONE), "/m/")).heading == "Hello Amina Yusuf"


def test_who_is_in_one_programme_joins_another_with_one_word(world: World) -> None:
    amina = world.join("Amina Yusuf", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)
    world.start("charities", "Charities Unmentoring")
    text(world, "JOIN charities")
    text(world, "YES")
    assert world.membership(amina, "charities").standing is Standing.ACTIVE


def test_what_they_agreed_to_is_kept_with_its_source(world: World) -> None:
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Leeds")
    assert [row[-1] for row in world.dump()["consent"]] == ["text", "text"]


@pytest.mark.parametrize("words", ["Yes, please", "OK, thanks", "Yes. I'm not sure, can I ask something?"])
def test_who_only_says_yes_is_asked_for_their_name_and_joins_by_no_other(world: World, words: str) -> None:
    text(world, "JOIN councils")
    text(world, words)
    assert "name and organisation" in world.inbox(PHONE)[0].sms
    text(world, "Yes please, it's Amina Yusuf, from Leeds City Council, thanks")
    assert [row[1] for row in world.dump()["person"]] == ["Amina Yusuf"]


@pytest.mark.parametrize(
    "words",
    [
        "JOIN councils. Amina Yusuf, Leeds City Council",
        "JOIN COUNCILS\nAmina Yusuf\nLeeds",
        "Hi. Join councils",
    ],
)
def test_who_says_more_behind_join_is_asked_to_say_yes(world: World, words: str) -> None:
    text(world, words)
    assert "reply YES" in world.inbox(PHONE)[0].sms


# Is it one that we know?


@pytest.fixture
def leeds(world: World) -> World:
    """Somebody from Leeds City Council is in, and a number has said YES from "Leeds CC"."""
    world.join("Tom Field", "Leeds City Council", email="tom@example.org")
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Leeds CC")
    return world


def organisation(world: World) -> str:
    with world.read() as session:
        [amina] = contacts.by_phone(session, PHONE)
        place = session.get_one(Membership, (world.programme(session).id, amina.id))
        return session.get_one(Organisation, place.organisation_id).name


def test_a_likely_spelling_is_asked_about_before_anybody_is_in(leeds: World) -> None:
    asked = "is your organisation Leeds City Council? Reply YES, or NO if it is another."
    assert (joined(leeds), asked in answers(leeds)[0]) == ([], True)


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yes", "Leeds City Council"),
        ("yes, it is", "Leeds City Council"),
        ("1", "Leeds City Council"),
        ("leeds city council.", "Leeds City Council"),
        ("No", "Leeds CC"),
        ("Amina Yusuf, Mind", "Mind"),
    ],
)
def test_the_answer_says_where_they_are_from(leeds: World, said: str, found: str) -> None:
    text(leeds, said)
    assert organisation(leeds) == found


def test_the_page_behind_the_question_asks_the_same_with_what_they_have_said(leeds: World) -> None:
    form = leeds.visitor().open(leeds.link_in(leeds.letter(PHONE), "/m/"))
    form.press("Join Councils Unmentoring", organisation_is="Leeds City Council")
    assert (organisation(leeds), joined(leeds)[0].name) == ("Leeds City Council", "Amina Yusuf")


@pytest.fixture
def mind(world: World) -> World:
    """There are two of that name, and a number has said YES from "Mind"."""
    for name in ("Mind Camden", "Mind Leeds"):
        world.join(organisation=name)
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Mind")
    return world


def test_of_several_the_number_says_which(mind: World) -> None:
    asked = (
        "which is your organisation: 1 Mind Camden, 2 Mind Leeds? Reply with its number, or NO"
        in answers(mind)[0]
    )
    text(mind, "2 please")
    assert (asked, organisation(mind)) == (True, "Mind Leeds")


def test_a_yes_where_several_were_named_settles_nothing(mind: World) -> None:
    text(mind, "Yes")
    assert ("nearly there" in answers(mind)[0], joined(mind)) == (True, [])


def test_who_has_had_their_texts_of_the_day_joins_with_what_they_wrote(world: World) -> None:
    world.join("Tom Field", "Leeds City Council")
    for _ in range(3):
        text(world, "JOIN councils")
        world.clock.turn(hours=2)
    text(world, "YES Amina Yusuf, Leeds CC")
    assert organisation(world) == "Leeds CC"


def test_who_is_in_one_programme_is_asked_about_the_other_s_spelling(world: World) -> None:
    amina = world.join("Amina Yusuf", "Leeds CC", phone=PHONE, channel=Channel.SMS, verified=True)
    world.start("charities", "Charities Unmentoring")
    world.join("Tom Field", "Leeds City Council", slug="charities")
    for words in ("JOIN charities", "YES", "YES"):
        text(world, words)
    with world.read() as session:
        place = world.membership(amina, "charities").organisation_id
        assert session.get_one(Organisation, place).name == "Leeds City Council"


def test_no_to_something_else_is_not_taken_for_an_answer_to_it(world: World) -> None:
    world.join("Amina Yusuf", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)
    world.start("charities", "Charities Unmentoring")
    for words in ("JOIN charities", "NO"):
        text(world, words)
    assert len(joined(world)) == 1


# Somebody with a number and no address


@pytest.fixture
def amina(world: World) -> str:
    text(world, "JOIN councils")
    text(world, "YES Amina Yusuf, Leeds City Council")
    return joined(world)[0].id


def test_their_link_is_sent_to_their_number(world: World, amina: str) -> None:
    world.clock.turn(minutes=2)
    world.visitor().open("/my-page").press("Send me my link", address="07700 900321")
    assert (
        world.visitor().open(world.link_in(world.letter(PHONE, "my_link"), "/m/")).heading
        == "Hello Amina Yusuf"
    )


def test_a_number_nobody_has_confirmed_gets_no_text(world: World) -> None:
    world.join(phone=PHONE, channel=Channel.SMS)
    world.visitor().open("/my-page").press("Send me my link", address=PHONE)
    world.work()
    assert answers(world) == []


def test_they_change_their_details_without_an_address(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina, full=True) + "/details")
    visitor.press("Save my details", about="I run the bins data.")
    assert (visitor.status, world.person(amina).about) == (200, "I run the bins data.")


def test_an_address_they_add_counts_once_confirmed(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina, full=True) + "/details")
    visitor.press("Save my details", email="amina@example.org")
    path = world.link_in(world.letter("amina@example.org", "new_address"), "/confirm/")
    world.visitor().open(path).press("Yes, write here")
    assert world.person(amina).email == "amina@example.org"


@pytest.mark.usefixtures("both_databases")
def test_nothing_is_left_of_them_once_erased(world: World, amina: str) -> None:
    text(world, "JOIN councils")
    world.join()
    world.round()
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, amina), by="a test", now=world.now)
    last = world.letter(PHONE, "erased")
    left = {name: str(rows) for name, rows in world.dump().items() if name != "local_message"}
    assert last.sms
    assert {name for name, rows in left.items() if re.search("900321|Amina", rows)} == set()


# A phone shared by two


@pytest.fixture
def two(world: World) -> list[str]:
    return [world.join(name, phone=PHONE, channel=Channel.SMS, verified=True) for name in ("Ann", "Bo")]


def test_a_text_from_a_shared_number_is_nobodys(world: World, two: list[str]) -> None:
    world.join_many(2)
    world.round()
    text(world, "SKIP")
    assert [world.membership(person).skips_next for person in two] == [False, False]


def test_a_text_from_a_shared_number_is_answered_to_each_by_name_once_a_day(
    world: World, two: list[str]
) -> None:
    for said in ("MET", "HELP"):
        text(world, said)
    world.work()
    assert for_whom(world, "my_link") == ["Unmentoring for Ann", "Unmentoring for Bo"]


def for_whom(world: World, kind: str) -> list[str]:
    return sorted((message.sms or "").split(": ")[0] for message in world.inbox(PHONE, kind))


def test_a_text_to_a_shared_number_says_whom_it_is_for(world: World, two: list[str]) -> None:
    world.join_many(2)
    world.round()
    assert for_whom(world, "introduction") == ["Councils Unmentoring for Ann", "Councils Unmentoring for Bo"]


@pytest.mark.usefixtures("both_databases")
def test_what_waits_when_a_number_comes_to_be_shared_says_whom_it_is_for(world: World) -> None:
    world.join("Ann", phone=PHONE, channel=Channel.SMS, verified=True)
    other = world.join("Bo", phone=PHONE, channel=Channel.SMS)
    world.join_many(2)
    with world.write() as session:
        outbox.hold(session, programme="councils", reason="a test", now=world.now)
    world.round()
    confirm_number(world, other)
    with world.write() as session:
        outbox.release(session, programme="councils", now=world.now)
    world.work()
    assert for_whom(world, "introduction") == ["Councils Unmentoring for Ann", "Councils Unmentoring for Bo"]


@pytest.mark.usefixtures("both_databases")
def test_two_who_confirm_one_number_together_share_it(world: World) -> None:
    first, second = (world.join(name, phone=PHONE, channel=Channel.SMS) for name in ("Ann", "Bo"))

    def confirm(person: str) -> None:
        with world.write() as session:
            phone_numbers.prove(session, session.get_one(Person, person), now=world.now)

    other = Thread(target=confirm, args=(second,))
    with world.write() as session:
        phone_numbers.prove(session, session.get_one(Person, first), now=world.now)
        session.flush()
        other.start()
        other.join(0.5)  # it cannot end before this is committed
    other.join()
    with world.read() as session:
        assert [session.get_one(Person, one).shares_number for one in (first, second)] == [True, True]


def confirm_number(world: World, person: str) -> None:
    signer = world.worker.signer
    with world.write() as session:
        found, programme = session.get_one(Person, person), world.programme(session)
        phone_codes.send_code(session, found, found.phone or PHONE, programme, signer=signer, now=world.now)
    code = re.findall(r"[0-9]{4,8}", world.letter(PHONE, "phone_code").sms or "")[0]
    with world.write() as session:
        phone_codes.check_code(session, session.get_one(Person, person), code, signer=signer, now=world.now)


def test_who_types_in_anothers_number_cannot_stop_its_texts_or_bring_them_back(world: World) -> None:
    ann = world.join("Ann", phone=PHONE, channel=Channel.SMS, verified=True)
    mal = world.join("Mal", phone=PHONE, channel=Channel.SMS)
    key = world.worker.signer.suppression_key()
    with world.write() as session:
        reachability.stop(session, session.get_one(Person, mal), Channel.SMS, key=key, now=world.now)
    assert unreachable(world, [ann]) == [""]
    text(world, "STOP")
    with world.write() as session:
        reachability.start_again(session, session.get_one(Person, mal), key=key, now=world.now)
        stopped = reachability.stopped(session, session.get_one(Person, ann), key=key)
    assert (unreachable(world, [ann]), list(stopped)) == (["replied STOP"], [Channel.SMS])
    page = world.visitor().open(world.page_of(mal, full=True))
    assert "Text START from that number to have our code" in page.text
    assert "Write to me again" not in page.buttons


@pytest.mark.usefixtures("both_databases")
def test_a_number_is_shared_for_as_long_as_two_have_confirmed_it(world: World, two: list[str]) -> None:
    third = world.join("Cy", phone="+447700900322", channel=Channel.SMS, verified=True)

    def sharing() -> list[bool]:
        with world.read() as session:
            return [session.get_one(Person, person).shares_number for person in (*two, third)]

    def give(person: str, phone: str | None, *, proven: bool = False) -> list[bool]:
        with world.write() as session:
            verified_at = world.now if proven else None
            phone_numbers.give(session, session.get_one(Person, person), phone, verified_at=verified_at)
        return sharing()

    assert sharing() == [True, True, False]
    assert give(third, PHONE, proven=True) == [True, True, True]
    assert give(two[0], "+447700900323") == [False, True, True]
    assert give(two[0], PHONE) == [False, True, True]
    assert give(third, None) == [False, False, False]
    assert give(two[0], PHONE, proven=True) == [True, True, False]
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, two[1]), by="a test", now=world.now)
    assert sharing() == [False, False, False]


def unreachable(world: World, people: list[str]) -> list[str]:
    with world.read() as session:
        return [session.get_one(Person, person).unreachable for person in people]


@pytest.mark.usefixtures("both_databases")
def test_a_stop_from_a_shared_number_holds_for_both_and_each_hears_of_it_by_email(
    world: World, two: list[str]
) -> None:
    for _ in range(2):
        text(world, "STOP")
    world.work()
    told = [message.to for message in world.inbox(kind="texts_stopped")]
    assert world.inbox(PHONE, "my_link") == []
    assert sorted(told) == ["person-001@example.org", "person-002@example.org"]
    assert unreachable(world, two) == ["replied STOP", "replied STOP"]
    text(world, "START")
    assert unreachable(world, two) == ["", ""]


def test_who_stops_a_shared_number_on_their_page_is_not_told_what_they_did(
    world: World, two: list[str]
) -> None:
    world.visitor().open(f"{world.page_of(two[0])}/stop-texts").press("Stop all texts")
    world.work()
    assert [message.to for message in world.inbox(kind="texts_stopped")] == ["person-002@example.org"]
    assert unreachable(world, two) == ["replied STOP", "replied STOP"]


def test_a_stop_from_a_number_of_ones_own_is_not_answered(world: World) -> None:
    world.join("Ann", phone=PHONE, channel=Channel.SMS, verified=True)
    text(world, "STOP")
    world.work()
    assert world.inbox(kind="texts_stopped") == []


def test_both_are_told_on_their_page(world: World, two: list[str]) -> None:
    pages = [world.visitor().open(world.page_of(person)).text for person in two]
    assert ["Somebody else uses your number too" in page for page in pages] == [True, True]


@pytest.mark.usefixtures("both_databases")
def test_they_are_not_introduced_to_each_other(world: World, two: list[str]) -> None:
    world.join_many(2)
    world.round()
    assert [world.partners_of(person) != [other] for person, other in (two, two[::-1])] == [True, True]


def test_organisers_read_why_they_are_kept_apart(world: World, two: list[str]) -> None:
    page = world.organiser().open(f"/organise/councils/people/{two[0]}")
    assert "Bo the same mobile number" in page.text


def test_a_number_only_one_of_two_has_confirmed_is_not_shared(world: World) -> None:
    for verified in (True, False):
        world.join(phone=PHONE, channel=Channel.SMS, verified=verified)
    with world.read() as session:
        assert never_pairs.never_pairs(session, world.programme(session)) == set()


def test_a_stop_of_the_other_is_not_said_to_be_theirs(world: World, two: list[str]) -> None:
    text(world, "STOP")
    pages = [world.visitor().open(world.page_of(person)).text for person in two]
    assert ["STOP came from your number." in page for page in pages] == [True, True]
    assert ["you sent STOP" in page for page in pages] == [False, False]


def test_each_is_sent_a_link_of_their_own(world: World, two: list[str]) -> None:
    world.visitor().open("/my-page").press("Send me my link", address=PHONE)
    world.work()
    doors = [world.link_in(message, "/m/") for message in world.inbox(PHONE, "my_link")]
    assert {world.visitor().open(door).heading for door in doors} == {"Hello Ann", "Hello Bo"}


# Yes


def test_yes_to_did_you_meet_means_that_they_met(world: World) -> None:
    amina = world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join()
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    text(world, "Yes!")
    with world.read() as session:
        check_in = conversations.conversation(session, world.group_of(amina), amina).check_in
    assert check_in
    assert check_in.answer is Answer.MET


def test_yes_after_stop_is_start_and_nothing_else(world: World) -> None:
    amina = world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join()
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    text(world, "STOP")
    text(world, "Yes")
    with world.read() as session:
        check_in = conversations.conversation(session, world.group_of(amina), amina).check_in
    assert (check_in, world.person(amina).unreachable) == (None, "")
