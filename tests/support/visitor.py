"""Somebody at a browser without scripts: opens pages, fills in what a form shows, presses buttons."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from lxml import html
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.house_client import HouseClient


class Visitor:
    """Has cookies of their own. `answer` is the last response; redirects are followed like a browser does."""

    client: Any
    _answer: Any
    _ahead: str | None = None  # where they are led to and have not looked yet

    def __init__(self, app: Flask) -> None:
        app.test_client_class = HouseClient
        self.client = app.test_client()

    @classmethod
    def over(cls, client: Any) -> "Visitor":
        """Somebody at a real server: see `http_client.HttpClient`."""
        made = cls.__new__(cls)
        made.client = client
        return made

    def open(self, address: str, **how: Any) -> "Visitor":
        """GET an address of ours, with or without its scheme and host."""
        self.answer = self.client.get(path_of(address), follow_redirects=True, **how)
        return self

    @property
    def answer(self) -> Any:
        if self._ahead:
            self.open(self._ahead)
        return self._answer

    @answer.setter
    def answer(self, answer: Any) -> None:
        self._answer, self._ahead = answer, None

    def sign_in(self, address: str) -> "Visitor":
        """By the link from their mail. The page that it leads to is opened when somebody looks at it: most
        open another, and it is the one with most on it.
        """
        self.open(address)
        self.post(*self._filled_in("Sign in", {}), follow_redirects=False)
        self._ahead = self._answer.location
        return self

    def press(self, button: str, **fields: Any) -> "Visitor":
        """Fill in the form around a button of the page on screen, and press it.

        A field is given by its name; False unticks a box, a list ticks just these of several.
        """
        self.post(*self._filled_in(button, fields))
        return self

    def post(self, address: str, values: Any = (), **how: Any) -> Any:
        """POST without looking at a form: for what a browser would not do."""
        data: dict[str, list[Any]] = {}
        for name, value in values.items() if isinstance(values, dict) else values:
            data.setdefault(name, []).append(value)
        how.setdefault("follow_redirects", True)
        self.answer = self.client.post(path_of(address), **_body(data), **how)
        return self.answer

    def token(self, address: str) -> str:
        """The form token in a page of ours."""
        self.open(address)
        return str(self.page.xpath("//input[@name='csrf_token']/@value")[0])

    def _filled_in(self, button: str, fields: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
        """Where the form goes, and with what."""
        form, pressed = self._form(button)
        values = _filled(form, fields)
        if name := pressed.get("name"):
            values.append((name, pressed.get("value", "")))
        action = pressed.get("formaction") or form.get("action") or path_of(self.answer.request.url)
        return action, values

    def _form(self, button: str) -> tuple[Any, Any]:
        for pressed in self.page.xpath("//form//button"):
            if " ".join(pressed.text_content().split()) == button:
                return next(pressed.iterancestors("form")), pressed
        raise AssertionError(f"no button {button!r} on {self.path}; there are {self.buttons}")

    @property
    def page(self) -> Any:
        return html.fromstring(self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.request.path

    @property
    def text(self) -> str:
        """The words on the page, without its head and scripts."""
        body = self.page.find("body")
        for script in body.xpath(".//script|.//svg"):
            script.drop_tree()
        return " ".join(body.text_content().split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.xpath("string(//h1)").split())

    @property
    def buttons(self) -> list[str]:
        return [" ".join(each.text_content().split()) for each in self.page.xpath("//form//button")]

    @property
    def links(self) -> list[str]:
        return list(self.page.xpath("//a/@href"))

    @property
    def mistakes(self) -> list[str]:
        """What the error summary says, in order."""
        found = self.page.xpath("//*[contains(@class, 'govuk-error-summary__list')]//li")
        return [" ".join(each.text_content().split()) for each in found]

    def link(self, words: str) -> str:
        for each in self.page.xpath("//a[@href]"):
            if " ".join(each.text_content().split()) == words:
                return str(each.get("href"))
        raise AssertionError(f"no link {words!r} on {self.path}")


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _filled(form: Any, fields: dict[str, Any]) -> list[tuple[str, Any]]:
    names = {each.get("name") for each in form.xpath(".//input|.//textarea|.//select")}
    unknown = set(fields) - names
    assert not unknown, f"the form has no field {unknown}; it has {names}"
    values = [(name, value) for name, value in form.form_values() if name not in fields]
    for name, value in fields.items():
        given = value if isinstance(value, list) else [] if value is False else [value]
        values += [(name, "y" if each is True else each) for each in given]
    return values


def _body(data: dict[str, list[Any]]) -> dict[str, Any]:
    """A form with a file, put together in memory: the test client would leave a file open for a large one."""
    if not any(isinstance(value, tuple) for values in data.values() for value in values):
        return {"data": data}
    parts = {
        name: [FileStorage(*value) if isinstance(value, tuple) else value for value in values]
        for name, values in data.items()
    }
    boundary, body = encode_multipart(parts)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
