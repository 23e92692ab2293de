"""What we do not understand waits for an organiser, and not on the way to the wall."""

import json
from typing import Any

import pytest
from sqlmodel import select

from notifications import quotations
from notifications import replies as replies_of
from notifications.messages import Channel
from notifications.providers import inbound_parse
from notifications.replies import Inbound
from notifications.tables import OutboxMessage, Reply
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, AuditEntry, LearningState, Person, Role, Showing
from web.services.conversations import conversations
from web.services.incoming import replies
from web.services.learning import learnings
from web.services.people import erasure, merging, participation, to_read
from web.services.programmes import dashboards

PAGE = "/organise/councils/replies"
AMINA, PHONE = "amina@example.org", "+447700900123"
QUESTION = "Who is my partner again?"


@pytest.fixture
def amina(world: World) -> str:
    """She has been introduced to Tom by text, and asked by email whether they met."""
    amina = world.join("Amina Yusuf", email=AMINA)
    world.join("Tom Field", email="tom@example.org", phone=PHONE, channel=Channel.SMS, verified=True)
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    return amina


def letter(world: World, person: str, kind: str) -> int:
    with world.read() as session:
        wanted = select(OutboxMessage.id).where(OutboxMessage.person == person, OutboxMessage.kind == kind)
        return session.exec(wanted.order_by(OutboxMessage.id)).all()[0] or 0


def answer(
    world: World, person: str, words: str, kind: str = "check_in", sender: str = AMINA, **facts: Any
) -> None:
    """An email to the address that our letter of that kind is answered at."""
    number, key = letter(world, person, kind), world.worker.signer.reply_keys()[0]
    to = replies_of.reply_address(number, person, key=key, domain="in.example")
    take(world, Inbound(Channel.EMAIL, f"<{words}>", sender, words, (to,), **facts))


def take(world: World, inbound: Inbound) -> None:
    with world.write() as session:
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)


def waiting(world: World) -> list[str]:
    with world.read() as session:
        key = world.worker.signer.suppression_key()
        found = to_read.of_programme(session, world.programme(session), key=key).rows
        return [one.reply.text for one in found]


def learned(world: World) -> list[tuple[str, Showing]]:
    with world.read() as session:
        found = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
        return [(one.learning.text, one.learning.showing) for one in found]


def read(world: World) -> Visitor:
    return world.organiser().open(PAGE)


UNCLEAR = [
    QUESTION,
    "ok",
    "Thanks, Tom",
    "Can I change my address? I am at home now",
    "Are you coming to the conference?",
    "I forgot",
    "He’s ill, so we left it",
    "Please ring me on 01484 221000, I cannot do Zoom.",
    "I have now retired from Kirklees. Please contact my successor",
    "Tom was rude and I felt unsafe",
]


@pytest.mark.parametrize("words", UNCLEAR)
def test_what_is_no_answer_and_no_learning_is_read_by_an_organiser(
    world: World, amina: str, words: str
) -> None:
    answer(world, amina, words)
    assert (waiting(world), learned(world)) == ([words], [])


@pytest.mark.parametrize(
    "words",
    ["We share a bin lorry now.", "Why do we not all share vans? We should.", "Hi, I learned it."],
)
def test_what_somebody_learned_is_not(world: World, amina: str, words: str) -> None:
    answer(world, amina, words)
    assert (waiting(world), learned(world)) == ([], [(words, Showing.WITHOUT_NAME)])


@pytest.mark.parametrize("words", ["Met", "Not yet, sorry", "No, sorry", "STOP", ""])
def test_what_is_understood_is_not(world: World, amina: str, words: str) -> None:
    answer(world, amina, words)
    assert waiting(world) == []


@pytest.mark.parametrize(
    "words",
    [
        "Skip. Tom made me feel unsafe",
        "Can't make it, Tom keeps ringing me",
        "Booked for Friday. I have a new number, 07700 900555",
    ],
)
def test_harm_and_new_details_beside_what_is_acted_upon_are(world: World, amina: str, words: str) -> None:
    answer(world, amina, words)
    assert waiting(world) == [words]


def test_a_reason_to_skip_is_not(world: World, amina: str) -> None:
    answer(world, amina, "Skip, I'm on holiday")
    assert waiting(world) == []


PRIVATE = "In confidence: their chief executive is about to resign."


def test_what_is_said_in_confidence_is_on_no_way_to_the_wall(world: World, amina: str) -> None:
    answer(world, amina, PRIVATE)
    assert (waiting(world), learned(world)) == ([PRIVATE], [])


