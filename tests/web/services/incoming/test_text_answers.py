"""Every text has one short answer, as far as it is one that wants any."""

import pytest
from sqlmodel import col, select

from notifications import sms_text
from notifications.keywords import Word
from tests.support.by_text import answer_to, answers, said, still_talks, text, waiting
from tests.support.world import World
from web.models import Answer, CheckIn, Learning, LearningState, Person, Showing
from web.services.learning import learnings
from web.services.rounds import dropouts, top_ups

STRANGER = "+447700900777"
MET = "did you talk with"


# A number we do not know


ABROAD = {
    "a satellite": "+8821650000000",
    "Nigeria": "+2348031234567",
    "the Bahamas": "+12423591234",
    "Ireland": "+353861234567",
    "a personal number": "+447024123456",
    "a premium line": "+449098790000",
    "a landline": "+441134960000",
    "a short code": "60777",
    "a sender": "BANK",
}


@pytest.mark.parametrize("number", ABROAD.values(), ids=ABROAD)
@pytest.mark.parametrize("words", ["HELP", "JOIN councils", "YES Amina Yusuf, Leeds City Council"])
def test_whoever_texts_from_where_no_form_lets_us_text_costs_nothing(
    world: World, number: str, words: str
) -> None:
    text(world, words, number)
    assert answers(world, number) == []


@pytest.mark.parametrize(
    "words", ["HELP", "START", "JOIN nowhere", "Join us!", "Who is this?", "Their vans are shared now", "MET"]
)
def test_a_stranger_is_told_once_for_ever_what_they_can_do(world: World, words: str) -> None:
    for _ in range(3):
        text(world, words, STRANGER)
        text(world, "HELP", STRANGER)
        world.clock.turn(days=1)
    assert ["JOIN COUNCILS" in answer for answer in answers(world, STRANGER)] == [True]


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "Opt out",
        "Wrong number, I know none of these people",
        "",
        "👍",
        "Loved “Did you talk with Tom?”",
        "I'm driving with Do Not Disturb While Driving turned on.",
    ],
)
def test_stop_and_what_is_no_answer_get_none(world: World, words: str) -> None:
    assert (answer_to(world, words, STRANGER), answer_to(world, words)) == ("", "")


def test_a_word_of_the_providers_that_stops_gets_no_answer(world: World, asked: str) -> None:
    before = len(answers(world))
    text(world, "Peidiwch", word=Word.STOP)
    assert (len(answers(world)), world.person(asked).unreachable) == (before, "replied STOP")


@pytest.mark.parametrize("sender", ["64446", "Vodafone", "+12"])
def test_what_is_no_phones_number_gets_none(world: World, sender: str) -> None:
    assert answer_to(world, "Your parcel waits", sender) == ""


@pytest.mark.parametrize("words", ["JOIN", "join please", "join councils please", "Please join “Councils”"])
def test_join_is_answered_with_how_to_say_yes(world: World, words: str) -> None:
    assert "reply YES" in answer_to(world, words, STRANGER)


def test_join_alone_asks_for_the_word_where_there_are_two(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    assert "text JOIN and the word" in answer_to(world, "JOIN", STRANGER)


def test_who_tried_a_wrong_word_joins_with_the_right_one(world: World) -> None:
    text(world, "JOIN concils", STRANGER)
    assert "reply YES" in answer_to(world, "JOIN councils", STRANGER)


# Somebody we know


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("HELP", "MET after a conversation"),
        ("START", "you have texts from us again"),
        ("JOIN nowhere", "nobody joins by that word"),
        ("JOIN councils", "you are in already"),
        ("What is this about?", "MET after a conversation"),
        ("Their vans are shared now", "that goes to"),
        ("MET", "no conversation of yours"),
        ("SKIP", "you are out of the next round"),
    ],
)
def test_somebody_who_has_met_nobody_yet_has_one_answer_to_each(
    world: World, amina: str, words: str, told: str
) -> None:
    answer = answer_to(world, words)
    assert (told in answer, " | " in answer) == (True, False)


@pytest.mark.parametrize("words", ["Thanks!", "Ok thank you", "Cheers, Amina"])
def test_thanks_need_no_answer_and_are_no_learning(world: World, asked: str, words: str) -> None:
    assert (answer_to(world, words), waiting(world)) == ("", [])


