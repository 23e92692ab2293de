"""Email addresses and phone numbers: is this one, and are these two the same?"""

from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from notifications.errors import BadAddress

LONGEST_EMAIL = 254

# Ofcom keeps these for film and fiction. phonenumbers calls them invalid; demos and tests live on them.
FICTIONAL = "+447700900"

# Pagers and "personal numbers" parse as UK mobiles or near them, and cost money or reach nobody.
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def email(typed: str) -> str:
    """The address as its owner writes it, tidied: the case of the local part stays, the domain is lower.

    Checks the form only: no DNS. Domains kept for documentation and tests are allowed, since a demo lives on
    them.

    Raises:
        BadAddress: says what to do.
    """
    typed = typed.strip()
    if len(typed) > LONGEST_EMAIL:
        raise BadAddress("Enter an email address of at most 254 characters")
    try:
        return validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as why:
        raise BadAddress("Enter an email address like name@example.org") from why


# One person's messages are queued one after the other: the same address is looked at three times.
@lru_cache(maxsize=64)
def email_key(address: str) -> str:
    """What two spellings of one mailbox have in common: casefolded, domain in IDNA.

    Dots and plus tags stay: only their own provider knows whether they mean anything.

    Raises:
        BadAddress: it is not an address.
    """
    try:
        parts = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as why:
        raise BadAddress("Enter an email address like name@example.org") from why
    return f"{parts.local_part.casefold()}@{parts.ascii_domain.casefold()}"


def phone(typed: str, regions: frozenset[str] = frozenset({"GB"})) -> str:
    """A number that texts can go to, in E.164 (`+447700900123`).

    `regions`: where it may be from, UK mobiles by default, because texts to some countries cost ten times as
    much and are what fraud is made of. A number typed without a country is read as a UK one.

    Raises:
        BadAddress: says what to do.
    """
    try:
        number = phonenumbers.parse(typed, "GB")
    except NumberParseException as why:
        raise BadAddress("Enter a UK mobile number, like 07700 900123") from why
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if written.startswith(FICTIONAL) and len(written) == len(FICTIONAL) + 3 and "GB" in regions:
        return written
    if not phonenumbers.is_valid_number(number):
        raise BadAddress("Enter a UK mobile number, like 07700 900123")
    if phonenumbers.region_code_for_number(number) not in regions:
        raise BadAddress("Enter a UK mobile number: we cannot text other countries")
    if phonenumbers.number_type(number) not in TEXTABLE:
        raise BadAddress("Enter a mobile number: we cannot text a landline")
    return written


def phone_as_said(e164: str) -> str:
    """`07700 900123` for a UK number, `+353 85 012 3456` for another; anything else as it is."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    if number.country_code == 44:
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def calling_code(e164: str) -> str:
    """As +44 of a British number. The number itself where it is of no country we know."""
    try:
        return f"+{phonenumbers.parse(e164, None).country_code}"
    except NumberParseException:
        return e164
