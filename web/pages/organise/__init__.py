"""An organiser's pages. Everything below one programme says which role it needs."""

from flask import Blueprint

pages = Blueprint("organise", __name__, url_prefix="/organise")

# They add their views to it.
from web.pages.organise import dashboard, learning, organisations, people, rounds, sign_in  # noqa: E402, F401