def test_at_most_three_answers_a_day(world: World, asked: str) -> None:
    before = len(answers(world))
    for words in ("HELP", "JOIN nowhere", "Where do I look?", "MET", "SKIP", "HELP"):
        text(world, words)
    assert (len(answers(world)) - before, said(world, asked)) == (3, Answer.MET)
    world.clock.turn(days=1)
    assert answer_to(world, "HELP")


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("MET", Answer.MET),
        ("Couldn’t", Answer.COULD_NOT),
        ("Yes we did", Answer.MET),
        ("No reply from Tom", Answer.NO_REPLY),
    ],
)
def test_a_check_in_is_answered_by_its_words_and_thanked_for(
    world: World, asked: str, words: str, answer: Answer
) -> None:
    assert "thank you for telling us" in answer_to(world, words)
    assert said(world, asked) is answer


@pytest.mark.parametrize("words", ["Haven’t heard from Tom", "No, I've had no reply", "NO REPLY"])
def test_whoever_had_no_reply_comes_first_next_time_by_text_too(world: World, asked: str, words: str) -> None:
    """It was kept as something they had learned, and they were asked again."""
    text(world, words)
    assert (world.membership(asked).let_down, waiting(world)) == (True, [])
    before = len(answers(world))
    world.clock.turn(days=10)
    world.work()
    assert [MET in sent for sent in answers(world)[: len(answers(world)) - before]] == []


def test_whoever_has_a_date_is_not_told_to_write_first(world: World, pair: tuple[str, str]) -> None:
    assert "that is noted" in answer_to(world, "Booked for Tuesday, thanks")
    assert said(world, pair[0]) is Answer.BOOKED
    world.clock.turn(days=6)
    world.work()
    assert world.inbox(kind="nudge") == []


@pytest.mark.parametrize("words", ["Meeting on Thursday?", "Booked for 2pm?"])
def test_a_date_that_is_asked_for_is_meant_for_the_partner(
    world: World, pair: tuple[str, str], words: str
) -> None:
    assert "Tom Field did not get your text" in answer_to(world, words)
    assert said(world, pair[0]) is None


@pytest.mark.parametrize(
    "words", ["PAUSE", "Please pause me until January", "I'd like to leave the programme"]
)
def test_whoever_wants_a_break_by_text_is_led_to_their_page(
    world: World, pair: tuple[str, str], words: str
) -> None:
    """It was kept as something they had learned."""
    answer = answer_to(world, words)
    assert ("All else on your page" in answer, waiting(world)) == (True, [])


@pytest.mark.parametrize(
    "words",
    [
        "Already met",
        "Yes we have already met, thanks",
        "We spoke by phone",
        "met up in person last week",
        "Had a nice chat on the telephone on Tuesday",
        "Spoke to her yesterday",
        "Yes, had a good zoom",
    ],
)
def test_whoever_has_met_by_now_has(world: World, asked: str, words: str) -> None:
    text(world, words)
    assert (said(world, asked), waiting(world)) == (Answer.MET, [])


@pytest.mark.parametrize("words", ["Already met? No", "Already met him years ago, he is my cousin"])
def test_whoever_asks_or_met_long_ago_has_not(world: World, asked: str, words: str) -> None:
    text(world, words)
    assert said(world, asked) is None


def test_already_met_may_mean_before_the_introduction(world: World, pair: tuple[str, str]) -> None:
    text(world, "Already met")
    assert said(world, pair[0]) is None


def test_whoever_has_not_met_yet_is_not_thanked_for_how_it_went(world: World, asked: str) -> None:
    """Nor later for nothing: the thanks come once they have met."""
    assert "that is noted" in answer_to(world, "Not yet")
    assert "thank you for telling us how it went" in answer_to(world, "Met")


def test_whoever_had_no_reply_is_not_asked_what_they_learned(world: World, asked: str) -> None:
    answer = answer_to(world, "No reply from Tom")
    assert ("You come first in the next round." in answer, "earned" in answer) == (True, False)


def test_who_says_it_twice_is_answered_twice(world: World, asked: str) -> None:
    text(world, "Not yet")
    assert "that is noted" in answer_to(world, "Not yet, sorry")


