"""Who runs a programme: asked by mail, changed, let go; and never nobody."""

import pytest
from sqlalchemy import select

from tests.support.world import World
from web.models import AuditEntry, Link, Organiser, Purpose, Role
from web.services.organisers import accounts, team
from web.services.organisers.accounts import LastOwner

OWNER, OTHER = "owner@councils.example", "other@councils.example"


@pytest.fixture
def owner(world: World) -> str:
    who = world.appoint(OWNER)
    take(world, who)
    return who


def take(world: World, who: str) -> None:
    """They sign in for the first time."""
    world.visitor().open(world.door(Purpose.SIGN_IN, who)).press("Sign in")


def invite(world: World, by: str, role: Role, email: str = OTHER) -> str:
    with world.write() as session:
        asked = team.invite(
            session, world.programme(session), email, role, by=session.get_one(Organiser, by), now=world.now
        )
        return asked.id


def let_go(world: World, who: str) -> None:
    with world.write() as session:
        team.remove(session, world.programme(session), who, by=who, now=world.now)


def role(world: World, who: str) -> Role | None:
    with world.read() as session:
        return accounts.role_in(session, who, world.programme(session))


def test_who_is_asked_is_told_by_whom_and_what_they_may_do(world: World, owner: str) -> None:
    invite(world, owner, Role.ORGANISER)
    letter = world.letter(OTHER, "organise")
    assert f"{OWNER} has made you an organiser of Councils Unmentoring" in letter.text


def test_the_link_of_an_invitation_signs_in_for_a_week_and_once(world: World, owner: str) -> None:
    who = invite(world, owner, Role.ORGANISER)
    door = world.link_in(world.letter(OTHER, "organise"), "/organise/sign-in/")
    world.clock.turn(days=6, hours=23)
    visitor = world.visitor().open(door).press("Sign in")
    assert (visitor.path, role(world, who)) == ("/organise/councils/", Role.ORGANISER)
    assert world.visitor().open(door).status == 410


TRIED = {
    "change": lambda session, here, me, now: team.change(session, here, me, Role.VIEWER, by=me, now=now),
    "remove": lambda session, here, me, now: team.remove(session, here, me, by=me, now=now),
    "add": lambda session, here, me, now: accounts.add(session, here, OWNER, Role.VIEWER, by=me, now=now),
}


@pytest.mark.parametrize("by", TRIED)
def test_the_last_owner_stays_whatever_is_tried(world: World, owner: str, by: str) -> None:
    with world.write() as session:
        here = world.programme(session)
        with pytest.raises(LastOwner):
            TRIED[by](session, here, owner, world.now)
    assert role(world, owner) is Role.OWNER


@pytest.mark.parametrize("asked", [OTHER, OTHER.upper(), OWNER])
def test_who_is_asked_to_help_once_more_loses_nothing(world: World, owner: str, asked: str) -> None:
    other = world.organiser(OTHER, Role.OWNER)
    visitor = world.organiser(OWNER).open("/organise/councils/organisers")
    visitor.press("Send the invitation", email=asked, role="organiser")
    assert "is an owner already. Open their page" in visitor.text
    assert other.open("/organise/councils/organisers").status == 200
    assert world.inbox(asked, "organise") == []


def test_who_is_asked_for_more_than_they_may_do_may_do_it(world: World, owner: str) -> None:
    who = world.appoint(OTHER, Role.VIEWER)
    invite(world, owner, Role.OWNER)
    assert role(world, who) is Role.OWNER


def test_an_owner_who_has_not_signed_in_yet_does_not_take_the_last_one_s_place(
    world: World, owner: str
) -> None:
    other = invite(world, owner, Role.OWNER)
    with pytest.raises(LastOwner, match="The others have not signed in yet"):
        let_go(world, owner)
    take(world, other)
    let_go(world, owner)
    assert (role(world, owner), role(world, other)) == (None, Role.OWNER)


