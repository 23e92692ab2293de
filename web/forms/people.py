"""What an organiser fills in about people and organisations."""

from typing import Any

from flask_wtf import FlaskForm

from web.forms.fields import LongText, Text
from web.forms.names import is_a_body_s
from web.forms.seen import SeenForm
from web.models import Organisation

REASON = 300


class SuspendForm(FlaskForm):
    reason = LongText(
        "Why? Only organisers read it",
        most=REASON,
        description="They are in no round until you let them in again. Their page says that you did this.",
        needed="Say why, in a few words",
    )


class OtherForm(FlaskForm):
    """Somebody else of the programme, by name or address."""

    other = Text("Name or email address", most=254, needed="Enter a name or an email address")


class OrganisationNamesForm(SeenForm):
    over = ("name", "short_name")

    name = Text("Name", most=120, needed="Enter a name", validators=[is_a_body_s])
    short_name = Text(
        "Short name (optional)",
        most=60,
        validators=[is_a_body_s],
        description="What lists say: Leeds, not Leeds City Council.",
    )

    @classmethod
    def of(cls, organisation: Organisation, **options: Any) -> "OrganisationNamesForm":
        return cls(obj=organisation, **options).begun()


class DomainForm(FlaskForm):
    domain = Text(
        "Email domain",
        most=253,
        needed="Enter a domain like leeds.example.org",
        description="Whoever joins with an address of this domain is asked whether they are from here.",
    )


class OtherNameForm(FlaskForm):
    other_name = Text("Another name people write", most=120, needed="Enter a name", validators=[is_a_body_s])