def test_the_check_in_says_which_words_it_understands() -> None:
    from notifications.messages import CheckIn, Named
    from notifications.render import render
    from tests.support.letters import AMINA_BY_TEXT, CHECK_IN, COUNCILS, NOW, PAGE, TOM, links

    question = CheckIn(COUNCILS, (Named(TOM.person, TOM.name),), CHECK_IN, PAGE)
    made = render(question, AMINA_BY_TEXT, links, NOW, texts_take_replies=True).sms or ""
    assert "Reply MET, NOT YET, COULDN'T or NO REPLY" in made


# Met, and something learned


@pytest.mark.parametrize("weeks", [0, 1, 2], ids=["the introduction", "the nudge", "the check-in"])
@pytest.mark.parametrize("words", ["Met. We will share a van.", "We met - we will share a van."])
def test_met_and_what_was_learned_is_both_in_answer_to_anything(
    world: World, pair: tuple[str, str], weeks: int, words: str
) -> None:
    world.clock.turn(weeks=weeks, hours=1)
    world.work()
    text(world, words)
    [(learned, showing)] = waiting(world)
    assert (said(world, pair[0]), learned.casefold(), showing) == (
        Answer.MET,
        "we will share a van.",
        Showing.WITHOUT_NAME,
    )


def test_what_is_learned_after_the_thanks_waits_for_the_organiser(world: World, asked: str) -> None:
    text(world, "MET")
    assert "kept: an organiser reads it first" in answer_to(world, "Ask the crews before you draw the map.")
    assert waiting(world) == [("Ask the crews before you draw the map.", Showing.WITHOUT_NAME)]


def test_what_nobody_sees_is_in_no_learning(world: World, asked: str) -> None:
    text(world, "Their \u2066bins\u2069 \u202eklat\u202c to each\u200b other, 👩\u200d🌾 says.")
    assert waiting(world) == [("Their bins klat to each other, 👩\u200d🌾 says.", Showing.WITHOUT_NAME)]


def test_what_comes_after_the_decision_is_said_to_be_too_late(world: World, asked: str) -> None:
    text(world, "Met. We will share a van.")
    with world.write() as session:
        [one] = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
        learnings.publish(session, one.learning, text="We will share a van.", version=one.learning.version,
                          by="a test", now=world.now)  # fmt: skip
    answer = answer_to(world, "And a driver.")
    with world.read() as session:
        kept = session.get_one(Learning, one.learning.id).text
    assert ("looked at already" in answer, kept) == (True, "We will share a van.")


def test_what_nobody_has_looked_at_is_not_said_to_have_been(world: World, pair: tuple[str, str]) -> None:
    first, second = "Their vans are shared by all of them.", "And they lend tools to each other."
    told = [answer_to(world, words) for words in (first, second)]
    assert ["looked at already" in answer for answer in told] == [False, False]
    assert "that goes to hello@councils.example" in told[1]


# Meant for the partner, or a question


@pytest.mark.parametrize(
    "words", ["Hi Tom, Amina here. Tuesday 2pm?", "Running 10 minutes late", "Tuesday works"]
)
def test_what_is_meant_for_the_partner_is_said_not_to_have_reached_them(
    world: World, pair: tuple[str, str], words: str
) -> None:
    answer = answer_to(world, words)
    assert "Tom Field did not get your text: it came to us." in answer
    assert (said(world, pair[0]), waiting(world)) == (None, [])


@pytest.mark.parametrize("shares", [True, False])
def test_how_to_reach_them_is_said_as_far_as_they_share_it(world: World, amina: str, shares: bool) -> None:
    tom = "+447700900456"
    world.join("Tom Field", phone=tom, verified=True, shares_phone=shares, shares_email=False)
    world.round()
    answer = answer_to(world, "Hi Tom, Tuesday 2pm?")
    assert ("07700 900456" in answer, "hello@councils.example" in answer) == (shares, not shares)


def test_whoever_can_no_longer_make_it_is_not_written_to(world: World, pair: tuple[str, str]) -> None:
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(pair[1]), pair[1], now=world.now)
    world.work()
    answer = answer_to(world, "Hi Tom, Tuesday 2pm?")
    assert ("that goes to" in answer, waiting(world)) == (True, [])


def test_a_question_after_an_introduction_is_no_learning(world: World, pair: tuple[str, str]) -> None:
    assert "goes to hello@councils.example" in answer_to(world, "Who pays for the coffee?")
    assert waiting(world) == []


# Two programmes and one number


