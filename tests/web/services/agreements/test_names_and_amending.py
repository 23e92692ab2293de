"""With one's name or without, amending one's own proposal, and what a panel reads of a hidden argument."""

import pytest
from sqlmodel import select

from tests.support.consenting import Consent, said
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Membership, Objection, Panel, ProposalAnswer, Purpose, Stance, Standing
from web.services.agreements import hiding, log, lookup, panels
from web.services.agreements.proposals import NotOpenToThat, Proposer

WORDS = "Threes are hard to arrange."
NAMED, UNNAMED = "Show my name with it", "Leave my name out"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def own_page(consent: Consent, person: int, *, fresh: bool) -> Visitor:
    world = consent.world
    return world.visitor().open(world.page_of(consent.people[person], full=fresh) + "/councils/agreements")


def shown(consent: Consent, number: int) -> str:
    return consent.world.visitor().open(f"/p/councils/agreements/{number}").text


def from_(consent: Consent, person: int) -> str:
    return f"from {consent.world.person(consent.people[person]).name}"


def test_a_fresh_link_puts_a_name_to_a_concern(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    own_page(consent, 0, fresh=True).press(NAMED)
    consent.later(days=7)
    assert from_(consent, 0) in shown(consent, number)


def test_a_fresh_link_puts_a_name_to_an_objection(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    own_page(consent, 0, fresh=True).press(NAMED)
    consent.withdraw(number)
    assert from_(consent, 0) in shown(consent, number)


def test_an_everyday_link_offers_no_name(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    assert NAMED not in own_page(consent, 0, fresh=False).buttons


def test_an_everyday_link_names_nobody_by_a_post_of_its_own(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    page = own_page(consent, 0, fresh=False)
    token = page.page.xpath("//input[@name='csrf_token']/@value")[0]
    page.post(
        f"{page.path.removesuffix('/agreements')}/proposals/{number}/name",
        {"named": "y", "csrf_token": token},
    )
    with consent.world.read() as session:
        assert [one.named for one in session.exec(select(ProposalAnswer))] == [False]


def test_any_link_leaves_a_name_out(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS, named=True)
    own_page(consent, 0, fresh=False).press(UNNAMED)
    consent.later(days=7)
    assert from_(consent, 0) not in shown(consent, number)


def test_a_name_is_left_out_after_the_end_too(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS, named=True)
    consent.later(days=7)
    before = from_(consent, 0) in shown(consent, number)
    own_page(consent, 0, fresh=False).press(UNNAMED)
    assert (before, from_(consent, 0) in shown(consent, number)) == (True, False)


def test_writing_anew_by_the_message_leaves_the_name_out(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS, named=True)
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), "proposal")
    page = world.visitor().open(world.link_in(letter, "/proposal/"))
    page.press("I have a concern", words="Something else.")
    consent.later(days=7)
    assert from_(consent, 0) not in shown(consent, number)


def test_a_named_argument_of_somebody_who_left_loses_its_name(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS, named=True)
    name = from_(consent, 0)
    world = consent.world
    world.visitor().open(world.page_of(consent.people[0], full=True) + "/councils/leave").press(
        "Leave Councils Unmentoring"
    )
    consent.later(days=7)
    assert (WORDS in shown(consent, number), name in shown(consent, number)) == (True, False)


def opened_by_a_participant(consent: Consent) -> int:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    return number


def test_a_participant_amends_their_own(consent: Consent) -> None:
    number = opened_by_a_participant(consent)
    page = own_page(consent, 0, fresh=True)
    page.open(page.link("Amend it")).press(
        "Tell everybody of this version", text="Whoever asks three others."
    )
    with consent.world.read() as session:
        proposal = lookup.by_number(session, consent.world.programme(session), number)
        assert lookup.version_of(session, proposal).text == "Whoever asks three others."


def test_nobody_else_amends_it(consent: Consent) -> None:
    number = opened_by_a_participant(consent)
    page = own_page(consent, 1, fresh=True)
    page.open(f"{page.path.removesuffix('/agreements')}/proposals/{number}/amend")
    assert "Only its author can do this" in page.text


def test_everybody_has_two_days_to_read_what_a_participant_has_amended(consent: Consent) -> None:
    """Each version is written to everybody, and by text to who has no email."""
    number = opened_by_a_participant(consent)
    author = Proposer(consent.people[0], participates=True)
    consent.amend(number, said("Who may organise", "Whoever asks two."), author)
    again = said("Who may organise", "Whoever asks three.")
    page = own_page(consent, 0, fresh=True)
    page.open(page.link("Amend it")).press("Tell everybody of this version", text=again.text)
    assert page.mistakes == ["People have two days to read a version. Amend it from 09:00 on 3 December 2026"]
    consent.later(hours=48)
    consent.amend(number, again, author)


def test_whoever_is_suspended_amends_nothing(consent: Consent) -> None:
    number = opened_by_a_participant(consent)
    author = Proposer(consent.people[0], participates=True)
    with consent.world.write() as session:
        session.get_one(Membership, (1, author.id)).standing = Standing.SUSPENDED
    with pytest.raises(NotOpenToThat, match="take part"):
        consent.amend(number, said("Who may organise", "Whoever asks two."), author)


def test_amending_needs_a_fresh_link(consent: Consent) -> None:
    opened_by_a_participant(consent)
    page = own_page(consent, 0, fresh=False)
    assert not [link for link in page.links if link.endswith("/amend")]


def objected_to_by_another(consent: Consent) -> int:
    number = opened_by_a_participant(consent)
    consent.object(number, consent.people[1], "Nights are for sleeping.")
    consent.look()
    return number


def letter_to_author(consent: Consent) -> Visitor:
    """The page behind the letter about their proposal."""
    world = consent.world
    letter = world.letter(str(world.person(consent.people[0]).email), "proposal_news")
    return world.visitor().open(world.link_in(letter, "/proposal/"))


def test_an_author_is_told_that_somebody_objects(consent: Consent) -> None:
    objected_to_by_another(consent)
    assert "Nights are for sleeping." in letter_to_author(consent).text


def test_an_author_is_told_of_objections_to_a_version_once(consent: Consent) -> None:
    number = objected_to_by_another(consent)
    consent.object(number, consent.people[2])
    consent.look()
    email = str(consent.world.person(consent.people[0]).email)
    assert len(consent.world.inbox(email, "proposal_news")) == 1


def test_the_page_behind_the_letter_leads_to_where_an_author_steers(consent: Consent) -> None:
    objected_to_by_another(consent)
    page = letter_to_author(consent)
    own = next(link for link in page.links if link.endswith("/councils/agreements") and "/me/" in link)
    assert "Nights are for sleeping." in consent.world.visitor().open(own).text


def test_an_author_asks_a_panel(consent: Consent) -> None:
    number = objected_to_by_another(consent)
    own_page(consent, 0, fresh=True).press("Ask a panel")
    with consent.world.read() as session:
        proposal = lookup.by_number(session, consent.world.programme(session), number)
        assert panels.sitting(session, proposal)


def test_nobody_else_asks_a_panel_by_their_own_page(consent: Consent) -> None:
    objected_to_by_another(consent)
    assert "Ask a panel" not in own_page(consent, 2, fresh=True).text


def test_an_everyday_link_asks_no_panel(consent: Consent) -> None:
    objected_to_by_another(consent)
    assert "Ask a panel" not in own_page(consent, 0, fresh=False).text


HURTS = "Ask Person 003, 07700 900123, person-003@councils.example, https://x.example/p: threes hurt carers."


def read_by_the_panel(consent: Consent, because: str, words: str = HURTS) -> str:
    number = consent.open()
    consent.object(number, consent.people[0], words)
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        proposal = lookup.by_number(session, programme, number, lock=True)
        mark = str(session.exec(select(Objection.id)).one())
        hiding.hide(
            session, programme, proposal, "objection", mark, because, by="an owner", now=consent.world.now
        )
    member = consent.panel(number)[0]
    with consent.world.read() as session:
        panel = session.exec(select(Panel.id)).one()
    return consent.world.visitor().open(consent.world.door(Purpose.PANEL, member, panel)).text


def test_a_panel_reads_a_hidden_argument_without_what_tells_of_people(consent: Consent) -> None:
    text = read_by_the_panel(consent, "it names somebody")
    told = ("Person 003", "900123", "person-003", "x.example")
    assert ("threes hurt carers" in text, [each for each in told if each in text]) == (True, [])


def test_a_panel_reads_no_name_that_is_written_without_its_accents_and_title(consent: Consent) -> None:
    consent.world.join("Cllr Siân O’Neill")
    text = read_by_the_panel(consent, "it names somebody", "Ask Sian O'Neill: threes hurt carers.")
    assert ("threes hurt carers" in text, "Neill" in text) == (True, False)


def test_a_panel_reads_what_is_not_hidden_as_it_is(consent: Consent) -> None:
    assert HURTS in read_by_the_panel(consent, "")


def hide(consent: Consent, number: int, kind: str) -> None:
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        proposal = lookup.by_number(session, programme, number, lock=True)
        mark = next(one.id for one in log.arguments(session, programme, proposal))
        hiding.hide(
            session, programme, proposal, kind, mark, "it names Tom", by="an owner", now=consent.world.now
        )


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("concern", Stance.CONCERN, Stance.CONCERN),
        ("concern", Stance.CONCERN, Stance.OBJECTION),
        ("objection", Stance.OBJECTION, Stance.CONCERN),
    ],
)
def test_the_same_words_said_again_stay_hidden(
    consent: Consent, kind: str, first: Stance, second: Stance
) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], first, "Tom is a fool.")
    hide(consent, number, kind)
    consent.answer(number, consent.people[0], second, "Tom is  a fool.")
    consent.later(days=8)
    assert "Tom is" not in shown(consent, number)


