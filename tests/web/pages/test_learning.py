"""A learning has its own address, and whoever says it is theirs is believed until somebody has looked."""

import pytest
from sqlalchemy import select

from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web.models import Answer, Learning, LearningPage, LearningState, Person, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import learnings
from web.services.people import data_export

WORDS = "Ask the crews first."
LEARNING = "/organise/councils/learning"


@pytest.fixture
def amina(world: World) -> str:
    amina = world.join("Amina Smith", "Leeds City Council")
    world.join("Tom Field", "Kirklees Council")
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
        said = Said(Answer.MET, WORDS, showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
        found = session.get_one(Learning, 1)
        learnings.publish(session, found, text=WORDS, version=1, by=BY, now=world.now)
    return amina


def path_of(world: World) -> str:
    with world.read() as session:
        key = session.scalars(select(LearningPage.key)).one()
    return f"/p/councils/learning/{key}"


def state_of(world: World) -> tuple[LearningState, str]:
    with world.read() as session:
        found = session.get_one(Learning, 1)
        return found.state, found.contested_because


def take_down(world: World, because: str = "") -> Visitor:
    return world.visitor().open(f"{path_of(world)}/take-down").press("Take it down", because=because)


def test_it_is_reached_from_the_wall(world: World, amina: str) -> None:
    assert f'href="{path_of(world)}"' in world.visitor().open("/p/councils/learning").answer.text


def test_it_says_what_was_learned_and_by_whom(world: World, amina: str) -> None:
    text = world.visitor().open(path_of(world)).text
    assert (WORDS in text, "Amina, Leeds City Council" in text) == (True, True)


def test_search_engines_are_asked_to_stay_away(world: World, amina: str) -> None:
    assert '<meta name="robots" content="noindex">' in world.visitor().open(path_of(world)).answer.text


def test_publishing_again_keeps_its_address(world: World, amina: str) -> None:
    before = path_of(world)
    world.organiser().open(LEARNING).press(f"Take it off the page {WORDS}")
    with world.write() as session:
        found = session.get_one(Learning, 1)
        learnings.publish(session, found, text=WORDS, version=found.version, by=BY, now=world.now)
    assert path_of(world) == before


def test_off_the_wall_it_is_not_found(world: World, amina: str) -> None:
    world.organiser().open(LEARNING).press(f"Take it off the page {WORDS}")
    assert world.visitor().open(path_of(world)).status == 404


def test_erased_it_is_gone(world: World, amina: str) -> None:
    world.erase(amina)
    page = world.visitor().open(path_of(world))
    assert (page.status, page.heading) == (410, "It is not here any more")


@pytest.mark.parametrize("key", ["", "x", "1", "taken-downs", "a" * 300, "%00"])
def test_what_never_was_is_not_found(world: World, amina: str, key: str) -> None:
    assert world.visitor().open(f"/p/councils/learning/{key}").status in (404, 308)


def test_another_programme_does_not_show_it(world: World, amina: str) -> None:
    world.start("parishes", "Parishes")
    path = path_of(world).replace("councils", "parishes")
    assert world.visitor().open(path).status == 404


def test_taken_down_it_is_off_the_wall_at_once(world: World, amina: str) -> None:
    page = take_down(world)
    assert (page.heading, WORDS in world.visitor().open("/p/councils/learning").text) == (
        "It is taken down",
        False,
    )


def test_an_organiser_reads_why(world: World, amina: str) -> None:
    take_down(world, "I wrote that post, and I am not Amina.")
    assert "I wrote that post, and I am not Amina." in world.organiser().open(LEARNING).text


def test_the_dashboard_tells_of_it(world: World, amina: str) -> None:
    take_down(world)
    assert "1 learning to look at" in world.organiser().open("/organise/councils/").text


def test_it_can_be_put_back(world: World, amina: str) -> None:
    take_down(world, "It is mine.")
    world.organiser().open(LEARNING).press("Put it back")
    assert state_of(world) == (LearningState.PUBLISHED, "")


def test_it_can_be_left_off(world: World, amina: str) -> None:
    take_down(world, "It is mine.")
    world.organiser().open(LEARNING).press("Leave it off")
    assert state_of(world) == (LearningState.DECLINED, "")


def test_taken_down_twice_is_once(world: World, amina: str) -> None:
    form = world.visitor().open(f"{path_of(world)}/take-down")
    take_down(world, "First.")
    assert (form.press("Take it down", because="Second.").status, state_of(world)[1]) == (404, "First.")


def test_too_many_words_are_said_and_kept(world: World, amina: str) -> None:
    page = take_down(world, "x" * 501)
    assert (page.status, "x" * 501 in page.answer.text, state_of(world)[0]) == (
        422,
        True,
        LearningState.PUBLISHED,
    )


def test_its_author_may_change_it_while_it_is_down(world: World, amina: str) -> None:
    take_down(world)
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
        said = Said(Answer.MET, "Ask them later.", showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
    assert state_of(world) == (LearningState.WAITING, "")


class TestAdding:
    """What somebody told an organiser."""

    GOOD = {"who": "Tom Field", "text": "Vans.", "showing": "with name", "agreed": True}  # noqa: RUF012

    def add(self, world: World, **other: object) -> Visitor:
        return world.organiser().open(f"{LEARNING}/add").press("Add it", **self.GOOD | other)

    def test_it_waits_to_be_looked_at(self, world: World, amina: str) -> None:
        page = self.add(world, link="jo.example.org/vans")
        assert ("Tom, Kirklees" in page.text, "https://jo.example.org/vans" in page.text) == (True, True)

    def test_it_can_be_published(self, world: World, amina: str) -> None:
        self.add(world).press("Publish")
        assert "Vans." in world.visitor().open("/p/councils/learning").text

    @pytest.mark.parametrize(
        ("other", "says"),
        [
            ({"who": "Nobody"}, "Nobody here is called Nobody"),
            ({"who": ""}, "Enter a name or an email address"),
            ({"who": "Amina Smith"}, "They have told something of round 1 themselves"),
            ({"text": ""}, "Enter a sentence or a link"),
            ({"link": "javascript:alert(1)"}, "Enter a web address"),
            ({"agreed": False}, "Ask them first"),
            ({"showing": "no"}, "Choose one of these"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(
        self, world: World, amina: str, other: dict[str, object], says: str
    ) -> None:
        page = self.add(world, **other)
        assert (page.status, says in page.text, "Vans." in page.answer.text or "text" in other) == (
            422,
            True,
            True,
        )

    def test_who_was_in_no_round_has_nothing_to_tell_of(self, world: World, amina: str) -> None:
        world.join("Siân Rees", "Gwynedd Council")
        assert "They have been in no round yet" in self.add(world, who="Siân Rees").text

    def test_the_audit_says_who_added_it(self, world: World, amina: str) -> None:
        self.add(world)
        page = world.organiser().open("/organise/councils/audit")
        assert "Added what somebody had told them" in page.text


def test_its_author_does_not_read_why_it_was_to_be_taken_down(world: World, amina: str) -> None:
    take_down(world, "That is my post, says Zed.")
    with world.read() as session:
        told = data_export.everything(session, session.get_one(Person, amina))
    assert (WORDS in str(told), "Zed" in str(told)) == (True, False)


def test_what_was_taken_down_and_then_changed_still_says_why_to_organisers(world: World, amina: str) -> None:
    take_down(world, "It is about me.")
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
        said = Said(Answer.MET, f"{WORDS} Soon.", showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
    assert "It is about me." in world.organiser().open(LEARNING).text