@pytest.fixture
def two_questions(world: World, asked: str) -> str:
    """Amina takes part in a second programme too, and has been asked there an hour later."""
    world.start("charities", "Charities Unmentoring")
    text(world, "JOIN charities")
    text(world, "YES")
    world.join("Jo Park", "Brent Council", slug="charities")
    second = World(world.app, world.worker, world.clock, slug="charities")
    second.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    assert next(answer.split(":")[0] for answer in answers(world) if MET in answer) == "Charities Unmentoring"
    return asked


@pytest.mark.usefixtures("both_databases")
def test_a_word_answers_the_latest_and_a_second_word_the_other(world: World, two_questions: str) -> None:
    thanks = [answer_to(world, words).split(":")[0] for words in ("MET", "Not yet")]
    assert thanks == ["Charities Unmentoring", "Councils Unmentoring"]
    with world.read() as session:
        kept = session.exec(select(CheckIn.answer).order_by(col(CheckIn.group_id))).all()
    assert list(kept) == [Answer.NOT_YET, Answer.MET]


def test_what_was_learned_goes_with_the_answer_it_follows(world: World, two_questions: str) -> None:
    for words in ("MET", "MET", "Ask the crews first."):
        text(world, words)
    assert waiting(world) == [("Ask the crews first.", Showing.WITHOUT_NAME)]


# START


def stop_and_start(world: World, minutes: int = 3) -> str:
    text(world, "STOP")
    world.clock.turn(minutes=minutes)
    return answer_to(world, "START")


@pytest.mark.usefixtures("both_databases")
def test_start_brings_back_the_conversation_that_stop_called_off(world: World, pair: tuple[str, str]) -> None:
    answer = stop_and_start(world)
    assert ("a change: now you talk with Tom Field" in answer, " | " in answer) == (True, False)
    assert (still_talks(world, pair[0]), still_talks(world, pair[1])) == (True, True)
    assert world.letter("tom@example.org").kind == "introduction"


def test_they_are_asked_again_how_it_went(world: World, pair: tuple[str, str]) -> None:
    stop_and_start(world)
    world.clock.turn(days=14, hours=1)
    world.work()
    assert MET in answers(world)[0]


def test_who_has_somebody_else_by_then_keeps_them(world: World, pair: tuple[str, str]) -> None:
    text(world, "STOP")
    world.join("Siân Rees", "Gwynedd Council")
    world.clock.turn(days=8, hours=1)
    with world.write() as session:
        top_ups.run_by_itself(session, 1, now=world.now)
    assert "you have texts from us again" in answer_to(world, "START")
    assert not still_talks(world, pair[0])


def test_what_they_called_off_themselves_stays_called_off(world: World, pair: tuple[str, str]) -> None:
    text(world, "SKIP")
    world.clock.turn(minutes=1)
    assert "you have texts from us again" in stop_and_start(world)
    assert not still_talks(world, pair[0])


def test_the_partner_who_would_rather_not_is_left_in_peace(world: World, pair: tuple[str, str]) -> None:
    from web.models import RatherNot

    text(world, "STOP")
    with world.write() as session:
        session.add(RatherNot(person_id=pair[1], other_id=pair[0], created_at=world.now))
    text(world, "START")
    assert not still_talks(world, pair[0])


def test_stop_after_that_is_told_to_the_partner_again(world: World, pair: tuple[str, str]) -> None:
    stop_and_start(world)
    world.clock.turn(minutes=1)
    text(world, "STOP")
    letters = [letter.kind for letter in world.inbox("tom@example.org")]
    assert letters[:4] == ["partner_gone", "introduction", "partner_gone", "introduction"]


# Whatever is said


def test_no_answer_of_ours_goes_over_two_segments(world: World, two_questions: str) -> None:
    for words in (
        "HELP",
        "SKIP",
        "MET",
        "JOIN x",
        "Hi Jo, Tuesday 2pm?",
        "Why me?",
        "START",
        "We share vans.",
    ):
        text(world, words)
        world.clock.turn(days=1)
    assert max(sms_text.cost(answer).segments for answer in answers(world)) <= 2


def test_nobody_erased_is_answered(world: World, amina: str) -> None:
    world.erase(amina)
    with world.read() as session:
        assert session.get_one(Person, amina).phone is None
    assert "hold no details" in answer_to(world, "MET")
