"""Starting a programme, and deciding about one that was asked for."""

from flask_wtf import FlaskForm

from web.forms.fields import Address, LongText, Text, is_email
from web.forms.joining import EMAIL
from web.forms.names import is_a_body_s
from web.forms.open import OpenForm
from web.models.starting import REASON
from web.services.common.programmes import LONGEST_NAME
from web.services.programmes.starting import Wanted

WHY, HELPERS = 1000, 500
LONGEST_ADDRESS = 40


class PageAddress(Text):
    """The last part of /p/…/: capitals and spaces that somebody types become what an address can have."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, most=LONGEST_ADDRESS, needed="Enter an address for the page", **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data.lower().replace(" ", "-").removeprefix("/p/").strip("/")


class AddressForm(FlaskForm):
    slug = PageAddress("Another address for the page")


class StartForm(OpenForm):
    name = Text(
        "What is the programme called?",
        most=LONGEST_NAME,
        needed="Enter a name",
        validators=[is_a_body_s],
        description="For example, Yorkshire Councils Unmentoring.",
    )
    slug = PageAddress(
        "The address of its page",
        description="Small letters, digits and hyphens. It can be changed later, and the old one leads on.",
    )
    email = Address(
        "Your email address",
        most=EMAIL,
        needed="Enter your email address",
        validators=[is_email],
        description="We write to it to confirm that it is yours. You sign in with it; there is no password.",
    )
    contact = Address(
        "The address that people write to (optional)",
        most=EMAIL,
        description="Everyone can see it. Leave it empty to show your own.",
    )
    why = LongText(
        "Why would you like to start it?",
        most=WHY,
        needed="Say in a sentence why you would like to start it",
        description="Who are the people, and what could they talk about?",
    )
    helpers = LongText(
        "Who else will help? (optional)",
        most=HELPERS,
        description="A programme does better with two organisers. You invite them once it has begun.",
    )

    def validate_contact(self, field: Address) -> None:
        if field.data:
            is_email(self, field)

    def wanted(self) -> Wanted:
        return Wanted(
            email=self.email.data,
            name=self.name.data,
            slug=self.slug.data,
            contact=self.contact.data or self.email.data,
            why=self.why.data,
            helpers=self.helpers.data or "",
        )


class DeclineForm(FlaskForm):
    reason = LongText(
        "Why not? (optional)", most=REASON, description="The founder reads it. One or two sentences."
    )

    def stops_a_yes(self) -> bool:
        """What was written to the founder is not thrown away because the other button was pressed."""
        if self.reason.data:
            self.reason.errors = ["You have written why not. Decline it, or delete that to approve it"]
        return bool(self.reason.data)
