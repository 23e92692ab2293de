"""Starting a programme: a form, a letter, a button, and where it is asked for, a decision.

What the form says waits as a `Request`. Only the button behind the letter makes a `ProgrammeRequest` of
it, so nobody begins anything in somebody else's name. The programme begins at once, or once the operator has
approved it.

    StartTooLate        the request behind a founder's link is gone
    NotStartedHere      only the operator starts programmes now
    TooLateToDecide     somebody has decided already; `.request`
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from web.models import Link, Organiser, Programme, ProgrammeRequest, Purpose, Request, RequestKind, Role
from web.models.starting import StartState
from web.services.background.operator_alerts import OPERATOR
from web.services.common import allowances, audit, links, page_addresses, programmes, times
from web.services.common.allowances import What
from web.services.common.contacts import address_key
from web.services.common.programmes import BadSettings
from web.services.organisers import accounts
from web.tokens import Signer

CONFIRM_WITHIN = timedelta(hours=48)
DECIDE_WITHIN = timedelta(days=30)
KEEP_DECIDED = timedelta(days=30)
UNDECIDED = (StartState.WAITING, StartState.TAKEN)
CLOSED, ASK, OPEN = "closed", "ask", "open"


class StartTooLate(Exception):
    pass


class NotStartedHere(Exception):
    pass


class TooLateToDecide(Exception):
    def __init__(self, request: ProgrammeRequest) -> None:
        super().__init__(f"that request is {request.state.value}")
        self.request = request


@dataclass(frozen=True)
class Wanted:
    """What a founder writes. `contact` is shown to everyone; `helpers` is read by the operator alone."""

    email: str
    name: str
    slug: str
    contact: str
    why: str
    helpers: str


@dataclass(frozen=True)
class Rules:
    """How programmes begin here. `mode` is one of CLOSED, ASK and OPEN; `operator` is the address that hears
    of it, if there is one.
    """

    mode: str
    operator: str | None


def ask(session: Session, wanted: Wanted, *, signer: Signer, now: datetime) -> Request:
    """Keep what the form said. The same statements run whoever it is.

    Raises:
        BadSettings: the address of the page cannot be had; everybody may know which ones are taken.
    """
    if refused := page_addresses.why_not(session, wanted.slug):
        raise BadSettings("slug", refused)
    request = Request(
        kind=RequestKind.START,
        address_key=address_key(signer, wanted.email),
        details=asdict(wanted),
        received_at=now,
    )
    session.add(request)
    return request


def answer(session: Session, request: Request, *, now: datetime) -> None:
    """Write to whoever was named as the founder."""
    confirm = links.make(session, Purpose.START, request.person, now=now, subject=request.id)
    to = messages.Recipient(request.person, "", Channel.EMAIL, email=request.details["email"])
    outbox.queue(session, messages.StartConfirm(confirm), to, subject=request.about, now=now)


def of_founder(session: Session, link: Link) -> ProgrammeRequest | None:
    """What a founder's link leads to once they have confirmed it."""
    wanted = select(ProgrammeRequest).where(ProgrammeRequest.founder == link.person)
    if links.is_writing(session):
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.exec(wanted).one_or_none()


def unconfirmed(session: Session, link: Link, *, now: datetime) -> Wanted:
    """What a founder's link would start.

    Raises:
        StartTooLate: two days have passed, or it was withdrawn, and it is gone.
    """
    request = session.get(Request, link.subject) if link.subject else None
    # The number may be another request's by now.
    theirs = request and request.kind is RequestKind.START and request.person == link.person
    if request is None or not theirs or now - link.created_at >= CONFIRM_WITHIN:
        raise StartTooLate
    return Wanted(**request.details)


def confirm(
    session: Session, link: Link, network: str, rules: Rules, *, signer: Signer, now: datetime
) -> ProgrammeRequest:
    """The founder has pressed the button; a second press changes nothing. `.state` says what became of it.

    Where everybody may begin, a network and a mailbox begin three programmes a day; what comes after waits
    for the operator.

    Raises:
        StartTooLate: see `unconfirmed`.
        NotStartedHere: only the operator starts programmes now.
    """
    if known := of_founder(session, link):
        return known
    wanted = unconfirmed(session, link, now=now)
    if rules.mode == CLOSED:
        raise NotStartedHere
    made = ProgrammeRequest(
        founder=link.person,
        email_key=addresses.email_key(wanted.email),
        confirmed_at=now,
        state=StartState.WAITING,
        **asdict(wanted),
    )
    session.add(made)
    session.delete(session.get_one(Request, link.subject))
    session.flush()
    audit.record(session, made.founder, "programme asked for", now=now, subject=str(made.id))
    first = [
        allowances.take(session, What.PROGRAMMES, whose, now=now)
        for whose in (signer.digest("network", network), signer.digest("mailbox", _mailbox(wanted.email)))
    ]
    _go_on(session, made, rules, few=all(first), now=now)
    return made


