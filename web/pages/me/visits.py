"""Who came to a personal page, by which link, and what it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from web.http.access import stop_if_closed
from web.http.context import house
from web.models import Link, Membership, Person, Purpose
from web.pages import first_press
from web.services.common import links, programmes
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation
from web.tokens import BadLink

# What the one link of a text can be: each leads to all that the text promises, stopping included.
EVERYDAY = (
    Purpose.PAGE,
    Purpose.CONVERSATION,
    Purpose.CHECK_IN,
    Purpose.NEXT_ROUND,
    Purpose.PROPOSAL,
    Purpose.PANEL,
    Purpose.REVIEW,
)
# The subjects of these are no group's.
ABOUT_NO_GROUP = (Purpose.NEXT_ROUND, Purpose.PROPOSAL, Purpose.PANEL, Purpose.REVIEW)
OLD_PAGE = "That page was an old one, so nothing has changed. This is how things are now."


@dataclass(frozen=True)
class Visit:
    """Who came by which link. Introductions are forwarded, so only a fresh link is as good as its owner."""

    token: str
    link: Link
    person: Person

    @property
    def full(self) -> bool:
        return self.link.purpose is Purpose.FULL_PAGE

    @property
    def knows_until(self) -> datetime | None:
        """An old message that was forwarded does not tell what came about since. None for a fresh link."""
        return None if self.full else self.link.created_at

    @property
    def group(self) -> int | None:
        """The group that the message with this link was about."""
        return None if self.link.purpose in ABOUT_NO_GROUP else self.link.subject


def open_visit(token: str, *, full: bool = False) -> Visit:
    allowed = (Purpose.FULL_PAGE,) if full else (Purpose.FULL_PAGE, *EVERYDAY)
    link = links.open_link(g.session, house().signer, token, *allowed, now=g.now)
    person = g.session.get(Person, link.person)
    if person is None or person.erased_at:
        raise BadLink
    first_press.note(link)
    return Visit(token, link, person)


def known_to(visit: Visit, talks: Sequence[Conversation]) -> Sequence[Conversation]:
    """Those of its reader's conversations that a message of its age may tell of."""
    until = visit.knows_until
    return talks if until is None else conversations.as_known_at(g.session, talks, until)


def membership_of(visit: Visit, slug: str) -> Membership:
    programme = programmes.by_slug(g.session, slug)
    stop_if_closed(programme)
    found: Membership | None = g.session.get(Membership, (programme.id, visit.person.id))
    if found is None:
        raise programmes.NoSuchProgramme(slug)
    return found


def back_to_page(token: str) -> ResponseReturnValue:
    return redirect(url_for(".show", token=token), 303)


def nothing_changed(token: str) -> ResponseReturnValue:
    """After a press on a page that was opened before things became otherwise: we say so."""
    flash(OLD_PAGE, "error")
    return back_to_page(token)


def say_whether_removed(is_gone: bool) -> None:
    """What was to be taken off a list; else another is there by now, and stays."""
    if is_gone:
        flash("Removed.")
    else:
        flash(OLD_PAGE, "error")
