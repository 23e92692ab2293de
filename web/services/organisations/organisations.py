"""Organisations: known by name, by the other names people write, and by email domain.

NotSo           it cannot be done; says what to do
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    union_all,
    update,
)
from sqlmodel import Session, col, select

from notifications.columns import table_of
from web.models import (
    AuditEntry,
    GroupMember,
    Membership,
    Organisation,
    OrganisationDomain,
    OrganisationName,
    OrganisingTime,
    Round,
)
from web.services.common import audit, lines, programmes
from web.services.evidence import nameless
from web.services.organisations import likeness
from web.services.organisations.likeness import Register
from web.services.organisations.spelling import key as key

# A mailbox at one of these says nothing about where somebody works.
PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com live.co.uk msn.com yahoo.com "
    "yahoo.co.uk icloud.com me.com mac.com aol.com btinternet.com sky.com virginmedia.com talktalk.net "
    "ntlworld.com protonmail.com proton.me gmx.com gmx.co.uk fastmail.com mail.com zoho.com".split()
)

TABLE, NAMES, OF_DOMAINS = table_of(Organisation), table_of(OrganisationName), table_of(OrganisationDomain)
# Asked with each form that names an organisation, so put together once.
BY_KEY = (
    select(Organisation)
    .where(Organisation.programme_id == bindparam("programme"))
    .where(col(Organisation.key).in_(bindparam("keys", expanding=True)))
    .order_by(col(Organisation.id))
)
BY_OTHER_NAME = (
    select(OrganisationName)
    .where(OrganisationName.programme_id == bindparam("programme"))
    .where(col(OrganisationName.key).in_(bindparam("keys", expanding=True)))
    .order_by(col(OrganisationName.organisation_id))
)
IS_KNOWN = select(
    or_(
        *(
            exists().where(
                table.c.programme_id == bindparam("programme"),
                table.c.key.in_(bindparam("keys", expanding=True)),
            )
            for table in (TABLE, NAMES)
        )
    )
)
NAME, SHORT_NAME, OTHER_NAME, DOMAIN = range(4)  # ways in which one is written, the surest first


def _written(way: int, id_: Column[Any], written: Column[Any], *where: ColumnElement[bool]) -> Select[Any]:
    here = id_.table.c.programme_id == bindparam("programme")
    return select(literal(way), id_, written).where(here, *where)


REGISTER = union_all(
    _written(NAME, TABLE.c.id, TABLE.c.key, nameless.has_name()),
    _written(SHORT_NAME, TABLE.c.id, TABLE.c.short_name, nameless.has_name(), TABLE.c.short_name != ""),
    _written(OTHER_NAME, NAMES.c.organisation_id, NAMES.c.key),
    _written(DOMAIN, OF_DOMAINS.c.organisation_id, OF_DOMAINS.c.domain),
)
BY_DOMAIN = (
    select(OrganisationDomain)
    .where(OrganisationDomain.programme_id == bindparam("programme"))
    .where(col(OrganisationDomain.domain).in_(bindparam("domains", expanding=True)))
)
# Asked for each page of people.
HOW_MANY = (
    select(func.count())
    .select_from(TABLE)
    .where(TABLE.c.programme_id == bindparam("programme"), nameless.has_name())
)
MERGED = "organisations merged"
MOST_ASKED = 3  # whether it is one of them
MOST_OFFERED = 100  # to choose from; more are found by their words

A_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def find(session: Session, programme: int, name: str) -> Organisation | None:
    """The one that has this name, or is also called so, or is the same council in another language."""
    wanted, asked = key(name), _asked_for(programme, name)
    direct = session.scalars(BY_KEY, asked).all()
    if exact := next((one for one in direct if one.key == wanted), None):
        return exact
    others = session.scalars(BY_OTHER_NAME, asked).all()
    other = next((one for one in others if one.key == wanted), None)
    if other is None and direct:
        return direct[0]
    other = other or next(iter(others), None)
    return session.get(Organisation, other.organisation_id) if other else None


def _asked_for(programme: int, name: str) -> dict[str, Any]:
    wanted = key(name)
    return {"programme": programme, "keys": list({wanted, *likeness.other_official_names(wanted)})}


def is_known(session: Session, programme: int, name: str) -> bool:
    """Would `find` find one? Half as long as finding it."""
    return bool(session.connection().scalar(IS_KNOWN, _asked_for(programme, name)))


def may_be(session: Session, programme: int, name: str, email: str = "") -> list[Organisation]:
    """Organisations that somebody may mean who wrote `name`, the likeliest first; none where it is sure, or
    new as far as we see. Where the name says nothing, the address's domain may.
    """
    if not name or is_known(session, programme, name):
        return []
    known = register(session, programme)
    if found := _these(session, known.candidates(key(name))[:MOST_ASKED]):
        return found
    spoken_for = [known.by_domain[domain] for domain in _domains(email) if domain in known.by_domain]
    by_address = _these(session, spoken_for[:1])
    return [one for one in by_address if not _are_two_councils(one.key, key(name))]


def _these(session: Session, ids: Iterable[str]) -> list[Organisation]:
    return [found for id_ in ids if (found := session.get(Organisation, int(id_)))]


def _are_two_councils(one: str, other: str) -> bool:
    first, second = likeness.surely(one), likeness.surely(other)
    return first is not None and second is not None and first != second


def find_or_add(session: Session, programme: int, name: str) -> Organisation:
    """The one that has this name. Until commit nobody merges it away, or takes its name from it because
    nobody is in it.
    """
    known = _find_and_hold(session, programme, name)
    if known:
        return known
    # Two people from one new organisation may press their buttons together: look again, one after the other.
    # Not at the programme's row, which a worker has in hand for as long as a large round takes.
    lines.stand(session, f"organisations of {programme}")
    return _find_and_hold(session, programme, name) or add(session, programme, name)


def _find_and_hold(session: Session, programme: int, name: str) -> Organisation | None:
    """SQLite has one writer at a time, and needs no holding."""
    while known := find(session, programme, name):
        if session.get_bind().dialect.name != "postgresql":
            return known
        same = select(Organisation.id).where(Organisation.id == known.id, Organisation.key == known.key)
        if session.scalar(same.with_for_update(read=True, key_share=True)):
            return known
        session.expire(known)  # merged or without its name since it was found
    return None


def add(
    session: Session,
    programme: int,
    name: str,
    *,
    short_name: str = "",
    other_names: Iterable[str] = (),
    domains: Iterable[str] = (),
) -> Organisation:
    made = Organisation(programme_id=programme, name=name, short_name=short_name, key=key(name))
    session.add(made)
    session.flush()
    for other in {key(other) for other in other_names} - {made.key}:
        session.add(OrganisationName(programme_id=programme, key=other, organisation_id=made.id))
    for domain in domains:
        session.add(
            OrganisationDomain(programme_id=programme, domain=domain.casefold(), organisation_id=made.id)
        )
    session.flush()
    return made


def register(session: Session, programme: int) -> Register:
    """Every organisation of the programme by every spelling, and by its domains. One read of them all."""
    found = Register()
    rows = session.execute(REGISTER, {"programme": programme}).all()
    for way, id_, written in sorted(rows, key=itemgetter(0)):
        if way == DOMAIN:
            found.by_domain[written] = str(id_)
        else:
            found.add(str(id_), key(written) if way == SHORT_NAME else written)
    return found


def names(session: Session, programme: int) -> list[str]:
    """What the join form offers, in alphabetical order."""
    named = select(Organisation.name).where(Organisation.programme_id == programme, nameless.has_name())
    rows = session.exec(named)
    return sorted(rows, key=str.casefold)


def offered(session: Session, programme: int, chosen: int | None) -> list[tuple[int, str]]:
    """`listed`, to choose from; where they are too many to look through, only what is chosen already."""
    number = session.connection().scalar(HOW_MANY, {"programme": programme})
    if number is not None and number <= MOST_OFFERED:
        return listed(session, programme)
    found = session.get(Organisation, chosen) if chosen else None
    return [(found.id, found.name)] if found and found.programme_id == programme else []


def listed(session: Session, programme: int) -> list[tuple[int, str]]:
    """Ids and names, in alphabetical order."""
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name)).where(
            Organisation.programme_id == programme, nameless.has_name()
        )
    )
    return sorted(rows, key=lambda row: row[1].casefold())


def by_email(session: Session, programme: int, email: str) -> Organisation | None:
    """The organisation an address speaks for: its domain or a parent of it, never a public mailbox
    provider's.
    """
    domains = _domains(email)
    found = session.scalars(BY_DOMAIN, {"programme": programme, "domains": domains}).all()
    longest = max(found, key=lambda row: len(row.domain), default=None)
    return session.get(Organisation, longest.organisation_id) if longest else None


def _domains(email: str) -> list[str]:
    """The address's domain and those above it, the longest first."""
    domain = email.rpartition("@")[2].casefold()
    if not A_DOMAIN.fullmatch(domain):
        return []  # it is looked at as it was typed, before anybody says that it is no address
    labels = domain.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return [domain for domain in domains if domain not in PUBLIC_DOMAINS]


