"""Whose scheme was taken over takes part by their first press, whichever it is: the page says so, and what it
means.
"""

from flask import g, request

from web.models import Link
from web.services.people import invitations

# By these nobody takes part.
OTHERWISE = (
    "conversation.cannot",
    "conversation.could_not",
    "conversation.drop_out",
    "conversation.report",
    "me.ask_to_erase",
    "me.ask_to_leave",
    "me.erase",
    "me.fresh_link",
    "me.leave",
    "me.stop_texts",
)


def note(link: Link) -> None:
    """To be called by whatever opens a link. A press that comes to nothing is rolled back, and is none."""
    if request.endpoint in OTHERWISE:
        return
    g.taken_over = invitations.taken_over(g.session, link.person)
    if g.taken_over and request.method == "POST":
        invitations.press_first(g.session, link.person, now=g.now)
