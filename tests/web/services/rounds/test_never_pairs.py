"""Whom somebody would rather not meet: honoured in every draw, told to nobody."""

import pytest
from sqlalchemy import select

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import AuditEntry, Person, Purpose
from web.services.people import erasure
from web.services.rounds import never_pairs


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", email="amina@example.org")


@pytest.fixture
def tom(world: World) -> str:
    return world.join("Tom Field", email="tom@example.org")


def never(world: World, slug: str | None = None) -> set[tuple[str, str]]:
    with world.read() as session:
        return never_pairs.never_pairs(session, world.programme(session, slug))


def wishing(world: World, person: str) -> Visitor:
    return world.visitor().open(world.page_of(person, full=True) + "/rather-not")


def pair(*people: str) -> tuple[str, ...]:
    return tuple(sorted(people))


@pytest.mark.usefixtures("both_databases")
def test_somebody_they_were_introduced_to_is_never_met_again(world: World, amina: str, tom: str) -> None:
    world.round()
    wishing(world, amina).press("Add to my list", other=tom)
    assert never(world) == {pair(amina, tom)}


@pytest.mark.usefixtures("both_databases")
def test_whoever_has_the_address_they_typed_is_never_met(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="Tom@Example.org")
    assert never(world) == {pair(amina, tom)}


def test_who_joins_later_with_that_address_is_never_met(world: World, amina: str) -> None:
    wishing(world, amina).press("Add to my list", email="late@example.org")
    late = world.join(email="late@example.org")
    assert never(world) == {pair(amina, late)}


def test_who_moves_to_another_address_stays_meant(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    with world.write() as session:
        session.get_one(Person, tom).email_key = "moved@example.org"
    assert never(world) == {pair(amina, tom)}


def test_the_page_is_the_same_whether_or_not_the_address_is_known(world: World, amina: str, tom: str) -> None:
    pages = []
    for email in ("tom@example.org", "nobody@example.org"):
        visitor = wishing(world, amina).press("Add to my list", email=email)
        pages.append(visitor.text.replace(email, "them"))
        visitor.press(f"Remove {email}")
    assert pages[0] == pages[1]


def test_they_are_put_together_no_more(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    world.join_many(4)
    for seed in range(3):
        world.round(seed)
        world.clock.turn(days=28)
    assert all(world.partners_of(amina, number) != [tom] for number in (1, 2, 3))


def test_a_wish_taken_back_is_gone(world: World, amina: str, tom: str) -> None:
    wishing(world, amina).press("Add to my list", email="tom@example.org").press("Remove tom@example.org")
    assert never(world) == set()


def test_one_side_taking_back_their_wish_leaves_the_other_s(world: World, amina: str, tom: str) -> None:
    wishing(world, tom).press("Add to my list", email="amina@example.org")
    wishing(world, amina).press("Add to my list", email="tom@example.org").press("Remove tom@example.org")
    assert never(world) == {pair(amina, tom)}


def test_a_wish_of_somebody_else_s_cannot_be_taken_back(world: World, amina: str, tom: str) -> None:
    wishing(world, tom).press("Add to my list", email="amina@example.org")
    visitor = wishing(world, amina)
    token = visitor.token(visitor.path)
    visitor.post(f"{visitor.path}/1/remove", {"csrf_token": token})
    assert never(world) == {pair(amina, tom)}


def test_nobody_is_told(world: World, amina: str, tom: str) -> None:
    world.work()
    before = len(world.inbox())
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    world.work()
    page = world.visitor().open(world.page_of(tom, full=True) + "/rather-not")
    assert (len(world.inbox()), "amina" in page.text.casefold()) == (before, False)


# Not again, please

NOT_AGAIN = "Not again, please"


def about(world: World, purpose: Purpose, person: str, number: int = 1) -> str:
    """The page on which somebody says it, by a link about their conversation of a round."""
    group = world.group_of(person, number)
    return f"/me/{world.door(purpose, person, group).split('/')[2]}/conversations/{group}/not-again"


@pytest.mark.parametrize("purpose", [Purpose.CONVERSATION, Purpose.CHECK_IN, Purpose.PAGE, Purpose.FULL_PAGE])
def test_whom_they_talked_with_they_need_not_meet_again(
    world: World, amina: str, tom: str, purpose: Purpose
) -> None:
    world.round()
    world.visitor().open(about(world, purpose, amina)).press(NOT_AGAIN)
    assert never(world) == {pair(amina, tom)}


@pytest.mark.usefixtures("both_databases")
def test_of_a_three_they_choose_whom_they_mean(world: World, amina: str, tom: str) -> None:
    third = world.join()
    world.round()
    world.visitor().open(about(world, Purpose.CONVERSATION, amina)).press(NOT_AGAIN, people=[third])
    assert never(world) == {pair(amina, third)}


def test_of_a_three_nobody_is_meant_who_is_not_chosen(world: World, amina: str, tom: str) -> None:
    world.join()
    world.round()
    page = world.visitor().open(about(world, Purpose.CONVERSATION, amina)).press(NOT_AGAIN)
    assert (page.status, page.mistakes, never(world)) == (422, ["Choose whom you mean"], set())


def test_saying_it_twice_is_one_wish_and_one_entry(world: World, amina: str, tom: str) -> None:
    world.round()
    for _ in range(2):
        world.visitor().open(about(world, Purpose.CONVERSATION, amina)).press(NOT_AGAIN)
    with world.read() as session:
        said = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "would rather not meet somebody")
        ).all()
    assert (len(world.dump()["rathernot"]), [(one.actor, one.subject, one.facts) for one in said]) == (
        1,
        [(amina, amina, {})],
    )