class NotSo(Exception):
    """It cannot be done; says what to do."""


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation in the list. `people` are those who are in or may come back; nobody erased."""

    organisation: Organisation
    people: int
    other_names: Sequence[str]
    domains: Sequence[str]


def overview(session: Session, programme: int) -> list[OrganisationLine]:
    """Every organisation that has a name, in alphabetical order."""
    people = dict(
        session.execute(
            select(col(Membership.organisation_id), func.count())
            .where(col(Membership.programme_id) == programme, col(Membership.name_key).is_not(None))
            .group_by(col(Membership.organisation_id))
        ).all()
    )
    others = _by_organisation(session, OrganisationName, OrganisationName.key, programme)
    domains = _by_organisation(session, OrganisationDomain, OrganisationDomain.domain, programme)
    named = select(Organisation).where(Organisation.programme_id == programme, nameless.has_name())
    rows = session.exec(named).all()
    return [
        OrganisationLine(row, people.get(row.id, 0), others.get(row.id, []), domains.get(row.id, []))
        for row in sorted(rows, key=lambda row: row.name.casefold())
    ]


def _by_organisation(session: Session, table: Any, column: Any, programme: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(select(table.organisation_id, column).where(table.programme_id == programme))
    for organisation, value in rows:
        found.setdefault(organisation, []).append(value)
    return {organisation: sorted(values) for organisation, values in found.items()}


def one(session: Session, programme: int, organisation: int) -> Organisation | None:
    found = session.get(Organisation, organisation)
    there = found is not None and found.programme_id == programme
    return found if found is not None and there and not found.key.startswith(nameless.MARK) else None


def rename(
    session: Session, organisation: Organisation, name: str, short_name: str, *, by: str, now: datetime
) -> None:
    """Another name or short name. The name it had is still understood.

    Raises:
        NotSo: another organisation has that name.
    """
    if key(name) != organisation.key:
        other = find(session, organisation.programme_id, name)
        if other is not None and other.id != organisation.id:
            raise NotSo(f"{other.name} is called that too. Merge the two instead")
        _know_as(session, organisation, organisation.key)
        session.execute(
            delete(OrganisationName).where(
                col(OrganisationName.programme_id) == organisation.programme_id,
                col(OrganisationName.key) == key(name),
            )
        )
    if (organisation.name, organisation.short_name) == (name, short_name):
        return
    organisation.name, organisation.short_name, organisation.key = name, short_name, key(name)
    session.add(organisation)
    _record(session, organisation, "organisation renamed", by, now)


def know_as(session: Session, organisation: Organisation, name: str, *, by: str, now: datetime) -> None:
    """People may write it like this too.

    Raises:
        NotSo: another organisation is called that.
    """
    other = find(session, organisation.programme_id, name)
    if other is not None and other.id != organisation.id:
        raise NotSo(f"{other.name} is called that. Merge the two instead")
    if other is None:
        _know_as(session, organisation, key(name))
        _record(session, organisation, "organisation name added", by, now)


def _know_as(session: Session, organisation: Organisation, spelling: str) -> None:
    session.add(
        OrganisationName(
            programme_id=organisation.programme_id, key=spelling, organisation_id=organisation.id
        )
    )
    session.flush()


def unknow_as(session: Session, organisation: Organisation, spelling: str, *, by: str, now: datetime) -> None:
    """Whoever writes it like this means another one, and is asked which. Who is in it already stays."""
    known = session.get(OrganisationName, (organisation.programme_id, spelling))
    if known is not None and known.organisation_id == organisation.id:
        session.delete(known)
        _record(session, organisation, "organisation name removed", by, now)


def attach(session: Session, organisation: Organisation, domain: str, *, by: str, now: datetime) -> None:
    """Addresses of this domain, and of those below it, speak for the organisation.

    Raises:
        NotSo: no domain, a public mailbox provider's, or another organisation's.
    """
    tidy = domain.strip().casefold().rpartition("@")[2].rstrip(".")
    if not A_DOMAIN.fullmatch(tidy):
        raise NotSo("Enter a domain like leeds.example.org")
    if tidy in PUBLIC_DOMAINS:
        raise NotSo(f"Anybody can have an address at {tidy}, so it says nothing about where they work")
    known = session.get(OrganisationDomain, (organisation.programme_id, tidy))
    if known is not None and known.organisation_id != organisation.id:
        owner = session.get_one(Organisation, known.organisation_id)
        raise NotSo(f"{tidy} belongs to {owner.name}. Remove it there first")
    if known is None:
        session.add(
            OrganisationDomain(
                programme_id=organisation.programme_id, domain=tidy, organisation_id=organisation.id
            )
        )
        _record(session, organisation, "organisation domain added", by, now)


def detach(session: Session, organisation: Organisation, domain: str, *, by: str, now: datetime) -> None:
    known = session.get(OrganisationDomain, (organisation.programme_id, domain))
    if known is not None and known.organisation_id == organisation.id:
        session.delete(known)
        _record(session, organisation, "organisation domain removed", by, now)


def merge(session: Session, kept: Organisation, gone: Organisation, *, by: str, now: datetime) -> None:
    """Make `gone` part of `kept`: its people, their history, its names and its domains.

    Whoever writes its name from now on means the one that stays.

    Raises:
        NotSo: it is one organisation, they are of two programmes, or one was merged a moment ago.
    """
    if kept.id == gone.id or kept.programme_id != gone.programme_id:
        raise NotSo("Choose another organisation")
    _hold(session, kept, gone)
    for table in (Membership, GroupMember, OrganisationName, OrganisationDomain, OrganisingTime):
        session.execute(
            update(table).where(col(table.organisation_id) == gone.id).values(organisation_id=kept.id),
            execution_options={"synchronize_session": False},
        )
    spelling, merged = gone.key, gone.id
    session.delete(gone)
    session.flush()
    _know_as(session, kept, spelling)
    _record(session, kept, MERGED, by, now, merged=merged)


def merged_into(session: Session, programme: int, gone: int, *, since: int = 0) -> Organisation | None:
    """The one that an organisation became part of, as the audit has it, which may have been merged since."""
    merges = select(AuditEntry).where(AuditEntry.programme_id == programme, AuditEntry.action == MERGED)
    later = merges.where(col(AuditEntry.id) > since).order_by(col(AuditEntry.id).desc())
    for entry in session.exec(later).all():
        if entry.facts.get("merged") == gone:
            kept = int(entry.subject.rpartition(" ")[2])
            found = one(session, programme, kept)
            return found or merged_into(session, programme, kept, since=entry.id or 0)
    return None


def _hold(session: Session, *those: Organisation) -> None:
    """Whoever joins one of them at this moment is in it by then. Everybody's places and conversations in them
    are about to change, so whoever changes those is waited for first.
    """
    programme = programmes.held(session, those[0].programme_id).id
    running = select(Round.id).where(Round.programme_id == programme).order_by(col(Round.id))
    session.execute(running.with_for_update())
    ids = [one.id for one in those]
    there = select(Organisation).where(col(Organisation.id).in_(ids)).order_by(col(Organisation.id))
    if len(session.scalars(there.with_for_update()).all()) < len(ids):
        raise NotSo("One of the two was merged a moment ago")


def _record(
    session: Session, organisation: Organisation, action: str, by: str, now: datetime, **facts: Any
) -> None:
    subject = f"organisation {organisation.id}"
    audit.record(session, by, action, now=now, programme=organisation.programme_id, subject=subject, **facts)
