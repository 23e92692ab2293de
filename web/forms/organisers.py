"""Who runs a programme."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from web.forms.fields import Address, Radio, is_email
from web.forms.joining import EMAIL
from web.models import Role

ROLES = [
    SelectChoice(Role.ORGANISER.value, "Organiser: draws and sends rounds, looks after people"),
    SelectChoice(Role.VIEWER.value, "Viewer: sees how many take part and whether it works, no names"),
    SelectChoice(Role.OWNER.value, "Owner: everything, and decides who organises"),
]


def _role() -> Any:
    return Radio("What may they do?", needed="Choose what they may do", choices=ROLES)


class RoleForm(FlaskForm):
    role = _role()


class InviteForm(FlaskForm):
    email = Address("Email address", most=EMAIL, needed="Enter their email address", validators=[is_email])
    role = _role()