def test_a_letter_that_is_with_the_partner_does_not_tell_them(world: World, amina: str, tom: str) -> None:
    world.round()
    token = world.door(Purpose.CONVERSATION, amina, 1).split("/")[2]
    paths = (f"/me/{token}", f"/conversation/{token}", f"/me/{token}/conversations/1/not-again")
    before = [world.visitor().open(path).text for path in paths]
    world.visitor().open(about(world, Purpose.FULL_PAGE, amina)).press(NOT_AGAIN)
    assert [world.visitor().open(path).text for path in paths] == before


def test_a_letter_speaks_for_its_own_conversation_only(world: World, amina: str, tom: str) -> None:
    world.round()
    world.clock.turn(days=28)
    world.round()
    later = about(world, Purpose.CONVERSATION, amina, 2)
    assert world.visitor().open(later.replace("/conversations/2/", "/conversations/1/")).status == 404


def test_a_fresh_link_says_who_is_on_the_list(world: World, amina: str, tom: str) -> None:
    world.round()
    page = world.visitor().open(world.page_of(amina, full=True))
    page.open(page.link(f"{NOT_AGAIN}: Tom Field")).press(NOT_AGAIN)
    assert (NOT_AGAIN in page.text, "Again?" in page.text) == (False, True)


def test_the_partner_hears_nothing_and_their_page_stays_as_it_was(world: World, amina: str, tom: str) -> None:
    world.round()
    own = world.page_of(tom, full=True)
    before = (world.visitor().open(own).text, len(world.inbox()))
    world.visitor().open(about(world, Purpose.CONVERSATION, amina)).press(NOT_AGAIN)
    world.work()
    assert (world.visitor().open(own).text, len(world.inbox())) == before


def test_nobody_to_meet_is_left_where_a_partner_was_erased(world: World, amina: str, tom: str) -> None:
    world.round()
    page = about(world, Purpose.CONVERSATION, amina)
    world.erase(tom)
    assert world.visitor().open(page).status == 404


def test_a_full_list_is_said_and_takes_nobody_more(
    world: World, amina: str, tom: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(never_pairs, "MOST", 0)
    world.round()
    page = world.visitor().open(about(world, Purpose.CONVERSATION, amina)).press(NOT_AGAIN)
    assert ("The list is full" in page.text, never(world)) == (True, set())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose somebody, or enter an email address"),
        ({"email": "amina@example.org"}, "That is your own address"),
        ({"email": "tom@"}, "Enter an email address like name@example.org"),
    ],
)
def test_what_cannot_be_a_wish_is_said(world: World, amina: str, fields: dict[str, str], said: str) -> None:
    assert wishing(world, amina).press("Add to my list", **fields).mistakes == [said]


def test_only_people_they_were_introduced_to_can_be_chosen(world: World, amina: str, tom: str) -> None:
    visitor = wishing(world, amina)
    token = visitor.token(visitor.path)
    answer = visitor.post(visitor.path, {"csrf_token": token, "other": tom, "email": ""})
    assert (answer.status_code, never(world)) == (422, set())


@pytest.mark.usefixtures("both_databases")
def test_erasing_somebody_erases_the_wishes_about_them(world: World, amina: str, tom: str) -> None:
    world.round()
    wishing(world, amina).press("Add to my list", other=tom)
    wishing(world, amina).press("Add to my list", email="tom@example.org")
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, tom), by="a test", now=world.now)
    assert world.dump()["rathernot"] == []
