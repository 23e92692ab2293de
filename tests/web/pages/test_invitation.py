"""An invitation from the organisers: the letter, the page behind it, a yes and a no."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from notifications import outbox
from notifications.messages import Channel, Invitation
from notifications.tables import OutboxMessage, State
from tests.support import importing
from tests.support.visitor import Visitor
from tests.support.world import BY, SLUG, World
from web.models import Link, Membership, Person, Programme, Purpose, Standing
from web.services.imports import lookup, undoing
from web.services.people import reachability

AMINA, MOVED = "amina@example.org", "moved@example.org"
FILE = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\n"
NO = "No, thank you"


def bring_in(world: World, slug: str | None = None) -> None:
    with world.write() as session:
        programme = world.programme(session, slug)
        importing.import_people(session, programme, "people.csv", FILE, by=BY, now=world.now)


@pytest.fixture
def invited(world: World) -> Visitor:
    """Amina, who has opened the page behind her invitation."""
    bring_in(world)
    return world.visitor().open(world.link_in(world.letter(AMINA, "invitation"), "/confirm/"))


def everybody(world: World) -> list[Person]:
    with world.read() as session:
        return list(session.scalars(select(Person)))


def test_the_letter_says_who_asks_in_their_words_and_until_when(world: World) -> None:
    world.change(about="Officers and residents, over tea.")
    bring_in(world)
    letter = world.letter(AMINA)
    assert "The organisers of Councils Unmentoring ask whether you would like to take part" in letter.text
    assert "“Officers and residents, over tea.”" in letter.text
    assert "The link works until Wednesday 30 December" in letter.text


def test_the_link_works_until_the_day_the_letter_names(world: World, invited: Visitor) -> None:
    world.clock.turn(days=29)
    assert NO in invited.open(invited.path).buttons
    world.clock.turn(days=1)
    assert "An invitation works for 30 days" in invited.open(invited.path).text


def test_an_address_that_wants_no_mail_of_ours_is_not_asked(world: World) -> None:
    person = world.join(email=AMINA)
    with world.write() as session:
        key = world.worker.signer.suppression_key()
        reachability.stop(session, session.get_one(Person, person), Channel.EMAIL, key=key, now=world.now)
    world.start("charities", "Charities Unmentoring")
    bring_in(world, "charities")
    world.work()
    assert world.inbox(AMINA, "invitation") == []


def test_who_stopped_our_mail_and_says_yes_after_all_is_written_to_again(
    world: World, invited: Visitor
) -> None:
    with world.write() as session:
        key = world.worker.signer.suppression_key()
        reachability.stop(
            session, session.scalars(select(Person)).one(), Channel.EMAIL, key=key, now=world.now
        )
    invited.press("Yes, I am in")
    assert world.letter(AMINA).kind == "welcome"


@pytest.mark.usefixtures("both_databases")
def test_a_no_takes_them_off_the_list_and_forgets_them(world: World, invited: Visitor) -> None:
    assert "You are off the list" in invited.press(NO).text
    world.work()
    (person,) = everybody(world)
    with world.read() as session:
        left = (list(session.scalars(select(Membership))), list(session.scalars(select(Link))))
    assert (person.name, person.email, person.email_key, left) == ("", None, None, ([], []))
    assert world.inbox(AMINA) == []


def test_a_no_counts_as_an_answer_for_the_organisers(world: World, invited: Visitor) -> None:
    invited.press(NO)
    assert "All of them have answered" in world.organiser().open("/organise/councils/import/1").text


def test_the_link_after_a_no_opens_nothing(invited: Visitor) -> None:
    path = invited.path
    invited.press(NO)
    assert invited.open(path).status == 404


def test_a_no_changes_nothing_in_another_programme(world: World) -> None:
    person = world.join("Amina Yusuf", email=AMINA)
    world.start("charities", "Charities Unmentoring")
    bring_in(world, "charities")
    visitor = world.visitor().open(world.link_in(world.letter(AMINA, "invitation"), "/confirm/"))
    path = visitor.path
    visitor.press(NO)
    with world.read() as session:
        places = Counter(session.scalars(select(Membership.standing)))
    assert (places, world.person(person).email) == ({Standing.ACTIVE: 1}, AMINA)
    assert "This invitation has been answered" in visitor.open(path).text


def test_who_said_yes_is_not_taken_out_by_an_older_page(invited: Visitor, world: World) -> None:
    older = world.visitor().open(invited.path)
    invited.press("Yes, I am in")
    assert "That is done already" in older.press(NO).text
    assert everybody(world)[0].name == "Amina Yusuf"


def test_a_no_is_taken_while_the_programme_closes(world: World, invited: Visitor) -> None:
    with world.write() as session:
        session.get_one(Programme, 1).closing_on = world.now.date()
    assert "You are off the list" in invited.press(NO).text


def test_who_is_known_elsewhere_can_be_invited_again_after_an_undo(world: World) -> None:
    world.join("Amina Yusuf", email=AMINA)
    world.start("charities", "Charities Unmentoring")
    for number in (1, 2):
        bring_in(world, "charities")
        world.work()
        with world.write() as session:
            job = lookup.one(session, world.programme(session, "charities"), number)
            assert job is not None
            undoing.undo(session, job, by=BY, now=world.now)
            undoing.undo_some(session, job, now=world.now)
    assert len(world.inbox(AMINA, "invitation")) == 2


def test_an_undo_leaves_the_links_of_other_programmes_alone(world: World) -> None:
    """A link is about a programme, or a group, by its number: the one may be as high as the other."""
    amina, *_ = world.join("Amina Yusuf", email=AMINA), *world.join_many(3)
    for _ in range(2):
        world.round()
        world.clock.turn(days=30)
    group = world.group_of(amina, 2)
    door = world.door(Purpose.CONVERSATION, amina, group)
    for number in range(2, group + 1):
        world.start(f"charity-number-{'abcd'[number - 1]}", "Charities Unmentoring")
    last = f"charity-number-{'abcd'[group - 1]}"
    bring_in(world, last)
    with world.write() as session:
        job = lookup.one(session, world.programme(session, last), 1)
        assert job is not None
        assert job.programme_id == group
        undoing.undo(session, job, by=BY, now=world.now)
        undoing.undo_some(session, job, now=world.now)
    assert world.visitor().open(door).status == 200


def _moves(world: World, person: str) -> None:
    details = world.visitor().open(f"{world.page_of(person, full=True)}/details")
    details.press("Save my details", email=MOVED)
    door = world.link_in(world.letter(MOVED, "new_address"), "/confirm/")
    world.visitor().open(door).press("Yes, write here")


@pytest.mark.usefixtures("both_databases")
def test_an_invitation_in_a_mailbox_that_they_left_opens_nothing_of_theirs(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    amina = world.join("Amina Yusuf", slug="charities", email=AMINA)
    bring_in(world)
    door = world.link_in(world.letter(AMINA, "invitation"), "/confirm/")
    _moves(world, amina)
    stranger = world.visitor().open(door)
    assert (stranger.status, stranger.buttons) == (410, [])


def test_an_invitation_that_waits_for_them_opens_in_the_mailbox_they_moved_to(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    amina = world.join("Amina Yusuf", slug="charities", email=AMINA)
    bring_in(world)
    with world.write() as session:
        outbox.hold(session, programme=SLUG, reason="a test", now=world.now)
    _moves(world, amina)
    with world.write() as session:
        outbox.release(session, programme=SLUG, now=world.now)
    page = world.visitor().open(world.link_in(world.letter(MOVED, "invitation"), "/confirm/"))
    assert NO in page.buttons


@pytest.mark.usefixtures("both_databases")
def test_an_invitation_that_is_going_out_to_the_mailbox_they_leave_opens_nothing(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    amina = world.join("Amina Yusuf", slug="charities", email=AMINA)
    bring_in(world)
    door = world.link_in(world.letter(AMINA, "invitation"), "/confirm/")
    details = world.visitor().open(f"{world.page_of(amina, full=True)}/details")
    details.press("Save my details", email=MOVED)
    button = world.visitor().open(world.link_in(world.letter(MOVED, "new_address"), "/confirm/"))
    with world.write() as session:  # a worker has it in hand, with the address it had then
        letter = update(OutboxMessage).where(OutboxMessage.kind == Invitation.kind)
        session.execute(letter.values(state=State.QUEUED, provider_id=None))
        session.execute(letter.values(state=State.CLAIMED, lease_until=world.now + timedelta(hours=1)))
    button.press("Yes, write here")
    assert world.visitor().open(door).status == 410
