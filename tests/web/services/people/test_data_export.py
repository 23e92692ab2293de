"""What somebody takes away is all we hold about them, and nothing private of anybody else."""

import csv
import io
import json
import zipfile

import pytest
from sqlmodel import SQLModel

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.world import World
from web.models import Purpose, VideoKind
from web.services.incoming import replies

PHONE = "+447700900456"
HELD = {
    "name": "Zebedee Quillfeather",
    "email": "zebedee@example.org",
    "phone": PHONE,
    "video_kind": VideoKind.TEAMS,
    "video_handle": "zq-handle",
    "about": "=I keep canaries.",
}
# Tables that speak of a person, and where the download says it.
SAID_IN = {
    "person": "details",
    "membership": "programmes",
    "groupmember": "conversations",
    "checkin": "conversations",
    "learning": "learnings",
    "leftout": "rounds without you",
    "report": "reports",
    "rathernot": "rather not meet",
    "handle": "where you post",
    "organiser_was": "organising",
    "consent": "consents",
    "proposal": "proposals",  # by whom; organisers’ as well
    "proposal_answer": "answers to proposals",
    "objection": "objections",
    "panel_finding": "judgements",
    "review_answer": "answers to reviews",
    "agenda_item": "what you would change",
    "outbox_message": "messages to you",
    "reply": "messages from you",
    "auditentry": "what you did",
    # Said elsewhere, or not about them alone.
    "outbox_named": "messages to you",  # whose name stands in which message
    "neverpair": "",  # set by organisers about two people; the other one is not told
    "request": "",  # a form on its way, handled within minutes
    "link": "",  # ids behind the links in messages
    "phonecode": "",  # digests of codes that lived ten minutes
    "importrow": "",  # a row of an organiser's file, blank once it has been taken in
    "proposal_asked": "",  # who took part that day; what they were sent is in the messages
    "proposal_second": "",  # that they support somebody's draft, gone when they go
    "panel_member": "",  # that they were drawn; what they found is in the judgements
    "not_my_post": "",  # that a post is somebody else's, whom it is about; it goes with the post
    "thisonce": "",  # put in or left out of a draft by hand; what came of it is in the rounds
}


@pytest.fixture
def zebedee(world: World) -> str:
    person = world.join(organisation="Brent Council", verified=True, **HELD)
    world.join("Tom Field", "Leeds City Council", email="tom@example.org", about="Bins.")
    world.round()
    door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
    world.visitor().open(f"{door}?answer=met").press("Tell us", text="Moorhens.", showing="no")
    visitor = world.visitor().open(world.page_of(person, full=True) + "/rather-not")
    visitor.press("Add to my list", email="wagtail@example.org")
    with world.write() as session:
        texted = Inbound(Channel.SMS, "SM1", PHONE, "Thanks, that was a lark")
        replies.take(session, texted, signer=world.worker.signer, now=world.now)
    return person


def download(world: World, person: str, name: str, *, full: bool = True) -> bytes:
    return world.visitor().open(f"{world.page_of(person, full=full)}/{name}").answer.data


def test_every_word_of_theirs_is_in_it(world: World, zebedee: str) -> None:
    held = download(world, zebedee, "my-data.json").decode()
    words = [
        *(str(value) for value in HELD.values()),
        "Brent Council",
        "Tom Field, Leeds City Council",
        "Moorhens.",
        "wagtail@example.org",
        "that was a lark",
        "code of conduct",
    ]
    assert [word for word in words if word not in held] == []


def test_nothing_private_of_a_partner_is_in_it(world: World, zebedee: str) -> None:
    held = download(world, zebedee, "my-data.json").decode()
    assert [
        word for word in ("tom@example.org", "Bins.", world.partners_of(zebedee)[0]) if word in held
    ] == []


def test_why_somebody_was_suspended_is_for_organisers_alone(world: World, zebedee: str) -> None:
    page = world.organiser().open(f"/organise/councils/people/{zebedee}")
    page.press("Suspend Zebedee Quillfeather", reason="Tom Field says that he was followed home.")
    held = download(world, zebedee, "my-data.json").decode()
    assert ("suspended" in held, "followed home" in held) == (True, False)


def test_the_spreadsheets_hold_what_the_json_holds(world: World, zebedee: str) -> None:
    held = json.loads(download(world, zebedee, "my-data.json"))
    with zipfile.ZipFile(io.BytesIO(download(world, zebedee, "my-data.zip"))) as archive:
        sheets = {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""))
            )
            for name in archive.namelist()
        }
    assert {name: len(rows) for name, rows in sheets.items()} == {
        name: len(rows) for name, rows in held.items() if rows
    }
    assert sheets["details"][0]["about"] == "'=I keep canaries."


@pytest.mark.parametrize("name", ["my-data.json", "my-data.zip"])
def test_a_forwarded_link_downloads_nothing(world: World, zebedee: str, name: str) -> None:
    assert b"zebedee" not in download(world, zebedee, name, full=False)


def test_somebody_decided_about_every_table_that_speaks_of_a_person() -> None:
    columns = {"person", "person_id", "person_1", "actor"}
    speaking = {
        name for name, table in SQLModel.metadata.tables.items() if columns & set(table.columns.keys())
    }
    assert speaking - {"person"} <= set(SAID_IN)
