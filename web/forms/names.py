"""Names in forms: what others read in our letters as who somebody is."""

from wtforms import Field, Form
from wtforms.validators import ValidationError

from web.services.common import name_checks
from web.services.common.name_checks import Fault

# What stands beside somebody's name in a form: three equal lines above it would not say which is which.
BESIDE_A_NAME = {
    "known_as": ("a name for greetings", " of the name for greetings"),
    "organisation": ("an organisation", " of the organisation"),
}


def is_a_person_s(_form: Form, field: Field) -> None:
    """Nothing, or what a person may be called."""
    _refuse(field, name_checks.of_a_person(field.data) if field.data else None)


def is_a_body_s(_form: Form, field: Field) -> None:
    """Nothing, or what an organisation or a programme may be called."""
    _refuse(field, name_checks.of_a_body(field.data) if field.data else None)


def _refuse(field: Field, fault: Fault | None) -> None:
    if fault:
        raise ValidationError(fault.to_do(*BESIDE_A_NAME.get(field.short_name, ())))
