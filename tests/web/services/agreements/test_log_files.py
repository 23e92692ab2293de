"""The public log as a file: what the pages show, and nothing that they do not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.consenting import THREES, Consent, said
from tests.support.world import World
from web.models import Stance
from web.services.agreements import hiding, log, log_files, lookup
from web.services.agreements.proposals import Proposer
from web.services.common import times

LOG = "/p/councils/agreements"
HARM, DOUBT = "Three calendars never fit.", "Who decides when?"
DAYS = ("since", "on", "until")


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 12)


@pytest.fixture
def told(consent: Consent) -> Consent:
    """One is adopted after a panel, one is amended and open with an objection, one is a draft."""
    first = consent.open()
    consent.object(first, consent.people[0], HARM)
    consent.answer(first, consent.people[1], Stance.CONCERN, DOUBT, named=True)
    for member in consent.panel(first)[:2]:
        consent.find(first, member, holds=False)
    consent.agree(first, *consent.people[4:])
    consent.later(days=8)
    second = consent.open(said("Who may organise"))
    consent.object(second, consent.people[0], "It shuts out carers.")
    consent.amend(second, said("Who may organise", "Whoever asks two."))
    consent.look()
    consent.propose(said("A secret", "Not seconded."), Proposer(consent.people[2], participates=True))
    return consent


def document(world: World) -> dict[str, Any]:
    with world.read() as session:
        return log_files.document(session, world.programme(session), times.today(world.now))


def markdown(world: World) -> str:
    return log_files.as_markdown(document(world))


def words_in(told: Any, key: str = "") -> Iterator[str]:
    """Every piece of text in it that is neither a day nor empty."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from words_in(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from words_in(value, key)
    elif isinstance(told, str) and told and key not in DAYS and not key.endswith("_on"):
        yield told


def public_pages(world: World) -> str:
    page = world.visitor().open(LOG)
    addresses = [LOG, *(link for link in page.links if link.startswith(f"{LOG}/"))]
    return " ".join(page.open(address).text for address in dict.fromkeys(addresses)).casefold()


def test_it_says_nothing_that_the_pages_do_not(told: Consent, world: World) -> None:
    pages = public_pages(world)
    ours = {"councils"}  # the slug stands in every address
    found = {" ".join(text.split()).casefold() for text in words_in(document(world))} - ours
    assert sorted(text for text in found if text not in pages) == []


def test_it_has_every_rule_and_every_proposal_that_is_public(told: Consent, world: World) -> None:
    made = document(world)
    titles = [one["title"] for one in made["agreements"]]
    assert (titles, [one["number"] for one in made["proposals"]]) == (
        ["How we match", "Our days", "What we show"],
        [2, 1],
    )


def test_it_has_the_arguments_and_the_panel_s_reasons_of_what_has_ended(told: Consent, world: World) -> None:
    said_to = document(world)["proposals"][1]["arguments"]
    assert [(one["kind"], one["words"], one["state"], len(one["panel"])) for one in said_to] == [
        ("concern", DOUBT, "", 0),
        ("objection", HARM, "does not hold", 2),
    ]


def test_arguments_stay_in_while_it_is_open(told: Consent, world: World) -> None:
    assert "carers" not in markdown(world)


def test_a_draft_that_nobody_has_seconded_is_in_neither(told: Consent, world: World) -> None:
    assert "secret" not in log_files.as_json(document(world)) + markdown(world)


def test_it_has_the_counts_as_the_page_says_them(told: Consent, world: World) -> None:
    with world.read() as session:
        programme = world.programme(session)
        shown = log.shown(session, programme, lookup.by_number(session, programme, 1))
    assert document(world)["proposals"][1]["counts"] == shown.answered


def test_earlier_versions_are_in_it(told: Consent, world: World) -> None:
    assert [one["version"] for one in document(world)["proposals"][0]["earlier"]] == [1]


def test_an_adopted_rule_has_the_version_before(told: Consent, world: World) -> None:
    rule = document(world)["agreements"][0]
    assert (rule["version"], rule["how"], rule["why"], [one["version"] for one in rule["earlier"]]) == (
        2,
        "by consent",
        THREES.driver,
        [1],
    )


def test_hidden_words_are_not_in_it(told: Consent, world: World) -> None:
    with world.write() as session:
        programme = world.programme(session)
        proposal = lookup.by_number(session, programme, 1, lock=True)
        one = next(each for each in log.arguments(session, programme, proposal) if each.is_objection)
        by = told.organiser.id
        hiding.hide(session, programme, proposal, "objection", one.id, "it insults", by=by, now=world.now)
    text = markdown(world) + log_files.as_json(document(world))
    assert (HARM in text, "it insults" in text) == (False, True)


def test_erased_words_are_said_to_be(told: Consent, world: World) -> None:
    world.erase(told.people[0])
    assert ("Its author has erased what they told us" in markdown(world), HARM in markdown(world)) == (
        True,
        False,
    )


def test_the_files_hold_the_same(told: Consent, world: World) -> None:
    made = document(world)
    assert json.loads(log_files.as_json(made)) == made


def test_every_word_of_the_document_is_in_the_markdown(told: Consent, world: World) -> None:
    text = " ".join(markdown(world).replace("\\", "").replace("\n> ", " ").split()).casefold()
    kinds = {"councils", "concern", "objection"}
    missing = [
        word for word in words_in(document(world)) if word not in kinds and word.casefold() not in text
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("= no heading", r"\= no heading"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("[a](http://b.example)", r"\[a\](http://b.example)"),
        ("a\n\nb", "a b"),
        ("&amp; *so* _so_ `so` ~so~ |", r"\&amp; \*so\* \_so\_ \`so\` \~so\~ \|"),
    ],
)
def test_nothing_that_people_wrote_is_taken_for_markup(
    consent: Consent, world: World, written: str, read: str
) -> None:
    number = consent.open()
    consent.answer(number, consent.people[0], Stance.CONCERN, written)
    consent.later(days=8)
    assert read in markdown(world).replace("\n> \n> ", " ").replace("\n> ", "\n")


def test_a_log_longer_than_a_page_is_whole(
    consent: Consent, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "A_PAGE", 1)
    consent.open()
    consent.open(said("Who may organise"))
    assert [one["number"] for one in document(world)["proposals"]] == [2, 1]


def test_a_programme_where_nothing_was_proposed_says_so(world: World) -> None:
    assert markdown(world).endswith("# Proposed changes\n\nNone yet.\n")
