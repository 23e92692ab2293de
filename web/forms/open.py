"""What every form that is open to everyone carries against programs that fill it in."""

from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import HiddenField

from web.forms.fields import Text

QUICKEST_SECONDS = 2


class OpenForm(FlaskForm):
    started = HiddenField()
    # People do not see this field. Programs that fill in every field do.
    website = Text("Leave this empty", most=200)

    def was_filled_by_a_program(self) -> bool:
        return bool(self.website.data)


class StartedForm:
    """When a form was opened, signed, so that one sent back at once can be told from a person's."""

    def __init__(self, key: str) -> None:
        self._signer = URLSafeSerializer(key, salt="form opened")

    def stamp(self, seconds: float) -> str:
        return str(self._signer.dumps(int(seconds)))

    def too_quick(self, stamp: str | None, seconds: float) -> bool:
        """Was it sent back sooner than anybody can type? A missing or changed stamp counts as that."""
        try:
            opened = self._signer.loads(stamp or "")
        except BadSignature:
            return True
        return not isinstance(opened, int) or seconds - opened < QUICKEST_SECONDS
