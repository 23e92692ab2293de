"""A proposal and a review are told to 100,000 people: in parts, each person once, with little in memory."""

import resource
import time
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from sqlmodel import Session, func, select

from notifications import messages
from notifications.tables import OutboxMessage
from tests.faults.kills import FORK
from tests.faults.trial import BEGAN, Outcome, Trial, opened
from tests.support.consenting import SECRET, THREES, a_round, take_part
from web.db import Database
from web.models import Subject
from web.services.agreements import agreements, asking, deciding, reviews
from web.services.agreements.proposals import Proposer
from web.services.common import programmes, times

SLUG = "councils"
AT_A_TIME = 10_000  # people made in one transaction
LONGEST = 5.0  # seconds in which nobody else can write
MOST = 300  # MB more than before
MISTAKES = {"tells everybody at once": 10**9}


def fault(trial: Trial) -> Outcome:
    """No part takes so long that others wait, and nobody is told twice."""
    people = trial.size(1_500, 100_000)
    database = opened(trial.url)
    database.upgrade()
    database.dispose()
    # In a process of its own: what making them takes is not what telling them takes.
    made = FORK.Process(target=_programme, args=(trial.url, people))
    made.start()
    made.join()
    with patch.object(asking, "AT_ONCE", MISTAKES.get(trial.mutant, asking.AT_ONCE)):
        before = _memory()
        proposed = _told(database, messages.Proposal.kind, deciding.to_be_told, deciding.tell_some)
        _begin_review(database)
        reviewed = _told(database, messages.Review.kind, reviews.to_be_told, reviews.tell_some)
        more = _memory() - before
    database.dispose()
    parts = -(-people // 1_000)
    figure = "; ".join(
        f"{told:,} told of a {kind} in {len(each)} parts, {sum(each):.0f} s, the longest {max(each):.1f} s"
        for kind, (told, each) in (("proposal", proposed), ("review", reviewed))
    )
    right = all(told == people and len(each) >= parts for told, each in (proposed, reviewed))
    longest = max(*proposed[1], *reviewed[1])
    return Outcome(
        f"{figure}; {more:.0f} MB more",
        f"{people:,} each once, in {parts} parts or more, none over {LONGEST:.0f} s, at most {MOST} MB more",
        right and longest <= LONGEST and more <= MOST,
    )


def _memory() -> float:
    """The most that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _programme(url: str, people: int) -> None:
    database = opened(url)
    with database.write() as session:
        made = programmes.add(
            session, SLUG, "Councils", contact="hello@councils.example", now=BEGAN, by="a test"
        )
        a_round(session, made, now=BEGAN)
    for begun in range(0, people, AT_A_TIME):
        now = BEGAN + timedelta(seconds=begun)
        with database.write() as session:
            few = min(AT_A_TIME, people - begun)
            take_part(session, programmes.by_slug(session, SLUG), few, now=now, begin=begun)
    with database.write() as session:
        programme = programmes.by_slug(session, SLUG)
        deciding.bring(session, programme, THREES, Proposer("an organiser"), secret=SECRET, now=BEGAN)
    database.dispose()


def _begin_review(database: Database) -> None:
    now = BEGAN + timedelta(days=8)
    with database.write() as session:
        programme = programmes.by_slug(session, SLUG)
        version = agreements.about(session, programme, Subject.SHOWING).version
        version.review_on = times.today(now)
        session.add(version)
        session.flush()
        reviews.sweep(session, programme, now=now)


def _told(
    database: Database,
    kind: str,
    wanted: Callable[[Session], int | None],
    tell_some: Callable[..., int],
) -> tuple[int, list[float]]:
    """As the worker does it: how many were told, and the seconds that each part took."""
    parts = []
    while True:
        with database.read() as session:
            waiting = wanted(session)
        if waiting is None:
            break
        begun = time.monotonic()
        with database.write() as session:
            tell_some(session, waiting, now=BEGAN + timedelta(days=8))
        parts.append(time.monotonic() - begun)
    with database.read() as session:
        told = session.exec(
            select(func.count(func.distinct(OutboxMessage.person))).where(OutboxMessage.kind == kind)
        ).one()
    return told, parts
