"""However much somebody types into a field, and whatever it is, it is read in the time of its letters: fields
are looked at before anybody says that they are too long, and all others wait meanwhile.
"""

import time
from collections.abc import Iterator

import pytest

from tests.support.visitor import Visitor, path_of
from tests.support.world import SLUG, World
from web.models import Purpose

LETTERS, ENOUGH = 60_000, 1.0  # as many as a form takes; seconds of computing, of which most need a tenth
PIECES = ("a", "é", "1", "\n", "!", "a ", "a-", "a.", "a@", "A.b/", "x://", "Sam Hill ", "r.1." + "a" * 26)
TYPED = ".//input[not(@type) or @type='text' or @type='email' or @type='tel' or @type='url']|.//textarea"
OF_STRANGERS = (f"/p/{SLUG}/join", "/start", "/complaint", "/my-page", "/organise/sign-in")


@pytest.mark.parametrize("page", OF_STRANGERS)
def test_a_stranger_keeps_nobody_waiting(world: World, page: str) -> None:
    fields = list(_fields(world.visitor().open(page)))
    assert fields, f"nothing is typed in on {page}"
    assert [told for field in fields for told in _slow(world, page, *field)] == []


def test_a_participant_keeps_nobody_waiting(world: World) -> None:
    amina, _ = world.join_many(2)
    world.round()
    group = world.group_of(amina)
    own = world.door(Purpose.FULL_PAGE, amina)
    talk = (world.door(purpose, amina, group) for purpose in (Purpose.CONVERSATION, Purpose.CHECK_IN))
    pages = {own, *talk, *(path_of(link) for link in world.visitor().open(own).links if link.startswith(own))}
    fields = [(page, *field) for page in sorted(pages) for field in _fields(world.visitor().open(page))]
    assert len(fields) > 10
    assert [told for field in fields for told in _slow(world, *field)] == []


def _fields(visitor: Visitor) -> Iterator[tuple[int, str]]:
    """What may be typed into: the place of its form on the page, and its name."""
    forms = visitor.page.xpath("//form") if visitor.answer.mimetype == "text/html" else ()
    for place, form in enumerate(forms):
        if form.get("method", "get").lower() == "post":
            yield from ((place, name) for field in form.xpath(TYPED) if (name := field.get("name")))


def _slow(world: World, page: str, place: int, name: str) -> Iterator[str]:
    """What took longer than it may."""
    for piece in PIECES:
        visitor = world.visitor().open(page)
        form = visitor.page.xpath("//form")[place]
        typed = (piece * LETTERS).encode()[:LETTERS].decode(errors="ignore")
        filled = [(key, value) for key, value in form.form_values() if key != name]
        world.clock.turn(seconds=30)
        began = time.process_time()
        visitor.post(form.get("action") or page, [*filled, (name, typed)], content_type="multipart/form-data")
        took = time.process_time() - began
        assert visitor.status in (200, 422), f"{visitor.status} for {piece!r} as {name} on {page}"
        if took > ENOUGH:
            yield f"{name} on {page}: {took:.1f} s for {piece!r}"
