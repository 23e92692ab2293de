"""What somebody typed into a form that could not be taken: shown to them again, so that nothing is lost."""

from dataclasses import dataclass

from flask import current_app, request

from web.http.context import SAFE

TOKEN = "csrf_token"  # noqa: S105  (its field's name)
SEEN = "seen"  # what stood in a form when it was opened, which nobody wrote
AGAIN = "sent_again"  # in a form that we have shown again


@dataclass(frozen=True)
class Kept:
    """A form as it was sent: where to, with what, and the words in it. `cookies_off`: it was sent again, and
    still without a cookie.
    """

    address: str
    fields: list[tuple[str, str]]
    words: str
    cookies_off: bool


def form() -> Kept | None:
    """The form that was sent, where it came from a page of ours; of another site's nothing is repeated.

    Our own token cannot say so: it may be what failed. Browsers since 2023 tell in a header that no page can
    write (W3C, Fetch Metadata); by others people go back, which keeps what they typed. Of a file only its
    name is here, so it has to be chosen again.
    """
    if request.method in SAFE or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return None
    if any(request.files.values()):
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != TOKEN]
    again = (AGAIN, "y") in typed
    return Kept(
        address=request.full_path.removesuffix("?"),
        fields=typed if again else [*typed, (AGAIN, "y")],
        words="\n\n".join(value.strip() for name, value in typed if name != SEEN and _is_written(value)),
        cookies_off=again and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies,
    )


def _is_written(value: str) -> bool:
    """Has it a space in it? The rest are choices and numbers, which are quickly made again."""
    return len(value.split()) > 1
