"""Did you meet, and what did you learn?"""

import re
from datetime import datetime, time

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from notifications import secrets
from web.forms.fields import Check, Day, LongText, OrNoDay, PastedLink, Radio, Text, is_web_link
from web.models import Answer, Learning, Showing
from web.services.common.times import clock, london
from web.services.conversations.conversations import LONGEST, Conversation, Said

LEARNING, LINK = LONGEST, 500
ANSWERS = {
    Answer.MET: "We met",
    Answer.BOOKED: "We have agreed a time",
    Answer.NOT_YET: "Not yet",
    Answer.COULD_NOT: "I could not make it",
    Answer.NO_REPLY: "I had no reply",
}
# As an address in a message says it.
CHOSEN = {answer.value.replace(" ", "-"): answer.value for answer in ANSWERS}
NOON, MORNING = 12, 7
A_TIME = re.compile(r"(\d{1,2})(?:\s?[:.h]?\s?(\d{2}))?\s?(?:([ap])\.?\s?m\.?)?", re.IGNORECASE)
SHOWINGS = [
    SelectChoice(Showing.WITH_NAME.value, "Yes, with my first name and organisation"),
    SelectChoice(Showing.WITHOUT_NAME.value, "Yes, without my name"),
    SelectChoice(Showing.NO.value, "No, keep it between us"),
]


def is_not_ours(_form: FlaskForm, field: Text) -> None:
    """Whoever copies the address of this very page would publish what opens it."""
    if secrets.found_in(field.data or ""):
        raise ValidationError("That link opens your own page here. Enter the link of your post")


class BookedForm(FlaskForm):
    """We have agreed a time. When it is may stay between them."""

    day = Day("Which day? (optional)", description="For example, 8 12 2026.", validators=[OrNoDay()])
    hour = Text("What time? (optional)", most=40, description="For example, 12:30 or 2pm.")

    def validate_hour(self, field: Text) -> None:
        if bool(field.data) == self.day.is_empty:
            raise ValidationError("Give the day and the time, or leave both empty")
        if self.day.errors:
            return  # whether it is a time of that day is seen once the day is one
        # Where the clocks go forward an hour is left out: then the clock shows another one.
        if field.data and (self.at is None or clock(self.at) != f"{self.time_said:%H:%M}"):
            raise ValidationError("Enter a time of that day, such as 12:30")

    @property
    def time_said(self) -> time | None:
        """Such as 12:30, 9.05, 1430, 2pm or 2.30 p.m.; 2:30 is in the afternoon, and 02:30 at night."""
        found = A_TIME.fullmatch(self.hour.data or "")
        if found is None:
            return None
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
        if not half and not found[2]:
            return None  # "2" may be either
        if half:
            if not 1 <= hour <= NOON:
                return None
            hour = hour % NOON + (NOON if half == "p" else 0)
        elif hour < MORNING and not found[1].startswith("0"):
            hour += NOON  # "2:30" is no night's
        return time(hour, minute) if hour < 2 * NOON and minute < 60 else None

    @property
    def at(self) -> datetime | None:
        return london(self.day.data, self.time_said) if self.day.data and self.time_said else None


class CheckInForm(FlaskForm):
    answer = Radio(
        "Did you meet?",
        needed="Choose what comes closest",
        choices=[SelectChoice(answer.value, words) for answer, words in ANSWERS.items()],
    )
    text = LongText(
        "One thing you learned (optional)",
        most=LEARNING,
        description="A sentence is plenty. Leave out private things.",
    )
    link = PastedLink(
        "A link to your post (optional)",
        most=LINK,
        description="A tweet, a toot, a post or a blog.",
        validators=[is_web_link, is_not_ours],
    )
    showing = Radio(
        "May we show it on the page of what people learned?",
        needed="Choose whether we may show it",
        choices=SHOWINGS,
        default=Showing.NO.value,
        description="An organiser reads it first.",
    )
    may_name_me = Check("If somebody I talked with shares something, it may say that it was with me")
    seen = HiddenField()  # the version of what they had written, when the page was opened

    def validate_text(self, field: LongText) -> None:
        # A wish to show nothing is most likely a page sent before the sentence was written.
        if self.showing.data != Showing.NO and not field.data and not self.link.data:
            raise ValidationError("Write what you learned or add a link, or choose to keep it between us")

    def said(self) -> Said:
        return Said(
            Answer(self.answer.data),
            self.text.data or "",
            self.link.data or "",
            Showing(self.showing.data),
            bool(self.may_name_me.data),
        )

    def overlooks(self, learning: Learning | None) -> bool:
        """Was the page opened before something was written, by a reply or in another tab, and has no word of
        it? It takes back nothing that it did not show.
        """
        if learning is None or self.text.data or self.link.data:
            return False
        return bool(self.seen.data) and self.seen.data != str(learning.version)

    @property
    def begun(self) -> bool:
        """Has anything been said yet, here or by what was tapped in the message?"""
        return bool(self.answer.data or self.text.data or self.link.data)

    @classmethod
    def of(cls, talk: Conversation, chosen: str = "") -> "CheckInForm":
        """The form with what they said before, and the answer they have chosen in the message."""
        form = cls()
        if form.is_submitted():
            return form
        if talk.check_in:
            form.answer.data, form.may_name_me.data = talk.check_in.answer.value, talk.check_in.may_name_me
        if talk.learning:
            form.text.data, form.link.data = talk.learning.text, talk.learning.link
            form.showing.data = talk.learning.showing.value
        form.seen.data = str(talk.learning.version if talk.learning else 0)
        if chosen in CHOSEN:
            form.answer.data = CHOSEN[chosen]
        return form
