"""Email addresses and phone numbers: is this one, and are these two the same?"""

import re
import unicodedata
from email.utils import unquote
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from notifications.errors import BadAddress

LONGEST_EMAIL = 254

# Ofcom keeps these for film and fiction. phonenumbers calls them invalid; demos and tests live on them.
FICTIONAL = "+447700900"

# Pagers and "personal numbers" parse as UK mobiles or near them, and cost money or reach nobody.
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


# What comes along when an address or a number is copied out of a mail, a contact or a list.
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
IN_ANGLES = re.compile(r"([^<>]*)<([^<>]*)>[\s;,.]*")
A_SCHEME = re.compile(r"\s*(mailto|tel|sms|callto):", re.IGNORECASE)
# What a number is called in front of it, as in "Mob 07700 900123"; and an address: "m jones@…" is a slip.
A_LABEL = re.compile(r"\s*(tel|phone|mobile|mob|m|t)(\.?\s*:|\.?\s)\s*", re.IGNORECASE)
AN_EMAIL_LABEL = re.compile(
    r"\s*((e-?mail|e-?bost)(\s+address)?(\.?\s*:|\.?\s)|[a-z]{1,6}\s*:(?!//))\s*", re.IGNORECASE
)
A_REMARK = re.compile(r"(?<=\S)\s*\([^()@]*\)\s*$")  # "(work)"
AN_AT = re.compile(r"\s*[@＠]\s*")
AROUND = " \t;,.\"'<>()[]“”‘’„«»*"
AN_EMAIL = re.compile(r"[^\s<>;,]+@[^\s<>;,]+")
A_SENDER = re.compile(r"([^<>\x00-\x1f]*)<\s*([!-~]+)\s*>|([!-~]+)")
LONGEST_READ = 80  # letters of a link: two lines of a phone
# A host with a dot, and no name or password before it, which would look like one.
A_LINK_AT_END = re.compile(r"(.*?)(https?://(?:[\w-]+\.)+[\w-]+(?::\d+)?(?:[/?#][^\s\\]*)?)", re.IGNORECASE)
HOME = frozenset({"GB", "IM", "JE", "GG"})  # one numbering plan; texts to all of it cost the same


def email(typed: str) -> str:
    """The address as its owner writes it, tidied: the case of the local part stays, the domain is lower. What
    was copied with it is taken off: a name, "mailto:", brackets, a semicolon, letters that cannot be seen.

    Checks the form only: no DNS. Domains kept for documentation and tests are allowed, since a demo lives on
    them.

    Raises:
        BadAddress: says what to do.
    """
    typed = _spaced(as_seen(typed))
    if inside := IN_ANGLES.fullmatch(typed):
        before, within = (A_SCHEME.sub("", part).strip(AROUND) for part in inside.groups())
        typed = within if "@" not in before or before.casefold() == within.casefold() else typed
    bare = _bare(typed, AN_EMAIL_LABEL)
    typed = AN_AT.sub("@", bare).partition("?")[0].strip(AROUND).translate(APOSTROPHES)
    if len(typed) > LONGEST_EMAIL:
        raise BadAddress("Enter an email address of at most 254 characters")
    if len(AN_EMAIL.findall(typed)) > 1:
        raise BadAddress("Enter an email address, and only one: this has several")
    try:
        found = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError as why:
        raise BadAddress("Enter an email address like name@example.org") from why
    if not found.local_part.isascii():
        # Few mail servers write to it, and SendGrid drops the letter: sendgrid/sendgrid-csharp, issue 656.
        raise BadAddress("Enter an email address without accents before the @")
    return found.normalized


def sender(written: str) -> tuple[str, str]:
    """The name and the address of `Name <address>`, or of an address alone. A name needs no quotes here: with
    a comma, a colon or an @ in it, the library's `parseaddr` takes part of it for the address.

    Raises:
        BadAddress: it is neither.
    """
    found = A_SENDER.fullmatch(written.strip())
    address = (found[2] or found[3]) if found else ""
    if not found or not AN_EMAIL.fullmatch(address) or address.count("@") > 1:
        raise BadAddress("Enter Name <address>")
    name = (found[1] or "").strip()
    return unquote(name) if name.startswith('"') else name, address


def as_sent(address: str) -> str:
    """The address as mail servers and providers take it, its domain in IDNA: jo@xn--bcher-kva.example. What
    stands before the @ has no such spelling. Source: alphagov/notifications-api, pull request 2582.
    """
    if address.isascii():
        return address
    parts = validate_email(address, check_deliverability=False, test_environment=True)
    return f"{parts.local_part}@{parts.ascii_domain}"


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


def phone(typed: str, regions: frozenset[str] = HOME) -> str:
    """A number that texts can go to, in E.164 (`+447700900123`). What was copied with it is taken off.

    `regions`: where it may be from, mobiles of the United Kingdom, the Isle of Man and the Channel Islands by
    default, because texts to some countries cost ten times as much and are what fraud is made of. A number
    typed without a country is read as a UK one.

    Raises:
        BadAddress: says what to do.
    """
    try:
        bare = _bare(_spaced(as_seen(typed)), A_LABEL)
        number = phonenumbers.parse(bare.strip(AROUND.replace("(", "")), "GB")
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


def can_be_texted(e164: str) -> bool:
    """Is it a number that `phone` takes? A short code, a sender's name and a line abroad are none."""
    try:
        return phone(e164) == e164
    except BadAddress:
        return False


def _spaced(copied: str) -> str:
    """With single spaces: looking for what stands between two runs of them takes quadratic time."""
    return " ".join(copied.split())


def _bare(copied: str, label: re.Pattern[str]) -> str:
    """Without what it is called before it, and what was said of it after."""
    bare = A_SCHEME.sub("", copied)
    called = label.match(bare)
    return A_REMARK.sub("", bare[called.end() :] if called else bare)


def as_seen(copied: str) -> str:
    """Without the letters that nobody sees or types: iPhones put U+202A before a number, Word a soft hyphen
    into an address. Controls in the middle stay, and are refused where they stand.
    """
    seen = "".join(letter for letter in copied if unicodedata.category(letter) != "Cf")
    return seen.replace("\xa0", " ").strip()


def phone_as_said(e164: str) -> str:
    """`07700 900123` for a UK number, `+353 85 012 3456` for another; anything else as it is."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    if number.country_code == 44:
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def link_at_end(handle: str) -> tuple[str, str]:
    """What stands before the link that a video handle ends with, and that: ("Teams: ", "https://…"). The link
    is empty where there is none, or one that does not lead where it says.
    """
    found = A_LINK_AT_END.fullmatch(handle)
    return (found[1], found[2]) if found else (handle, "")


def link_as_read(link: str) -> str:
    """Whole, or only where it leads, if nobody would read more of it."""
    parts = urlsplit(link)
    return link if len(link) <= LONGEST_READ else f"{parts.scheme}://{parts.netloc}/…"


def calling_code(e164: str) -> str:
    """As +44 of a British number. The number itself where it is of no country we know."""
    try:
        return f"+{phonenumbers.parse(e164, None).country_code}"
    except NumberParseException:
        return e164
