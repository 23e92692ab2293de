"""What becomes of each row of a file of people."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from notifications import addresses
from notifications.errors import BadAddress
from web.models import (
    Membership,
    OrganisationDomain,
    PassedOverKind,
    Person,
    Standing,
)
from web.models.folding import folded
from web.models.imports import Outcome
from web.models.programmes import LONGEST_CHOICE
from web.services.common import name_checks, passed_over, written_names
from web.services.common.name_checks import Fault
from web.services.common.spreadsheets import BadFile, Row, Sheet
from web.services.imports import doubles, known_elsewhere, standings
from web.services.imports.doubles import People
from web.services.organisations import organisations, spelling
from web.sizes import MOST_ORGANISATIONS

MOST_DOMAINS = 5  # of one organisation in a file, looked at to see whether two are one
# Programs write them where there is none, and some people are called so.
ODD_NAMES = frozenset({"null", "test", "nil", "nan"})
OF_NOBODY = frozenset(
    ("retired", "self employed", "selfemployed", "freelance", "freelancer", "independent", "individual",
     "unemployed", "other", "various", "personal", "private", "resident", "member of the public")
)  # fmt: skip
SEVERAL = re.compile(r"\S\s*(?:&|\+|/|;|\band\b)\s*\S")  # "Ann Lee & Tom Field"
OF_SEVERAL = frozenset({"name", "email", "phone"})  # where each line of a cell may be another one
MOST_NUMBERS = 5  # in a cell that are looked at
BETWEEN_NUMBERS = re.compile(r"[/;,&|\n]|\bor\b")
# As programs show large numbers: 4.47701E+11 was longer, 4.47700900123E+11 has all that there was.
A_ROUNDED = re.compile(r"\d[.,]\d{1,8}E\+?(0?9|1[01])", re.IGNORECASE)
ALL_DIGITS = re.compile(r"4\.4\d{10}E\+?11|7\.\d{9}E\+?0?9", re.IGNORECASE)
NO_WORDS = re.compile(r"^[=+]|@")  # a formula, an address
LONGEST = {"name": 80, "known_as": 40, "organisation": 120}
AS = ", as "  # of somebody here whose address stands under another name in a file
ALREADY = {
    Standing.INVITED: "invited already",
    Standing.NOTIFIED: "taken over already",
    Standing.ACTIVE: "here already",
    Standing.LEFT: "has left; they can join again themselves",
    Standing.SUSPENDED: "suspended",
}
HIDDEN = "row: is hidden or struck out in the workbook"
SAID_NO = "row: has said no to this programme before; they can join by the form"
Found = dict[str, Any]
Noes = dict[str, tuple[int, str]]


@dataclass
class KnownPeople:
    """Whom the programme has already, and what was seen further up in the file."""

    emails: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # who, as what, and their name
    phones: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)
    people: People = field(default_factory=People)
    domains: dict[str, str] = field(default_factory=dict)
    has_said_no: Callable[[str], bool] = lambda _email_key: False


@dataclass
class Names:
    """The organisations that stand in a file: for each key, how often it is spelt how, and the email domains
    of who is there.
    """

    spellings: dict[str, dict[str, int]] = field(default_factory=dict)
    domains: dict[str, set[str]] = field(default_factory=dict)

    def note(self, sheet: Sheet, columns: Mapping[str, int], rows: Iterable[Row]) -> None:
        """Note those of some rows.

        Raises:
            BadFile: there are so many that it must be the column of something else.
        """
        place, email = columns["organisation"], columns.get("email")
        for number, cells in rows:
            if sheet.is_hidden(number):
                continue
            name = _in_a_line(cells[place])
            if _may_be_called(name):
                counts = self.spellings.setdefault(organisations.key(name), {})
                counts[name] = counts.get(name, 0) + 1
                self._note_domain(organisations.key(name), cells[email] if email is not None else "")
            if len(self.spellings) > MOST_ORGANISATIONS:
                problem = f"at most {MOST_ORGANISATIONS:,} different organisations; is it the right column?"
                raise BadFile(sheet.file, problem, row=number, column=sheet.header[place])

    def _note_domain(self, key: str, email: str) -> None:
        domain, own = email.rpartition("@")[2].strip(" >;,.").casefold(), self.domains.setdefault(key, set())
        if domain and len(own) < MOST_DOMAINS and domain not in organisations.PUBLIC_DOMAINS:
            own.add(domain)

    def rows(self) -> dict[str, int]:
        """In how many rows each stands: once per key, in its most frequent spelling."""
        return {
            max(counts, key=lambda name: counts[name]): sum(counts.values())
            for counts in self.spellings.values()
        }


def _may_be_called(organisation: str) -> bool:
    fits = 0 < len(organisation) <= LONGEST["organisation"]
    return fits and not spelling.says_none(organisation) and not _fault("organisation", organisation)


def known(session: Session, programme: int, key: bytes) -> KnownPeople:
    """One read of everybody: 100,000 people take about a second. `key` is the suppression list's."""
    refused = passed_over.any_of(session, PassedOverKind.INVITATION, key=key)
    found = KnownPeople(has_said_no=lambda email: refused(passed_over.invitation(programme, email)))
    rows = session.execute(
        select(
            col(Person.id),
            col(Person.name),
            col(Person.email_key),
            col(Person.phone),
            col(Membership.standing),
            col(Membership.organisation_id),
            col(Membership.name_key),
        )
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(col(Membership.programme_id) == programme, col(Membership.name_key).is_not(None))
    )
    written = known_elsewhere.as_written(session, programme)
    for id_, name, email, phone, standing, organisation, name_key in rows:
        if said := written.get(id_):
            name, phone, name_key = said.name, said.phone, folded(said.name)
        if email:
            found.emails[email] = (id_, ALREADY[standing], name)
        if phone:
            found.phones[phone] = (id_, name)
        found.people.add(str(organisation), name_key, f"{name}, who is here")
    for domain, organisation in session.execute(
        select(col(OrganisationDomain.domain), col(OrganisationDomain.organisation_id)).where(
            col(OrganisationDomain.programme_id) == programme
        )
    ):
        found.domains[domain] = str(organisation)
    return found