@pytest.mark.parametrize(
    "words",
    [
        "Please don’t ring me, I’m deaf",
        "Please do not call, email is best",
        "Remove my phone number but keep my email",
    ],
)
def test_a_wish_not_to_be_rung_stops_no_letters(world: World, amina: str, words: str) -> None:
    answer(world, amina, words)
    assert (waiting(world), world.person(amina).unreachable) == ([words], "")


def test_it_is_shown_to_nobody_even_where_an_organiser_takes_it_for_a_learning(
    world: World, amina: str
) -> None:
    answer(world, amina, PRIVATE)
    read(world).press("It is a learning")
    assert learned(world) == [(PRIVATE, Showing.NO)]


@pytest.mark.parametrize("words", ["Please don't publish what I said", "Met. Take that down please"])
def test_who_asks_for_it_is_shown_no_more_from_that_moment(world: World, amina: str, words: str) -> None:
    answer(world, amina, "We share a bin lorry now.")
    answer(world, amina, words)
    assert (learned(world), waiting(world)) == ([("We share a bin lorry now.", Showing.NO)], [words])


def test_a_stranger_who_claims_to_be_somebody_takes_nothing_down(world: World, amina: str) -> None:
    answer(world, amina, "We share a bin lorry now.")
    take(
        world, Inbound(Channel.EMAIL, "<x>", AMINA, "Please don't publish what I said", ("hello@in.example",))
    )
    assert learned(world) == [("We share a bin lorry now.", Showing.WITHOUT_NAME)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Tom cancelled on me", Answer.COULD_NOT),
        ("Tom didn't turn up", Answer.NO_REPLY),
        ("met tom on Thursday at the library, they lend tools", Answer.MET),
        ("Tom asked to move it", None),
        ("We couldn’t find a time", Answer.COULD_NOT),
    ],
)
def test_news_of_the_meeting_answers_whether_they_met_as_far_as_it_says(
    world: World, amina: str, words: str, said: Answer | None
) -> None:
    answer(world, amina, words)
    with world.read() as session:
        check_in = conversations.conversation(session, world.group_of(amina), amina).check_in
    assert (check_in.answer if check_in else None) == said


def test_what_a_machine_wrote_is_not(world: World, amina: str) -> None:
    answer(world, amina, "Who are you looking for?", automatic=True)
    assert waiting(world) == []


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Re: Did you talk", "I am on maternity leave from May - please leave me out of rounds until then."),
        ("Re: Did you talk", "I no longer work for Leeds. Please contact Priya, she would like to join."),
        ("Re: Did you talk", "Please do not reply to this email, my new address is a@new.example."),
        ("Away until May", "Can I come back after that?"),
    ],
)
def test_what_only_sounds_like_a_machine_is_read_by_an_organiser(
    world: World, amina: str, subject: str, words: str
) -> None:
    number, key = letter(world, amina, "check_in"), world.worker.signer.reply_keys()[0]
    to = replies_of.reply_address(number, amina, key=key, domain="in.example")
    envelope = json.dumps({"to": [to], "from": AMINA})
    mail = {"subject": subject, "from": AMINA, "to": to, "text": words, "envelope": envelope}
    take(world, inbound_parse.inbound({name: value.encode() for name, value in mail.items()}))
    assert (waiting(world), learned(world)) == ([words], [])


RULE = "_" * 80
INVITATION = f"""{RULE}
Microsoft Teams meeting
Join: https://teams.microsoft.com/meet/33311122233?p=aB1cD2<https://teams.microsoft.com/meet/33311122233?p=aB1cD2>
Meeting ID: 333 111 222 33
Passcode: aB1cD2
________________________________
Need help?<https://aka.ms/JoinTeamsMeeting?omkt=en-GB>
For organizers: Meeting options<https://teams.microsoft.com/meetingOptions/>
{RULE}
"""


@pytest.mark.parametrize("kind", ["introduction", "check_in"])
def test_an_invitation_that_came_to_us_is_read_by_an_organiser(world: World, amina: str, kind: str) -> None:
    """As Outlook writes it for whoever presses "Reply with a meeting"."""
    answer(world, amina, quotations.own_words(INVITATION), kind)
    ((said,), kept) = waiting(world), learned(world)
    assert (said.startswith("Microsoft Teams meeting\nJoin:"), kept) == (True, [])


@pytest.mark.parametrize("words", ["Unsubscribe", "START"])
def test_stop_from_another_address_than_the_one_we_wrote_to_is(world: World, amina: str, words: str) -> None:
    answer(world, amina, words, sender="colleague@example.org")
    assert (waiting(world), world.person(amina).unreachable) == ([words], "")


def test_an_organiser_is_told_that_nobody_has_been_stopped(world: World, amina: str) -> None:
    answer(world, amina, "Unsubscribe", sender="colleague@example.org")
    page = read(world)
    assert ("nobody has been stopped" in page.text, page.buttons.count("It is a learning")) == (True, 0)


