"""A participant's own page: what they may change, one programme at a time.

HasBegun            what was said was about a round that has begun meanwhile; `.round`
BadPause            a pause that ends before it starts; says what to do
BadCode             not the code we sent, too old, or tried too often; says what to do
TooManyCodes        three codes a number a day, and three numbers a person
TooManyAddresses    three new addresses a person a day
TooManyLinks        three fresh links a person an hour
"""

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.models import (
    Block,
    Consent,
    Membership,
    Organisation,
    Person,
    PhoneCode,
    Programme,
    Purpose,
    Request,
    RequestKind,
    Round,
    RoundState,
    Standing,
    VideoKind,
)
from web.services.common import allowances, audit, links, programmes, times
from web.services.common.allowances import What
from web.services.evidence import nameless
from web.services.organisations import organisations
from web.services.people.joining import address_key, by_email, recipient
from web.services.rounds import dropouts, pots
from web.tokens import Signer

HOW_OFTEN = {1: "every", 2: "every second", 3: "every third"}
LONGEST_PAUSE = timedelta(days=730)
LINKS_AN_HOUR = 3
TRIES_A_CODE = 5
CODE_LIFE = timedelta(minutes=10)


class HasBegun(Exception):
    """`round` is None where it is not one that we sent."""

    def __init__(self, round_: Round | None) -> None:
        self.round = round_


class BadPause(Exception):
    pass


class BadCode(Exception):
    pass


class TooManyCodes(Exception):
    pass


class TooManyAddresses(Exception):
    pass


class TooManyLinks(Exception):
    pass


@dataclass(frozen=True)
class Section:
    """One programme on the personal page."""

    programme: Programme
    membership: Membership
    organisation: Organisation
    next_number: int
    resting: bool


@dataclass(frozen=True)
class Edit:
    """What the edit form may change. `phone` is in E.164."""

    name: str
    email: str
    phone: str | None
    channel: Channel
    video_kind: VideoKind
    video_handle: str
    about: str
    shares_email: bool
    shares_phone: bool
    shares_video: bool


