"""Where other sites tell us that they mention us: https://www.w3.org/TR/webmention/"""

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from web.http.access import open_to_everyone
from web.http.context import house
from web.models import Programme
from web.services.gathering import sources, webmentions

pages = Blueprint("webmention", __name__)
ADDRESS = "/webmention"


@pages.post(ADDRESS)
@open_to_everyone
def receive() -> ResponseReturnValue:
    """It is read later, by a worker. Without a form token: another site's program sends it."""
    source, target = request.form.get("source", ""), request.form.get("target", "")
    try:
        webmentions.told(g.session, source, target, public_url=house().settings.public_url, now=g.now)
    except webmentions.BadMention as error:
        return _said(str(error), 400)
    except webmentions.TooManyMentions as error:
        answer = _said(str(error), 429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    return _said("Thank you. We look at it soon", 202)


def _said(words: str, status: int) -> Response:
    return Response(f"{words}.\n", status, content_type="text/plain; charset=utf-8")


def header(programme: Programme) -> dict[str, str]:
    """What tells other sites where to tell us, on a page that takes Webmentions. One query, and none where
    nothing is gathered.
    """
    settings = house().settings
    if not (settings.fetch_links and sources.takes_webmentions(g.session, programme)):
        return {}
    return {"Link": f'<{settings.public_url}{ADDRESS}>; rel="webmention"'}