def test_the_same_words_to_another_version_stay_hidden(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], "Tom is a fool.")
    hide(consent, number, "objection")
    consent.amend(number)
    consent.object(number, consent.people[0], "Tom is a fool.")
    consent.withdraw(number)
    assert "Tom is" not in shown(consent, number)


def test_other_words_are_shown(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, "Tom is a fool.")
    hide(consent, number, "concern")
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    consent.later(days=8)
    assert WORDS in shown(consent, number)


def letter_and_page_of_hiding(consent: Consent, number: int, kind: str) -> list[str]:
    """What the first reads when what they said has been hidden."""
    hide(consent, number, kind)
    world = consent.world
    world.work()
    letter = world.letter(str(world.person(consent.people[0]).email), "proposal_news")
    return [letter.text, world.visitor().open(world.link_in(letter, "/proposal/")).text]


def test_while_it_is_open_who_is_hidden_reads_that_they_can_write_anew(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    said = letter_and_page_of_hiding(consent, number, "concern")
    assert ["anew." in each for each in said] == [True, True]


def test_after_the_end_nobody_is_told_to_write_anew_or_to_show_their_name(consent: Consent) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, WORDS)
    consent.withdraw(number)
    said = letter_and_page_of_hiding(consent, number, "concern")
    assert ["anew" in each or "by a fresh link" in each for each in said] == [False, False]


def test_nobody_is_told_to_write_anew_what_a_panel_has_been_given(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.panel(number)
    assert "anew" not in letter_and_page_of_hiding(consent, number, "objection")[0]


def test_who_seconds_twice_is_not_told_that_it_needs_nobody(consent: Consent) -> None:
    """Their press was the one that brought it in line."""
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, Proposer(consent.people[1], participates=True))
    texts = [
        page.press("Everybody should be told of this").text
        for page in [own_page(consent, 2, fresh=True) for _ in range(2)]
    ]
    assert ["Seconded." in text for text in texts] == [True, True]
