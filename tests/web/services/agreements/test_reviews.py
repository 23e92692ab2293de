"""Whether agreements go on is asked before they are due, and silence renews them."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from notifications import messages, words
from tests.support.consenting import FOURS, Consent, said
from tests.support.world import World
from web.http import rendering
from web.models import AgendaState, Reviewed, ReviewOutcome, Stance, Subject, Verdict
from web.services.agreements import agenda, agreements, reviews
from web.services.agreements.proposals import NotOpenToThat
from web.services.agreements.reviews import Opinion
from web.services.common import times
from web.services.programmes import programme_settings


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 6)


def due_on(consent: Consent, subject: Subject = Subject.MATCHING) -> date:
    with consent.world.read() as session:
        return agreements.about(session, consent.world.programme(session), subject).version.review_on


def bring_near(consent: Consent, *subjects: Subject, days: int = 7) -> date:
    """The day on which these are due from now on."""
    with consent.world.write() as session:
        programme, on = consent.world.programme(session), times.today(consent.world.now)
        for subject in subjects or (Subject.MATCHING,):
            version = agreements.about(session, programme, subject).version
            version.adopted_on = on - timedelta(days=100)
            version.review_on = on + timedelta(days=days)
            session.add(version)
        return on + timedelta(days=days)


def asked(consent: Consent) -> int:
    """How many have had the question."""
    return len(consent.world.inbox(kind="review"))


def opine(consent: Consent, person: str, verdict: Verdict, words: str = "") -> None:
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        review = reviews.of_programme(session, programme)
        assert review, "no review goes on"
        opinions = {one.id: Opinion(verdict, words) for one in reviews.of_review(session, review)}
        reviews.answer(session, programme, review, person, opinions, now=consent.world.now)


def outcomes(consent: Consent) -> list[ReviewOutcome]:
    with consent.world.read() as session:
        found = session.exec(select(Reviewed).order_by(col(Reviewed.review_id)))
        return [one.outcome for one in found]


def on_agenda(consent: Consent) -> list[str]:
    with consent.world.read() as session:
        return [one.words for one in agenda.waiting(session, consent.world.programme(session))]


def test_everybody_is_asked_a_week_before(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    assert asked(consent) == 6


def test_nobody_is_asked_sooner(consent: Consent) -> None:
    bring_near(consent, days=8)
    consent.look()
    assert asked(consent) == 0


def test_what_is_due_together_is_asked_together(consent: Consent) -> None:
    bring_near(consent, Subject.MATCHING, Subject.DAYS, Subject.SHOWING)
    consent.look()
    letter = consent.world.inbox(kind="review")[0].text
    assert all(title in letter for title in ("How we match", "Our days", "What we show"))


def test_silence_renews_it_for_the_same_span(consent: Consent) -> None:
    """It had been adopted 100 days before, and was due after 107."""
    bring_near(consent)
    consent.look()
    consent.later(days=7)
    assert due_on(consent) == times.today(consent.world.now) + timedelta(days=107)


@pytest.mark.usefixtures("both_databases")
def test_who_keeps_it_changes_nothing(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    for person in consent.people:
        opine(consent, person, Verdict.KEEP)
    consent.later(days=7)
    assert (outcomes(consent), on_agenda(consent)) == ([ReviewOutcome.RENEWED], [])


def test_a_renewed_agreement_keeps_its_version(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    consent.later(days=7)
    assert consent.version() == 1


def test_one_for_a_change_is_enough_for_the_agenda(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE, "Threes are livelier.")
    consent.later(days=7)
    assert on_agenda(consent) == ["At its review 1 person is for a change. “Threes are livelier.”"]


def test_what_somebody_erased_said_to_a_review_is_gone_from_what_came_of_it(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE, "I, Persephone, live too far away.")
    consent.later(days=7)
    page = consent.world.organiser().open("/organise/councils/agenda")
    page.open(page.link("How we match")).press("Propose this change", size="3")
    consent.later(days=7)
    consent.world.erase(consent.people[0])
    held = {name: str(rows) for name, rows in consent.world.dump().items() if name != "local_message"}
    assert [name for name, rows in held.items() if "Persephone" in rows] == []


def test_it_is_not_asked_again_while_it_waits_for_the_organisers(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE)
    consent.later(days=7)
    consent.later(days=30)
    assert asked(consent) == 6


def test_organisers_who_decline_a_change_renew_it(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE)
    consent.later(days=7)
    with consent.world.write() as session:
        item = agenda.waiting(session, consent.world.programme(session))[0]
        agenda.decline(session, item, "it works", by=consent.organiser.id, now=consent.world.now)
    assert due_on(consent) == times.today(consent.world.now) + timedelta(days=107)


def test_free_words_can_be_dropped_by_a_review(consent: Consent) -> None:
    consent.open(said("Who may organise"))
    consent.later(days=7)
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        rule = agreements.every(session, programme)[-1]
        rule.version.review_on = times.today(consent.world.now) + timedelta(days=7)
        session.add(rule.version)
    consent.later(days=1)
    opine(consent, consent.people[0], Verdict.DROP)
    consent.later(days=7)
    assert on_agenda(consent) == ["At its review 1 person is for a change, 1 of them to drop it."]


def test_what_the_program_writes_cannot_be_dropped(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.DROP)
    consent.later(days=7)
    assert outcomes(consent) == [ReviewOutcome.RENEWED]


def test_the_answer_of_somebody_who_has_left_does_not_count(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE)
    consent.world.erase(consent.people[0])
    consent.later(days=7)
    assert outcomes(consent) == [ReviewOutcome.RENEWED]


def test_an_answer_after_the_end_is_refused(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        review = reviews.of_programme(session, programme)
        assert review
        late = consent.world.now + timedelta(days=7)
        with pytest.raises(NotOpenToThat):
            reviews.answer(session, programme, review, consent.people[0], {}, now=late)


def test_the_clock_of_a_review_stands_still_while_the_programme_is_paused(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        programme_settings.pause(session, programme, by="a test", now=consent.world.now)
    consent.later(days=20)
    assert outcomes(consent) == [ReviewOutcome.ASKED]


def test_another_version_overtakes_a_review(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    consent.propose(FOURS, urgent=True)
    consent.later(days=7)
    assert outcomes(consent) == [ReviewOutcome.OVERTAKEN]


def overtaken(consent: Consent) -> None:
    """An organiser moves a day that only says when we write, while people are asked: it holds at once."""
    bring_near(consent, Subject.DAYS)
    consent.look()
    page = consent.world.organiser().open("/organise/councils/settings/days")
    page.press("Save these days", nudge_days="6")


def test_what_people_would_change_is_not_lost_where_another_version_comes(consent: Consent) -> None:
    overtaken(consent)
    opine(consent, consent.people[0], Verdict.CHANGE, "Four weeks, please.")
    consent.later(days=7)
    assert outcomes(consent) == [ReviewOutcome.OVERTAKEN]
    assert on_agenda(consent) == ["At its review 1 person is for a change. “Four weeks, please.”"]


def test_to_decline_what_was_said_of_an_earlier_version_renews_nothing(consent: Consent) -> None:
    overtaken(consent)
    due = due_on(consent, Subject.DAYS)
    opine(consent, consent.people[0], Verdict.CHANGE)
    consent.later(days=7)
    consent.world.organiser().open("/organise/councils/agenda").press("It is done")
    assert (on_agenda(consent), due_on(consent, Subject.DAYS)) == ([], due)


def test_the_page_says_what_has_been_changed_since_it_was_asked(consent: Consent) -> None:
    overtaken(consent)
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), "review")
    text = world.visitor().open(world.link_in(letter, "/review/")).text
    assert ("changed since we asked" in text, "goes on for as long again" in text) == (True, False)


def test_a_review_that_reached_fewer_than_half_renews_nothing(consent: Consent) -> None:
    bring_near(consent)
    with consent.world.write() as session:
        reviews.sweep(session, consent.world.programme(session), now=consent.world.now)
    with consent.world.write() as session:
        reviews.tell_some(session, 1, now=consent.world.now)
    consent.world.clock.turn(days=7)
    with consent.world.write() as session:
        reviews.sweep(session, consent.world.programme(session), now=consent.world.now)
    assert on_agenda(consent) == [reviews.UNHEARD]


def test_nobody_is_asked_twice_in_a_week(consent: Consent) -> None:
    """A proposal was told on the day before; the review waits for a week after it."""
    consent.open(said("Who may organise"))
    bring_near(consent)
    consent.later(days=1)
    before = asked(consent)
    consent.later(days=6)
    assert (before, asked(consent)) == (0, 6)


def test_a_proposal_waits_a_week_after_a_review(consent: Consent) -> None:
    bring_near(consent, Subject.SHOWING)
    consent.look()
    number = consent.propose()
    before = consent.state(number)
    consent.later(days=7)
    assert (before, consent.state(number)) == ("waiting", "open")


def test_a_small_programme_is_not_asked(world: World) -> None:
    consent = Consent.among(world, 4)
    bring_near(consent)
    consent.look()
    assert asked(consent) == 0


def test_the_organiser_of_a_small_programme_renews_by_hand(world: World) -> None:
    consent = Consent.among(world, 4)
    bring_near(consent, days=0)
    visitor = world.organiser()
    visitor.open("/organise/councils/agreements").press("Keep it as it is")
    assert due_on(consent) == times.today(world.now) + timedelta(days=100)


def test_organisers_do_not_renew_where_people_are_asked(consent: Consent) -> None:
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        rule = agreements.about(session, programme, Subject.MATCHING).agreement
        with pytest.raises(NotOpenToThat):
            reviews.keep(session, programme, rule, by=consent.organiser.id, now=consent.world.now)


def test_two_looks_ask_once(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    consent.look()
    assert asked(consent) == 6


def test_one_press_from_the_message_keeps_it(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), messages.Review.kind)
    page = world.visitor().open(world.link_in(letter, "/review/"))
    assert "You said: keep it" in page.press("Keep it as it is").text


def test_page_and_letter_say_the_same_hour(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), "review")
    page = world.visitor().open(world.link_in(letter, "/review/"))
    ends = world.now + reviews.TIME
    assert words.moment(ends) in letter.text
    assert rendering.moment(ends) in page.text


def test_one_press_from_the_message_asks_for_a_change(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), messages.Review.kind)
    door = world.link_in(letter, "/review/").partition("?")[0]
    page = world.visitor().open(f"{door}?answer=change")
    assert "You said: change it" in page.press("Say this").text


def test_what_somebody_would_change_is_not_dropped_because_they_chose_nothing(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), messages.Review.kind)
    page = world.visitor().open(world.link_in(letter, "/review/"))
    [words_field] = page.page.xpath("//textarea/@name")
    page.press("Say this", **{words_field: "Threes, in summer."})
    assert (page.status, "Threes, in summer." in page.answer.text) == (422, True)
    [verdict] = {str(name) for name in page.page.xpath("//input[@type='radio']/@name")}
    assert "Threes, in summer." in page.press("Say this", **{verdict: "change"}).text


def test_the_page_behind_a_text_leads_to_where_texts_are_stopped(consent: Consent) -> None:
    bring_near(consent)
    consent.look()
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), messages.Review.kind)
    page = world.visitor().open(world.link_in(letter, "/review/"))
    own = next(link for link in page.links if link.startswith("/me/"))
    assert "Leave" in world.visitor().open(own).text


def test_what_the_proposal_came_of_is_settled_by_it(consent: Consent) -> None:
    """The form that the agenda leads to needs one press: its reason is written."""
    bring_near(consent)
    consent.look()
    opine(consent, consent.people[0], Verdict.CHANGE, "Threes are livelier.")
    consent.later(days=7)
    visitor = consent.world.organiser().open("/organise/councils/agenda")
    visitor.open(visitor.link("How we match")).press("Propose this change", size="3")
    with consent.world.read() as session:
        states = [one.state for one in agenda.decided(session, consent.world.programme(session))]
    assert states == [AgendaState.PROPOSED]


def test_an_objection_to_a_proposal_is_no_answer_to_a_review(consent: Consent) -> None:
    bring_near(consent, Subject.SHOWING)
    consent.look()
    number = consent.propose(urgent=True)
    consent.answer(number, consent.people[0], Stance.OBJECTION, "Threes are hard.")
    consent.later(days=7)
    assert outcomes(consent) == [ReviewOutcome.RENEWED]
