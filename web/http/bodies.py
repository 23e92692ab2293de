"""How much of a request's body is taken, the same under every server.

Werkzeug has a bound of its own. But where a server ends its input itself, it takes a body of exactly so much
for too large, and cuts off a body that comes in chunks without a word. So bodies are measured here: before
they are read, or while they are where nobody said how long they are.

Under gunicorn a body whose sender has hung up just ends, or is an error where it came in chunks: half of what
somebody wrote is not what they wrote, and no error of ours.
"""

from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Flask, current_app, g, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream, get_content_length

from web.sizes import FORM_BYTES, THROWN_AWAY_BYTES

AT_ONCE = 64 * 1024  # read, by us and by Werkzeug


def init_bodies(app: Flask) -> None:
    """Call it before anything that reads forms."""
    # Werkzeug's bound on the fields of a form counts what it holds in hand of a file, too: as much as it
    # reads at once and what was left before.
    app.config.update(MAX_CONTENT_LENGTH=None, MAX_FORM_MEMORY_SIZE=FORM_BYTES + AT_ONCE)
    app.before_request(_measure)
    app.teardown_request(_give_up)


def _measure() -> None:
    g.most_bytes = _most()
    length = get_content_length(request.environ)
    if length and length > g.most_bytes:
        raise RequestEntityTooLarge
    if not request.environ.get("wsgi.input_terminated"):
        return  # Werkzeug reads so much as was said, and no less
    if length is None:
        _take_in()
    else:
        request.environ["wsgi.input"] = LimitedStream(request.environ["wsgi.input"], length)


def _most() -> int:
    """Some views take more than a form, from whom they know: that is looked at before the body is."""
    view = current_app.view_functions.get(request.endpoint or "")
    most: int | None = getattr(view, "most_bytes", None)
    return most if most and view.knows_sender() else FORM_BYTES  # type: ignore[union-attr]


def _take_in() -> None:
    """A body that comes in chunks, up to the bound and a byte. From then on its length is known."""
    taken = g.taken_in = SpooledTemporaryFile(AT_ONCE)  # noqa: SIM115  (closed with the request)
    stream, size = request.environ["wsgi.input"], 0
    while some := _read(stream, min(AT_ONCE, g.most_bytes + 1 - size)):
        size += taken.write(some)
    if size > g.most_bytes:
        raise RequestEntityTooLarge
    taken.seek(0)
    request.environ.pop("HTTP_TRANSFER_ENCODING", None)
    request.environ |= {"wsgi.input": taken, "CONTENT_LENGTH": str(size)}


def _give_up(_error: BaseException | None) -> None:
    if taken := g.pop("taken_in", None):
        taken.close()


def throw_away() -> None:
    """Read the rest of a body that is too large. A browser still sending it would show a broken connection in
    place of our answer.
    """
    left = THROWN_AWAY_BYTES
    if request.environ.get("wsgi.input_terminated"):
        with suppress(ClientDisconnected):
            while left > 0 and (some := _read(request.environ["wsgi.input"], AT_ONCE)):
                left -= len(some)


def _read(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except Exception as error:  # each server has its own: cut off, and chunks that are none
        raise ClientDisconnected from error
