"""Names in forms: what others read in our letters as who somebody is."""

from wtforms import Field, Form
from wtforms.validators import ValidationError

from web.services.common import name_checks
from web.services.common.name_checks import Fault


def is_a_person_s(_form: Form, field: Field) -> None:
    """Nothing, or what a person may be called."""
    _refuse(name_checks.of_a_person(field.data) if field.data else None)


def is_a_body_s(_form: Form, field: Field) -> None:
    """Nothing, or what an organisation or a programme may be called."""
    _refuse(name_checks.of_a_body(field.data) if field.data else None)


def _refuse(fault: Fault | None) -> None:
    if fault:
        raise ValidationError(fault.to_do)
