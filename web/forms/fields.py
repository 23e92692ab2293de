"""Fields and checks shared by every form."""

import re
import unicodedata
from typing import Any, Literal
from urllib.parse import urlsplit

from govuk_frontend_wtf.wtforms_widgets import (
    GovCharacterCount,
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, StopValidation, ValidationError

from notifications import addresses
from notifications.errors import BadAddress
from web.services.common import days, phrases, web_links

# Labels with dots between them. A backslash in it would lead a browser elsewhere than it says.
A_HOST = re.compile(r"([\w-]+\.)+[\w-]+")


class Text(StringField):
    """One line: NFKC, spaces tidied; control and direction-changing characters refused."""

    widget = GovTextInput()
    lines = False
    spelling: Literal["NFC", "NFKC"] = "NFKC"  # one spelling of a name, whichever way it was typed

    def __init__(self, label: str, *, most: int, needed: str = "", **options: Any) -> None:
        checks = [DataRequired(needed)] if needed else []
        super().__init__(label, [*checks, Readable(most), *options.pop("validators", ())], **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        given = unicodedata.normalize(self.spelling, valuelist[0]) if valuelist else ""
        given = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in given)
        self.data = (
            "\n".join(_tidied(line) for line in given.strip().splitlines()) if self.lines else _tidied(given)
        )


class Address(Text):
    """An email address or a number. Letters that nobody sees came along when it was copied: they go."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([addresses.as_seen(value) for value in valuelist[:1]])


class PastedLink(Text):
    """A web address, or words with one, without the gateway that rewrote it in a mail, and who copied it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = web_links.direct_in(self.data)


class Words(Text):
    """One line of what somebody says, as they write it: by NFKC “2½ hours” is 21⁄2, and 10 m² is 10 m2."""

    spelling = "NFC"


class LongText(Words):
    """A few sentences, line breaks kept. A link of ours, an answer address or a code, pasted with a letter of
    ours, is taken out, and so is a mail gateway, which has the writer's address in it: somebody else reads
    these words.
    """

    lines = True
    widget = GovCharacterCount()

    def __init__(self, label: str, *, most: int, **options: Any) -> None:
        super().__init__(label, most=most, **options)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = web_links.for_others(self.data)


class Check(BooleanField):
    widget = GovCheckboxInput()

    def _value(self) -> str:
        # What was sent says only that it was ticked; it is not shown back.
        return "y"


class Checks(SelectMultipleField):
    widget = GovCheckboxesInput()

    def pre_validate(self, _form: Form) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError("Choose from the list")


class Radio(RadioField):
    widget = GovRadioInput()

    def __init__(self, label: str, *, needed: str, **options: Any) -> None:
        super().__init__(label, [InputRequired(needed)], **options)

    def pre_validate(self, _form: Form) -> None:
        if self.data is not None and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError("Choose one of these")


class Choice(SelectField):
    widget = GovSelect()


class ThreeBoxes(GovDateInput):
    """Boxes called after the field's id, so that a page may have several; the first takes the error's focus.

    The library's own asks for exactly three values, and a form may be sent with fewer.
    """

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        known = (field.data.day, field.data.month, field.data.year) if field.data else ()
        typed = ([*(field.raw_data or known), "", "", ""])[:3]
        given, field.raw_data = field.raw_data, typed
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        field.raw_data = given
        names = (field.id, f"{field.id}-month", f"{field.id}-year")
        for box, name in zip(params["items"], names, strict=True):
            box["id"] = name
        params["id"] = f"{field.id}-boxes"
        return params


class Day(DateField):
    """Day, month and year in three boxes, as people write them: 7 Dec 26, or all of it in the first."""

    widget = ThreeBoxes()
    data: Any

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, format="%d %m %Y", **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = None  # not what stood there: it may be emptied
        found = days.whole_day(" ".join(value.strip() for value in valuelist[:3]))
        if valuelist and found is None:
            self.raw_data = [phrases.made_visible(value) for value in valuelist[:3]]  # shown again
            raise ValueError("Enter a day, like 7 12 2026")
        super().process_formdata([f"{found.day} {found.month} {found.year:04}"] if found else [])

    @property
    def is_empty(self) -> bool:
        return not any(box.strip() for box in self.raw_data or ())


class OrNoDay:
    """A day may be left out; one box alone is no day, and not left out."""

    def __call__(self, _form: Form, field: Day) -> None:
        if field.is_empty:
            field.errors = []
            raise StopValidation


class Readable:
    """No longer than `most` letters, and none that cannot be seen."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        kept = text.replace("\n", "") if getattr(field, "lines", False) else text
        invisible = phrases.has_invisible(kept)
        if invisible:
            field.data = "\n".join(phrases.made_visible(line) for line in text.split("\n"))
        if len(text) > self.most:
            raise StopValidation(f"Use at most {self.most} letters; this has {len(text):,}")
        if invisible:
            raise StopValidation("Remove the characters that cannot be seen; typing it anew helps")


def is_email(_form: Form, field: Field) -> None:
    """An address, in its tidied form."""
    _translate(field, addresses.email)


def is_phone(_form: Form, field: Field) -> None:
    """Nothing, or a number that texts can go to, in E.164."""
    if field.data:
        _translate(field, addresses.phone)


def is_email_or_phone(form: Form, field: Field) -> None:
    """Whichever it looks like: only an address has an @."""
    (is_email if "@" in (field.data or "") else is_phone)(form, field)


def is_web_link(_form: Form, field: Field) -> None:
    """Nothing, or an address of the open web: no other scheme, no credentials, a real host."""
    if not field.data:
        return
    given = field.data if "://" in field.data else f"https://{field.data}"
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValidationError("Enter a web address like https://example.org/post") from error
    if (
        parts.scheme.lower() not in ("http", "https")
        or not A_HOST.fullmatch(host)
        or set(given) & {" ", "\\"}
    ):
        raise ValidationError("Enter a web address like https://example.org/post")
    if parts.username or parts.password:
        raise ValidationError("Enter the address without a user name or password in it")
    field.data = given


def _translate(field: Field, check: Any) -> None:
    try:
        field.data = check(field.data)
    except BadAddress as error:
        raise ValidationError(str(error)) from error


def _tidied(line: str) -> str:
    # Only spaces: other white space is refused where it does not belong, not hidden.
    return " ".join(part for part in line.strip().split(" ") if part)
