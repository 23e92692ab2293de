"""Strings of our own making that programs trip over, each with a mark that tells it apart, and looking for
marks that came back as more than text.

A mark is planted as an element, as attributes behind both kinds of quotes, as a sum a template would work
out, as a header and as a formula. It is text wherever it is shown; found as any of these, it was not escaped.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from lxml import etree, html

SUM, WORKED_OUT = "{{49*191}}", "9359"
SEEN = re.compile(rb"canary(\d+)")
HEADER = re.compile(rb"^x-canary\d*\s*:", re.IGNORECASE | re.MULTILINE)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SCRIPTS = ("javascript:", "data:", "vbscript:")

# What stands in front of the mark, or around it where there are braces.
PLAIN = (
    "", " ", "\t", "\n", "\x00", "\x01\x02\x1b[31m", "\x7f\x85", "\ufeff", "\u200b\u200c\u200d\u2060",
    "\u202eevil\u202c", "\u2066\u2069", "\u061c", "\ud800", "\udfff\ud83d", "\ufffe\uffff",
    "\U000e0001\U000e007f", "\U0010ffff", "\ufdfa" * 30, "e\u0301\u0301\u0301\u0301" * 20,
    "Z\u0351\u036b\u0343\u0364" * 30, "👩‍👩‍👧‍👦🏳️‍🌈👍🏿", "🇬🇧" * 40, "٣٢١", "Ⅷ²½", "ı İ ß ſ K Å",
    "علی‌رضا محمدی", "אברהם", "नीरज", "李小龍", "ᚠᛇᚻ", "Siân O’Neill-d'Arcy", "O'Brien; --", "' OR 'a'='a",
    '" OR ""="', "1; DROP TABLE person; --", "') UNION SELECT key FROM suppression --", "%' ESCAPE '\\",
    "\\", "\\\\'", "`id`", "$(id)", "; id", "| id", "&& id", "*)(uid=*))(|(uid=*", "*", "(" * 300,
    ")" * 300, "[" * 300, "../../../../etc/passwd", "..\\..\\windows\\win.ini", "/dev/zero", "C:\\con\\con",
    "file:///etc/passwd", "http://127.0.0.1:1/", "//evil.example", "https://user:pass@evil.example/",
    "javascript:alert(1)//", "data:text/html,x", "http://[::1", "http://a b", "=1+1", "+1", "-1", "@SUM(1)",
    "=HYPERLINK(\"http://evil.example\")", "\tx", "\r=1", "a,b\r\nc,d", "\r\nBcc: all@evil.example",
    "\r\n\r\n<h1>", "%0d%0aSet-Cookie: a=b", "\u2028\u2029", "\x0b\x0c", "%s%n%x", "{0.__class__}",
    "{% raw %}", "{{config}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{''.__class__.__mro__}}",
    "&lt;&amp;&#60;", "&#x0;", "<!--", "-->", "]]>", "<![CDATA[", "</textarea>", "</title>", "</script>",
    "<script>alert(1)</script>", "<svg/onload=alert(1)>", "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus='alert(1)", "<?xml version=\"1.0\"?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "0", "-0", "-1", "1e309", "NaN", "Infinity",
    "-Infinity", "0x10", "1_000", "٣", "９", "2147483647", "2147483648", "-2147483649",
    "9223372036854775808", "9" * 400, "9" * 5000, "1.5", "1,5", "true", "null", "None", "undefined", "[]",
    "{}", "[object Object]", "0000-00-00", "2026-02-30", "9999-12-31", "10000-01-01", "-1-1-1",
    "29 February 2027", "31 June 2026", "1 January 1", "31 December 9999", "2026-12-01T25:61", "99:99",
    "24:00", "tomorrow", "1/1/1", "x" * 300, "x" * 5000, "é" * 3000, "x" * 64_000, "a@b@c", "@", "a@",
    "a@localhost", "a@[127.0.0.1]", "\"a b\"@example.org", "a" * 70 + "@example.org",
    "a@" + "b." * 130 + "org", "a@xn--", "a@\u202e.org", "+44", "+440000000000", "0" * 60,
    "07700 900123 ext 4", "+1 900 555 0100", "☎07700900123",
)  # fmt: skip
BYTES = (
    b"\xff\xfe",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\x80",
    b"%",
    b"\xf5\x80\x80\x80",
    b"a\x00b",
    b"\xe2\x28\xa1",
)


def mark(number: int) -> str:
    """The mark of this number, in every disguise."""
    return f"<canary{number}>\" canary{number}=\"' canary{number}='canary{number}-{SUM}-"


def strings(chance: Random) -> Iterator[tuple[int, bytes]]:
    """Without end: the number of a mark, and a string with it, as the bytes that a browser might send."""
    number = 0
    while True:
        number += 1
        yield number, _string(number, chance)


def _string(number: int, chance: Random) -> bytes:
    way = chance.random()
    if way < 0.1:
        return chance.choice(BYTES) + mark(number).encode()
    if way < 0.4:  # short enough, and harmless enough otherwise, to be kept by most fields
        return f"Words <canary{number}>".encode()
    front = chance.choice(PLAIN)
    if chance.random() < 0.15:  # a header of its own, where lines are not kept together
        front += f"\r\nX-Canary{number}: 1"
    # Alone it is nearer to what a field wants: a number too large, a day that never was.
    text = front if front and chance.random() < 0.3 else front + mark(number)
    return text.encode("utf-8", "surrogatepass")


@dataclass
class Watch:
    """Looks at all that comes out. `unescaped` says where; `seen` are the marks that came out at all."""

    unescaped: list[str]
    seen: set[int]

    def look(self, where: str, kind: str, body: bytes, headers: Mapping[str, str]) -> None:
        """A body of this content type, and the headers it came with."""
        self.seen.update(int(found) for found in SEEN.findall(body))
        why = _wrong_headers(headers) or _wrong(kind.partition(";")[0].strip(), body)
        if why:
            self.unescaped.append(f"{where}: {why}")


def _wrong_headers(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if "canary" in name.lower() or "\n" in value or "\r" in value:
            return f"a header of its own: {name}"
    return ""


def _wrong(kind: str, body: bytes) -> str:
    if kind == "text/html":
        return wrong_in_html(body.decode("utf-8", "replace"))
    if kind.endswith("xml"):
        return _wrong_in_xml(body)
    if kind == "text/csv":
        return _wrong_in_csv(body.decode("utf-8", "replace"))
    if kind == "text/calendar":
        return "a property of its own" if HEADER.search(body) else ""
    return ""


def wrong_in_html(page: str) -> str:
    """What is wrong with a page, if anything is."""
    if f"-{WORKED_OUT}-" in page and re.search(rf"canary\d+-{WORKED_OUT}-", page):
        return "a template worked it out"
    if not page.strip():
        return ""
    for element in html.document_fromstring(page.replace("\x00", "")).iter():
        if why := _wrong_element(element):
            return why
    return ""


def _wrong_element(element: etree._Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    if "canary" in element.tag.lower():
        return f"an element {element.tag}"
    for name, value in element.attrib.items():
        if "canary" in str(name).lower() or str(name).lower().startswith("on"):
            return f"an attribute {name} of {element.tag}"
        if name in ("href", "src", "action") and str(value).strip().lower().startswith(SCRIPTS):
            return f"a script in {name}"
    return ""


def _wrong_in_xml(body: bytes) -> str:
    try:
        tree = etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except etree.XMLSyntaxError as error:
        return f"not XML: {error}"
    for element in tree.iter():
        if why := _wrong_element(element):
            return why
        if element.get("type") == "html" and (why := wrong_in_html(element.text or "")):
            return f"in HTML inside: {why}"
    return ""


def _wrong_in_csv(text: str) -> str:
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        for cell in row:
            if "canary" in cell and cell.startswith(FORMULA):
                return f"a formula: {cell[:20]!r}"
    return ""
