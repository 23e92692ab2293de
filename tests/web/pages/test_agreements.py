"""Agreements as everybody sees them, and proposals as people meet them: by page and by a mail's button."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.support.consenting import FOURS, THREES, Consent, reviewed_in, said
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Purpose, Review, Stance, Standing
from web.services.agreements.proposals import Proposer

HOME, LOG = "/organise/councils", "/p/councils/agreements"
REASON = "Threes are hard to arrange."


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def door(consent: Consent, person: int, answer: str = "") -> Visitor:
    """The page behind the button of the newest message about a proposal."""
    world = consent.world
    letter = world.letter(str(world.person(consent.people[person]).email), "proposal")
    return world.visitor().open(world.link_in(letter, "/proposal/").partition("?")[0] + answer)


# The log


def test_the_log_shows_what_is_in_force(world: World) -> None:
    page = world.visitor().open(LOG)
    assert all(words in page.text for words in ("How we match", "Groups: pairs", "Our days", "What we show"))


def test_the_log_says_what_a_proposal_would_change(consent: Consent, world: World) -> None:
    consent.open()
    assert "Groups: threes, instead of pairs" in world.visitor().open(LOG).text


def test_few_cannot_be_told_by_subtracting(consent: Consent, world: World) -> None:
    """Three have no objection; the arguments of three others are read one by one."""
    number = consent.open()
    consent.agree(number, *consent.people[:3])
    for person in consent.people[3:6]:
        consent.answer(number, person, Stance.CONCERN, REASON)
    consent.later(days=7)
    text = world.visitor().open(f"{LOG}/{number}").text
    assert ("6 answered" in text, "fewer than five said that they have no objection" in text) == (False, True)


def test_arguments_are_public_only_when_it_has_ended(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, REASON)
    page = world.visitor().open(f"{LOG}/{number}")
    before = REASON in page.text
    consent.later(days=7)
    assert (before, REASON in page.open(f"{LOG}/{number}").text) == (False, True)


def test_the_log_says_how_many_were_told_and_answered(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.agree(number, *consent.people[:6])
    page = world.visitor().open(f"{LOG}/{number}")
    assert "8 people were asked, 8 had it delivered, 6 answered" in page.text


def test_few_answers_are_not_counted_out(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.agree(number, consent.people[0])
    assert "fewer than five answered" in world.visitor().open(f"{LOG}/{number}").text


def test_a_draft_that_nobody_seconds_is_not_public(consent: Consent, world: World) -> None:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    assert world.visitor().open(f"{LOG}/{number}").status == 404


def test_a_draft_that_is_taken_back_does_not_become_public(consent: Consent, world: World) -> None:
    author = Proposer(consent.people[0], participates=True)
    consent.withdraw(consent.propose(said("Who may organise"), author), author)
    pages = [world.visitor().open(page).answer.text for page in (LOG, f"{LOG}.atom", f"{LOG}/1")]
    assert [page for page in pages if "Who may organise" in page] == []


def test_the_news_of_a_draft_that_nobody_was_told_of_leads_to_a_page(consent: Consent, world: World) -> None:
    consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    world.change(closing_on=world.now.date() + timedelta(days=20))
    consent.look()
    letter = world.letter(str(world.person(consent.people[0]).email), "proposal_news")
    assert "The programme is closing" in world.visitor().open(world.link_in(letter, "/proposal/")).text


def test_a_name_is_shown_where_it_was_ticked_until_they_leave(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, REASON, named=True)
    consent.later(days=7)
    name = world.person(consent.people[0]).name
    page = world.visitor().open(f"{LOG}/{number}")
    before = f"from {name}" in page.text
    world.erase(consent.people[0])
    assert (before, f"from {name}" in page.open(f"{LOG}/{number}").text) == (True, False)


def test_the_feed_has_an_entry_for_each_proposal(consent: Consent, world: World) -> None:
    consent.open()
    feed = world.app.test_client().get(f"{LOG}.atom").text
    assert "How we match: Open to objections" in feed


# By the button of a message


def test_no_objection_is_one_press(consent: Consent) -> None:
    number = consent.open()
    page = door(consent, 0, "?answer=no-objection").press("No objection")
    assert ("You said: no objection" in page.text, consent.counted(number)["answered"]) == (True, 1)


def test_an_objection_is_one_press(consent: Consent) -> None:
    number = consent.open()
    door(consent, 0, "?answer=objection").press("I object", words=REASON)
    assert consent.objections(number) == ["open"]


def test_an_objection_without_words_says_what_to_write(consent: Consent) -> None:
    number = consent.open()
    page = door(consent, 0).press("I object")
    assert (page.mistakes, consent.objections(number)) == (
        ["Say what harm or risk you see, or what would be better"],
        [],
    )


def test_what_was_typed_is_not_lost(consent: Consent) -> None:
    consent.open()
    long = "Why so? " * 251  # 2,008 letters
    page = door(consent, 0).press("I object", words=long)
    assert (page.mistakes, long.strip() in page.text) == (
        ["Use at most 2000 letters; this has 2,007"],
        True,
    )


def test_words_are_not_thrown_away_by_the_wrong_button(consent: Consent) -> None:
    number = consent.open()
    page = door(consent, 0).press("No objection", words=REASON)
    asked = [mistake.partition(".")[0] for mistake in page.mistakes]
    assert (asked, REASON in page.text, consent.counted(number)["answered"]) == (
        ["You have written something"],
        True,
        0,
    )


def test_who_came_to_object_is_still_asked_for_that_after_a_mistake(consent: Consent) -> None:
    consent.open()
    page = door(consent, 0, "?answer=objection").press("I object")
    assert page.buttons[0] == "I object"


def test_others_arguments_are_hidden_until_one_has_answered(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[1], REASON)
    page = door(consent, 0)
    before = REASON in page.text
    assert (before, REASON in page.press("No objection").text) == (False, True)


def test_an_answer_can_be_changed(consent: Consent) -> None:
    number = consent.open()
    page = door(consent, 0).press("I object", words=REASON)
    page.press("No objection")
    assert consent.objections(number) == ["taken back"]


def test_an_answer_too_late_is_said_to_be(consent: Consent) -> None:
    consent.open()
    page = door(consent, 0)
    consent.later(days=7)
    assert "does not count" in page.press("No objection").text or "decided" in page.text


WHAT_I_WROTE = "//textarea[@readonly]/text()"


def test_words_that_came_too_late_are_shown_again_with_what_can_be_done(consent: Consent) -> None:
    """They were gone, with "this has been decided" instead."""
    consent.open()
    page = door(consent, 0)
    consent.later(days=7)
    page.press("I object", words=REASON)
    assert (page.status, page.page.xpath(WHAT_I_WROTE)) == (422, [f"\n{REASON}"])
    assert "It is in force now, and anybody who takes part can object to that" in page.text
    assert "This has been decided, so answers do not count any more" in page.mistakes
    assert page.open(page.link("What may change")).heading == "What may change in Councils Unmentoring"


def test_an_objection_that_a_panel_has_stays_in_its_form(consent: Consent) -> None:
    number = consent.open()
    door(consent, 0).press("I object", words=REASON)
    page = door(consent, 0)
    consent.panel(number)
    page.press("I object", words="And in August nobody is there.")
    assert (page.status, "And in August nobody is there." in page.answer.text) == (422, True)


# For organisers


def test_a_change_of_matching_is_proposed_where_people_are_to_be_asked(
    consent: Consent, organiser: Visitor
) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    page.press("Propose this change", size="3", driver="Pairs cancel.")
    assert (page.heading, consent.state(1), consent.size()) == ("Proposal 1: How we match", "open", 2)


@pytest.mark.parametrize(("figure", "bound"), [("none of ours", "5"), ("met", ""), ("met", "9" * 40)])
def test_a_figure_that_is_none_is_said(consent: Consent, organiser: Visitor, figure: str, bound: str) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    page.press("Propose this change", size="3", driver="Pairs cancel.", figure=figure, bound=bound)
    assert (page.status, "Pairs cancel." in page.answer.text) == (422, True)


def test_an_urgent_change_holds_at_once(consent: Consent, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    page.press("Propose this change", size="3", driver="Pairs cancel.", urgent="y")
    page.open("/p/councils/how-we-match")
    assert (consent.size(), "urgent" in page.text) == (3, True)


def test_the_length_of_a_round_is_proposed(consent: Consent, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/settings/days").press(
        "Save these days", window_days="28", driver="Three is short."
    )
    assert consent.state(1) == "open"


def test_the_length_of_a_round_needs_a_reason(consent: Consent, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/days").press("Save these days", window_days="28")
    assert page.mistakes == ["Say why, in words that everyone can read"]


def test_an_organiser_amends(consent: Consent, organiser: Visitor) -> None:
    number = consent.open()
    page = organiser.open(f"{HOME}/proposals/{number}/amend")
    page.press("Tell everybody of this version", size="4", driver="Threes cancel.")
    assert consent.proposal(number).version == 2


def test_an_organiser_takes_back(consent: Consent, organiser: Visitor) -> None:
    number = consent.open()
    organiser.open(f"{HOME}/proposals/{number}").press("Take it back")
    assert consent.state(number) == "withdrawn"


def test_organisers_agree_on_something_in_free_words(consent: Consent, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/agreements/new")
    page.press("Propose it", title="Who may organise", text="Whoever asks.", driver="Nobody knows.")
    assert consent.state(1) == "open"


def test_what_hurts_somebody_is_hidden_and_counts(consent: Consent, organiser: Visitor, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], "Tom is a fool.")
    organiser.open(f"{HOME}/proposals/{number}").press("Hide it", reason="it speaks ill of somebody")
    page = door(consent, 1).press("No objection")
    assert ("Tom is a fool" in page.text, "Hidden, because" in page.text, consent.objections(number)) == (
        False,
        True,
        ["open"],
    )


def test_a_concern_is_hidden_and_not_another_that_came_meanwhile(
    consent: Consent, organiser: Visitor
) -> None:
    number = consent.open()
    first, last = min(consent.people), max(consent.people)
    consent.answer(number, last, Stance.CONCERN, "Tom is a fool.")
    page = organiser.open(f"{HOME}/proposals/{number}")
    consent.answer(number, first, Stance.CONCERN, REASON)
    page.press("Hide it", reason="it speaks ill of somebody")
    reader = next(place for place, one in enumerate(consent.people) if one not in (first, last))
    text = door(consent, reader).press("No objection").text
    assert ("Tom is a fool" in text, REASON in text) == (False, True)


def test_two_proposals_stand_in_the_list(consent: Consent, organiser: Visitor) -> None:
    consent.open(THREES)
    consent.propose(FOURS)
    page = organiser.open(f"{HOME}/agreements")
    assert "The next one opens on" in page.text


def test_the_wall_is_closed_where_that_was_agreed(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/settings/showing").press("Change what we show", wall="no")
    assert "does not show it at the moment" in world.visitor().open("/p/councils/learning").text


def test_members_judge_without_reading_each_other(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    first, second, reader, *_ = consent.panel(number)
    consent.agree(number, reader)
    consent.find(number, first, True, "Carers cannot.")
    place = consent.people.index(reader)
    before = door(consent, place).text
    consent.find(number, second, True)
    assert ("Carers cannot." in before, "Carers cannot." in door(consent, place).text) == (False, True)


def test_organisers_read_only_of_steps_that_they_can_take(consent: Consent, organiser: Visitor) -> None:
    author, objector = consent.people[:2]
    theirs = consent.propose(said("Who may organise"), Proposer(author, participates=True))
    consent.second(theirs, consent.organiser)
    consent.look()
    ours = consent.open(THREES, urgent=True)
    texts = []
    for number in (theirs, ours):
        consent.object(number, objector, REASON)
        texts.append(organiser.open(f"{HOME}/proposals/{number}").text)
    offered = [("amend the proposal" in text, "take it back" in text) for text in texts]
    assert offered == [(False, False), (False, True)]


def own_page(consent: Consent, person: int) -> Visitor:
    world = consent.world
    return world.visitor().open(world.page_of(consent.people[person], full=True) + "/councils/agreements")


def test_nobody_is_offered_what_is_refused_once_they_have_written(consent: Consent) -> None:
    consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    page = own_page(consent, 0)
    page.open(f"{page.path}/1/object").press("I object", words=REASON)
    again = own_page(consent, 0)
    offered = [link for link in again.links if link.endswith(("/object", "/propose"))]
    assert [link.rpartition("agreements/")[2] for link in offered] == ["2/object", "3/object"]
    assert "You have a proposal already. Take it back" in again.text
    assert "You have objected to this not long ago" in again.text


@pytest.mark.parametrize("ends", [True, False])
def test_who_takes_part_no_more_and_in_a_programme_that_closes_nobody_is_offered_to_object_or_propose(
    consent: Consent, world: World, ends: bool
) -> None:
    if ends:
        world.announce_the_end()
    else:
        with world.write() as session:
            left = session.get_one(Membership, (world.programme(session).id, consent.people[0]))
            left.standing = Standing.LEFT
            session.add(left)
    page = own_page(consent, 0)
    assert [link for link in page.links if link.endswith(("/object", "/propose"))] == []
    assert ("is closing" in page.text, "Only people who take part" in page.text) == (ends, not ends)


def test_what_is_said_of_a_proposal_that_was_taken_back_is_true(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], REASON)
    consent.amend(number)
    consent.withdraw(number)
    text = world.visitor().open(f"{LOG}/{number}").text
    assert "An objection to version 1 (" not in text
    assert "8 people were asked about version 2, 8 had it delivered, nobody answered." in text


def test_until_when_is_said_only_while_it_ends_then(consent: Consent, world: World) -> None:
    number = consent.open()
    before = world.visitor().open(f"{LOG}/{number}").text
    consent.object(number, consent.people[0], REASON)
    after = world.visitor().open(f"{LOG}/{number}").text
    until = "until 09:00 on Tuesday 8 December"
    assert (until in before, until in after, "Somebody objects" in after) == (True, False, True)


@pytest.mark.parametrize("urgent", [False, True])
def test_nobody_reads_that_it_needs_no_objection_once_there_is_one(consent: Consent, urgent: bool) -> None:
    number = consent.open(urgent=urgent)
    alone = "it is adopted by itself" if not urgent else "It stays if nobody objects"
    before = door(consent, 1).text
    consent.object(number, consent.people[0], REASON)
    after = door(consent, 1).text
    now = "once the objection to it is met, or found not to hold"
    assert (alone in before, alone in after, now in after) == (True, False, True)


# For whoever takes part


def test_a_participant_proposes_by_a_fresh_link(consent: Consent, world: World) -> None:
    page = world.visitor().open(f"{world.page_of(consent.people[0], full=True)}/councils/propose")
    page.press("Propose it", title="Who may organise", text="Whoever asks.", driver="Nobody knows.")
    assert (page.heading, consent.state(1)) == ("What may change in Councils Unmentoring", "draft")


def test_a_second_proposal_of_theirs_keeps_what_was_typed(consent: Consent, world: World) -> None:
    consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    page = world.visitor().open(f"{world.page_of(consent.people[0], full=True)}/councils/propose")
    page.press("Propose it", title="Tea", text="Tea for everybody.", driver="Nobody drinks.")
    assert (page.mistakes, "Tea for everybody." in page.answer.text) == (
        ["You have a proposal already. Take it back to make another"],
        True,
    )


def test_what_comes_after_a_review_is_shown_again(consent: Consent, world: World) -> None:
    with world.write() as session:
        item = reviewed_in(session, world.programme(session), now=world.now)
        assert item
        review = session.scalars(select(Review.id)).one()
    page = world.visitor().open(world.door(Purpose.REVIEW, consent.people[0], review))
    consent.later(days=30)
    number = page.page.xpath("//textarea/@name")[0]
    page.press("Say this", **{number: "Show less of us.", number.replace("words", "verdict"): "change"})
    assert (page.status, page.page.xpath(WHAT_I_WROTE)) == (422, ["\nShow less of us."])


def test_a_participant_seconds(consent: Consent, world: World) -> None:
    consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    for person in consent.people[1:3]:
        page = world.visitor().open(f"{world.page_of(person)}/councils/agreements")
        page.press("Everybody should be told of this")
    assert consent.state(1) == "waiting"


def test_a_forwarded_link_does_not_propose(consent: Consent, world: World) -> None:
    page = world.visitor().open(f"{world.door(Purpose.PAGE, consent.people[0])}/councils/propose")
    assert page.status == 404


def test_who_joined_after_it_was_told_answers_from_their_own_page(consent: Consent, world: World) -> None:
    number = consent.open()
    late = world.join()
    page = world.visitor().open(f"{world.page_of(late)}/councils/agreements")
    page.press("Say what you think").press("I object", words=REASON)
    assert consent.objections(number) == ["open"]


def test_who_was_suspended_meanwhile_is_told_so(consent: Consent, world: World) -> None:
    consent.open()
    late = world.join()
    page = world.visitor().open(f"{world.page_of(late)}/councils/agreements")
    with world.write() as session:
        key = (world.programme(session).id, late)
        session.get_one(Membership, key).standing = Standing.SUSPENDED
    assert "Only people who take part can do this" in page.press("Say what you think").text


def test_who_has_left_reads_no_draft_of_others(consent: Consent, world: World) -> None:
    for author in consent.people[:2]:
        consent.propose(said(f"By {author}"), Proposer(author, participates=True))
    own = world.page_of(consent.people[1])
    world.visitor().open(f"{own}/councils/leave").press("Leave Councils Unmentoring")
    text = world.visitor().open(f"{own}/councils/agreements").text
    assert [f"By {author}" in text for author in consent.people[:2]] == [False, True]
