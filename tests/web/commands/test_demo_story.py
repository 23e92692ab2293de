"""The programme that `make demo` shows tells a story one can believe."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, func, select

from notifications.tables import OutboxMessage
from tests.support.world import World
from web.clock import utc_now
from web.commands import demo_story
from web.db import Database
from web.models import Answer, CheckIn, GatheredPost, Group, Membership, Organisation, Round, RoundState
from web.services.common import programmes
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


def test_nobody_is_silent_in_two_rounds_running(made: Session) -> None:
    """They would be paused by the first sweep of the worker, and not in the next draft."""
    rows = made.exec(
        select(CheckIn.person_id, Round.number)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .join(Round, col(Round.id) == Group.round_id)
    )
    answered: dict[int, set[str]] = defaultdict(set)
    for person, number in rows:
        answered[number].add(person)
    assert [len(answered[before] | answered[before + 1]) for before in (1, 2)] == [41, 41]


def test_it_says_what_to_text_to_join(made: Session) -> None:
    said = demo_story.join_line(made, Settings(secret_key=DEFAULT_KEY))
    assert said == "text JOIN LOCALGOV to 07700 900000, in the outbox"


def test_two_posts_wait_and_one_is_offered_to_its_author(made: Session) -> None:
    told = made.exec(select(OutboxMessage.name).where(OutboxMessage.kind == "post_found")).all()
    waiting = made.exec(select(GatheredPost.handle).order_by(col(GatheredPost.id))).all()
    assert (told, waiting) == (["Samir Joshi"], ["samir.example.org", "parish-notes.example.org"])


def test_it_is_found_where_somebody_moved_it(world: World) -> None:
    """Who tries everything out moves its pages too, and starts it again."""
    said: list[str] = []
    settings = Settings(database_url=str(world.database.engine.url), secret_key=DEFAULT_KEY)
    world.start(demo_story.SLUG, demo_story.NAME)
    with world.write() as session:
        moved = programmes.by_slug(session, demo_story.SLUG)
        programmes.rename(session, moved, "here-now", by="a test", now=world.now)
    demo_story.make(settings, world.database, now=world.now, say=said.append)
    with world.write() as session:
        leads_to = dict(demo_story.doors(session, settings, now=world.now))["Join"]
    assert (len(said), leads_to.endswith("/p/here-now/join")) == (1, True)


def test_most_have_said_what_rounds_mix_by_besides(made: Session) -> None:
    said = [one.mix_choice for one in made.exec(select(Membership)).all()]
    assert (len(set(said) - {""}), said.count("")) == (4, 8)
