"""Organisations: known by name, by the other names people write, and by email domain."""

import re
import unicodedata
from collections.abc import Iterable

from sqlmodel import Session, col, select

from web.models import Organisation, OrganisationDomain, OrganisationName, Programme

# A mailbox at one of these says nothing about where somebody works.
PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com live.co.uk msn.com yahoo.com "
    "yahoo.co.uk icloud.com me.com mac.com aol.com btinternet.com sky.com virginmedia.com talktalk.net "
    "ntlworld.com protonmail.com proton.me gmx.com gmx.co.uk fastmail.com mail.com zoho.com".split()
)


def key(name: str) -> str:
    """What two spellings of one name have in common: case, accents, punctuation and "&" do not count."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"[^\w\s]", "", plain)
    return " ".join(plain.split()).removeprefix("the ") or name.casefold().strip()


def find(session: Session, programme: int, name: str) -> Organisation | None:
    wanted = key(name)
    direct = session.exec(
        select(Organisation).where(Organisation.programme_id == programme, Organisation.key == wanted)
    ).one_or_none()
    if direct:
        return direct
    other = session.get(OrganisationName, (programme, wanted))
    return session.get(Organisation, other.organisation_id) if other else None


def find_or_add(session: Session, programme: int, name: str) -> Organisation:
    known = find(session, programme, name)
    if known:
        return known
    # Two people from one new organisation may press their buttons together: look again, one after the other.
    line = select(Programme.id).where(Programme.id == programme)
    session.exec(line.with_for_update(key_share=True))
    return find(session, programme, name) or add(session, programme, name)


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


def names(session: Session, programme: int) -> list[str]:
    """What the join form offers, in alphabetical order."""
    rows = session.exec(select(Organisation.name).where(Organisation.programme_id == programme))
    return sorted(rows, key=str.casefold)


def by_email(session: Session, programme: int, email: str) -> Organisation | None:
    """The organisation an address speaks for: its domain or a parent of it, never a public mailbox
    provider's.
    """
    labels = email.rpartition("@")[2].casefold().split(".")
    domains = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    found = session.exec(
        select(OrganisationDomain).where(
            OrganisationDomain.programme_id == programme,
            col(OrganisationDomain.domain).in_(set(domains) - PUBLIC_DOMAINS),
        )
    ).all()
    longest = max(found, key=lambda row: len(row.domain), default=None)
    return session.get(Organisation, longest.organisation_id) if longest else None
