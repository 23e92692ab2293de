"""Writing back to us from the local outbox."""

from flask_wtf import FlaskForm

from notifications.replies import LONGEST
from web.forms.fields import LongText, Text, is_phone

LONGEST_TEXT = 1600  # letters, as far as networks carry one


class TextForm(FlaskForm):
    sender = Text(
        "From which number",
        most=40,
        needed="Enter the number you text from",
        validators=[is_phone],
        description="Any: no phone is needed. 07700 900000 to 900999 belong to nobody.",
    )
    words = LongText("Your text", most=LONGEST_TEXT, needed="Write what you text")


class ReplyForm(FlaskForm):
    words = LongText("Your answer", most=LONGEST, needed="Write your answer")
