"""What belongs to another programme is not there: every address that names a row, and every form that does.

A new route cannot get past this: a word of its address that names a row must be known to `ROWS`, and a field
that a page reads past its form must be in `FIELDS` or in `NO_ROWS`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import Session
from werkzeug.routing import Rule

from notifications.keywords import Word
from notifications.tables import OutboxMessage, Reply, State
from tests.support.consenting import objected_to, reviewed_in
from tests.support.gathering import gathered_in
from tests.support.visitor import Visitor
from tests.support.world import START, World
from web.models import (
    Agreement,
    Answer,
    GatheredPost,
    GatheringSource,
    Learning,
    Membership,
    Objection,
    Organisation,
    Proposal,
    Report,
    Role,
    Showing,
)
from web.models.complaints import Complaint
from web.models.imports import Import, ImportKind
from web.services.conversations import conversations, reports
from web.services.conversations.conversations import Said
from web.services.imports import files, uploads
from web.services.rounds import rounds

OURS, THEIRS = "charities", "councils"
# What stands before a row in an address, and what is no row: the kind of a message.
ROWS = {
    "rounds",
    "digest",
    "people",
    "merge",
    "messages",
    "organisations",
    "import",
    "learning",
    "posts",
    "sources",
    "reports",
    "replies",
    "organisers",
    "complaints",
    "agenda",
    "agreements",
    "proposals",
    "arguments",
}
NO_ROWS_IN_ADDRESSES = {"organise", "wording"}
# Which routes read rows out of a form.
FIELDS = {
    "person": {"swap", "move", "leave_out", "bring_in", "forbid", "allow", "try_out"},
    "other": {"swap", "forbid", "allow", "let_meet"},
    "group": {"move", "lock"},
    "into": {"merge_organisations"},
    "from": {"tell_organisations_apart"},
}
NO_ROWS = {
    "organisation",
    "rows",
    "sheet",
    "csrf_token",
    "version",
    "locked",
    "kind",
    "do",
    "domain",
    "item",
    "page",
    "page_says",
    "search",
    "start",
    "what",
    "who",
    "outcome",
    "shown",
    "before",
    "name",
    "since",
}
READ = re.compile(r"(?:request\.(?:form|args)\.get|person_named)\(\"(\w+)\"")
A_WORD = re.compile(r"/([^/<]+)/<(?:\w+:)?(\w+)>")


@dataclass
class Two:
    """Two programmes with one of everything, and an owner of the one who knows all numbers of the other."""

    world: World
    owner: Visitor
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)

    def addresses(self, method: str) -> Iterator[tuple[str, str]]:
        """Endpoint and address of every route, once for each row it names, which is another's."""
        for rule in self.world.app.url_map.iter_rules():
            if rule.rule.startswith("/organise/<slug>/") and method in (rule.methods or ()):
                rows = rows_in(rule)
                for foreign in rows:
                    values = {
                        name: (self.theirs if name == foreign else self.ours)[word]
                        for name, word in rows.items()
                    }
                    yield rule.endpoint, self._address(rule, values)

    def _address(self, rule: Rule, values: dict[str, Any]) -> str:
        known = {"slug": OURS} | {"kind": "check_in"} | values
        names = {name: value for name, value in known.items() if name in rule.arguments}
        return str(self.world.app.url_map.bind("127.0.0.1").build(rule.endpoint, names))

    def fields(self) -> dict[str, Any]:
        """A form in which everything is ours, and good enough to be acted upon."""
        people, group = self.ours["members"], 1
        return {
            "csrf_token": self.owner.token("/my-page"),
            "version": self.ours["version"],
            "person": people[0],
            "other": people[1],
            "group": group,
            "into": self.ours["organisations"],
            "from": self.ours["organisations"],
            "text": "Words.",
            "name": "Another name",
            "role": "viewer",
            "reason": "Because.",
            "because": "Because.",
            "domain": "leeds.example.org",
            "other_name": "Another",
        }

    def call(self, method: str, address: str, form: dict[str, Any] | None = None) -> int:
        # Past the house client's look at the page: half of these forms are nonsense.
        data = form if method == "POST" else None
        return FlaskClient.open(self.owner.client, address, method=method, data=data).status_code


def rows_in(rule: Rule) -> dict[str, str]:
    """Which words of an address name rows, and what each stands behind."""
    return {name: word for word, name in A_WORD.findall(rule.rule) if word not in NO_ROWS_IN_ADDRESSES}


@pytest.fixture
def two(world: World) -> Two:
    world.start(OURS, "Charities Unmentoring")
    theirs = fill(world, sent=3)
    world.appoint("owner@councils.example")  # else what is complained about there is every owner's
    world.slug = OURS
    ours = fill(world, sent=1)
    return Two(world, world.organiser("else@charities.example"), ours, theirs)