def check(
    sheet: Sheet,
    columns: Mapping[str, int],
    targets: Mapping[str, str],
    here: KnownPeople,
) -> Iterator[Found]:
    """What becomes of each row, one after the other. About 0.1 ms each."""
    asks = columns.get("wants")
    told = standings.columns(sheet.header, set(columns.values()))
    told += [standings.an_answer(asks)] if asks is not None else []
    noes = _noes(sheet, columns, told) if told else {}
    for row in sheet.rows:
        yield _row(row, sheet, columns, targets, here, told, noes)


def _noes(sheet: Sheet, columns: Mapping[str, int], told: Sequence[standings.Column]) -> Noes:
    """The last row of each address that says that somebody wants no more of it, and what it says. Of a form
    that somebody has sent twice, the second answer counts.
    """
    found: Noes = {}
    for number, cells in sheet.rows:
        try:
            _wants_it_still(sheet, cells, told)
        except _WantsNoMore as wants:
            with suppress(_WrongPerson):
                found[_email(cells[columns["email"]])[1]] = number, str(wants).removeprefix("row: ")
    return found


def _in_a_line(cell: str) -> str:
    return " ".join(cell.split())


class _WrongPerson(Exception):
    pass


class _WantsNoMore(_WrongPerson):
    pass


def _row(
    row: Row,
    sheet: Sheet,
    columns: Mapping[str, int],
    targets: Mapping[str, str],
    here: KnownPeople,
    told: Sequence[standings.Column],
    noes: Noes,
) -> Found:
    number, cells = row
    said = {
        key: cells[place] if key in OF_SEVERAL else _in_a_line(cells[place]) for key, place in columns.items()
    }
    read: Found = {"name": _name(said), "organisation": said.get("organisation", ""), "email": said["email"]}
    found: Found = {"number": number, "cells": read, "why": "", "person_id": None}
    try:
        if sheet.is_hidden(number):
            raise _WantsNoMore(HIDDEN)
        if sheet.is_shifted(cells):
            raise _WrongPerson("row: more cells than the header has columns")
        rests = _wants_it_still(sheet, cells, told)
        _readable("name", read["name"])
        remarks = [*_about_name(said, read["name"]), *rests]
        read["known_as"] = _known_as(said.get("known_as", ""))
        read["mix"] = said.get("mix", "")[:LONGEST_CHOICE]
        email, key = _email(read["email"])
        later, says = noes.get(key, (0, ""))
        if later > number:
            raise _WantsNoMore(f"row: has the address of row {later}, where {says}")
        if key not in here.emails and here.has_said_no(key):
            raise _WantsNoMore(SAID_NO)
        target = _organisation(read["organisation"], key, targets, here)
        phone, remark = _phone(said.get("phone", ""))
        remarks += [remark] if remark else []
        if organisations.key(read["organisation"]) in OF_NOBODY:
            remarks.append(f"“{read['organisation']}” is one organisation here: who is from it seldom meet")
    except _WrongPerson as wrong:
        read["wants_no_more"] = isinstance(wrong, _WantsNoMore)
        return found | {"outcome": Outcome.ERROR, "why": str(wrong)}
    read |= {"email": email, "email_key": key, "target": target, "phone": phone}
    outcome, why, person = _place(number, read, here)
    return found | {"outcome": outcome, "why": "; ".join([why] if why else remarks), "person_id": person}


