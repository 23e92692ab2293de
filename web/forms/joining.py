"""The join form, and the forms of the personal page that share its fields."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from notifications.messages import Channel
from web.forms.fields import (
    Address,
    Check,
    Checks,
    Choice,
    Day,
    LongText,
    PastedLink,
    Radio,
    Text,
    is_email,
    is_email_or_phone,
    is_phone,
)
from web.forms.names import is_a_body_s, is_a_person_s
from web.forms.open import OpenForm
from web.forms.seen import SeenForm, Value
from web.models import Person, Programme, VideoKind
from web.services.common import written_names
from web.services.organisations import spelling
from web.services.people.joining import Details
from web.services.people.own_details import Edit

ANOTHER = "="  # no organisation is called so
NAME, KNOWN_AS, ORGANISATION, EMAIL, HANDLE, ABOUT = 80, 40, 120, 254, 1_000, 300
UNTOLD = "We use it only to bring people together who differ in it. Nobody you meet is told what you choose."
NO_ORGANISATION = "Enter your organisation. If you have none, write your town or village"
WHERE_FROM = "A council, a charity, a community. Retired, or on your own? Write your town or village."
ONLY_WAY = "We reach you by this number alone. Add an email address and confirm it first"
WAYS = {"email": "email address", "phone": "phone number", "video": "video handle"}
CHANNELS = [SelectChoice(Channel.EMAIL.value, "Email"), SelectChoice(Channel.SMS.value, "Text message")]
VIDEO_KINDS = [
    SelectChoice("", "I would rather not say"),
    *(SelectChoice(kind.value) for kind in (VideoKind.TEAMS, VideoKind.MEET, VideoKind.ZOOM)),
    SelectChoice(VideoKind.OTHER.value, "Another one"),
]
# Microsoft ended it on 5 May 2025. Whoever chose it before sees so.
ENDED = SelectChoice(VideoKind.SKYPE.value, "Skype, which has ended: choose another")
SHARES = [
    SelectChoice("email", "My email address"),
    SelectChoice("phone", "My phone number"),
    SelectChoice("video", "My video handle"),
]


def is_an_organisation(form: FlaskForm, field: Text) -> None:
    if field.data and spelling.says_none(field.data):
        raise ValidationError(NO_ORGANISATION)
    is_a_body_s(form, field)


class LinkForm(FlaskForm):
    """For "send me my link": an email address, or a number for who joined by text."""

    address = Address(
        "Email address or mobile number",
        most=EMAIL,
        needed="Enter your email address or mobile number",
        validators=[is_email_or_phone],
    )


class EmailForm(FlaskForm):
    """For an organiser's sign-in."""

    email = Address("Email address", most=EMAIL, needed="Enter your email address", validators=[is_email])


class NamesForm(FlaskForm):
    """Who somebody is, and what their letters and partners say after hello."""

    name = Text("Your name", most=NAME, needed="Enter your name", validators=[is_a_person_s])
    known_as = Text(
        "What should we call you? (optional)",
        most=KNOWN_AS,
        filters=[written_names.asked_for],
        validators=[is_a_person_s],
        description="As in “Hello Jo”. Leave it empty and we use your whole name.",
    )


class DetailsForm(NamesForm):
    """What is known of a person, as they themselves may write it."""

    email = Address("Email address", most=EMAIL, needed="Enter your email address", validators=[is_email])
    phone = Address(
        "Mobile number (optional)",
        most=30,
        description="A UK mobile. You need it only if you would like texts.",
        validators=[is_phone],
    )
    channel = Radio(
        "How should we reach you?",
        needed="Choose email or text message",
        choices=CHANNELS,
        default=Channel.EMAIL.value,
        description="Before any text we send you a code, to be sure the number is yours.",
    )
    video_kind = Choice("Video calls (optional)", choices=VIDEO_KINDS)
    video_handle = PastedLink(
        "Your video handle (optional)", most=HANDLE, description="The name or link people call you by."
    )
    about = LongText(
        "One line about you (optional)",
        most=ABOUT,
        description="What do you do, and what would you love to hear about? Your partner reads it.",
    )
    shares = Checks(
        "What may the person you meet see?",
        choices=SHARES,
        default=["email"],
        description="They always see your name, your organisation and your line.",
    )

    def validate_channel(self, field: Radio) -> None:
        if field.data == Channel.SMS and not self.phone.data:
            raise ValidationError("Enter a mobile number too, or choose email")

    def validate_shares(self, field: Checks) -> None:
        ways = {"email": self.email, "phone": self.phone, "video": self.video_handle}
        for what, called in WAYS.items():
            if ways[what] is None:  # not asked for, and no choice
                continue
            # A way that is itself wrong has been told so: once is enough.
            if what in field.data and not ways[what].data and not ways[what].errors:
                raise ValidationError(f"There is no {called} to show yet")
        if not field.data:
            raise ValidationError("Tick at least one: they need a way to write to you")

    def offer_no_texts(self, number: str | None = None) -> None:
        """A number that no code can prove is shown to nobody, nor asked for: `number` is one given before,
        which may be taken back.
        """
        del self.channel
        if not number:
            del self.phone
        self.shares.choices = [share for share in SHARES if share.value != "phone"]

    def personal(self) -> dict[str, Any]:
        shared = set(self.shares.data)
        return {
            "name": self.name.data,
            "known_as": self.known_as.data or "",
            "email": self.email.data,
            "phone": (self.phone.data or None) if self.phone else None,
            "channel": Channel(self.channel.data) if self.channel else Channel.EMAIL,
            "video_kind": VideoKind(self.video_kind.data or ""),
            "video_handle": self.video_handle.data or "",
            "about": self.about.data or "",
            "shares_email": "email" in shared,
            "shares_phone": "phone" in shared,
            "shares_video": "video" in shared,
        }


