"""Organisations of a programme that may be one: told to organisers until they say what they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from web.models import (
    Membership,
    Organisation,
    OrganisationDomain,
    OrganisationName,
    OrganisationsApart,
    Person,
)
from web.services.common import audit
from web.services.evidence import nameless
from web.services.organisations import likeness, organisations
from web.services.organisations.likeness import Register
from web.services.organisations.spelling import key

MOST_MISSPELT = 500  # organisations compared letter by letter with each other: 0.1 s
MOST_PEOPLE = 2_000  # whose addresses are looked at each time a first page is opened


@dataclass(frozen=True)
class Doubt:
    """Two organisations that may be one. `kept` is that which would stay: a council by its official name, or
    the one that was there first.
    """

    kept: Organisation
    other: Organisation
    why: str

    @property
    def both(self) -> frozenset[int]:
        return frozenset((self.kept.id, self.other.id))


def of_programme(session: Session, programme: int) -> list[Doubt]:
    """Every two that may be one, by their names or because people of one have the other's domain."""
    there = {
        one.id: one
        for one in session.exec(
            select(Organisation)
            .where(Organisation.programme_id == programme, nameless.has_name())
            .order_by(col(Organisation.id))
        )
    }
    apart = {
        frozenset((row.one, row.other))
        for row in session.exec(
            select(OrganisationsApart).where(OrganisationsApart.programme_id == programme)
        )
    }
    found: dict[frozenset[int], str] = {}
    for pair in _by_name(there, _spellings(session, programme, there)):
        found.setdefault(pair, "by their names")
    for pair, domain in _by_domain(session, programme):
        found.setdefault(pair, f"people of both have addresses at {domain}")
    return [
        _doubt(sorted(pair), there, why)
        for pair, why in found.items()
        if pair not in apart and pair <= there.keys()
    ]


def _doubt(pair: Sequence[int], there: Mapping[int, Organisation], why: str) -> Doubt:
    first, second = (there[one] for one in pair)
    is_official = [bool(likeness.other_official_names(one.key)) for one in (first, second)]
    kept, other = (second, first) if is_official == [False, True] else (first, second)
    return Doubt(kept, other, why)


def _spellings(session: Session, programme: int, there: Mapping[int, Organisation]) -> dict[int, list[str]]:
    found = {id_: [one.key, *([key(one.short_name)] if one.short_name else [])] for id_, one in there.items()}
    for row in session.exec(select(OrganisationName).where(OrganisationName.programme_id == programme)):
        if row.organisation_id in found:
            found[row.organisation_id].append(row.key)
    return found


def _by_name(
    there: Mapping[int, Organisation], spellings: Mapping[int, Sequence[str]]
) -> Iterator[frozenset[int]]:
    """Each beside those before it, in either direction: a short name first, or its full name."""
    looks_closely = len(there) <= MOST_MISSPELT
    ids = list(there)
    for order in (ids, ids[::-1]):
        register = Register()
        for id_ in order:
            for spelling in spellings[id_]:
                sure = register.sure(spelling)
                near = [sure] if sure else register.likely(spelling)
                if not near and looks_closely:
                    near = register.alike(spelling)
                yield from (frozenset((id_, int(one))) for one in near if int(one) != id_)
            for spelling in spellings[id_]:
                register.add(str(id_), spelling)


def _by_domain(session: Session, programme: int) -> Iterator[tuple[frozenset[int], str]]:
    owners = {
        row.domain: row.organisation_id
        for row in session.exec(
            select(OrganisationDomain).where(OrganisationDomain.programme_id == programme)
        )
        if row.domain not in organisations.PUBLIC_DOMAINS
    }
    if not owners:
        return
    people = session.execute(
        select(col(Person.email_key), col(Membership.organisation_id))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            col(Membership.programme_id) == programme,
            col(Membership.name_key).is_not(None),
            col(Person.email_key).is_not(None),
        )
        .limit(MOST_PEOPLE + 1)
    ).all()
    for email, organisation in people if len(people) <= MOST_PEOPLE else ():
        domain = email.rpartition("@")[2]
        if domain in owners and owners[domain] != organisation:
            yield frozenset((owners[domain], organisation)), domain


def keep_apart(session: Session, one: Organisation, other: Organisation, *, by: str, now: datetime) -> None:
    """They are two, whatever they look like. A second time changes nothing.

    Raises:
        organisations.NotSo: it is one organisation, or they are of two programmes.
    """
    if one.id == other.id or one.programme_id != other.programme_id:
        raise organisations.NotSo("Choose another organisation")
    first, second = sorted((one.id, other.id))
    if session.get(OrganisationsApart, (first, second)) is None:
        session.add(OrganisationsApart(one=first, other=second, programme_id=one.programme_id, since=now))
        audit.record(
            session,
            by,
            "organisations told apart",
            now=now,
            programme=one.programme_id,
            subject=f"organisation {first}",
            other=second,
        )
