"""What others wrote stays, without who was erased."""

import pytest
from sqlmodel import select

from notifications.tables import OutboxMessage
from tests.support.world import BY, World
from web.models import Answer, Learning, LearningState, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import digests, learnings

NAME = "Zebedee Quillfeather"


def publish(world: World, text: str, name: str = NAME) -> tuple[str, int]:
    """A partner of Zebedee's says something, and it is published; whom they met, and the learning's id."""
    zebedee = world.join(name, phone="+447700900987")
    world.join()
    world.round()
    partner = world.partners_of(zebedee)[0]
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(partner), partner)
        conversations.check_in(session, talk, Said(Answer.MET, text, "", Showing.WITHOUT_NAME), now=world.now)
        learning = session.exec(select(Learning)).one()
        learnings.publish(session, learning, text=text, version=1, by=BY, now=world.now)
        return zebedee, learning.id


def learning(world: World, number: int) -> Learning:
    with world.read() as session:
        return session.get_one(Learning, number)


@pytest.mark.usefixtures("both_databases")
def test_a_name_goes_out_of_what_a_partner_learned(world: World) -> None:
    zebedee, number = publish(world, f"{NAME} of Leeds (07700 900987) shares vans.")
    world.erase(zebedee)
    after = learning(world, number)
    said = "somebody who has left of Leeds (somebody who has left) shares vans."
    assert (after.text, after.state) == (said, LearningState.PUBLISHED)


@pytest.mark.parametrize("name", [f"Cllr {NAME} OBE", f"{NAME} (they/them)", f"Prof. {NAME}, PhD"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_name_goes_out_whatever_stands_around_it_where_they_joined(
    world: World, name: str, is_whole: bool
) -> None:
    text = f"{name if is_whole else NAME} shares vans."
    zebedee, number = publish(world, text, name)
    world.erase(zebedee)
    assert learning(world, number).text == "somebody who has left shares vans."


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Siân O’Neill-Rees", "Sian O'Neill-Rees"),
        ("Sian O'Neill", "SIÂN O’NEILL"),
        ("Łukasz Kowal", "Lukasz Kowal"),
        ("Zoe Park", "Zoë Park"),
        ("Søren Kjær", "Soren Kjaer"),
    ],
)
@pytest.mark.parametrize("of_another_group", [False, True])
def test_a_name_goes_out_with_or_without_its_accents(
    world: World, name: str, written: str, of_another_group: bool
) -> None:
    """Others write Sian: on the page of what people learned she stood there still."""
    somebody, number = publish(world, f"We heard {written} on vans.", name)
    world.erase(world.join(name) if of_another_group else somebody)
    assert learning(world, number).text == "We heard somebody who has left on vans."


@pytest.mark.parametrize(
    ("name", "written"), [("Siân Rees", "Sian"), ("Zoe Park", "Zoë"), ("Łucja Kowal", "Lucja")]
)
def test_a_first_name_without_its_accent_waits_for_an_organiser_s_eye(
    world: World, name: str, written: str
) -> None:
    somebody, number = publish(world, f"{written} shares vans.", name)
    world.erase(somebody)
    assert learning(world, number).state is LearningState.WAITING


@pytest.mark.parametrize("name", [NAME, f"Cllr {NAME}"])
def test_a_first_name_waits_for_an_organiser_s_eye(world: World, name: str) -> None:
    zebedee, number = publish(world, "Zebedee shares vans.", name)
    world.erase(zebedee)
    assert learning(world, number).state is LearningState.WAITING


def test_a_word_that_only_begins_like_it_stays(world: World) -> None:
    zebedee, number = publish(world, "Zebedees share vans.")
    world.erase(zebedee)
    assert learning(world, number).state is LearningState.PUBLISHED


def test_the_digest_that_quoted_it_names_nobody_either(world: World) -> None:
    zebedee, _ = publish(world, f'“{NAME}” said "vans".\nGood.')
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    world.erase(zebedee)
    with world.read() as session:
        digest = session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "digest", OutboxMessage.person != zebedee)
        ).first()
    assert digest
    assert "“somebody who has left” said" in digest.message().learned[0].text  # type: ignore[attr-defined]
