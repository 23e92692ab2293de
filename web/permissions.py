"""Who may open what. Every view says so here; a test walks the routes and fails on one that does not."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_login import current_user

from web.models import Role
from web.services import organisers, programmes

View = Callable[..., Any]


class Access(StrEnum):
    """What somebody needs to be let in."""

    EVERYONE = "nothing"
    LINK = "a signed link from a message"
    SIGNED_IN = "a signed-in organiser"
    VIEWER = "viewer"
    ORGANISER = "organiser"
    OWNER = "owner"
    PROVIDER = "a provider's signature"
    THIS_MACHINE = "the machine itself, on trial"


def open_to_everyone(view: View) -> View:
    return _decided(view, Access.EVERYONE)


def with_link(view: View) -> View:
    """The view opens the link in its address itself: what it may show depends on the link."""
    return _decided(view, Access.LINK)


def on_this_machine(view: View) -> View:
    return _decided(view, Access.THIS_MACHINE)


def signed_by_provider(view: View) -> View:
    """The view itself checks the signature, over the raw bytes."""
    return _decided(view, Access.PROVIDER)


def signed_in(view: View) -> View:
    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        return view(**values)

    return _decided(guarded, Access.SIGNED_IN)


def needs(role: Role) -> Callable[[View], View]:
    """Only for organisers with at least `role` in the programme named by `slug`.

    Somebody without any role there learns nothing, not even whether the programme exists.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(slug: str, **values: Any) -> Any:
            if not current_user.is_authenticated:
                return _to_sign_in()
            try:
                g.programme = programmes.by_slug(g.session, slug)
            except programmes.NoSuchProgramme:
                abort(404)
            g.role = organisers.role_in(g.session, current_user.id, g.programme)
            if g.role is None:
                abort(404)
            if not organisers.may(g.role, role):
                abort(403)
            return view(**values)

        return _decided(guarded, Access(role.value))

    return decorate


def holds_no_lock(view: View) -> View:
    """The view works long and opens its own writing session for the moment it needs one."""
    view.own_session = True  # type: ignore[attr-defined]
    return view


def _to_sign_in() -> Any:
    wanted = request.path if request.method == "GET" else None
    return redirect(url_for("organise.sign_in", next=wanted), 303)


def _decided(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