def test_who_has_no_role_left_is_forgotten(world: World, owner: str) -> None:
    who = invite(world, owner, Role.VIEWER)
    world.work()
    let_go(world, who)
    with world.read() as session:
        assert accounts.by_email(session, OTHER) is None
        assert session.scalars(select(Link).where(Link.person == who)).all() == []


def test_who_organises_elsewhere_too_keeps_that(world: World, owner: str) -> None:
    world.start("charities", "Charities Unmentoring")
    who = invite(world, owner, Role.ORGANISER)
    world.appoint(OTHER, Role.OWNER, "charities")
    let_go(world, who)
    with world.read() as session:
        assert [one.slug for one, _ in accounts.programmes_of(session, who)] == ["charities"]


def test_each_step_stands_in_the_audit(world: World, owner: str) -> None:
    who = invite(world, owner, Role.VIEWER)
    let_go(world, who)
    with world.read() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == who)).all()
    assert actions == ["role given", "role taken"]


def test_an_organiser_lets_only_themselves_go(world: World, owner: str) -> None:
    visitor = world.organiser(OTHER, Role.ORGANISER)
    token = visitor.token("/my-page")
    here = "/organise/councils/organisers"
    refused = visitor.client.post(f"{here}/{owner}/remove", data={"csrf_token": token}).status_code
    with world.read() as session:
        me = accounts.by_email(session, OTHER)
    visitor.open(f"{here}/{me.id if me else ''}").press("Step down")
    assert (refused, visitor.path, "You no longer organise" in visitor.text) == (
        403,
        "/organise/sign-in",
        True,
    )


def test_a_viewer_finds_the_way_out_and_nobody_else(world: World, owner: str) -> None:
    visitor = world.organiser(OTHER, Role.VIEWER).open("/organise/councils/")
    visitor.open(visitor.link("Your role"))
    said = ("You are a viewer of" in visitor.text, OWNER in visitor.answer.text)
    others = visitor.client.get(f"/organise/councils/organisers/{owner}").status_code
    visitor.press("Step down")
    assert (said, others, "You no longer organise" in visitor.text) == ((True, False), 403, True)


def test_an_owner_asks_and_changes_on_the_page(world: World) -> None:
    visitor = world.organiser(OWNER).open("/organise/councils/organisers")
    visitor.press("Send the invitation", email="not an address", role="viewer")
    assert visitor.status == 422
    visitor.press("Send the invitation", email=OTHER, role="viewer")
    assert "has not signed in yet" in visitor.text
    visitor.open(visitor.link(OTHER)).press("Change what they may do", role="organiser")
    assert f"{OTHER} is an organiser now." in visitor.text


def test_the_last_owner_is_told_why_they_stay(world: World) -> None:
    visitor = world.organiser(OWNER).open("/organise/councils/organisers")
    visitor.open(visitor.link(OWNER)).press("Step down")
    assert "Nobody else is an owner, and a programme needs one" in visitor.text


def test_what_was_typed_is_there_after_signing_in_again(world: World) -> None:
    visitor = world.organiser(OWNER).open("/organise/councils/organisers")
    world.clock.turn(minutes=30)
    visitor.press("Send the invitation", email=OTHER, role="organiser").press("Send me a sign-in link")
    visitor.open(world.link_in(world.letter(OWNER, "sign_in"), "/organise/sign-in/")).press("Sign in")
    visitor.press("Send the invitation")
    assert f"A link to sign in is on its way to {OTHER}." in visitor.text


def test_an_organiser_who_signs_in_every_other_week_has_a_link_each_time(world: World) -> None:
    world.appoint("quiet@councils.example")
    for _ in range(2):
        world.clock.turn(days=14)
        world.worker.sweep()
        with world.write() as session:
            accounts.ask_to_sign_in(
                session, "quiet@councils.example", signer=world.worker.signer, now=world.now
            )
        world.work()
    assert len(world.inbox("quiet@councils.example", "sign_in")) == 2
