"""The wall as an Atom feed, and a programme's days as a calendar."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from web.http.rendering import full_day
from web.models import Programme
from web.services.agreements.log import ProposalShown
from web.services.learning.learnings import Shown
from web.services.rounds.schedule import ProgrammeDay

TITLE_LETTERS = 80


def learning_feed(programme: Programme, shown: Sequence[Shown], *, page: str, own: str) -> bytes:
    """The newest learnings. Ids stay what they are when the service moves: `tag:` addresses."""
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(f"tag:unmentoring,{programme.created_at:%Y}:{programme.slug}")
    feed.title(f"What people learned in {programme.name}")
    feed.link(href=page)
    feed.link(href=own, rel="self")
    feed.author(name=programme.name)
    feed.updated(
        max((one.learning.decided_at or programme.created_at for one in shown), default=programme.created_at)
    )
    for one in reversed(shown):
        entry = feed.add_entry()
        entry.id(f"tag:unmentoring,{programme.created_at:%Y}:{programme.slug}/{one.learning.id}")
        entry.title(_title(one.learning.text) or one.preview.title or f"A post on {one.host}")
        entry.content("\n".join(_told(one)), type="text")
        entry.updated(one.learning.decided_at)
        entry.link(href=f"{page}/{one.key}")
        if one.learning.link:
            entry.link(href=one.learning.link, rel="related")
        if one.author:
            entry.author(name=one.author)
    return bytes(feed.atom_str(pretty=True))


def _told(one: Shown) -> Iterator[str]:
    """What somebody learned, and below it what they posted: as the wall has it."""
    post = one.preview
    if one.learning.text:
        yield one.learning.text
    if one.learning.link:
        on = full_day(post.published_on) if post.published_on else ""
        yield ", ".join(filter(None, (post.title, post.author, one.host, on)))
        yield from filter(None, (post.sentence, one.learning.link))


def agreements_feed(programme: Programme, proposed: Sequence[ProposalShown], *, page: str, own: str) -> bytes:
    """The newest proposals, each as it stands: an entry changes when it opens, is amended, or ends."""
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    about = f"tag:unmentoring,{programme.created_at:%Y}:{programme.slug}/agreements"
    feed.id(about)
    feed.title(f"What {programme.name} has agreed")
    feed.link(href=page)
    feed.link(href=own, rel="self")
    feed.author(name=programme.name)
    feed.updated(max((_moved(one) for one in proposed), default=programme.created_at))
    for one in reversed(proposed):
        entry = feed.add_entry()
        entry.id(f"{about}/{one.proposal.number}")
        entry.title(f"{one.title}: {one.status}")
        entry.content(f"{'; '.join(one.change)}. {one.version.driver}", type="text")
        entry.updated(_moved(one))
        entry.link(href=f"{page}/{one.proposal.number}")
    return bytes(feed.atom_str(pretty=True))


def _moved(one: ProposalShown) -> datetime:
    return one.proposal.ended_at or one.version.made_at


def _title(text: str) -> str:
    first = text.splitlines()[0] if text else ""
    return first if len(first) <= TITLE_LETTERS else first[: TITLE_LETTERS - 1].rstrip() + "…"


def dates_feed(programme: Programme, days: Sequence[ProgrammeDay], *, page: str, now: datetime) -> bytes:
    """A programme's days as a calendar to subscribe to. An entry keeps its id when its day is moved."""
    from icalendar import Calendar, Event  # eighty modules, for those who subscribe

    calendar = Calendar()
    calendar.add("prodid", "-//Unmentoring//Dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", programme.name)
    for day in days:
        event = Event()
        event.add("uid", f"{programme.slug}-{day.key}@{urlsplit(page).hostname or 'unmentoring'}")
        event.add("dtstamp", now)
        event.add("dtstart", day.on)
        event.add("dtend", day.on + timedelta(days=1))
        event.add("summary", f"{programme.name}: {day.what}")
        event.add("transp", "TRANSPARENT")
        event.add("url", page)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