class EditForm(DetailsForm, SeenForm):
    over = ("name", "known_as", "email", "phone", "channel", "video_kind", "video_handle", "about")
    made = "It has been made"
    person: Person

    def needs_no_email(self) -> None:
        """For who joined by text: an address may be added, and none is asked for. The number has to stay."""
        self.email.label.text = "Email address (optional)"
        self.email.validators = [Optional(), is_email]
        self.phone.label.text = "Mobile number"
        self.phone.validators = [DataRequired(ONLY_WAY), *self.phone.validators]

    def edit(self, person: Person) -> Edit:
        """What was not asked for stays as it is."""
        facts = self.personal()
        if self.channel is None:
            facts["shares_phone"] = person.shares_phone
            facts["channel"] = Channel.EMAIL if self.email.data else person.channel
        return Edit(**facts)

    @classmethod
    def of(cls, person: Person) -> "EditForm":
        form = cls(obj=person)
        form.person = person
        if person.email is None:
            form.needs_no_email()
        if person.video_kind is VideoKind.SKYPE:
            form.video_kind.choices = [*VIDEO_KINDS, ENDED]
        if not form.is_submitted():
            form.shares.data = _shared(person)
            form.channel.data, form.video_kind.data = person.channel.value, person.video_kind.value
        return form.begun()

    def standing(self) -> dict[str, Value]:
        person = self.person
        facts = {name: getattr(person, name) or "" for name in self.over if name in self}
        chosen = {"channel": person.channel.value, "video_kind": person.video_kind.value}
        facts |= {name: value for name, value in chosen.items() if name in self}
        shown = {choice.value for choice in self.shares.choices}
        return facts | {"shares": [kind for kind in _shared(person) if kind in shown]}


def _shared(person: Person) -> list[str]:
    return [kind.value for kind in SHARES if getattr(person, f"shares_{kind.value}")]


class WhichOrganisation(FlaskForm):
    """Asks whether a name that was typed is an organisation we know."""

    organisation_is = Radio("Is it one that we know?", needed="Say whether it is one that we know")

    def ask_which(self, typed: str, known: Sequence[str]) -> None:
        """`known` are those it may be; the question goes where there is none."""
        if not known:
            del self.organisation_is
            return
        one = f"Is this {known[0]}?" if len(known) == 1 else "Is this one of these?"
        self.organisation_is.label.text = one
        self.organisation_is.description = f"You wrote “{typed}”. Whoever you meet should be from elsewhere."
        self.organisation_is.choices = [
            *(SelectChoice(name, f"Yes, {name}" if len(known) == 1 else name) for name in known),
            SelectChoice(ANOTHER, f"No, “{typed}” is another organisation"),
        ]

    def organisation_meant(self, typed: str) -> str:
        """What was typed, or the one that it is."""
        chosen = self.organisation_is.data if self.organisation_is else ANOTHER
        return typed if chosen == ANOTHER else chosen


class TextJoinForm(NamesForm, WhichOrganisation):
    """For who asked to join by text: the number is known, and who it is is not."""

    organisation = Text(
        "Your organisation",
        most=ORGANISATION,
        needed="Enter your organisation",
        validators=[is_an_organisation],
        description=WHERE_FROM,
    )


class MixForm(FlaskForm):
    """What a programme asks that it mixes by besides organisations."""

    mix_choice = Choice("", description=UNTOLD)

    def offer_choices(self, programme: Programme) -> None:
        """The question goes where a programme has none."""
        if not programme.mix_by:
            del self.mix_choice
            return
        self.mix_choice.label.text = f"{programme.mix_by} (optional)"
        self.mix_choice.choices = [SelectChoice("", "I would rather not say")]
        self.mix_choice.choices += [SelectChoice(choice) for choice in programme.mix_choices]


class JoinForm(DetailsForm, WhichOrganisation, MixForm, OpenForm):
    organisation = Text(
        "Your organisation",
        most=ORGANISATION,
        needed="Enter your organisation",
        validators=[is_an_organisation],
        description=f"{WHERE_FROM} Type a new one if it is not listed.",
    )
    happy_in_three = Check("I am happy to be in a three now and then, when the number is odd", default=True)
    agree = Check("I agree to the code of conduct and have read the privacy notice")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Mistakes are listed in the order of the page: where somebody works, then how they are reached.
        first = ("name", "known_as", "email", "organisation", "organisation_is", "mix_choice", "about")
        self._fields = {name: self[name] for name in (*first, *(field.short_name for field in self))}

    def validate_agree(self, field: Check) -> None:
        if not field.data:
            raise ValidationError("You can join only if you agree to the code of conduct")

    def details(self) -> Details:
        personal = self.personal()
        return Details(
            organisation=self.organisation_meant(self.organisation.data),
            happy_in_three=self.happy_in_three.data,
            mix_choice=self.mix_choice.data if self.mix_choice else None,
            **personal,
        )


class SharedMailboxForm(FlaskForm):
    """For who reads a mailbox that is somebody else's here."""

    email = Address(
        "An email address of your own",
        most=EMAIL,
        needed="Enter an email address of your own",
        validators=[is_email],
    )


class PauseForm(FlaskForm):
    until = Day("When would you like to be in again?", description="For example, 7 12 2026.")


class CodeForm(FlaskForm):
    code = Text("The code in the text", most=12, needed="Enter the six digits we texted you")


class OrganisationForm(WhichOrganisation):
    organisation = Text(
        "Your organisation",
        most=ORGANISATION,
        needed="Enter your organisation",
        validators=[is_an_organisation],
    )


class CorrectionForm(NamesForm, OrganisationForm, SeenForm):
    """What organisers may put right about somebody."""

    over = ("name", "known_as")
    made = "It has been made"
