"""A message as its provider is given it. Touches no database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from notifications import alike, outbox, render
from notifications.addresses import as_sent
from notifications.carriers import Providers
from notifications.jobs import Job
from notifications.messages import Message, from_json
from notifications.providers.base import Outgoing, OutgoingEmail, OutgoingText


def prepare(job: Job, providers: Providers, links: render.Links, now: datetime) -> Outgoing:
    """What the provider is given. Any exception here is ours."""
    message: Message = from_json(job.kind, job.payload)
    reply_to = providers.reply_to(job.id, job.to.person) if providers.reply_to and message.replies else None
    to = replace(job.to, channel=job.channel)
    made = render.render(
        message, to, links, now, reply_to=reply_to, texts_take_replies=providers.texts_take_replies
    )
    if made.sms is not None:
        return OutgoingText(job.id, job.attempt, job.kind, to.phone or "", made.sms, job.origin)
    return _letter(job, made, providers, now)


def prepare_alike(
    jobs: Sequence[Job], providers: Providers, links: render.Links, now: datetime
) -> dict[int, OutgoingEmail]:
    """The same for emails that no answers come back to, by their job's id. About a twentieth of the time.

    Without those that have too little in common with others, or that cannot be made: see `prepare`.
    """
    by_id = {job.id: job for job in jobs}
    made = alike.render_alike(filter(None, map(_to_be_rendered, jobs)), links, now)
    return {id_: _letter(by_id[id_], rendered, providers, now) for id_, rendered in made.items()}


def _to_be_rendered(job: Job) -> alike.Letter | None:
    try:
        return alike.Letter(job.id, from_json(job.kind, job.payload), job.to)
    except (KeyError, ValueError):
        return None


def _letter(job: Job, made: render.Rendered, providers: Providers, now: datetime) -> OutgoingEmail:
    return OutgoingEmail(
        id=job.id,
        attempt=job.attempt,
        kind=job.kind,
        to=as_sent(job.to.email or ""),
        name=job.to.name,
        subject=made.subject,
        text=made.text,
        html=made.html,
        reply_to=made.reply_to and as_sent(made.reply_to),
        headers=made.headers | _list_id(job, providers),
        calendar=made.calendar,
        calendar_method=made.calendar_method,
        origin=job.origin,
        date=now,
        pattern=made.pattern,
        own=made.own,
    )


def _list_id(job: Job, providers: Providers) -> dict[str, str]:
    """Which list a letter belongs to: its programme. Source: RFC 2919."""
    if not (providers.lists and job.programme and job.kind in outbox.BULK):
        return {}
    return {"List-Id": f"<{job.programme}.{providers.lists}>"}
