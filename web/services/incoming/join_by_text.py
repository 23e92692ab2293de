"""Joining by text, for people without email: JOIN and a programme's word, one answer, a reply that says yes.

Their number sent the text and answered ours, so it is theirs: no code is needed. It has to be one that a form
would take: texts to other countries, and to numbers that cost more, are what fraud is made of. Name and
organisation come with the reply, or on the page behind the link in our answer. Where the organisation may be
one that we know, a second text asks, as the form does.
"""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.keywords import Word
from notifications.messages import Channel
from notifications.replies import Inbound, Received
from notifications.tables import Reply
from web.models import Link, Person, Programme, Purpose, Request, RequestKind, Standing
from web.services.common import (
    allowances,
    contacts,
    links,
    phone_numbers,
    programmes,
    written_names,
)
from web.services.common.allowances import What
from web.services.incoming import named_by_text
from web.services.organisations import organisations
from web.services.people import joining, participation
from web.tokens import Signer

A_PLACE = re.compile(r"\W*([1-9])(?:\W.*)?", re.DOTALL)  # "2", "2." or "2 please"
# "JOIN councils Amina Yusuf, Leeds": who and where is asked next.
BEGINS_WITH_JOIN = re.compile(
    r"\W*(?:(?:please|pls|hi|hello)\W+)*join\W+(?:the\W+)?([\w-]{1,40})\b", re.IGNORECASE
)


def take(session: Session, inbound: Inbound, reply: Received, *, signer: Signer, now: datetime) -> bool:
    """Act on a text that asks to join, or answers our answer to one. False if it does neither."""
    if inbound.channel is not Channel.SMS or not addresses.can_be_texted(inbound.sender):
        return False
    wanted = _join_word(inbound, reply)
    if wanted is not None:
        programme = _programme(session, wanted)
        if programme:
            request = _ask(session, programme, inbound.sender, signer=signer, now=now)
            _is_from(session, reply, request)
        if programme or reply.word is Word.JOIN:
            return programme is not None
    if reply.word not in (Word.YES, Word.LEARNING, Word.COULD_NOT):
        return False
    waiting = _waiting(session, inbound.sender, signer=signer, now=now)
    if waiting is None or _answers_something_newer(reply, waiting):
        return False
    who = _which(waiting, reply.word, inbound.text)
    if who is None and (reply.word is Word.COULD_NOT or (reply.word is Word.LEARNING and reply.person)):
        return False
    _is_from(session, reply, waiting)
    if who:
        confirm(session, waiting, *who, source="text", now=now)
    else:
        _confirm_or_ask(session, waiting, inbound.text, now)
    return True


def _join_word(inbound: Inbound, reply: Received) -> str | None:
    """What follows JOIN. Of a stranger more may stand behind it; whoever we know may speak of joining."""
    if reply.word is Word.JOIN:
        return reply.learning
    begins = BEGINS_WITH_JOIN.match(inbound.text)
    return begins[1] if begins and reply.word is Word.LEARNING and reply.person is None else None


def _programme(session: Session, word: str) -> Programme | None:
    """JOIN without a word is clear where there is only one to join."""
    if word:
        return programmes.by_join_word(session, word)
    joined = programmes.to_join(session)
    return joined[0] if len(joined) == 1 else None


def _answers_something_newer(reply: Received, request: Request) -> bool:
    sent = reply.message.accepted_at if reply.message else None
    return sent is not None and sent > request.received_at


def _ask(session: Session, programme: Programme, phone: str, *, signer: Signer, now: datetime) -> Request:
    request = Request(
        kind=RequestKind.JOIN_BY_TEXT,
        programme_id=programme.id,
        address_key=number_key(signer, phone),
        details={"phone": phone},
        received_at=now,
    )
    session.add(request)
    session.flush()
    return request


def number_key(signer: Signer, phone: str) -> str:
    return signer.digest("number", phone)


def _is_from(session: Session, reply: Received, request: Request) -> None:
    """What they wrote goes with them when they are erased, and answers no other question of ours."""
    row = session.get_one(Reply, reply.reply_id)
    row.message_id = None
    row.person = reply.person or request.person
    session.add(row)


def answer(session: Session, request: Request, *, now: datetime) -> None:
    """The one answer to a text that asked to join: how to say yes, or the page of who is in already.

    At most three a day for a number, on top of what every open form allows.
    """
    if not allowances.take(session, What.ANSWERS, request.address_key, now=now):
        return
    programme, phone = session.get_one(Programme, request.programme_id), request.details["phone"]
    known = contacts.by_phone(session, phone)
    section = _section(session, known[0], programme) if len(known) == 1 else None
    subject = request.about
    if len(known) == 1:
        request.person = known[0].id
    if section and section.membership.standing in (Standing.ACTIVE, Standing.SUSPENDED):
        page = links.make(session, Purpose.FULL_PAGE, request.person, now=now)
        message: messages.Message = messages.AlreadyIn(programmes.facts(programme), page)
        request.details = {}
    else:
        confirm = links.make(session, Purpose.CONFIRM, request.person, now=now, subject=request.id)
        message = messages.JoinByText(programmes.facts(programme), confirm)
    to = messages.Recipient(request.person, "", Channel.SMS, phone=phone)
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def _section(session: Session, person: Person, programme: Programme) -> participation.Section | None:
    found = participation.sections(session, person)
    return next((section for section in found if section.programme.id == programme.id), None)


