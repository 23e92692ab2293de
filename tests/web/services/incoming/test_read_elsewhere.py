"""What is said beside a STOP where each organiser is a partner of its writer is read by somebody else."""

import pytest

from notifications import suppression
from notifications.messages import Channel
from tests.support.by_text import text
from tests.support.knocking import operator_in
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Role
from web.services.organisers import operators

PAGE, HERE = "/operate/replies", "/organise/councils/replies"
TOM, PRIYA, OLGA = "tom@example.org", "priya@example.org", "olga@example.org"
UNSAFE = "STOP. Tom made me feel unsafe"


@pytest.fixture
def only_tom(world: World, asked: str) -> str:
    """Tom is Amina's partner, and organises alone."""
    world.appoint(TOM)
    return asked


@pytest.fixture
def olga(world: World) -> str:
    """She owns another programme."""
    world.start("charities", "Charities Unmentoring")
    return world.appoint(OLGA, Role.OWNER, "charities")


def operates(world: World, email: str) -> None:
    with world.write() as session:
        operators.add(session, email, by="the test", now=world.now)


def shown(visitor: Visitor) -> bool:
    return UNSAFE in visitor.open(PAGE).answer.text


@pytest.mark.usefixtures("both_databases", "only_tom", "olga")
def test_an_operator_reads_it_and_nobody_else(world: World) -> None:
    operator = operator_in(world)
    text(world, UNSAFE)
    others = (world.organiser(TOM), world.organiser(OLGA, slug="charities"))
    assert (shown(operator), [shown(one) for one in others]) == (True, [False, False])
    assert UNSAFE not in world.organiser(TOM).open(HERE).answer.text


@pytest.mark.usefixtures("both_databases", "only_tom", "olga")
def test_without_an_operator_owners_of_other_programmes_do(world: World) -> None:
    text(world, UNSAFE)
    assert [shown(world.organiser(TOM)), shown(world.organiser(OLGA, slug="charities"))] == [False, True]


@pytest.mark.usefixtures("only_tom", "olga")
def test_an_operator_who_is_that_partner_is_none(world: World) -> None:
    operates(world, TOM)
    text(world, UNSAFE)
    assert [shown(world.organiser(TOM)), shown(world.organiser(OLGA, slug="charities"))] == [False, True]


@pytest.mark.usefixtures("only_tom")
def test_it_is_theirs_once_another_organiser_may_read_it(world: World) -> None:
    operator = operator_in(world)
    text(world, UNSAFE)
    world.appoint(PRIYA, Role.ORGANISER)
    there = world.organiser(PRIYA, Role.ORGANISER).open(HERE).answer.text
    assert (shown(operator), UNSAFE in there) == (False, True)


@pytest.mark.usefixtures("only_tom", "olga")
def test_a_viewer_and_an_organiser_elsewhere_read_nothing(world: World) -> None:
    world.appoint(PRIYA, Role.ORGANISER, "charities")
    text(world, UNSAFE)
    assert not shown(world.organiser(PRIYA, Role.ORGANISER, "charities"))


@pytest.mark.usefixtures("only_tom")
def test_a_stop_and_no_more_is_nobody_s(world: World) -> None:
    operator = operator_in(world)
    text(world, "STOP")
    assert "Nothing waits" in operator.open(PAGE).text


@pytest.mark.usefixtures("asked")
def test_where_another_organises_it_is_theirs_alone(world: World) -> None:
    operator = operator_in(world)
    world.appoint(TOM)
    world.appoint(PRIYA, Role.ORGANISER)
    text(world, UNSAFE)
    assert not shown(operator)


@pytest.mark.usefixtures("both_databases", "only_tom")
def test_the_same_day_they_have_a_letter(world: World) -> None:
    operates(world, OLGA)
    text(world, UNSAFE)
    letters = [letter.text for letter in world.inbox(OLGA, "read_soon")]
    assert [(PAGE in one, "not treated well" in one, UNSAFE in one) for one in letters] == [
        (True, True, False)
    ]
    assert world.inbox(TOM, "read_soon") == []


@pytest.mark.usefixtures("only_tom", "olga")
def test_an_owner_elsewhere_has_it_too(world: World) -> None:
    text(world, UNSAFE)
    assert (len(world.inbox(OLGA, "read_soon")), world.inbox(TOM, "read_soon")) == (1, [])


@pytest.mark.usefixtures("only_tom")
def test_it_is_dealt_with_and_the_programme_is_told_nothing(world: World) -> None:
    operator = operator_in(world)
    text(world, UNSAFE)
    page = operator.open(PAGE).press("Dealt with")
    assert ("Marked as dealt with" in page.text, shown(operator)) == (True, False)
    assert "dealt with a reply" not in world.organiser(TOM).open("/organise/councils/audit").text


@pytest.mark.usefixtures("only_tom", "olga")
def test_nobody_else_can_deal_with_it(world: World) -> None:
    operator = operator_in(world)
    text(world, UNSAFE)
    owner = world.organiser(OLGA, slug="charities")
    number = operator.open(PAGE).answer.text.partition("/operate/replies/")[2].partition("/")[0]
    token = owner.token("/organise/charities/settings/about")
    assert owner.post(f"{PAGE}/{number}/done", {"csrf_token": token}).status_code == 404
    assert shown(operator)


@pytest.mark.usefixtures("only_tom")
def test_their_first_page_leads_to_it(world: World) -> None:
    operator = operator_in(world)
    text(world, UNSAFE)
    assert "1 reply that no organiser may read" in operator.open("/operate/").text


@pytest.mark.usefixtures("only_tom", "olga")
def test_an_owner_s_replies_lead_to_it(world: World) -> None:
    text(world, UNSAFE)
    page = world.organiser(OLGA, slug="charities").open("/organise/charities/replies")
    assert "1 reply that no organiser may read" in page.text


def test_an_operator_can_write_to_who_has_stopped_texts_alone(world: World, only_tom: str) -> None:
    operator, email = operator_in(world), world.person(only_tom).email or ""
    text(world, UNSAFE)
    by_email = f"mailto:{email}" in operator.open(PAGE).answer.text
    stop_emails_to(world, email)
    assert (by_email, email in operator.open(PAGE).answer.text) == (True, False)


def stop_emails_to(world: World, email: str) -> None:
    key = world.worker.signer.suppression_key()
    with world.write() as session:
        suppression.suppress(
            session, Channel.EMAIL, email, suppression.Why.UNSUBSCRIBED, key=key, now=world.now
        )


@pytest.mark.usefixtures("both_databases", "only_tom")
def test_it_may_be_of_a_partner_of_an_earlier_round(world: World) -> None:
    for name in ("Ivy Rao", "Ken Ode"):
        world.join(name, f"{name} Council")
    world.clock.turn(days=20)
    world.round(2)
    operator = operator_in(world)
    text(world, UNSAFE)
    there = world.organiser(TOM).open(HERE).answer.text
    assert (shown(operator), UNSAFE in there) == (True, False)