def test_met_that_anybody_could_have_written_is(world: World, amina: str) -> None:
    take(world, Inbound(Channel.EMAIL, "<1>", AMINA, "Met", ("hello@in.example",)))
    assert waiting(world) == ["Met"]


def test_words_after_a_learning_was_published_are(world: World, amina: str) -> None:
    answer(world, amina, "We share a bin lorry now.")
    world.organiser().open("/organise/councils/learning").press("Publish")
    answer(world, amina, "And two vans.")
    assert waiting(world) == ["And two vans."]


def test_a_plan_meant_for_a_partner_is_not_as_its_sender_is_told_so(world: World) -> None:
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field")
    world.round()
    take(world, Inbound(Channel.SMS, "SM1", PHONE, "Tuesday at 2 works for me"))
    assert (waiting(world), learned(world)) == ([], [])
    assert "Tom Field did not get your text" in (world.letter(PHONE, "text_answer").sms or "")


def test_thanks_for_an_introduction_need_nobody(world: World) -> None:
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field")
    world.round()
    take(world, Inbound(Channel.SMS, "SM1", PHONE, "Lovely, thank you"))
    assert (waiting(world), learned(world)) == ([], [])


def test_what_a_stranger_writes_is_nobody_s_to_read(world: World, amina: str) -> None:
    take(world, Inbound(Channel.SMS, "SM1", "+447700900999", QUESTION))
    assert waiting(world) == []


# What an organiser sees and does


