"""What must be true of every page, whoever fetches it. `findings()` says what is not."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

SVG = "{http://www.w3.org/2000/svg}"
REFERRING = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list")
NOT_TYPED_INTO = {"hidden", "submit", "button", "reset", "image"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def findings(html: str, app: Flask, nonce: str | None = None) -> list[str]:
    """Everything wrong with a page, in words. `nonce` is the one its Content-Security-Policy names."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    found = [f"HTML error {code} at line {where[0]}" for where, code, _ in parser.errors]
    for rule in (
        title,
        language,
        headings,
        ids,
        references,
        inline,
        labels,
        buttons,
        forms,
        pictures,
        tables,
    ):
        found += rule(page)
    found += scripts(page, nonce)
    found += links(page, app)
    return found


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def title(page: Element) -> Iterator[str]:
    titles = page.findall("./head/title")
    if len(titles) != 1:
        yield f"{len(titles)} titles"
    elif " – " not in words(titles[0]):
        yield "the title does not say where we are"
    elif words(titles[0]).count("Error:") != bool(page.findall(".//*[@class='govuk-error-summary']")):
        yield "the title says Error where there is none, or not where there is one, or twice"


def language(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "no language"


def headings(page: Element) -> Iterator[str]:
    levels = [
        (HEADINGS.index(element.tag) + 1, words(element))
        for element in page.iter()
        if element.tag in HEADINGS
    ]
    tops = [text for level, text in levels if level == 1]
    if len(tops) != 1 or not tops[0]:
        yield f"{len(tops)} main headings: {tops}"
    before = 1
    for level, text in levels:
        if level > before + 1:
            yield f"heading {text!r} is h{level} after h{before}"
        before = level


def ids(page: Element) -> Iterator[str]:
    for name, times in Counter(
        element.get("id") for element in page.iter() if "id" in element.attrib
    ).items():
        if times > 1 or not name:
            yield f"id {name!r} stands {times} times"


def references(page: Element) -> Iterator[str]:
    known = {element.get("id") for element in page.iter()}
    for element in page.iter():
        for attribute in REFERRING:
            for name in (element.get(attribute) or "").split():
                if name not in known:
                    yield f"<{element.tag} {attribute}={name!r}> points at nothing"
        target = element.get("href", "")
        if target.startswith("#") and target[1:] not in known:
            yield f"link to {target} leads nowhere"


def inline(page: Element) -> Iterator[str]:
    """Styles and handlers inside elements, which our Content-Security-Policy would not let run."""
    for element in page.iter():
        if element.tag == "style" or "style" in element.attrib:
            yield f"inline style on <{element.tag}>"
        for attribute, value in element.attrib.items():
            if attribute.startswith("on"):
                yield f"inline handler {attribute} on <{element.tag}>"
            if attribute != "value" and value.strip().lower().startswith("javascript:"):
                yield f"{attribute}={value!r}"


def scripts(page: Element, nonce: str | None) -> Iterator[str]:
    for script in page.iter("script"):
        if not script.get("nonce"):
            yield f"script without nonce: {script.get('src') or words(script)[:40]}"
        elif nonce and script.get("nonce") != nonce:
            yield "a script's nonce is not the one in the header"


def labels(page: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in page.iter("label") if words(label)}
    wrapped = {field for label in page.iter("label") if words(label) for field in label.iter()}
    for tag in ("input", "select", "textarea", "progress", "meter"):
        for field in page.iter(tag):
            named = field.get("id") in labelled or field.get("aria-label") or field.get("aria-labelledby")
            if field.get("type") not in NOT_TYPED_INTO and not named and field not in wrapped:
                yield f"<{tag} name={field.get('name')!r}> has no label"


def buttons(page: Element) -> Iterator[str]:
    for element in [*page.iter("button"), *page.iter("a")]:
        said = words(element) or element.get("aria-label") or ""
        if not said:
            yield f"<{element.tag}> without words: {element.attrib}"
        if element.tag == "button" and said.lower() == "submit":
            yield 'a button says "Submit", not what will happen'


def forms(page: Element) -> Iterator[str]:
    for form in page.iter("form"):
        tokens = [
            field for field in form.iter("input") if field.get("name") == "csrf_token" and field.get("value")
        ]
        posts = form.get("method", "get").lower() == "post"
        if posts and not tokens:
            yield f"form to {form.get('action')!r} without CSRF token"
        if not posts and tokens:
            yield f"form to {form.get('action')!r} puts its CSRF token into the address"


def pictures(page: Element) -> Iterator[str]:
    for image in page.iter("img"):
        if "alt" not in image.attrib:
            yield f"image {image.get('src')} without alt"
    for drawing in page.iter(f"{SVG}svg"):
        named = (
            drawing.get("aria-label")
            or drawing.get("aria-labelledby")
            or drawing.find(f"{SVG}title") is not None
        )
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and named):
            yield "a drawing is neither named nor hidden from screen readers"


def tables(page: Element) -> Iterator[str]:
    for table in page.iter("table"):
        if not table.findall(".//th"):
            yield "table without headers"
        if table.find("caption") is None:
            yield "table without caption"


def links(page: Element, app: Flask) -> Iterator[str]:
    """Every address of ours on the page is one we answer."""
    addresses = app.url_map.bind("localhost")
    wanted = [("GET", element.get("href")) for element in page.iter("a")]
    wanted += [(form.get("method", "get").upper(), form.get("action")) for form in page.iter("form")]
    for method, address in wanted:
        parts = urlsplit(address or "")
        if parts.netloc or parts.scheme or not parts.path or parts.path.startswith("/assets/"):
            continue
        try:
            addresses.match(parts.path, method=method)
        except RequestRedirect:
            continue
        except MethodNotAllowed:
            yield f"{address} does not take {method}"
        except HTTPException:
            yield f"dead link: {address}"
