"""The letter that asks organisers to read a reply today, which no machine should answer.

It goes to nobody who does not read it: an organiser who was in the conversation, see decision 0127. Where
that is each of them, it goes to whoever reads it instead, see 0147.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from notifications import messages, outbox
from notifications.messages import Channel
from notifications.replies import Received
from web.models import Person, Programme
from web.services.common import links, programmes, times
from web.services.organisers import accounts
from web.services.people import participation, to_read, to_read_elsewhere


def ask(
    session: Session,
    reply: Received,
    person: Person,
    where: Sequence[Programme],
    *,
    stopped: bool = False,
    until: date | None = None,
    of_harm: bool = False,
    now: datetime,
) -> None:
    """Once a day for each person, whatever else they write."""
    today = times.today(now)
    for programme in where:
        readers = [
            one
            for one in accounts.who_act(session, programme)
            if not to_read.is_kept_from(session, programme, reply.reply_id, one.id)
        ]
        elsewhere = [] if readers else to_read_elsewhere.readers(session, programme, reply.reply_id)
        page = "/operate/replies" if elsewhere else f"/organise/{programme.slug}/replies"
        letter = messages.ReadSoon(
            programmes.facts(programme),
            links.open_page(page),
            stopped=stopped,
            until=until,
            of_harm=of_harm,
            elsewhere=bool(elsewhere),
        )
        orders = [
            outbox.Order(
                letter,
                messages.Recipient(one.id, "", Channel.EMAIL, email=one.email),
                f"{person.id} in {programme.id} on {today}",
                programme.slug,
            )
            for one in readers or elsewhere
        ]
        outbox.queue_all(session, orders, now=now)


def where(session: Session, reply: Received, *people: Person) -> list[Programme]:
    """Where it is read: the programme that it answers, or all of those of whoever may have written it."""
    if reply.message and reply.message.programme:
        return [programmes.by_slug(session, reply.message.programme)]
    all_of_them = (one.programme for person in people for one in participation.sections(session, person))
    return list({one.id: one for one in all_of_them}.values())
