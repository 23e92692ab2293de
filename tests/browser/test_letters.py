"""Letters in Chromium, as a mail program shows them, in the light and in the dark."""

import pytest
from playwright.sync_api import Browser

from notifications.messages import Channel
from notifications.render import render
from tests.support.letters import AMINA, NOW, SIAN, TOM, everything, introduction, links
from tests.support.looking import LAPTOP, PHONE, assert_accessible, assert_fits, picture, resize

# Between them they have every part that letters are made of.
KINDS = ("introduction", "check_in", "digest", "proposal", "taken_over", "passed_on", "sign_in")
LETTERS = [introduction(TOM), *(one for one in everything(TOM, SIAN) if one.kind in KINDS)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_letter_is_read_easily_in_any_light(browser: Browser, scheme: str) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    grounds = set()
    for place, message in enumerate(LETTERS):
        page.set_content(render(message, AMINA, links, NOW).html)
        for size in (LAPTOP, PHONE):
            resize(page, size)
            picture(page, f"letter-{place}-{message.kind}-{scheme}-{size[0]}")
        assert_accessible(page)
        assert_fits(page)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    page.close()
    assert grounds == {"rgb(18, 26, 44)" if scheme == "dark" else "rgb(255, 255, 255)"}


def test_every_kind_looked_at_goes_by_email() -> None:
    assert {Channel.EMAIL in message.channels for message in LETTERS} == {True}
