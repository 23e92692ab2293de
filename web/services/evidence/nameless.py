"""An organisation whose people have all been erased loses its name, where the name would tell who they were.

"Somebody who has left, Newtown Parish Council" is somebody's name in other words. Where nobody is in an
organisation any more and fewer than five ever were, its name, its other names and its domains go, from stored
sentences too; what is counted of it stays. One that nobody ever was in and that nobody is in now, as after an
invitation was declined, goes the same way.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select, union

from web.models import (
    Group,
    GroupMember,
    KeptEvidence,
    Membership,
    Organisation,
    OrganisationDomain,
    OrganisationName,
    Person,
    Round,
    RoundStory,
)
from web.models.imports import Import, ImportFile
from web.services.evidence.findings import FEW, Evidence

CALLED = "an organisation nobody is in any more"
MARK = "#"  # begins the key of one without a name; `organisations.key` makes none that does


def has_name() -> Any:
    return ~col(Organisation.key).startswith(MARK)


def lost(session: Session, programme: int) -> set[int]:
    """The organisations that have lost their name."""
    return set(
        session.exec(select(Organisation.id).where(Organisation.programme_id == programme, ~has_name()))
    )


def of_person(session: Session, person: str) -> dict[int, set[int]]:
    """The organisations somebody is in or was in when they were introduced, by programme."""
    now = select(Membership.organisation_id).where(Membership.person_id == person)
    before = select(GroupMember.organisation_id).where(GroupMember.person_id == person)
    rows = session.exec(
        select(Organisation.programme_id, Organisation.id).where(
            col(Organisation.id).in_(union(now, before)), has_name()
        )
    )
    found: dict[int, set[int]] = {}
    for programme, organisation in rows:
        found.setdefault(programme, set()).add(organisation)
    return found


def forget(session: Session, programme: int, among: Collection[int] | None = None) -> int:
    """Take the names of those, all or `among` these, that would tell who was in them. How many they were.

    An organisation that a file on its way in refers to keeps its name until the file is gone.

    Looks through every membership of the programme, and through its history where nobody is in one now.
    """
    named = select(Organisation).where(Organisation.programme_id == programme, has_name())
    known = session.exec(named if among is None else named.where(col(Organisation.id).in_(among))).all()
    telling = _telling(session, programme, {one.id for one in known})
    if telling:
        # Whoever joins one of them at this moment holds it, and it keeps its name: if they do not join after
        # all, each night has another look. To wait here, with places in hand, would be out of turn.
        free = select(Organisation.id).where(col(Organisation.id).in_(telling))
        telling = _telling(session, programme, session.exec(free.with_for_update(skip_locked=True)).all())
    gone = [one for one in known if one.id in telling]
    if gone:
        _take_names(session, programme, gone)
    return len(gone)


def _telling(session: Session, programme: int, among: Collection[int]) -> set[int]:
    """Those whose names would tell who was in them."""
    empty = set(among) - _with_members(session, programme)
    empty -= _with_history(session, empty) | _asked_for(session, programme)
    people = _people_ever(session, empty)
    return {one for one in empty if people.get(one, 0) < FEW}


def _with_members(session: Session, programme: int) -> set[int]:
    """Organisations somebody is in, or may come back to."""
    here = select(Membership.organisation_id).where(
        Membership.programme_id == programme, col(Membership.name_key).is_not(None)
    )
    return set(session.exec(here.distinct()))


def _with_history(session: Session, among: Collection[int]) -> set[int]:
    """Those that somebody was in who is still known: it stands in other people's conversations."""
    if not among:
        return set()
    known = (
        select(GroupMember.organisation_id)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(col(GroupMember.organisation_id).in_(among), col(Person.erased_at).is_(None))
    )
    return set(session.exec(known.distinct()))


def _asked_for(session: Session, programme: int) -> set[int]:
    here = select(Import.organisations).where(
        Import.programme_id == programme, col(Import.id).in_(select(ImportFile.import_id))
    )
    found: set[int] = set()
    for entries in session.exec(here):
        targets = {str(one) for entry in entries for one in (entry["taken_for"], *entry["candidates"])}
        found |= {int(one) for one in targets if one.isdecimal()}
    return found


def _people_ever(session: Session, among: Collection[int]) -> dict[int, int]:
    if not among:
        return {}
    now = select(Membership.organisation_id, Membership.person_id)
    before = select(GroupMember.organisation_id, GroupMember.person_id)
    ever = union(
        now.where(col(Membership.organisation_id).in_(among)),
        before.where(col(GroupMember.organisation_id).in_(among)),
    ).subquery()
    rows = session.exec(select(ever.c.organisation_id, func.count()).group_by(ever.c.organisation_id))
    return dict(rows.all())


def _take_names(session: Session, programme: int, gone: Iterable[Organisation]) -> None:
    ids = [one.id for one in gone]
    spellings = {spelling for one in gone for spelling in (one.name, one.short_name) if spelling}
    _blank_sentences(session, programme, ids, spellings)
    _blank_evidence(session, programme, set(ids), spellings)
    for table in (OrganisationName, OrganisationDomain):
        session.execute(delete(table).where(col(table.organisation_id).in_(ids)))
    for one in gone:
        one.name, one.short_name, one.key = CALLED, "", f"{MARK}{one.id}"
        session.add(one)
    session.flush()


def _blank_sentences(
    session: Session, programme: int, ids: Collection[int], spellings: Iterable[str]
) -> None:
    """Why these people, why no better, and what is told of a round: stored in words, with organisations by
    name.
    """
    names = _pattern(session, programme, spellings)
    theirs = select(GroupMember.group_id).where(col(GroupMember.organisation_id).in_(ids))
    for group in session.exec(select(Group).where(col(Group.id).in_(theirs))):
        group.why = names(group.why)
        session.add(group)
    for round_ in session.exec(select(Round).where(Round.programme_id == programme)):
        sentences = [names(reason) for reason in round_.reasons]
        if sentences != round_.reasons:
            round_.reasons = sentences
            session.add(round_)
    for story in session.exec(select(RoundStory).where(RoundStory.programme_id == programme)):
        story.went, story.changes = names(story.went), names(story.changes)
        session.add(story)


def _pattern(session: Session, programme: int, spellings: Iterable[str]) -> Callable[[str], str]:
    """Replaces these names, but not where they are part of a longer name: "Leeds" in "Leeds Beckett"."""
    rows = session.exec(select(Organisation).where(Organisation.programme_id == programme)).all()
    known = {name for row in rows for name in (row.name, row.short_name) if name}
    wanted = set(spellings)
    longest = sorted(known | wanted, key=len, reverse=True)
    either = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda text: either.sub(lambda found: CALLED if found[0] in wanted else found[0], text)


def _blank_evidence(session: Session, programme: int, ids: set[int], spellings: set[str]) -> None:
    kept = session.get(KeptEvidence, programme)
    if kept is None:
        return
    for name in ("shown", "whole"):
        if counted := getattr(kept, name):
            blank = Evidence.from_json(counted).without_names(ids, spellings, CALLED)
            setattr(kept, name, blank.to_json())
    session.add(kept)
