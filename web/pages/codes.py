"""Texting a code to prove that a number is theirs, from wherever somebody gives one."""

from flask import flash, g

from notifications import pace
from web.http.context import house
from web.models import Person, Programme
from web.services.people import phone_codes

# Whatever is used up: what others do with a number, or how many texts go out, is nobody's to learn.
NO_MORE = "We can send no more codes today. Ask for one tomorrow."


def text_a_code(person: Person, phone: str, programme: Programme) -> None:
    """If this service texts; says on the page what became of it."""
    settings = house().settings
    if not settings.texts_offered:
        return
    spend = pace.Spend(1, settings.sms_daily_cap, unproven=True)
    try:
        if pace.is_used_up(g.session, settings.sms_provider, g.now, spend):
            raise phone_codes.TooManyCodes
        phone_codes.send_code(g.session, person, phone, programme, signer=house().signer, now=g.now)
        flash("We have sent a code. It is good for ten minutes.")
    except phone_codes.TooManyCodes:
        flash(NO_MORE, "error")
