"""What is asked for once more is said to be done, is not done once more, and is in the audit once."""

from typing import Any

import pytest

from tests.support.consenting import Consent
from tests.support.gathering import HANDLE, a_post, begin_gathering, find
from tests.support.knocking import operator_in
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.web.pages.test_operate import asked_for
from web.models import HandleKind, Purpose, RatherNot
from web.services.gathering import handles

HOME = "/organise/councils"


def press(world: World, tab: Visitor, address: str, values: Any) -> tuple[int, str, int]:
    """The answer's status, what it says, and how many entries the audit has then."""
    tab.post(address, values)
    notices = tab.page.xpath("//*[contains(@class, 'un-notice')]")
    said = " ".join([*(" ".join(one.text_content().split()) for one in notices), *tab.mistakes])
    return tab.status, said, len(world.dump()["auditentry"])


def is_the_same_again(world: World, tab: Visitor, button: str, **fields: Any) -> str:
    """Press twice: the second answer reads as the first did, and adds nothing to the audit. What it says."""
    address, values = tab._filled_in(button, fields)
    first, second = press(world, tab, address, values), press(world, tab, address, values)
    assert (first[0], second) == (200, first)
    return first[1]


# Organisations


@pytest.fixture
def two(world: World) -> World:
    world.join("Amina Yusuf", "Leeds City Council")
    world.join("Tom Field", "Leeds CC")
    return world