def _wants_it_still(sheet: Sheet, cells: Sequence[str], told: Sequence[standings.Column]) -> list[str]:
    """What an organiser should know of who takes a break."""
    says = {column: f"“{sheet.header[column.place]}” says “{cells[column.place][:40]}”" for column in told}
    for column in told:
        if column.is_no_more(cells[column.place]):
            raise _WantsNoMore(f"row: {says[column]}")
    return [says[column] for column in told if standings.is_rest(cells[column.place])]


def _name(said: Mapping[str, str]) -> str:
    """In one column, also as "Field, Tom"; halves in two are put together."""
    if "name" in said:
        return written_names.in_order(said["name"])
    return " ".join(filter(None, (said.get("first_name", ""), said.get("last_name", ""))))


def _readable(column: str, cell: str) -> None:
    if not cell:
        raise _WrongPerson(f"{column}: is empty")
    if len(cell) > LONGEST[column]:
        raise _WrongPerson(f"{column}: at most {LONGEST[column]} letters; this has {len(cell):,}")
    if fault := _fault(column, cell):
        raise _WrongPerson(f"{column}: {fault.told}")


def _fault(column: str, cell: str) -> Fault | None:
    """What shows nothing says that there is none, as "-" does. Lists have an email address where they have no
    name: it is asked about, and leaves nobody out.
    """
    found = name_checks.of_a_body(cell) if column == "organisation" else name_checks.of_a_person(cell)
    is_address = found is Fault.EMAIL and " " not in cell
    return None if is_address or found is Fault.NOTHING else found


def _about_name(said: Mapping[str, str], name: str) -> list[str]:
    """What an organiser should know of how a name was read."""
    if written_names.is_missing(name):
        raise _WrongPerson(f"name: “{name[:20]}” is no name")
    whole_names = [line for line in said.get("name", "").split("\n") if len(line.split()) > 1]
    if len(whole_names) > 1:
        return [f"is “{', '.join(whole_names)}” one person?"]
    if "name" in said and name != _in_a_line(said["name"]):
        return [f"from “{said['name']}”"]
    is_place = folded(name) == folded(said.get("organisation", ""))
    if is_place or name.casefold() in ODD_NAMES or NO_WORDS.search(name) or written_names.is_post(name):
        return [f"is “{name}” a name?"]
    return [f"is “{name}” one person?"] if SEVERAL.search(name) else []


