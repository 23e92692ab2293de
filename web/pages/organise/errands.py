"""What a worker does for a programme, asked for on its pages."""

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from web.models.jobs import Work
from web.services.background import jobs

NOT_DONE = {
    Work.DRAW: "Nothing was drawn",
    Work.SEND: "Nothing was sent",
    Work.DIGEST: "Nothing was sent",
    Work.REMIND: "Nobody was reminded",
}


def to_its_progress(
    session: Session, work: Work, number: int | None = None, *, taken: bool
) -> ResponseReturnValue:
    """The list of rounds says how far it is. Where something else is under way, it was not `taken`; to ask
    for the same, of the round of that `number`, once more is no mistake.
    """
    under_way = jobs.current(session, g.programme)
    if not taken and under_way and (under_way.work, under_way.number) != (work, number):
        busy = "something else is being done for this programme. Wait for its end"
        flash(f"{NOT_DONE[work]}: {busy}.", "error")
    return redirect(url_for(".every_round", slug=g.programme.slug), 303)
