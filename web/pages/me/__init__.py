"""Somebody's own pages, by the links in their messages."""

from flask import Blueprint

pages = Blueprint("me", __name__)

# They add their views to it.
from web.pages.me import own_page  # noqa: E402, F401
