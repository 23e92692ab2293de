"""How pages look: the templates' loaders and filters, and the built styles, scripts, fonts and icons.

Everything a page needs is served by ourselves under `/assets/`. Each file's name carries a hash of its
content, so browsers keep it for ever and a new release is seen at once.

NotBuilt        the stylesheet and its friends are missing; says how to make them
"""

import json
import operator
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from whitenoise import WhiteNoise

from notifications import addresses, words
from notifications.addresses import phone_as_said
from notifications.compiled import CompiledTemplates
from web.models import Person, Role
from web.services.evidence.findings import FEW

BUILT = Path(__file__).parents[1] / "static" / "built"
URL = "/assets/"
LONDON = ZoneInfo("Europe/London")


class NotBuilt(RuntimeError):
    """The stylesheet and its friends are missing: the start of the service says how to make them."""


def init_look(app: Flask, built: Path = BUILT) -> None:
    """Give `app` its templates, filters and assets.

    Raises:
        NotBuilt: `web/static/built/` is empty, as in a clone before `make setup`.
    """
    names = _manifest(built)
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web"),
            PrefixLoader(
                {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
            ),
        ]
    )
    app.jinja_env.bytecode_cache = CompiledTemplates(
        Path(__file__).parents[1], "pages", [__file__, words.__file__, addresses.__file__]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    WTFormsHelpers(app)

    @app.template_global()
    def asset(name: str) -> str:
        return URL + names[name]

    for say in (
        called,
        clock,
        words.counted,
        day,
        few,
        full_day,
        hours,
        listed,
        moment,
        month,
        number,
        words.percent,
        words.with_reader,
    ):
        app.add_template_filter(say)
    app.add_template_filter(phone_as_said, "as_phone")
    app.add_template_filter(addresses.link_as_read)
    app.add_template_filter(addresses.link_at_end)
    app.add_template_filter(operator.or_, "combined")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=built,
        prefix=URL,
        max_age=3600,
        immutable_file_test=_named_by_content,
        allow_all_origins=False,
        add_headers_function=_say_what_it_is,
    )


def _manifest(built: Path) -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((built / "manifest.json").read_text())
    except FileNotFoundError:
        raise NotBuilt("the stylesheet has not been built yet: run `make setup`") from None
    return names


def _named_by_content(_path: str, url: str) -> bool:
    return re.search(r"-[0-9a-f]{12}\.\w+$", url) is not None


def _say_what_it_is(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def called(person: Person) -> str:
    """What somebody is called here; empty of who was erased."""
    return words.called(person.name, person.known_as)


def day(when: date | datetime) -> str:
    """Monday 7 December, where the reader is; with the year where letters say it too."""
    when = _here(when)
    return words.day(when.date() if isinstance(when, datetime) else when, _today())


def _today() -> date | None:
    """Of the request that is answered."""
    now: datetime | None = g.get("now") if has_request_context() else None
    return now.astimezone(LONDON).date() if now else None


def full_day(when: date | datetime) -> str:
    """7 December 2026, for what may be read years later."""
    return words.full_day(_here(when))


def month(when: date | datetime) -> str:
    """December 2026."""
    return f"{_here(when):%B %Y}"


def clock(when: datetime) -> str:
    """12:30."""
    return f"{_here(when):%H:%M}"


def moment(when: datetime) -> str:
    """12:30 on Tuesday 8 December."""
    return f"{clock(when)} on {day(when)}"


def number(n: int | float) -> str:
    """1,005."""
    return f"{n:,}"


def hours(given: float) -> str:
    """1,005.5; whole ones without the point."""
    return f"{given:,.2f}".rstrip("0").rstrip(".")


def few(people: int, role: Role) -> str:
    """1,005; for a viewer "fewer than 5" where a number could point at somebody."""
    return f"fewer than {FEW}" if role is Role.VIEWER and people < FEW else number(people)


def listed(names: Iterable[str], word: str = "and") -> str:
    """Amina, Tom and Lena."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def _here(when: date | datetime) -> date | datetime:
    if not isinstance(when, datetime):
        return when
    if when.tzinfo is None:
        raise ValueError(f"{when} does not say in which time zone it is")
    return when.astimezone(UTC).astimezone(LONDON)
