"""Answering proposals and reviews, judging an objection, and saying what should change."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, ValidationError
from wtforms.fields.choices import SelectChoice

from web.forms.evaluations import EvaluationFields
from web.forms.fields import Check, LongText, Radio, Text, Words
from web.forms.seen import SeenForm, show_what_was_taken, take_or_ask
from web.models import Objection, ReviewAnswer, Stance, Subject, Verdict
from web.services.agreements import agenda, answering, panels, reviews
from web.services.agreements.agreements import ChangeWanted, InForce
from web.services.agreements.panels import Judgement
from web.services.agreements.proposals import LONGEST, LONGEST_DRIVER, LONGEST_TITLE

# As an address in a message says it.
CHOSEN = {stance.value.replace(" ", "-"): stance for stance in Stance}
STANCES = {
    Stance.NO_OBJECTION: "No objection",
    Stance.CONCERN: "I have a concern",
    Stance.OBJECTION: "I object",
}
HOLDS = [
    SelectChoice("yes", "Yes, it holds: there is a harm or risk worth avoiding now, or a better way"),
    SelectChoice("no", "No, it does not hold"),
]


VERDICTS = [
    SelectChoice(Verdict.KEEP.value, "Keep it as it is"),
    SelectChoice(Verdict.CHANGE.value, "Change it"),
    SelectChoice(Verdict.DROP.value, "Drop it"),
]


SENT_TWICE = "It says that already. Nothing was sent a second time."
CHANGED = (
    "It was changed after you opened this page. Read it as it is now, then send yours again, or leave it so"
)
THIS_TOO = "This was changed too, as it says above. Send it again to have it as it is here"


def overlooks(form: FlaskForm, read: FlaskForm) -> bool:
    """`form` began with what holds by now, `read` with what its sender read. What they left as it stood there
    takes what holds now; what differs is asked about, once. Have they sent anything but what holds now?
    """
    fields = [field for field in form if field.name in read and not isinstance(field, HiddenField)]
    if all(field.data == field.object_data for field in fields):
        return False
    for field in fields:
        take_or_ask(field, read[field.name].object_data, field.object_data, THIS_TOO)
    show_what_was_taken(fields)
    form.form_errors.append(CHANGED)
    return True


class AnswerForm(FlaskForm):
    """Its three buttons say the stance."""

    words = LongText(
        "What concerns you, or what harm or risk do you see?",
        most=answering.LONGEST,
        description="Not needed where you have no objection. Say what would happen, or what would be better. "
        "Leave out private things: others read it, without your name.",
    )
    named = Check("Show my name with it")
    stance = HiddenField()

    def said(self) -> Stance | None:
        return Stance(self.stance.data) if self.stance.data in {one.value for one in Stance} else None

    def validate_words(self, words: LongText) -> None:
        """Words are not thrown away because somebody has pressed the wrong button."""
        if self.said() is Stance.NO_OBJECTION and words.data:
            raise ValidationError(
                "You have written something. Choose whether it is a concern or an objection, or delete it"
            )


class JudgementForm(FlaskForm):
    """About one objection; a panel's page holds several, each under a prefix of its own."""

    holds = Radio(
        "Does it show a harm or a risk worth avoiding now, or a better way worth its cost?",
        needed="Choose whether it holds",
        choices=HOLDS,
    )
    reason = LongText(
        "Why?",
        most=panels.LONGEST_REASON,
        needed="Say why, in a sentence",
        description="Your reason is published, your name is not.",
    )

    @classmethod
    def about(cls, objection: Objection) -> "JudgementForm":
        return cls(prefix=f"o{objection.id}-")

    def judgement(self) -> Judgement:
        return Judgement(self.holds.data == "yes", self.reason.data)


class FreeForm(EvaluationFields, SeenForm):
    """Something to agree on in free words."""

    over = ("title", "text")

    title = Words("Title", most=LONGEST_TITLE, needed="Give it a title")
    text = LongText(
        "What should hold?",
        most=LONGEST,
        description="At most 120 words.",
    )
    driver = LongText(
        "Why?",
        most=LONGEST_DRIVER,
        needed="Say why, in words that everyone can read",
        description="What happens now, and what it leads to.",
    )

    def about_one_that_is_there(self) -> "FreeForm":
        self.text.description = "At most 120 words. Left empty, the agreement would be dropped."
        return self

    def change(self, of: InForce | None = None) -> ChangeWanted:
        return ChangeWanted(
            Subject.OTHER,
            self.driver.data,
            title=self.title.data,
            text=self.text.data or "",
            **self.judged_by(),
            agreement_id=of.agreement.id if of else None,
        )


class ObjectionForm(FlaskForm):
    """To something that is in force."""

    words = LongText(
        "What harm or risk do you see, or what would be better?",
        most=answering.LONGEST,
        needed=answering.MISSING[Stance.OBJECTION],
        description="Leave out private things: people drawn by chance read it now, and everybody later, "
        "without your name.",
    )
    named = Check("Show my name with it")


class WishForm(FlaskForm):
    line = Words(
        "Anything we should change? (optional)",
        most=agenda.LONGEST,
        description="The organisers read it without your name, and may quote it as the reason of a proposal. "
        "You hear what becomes of it.",
    )


SAY_THIS = (
    "You have said what you would change. Choose what should become of it and press “Say this”, or take it "
    "back and press once more"
)


class OpinionForm(FlaskForm):
    """About one agreement; a review's page holds several, each under a prefix of its own."""

    verdict = Radio("Does it go on?", needed="Choose whether it goes on", choices=[])
    words = LongText("What would you change, and why? (optional)", most=reviews.LONGEST)

    def validate_words(self, words: LongText) -> None:
        """Nor thrown away because what was chosen before anybody chose is to keep it."""
        if self.verdict.data == Verdict.KEEP.value and words.data:
            raise ValidationError(
                "You have written what you would change. Choose to change it, or delete that"
            )

    def stops_keeping(self) -> bool:
        """Nor because the button that keeps everything was pressed beside it."""
        written = self.words.data and self.words.data != self.words.object_data
        if written or self.verdict.data not in (Verdict.KEEP.value, self.verdict.object_data):
            self.words.errors = [SAY_THIS]
        return bool(self.words.errors)

    @classmethod
    def about(cls, asked: reviews.Asked, said: ReviewAnswer | None, chosen: str) -> "OpinionForm":
        """`chosen`: which was pressed in the message, if there is this one agreement alone."""
        before = said.verdict.value if said else chosen
        form = cls(prefix=f"a{asked.id}-", verdict=before or Verdict.KEEP.value, words=said and said.words)
        form.verdict.choices = VERDICTS if asked.may_drop else VERDICTS[:2]
        return form

    def opinion(self) -> reviews.Opinion:
        return reviews.Opinion(Verdict(self.verdict.data), self.words.data or "")


class DeclineForm(FlaskForm):
    because = Words("Why not?", most=200, needed="Say why, in a few words: who said it is told")

    def stops_another(self) -> bool:
        """What was written to decline it is not thrown away because another button was pressed."""
        if self.because.data:
            self.because.errors = ["You have written why not. Decline it, or delete that and press once more"]
        return bool(self.because.data)


class NumberForm(FlaskForm):
    number = Text("Number of the proposal", most=9, needed="Enter the number of a proposal")


class ReasonForm(FlaskForm):
    reason = Words("Why is it hidden?", most=200, needed="Say why, in a few words")
