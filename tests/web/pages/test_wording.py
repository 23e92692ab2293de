"""An organiser's own words, tried before they are kept."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Purpose
from web.services.programmes.wordings import KINDS

HOME = "/organise/councils/settings/wording"


def own(world: World) -> object:
    with world.read() as session:
        return world.programme(session).wording


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_as_it_arrives(world: World, organiser: Visitor, kind: str) -> None:
    page = organiser.open(f"{HOME}/{kind}")
    frame = page.page.xpath("string(//iframe/@src)")
    mail = page.client.get(frame)
    assert (page.status, mail.status_code, "Amina" in mail.text) == (200, 200, True)
    assert "default-src 'none'" in mail.headers["Content-Security-Policy"]


def test_looking_first_keeps_nothing(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/heads_up").press("Look at it first", subject="Ready for {day}?")
    assert ("By email: Ready for Wednesday 9 December?" in page.text, own(world)) == (True, {})


def test_words_that_are_kept_stand_in_the_next_message(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/check_in")
    page.press("Save these words", subject="So, {first} and you?")
    world.join("Amina Yusuf", email="amina@example.org")
    world.join("Tom Field", "Kirklees Council")
    world.round()
    world.clock.turn(days=14)
    assert world.letter("amina@example.org", "check_in").subject == "So, Tom Field and you?"
    assert own(world) == {"check_in": {"subject": "So, {first} and you?"}}


def test_each_kind_is_sent_in_the_words_it_was_given(world: World, organiser: Visitor) -> None:
    given = {
        "thanks": ("opening", "Cheers, from {partners} as well."),
        "digest": ("opening", "Put the kettle on: {round} is written up."),
        "partner_gone": ("note", "Chin up."),
        "not_this_time": ("opening", "Not yet, in {programme}."),
    }
    for kind, (part, words) in given.items():
        organiser.open(f"{HOME}/{kind}").press("Save these words", **{part: words})
    amina, tom = world.join("Amina Yusuf"), world.join("Tom Field", email="tom@example.org")
    world.round()
    check_in = world.door(Purpose.CHECK_IN, tom, world.group_of(tom))
    form = world.visitor().open(f"{check_in}?answer=booked")
    form.press("Tell us", text="Vans.", showing="without name")
    organiser.open("/organise/councils/learning").press("Publish").press(
        "Send the digest of round 1 to 2 people"
    )
    cannot = world.door(Purpose.CONVERSATION, amina, world.group_of(amina)) + "/cannot"
    world.visitor().open(cannot).press("I can’t make this round")
    world.work()
    world.clock.turn(days=9)
    world.worker.sweep()
    said = {kind: world.letter("tom@example.org", kind).text for kind in given}
    assert "Cheers, from Amina Yusuf as well." in said["thanks"]
    assert "Put the kettle on: round 1 is written up." in said["digest"]
    assert "Chin up." in said["partner_gone"]
    assert "Not yet, in Councils Unmentoring." in said["not_this_time"]


def test_words_of_one_programme_stay_there(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/welcome").press("Save these words", opening="Hello from the councils.")
    world.start("charities", "Charities Unmentoring")
    world.join(slug="charities", email="one@example.org")
    world.join(email="two@example.org")
    said = [
        "Hello from the councils." in world.letter(to).text for to in ("one@example.org", "two@example.org")
    ]
    assert said == [False, True]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("opening", "Did you meet {partner}?", "Nothing can stand for {partner} here"),
        ("opening", "Did you meet?", "{partners} is missing: it says whom they meet"),
        ("text", "{partners}? " + "Tell us how it went, please. " * 4, "Use at most 120 letters"),
        ("subject", "", "Write something"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_kept(
    world: World, organiser: Visitor, field: str, typed: str, said: str
) -> None:
    page = organiser.open(f"{HOME}/check_in").press("Save these words", **{field: typed})
    assert (page.status, said in " ".join(page.mistakes), own(world)) == (422, True, {}), page.mistakes


def test_our_words_come_back_with_one_button(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/welcome").press("Save these words", opening="Hello.")
    page.open(f"{HOME}/welcome").press("Go back to our words")
    assert ("We will introduce you to one person" in page.text, own(world)) == (True, {})


def test_prompts_are_a_programme_s_own_or_else_ours(world: World, organiser: Visitor) -> None:
    address = "/organise/councils/settings/prompts"
    page = organiser.open(address).press("Save these prompts", prompts="What made you laugh?\n\nAnd why?")
    with world.read() as session:
        kept = world.programme(session).prompts
    page.open(address).press("Save these prompts", prompts="")
    with world.read() as session:
        assert (kept, len(world.programme(session).prompts)) == (["What made you laugh?", "And why?"], 3)


def test_too_many_prompts_are_refused(organiser: Visitor) -> None:
    page = organiser.open("/organise/councils/settings/prompts")
    page.press("Save these prompts", prompts="\n".join("abcdef"))
    assert page.mistakes == ["At most 5 fit an introduction"]


def test_a_kind_that_has_no_words_of_its_own_is_not_found(organiser: Visitor) -> None:
    assert organiser.open(f"{HOME}/sign_in").status == 404
