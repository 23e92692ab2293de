"""The programme that `make demo` shows tells a story one can believe."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, func, select

from notifications.tables import OutboxMessage
from web.clock import utc_now
from web.commands import demo_story
from web.db import Database
from web.models import Answer, CheckIn, GatheredPost, Membership, Organisation, Round, RoundState
from web.settings import DEFAULT_KEY, Settings


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    database = Database(url)
    database.upgrade()
    demo_story.make(Settings(database_url=url, secret_key=DEFAULT_KEY), database, now=utc_now(), say=print)
    with database.read() as session:
        yield session
    database.dispose()


def test_41_people_from_9_organisations_have_had_three_rounds_and_one_just_now(made: Session) -> None:
    counts = [
        made.exec(select(func.count()).select_from(table)).one() for table in (Membership, Organisation)
    ]
    sent = made.exec(select(func.count()).where(Round.state == RoundState.SENT)).one()
    assert (counts, sent) == ([41, 9], 4)


def test_partners_agree_whether_they_met_but_for_one_pair(made: Session) -> None:
    said: dict[int, set[bool]] = {}
    answers = made.exec(select(CheckIn).order_by(col(CheckIn.group_id)))
    for one in answers:
        said.setdefault(one.group_id, set()).add(one.answer is Answer.MET)
    assert [len(accounts) for accounts in said.values()].count(2) == 1
    assert len(said) > 50


def test_it_says_what_to_text_to_join(made: Session) -> None:
    said = demo_story.join_line(made, Settings(secret_key=DEFAULT_KEY))
    assert said == "text JOIN LOCALGOV to 07700 900000, in the outbox"


def test_two_posts_wait_and_one_is_offered_to_its_author(made: Session) -> None:
    told = made.exec(select(OutboxMessage.name).where(OutboxMessage.kind == "post_found")).all()
    waiting = made.exec(select(GatheredPost.handle).order_by(col(GatheredPost.id))).all()
    assert (told, waiting) == (["Samir Joshi"], ["samir.example.org", "parish-notes.example.org"])
