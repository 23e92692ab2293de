"""Joining: a form, a message, a button.

What the form says waits as a request. Only the worker looks whether the address is known, and only the button
behind the confirmation makes anybody a participant.

    ConfirmedTooLate    the request behind a confirmation is gone
    AlreadyConfirmed    pressed twice, or from two tabs: they are in
    SomebodyElse        the address belongs to somebody of another name, whom nothing may overwrite
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from web.models import (
    Consent,
    Link,
    Membership,
    Person,
    Programme,
    Purpose,
    Request,
    RequestKind,
    Standing,
    VideoKind,
)
from web.models.columns import new_id
from web.services.common import (
    allowances,
    audit,
    links,
    mixing,
    names,
    phone_numbers,
    programmes,
    times,
    written_names,
)
from web.services.common.allowances import What
from web.services.common.contacts import address_key, by_email, recipient
from web.services.imports import doubles, known_elsewhere
from web.services.organisations import organisations
from web.tokens import Signer

# The wordings people agree to. A change of words is a new version.
WORDINGS = {"code of conduct": "2026-11", "privacy notice": "2026-12-01"}
CONFIRM_WITHIN = links.LIFE[Purpose.CONFIRM]


class ConfirmedTooLate(Exception):
    pass


class AlreadyConfirmed(Exception):
    def __init__(self, person: str) -> None:
        super().__init__()
        self.person = person


class SomebodyElse(Exception):
    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person


@dataclass(frozen=True)
class Details:
    """What the join form asks for, cleaned. `phone` is in E.164; `email` is empty for who joins by text, and
    `mix_choice` None for who was not asked.
    """

    name: str
    organisation: str
    email: str
    known_as: str = ""
    phone: str | None = None
    channel: Channel = Channel.EMAIL
    video_kind: VideoKind = VideoKind.NONE
    video_handle: str = ""
    about: str = ""
    happy_in_three: bool = True
    shares_email: bool = True
    shares_phone: bool = False
    shares_video: bool = False
    mix_choice: str | None = None

    @classmethod
    def from_request(cls, request: Request) -> "Details":
        values = dict(request.details)
        values["channel"], values["video_kind"] = Channel(values["channel"]), VideoKind(values["video_kind"])
        return cls(**values)

    def personal(self) -> dict[str, Any]:
        """The part that belongs to the person; the rest belongs to the membership."""
        values = asdict(self)
        for name in ("organisation", "happy_in_three", "mix_choice", "email"):
            del values[name]
        return values


def ask_to_join(
    session: Session, programme: Programme, details: Details, *, signer: Signer, now: datetime
) -> Request:
    """Keep what the form said. The same statements run whoever it is."""
    request = Request(
        kind=RequestKind.JOIN,
        programme_id=programme.id,
        address_key=address_key(signer, details.email),
        details=asdict(details),
        received_at=now,
    )
    session.add(request)
    return request


def answer(session: Session, request: Request, *, now: datetime) -> None:
    """Write to the address a join form named: how to confirm, or that they are in already. Whoever never
    asked hears of it only so often a day.
    """
    programme = session.get_one(Programme, request.programme_id)
    details = Details.from_request(request)
    person = by_email(session, details.email)
    if person is None and not allowances.take(session, What.STRANGERS, request.address_key, now=now):
        return
    membership = session.get(Membership, (programme.id, person.id)) if person else None
    if person and membership and membership.standing in (Standing.ACTIVE, Standing.SUSPENDED):
        page = links.make(session, Purpose.FULL_PAGE, person.id, now=now)
        to = recipient(person, by_email_only=True)
        message: messages.Message = messages.AlreadyIn(programmes.facts(programme), page)
        request.details = {}
    else:
        if person:
            request.person = person.id
        confirm = links.make(session, Purpose.CONFIRM, request.person, now=now, subject=request.id)
        to = messages.Recipient(request.person, "", Channel.EMAIL, email=details.email)
        message = messages.Confirm(programmes.facts(programme), confirm)
    outbox.queue(session, message, to, subject=request.about, programme=programme.slug, now=now)


def request_behind(session: Session, link: Link) -> Request:
    """What a confirmation link is about.

    Raises:
        ConfirmedTooLate: nobody pressed in time and the details are gone.
        AlreadyConfirmed: the button was pressed before.
    """
    if link.used_at:
        raise AlreadyConfirmed(link.person)
    # Who joins by text may have two links to one request, and answer it by a text as well.
    request = session.get(Request, link.subject, with_for_update=links.is_writing(session))
    if request is None or not request.details:
        raise ConfirmedTooLate
    return request


def confirm(
    session: Session, link: Link, *, source: str, now: datetime, replaces: str | None = None
) -> Person:
    """Make a participant of whoever pressed the button; a second press changes nothing. `replaces` is the id
    of somebody whose name and details these are from now on, because they have said so.

    Raises:
        SomebodyElse: the address is somebody's of another name; nothing has changed.
        ConfirmedTooLate, AlreadyConfirmed: see `request_behind`.
    """
    request = request_behind(session, link)
    programme = session.get_one(Programme, request.programme_id)
    details = Details.from_request(request)
    person = _person_of(session, request, details, now, replaces)
    outbox.readdress(session, recipient(person))
    came = enter(session, programme, person, details, source=source, now=now)
    link.used_at, request.details = now, {}
    if not came:
        audit.record(
            session, person.id, "sent the form again", now=now, programme=programme.id, subject=person.id
        )
    return person


def somebody_else(session: Session, details: Details) -> Person | None:
    """Whose the address is, if they are called otherwise: a mailbox may have several readers."""
    known = by_email(session, details.email)
    return known if known and _is_somebody_else(known, details) else None


def _is_somebody_else(known: Person, details: Details) -> bool:
    """A title, another order, an initial or a slip of the keys makes nobody else."""
    if not known.name:
        return False
    one, other = written_names.bare(known.name), written_names.bare(details.name)
    short, long = sorted((one.rstrip("."), other.rstrip(".")), key=len)
    return not (doubles.same_name(one, other) or (" " in short and long.startswith(short)))


def ask_elsewhere(session: Session, link: Link, email: str, *, signer: Signer, now: datetime) -> None:
    """Who reads somebody else's mailbox joins by an address of their own: it is asked anew.

    Raises:
        ConfirmedTooLate, AlreadyConfirmed: see `request_behind`.
    """
    request = request_behind(session, link)
    details = replace(Details.from_request(request), email=email)
    ask_to_join(session, session.get_one(Programme, request.programme_id), details, signer=signer, now=now)
    link.used_at, request.details = now, {}


def _person_of(
    session: Session, request: Request, details: Details, now: datetime, replaces: str | None
) -> Person:
    """Who has this address, with these details; ours until commit. Two forms with one address may both have
    been answered, and both buttons be pressed at once: the later one finds the person the other made.
    """
    known = by_email(session, details.email, lock=True)
    if known is None:
        # Whose id it was may have moved to another address since, or have been erased.
        taken = session.get(Person, request.person) is not None
        made = Person(id=new_id() if taken else request.person, created_at=now)
        try:
            with session.begin_nested():
                _write_details(session, made, details)
            return made
        except IntegrityError:
            known = by_email(session, details.email, lock=True)
    if known is None:
        raise ConfirmedTooLate
    if known.id != replaces and _is_somebody_else(known, details):
        raise SomebodyElse(known)
    _write_details(session, known, details)
    return known


def _write_details(session: Session, person: Person, details: Details) -> None:
    phone_numbers.give(session, person, details.phone)
    names.rename(session, person, written_names.in_order(details.name))
    values = details.personal()
    del values["name"]
    for field, value in values.items():
        setattr(person, field, value)
    person.email, person.email_key = details.email, addresses.email_key(details.email)
    session.add(person)
    session.flush()


def enter(
    session: Session, programme: Programme, person: Person, details: Details, *, source: str, now: datetime
) -> bool:
    """Give who has confirmed their place in a programme, with their consents, and welcome them.

    Returns False for who was in already, from another form: they have been welcomed.

    Raises:
        programmes.Ends: nobody joins any more.
    """
    programmes.must_go_on(programme)
    organisation = organisations.find_or_add(session, programme.id, details.organisation)
    key = (programme.id, person.id)
    known = session.get(Membership, key, with_for_update=True, populate_existing=True)
    was_in = known is not None and known.standing is Standing.ACTIVE
    membership = known or Membership(
        programme_id=programme.id,
        person_id=person.id,
        organisation_id=organisation.id,
        joined_at=now,
        name_key=names.filed_under(person.name),
    )
    membership.organisation_id = organisation.id
    if membership.standing is not Standing.SUSPENDED:
        # Who left, and comes back after a draw, has come late.
        membership.joined_at = membership.joined_at if was_in else now
        membership.standing, membership.left_at = Standing.ACTIVE, None
        membership.silent_since = None
    membership.happy_in_three = details.happy_in_three
    if details.mix_choice is not None:
        membership.mix_choice = mixing.choice(programme, details.mix_choice)
    session.add(membership)
    record_consents(session, person.id, programme.id, source=source, now=now)
    if not was_in:
        welcome(session, programme, person, now=now)
    return not was_in


def welcome(session: Session, programme: Programme, person: Person, *, now: datetime) -> None:
    """Write down that somebody has joined, and to them."""
    audit.record(session, person.id, "joined", now=now, programme=programme.id, subject=person.id)
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    next_round = programmes.next_round_on(programme, times.today(now))
    top_up_on = programmes.top_up_on(session, programme, times.today(now))
    facts = programmes.facts(programme, messages.Welcome)
    message = messages.Welcome(facts, page, next_round, top_up_on)
    to, subject = recipient(person), f"joined {now.isoformat()}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def record_consents(session: Session, person: str, programme: int, *, source: str, now: datetime) -> None:
    known_elsewhere.forget(session, person, programme)
    for wording, version in WORDINGS.items():
        session.add(
            Consent(
                person_id=person,
                programme_id=programme,
                wording=wording,
                version=version,
                given_at=now,
                source=source,
            )
        )


def forget_unconfirmed(session: Session, *, now: datetime) -> int:
    """Drop what people asked for and never confirmed; returns how many. Their confirmations are blanked too.

    A request nobody has answered yet stays: its link has not begun to live.
    """
    # Several workers sweep at once: each takes what no other has.
    stale = session.exec(
        select(Request)
        .where(col(Request.handled_at) < now - CONFIRM_WITHIN - timedelta(hours=24))
        .with_for_update(skip_locked=True)
    ).all()
    for request in stale:
        if session.get(Person, request.person) is None:
            outbox.forget(session, request.person)
        session.delete(request)
    return len(stale)
