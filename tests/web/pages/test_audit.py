"""The audit as organisers read it."""

from tests.support.world import World
from web.models import Person
from web.services.common import audit
from web.services.people import erasure

HERE = "/organise/councils/audit"
ME = "organiser@councils.example"


def lines(visitor) -> list[str]:  # type: ignore[no-untyped-def]
    rows = visitor.page.xpath("//tbody/tr")
    return [" | ".join(" ".join(cell.text_content().split()) for cell in row[1:]) for row in rows]


def test_each_change_is_told_with_names(world: World) -> None:
    world.join("Amina Yusuf")
    world.join_many(3)
    visitor = world.organiser()
    visitor.press("Draw a round for 4 people").press("Send 4 introductions")
    found = lines(visitor.open(HERE))
    assert any(line.startswith(f"{ME} | Sent a round") and line.endswith("round 1") for line in found)
    assert "Amina Yusuf | Joined | –" in found


def test_who_was_erased_has_no_name_there(world: World) -> None:
    person = world.join("Amina Yusuf")
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=person, now=world.now)
    visitor = world.organiser().open(HERE)
    assert ("Amina" in visitor.text, "somebody who has left | Joined | –" in lines(visitor)) == (False, True)


def test_nothing_of_another_programme_is_told(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    world.join("Amina Yusuf", slug="charities")
    assert "Amina" not in world.organiser().open(HERE).text


def test_it_is_filtered_by_what_and_by_whom(world: World) -> None:
    world.join_many(2)
    visitor = world.organiser()
    visitor.press("Draw a round for 2 people")
    me = world.appoint(ME)
    drawn = lines(visitor.open(HERE, query_string={"what": "round drawn"}))
    mine = lines(visitor.open(HERE, query_string={"who": me}))
    nothing = visitor.open(HERE, query_string={"what": "round drawn", "who": "nobody"}).text
    assert [line.split(" | ")[1].split()[0] for line in drawn] == ["Drew"]
    assert {line.startswith(ME) for line in mine} == {True}
    assert "Nothing found" in nothing


def test_a_long_one_has_pages(world: World) -> None:
    with world.write() as session:
        for number in range(60):
            audit.record(session, "a test", "looked", now=world.now, programme=1, subject=f"thing {number}")
    visitor = world.organiser().open(HERE, query_string={"what": "looked"})
    first = len(lines(visitor))
    older = lines(visitor.open(visitor.link("Older").replace("?", f"{HERE}?")))
    assert (first, len(older), older[-1]) == (50, 10, "a test | Looked | thing 0")
