"""The house client's eyes: each rule sees the fault it is there for, and nothing in a good page."""

import pytest
from flask import Flask

from tests.support.house_client import HouseClient
from tests.support.house_rules import findings
from tests.support.parts_app import parts_app

GOOD = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Join – LocalGov Unmentoring</title></head>
<body><h1>Join</h1><p id="hint">Your own.</p>
<form method="post" action="/join"><input type="hidden" name="csrf_token" value="x">
<label for="name">Your name</label><input id="name" name="name" aria-describedby="hint">
<button>Join</button></form>
<table><caption>People</caption><tr><th scope="col">Name</th></tr></table>
<script nonce="n" src="/assets/site.js"></script>
<a href="/join">Join</a></body></html>"""

FAULTS = [
    ("<title>Join – LocalGov Unmentoring</title>", "", "0 titles"),
    ("Join – Local", " – Local", "does not say where we are"),
    ("Join – Local", "Error: Error: Join – Local", "says Error"),
    ("<h1>", '<div class="govuk-error-summary"></div><h1>', "says Error"),
    (' lang="en-GB"', "", "no language"),
    ("<h1>Join</h1>", "", "0 main headings"),
    ("<h1>Join</h1>", "<h1>Join</h1><h1>Us</h1>", "2 main headings"),
    ("<h1>Join</h1>", "<h1>Join</h1><h3>Now</h3>", "h3 after h1"),
    ("<h1>", '<h1 id="hint">', "stands 2 times"),
    ('id="hint"', "", "points at nothing"),
    ('for="name"', 'for="nam"', "has no label"),
    ("<p ", '<p style="color:red" ', "inline style"),
    ("<p ", '<p onclick="x()" ', "inline handler"),
    ('nonce="n"', "", "script without nonce"),
    ('nonce="n"', 'nonce="other"', "not the one in the header"),
    ('name="csrf_token"', 'name="token"', "without CSRF token"),
    ('method="post" action="/join"', 'method="get" action="/join"', "into the address"),
    ("<button>Join", "<button>Submit", "Submit"),
    ("<button>Join", "<button>", "without words"),
    ("<th", "<td", "table without headers"),
    ("<caption>People</caption>", "", "table without caption"),
    ('<a href="/join">', '<a href="/nowhere">', "dead link: /nowhere"),
    ('<a href="/join">', '<a href="#nowhere">', "leads nowhere"),
    ('<a href="/join">', '<a href="javascript:x()">', "javascript:"),
    ('action="/join"', 'action="/draft"', "does not take POST"),
    ("<p ", "<p><img src=x></p><p ", "without alt"),
    ("<p ", "<svg></svg><p ", "neither named nor hidden"),
    ("<p ", "<p></div><p ", "HTML error"),
]


@pytest.fixture(scope="module")
def app() -> Flask:
    return parts_app()


@pytest.fixture
def client(app: Flask) -> HouseClient:
    return HouseClient(app)


def test_nothing_is_found_in_a_good_page(app: Flask) -> None:
    assert findings(GOOD, app, "n") == []


@pytest.mark.parametrize(("good", "bad", "said"), FAULTS, ids=[said for *_, said in FAULTS])
def test_a_fault_is_found(app: Flask, good: str, bad: str, said: str) -> None:
    assert good in GOOD
    assert said in "; ".join(findings(GOOD.replace(good, bad, 1), app, "n"))


def test_the_client_fails_the_test_that_fetches_a_faulty_page(client: HouseClient) -> None:
    with pytest.raises(AssertionError, match="GET /draft:\n  dead link"):
        client.get("/draft")


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('name="csrf_token" value="x"', 'name="csrf_token" value=""', "without CSRF token"),
        ('nonce="n"', 'nonce="m"', "not the one in the header"),
        ("<h1>Join</h1>", "<h1></h1>", "1 main headings"),
    ],
)
def test_a_fault_is_found_in_a_page_like_one_that_was_read(
    client: HouseClient, good: str, bad: str, said: str
) -> None:
    client.findings(GOOD, "n")
    assert said in "; ".join(client.findings(GOOD.replace(good, bad), "n"))


def test_a_page_with_another_token_is_like_one_that_was_read(client: HouseClient) -> None:
    known = client.findings(GOOD, "n")
    other = GOOD.replace('value="x"', 'value="y"').replace('nonce="n"', 'nonce="N2"')
    assert client.findings(other, "N2") is known
