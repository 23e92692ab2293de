"""Pages that everybody may see are not sent again to a browser that has them as they are."""

from hashlib import blake2b

from flask import Flask, Response, request, session

FOR_ALL = {"home", "programme", "rounds"}  # blueprints whose pages hold nothing that is one person's


def init_unchanged(app: Flask) -> None:
    """Before whatever sets the policy of a page: what is registered first is run last."""
    app.after_request(_only_if_changed)


def _only_if_changed(response: Response) -> Response:
    """A browser asks each time, and is told if what it has is still so.

    The nonce is another in each answer, and says nothing. A browser that is told so goes on with the page it
    has under the policy that came with it, so a new policy must not come along: its nonce would be on none of
    the scripts.
    """
    if not _is_for_all(response):
        return response
    nonce = getattr(request, "csp_nonce", "")
    same = response.get_data().replace(nonce.encode(), b"") if nonce else response.get_data()
    response.set_etag(blake2b(same, digest_size=16).hexdigest(), weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    if response.status_code == 304:
        del response.headers["Content-Security-Policy"]
    return response


def _is_for_all(response: Response) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and request.blueprint in FOR_ALL
        and response.status_code == 200
        and response.mimetype == "text/html"
        and not session.modified
    )