def choose_address(
    session: Session, request: ProgrammeRequest, slug: str, rules: Rules, *, now: datetime
) -> None:
    """The founder's other choice, where the first was taken.

    Raises:
        BadSettings: it cannot be had either.
        TooLateToDecide: it does not wait for another address, or not any more.
        NotStartedHere: only the operator starts programmes now.
    """
    if request.state is not StartState.TAKEN:
        raise TooLateToDecide(request)
    if rules.mode == CLOSED:
        raise NotStartedHere
    if refused := page_addresses.why_not(session, slug):
        raise BadSettings("slug", refused)
    request.slug, request.state = slug, StartState.WAITING
    _go_on(session, request, rules, few=True, now=now)


def withdraw(session: Session, request: ProgrammeRequest, *, now: datetime) -> None:
    """The founder takes it back: all that they wrote goes.

    Raises:
        TooLateToDecide: it has been decided.
    """
    if request.state not in UNDECIDED:
        raise TooLateToDecide(request)
    audit.record(session, request.founder, "programme request withdrawn", now=now, subject=str(request.id))
    _forget(session, request)


def waiting(session: Session) -> Sequence[ProgrammeRequest]:
    """Requests that nobody has decided about, oldest first."""
    undecided = select(ProgrammeRequest).where(col(ProgrammeRequest.state).in_(UNDECIDED))
    return session.exec(undecided.order_by(col(ProgrammeRequest.id))).all()


def every(session: Session) -> Sequence[ProgrammeRequest]:
    """All that are still kept, newest first."""
    return session.exec(select(ProgrammeRequest).order_by(col(ProgrammeRequest.id).desc())).all()


def by_number(session: Session, number: int) -> ProgrammeRequest | None:
    """A request. To whoever decides about it at the same moment it is shown as the first of them left it."""
    writes = links.is_writing(session)
    return session.get(ProgrammeRequest, number, with_for_update=writes, populate_existing=writes)


def asked_about(session: Session, link: Link) -> ProgrammeRequest | None:
    """What an operator's link leads to, as `by_number`."""
    request = by_number(session, link.subject or 0)
    # It may be another request's number by now: what was taken back left it free.
    return request if request and request.confirmed_at <= link.created_at else None


def approve(session: Session, request: ProgrammeRequest, *, by: str, now: datetime) -> Programme | None:
    """Begin the programme and write to its founder. None where its address has been taken meanwhile: the
    founder is asked for another one, and the request waits again then. A second press begins nothing more.

    Raises:
        TooLateToDecide: it is decided already, or waits for its founder.
    """
    if (request.state, request.decided_by) == (StartState.APPROVED, by):
        return session.get(Programme, request.programme_id)
    if request.state is not StartState.WAITING:
        raise TooLateToDecide(request)
    programme = _begin(session, request, by=by, now=now)
    if programme is None:
        _tell_founder(session, request, now=now)
    return programme


def decline(session: Session, request: ProgrammeRequest, reason: str, *, by: str, now: datetime) -> None:
    """Say no, with a reason or without one, and write to the founder. A second press writes no more.

    Raises:
        TooLateToDecide: it is decided already.
    """
    if (request.state, request.decided_by, request.reason) == (StartState.DECLINED, by, reason):
        return
    if request.state not in UNDECIDED:
        raise TooLateToDecide(request)
    request.state, request.reason = StartState.DECLINED, reason
    request.decided_at, request.decided_by = now, by
    session.add(request)
    audit.record(session, by, "programme request declined", now=now, subject=str(request.id))
    _tell_founder(session, request, now=now)


