"""What an address or a form names must be this programme's: everything else is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, flash, g, redirect, request, url_for

from web.models import Membership, RoundState
from web.services.rounds import rounds

View = Callable[..., Any]


def of_a_round(view: View) -> View:
    """Below `needs`: the view's `number` is a round of the programme, which is then in `g.round`."""

    @wraps(view)
    def guarded(number: int, **values: Any) -> Any:
        try:
            g.round = rounds.by_number(g.session, g.programme, number)
        except rounds.NoDraft:
            abort(404)
        return view(number=number, **values)

    return guarded


def of_a_draft(view: View) -> View:
    """The same, and it is the draft. Once it has been sent another is, and counts its versions anew."""

    @wraps(view)
    def guarded(number: int, **values: Any) -> Any:
        if g.round.state is not RoundState.DRAFT:
            flash(f"Nothing was changed. {rounds.stale(g.session, None, None)}.", "error")
            return redirect(url_for("organise.one_round", slug=g.programme.slug, number=number), 303)
        return view(number=number, **values)

    return of_a_round(guarded)


def person_named(field: str) -> str:
    """The id of somebody in the programme, out of a form; nothing if it names nobody."""
    given = request.form.get(field, "")
    # PostgreSQL has no letter for zero, so nobody can be called that.
    if given and ("\0" in given or g.session.get(Membership, (g.programme.id, given)) is None):
        abort(404)
    return given
