"""A proposal's life, told through the services and the worker."""

from datetime import timedelta

import pytest

from notifications import suppression
from notifications.messages import Channel
from notifications.providers.local import Received
from tests.support.consenting import FOURS, THREES, Consent, said
from tests.support.world import World
from web.models import Person, Programme, Stance, Standing, Subject
from web.services.agreements import agreements, answering, proposals
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.proposals import Proposer
from web.services.people import participation


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 12)


def test_a_change_is_adopted_by_itself_when_its_time_is_over(consent: Consent) -> None:
    number = consent.open()
    consent.later(days=7)
    assert (consent.state(number), consent.size(), consent.version()) == ("adopted", 3, 2)


@pytest.mark.usefixtures("both_databases")
def test_a_whole_life_is_the_same_on_both_databases(consent: Consent) -> None:
    """Proposed by somebody who takes part, objected to, judged, amended, agreed to by everybody, in force."""
    author, one, other, objector, *_ = consent.people
    number = consent.propose(said("Who may organise"), Proposer(author, participates=True))
    for person in (one, other):
        consent.second(number, Proposer(person, participates=True))
    consent.look()
    consent.object(number, objector)
    for member in consent.panel(number)[:2]:
        consent.find(number, member, True)
    amended = said("Who may organise", "Whoever asks three others.")
    consent.amend(number, amended, Proposer(author, participates=True))
    consent.look()
    consent.agree(number, *consent.people)
    consent.later(hours=48)
    assert (consent.state(number), consent.counted(number)["no objection"]) == ("adopted", 12)


def test_the_worker_adopts_it(consent: Consent, world: World) -> None:
    number = consent.open()
    world.clock.turn(days=7)
    world.worker.sweep()
    assert consent.state(number) == "adopted"


def test_nothing_changes_before_its_time_is_over(consent: Consent) -> None:
    number = consent.open()
    consent.later(days=6, hours=23)
    assert (consent.state(number), consent.size(), consent.version()) == ("open", 2, 1)


def test_everybody_who_takes_part_is_told_once(consent: Consent) -> None:
    consent.open()
    consent.look()
    assert sorted(one.to for one in consent.world.inbox(kind="proposal")) == sorted(
        str(consent.world.person(person).email) for person in consent.people
    )


def test_somebody_paused_is_asked_and_somebody_suspended_is_not(consent: Consent, world: World) -> None:
    paused, suspended, left, *_ = consent.people
    with world.write() as session:
        rows = {one: participation.sections(session, session.get_one(Person, one))[0].membership
                for one in (paused, suspended, left)}  # fmt: skip
        rows[paused].silent_since = world.now.date()
        rows[suspended].standing, rows[left].standing = Standing.SUSPENDED, Standing.LEFT
        session.add_all(rows.values())
    assert consent.counted(consent.open())["asked"] == 10


def test_a_programme_with_fewer_than_five_people_changes_at_once(world: World) -> None:
    consent = Consent.among(world, 4)
    assert (consent.propose(), consent.size(), consent.version()) == (0, 3, 2)


def test_a_programme_that_has_sent_no_round_changes_at_once(world: World) -> None:
    consent = Consent(world, world.join_many(12), Proposer("organiser"))
    assert (consent.propose(), consent.size()) == (0, 3)


def test_an_objection_stops_adoption(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=9)
    assert (consent.state(number), consent.size()) == ("open", 2)


def test_an_objection_taken_back_lets_it_be_adopted(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=9)
    consent.agree(number, consent.people[0])
    consent.later(days=1)
    assert consent.state(number) == "adopted"


def test_when_an_objection_is_taken_back_whoever_relied_on_it_has_a_day(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=9)
    consent.agree(number, consent.people[0])
    consent.later(hours=23)
    consent.object(number, consent.people[1], "I thought that this was met.")
    consent.later(days=2)
    assert consent.state(number) == "open"


def test_when_somebody_who_objects_is_erased_others_have_a_day(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=9)
    world.erase(consent.people[0])
    consent.look()
    consent.later(hours=23)
    before = consent.state(number)
    consent.later(hours=1)
    assert (before, consent.state(number)) == ("open", "adopted")


def test_what_is_taken_back_early_leaves_the_time_as_it_was(consent: Consent, world: World) -> None:
    number = consent.open()
    ends = consent.ends_at(number)
    consent.object(number, consent.people[0])
    consent.later(days=3)
    consent.agree(number, consent.people[0])
    assert consent.ends_at(number) == ends