@pytest.mark.usefixtures("both_databases")
def test_an_organiser_sees_who_wrote_what_in_answer_to_what(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    page = read(world).text
    said = ("Amina Yusuf", "By email, in answer to “Did you meet?”", QUESTION)
    assert [part in page for part in said] == [True] * 3


def test_it_is_answered_by_email(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    links = read(world).page.xpath("//a[starts-with(@href, 'mailto:amina')]/@href")
    assert links == [f"mailto:{AMINA}?subject=Your%20message%20to%20Councils%20Unmentoring"]


def test_who_asked_us_not_to_write_is_not_offered_as_an_address(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    answer(world, amina, "STOP")
    assert read(world).page.xpath("//a[starts-with(@href, 'mailto:amina')]") == []


def test_the_first_page_says_how_many_wait(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    with world.read() as session:
        board = dashboards.of_programme(session, world.programme(session), now=world.now, role=Role.ORGANISER)
    assert ("1 reply to read", "replies") in [(one.what, one.page) for one in board.waiting]


def test_the_page_of_learnings_leads_there(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    page = world.organiser().open("/organise/councils/learning")
    assert QUESTION in page.open(page.link("1 reply to read")).text


@pytest.mark.usefixtures("both_databases")
def test_what_is_dealt_with_waits_no_more(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    page = read(world).press("Dealt with")
    assert ("Marked as dealt with" in page.text, waiting(world), page.buttons.count("Dealt with")) == (
        True,
        [],
        0,
    )


def test_what_is_dealt_with_can_still_be_read(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    assert "Dealt with" in read(world).press("Dealt with").open(PAGE).text


def test_who_presses_twice_reads_twice_that_it_is_dealt_with(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    first, second = read(world), read(world)
    first.press("Dealt with")
    assert "Marked as dealt with." in second.press("Dealt with").text


@pytest.mark.parametrize("button", ["Dealt with", "It is a learning"])
def test_it_is_dealt_with_once(world: World, amina: str, button: str) -> None:
    answer(world, amina, QUESTION)
    first, second = read(world), world.organiser("priya@example.org").open(PAGE)
    first.press("Dealt with")
    assert "Somebody has dealt with it meanwhile" in second.press(button).text


def test_who_did_it_stands_in_the_audit(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    read(world).press("Dealt with")
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == to_read.DONE)).one()
    assert (entry.actor, entry.subject) == (world.appoint("organiser@councils.example"), "reply 1")


@pytest.mark.usefixtures("both_databases")
def test_it_may_be_a_learning_after_all(world: World, amina: str) -> None:
    answer(world, amina, "What if the crews drew the map?")
    page = read(world).press("It is a learning")
    assert ("It waits under Learning" in page.text, learned(world), waiting(world)) == (
        True,
        [("What if the crews drew the map?", Showing.WITHOUT_NAME)],
        [],
    )


def test_what_answers_no_question_of_ours_is_not_shown_before_its_author_says_so(world: World) -> None:
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field")
    world.round()
    take(world, Inbound(Channel.SMS, "SM1", PHONE, "What if the crews drew the map?"))
    page = read(world).press("It is a learning")
    assert ("They have not been asked" in page.text, learned(world)) == (
        True,
        [("What if the crews drew the map?", Showing.NO)],
    )


def test_a_question_about_no_conversation_is_offered_as_no_learning(world: World) -> None:
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    take(world, Inbound(Channel.SMS, "SM1", PHONE, QUESTION))
    assert read(world).buttons.count("It is a learning") == 0


def test_who_was_two_entries_is_read_under_the_one_that_stays(world: World, amina: str) -> None:
    kept = world.join("Amina Yusuf", email="amina@new.example.org")
    with world.write() as session:
        one, other = (session.get_one(Person, person) for person in (kept, amina))
        merging.merge(session, world.programme(session), one, other, by="a test", now=world.now)
    answer(world, amina, QUESTION)
    with world.read() as session:
        assert session.exec(select(Reply.person)).all() == [kept]


def test_another_programme_s_organiser_does_not_read_it(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    answer(world, amina, QUESTION)
    other = world.organiser("else@charities.example", Role.OWNER, "charities")
    assert QUESTION not in other.open("/organise/charities/replies").text


def test_somebody_of_two_programmes_is_read_where_the_letter_came_from(world: World, amina: str) -> None:
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(hours=2)
    world.join("Amina Yusuf", email=AMINA, slug="charities")
    answer(world, amina, QUESTION)
    with world.read() as session:
        assert to_read.waiting(session, world.programme(session, "charities")) == 0


# It goes


def test_it_goes_with_whoever_wrote_it(world: World, amina: str) -> None:
    answer(world, amina, QUESTION)
    world.erase(amina)
    assert (waiting(world), world.dump()["reply"]) == ([], [])


def test_who_is_erased_goes_out_of_what_others_asked(world: World, amina: str) -> None:
    answer(world, amina, "How do I reach Tom Field?")
    with world.write() as session:
        tom = session.exec(select(Person).where(Person.name == "Tom Field")).one()
        erasure.erase(session, tom, by="a test", now=world.now)
    assert waiting(world) == ["How do I reach somebody who has left?"]


def test_who_has_left_is_still_read(world: World, amina: str) -> None:
    with world.write() as session:
        membership = session.get_one(type(world.membership(amina)), (1, amina))
        participation.leave(session, membership, now=world.now)
    answer(world, amina, "Why do I still get letters from you?")
    assert waiting(world) == ["Why do I still get letters from you?"]


def test_a_secret_of_ours_is_not_read_by_an_organiser(world: World, amina: str) -> None:
    door = world.page_of(amina)
    answer(world, amina, f"Is http://127.0.0.1:8000{door} mine?")
    assert door.rpartition("/")[2] not in read(world).answer.text


# Of an organiser who takes part themselves

TOM, RUDE = "tom@example.org", "Tom was rude and I felt unsafe"


def read_by(world: World, email: str) -> str:
    return world.organiser(email, Role.ORGANISER).open(PAGE).answer.text


@pytest.mark.usefixtures("both_databases")
def test_what_is_said_of_an_organiser_s_conversation_is_read_by_the_others(world: World, amina: str) -> None:
    answer(world, amina, RUDE)
    texts = [read_by(world, email) for email in ("priya@example.org", TOM)]
    board = world.organiser(TOM, Role.ORGANISER).open("/organise/councils/").answer.text
    assert ([RUDE in text for text in texts], "to read" in board) == ([True, False], False)


def test_nor_can_they_deal_with_it(world: World, amina: str) -> None:
    world.appoint("priya@example.org")
    answer(world, amina, RUDE)
    tom = world.appoint(TOM, Role.ORGANISER)
    with world.write() as session:
        [number] = session.exec(select(Reply.id).where(Reply.text == RUDE)).all()
        programme = world.programme(session)
        with pytest.raises(to_read.NoSuchReply):
            to_read.finish(session, programme, number, by=tom, now=world.now)


def test_where_nobody_else_organises_it_is_not_lost(world: World, amina: str) -> None:
    answer(world, amina, RUDE)
    assert RUDE in read_by(world, TOM)


@pytest.mark.parametrize("kind", ["welcome", "check_in"])
def test_what_somebody_else_s_partner_says_an_organiser_reads(world: World, amina: str, kind: str) -> None:
    world.appoint("priya@example.org")
    answer(world, amina, RUDE, kind=kind)
    assert RUDE in read_by(world, "sara@example.org")


@pytest.mark.usefixtures("both_databases")
def test_what_a_partner_says_in_answer_to_anything_else_they_do_not(world: World, amina: str) -> None:
    """To the news of the next round, say: "Yes, but not with Tom, he made me feel unsafe"."""
    world.appoint("priya@example.org")
    answer(world, amina, RUDE, kind="welcome")
    texts = [read_by(world, email) for email in ("sara@example.org", TOM)]
    assert [RUDE in text for text in texts] == [True, False]