def sections(session: Session, person: Person) -> list[Section]:
    rows = session.exec(
        select(Programme, Membership, Organisation)
        .join(Membership, col(Membership.programme_id) == Programme.id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(Programme.name)
    )
    return [
        Section(*row, number := pots.next_number(session, row[0].id), resting=_rests(session, row[1], number))
        for row in rows
    ]


def _rests(session: Session, membership: Membership, number: int) -> bool:
    return membership.person_id in pots.resting(
        session, membership.programme_id, number, membership.person_id
    )


def is_in_next(session: Session, membership: Membership, today: date) -> bool:
    """Are they in the next round, unless they say otherwise?"""
    paused = membership.silent_since or (membership.paused_until and membership.paused_until > today)
    is_here = membership.standing is Standing.ACTIVE and not membership.skips_next and not paused
    return is_here and not _rests(session, membership, pots.next_number(session, membership.programme_id))


def begun_since(session: Session, programme: Programme, moment: datetime) -> Round | None:
    """The round that was the next one then, if it has been sent since."""
    sent = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    return session.exec(sent.where(col(Round.sent_at) > moment).order_by(col(Round.number))).first()


def _must_be_next(session: Session, membership: Membership, number: int) -> None:
    # Who sends a round holds the memberships: after this line it is sent, or waits for what we say.
    session.refresh(membership, with_for_update=True)
    if number < pots.next_number(session, membership.programme_id):
        its_own = (Round.programme_id == membership.programme_id, Round.number == number)
        sent = select(Round).where(*its_own, Round.state == RoundState.SENT)
        raise HasBegun(session.exec(sent).first())


def skip_next(
    session: Session, membership: Membership, skips: bool, *, of: int | None = None, now: datetime
) -> None:
    """Out of the next round, or in it after all. `of` is the number of the round they were shown.

    Raises:
        HasBegun: the round they were shown is not the next one any more; nothing is changed.
    """
    if of is not None:
        _must_be_next(session, membership, of)
    membership.skips_next, membership.silent_since = skips, None
    _changed(session, membership, "skips the next round" if skips else "is in the next round", now)


def pause(session: Session, membership: Membership, until: date, *, now: datetime) -> None:
    """Out of every round before `until`, back in on that day.

    Raises:
        BadPause: a day that has been, or one more than two years away.
    """
    today = times.today(now)
    if until <= today:
        raise BadPause("Choose a day after today")
    if until > today + LONGEST_PAUSE:
        raise BadPause("Choose a day within two years, or leave instead")
    membership.paused_until, membership.silent_since = until, None
    _changed(session, membership, "paused", now)


def resume(session: Session, membership: Membership, *, of: int | None = None, now: datetime) -> None:
    """Back from a pause, a skip or from having left. Who is suspended or only invited stays so.

    Raises:
        HasBegun: the round they were shown, `of`, is not the next one any more; nothing is changed.
        programmes.Ends: they had left a programme that nobody joins any more.
    """
    if of is not None:
        _must_be_next(session, membership, of)
    if membership.standing is Standing.LEFT:
        programmes.must_go_on(session.get_one(Programme, membership.programme_id))
    membership.paused_until, membership.silent_since, membership.skips_next = None, None, False
    if membership.standing is Standing.LEFT:
        membership.standing, membership.left_at = Standing.ACTIVE, None
    _changed(session, membership, "is back", now)


def leave(session: Session, membership: Membership, *, now: datetime) -> None:
    """Out of this programme from now on. What they were part of stays; a second press changes nothing.

    Only who is in can leave: from a suspension or an invitation this would be a way around.
    """
    if membership.standing is not Standing.ACTIVE:
        return
    membership.standing, membership.left_at = Standing.LEFT, now
    _changed(session, membership, "left", now)
    programme = session.get_one(Programme, membership.programme_id)
    person = session.get_one(Person, membership.person_id)
    dropouts.withdraw_everywhere(session, person.id, programme=programme.id, now=now)
    outbox.cancel(session, kind=messages.CheckIn.kind, person=person.id, programme=programme.slug)
    rejoin = links.open_page(f"/p/{programme.slug}/join")
    outbox.queue(
        session,
        messages.Left(programmes.facts(programme), rejoin),
        recipient(person),
        subject=f"left {now.isoformat()}",
        programme=programme.slug,
        now=now,
    )


def set_happy_in_three(session: Session, membership: Membership, happy: bool, *, now: datetime) -> None:
    membership.happy_in_three = happy
    _changed(session, membership, "happy in a three" if happy else "rather not in a three", now)


def set_how_often(session: Session, membership: Membership, every: int, *, now: datetime) -> None:
    """Take part in every round, every second or every third, counted from the last one they were in."""
    membership.every = every
    _changed(session, membership, f"takes part in {pots.HOW_OFTEN[every]}", now)


def set_availability(session: Session, person: Person, blocks: Collection[Block], *, now: datetime) -> None:
    person.availability = [block.value for block in Block if block in blocks]
    session.add(person)
    audit.record(session, person.id, "said when they are free", now=now, subject=person.id)


def set_organisation(session: Session, membership: Membership, name: str, *, now: datetime) -> None:
    organisation = organisations.find_or_add(session, membership.programme_id, name)
    before, membership.organisation_id = membership.organisation_id, organisation.id
    _changed(session, membership, "changed organisation", now)
    nameless.forget(session, membership.programme_id, {before} - {organisation.id})


def has_agreed(session: Session, person: str, programme: Programme) -> bool:
    """Did they ever say yes to this programme's wordings?"""
    given = select(Consent.id).where(Consent.person_id == person, Consent.programme_id == programme.id)
    return session.exec(given).first() is not None


def _changed(session: Session, membership: Membership, action: str, now: datetime) -> None:
    session.add(membership)
    audit.record(
        session,
        membership.person_id,
        action,
        now=now,
        programme=membership.programme_id,
        subject=membership.person_id,
    )


def edit(session: Session, person: Person, change: Edit, *, signer: Signer, now: datetime) -> bool:
    """Change what is known of somebody. A new email address waits until it is confirmed from its own mailbox.

    Returns whether such a confirmation has been asked for: the worker sends it, within the limits of every
    open form.

    Raises:
        TooManyAddresses: it would be the fourth today; nothing is changed.
    """
    moves = bool(change.email) and addresses.email_key(change.email) != person.email_key
    if moves and not allowances.take(session, What.ADDRESSES, person.id, now=now):
        raise TooManyAddresses
    if person.phone != change.phone:
        person.phone_verified_at = None
    values = asdict(change)
    email = values.pop("email")
    for field, value in values.items():
        setattr(person, field, value)
    session.add(person)
    audit.record(session, person.id, "edited details", now=now, subject=person.id)
    outbox.readdress(session, recipient(person))
    if not moves:
        person.email = email or person.email
        return False
    request = Request(
        kind=RequestKind.NEW_ADDRESS,
        address_key=address_key(signer, email),
        person=person.id,
        details={"email": email},
        received_at=now,
    )
    session.add(request)
    return True


def answer_new_address(session: Session, request: Request, *, now: datetime) -> None:
    """Write to the new address; the name is left out, because whoever typed the address chose the name."""
    confirm = links.make(session, Purpose.NEW_ADDRESS, request.person, now=now, subject=request.id)
    to = messages.Recipient(request.person, "", Channel.EMAIL, email=request.details["email"])
    outbox.queue(session, messages.NewAddress(confirm), to, subject=f"request {request.id}", now=now)


def confirm_new_address(session: Session, person: Person, request: Request, *, now: datetime) -> bool:
    """Move somebody to the address whose mailbox pressed the button, and tell the old one.

    Returns False, and changes nothing, where somebody else has that address by now.
    """
    email, before = request.details.get("email"), recipient(person, by_email_only=True)
    if not email or by_email(session, email):
        return False
    try:
        with session.begin_nested():
            person.email, person.email_key = email, addresses.email_key(email)
            session.add(person)
    except IntegrityError:  # whose it is was confirmed at this very moment
        return False
    outbox.queue(session, messages.AddressChanged(), before, subject=f"request {request.id}", now=now)
    request.details = {}
    outbox.readdress(session, recipient(person))
    audit.record(session, person.id, "changed address", now=now, subject=person.id)
    return True


def ask_for_link(session: Session, address: str, *, signer: Signer, now: datetime) -> Request:
    """Keep that somebody wants their link, by an email address or a number in E.164: the same statements
    whoever it is.
    """
    is_phone = address.startswith("+") and "@" not in address
    request = Request(
        kind=RequestKind.MY_LINK,
        address_key=signer.digest("number", address) if is_phone else address_key(signer, address),
        details={"phone" if is_phone else "email": address},
        received_at=now,
    )
    session.add(request)
    return request


def by_phone(session: Session, phone: str) -> Sequence[Person]:
    """Everyone whose confirmed number it is: a phone may be shared."""
    verified = col(Person.phone_verified_at).is_not(None)
    return session.exec(select(Person).where(Person.phone == phone, verified).order_by(Person.id)).all()


def answer_link(session: Session, request: Request, *, now: datetime) -> None:
    """Write to the address: your page, or that we do not know you. A number nobody confirmed gets nothing."""
    if "phone" in request.details:
        for one in by_phone(session, request.details["phone"]):
            send_full_page(session, one, subject=f"request {request.id}", now=now, by_text=True)
        return
    email = request.details["email"]
    person = by_email(session, email)
    subject = f"request {request.id}"
    if person is None:
        to = messages.Recipient(request.person, "", Channel.EMAIL, email=email)
        outbox.queue(session, messages.MyLink(None), to, subject=subject, now=now)
        return
    send_full_page(session, person, subject=subject, now=now)


def send_fresh_link(session: Session, person: Person, *, now: datetime) -> None:
    """A fresh link for who has their page open already: one a minute, and three an hour.

    Raises:
        TooManyLinks: three have gone out in the hour before.
    """
    asked = select(func.count()).where(
        OutboxMessage.person == person.id,
        OutboxMessage.kind == messages.MyLink.kind,
        col(OutboxMessage.queued_at) > now - timedelta(hours=1),
    )
    if session.exec(asked).one() >= LINKS_AN_HOUR:
        raise TooManyLinks
    # The minute is part of what makes the message the only one.
    send_full_page(session, person, subject=f"fresh {now:%Y-%m-%dT%H:%M}", now=now)


def send_full_page(
    session: Session, person: Person, *, subject: str, now: datetime, by_text: bool = False
) -> None:
    """A fresh link to the address on file, which opens everything for two hours. By email where there is one,
    unless a text was asked for.
    """
    known = tuple(programmes.facts(section.programme) for section in sections(session, person))
    page = links.make(session, Purpose.FULL_PAGE, person.id, now=now)
    to = recipient(person, by_email_only=not by_text)
    if by_text:
        to = replace(to, channel=Channel.SMS)
    outbox.queue(session, messages.MyLink(page, known), to, subject=subject, now=now)


def awaits_code(person: Person) -> bool:
    """Is there a number that texts would go to, or partners would see, once it is known to be theirs?"""
    wanted = person.channel is Channel.SMS or person.shares_phone
    return bool(person.phone and wanted and not person.phone_verified_at)


def send_code(
    session: Session, person: Person, programme: Programme, *, signer: Signer, now: datetime
) -> None:
    """Text six digits to the number somebody gave.

    Raises:
        TooManyCodes: the number has had three today, or this is their fourth new number.
        BadCode: there is no number.
    """
    if person.phone is None:
        raise BadCode("Add a mobile number first")
    newest = session.exec(_of_person(person)).first()
    is_new = newest is None or newest.phone != person.phone
    if is_new and not allowances.take(session, What.NUMBERS, person.id, now=now):
        raise TooManyCodes
    if not allowances.take(session, What.CODES, signer.digest("number", person.phone), now=now):
        raise TooManyCodes
    code = f"{secrets.randbelow(10**6):06}"
    row = PhoneCode(
        person_id=person.id, phone=person.phone, digest=signer.digest("phone code", code), created_at=now
    )
    session.add(row)
    session.flush()
    to = messages.Recipient(person.id, person.name, Channel.SMS, phone=person.phone)
    message = messages.PhoneCode(programmes.facts(programme), code)
    outbox.queue(session, message, to, subject=f"code {row.id}", programme=programme.slug, now=now)


def _codes(person: Person) -> SelectOfScalar[PhoneCode]:
    """The codes for the number they have, the newest first: the only one that counts."""
    return _of_person(person).where(PhoneCode.phone == person.phone)


def _of_person(person: Person) -> SelectOfScalar[PhoneCode]:
    """All their codes, the newest first."""
    return select(PhoneCode).where(PhoneCode.person_id == person.id).order_by(col(PhoneCode.id).desc())


def _is_good(code: PhoneCode, now: datetime) -> bool:
    return not code.used_at and code.created_at >= now - CODE_LIFE and code.tries < TRIES_A_CODE


def code_is_out(session: Session, person: Person, *, now: datetime) -> bool:
    """Is there a code that they can type in?"""
    newest = session.exec(_codes(person)).first()
    return newest is not None and _is_good(newest, now)


def check_code(session: Session, person: Person, typed: str, *, signer: Signer, now: datetime) -> None:
    """Believe a number to be theirs if they know the newest code.

    Raises:
        BadCode: wrong, older than ten minutes, or the sixth try. The try counts: commit it.
    """
    row = session.exec(_codes(person).with_for_update()).first()
    if row is None or not _is_good(row, now):
        raise BadCode("That code is no longer good. Ask for a new one")
    row.tries += 1
    session.add(row)
    if not hmac.compare_digest(signer.digest("phone code", "".join(typed.split())), row.digest):
        raise BadCode("That is not the code we sent. Check the text and try again")
    row.used_at, person.phone_verified_at = now, now
    session.add(person)
    session.flush()
    outbox.readdress(session, recipient(person))
    audit.record(session, person.id, "verified phone", now=now, subject=person.id)