def fill(world: World, sent: int) -> dict[str, Any]:
    """One of everything in the programme after so many rounds and with a draft, by the word that stands
    before it in an address.
    """
    world.join_many(4)
    for _ in range(sent):
        world.round()
    draft = world.draw()
    people = [person for group in world.groups(draft) for person in group]
    world.complain()
    organiser = world.appoint(f"helper@{world.slug}.example", Role.ORGANISER)
    with world.write() as session:
        programme = world.programme(session)
        talk = conversations.conversation(session, world.group_of(people[0], sent), people[0])
        conversations.check_in(
            session, talk, Said(Answer.MET, "Vans.", showing=Showing.WITH_NAME), now=world.now
        )
        partner = world.person(world.partners_of(people[0], sent)[0])
        reports.report(session, talk, partner, "Rude.", now=world.now)
        file = b"name,organisation,email\nIvy,Brent,ivy@example.org\n"
        given = files.look("p.csv", file)
        uploads.upload(session, programme, ImportKind.PEOPLE, given, by=organiser, now=world.now)
        for place in range(sent):
            turned = [*people[place:4], *people[:place]]
            objected_to(session, programme, turned, now=world.now)
        agenda = reviewed_in(session, programme, now=world.now)
        gathered_in(session, programme, people[0], now=world.now)
        raised = select(Objection.id).join(Proposal).where(Proposal.programme_id == programme.id)
        of_programme = {
            word: session.scalars(select(table.id).where(table.programme_id == programme.id)).first()
            for word, table in (
                ("organisations", Organisation),
                ("import", Import),
                ("learning", Learning),
                ("posts", GatheredPost),
                ("sources", GatheringSource),
                ("reports", Report),
                ("complaints", Complaint),
                ("agreements", Agreement),
            )
        }
        introduced = select(OutboxMessage).where(
            OutboxMessage.programme == world.slug, OutboxMessage.kind == "introduction"
        )
        message = session.scalars(introduced).first()
        message.state = State.FAILED
        outsider = session.scalars(
            select(Membership.person_id).where(
                Membership.programme_id == programme.id,
                Membership.person_id.not_in(people[:2]),  # type: ignore[attr-defined]
            )
        ).first()
        return of_programme | {
            "agenda": agenda,
            "proposals": sent,
            "arguments": session.scalars(raised).first(),
            "rounds": draft,
            "digest": sent,
            "people": people[0],
            "merge": outsider,
            "messages": message.id,
            "replies": unclear_reply(session, people[0]),
            "organisers": organiser,
            "members": people,
            "version": rounds.by_number(session, programme, draft).version,
        }


def unclear_reply(session: Session, person: str) -> int:
    row = Reply(channel="sms", source_id=person, word=Word.UNCLEAR, text="Who?", person=person,
                received_at=START)  # fmt: skip
    session.add(row)
    session.flush()
    return row.id or 0


def test_every_word_of_an_address_that_names_a_row_is_known(two: Two) -> None:
    named = {
        word
        for rule in two.world.app.url_map.iter_rules()
        if rule.rule.startswith("/organise/<slug>/")
        for word in rows_in(rule).values()
    }
    arguments = {
        f"{rule.rule}: {name}"
        for rule in two.world.app.url_map.iter_rules()
        if rule.rule.startswith("/organise/<slug>/")
        for name in rule.arguments - {"slug", "kind"} - set(rows_in(rule))
    }
    assert (named, arguments) == (ROWS, set())


def test_every_field_a_page_reads_past_its_form_is_known_to_name_a_row_or_not() -> None:
    read = {
        name for file in Path("web/pages/organise").glob("*.py") for name in READ.findall(file.read_text())
    }
    assert read - NO_ROWS - {"next", "file"} == set(FIELDS)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_row_of_another_programme_is_not_there_and_is_not_changed(two: Two, method: str) -> None:
    form, before = two.fields(), two.world.dump()
    answers = {
        f"{endpoint} {address}": two.call(method, address, form)
        for endpoint, address in two.addresses(method)
    }
    assert {route: answer for route, answer in answers.items() if answer != 404} == {}
    assert two.world.dump() == before


def test_a_row_of_another_programme_in_a_form_is_not_there_and_is_not_changed(two: Two) -> None:
    form = two.fields()
    foreign = {
        "person": two.theirs["people"],
        "other": two.theirs["people"],
        "into": two.theirs["organisations"],
        "from": two.theirs["organisations"],
        "group": 3,  # of the other draft: ours has two
    }
    before, answers = two.world.dump(), {}
    for rule in two.world.app.url_map.iter_rules():
        for name in (name for name in FIELDS if rule.endpoint.removeprefix("organise.") in FIELDS[name]):
            address = two._address(rule, {key: two.ours[word] for key, word in rows_in(rule).items()})
            answers[f"{rule.endpoint} {name}"] = two.call("POST", address, form | {name: foreign[name]})
    assert {route: answer for route, answer in answers.items() if answer != 404} == {}
    assert two.world.dump() == before


@pytest.mark.parametrize("typed", ["people", "members"])
def test_somebody_of_another_programme_cannot_be_typed_in(two: Two, typed: str) -> None:
    person = two.theirs["people"]
    other = person if typed == "people" else two.world.person(person).name
    address = f"/organise/{OURS}/people/{two.ours['people']}"
    form = two.fields() | {"other": other}
    assert two.call("POST", f"{address}/keep-apart", form) == 422
    assert two.call("GET", f"{address}/merge?other={other}") == 422