def forget_old(session: Session, *, now: datetime) -> None:
    """Stop waiting for decisions that did not come in 30 days, and forget what was decided 30 days ago."""
    held = select(ProgrammeRequest).with_for_update(skip_locked=True)
    undecided = held.where(
        col(ProgrammeRequest.state).in_(UNDECIDED), ProgrammeRequest.confirmed_at < now - DECIDE_WITHIN
    )
    for request in session.exec(undecided).all():
        request.state, request.decided_at = StartState.EXPIRED, now
        session.add(request)
        audit.record(session, audit.SYSTEM, "programme request expired", now=now, subject=str(request.id))
        _tell_founder(session, request, now=now)
    for request in session.exec(held.where(col(ProgrammeRequest.decided_at) < now - KEEP_DECIDED)).all():
        _forget(session, request)


def owner_of(session: Session, request: ProgrammeRequest) -> Organiser | None:
    """Who organises by the founder's address."""
    return accounts.by_email(session, request.email)


def _go_on(session: Session, request: ProgrammeRequest, rules: Rules, *, few: bool, now: datetime) -> None:
    """Begin it where everybody may; otherwise ask the operator. Of many from one network, or by one mailbox,
    they hear once a day.
    """
    if rules.mode == OPEN and few:
        programme = _begin(session, request, by=request.founder, now=now)
        if programme:
            _tell_operator(session, request, rules, f"programme {programme.id}", programme, now=now)
        return
    if page_addresses.why_not(session, request.slug):
        request.state = StartState.TAKEN
        return
    subject = f"request for {request.slug} at {now.isoformat()}" if few else f"requests of {times.today(now)}"
    _tell_operator(session, request, rules, subject, None, now=now)


def _begin(session: Session, request: ProgrammeRequest, *, by: str, now: datetime) -> Programme | None:
    try:
        made = programmes.add(session, request.slug, request.name, contact=request.contact, by=by, now=now)
    except BadSettings as error:
        if error.field != "slug":
            raise
        request.state = StartState.TAKEN
        session.add(request)
        return None
    owner = accounts.add(session, made, request.email, Role.OWNER, by=by, now=now)
    request.state, request.programme_id = StartState.APPROVED, made.id
    request.decided_at, request.decided_by = now, by
    session.add(request)
    audit.record(
        session, by, "programme request approved", now=now, programme=made.id, subject=str(request.id)
    )
    letter = messages.ProgrammeBegun(
        programmes.facts(made), links.make(session, Purpose.ORGANISE, owner.id, now=now)
    )
    to = messages.Recipient(owner.id, "", Channel.EMAIL, email=owner.email)
    outbox.queue(session, letter, to, subject=f"begun {made.id}", programme=made.slug, now=now)
    return made


def _tell_founder(session: Session, request: ProgrammeRequest, *, now: datetime) -> None:
    page = (
        links.open_page("/start")
        if request.state is StartState.EXPIRED
        else links.make(session, Purpose.START, request.founder, now=now)
    )
    news = messages.StartNews(request.name, request.state.value, request.reason, page)
    to = messages.Recipient(request.founder, "", Channel.EMAIL, email=request.email)
    subject = f"{request.state.value} {now.isoformat()}"
    outbox.queue(session, news, to, subject=subject, now=now)


def _tell_operator(
    session: Session,
    request: ProgrammeRequest,
    rules: Rules,
    subject: str,
    begun: Programme | None,
    *,
    now: datetime,
) -> None:
    if not rules.operator:
        return
    page = (
        links.open_page(f"/p/{begun.slug}/")
        if begun
        else links.make(session, Purpose.DECIDE, OPERATOR, now=now, subject=request.id)
    )
    asked = messages.StartAsked(request.name, f"/p/{request.slug}/", begun is not None, page)
    to = messages.Recipient(OPERATOR, "", Channel.EMAIL, email=rules.operator)
    outbox.queue(session, asked, to, subject=subject, now=now)


def _forget(session: Session, request: ProgrammeRequest) -> None:
    """All that was under the founder's id; who organises by now is somebody of another id."""
    outbox.forget(session, request.founder)
    session.execute(delete(Link).where(col(Link.person) == request.founder))
    session.delete(request)
    session.flush()


def _mailbox(email: str) -> str:
    """Many providers bring what is written to name+anything to name."""
    name, _, domain = addresses.email_key(email).rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def counted(session: Session) -> int:
    """How many wait for the operator."""
    undecided = select(func.count()).where(col(ProgrammeRequest.state) == StartState.WAITING)
    return session.exec(undecided).one()
