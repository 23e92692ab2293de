"""The letters of a text file, whatever program wrote them."""

import html
import re

from web.services.common.spreadsheets import BadFile

SAVE_AS = "Open it in your spreadsheet program and save it as CSV"
NO_TEXT = {
    b"PK\x03\x04": "a zipped file, and no workbook that we can read",
    b"\xd0\xcf\x11\xe0": "no workbook that we can read",
    b"%PDF": "a PDF, whatever its name says",
    b"{\\rtf": "a text document, whatever its name says",
    b"\x89PNG": "a picture, whatever its name says",
    b"\xff\xd8\xff": "a picture, whatever its name says",
}
A_WEB_PAGE = (b"<!doctype html", b"<html", b"<table", b"<?xml")
# What programs save that do not say so: Excel on Windows, old Excel on a Mac, and "CSV (MS-DOS)".
OLD_ENCODINGS = ("cp1252", "mac_roman", "cp850")
MARKS = {"’": 2, "‘": 1, "–": 1, "—": 1, "£": 1, "“": 1, "”": 1, "€": 1, "•": 1, "…": 1, "½": 0, "°": 0}
# Letters of the names we meet, those of Welsh, Gaelic, French, Spanish, German and Polish among them.
NAME_LETTERS = frozenset("áàâäãåæçéèêëíìîïñóòôöøœúùûüýÿß")
A_CONTROL, FEW = re.compile(r"[\x01-\x08\x0e-\x19]"), 5  # a few are slips of a program; more are no text
LOOKED_AT = (
    20_000  # letters, to see whether they are text; and so many out of the ASCII, to tell how it is encoded
)


# Letters of UTF-8 that a program took for those of Windows, and then saved: "SiÃ¢n".
TWICE = re.compile(r"[\u00c3-\u00c5\u00e1\u00e2][\u0080-\u00ff\u0152-\u02dc\u2013-\u2122]+")
OF_NAMES = re.compile(r"[\u00a0-\u017f\u1e80-\u1ef3\u2010-\u2026\u20ac]+")
# Letters as web pages write them; not one that would end a cell.
AN_ENTITY = re.compile(r"&(?:#\d{2,5}|#x[0-9a-f]{2,4}|amp|apos|nbsp|[a-z]{4,8});", re.IGNORECASE)


def mended(text: str) -> str:
    """With the letters that a program has spoilt on the way: "SiÃ¢n" is Siân, and "O&#39;Brien" O'Brien."""
    if "&" in text:
        text = AN_ENTITY.sub(_of_a_page, text)
    return text if text.isascii() else TWICE.sub(_read_once, text)


def _read_once(found: re.Match[str]) -> str:
    try:
        once = b"".join(_byte(letter) for letter in found[0]).decode()
    except UnicodeError:
        return found[0]
    return once if OF_NAMES.fullmatch(once) else found[0]


def _byte(letter: str) -> bytes:
    """Windows-1252 leaves out five, which programs keep as they are."""
    return letter.encode("latin-1" if "\x80" <= letter <= "\x9f" else "cp1252")


def _of_a_page(found: re.Match[str]) -> str:
    letter = html.unescape(found[0])
    return letter if letter.isprintable() and letter not in '",;|^~<>' else found[0]


def decode(file: str, raw: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte-order mark, in Windows-1252, Mac Roman or
    what MS-DOS had. Of the old ones, that in which the letters make likelier names.

    Raises:
        BadFile: it is no text, or empty.
    """
    for beginning, what in NO_TEXT.items():
        if raw.startswith(beginning):
            raise BadFile(file, f"this is {what}. {SAVE_AS}")
    if raw[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(A_WEB_PAGE):
        raise BadFile(file, f"this is a web page, whatever its name says. {SAVE_AS}")
    text = _decoded(raw)
    controls = A_CONTROL.findall(text[:LOOKED_AT])
    if "\0" in text or len(controls) > FEW:
        row = text.count("\n", 0, text.index("\0" if "\0" in text else controls[0])) + 1
        raise BadFile(file, f"there is a character in it that no text has. {SAVE_AS}", row=row)
    if not text.strip():
        raise BadFile(file, "the file is empty")
    return text


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    # Without a mark, every other byte of Western letters is zero.
    for encoding, zeros in (("utf-16-le", raw[1:400:2]), ("utf-16-be", raw[0:400:2])):
        if zeros and zeros.count(0) > len(zeros) // 2:
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _in_old_encoding(raw)


def _in_old_encoding(raw: bytes) -> str:
    """Line ends decide where the letters do not: a lone carriage return is of an old Mac."""
    is_of_mac = b"\r" in raw and b"\n" not in raw
    order = ("mac_roman", "cp1252", "cp850") if is_of_mac else OLD_ENCODINGS
    texts = [raw.decode(encoding, errors="replace") for encoding in order]
    return max(texts, key=_likelihood)


def _likelihood(text: str) -> int:
    """How well the letters out of the ASCII stand among their neighbours; higher is better."""
    places = (place for place, letter in enumerate(text) if letter > "\x7f")
    return sum(_fits(text, place) for place, _ in zip(places, range(LOOKED_AT), strict=False))


def _fits(text: str, place: int) -> int:
    letter, before = text[place], text[place - 1 : place]
    after = text[place + 1 : place + 2]
    is_within = before.isalpha() or after.isalpha()
    if letter in MARKS:
        return MARKS[letter] if letter == "’" or not (before.isalpha() and after.isalpha()) else -2
    if not letter.isalpha() or letter.lower() not in NAME_LETTERS:
        return -2 if is_within else -1
    if letter.isupper() and before.islower():
        return -2  # "SiÉn"
    return 1 if is_within else 0
