"""Reading what others wrote: JSON, text and numbers of which nothing is certain until it has been looked at.

Nothing here raises but `json_object` and `json_array`, and they raise only ValueError.
"""

import codecs
import json
import re
from collections.abc import Iterator
from email.utils import parseaddr, unquote
from typing import Any

LARGEST_ID = 2**31 - 1  # of the columns of our ids
LONGEST_ADDRESS = 1000  # letters of a mail's From that are looked at
IN_LAST_BRACKETS = re.compile(r"(.*)<\s*([^<>\s]+@[^<>\s]+)\s*>\s*", re.DOTALL)
CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,40}")
# What is written under a name is the larger set that browsers and mail programs read there, and names that
# Python does not know. Source: WHATWG, Encoding Standard, "Names and labels".
AS_WRITTEN = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
OTHER_NAMES = {
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
}
# Codecs of Python's own. No mail is written in them; some make half letters, some take quadratic time.
NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# What decides where an element of an array ends. A string that does not end is one as well, so that nothing
# is looked at twice.
MARK = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]', re.DOTALL)


def storable(text: str) -> str:
    """The text without what a database refuses: NUL goes, half a surrogate pair becomes the sign for it."""
    return LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\x00", ""))


def text_of(value: object) -> str:
    """A text where one was expected, and nothing where something else stands."""
    return storable(value) if isinstance(value, str) else ""


def id_of(value: object) -> int | None:
    """A row's number, as a number or in digits, as far as the columns of our ids go."""
    digits = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_ID))):
        return None
    return int(digits) if int(digits) <= LARGEST_ID else None


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as text; what cannot be decoded is replaced. Where there is no such charset, or it is ASCII, as
    programs say that do not know what they send, the bytes are UTF-8 if they can be, or else Windows' own.
    """
    codec = _codec(charset)
    try:
        return storable(raw.decode(codec, "replace") if codec else raw.decode())
    except UnicodeDecodeError:
        return storable(raw.decode("cp1252", "replace"))


def _codec(name: str) -> str | None:
    if not CHARSET.fullmatch(name):
        return None
    try:
        known = codecs.lookup(OTHER_NAMES.get(name.casefold(), name)).name
        "".encode(known)  # of all codecs, the ones for text
    except (LookupError, UnicodeError):
        return None
    return None if known in {"ascii"} | NO_CHARSETS else AS_WRITTEN.get(known, known)


def address_in(written: str) -> str:
    """The address of a From line; nothing where there is none."""
    return _name_and_address(written)[1]


def name_in(written: str) -> str:
    """The name of a From line, before its address; nothing where there is none."""
    return _name_and_address(written)[0]


def _name_and_address(written: str) -> tuple[str, str]:
    """SendGrid decodes a name and sets no quotes around it: with a comma or an address in it, what stands in
    the last brackets is the sender's. Source: sendgrid/docs, issue 6289.
    """
    written = written[:LONGEST_ADDRESS]
    if found := IN_LAST_BRACKETS.fullmatch(written):
        return unquote(found[1].strip()), found[2]
    try:
        return parseaddr(written)
    except RecursionError:  # brackets in brackets
        return "", ""


def json_object(body: bytes | str) -> dict[str, Any]:
    """Raises ValueError for everything else."""
    found = _loaded(body if isinstance(body, str) else body.decode("utf-8", "replace"))
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  (to the caller all bad input is one)
    return found


def json_array(body: bytes) -> list[Any]:
    """The elements of an array. One that cannot be read is None and spoils no other. O(body).

    Raises:
        ValueError: it is no array.
    """
    text = body.decode("utf-8", "replace")
    try:
        found = _loaded(text)
    except ValueError:
        return [_element(part) for part in list(_parts(text))]
    if not isinstance(found, list):
        raise ValueError("not a JSON array")  # noqa: TRY004
    return found


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("brackets in brackets, too deep to be read") from error


def _element(text: str) -> Any:
    try:
        return _loaded(text)
    except ValueError:
        return None


def _parts(text: str) -> Iterator[str]:
    """Cut an array between its elements, without looking into them."""
    depth, start = 0, 0
    for found in MARK.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth == 1:
                _must_be_blank(text[: found.start()], mark)
                start = found.end()
        elif mark in "]}":
            depth -= 1
            if depth == 0:
                yield text[start : found.start()]
                _must_be_blank(text[found.end() :])
                return
        elif mark == "," and depth == 1:
            yield text[start : found.start()]
            start = found.end()
    raise ValueError("the array does not end")


def _must_be_blank(around: str, opening: str = "[") -> None:
    if around.strip() or opening != "[":
        raise ValueError("not a JSON array")