def _waiting(session: Session, phone: str, *, signer: Signer, now: datetime) -> Request | None:
    """What this number asked for and has not confirmed: the newest, while its link lives."""
    wanted = select(Request).where(
        Request.kind == RequestKind.JOIN_BY_TEXT,
        Request.address_key == number_key(signer, phone),
        col(Request.handled_at) > now - joining.CONFIRM_WITHIN,
    )
    # A text and the link in ours may both say yes at once: whoever comes second finds it done.
    newest = session.exec(wanted.order_by(col(Request.id).desc()).limit(1).with_for_update()).first()
    if newest is None or not newest.details:
        return None
    return None if session.get_one(Programme, newest.programme_id).closing_on else newest


def _which(request: Request, word: Word, text: str) -> tuple[str, str] | None:
    """Name and organisation of who says which of those we asked about is theirs: YES where it was one, its
    number or its name; by NO it is what they had written. None where that was not asked, or not answered.
    """
    asked: list[str] = request.details.get("which", [])
    number = A_PLACE.fullmatch(text)
    if not asked:
        return None
    if word is Word.COULD_NOT:
        chosen: str | None = request.details["organisation"]
    elif word is Word.YES and len(asked) == 1:
        chosen = asked[0]
    elif number and int(number[1]) <= len(asked):
        chosen = asked[int(number[1]) - 1]
    else:
        chosen = next((one for one in asked if organisations.key(one) == organisations.key(text)), None)
    return (request.details["name"], chosen) if chosen else None


def _confirm_or_ask(session: Session, request: Request, text: str, now: datetime) -> None:
    who = _known(session, request.person) or named_by_text.name_and_organisation(text)
    if who is None:
        # Once: whoever goes on without a name gets no more texts.
        _ask_back(session, request, "incomplete", now, incomplete=True)
        return
    programme = session.get_one(Programme, request.programme_id)
    known = organisations.may_be(session, programme.id, who[1])
    if known and allowances.take(session, What.ANSWERS, request.address_key, now=now):
        names, times = [one.name for one in known], request.details.get("times", 0) + 1
        told = {"name": who[0], "organisation": who[1], "which": names, "times": times}
        request.details = request.details | told
        session.add(request)
        _ask_back(session, request, f"which {times}", now, which=tuple(names))
        return
    # Who has had their share of texts joins with what they wrote: organisers see what may be one.
    confirm(session, request, *who, source="text", now=now)


def _ask_back(
    session: Session,
    request: Request,
    about: str,
    now: datetime,
    *,
    incomplete: bool = False,
    which: tuple[str, ...] = (),
) -> None:
    programme = session.get_one(Programme, request.programme_id)
    page = links.make(session, Purpose.CONFIRM, request.person, now=now, subject=request.id)
    to = messages.Recipient(request.person, "", Channel.SMS, phone=request.details["phone"])
    message = messages.JoinByText(programmes.facts(programme), page, incomplete, which)
    subject = f"{request.about} {about}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def _known(session: Session, person: str) -> tuple[str, str] | None:
    """Who is in another programme already need not say again who they are."""
    found = session.get(Person, person)
    places = participation.sections(session, found) if found else []
    return (found.name, places[0].organisation.name) if found and places else None


def confirm(
    session: Session,
    request: Request,
    name: str,
    organisation: str,
    known_as: str = "",
    *,
    source: str,
    now: datetime,
) -> Person:
    """Make a participant of whoever has the number. The request's links are used up by it."""
    programme, phone = session.get_one(Programme, request.programme_id), request.details["phone"]
    person = session.get(Person, request.person)
    if person is None:
        person = Person(
            id=request.person,
            name=written_names.in_order(name),
            known_as=known_as,
            channel=Channel.SMS,
            shares_email=False,
            shares_phone=True,
            created_at=now,
        )
        phone_numbers.give(session, person, phone, verified_at=now)
    details = joining.Details(name, organisation, email="")
    joining.enter(session, programme, person, details, source=source, now=now)
    request.details = {}
    session.add(request)
    used = select(Link).where(Link.purpose == Purpose.CONFIRM, Link.subject == request.id)
    for link in session.exec(used):
        link.used_at = link.used_at or now
        session.add(link)
    return person
