"""An organiser's pages. Everything below one programme says which role it needs."""

from flask import Blueprint

pages = Blueprint("organise", __name__, url_prefix="/organise")

# They add their views to it.
from web.pages.organise import (  # noqa: E402
    agreements,  # noqa: F401
    audit,  # noqa: F401
    closing,  # noqa: F401
    complaints,  # noqa: F401
    dashboard,  # noqa: F401
    drafts,  # noqa: F401
    evidence,  # noqa: F401
    imports,  # noqa: F401
    learning,  # noqa: F401
    organisations,  # noqa: F401
    organisers,  # noqa: F401
    people,  # noqa: F401
    posts,  # noqa: F401
    replies,  # noqa: F401
    reports,  # noqa: F401
    rounds,  # noqa: F401
    settings,  # noqa: F401
    sign_in,  # noqa: F401
    stories,  # noqa: F401
    topups,  # noqa: F401
    wording,  # noqa: F401
)