def _known_as(cell: str) -> str:
    if cell:
        _readable("known_as", cell)
    return written_names.asked_for(cell)


def _email(cell: str) -> tuple[str, str]:
    try:
        email = addresses.email(cell)
    except BadAddress as error:
        raise _WrongPerson(f"email: {error}") from error
    local, _, domain = email.rpartition("@")
    if domain.isascii():
        return email, f"{local}@{domain}".casefold()
    return email, addresses.email_key(email)


def _organisation(name: str, email_key: str, targets: Mapping[str, str], here: KnownPeople) -> str:
    """An empty cell, or "N/A", is filled by the address, where its domain speaks for an organisation."""
    if not name or spelling.says_none(name):
        domain = own = email_key.rpartition("@")[2]
        while domain:
            if domain in here.domains and domain not in organisations.PUBLIC_DOMAINS:
                return here.domains[domain]
            domain = domain.partition(".")[2]
        if own not in organisations.PUBLIC_DOMAINS:
            what = f"“{name[:20]}” is none" if name else "is empty"
            raise _WrongPerson(f"organisation: {what}, and no organisation has the domain {own}")
    if name and spelling.says_none(name):
        raise _WrongPerson(f"organisation: “{name[:20]}” is none")
    _readable("organisation", name)
    return targets[organisations.key(name)]


def _phone(cell: str) -> tuple[str | None, str]:
    """A number, or None and what we say of one that cannot be texted: nobody is left out for that. Of several
    in a cell it is the mobile, if only one is.
    """
    if not cell or written_names.is_missing(cell):
        return None, ""
    if A_ROUNDED.fullmatch(cell):
        return None, f"without the phone number, of which a spreadsheet program has left {cell}"
    found = {number for part in BETWEEN_NUMBERS.split(cell, MOST_NUMBERS) if (number := _mobile(part))}
    if len(found) == 1:
        return found.pop(), ""
    return (
        None,
        "without the phone number, which is no UK mobile" if not found else "without its phone numbers",
    )


def _mobile(part: str) -> str | None:
    try:
        # Programs write what they take for a sum with ".0", and round it: six zeros are nobody's number.
        digits = part.strip().removesuffix(".0")
        digits = str(int(Decimal(digits))) if ALL_DIGITS.fullmatch(digits) else digits
        return None if digits.endswith("000000") else addresses.phone(digits)
    except BadAddress:
        return None


def _if_another(name: str, read: str, before: str) -> str:
    """What to do about two names at one address; nothing where they are the same, but for a title say."""
    one, other = (written_names.bare(said) or folded(said) for said in (name, read))
    if doubles.same_name(one, other):
        return ""
    return f"{before}{name}: somebody else needs an address of their own"


def _place(number: int, read: Mapping[str, Any], here: KnownPeople) -> tuple[Outcome, str, str | None]:
    email, phone, target = read["email_key"], read["phone"], read["target"]
    if email in here.rows:
        row, name = here.rows[email]
        return Outcome.DOUBLE, f"has the address of row {row}" + _if_another(name, read["name"], ", "), None
    here.rows[email] = (number, read["name"])
    if email in here.emails:
        person, standing, name = here.emails[email]
        return Outcome.HERE, standing + _if_another(name, read["name"], AS), person
    name_key = folded(read["name"])
    same_phone = here.phones.get(phone) if phone else None
    like = here.people.like(target, name_key)
    if phone:
        here.phones.setdefault(phone, (None, f"row {number}"))
    here.people.add(target, name_key, f"row {number}")
    if same_phone:
        return Outcome.LIKELY, f"has the phone number of {same_phone[1]}", same_phone[0]
    return (Outcome.LIKELY, f"is called like {like}", None) if like else (Outcome.NEW, "", None)