def test_two_organisations_are_one_however_often_it_is_said(two: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/organisations/2")
    said = is_the_same_again(two, page, "Merge them", into="1")
    assert (said, page.path) == (
        "Leeds CC is Leeds City Council from now on, whoever writes it.",
        f"{HOME}/organisations/1",
    )


def test_so_are_two_that_look_alike(world: World, organiser: Visitor) -> None:
    world.join("Amina Yusuf", "Kirklees Council")
    world.join("Tom Field", "Kirkless Council")
    page = organiser.open(f"{HOME}/organisations")
    button = next(one for one in page.buttons if one.startswith("One: "))
    assert "from now on, whoever writes it" in is_the_same_again(world, page, button)


@pytest.mark.parametrize(
    ("button", "fields"),
    [
        ("Save its names", {"name": "Leeds"}),
        ("Add this name", {"other_name": "Leeds"}),
        ("Add this domain", {"domain": "leeds.example.org"}),
        ("Merge them", {"into": "3"}),
    ],
)
def test_a_page_of_one_that_was_merged_leads_to_the_other(
    two: World, organiser: Visitor, button: str, fields: dict[str, str]
) -> None:
    two.join("Ewa Nowak", "York")
    organiser.open(f"{HOME}/organisations/2")
    two.organiser("priya@example.org").open(f"{HOME}/organisations/2").press("Merge them", into="1")
    organiser.press(button, **fields)
    told = "Nothing was changed: it has been merged, and is Leeds City Council now."
    assert (told in organiser.text, organiser.path) == (True, f"{HOME}/organisations/1")


def test_it_leads_to_the_last_of_them(two: World, organiser: Visitor) -> None:
    two.join("Ewa Nowak", "York")
    colleague = two.organiser("priya@example.org")
    organiser.open(f"{HOME}/organisations/3")
    colleague.open(f"{HOME}/organisations/3").press("Merge them", into="2")
    colleague.open(f"{HOME}/organisations/2").press("Merge them", into="1")
    organiser.press("Merge them", into="1")
    assert (organiser.status, organiser.path) == (200, f"{HOME}/organisations/1")


def test_whoever_comes_after_one_that_was_merged_is_not_merged_from_its_old_page(
    two: World, organiser: Visitor
) -> None:
    """SQLite gives the number out again."""
    two.join("Ewa Nowak", "York")
    organiser.open(f"{HOME}/organisations/3")
    two.organiser("priya@example.org").open(f"{HOME}/organisations/3").press("Merge them", into="1")
    two.join("Siân Jones", "Gwynedd Council")
    organiser.press("Merge them", into="2")
    assert "Gwynedd Council" in organiser.open(f"{HOME}/organisations").text


def test_an_organisation_is_renamed_once(two: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/organisations/1")
    assert is_the_same_again(two, page, "Save its names", name="Leeds") == "Saved."


# Settings


@pytest.mark.parametrize(
    ("page", "button", "fields"),
    [
        ("settings/about", "Save", {"contact": "hello@example.org"}),
        ("settings/wording/nudge", "Save these words", {"subject": "{first} waits"}),
        ("settings/prompts", "Save these prompts", {"prompts": "What surprised you?"}),
        ("schedule", "Save this day", {"on": ["8", "1", "2027"]}),
    ],
)
def test_what_is_saved_twice_was_changed_once(
    world: World, organiser: Visitor, page: str, button: str, fields: dict[str, Any]
) -> None:
    said = is_the_same_again(world, organiser.open(f"{HOME}/{page}"), button, **fields)
    assert said.startswith("Saved.")


def test_our_words_come_back_once(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/wording/nudge").press("Save these words", subject="{first} waits")
    page.open(f"{HOME}/settings/wording/nudge")
    assert is_the_same_again(world, page, "Go back to our words") == "These are our words again."


def test_words_a_colleague_wrote_since_are_not_thrown_away_unseen(world: World, organiser: Visitor) -> None:
    words = f"{HOME}/settings/wording/nudge"
    organiser.open(words).press("Save these words", subject="{first} waits")
    organiser.open(words)
    priya = world.organiser("priya@example.org").open(words)
    priya.press("Save these words", text="{partners} would love to hear from you")
    organiser.press("Go back to our words")
    with world.read() as session:
        assert world.programme(session).wording["nudge"]["text"] == "{partners} would love to hear from you"
    assert "somebody has changed these words since you opened the page" in organiser.text
    assert "These are our words again." in organiser.press("Go back to our words").text


# Who organises, and whom they suspend


def test_who_is_invited_twice_by_two_presses_has_one_letter(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/organisers")
    is_the_same_again(world, page, "Send the invitation", email="kay@example.org", role="viewer")
    world.work()
    assert len(world.inbox("kay@example.org")) == 1


def test_who_lost_the_invitation_is_sent_another(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/organisers")
    address, values = page._filled_in("Send the invitation", {"email": "kay@example.org", "role": "viewer"})
    page.post(address, values)
    world.clock.turn(minutes=2)
    page.post(address, values)
    world.work()
    assert len(world.inbox("kay@example.org")) == 2


def test_a_role_is_given_once(world: World, organiser: Visitor) -> None:
    kay = world.appoint("kay@example.org")
    page = organiser.open(f"{HOME}/organisers/{kay}")
    is_the_same_again(world, page, "Change what they may do", role="viewer")


def test_somebody_is_suspended_once(world: World, organiser: Visitor) -> None:
    person = world.join("Amina Yusuf")
    is_the_same_again(world, organiser.open(f"{HOME}/people/{person}"), "Suspend Amina Yusuf", reason="Rude.")


# Files


ROWS = "Name,Organisation,Email\nBo Ray,Mind,bo@mind.example\n"


def test_a_file_is_uploaded_once(world: World, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/import")
    is_the_same_again(world, page, "Upload the file", kind="people", rows=ROWS)
    assert page.path == f"{HOME}/import/1"


def test_another_file_and_one_of_a_colleague_are_others(world: World, organiser: Visitor) -> None:
    priya = world.organiser("priya@example.org")
    for who, rows in ((organiser, ROWS), (organiser, ROWS.replace("Bo", "Jo")), (priya, ROWS)):
        who.open(f"{HOME}/import").press("Upload the file", kind="people", rows=rows)
    assert len(world.dump()["import"]) == 3


# The agenda


@pytest.mark.parametrize(
    ("button", "fields"), [("Decline it", {"because": "We tried that."}), ("It is done", {})]
)
def test_something_on_the_agenda_is_decided_once(
    world: World, organiser: Visitor, button: str, fields: dict[str, str]
) -> None:
    person = world.join_many(2)[0]
    world.round()
    door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
    page = world.visitor().open(f"{door}?answer=met").press("Tell us")
    page.press("Tell the organisers", line="Longer rounds.")
    said = is_the_same_again(world, organiser.open(f"{HOME}/agenda"), button, **fields)
    assert said.startswith("Saved.")


# Programmes that are asked for


@pytest.mark.parametrize("button", ["Approve Parishes Unmentoring", "Decline Parishes Unmentoring"])
def test_a_programme_is_decided_about_once(world: World, button: str) -> None:
    asked_for(world)
    operator = operator_in(world).open("/operate/requests/1")
    assert "its founder has been written to" in is_the_same_again(world, operator, button)


# The end of a programme


@pytest.fixture
def closing(world: World, organiser: Visitor) -> Visitor:
    world.join_many(4)
    return organiser.open(f"{HOME}/close")


def test_the_end_is_announced_once(world: World, closing: Visitor) -> None:
    address, values = closing._filled_in("Announce the end", {"name": "Councils Unmentoring"})
    first, second = press(world, closing, address, values), press(world, closing, address, values)
    assert (first[1], second[1]) == (
        "The end is announced. We are telling 4 people.",
        "The end is announced.",
    )
    assert first[2] == second[2]


def test_another_end_than_the_one_a_colleague_announced_is_not_said_to_be_announced(
    world: World, closing: Visitor
) -> None:
    priya = world.organiser("priya@example.org").open(f"{HOME}/close")
    priya.press("Announce the end", name="Councils Unmentoring")
    closing.press("Announce the end", name="Councils Unmentoring", wall="goes")
    assert "Nothing was changed: the end has been announced already" in closing.text


def test_it_stays_open_once(world: World, closing: Visitor) -> None:
    closing.press("Announce the end", name="Councils Unmentoring")
    address, values = closing._filled_in("Keep it open after all", {})
    press(world, closing, address, values)
    assert press(world, closing, address, values)[1] == "The programme stays open."


# What participants say


def page_of(world: World, person: str, rest: str = "") -> Visitor:
    return world.visitor().open(world.page_of(person, full=True) + rest)


@pytest.mark.parametrize("others", [2, 3])
def test_somebody_is_on_the_list_once(world: World, others: int) -> None:
    """Whether or not others could still be chosen."""
    person = world.join_many(4)[0]
    for seed in range(others - 1):
        world.round(seed)
    partner = world.partners_of(person)[0]
    page = page_of(world, person, "/rather-not")
    is_the_same_again(world, page, "Add to my list", other=partner)
    assert len(world.dump()[str(RatherNot.__tablename__)]) == 1


def test_an_address_is_on_the_list_once(world: World) -> None:
    page = page_of(world, world.join(), "/rather-not")
    is_the_same_again(world, page, "Add to my list", email="jo@example.org")


@pytest.mark.parametrize("button", ["Skip the next round", "I would rather not be in a three"])
def test_what_somebody_says_of_rounds_is_written_down_once(world: World, button: str) -> None:
    is_the_same_again(world, page_of(world, world.join()), button)


def test_details_are_edited_once(world: World) -> None:
    page = page_of(world, world.join(), "/details")
    is_the_same_again(world, page, "Save my details", about="I mend what the buses break.")


# What is gathered, and what waits for an answer


def test_a_round_is_topped_up_once(world: World, organiser: Visitor) -> None:
    world.join_many(4)
    world.round()
    world.join_many(2)
    page = organiser.open(f"{HOME}/rounds/1/top-up")
    assert is_the_same_again(world, page, page.buttons[-1]) == "The introductions are on their way."


def test_a_post_is_dropped_and_its_source_taken_away_once(world: World, organiser: Visitor) -> None:
    servers = begin_gathering(world)
    find(world, servers, a_post(world))
    page = organiser.open(f"{HOME}/learning/posts")
    drop, remove = (
        next(b for b in page.buttons if b.startswith(word)) for word in ("Drop", "Look there no more")
    )
    assert is_the_same_again(world, page, drop).startswith("Dropped.")
    assert is_the_same_again(world, page.open(f"{HOME}/learning/posts"), remove).startswith("We do not look")


def test_a_post_with_the_number_of_one_that_was_dropped_can_be_dropped(
    world: World, organiser: Visitor
) -> None:
    """SQLite gives the number out again."""
    servers = begin_gathering(world)
    for words in ("Vans, not vents.", "Ask the bin crews."):
        find(world, servers, a_post(world, words=words, url=f"https://mastodon.social/@jo/{len(words)}"))
        page = organiser.open(f"{HOME}/learning/posts")
        page.press(next(b for b in page.buttons if b.startswith("Drop")))
    assert "Ask the bin crews." not in page.open(f"{HOME}/learning/posts").text


@pytest.mark.parametrize("button", ["Yes, it is mine", "No, leave it out"])
def test_whose_a_post_is_is_said_once(world: World, button: str) -> None:
    servers = begin_gathering(world)
    jo = world.join("Jo Bloggs", "Brent Council", email="jo@brent.gov.uk")
    world.join("Bo Baker", "Leeds City Council")
    with world.write() as session:
        handles.add(session, world.person(jo), HandleKind.MASTODON, HANDLE, now=world.now)
    world.round(seed=2)
    find(world, servers, a_post(world))
    page = page_of(world, jo)
    page.open(page.link("Vans, not vents."))
    fields = {"showing": "with name"} if button.startswith("Yes") else {}
    is_the_same_again(world, page, button, **fields)


def test_a_complaint_is_answered_once(world: World, organiser: Visitor) -> None:
    world.complain()
    page = organiser.open(f"{HOME}/complaints/1")
    said = is_the_same_again(world, page, "Send the answer", outcome="We hid it.")
    assert "is on its way" in said


def test_what_somebody_told_an_organiser_is_added_once(world: World, organiser: Visitor) -> None:
    person = world.join_many(2)[0]
    world.round()
    page = organiser.open(f"{HOME}/learning/add")
    told = {"who": world.person(person).name, "text": "Ask the bin crews.", "showing": "with name"}
    is_the_same_again(world, page, "Add it", **told, agreed="y")


def test_a_proposal_is_taken_back_once(world: World, organiser: Visitor) -> None:
    consent = Consent.among(world, 8)
    page = organiser.open(f"{HOME}/agreements/new")
    page.press("Propose it", title="Tea", text="Tea for everybody.", driver="Nobody drinks.")
    button = next(one for one in page.buttons if one.startswith("Take"))
    assert consent
    is_the_same_again(world, page, button)


def test_a_rule_is_kept_once(world: World) -> None:
    page = world.organiser().open(f"{HOME}/agreements/new")
    page.press("Change it", title="Tea", text="Tea for everybody.", driver="Nobody drinks.")
    world.clock.turn(days=400)
    page = world.organiser().open(f"{HOME}/agreements")
    assert "It goes on as it is" in is_the_same_again(world, page, "Keep it as it is")


# Numbers that SQLite gives out again


def test_an_old_page_takes_nobody_else_off_the_list(world: World) -> None:
    tab = page_of(world, world.join(), "/rather-not").press("Add to my list", email="jo@example.org")
    old = Visitor.over(tab.client).open(tab.path)
    tab.press("Remove jo@example.org").press("Add to my list", email="bo@example.org")
    old.press("Remove jo@example.org")
    assert "Remove bo@example.org" in old.buttons


def test_an_old_page_removes_no_other_handle(world: World) -> None:
    tab = page_of(world, world.join(), "/handles")
    tab.press("Add it", kind="bluesky", name="jo.bsky.social", agreed="y")
    old = Visitor.over(tab.client).open(tab.path)
    tab.press("Remove jo.bsky.social").press("Add it", kind="bluesky", name="bo.bsky.social", agreed="y")
    old.press("Remove jo.bsky.social")
    assert "Remove bo.bsky.social" in old.buttons