def test_nobody_is_reminded_of_a_last_day_that_is_not_known(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=6, hours=1)
    while_objected = len(world.inbox(kind="proposal"))
    consent.agree(number, consent.people[0])
    consent.look()
    people = len(consent.people)
    assert (while_objected, len(world.inbox(kind="proposal"))) == (people, people + people - 1)


def test_a_concern_stops_nothing(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, "Threes talk less.")
    consent.later(days=7)
    assert (consent.state(number), consent.counted(number)["concern"]) == ("adopted", 1)


def test_it_is_adopted_at_once_when_everybody_agrees_and_two_days_have_passed(consent: Consent) -> None:
    number = consent.open()
    consent.agree(number, *consent.people)
    consent.later(hours=47)
    before = consent.state(number)
    consent.later(hours=1)
    assert (before, consent.state(number)) == ("open", "adopted")


def test_the_clock_stands_still_while_the_programme_is_paused(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.later(days=3)
    _pause(world)
    consent.later(days=30)
    still = consent.ends_at(number)
    world.go_on()
    consent.look()
    assert (still, consent.ends_at(number)) == (None, world.now + timedelta(days=4))


def _pause(world: World) -> None:
    world.pause()


def test_it_lapses_when_half_have_not_had_it_in_three_days(consent: Consent, world: World) -> None:
    _nobody_reached(consent, 7)
    number = consent.propose()
    consent.later(hours=73)
    assert consent.state(number) == "lapsed"


def test_its_clock_starts_late_when_half_have_had_it(consent: Consent, world: World) -> None:
    _nobody_reached(consent, 6)
    number = consent.open()
    before = consent.proposal(number).started_at
    consent.later(hours=72)
    assert (before, consent.ends_at(number)) == (None, world.now + timedelta(days=7))


def _nobody_reached(consent: Consent, people: int) -> None:
    """Their mails wait where nobody takes them."""
    with consent.world.write() as session:
        for person in consent.people[:people]:
            email = str(session.get_one(Person, person).email)
            suppression.suppress(
                session,
                Channel.EMAIL,
                email,
                suppression.Why.BOUNCED,
                key=consent.world.worker.providers.key,
                now=consent.world.now,
            )


def test_who_has_not_answered_is_reminded_once_in_the_last_day(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.agree(number, *consent.people[:10])
    consent.later(days=6, hours=1)
    consent.later(hours=1)
    assert len(world.inbox(kind="proposal")) == 12 + 2


def test_an_amended_version_is_told_and_leaves_two_days(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=8)
    consent.amend(number)
    consent.look()
    assert (len(world.inbox(kind="proposal")) >= 24, consent.ends_at(number)) == (
        True,
        world.now + timedelta(hours=48),
    )


def test_an_objection_that_is_not_renewed_ends_with_the_new_version_s_time(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=8)
    consent.amend(number)
    consent.look()
    consent.later(hours=48)
    assert (consent.state(number), consent.size(), consent.objections(number)) == (
        "adopted",
        4,
        ["not renewed"],
    )


def letter_after_amending(consent: Consent, person: int) -> Received:
    number = consent.open()
    consent.object(number, consent.people[0], "Three calendars never fit.")
    consent.amend(number)
    consent.look()
    return consent.world.letter(str(consent.world.person(consent.people[person]).email), "proposal")


def test_who_joined_later_and_objected_is_told_of_another_version(consent: Consent, world: World) -> None:
    number = consent.open()
    late = world.join("Late Comer")
    consent.object(number, late)
    consent.amend(number)
    told = world.inbox(to=str(world.person(late).email), kind="proposal")
    assert ["does not stop this one" in each.text for each in told] == [True]


def test_who_objected_reads_that_it_does_not_stop_another_version(consent: Consent) -> None:
    text = letter_after_amending(consent, 0).text
    assert ("does not stop this one" in text, "need not do anything" in text) == (True, False)


def test_who_did_not_object_reads_nothing_of_an_objection_of_theirs(consent: Consent) -> None:
    assert "Your objection" not in letter_after_amending(consent, 1).text


def test_the_page_of_another_version_says_so_and_not_to_whoever_it_was_forwarded_what_was_said(
    consent: Consent,
) -> None:
    letter = letter_after_amending(consent, 0)
    text = consent.world.visitor().open(consent.world.link_in(letter, "/proposal/")).text
    assert ("You objected to version 1. That does not stop" in text, "calendars" in text) == (True, False)


def test_a_renewed_objection_stands_in_the_way_of_the_new_version(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.amend(number)
    consent.object(number, consent.people[0], "Fours are harder still.")
    consent.later(days=9)
    assert consent.state(number) == "open"


def test_a_proposal_is_withdrawn_when_nobody_takes_a_step(consent: Consent) -> None:
    number = consent.open()
    consent.later(days=1)
    consent.object(number, consent.people[0])
    consent.later(days=14)
    assert consent.state(number) == "withdrawn"


def test_its_author_is_told_what_became_of_it(consent: Consent, world: World) -> None:
    consent.open()
    consent.later(days=7)
    news = world.letter("organiser@councils.example", "proposal_news")
    assert "no objection stands" in news.text


def test_the_letter_about_an_objection_leads_an_organiser_to_where_it_is_answered(
    consent: Consent, world: World
) -> None:
    consent.object(consent.open(), consent.people[0])
    world.work()
    letter = world.letter("organiser@councils.example", "proposal_news")
    assert world.link_in(letter, "/organise/") == "/organise/councils/proposals/1"


def test_another_change_of_the_same_stops_it(consent: Consent) -> None:
    first = consent.open()
    consent.later(days=3)
    second = consent.propose(FOURS)
    consent.later(days=4)
    consent.look()
    assert (consent.state(first), consent.state(second)) == ("adopted", "stopped")


def test_one_proposal_a_week_is_told_to_people(consent: Consent) -> None:
    consent.open()
    second = consent.propose(said("Who may organise"))
    before = consent.state(second)
    consent.later(days=7)
    assert (before, consent.state(second)) == ("waiting", "open")


def test_a_new_agreement_in_free_words_is_in_force_once_adopted(consent: Consent, world: World) -> None:
    consent.open(said("Who may organise"))
    consent.later(days=7)
    with world.read() as session:
        found = [one.title for one in agreements.every(session, world.programme(session))]
    assert found == ["How we match", "Our days", "What we show", "Who may organise"]


def test_a_participant_s_proposal_waits_for_two_others(consent: Consent) -> None:
    author, one, other, *_ = consent.people
    number = consent.propose(said("Who may organise"), Proposer(author, participates=True))
    consent.second(number, Proposer(one, participates=True))
    consent.second(number, Proposer(one, participates=True))
    consent.look()
    before = consent.state(number)
    consent.second(number, Proposer(other, participates=True))
    consent.look()
    assert (before, consent.state(number)) == ("draft", "open")


def test_an_organiser_alone_seconds(consent: Consent) -> None:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    assert consent.state(number) == "open"


def test_nobody_seconds_their_own(consent: Consent) -> None:
    author = Proposer(consent.people[0], participates=True)
    number = consent.propose(said("Who may organise"), author)
    with pytest.raises(proposals.NotOpenToThat, match="your own"):
        consent.second(number, author)


def test_a_participant_has_one_proposal_at_a_time(consent: Consent) -> None:
    author = Proposer(consent.people[0], participates=True)
    consent.propose(said("Who may organise"), author)
    with pytest.raises(proposals.NotOpenToThat, match="already"):
        consent.propose(said("Who may draw"), author)


def test_an_urgent_change_holds_at_once(consent: Consent) -> None:
    number = consent.open(urgent=True)
    assert (consent.size(), consent.state(number)) == (3, "open")


def test_an_urgent_change_that_is_not_adopted_goes_back(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.object(number, consent.people[0])
    consent.later(days=14)
    assert (consent.size(), consent.version(), consent.state(number)) == (2, 3, "withdrawn")


def test_an_urgent_change_that_is_taken_back_goes_back_at_once(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.withdraw(number)
    consent.look()
    assert (consent.size(), consent.version(), consent.state(number)) == (2, 3, "withdrawn")


def test_an_urgent_change_that_is_adopted_stays(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.later(days=7)
    consent.later(days=30)
    assert (consent.size(), consent.version(), consent.state(number)) == (3, 2, "adopted")


def test_an_urgent_change_that_nobody_objects_to_stays_however_long_people_have_otherwise(
    consent: Consent, world: World
) -> None:
    world.change(consent_days=30)
    number = consent.open(urgent=True)
    consent.later(days=13, hours=14)
    assert (consent.size(), consent.state(number)) == (3, "adopted")


def test_the_same_is_not_changed_urgently_again_within_60_days(consent: Consent) -> None:
    consent.open(urgent=True)
    consent.later(days=15)
    with pytest.raises(proposals.NotOpenToThat, match="urgently"):
        consent.propose(FOURS, urgent=True)


def test_a_programme_that_closes_withdraws_what_is_open(consent: Consent, world: World) -> None:
    number = consent.open()
    world.change(closing_on=world.now.date() + timedelta(days=20))
    consent.look()
    assert consent.state(number) == "withdrawn"


def test_an_answer_after_the_end_is_refused(consent: Consent) -> None:
    number = consent.open()
    consent.world.clock.turn(days=7)
    with pytest.raises(proposals.NotOpenToThat, match="decided"):
        consent.object(number, consent.people[0])


def test_who_has_left_does_not_answer(consent: Consent, world: World) -> None:
    number = consent.open()
    _leave(world, consent.people[0])
    with pytest.raises(proposals.NotOpenToThat, match="take part"):
        consent.object(number, consent.people[0])


def _leave(world: World, person: str) -> None:
    with world.write() as session:
        membership = participation.sections(session, session.get_one(Person, person))[0].membership
        participation.leave(session, membership, now=world.now)


@pytest.mark.parametrize("words", ["", "   ", "🙁", "…"])
def test_an_objection_without_words_is_refused(consent: Consent, words: str) -> None:
    number = consent.open()
    with pytest.raises(answering.BadAnswer, match="harm or risk"):
        consent.object(number, consent.people[0], words)


def test_an_objection_of_too_many_letters_is_refused(consent: Consent) -> None:
    number = consent.open()
    with pytest.raises(answering.BadAnswer, match="10,000"):
        consent.object(number, consent.people[0], "a" * 10_000)


def test_answering_twice_counts_once(consent: Consent) -> None:
    number = consent.open()
    for _ in range(2):
        consent.agree(number, consent.people[0])
    assert consent.counted(number)["answered"] == 1


def test_who_joins_later_may_object_and_is_not_counted(consent: Consent, world: World) -> None:
    number = consent.open()
    late = world.join()
    consent.object(number, late)
    consent.later(days=8)
    assert (consent.state(number), consent.counted(number)["answered"]) == ("open", 0)


def test_a_change_that_changes_nothing_is_refused(consent: Consent) -> None:
    as_it_is = ChangeWanted(Subject.MATCHING, "Why not.", {"size": 2, "priority": "fresh"})
    with pytest.raises(proposals.BadProposal, match="Nothing"):
        consent.propose(as_it_is)


@pytest.mark.parametrize("text", ["", " \n", "…"])
def test_a_new_agreement_that_says_nothing_is_refused(consent: Consent, text: str) -> None:
    with pytest.raises(proposals.BadProposal, match="what should hold"):
        consent.propose(said("Who may organise", text))


def test_a_proposal_without_a_reason_is_refused(consent: Consent) -> None:
    with pytest.raises(proposals.BadProposal, match="why"):
        consent.propose(ChangeWanted(Subject.MATCHING, " ", THREES.settings))


def test_only_when_we_write_changes_at_once(consent: Consent, world: World) -> None:
    with world.read() as session:
        programme: Programme = world.programme(session)
        days = agreements.about(session, programme, Subject.DAYS).version.settings
    number = consent.propose(ChangeWanted(Subject.DAYS, "", days | {"nudge_days": 4}))
    assert (number, consent.version(Subject.DAYS)) == (0, 2)


def test_showing_less_is_at_once(consent: Consent) -> None:
    assert consent.propose(ChangeWanted(Subject.SHOWING, "", {"wall": False})) == 0


def test_who_has_an_email_address_is_never_told_by_text(consent: Consent, world: World) -> None:
    texted = {"phone_verified_at": world.now, "channel": Channel.SMS}
    alone = texted | {"phone": "+447700900111", "email": None, "email_key": None}
    with world.write() as session:
        session.get_one(Person, consent.people[0]).sqlmodel_update(texted | {"phone": "+447700900112"})
        session.get_one(Person, consent.people[1]).sqlmodel_update(alone)
    consent.open()
    texts = [one.to for one in world.inbox(kind="proposal") if one.sms]
    assert texts == ["+447700900111"]
