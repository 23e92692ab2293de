"""Somebody's own pages, by the links in their messages."""

from flask import Blueprint

pages = Blueprint("me", __name__)

# They add their views to it.
from web.pages.me import (  # noqa: E402
    agreements,  # noqa: F401
    details,  # noqa: F401
    leaving,  # noqa: F401
    own_link,  # noqa: F401
    own_page,  # noqa: F401
    posts,  # noqa: F401
)
