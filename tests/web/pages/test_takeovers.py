"""A scheme that ran elsewhere is taken over: its people are told, may leave, and are in rounds later."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from notifications.messages import Channel
from notifications.suppression import Why, suppress
from tests.support.consenting import objected_to
from tests.support.visitor import Visitor
from tests.support.world import BY, World, links_in
from web.models import Answer, AuditEntry, Consent, LawfulBasis, Person, Purpose, Role, Standing, Takeover
from web.models.jobs import Work
from web.services.background import jobs
from web.services.common import times
from web.services.conversations import conversations
from web.services.learning import digests
from web.services.people import moderation
from web.services.rounds import pots

IMPORT = "/organise/councils/import"
AMINA, TOM = "amina@leeds.example", "tom@kirklees.example"
ROWS = f"Name,Organisation,Email\nAmina Yusuf,Leeds City Council,{AMINA}\nTom Field,Kirklees Council,{TOM}\n"
SAID = {
    "asked_by": "Sam Hill, who ran it",
    "asked_on": ["2", "3", "2026"],
    "wording": "May we take your place along to the new service?",
    "basis": "consent",
    "agreed": True,
}


def ready(world: World, rows: str = ROWS) -> Visitor:
    """The owner's page of a file that waits for a yes."""
    page = world.organiser().open(IMPORT)
    page.press("Upload the file", kind="people", rows=rows)
    page.press("See what will happen")
    world.work()
    return page.open(page.path)


def taken_over(world: World, rows: str = ROWS, **said: object) -> Visitor:
    page = ready(world, rows)
    page.open(f"{page.path}/take-over")
    button = next(one for one in page.buttons if one.startswith("Take over"))
    page.press(button, **(SAID | said))
    world.work()
    world.worker.sweep()
    return page


def pressed_after_half_an_hour(world: World, **said: object) -> Visitor:
    page = ready(world)
    page.open(f"{page.path}/take-over")
    page.client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    world.clock.turn(minutes=31)
    return page.press("Take over 2 people", **(SAID | said))


def sign_in_again(world: World, page: Visitor) -> Visitor:
    page.press("Send me a sign-in link")
    world.work()
    letter = world.letter("organiser@councils.example", "sign_in")
    page.open(world.link_in(letter, "/organise/sign-in/"))
    return page.press("Sign in")


def test_what_an_owner_states_waits_while_they_sign_in_again(world: World) -> None:
    page = sign_in_again(world, pressed_after_half_an_hour(world))
    page.press("Take over 2 people")
    world.work()
    assert standing(world) is Standing.NOTIFIED


def test_so_does_what_is_too_long_for_a_cookie(world: World) -> None:
    asked = " ".join(["May we take your place along?"] * 60)
    page = pressed_after_half_an_hour(world, wording=asked)
    assert (page.heading, page.status, asked in page.text) == ("Sign in again to go on", 403, True)
    other = sign_in_again(world, Visitor.over(page.client).open("/organise/sign-in/again"))
    assert other.path.endswith("/take-over")
    # The first press has the token of the session before.
    page.press("Send it again").press("Send it again")
    world.work()
    assert standing(world) is Standing.NOTIFIED


def person(world: World, email: str = AMINA) -> str:
    with world.read() as session:
        return session.exec(select(Person.id).where(Person.email == email)).one()


def standing(world: World, email: str = AMINA) -> Standing:
    return world.membership(person(world, email)).standing


def in_pot(world: World) -> set[str]:
    with world.read() as session:
        return set(pots.gather(session, world.programme(session), times.today(world.now)).people)


def letter_page(world: World, email: str = AMINA) -> Visitor:
    return world.visitor().open(world.link_in(world.letter(email, "taken_over"), "/confirm/"))


def test_they_are_notified(world: World) -> None:
    taken_over(world)
    assert standing(world) is Standing.NOTIFIED


def test_the_statement_is_kept(world: World) -> None:
    taken_over(world)
    with world.read() as session:
        kept = session.exec(select(Takeover)).one()
    assert (kept.asked_by, kept.wording, kept.basis) == (
        SAID["asked_by"],
        SAID["wording"],
        LawfulBasis.CONSENT,
    )


def test_the_audit_has_it(world: World) -> None:
    taken_over(world)
    with world.read() as session:
        wanted = select(AuditEntry).where(AuditEntry.action == "scheme taken over")
        assert session.exec(wanted).one().facts["basis"] == "consent"


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ({"asked_by": ""}, "Say who asked them"),
        ({"asked_on": ["2", "3", "2030"]}, "Enter a day that has been"),
        ({"wording": ""}, "Copy in what they were asked"),
        ({"agreed": False}, "Tick it if it is so; otherwise invite them"),
    ],
)
def test_a_statement_that_lacks_something_is_asked_again(
    world: World, said: dict[str, object], mistake: str
) -> None:
    assert taken_over(world, **said).mistakes == [mistake]


def test_only_an_owner_is_offered_it(world: World) -> None:
    ready(world)
    page = world.organiser("other@councils.example", Role.ORGANISER).open(f"{IMPORT}/1")
    assert "take over a scheme" not in page.text


def test_the_letter_says_what_is_held_and_who_asked(world: World) -> None:
    taken_over(world)
    text = world.letter(AMINA, "taken_over").text
    assert all(
        said in text
        for said in ("Amina Yusuf", "Leeds City Council", AMINA, "Sam Hill, who ran it", "Monday 2 March")
    )


def test_they_are_in_no_round_within_a_week(world: World) -> None:
    taken_over(world)
    world.clock.turn(days=6)
    assert in_pot(world) == set()


def test_they_are_in_rounds_after_a_week(world: World) -> None:
    taken_over(world)
    world.clock.turn(days=7)
    assert in_pot(world) == {person(world, AMINA), person(world, TOM)}


def test_who_has_not_had_the_letter_is_in_no_round(world: World) -> None:
    page = ready(world)
    page.open(f"{page.path}/take-over").press("Take over 2 people", **SAID)
    with world.write() as session:
        suppress(session, Channel.EMAIL, AMINA, Why.BOUNCED, key=world.worker.providers.key, now=world.now)
    world.work()
    world.worker.sweep()
    world.clock.turn(days=30)
    assert (in_pot(world), standing(world)) == ({person(world, TOM)}, Standing.INVITED)


def test_one_press_leaves_and_deletes(world: World) -> None:
    taken_over(world)
    who = person(world)
    letter_page(world).press("Leave, and delete my details")
    assert world.person(who).erased_at is not None


def test_one_press_takes_part(world: World) -> None:
    taken_over(world)
    letter_page(world).press("I take part")
    assert standing(world) is Standing.ACTIVE


def test_the_code_of_conduct_is_agreed_to_by_that_press(world: World) -> None:
    taken_over(world)
    letter_page(world).press("I take part")
    with world.read() as session:
        given = session.exec(select(Consent.wording, Consent.source).order_by(col(Consent.id))).all()
    assert given == [("code of conduct", "takeover"), ("privacy notice", "takeover")]


def test_their_address_is_shown_once_they_tick_it(world: World) -> None:
    taken_over(world)
    before = world.person(person(world)).shares_email
    letter_page(world).press("I take part", shares_email=True)
    assert (before, world.person(person(world)).shares_email) == (False, True)


def introduced(world: World) -> None:
    """The two of them, a week later, without a press of either."""
    taken_over(world)
    world.clock.turn(days=8)
    world.round()


def test_a_partner_reads_nothing_of_theirs_but_their_name(world: World) -> None:
    introduced(world)
    text = world.letter(TOM, "introduction").text
    assert ("Amina Yusuf, Leeds City Council" in text, AMINA in text) == (True, False)


def write(world: World, email: str = TOM, text: str = "Tuesday at noon?") -> Visitor:
    letter = world.letter(email, "introduction")
    page = world.visitor().open(next(link for link in links_in(letter) if link.endswith("/write")))
    page.press("Pass it on", text=text)
    world.work()
    return page


def test_a_first_word_is_passed_on(world: World) -> None:
    introduced(world)
    write(world)
    assert "“Tuesday at noon?”" in world.letter(AMINA, "passed_on").text


def test_no_gateway_in_a_pasted_link_tells_a_partner_whose_mail_it_came_from(world: World) -> None:
    introduced(world)
    gateway = "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmeet.example.org%2Fme"
    write(world, text=f"Here: {gateway}&data=05%7C02%7C{TOM.replace('@', '%40')}%7C&reserved=0")
    text = world.letter(AMINA, "passed_on").text
    assert ("“Here: https://meet.example.org/me”" in text, TOM.partition("@")[0] in text) == (True, False)


def test_whose_partner_sees_no_way_to_answer_is_told_how_an_answer_comes(world: World) -> None:
    introduced(world)
    by_us = "their answer comes by us too" in write(world).text
    with world.write() as session:
        session.get_one(Person, person(world, TOM)).shares_email = True
    assert (by_us, "comes to the address or number" in write(world).text) == (True, True)


def test_what_they_share_by_now_is_on_the_conversation_s_page(world: World) -> None:
    introduced(world)
    door = next(link for link in links_in(world.letter(TOM, "introduction")) if link.endswith("/write"))
    letter_page(world).press("I take part", shares_email=True)
    page = world.visitor().open(door)
    assert (page.heading, AMINA in page.text) == ("Meet Amina Yusuf", True)


def test_what_they_let_partners_of_another_programme_see_is_not_seen_here(world: World) -> None:
    world.start("charities", "Charities")
    world.join("Amina Yusuf", slug="charities", email=AMINA, about="Bins.")
    introduced(world)
    letter = world.letter(TOM, "introduction")
    page = write(world)
    seen = [secret in text for text in (letter.text, page.text) for secret in (AMINA, "Bins.")]
    assert (seen, "“Tuesday at noon?”" in world.letter(AMINA, "passed_on").text) == ([False] * 4, True)


def test_whoever_is_suspended_writes_to_nobody_by_us(world: World) -> None:
    """They met, and one of them told the organisers about the other."""
    introduced(world)
    group, tom = world.group_of(person(world)), person(world, TOM)
    with world.write() as session:
        talk = conversations.conversation(session, group, person(world))
        conversations.say(session, talk, Answer.MET, now=world.now)
    with world.write() as session:
        who, programme = session.get_one(Person, tom), world.programme(session)
        moderation.suspend(session, programme, who, "He would not stop.", by=BY, now=world.now)
    assert write(world).mistakes == ["We pass on messages only of people who take part"]
    assert world.inbox(AMINA, "passed_on") == []


def test_the_fourth_word_is_not(world: World) -> None:
    introduced(world)
    for _ in range(3):
        write(world)
    assert "We have passed on three messages" in write(world).mistakes[0]


# Another press than the letter's

CODE = "With your first press you take part here, and agree to the code of conduct"


def consents(world: World, email: str = AMINA) -> list[tuple[str, str]]:
    with world.read() as session:
        given = select(Consent.wording, Consent.source).where(Consent.person_id == person(world, email))
        return list(session.exec(given.order_by(col(Consent.id))).all())


BY_A_PRESS = [("code of conduct", "first press"), ("privacy notice", "first press")]


@pytest.mark.parametrize(
    ("kind", "door", "button"),
    [
        ("introduction", "/booked", "We’ve booked it"),
        ("introduction", "/write", "Pass it on"),
        ("introduction", "/checkin/", "We met"),
    ],
)
def test_whatever_they_press_first_says_and_brings_the_code_of_conduct(
    world: World, kind: str, door: str, button: str
) -> None:
    introduced(world)
    page = world.visitor().open(next(link for link in links_in(world.letter(AMINA, kind)) if door in link))
    said = CODE in page.text
    page.press(button, **({"text": "Tuesday?"} if door == "/write" else {}))
    assert (said, consents(world), standing(world)) == (True, BY_A_PRESS, Standing.ACTIVE)


def test_their_own_page_says_so_and_has_what_everybody_s_has(world: World) -> None:
    introduced(world)
    page = world.visitor().open(world.page_of(person(world)))
    said = CODE in page.text
    page.press("Skip the next round")
    assert (said, consents(world), CODE in page.text) == (True, BY_A_PRESS, False)


def test_the_heads_up_s_page_knows_them(world: World) -> None:
    taken_over(world)
    world.clock.turn(days=8)
    with world.read() as session:
        programme = world.programme(session).id
    page = world.visitor().open(world.door(Purpose.NEXT_ROUND, person(world), programme))
    page.press("Skip this round")
    assert (page.heading, consents(world)) == ("You skip the next round", BY_A_PRESS)


def test_a_proposal_s_page_knows_them(world: World) -> None:
    introduced(world)
    others = world.join_many(3)
    with world.write() as session:
        made = objected_to(session, world.programme(session), others, now=world.now)
        proposal = made.id
    page = world.visitor().open(world.door(Purpose.PROPOSAL, person(world), proposal))
    said = CODE in page.text
    page.press("No objection")
    assert (said, consents(world)) == (True, BY_A_PRESS)


def test_a_press_that_comes_to_nothing_is_none(world: World) -> None:
    introduced(world)
    letter = world.letter(AMINA, "introduction")
    page = world.visitor().open(next(link for link in links_in(letter) if link.endswith("/write")))
    page.press("Pass it on", text="")
    assert (page.status, CODE in page.text, consents(world)) == (422, True, [])


def test_who_leaves_by_their_page_agrees_to_nothing(world: World) -> None:
    introduced(world)
    page = world.visitor().open(f"{world.page_of(person(world))}/councils/leave")
    said = CODE in page.text
    page.press("Leave Councils Unmentoring")
    assert (said, consents(world), standing(world)) == (False, [], Standing.LEFT)


def test_who_joined_is_told_nothing_of_it(world: World) -> None:
    assert CODE not in world.visitor().open(world.page_of(world.join())).text


def test_before_the_week_is_over_their_page_says_from_when_they_are_in_rounds(world: World) -> None:
    taken_over(world)
    page = world.visitor().open(world.page_of(person(world)))
    assert "You are in rounds from Tuesday 8 December" in page.text


def test_the_digest_of_a_round_reaches_who_was_in_it_without_a_press(world: World) -> None:
    introduced(world)
    world.clock.turn(days=22)
    with world.read() as session:
        ready = digests.ready(session, world.programme(session), now=world.now)
    assert ready
    assert ready.people == 2


def test_undo_takes_back_who_has_pressed_nothing(world: World) -> None:
    page = taken_over(world)
    who = person(world)
    page.open(page.path).press("Undo for the 2 people who have not said yes")
    world.work()
    assert world.person(who).erased_at is not None


def test_the_list_shows_who_was_told_lately(world: World) -> None:
    page = taken_over(world).open("/organise/councils/people?showing=notified")
    assert ("Amina Yusuf" in page.text, "seven days after our letter" in page.text) == (True, True)


def test_after_a_week_they_are_counted_in(world: World) -> None:
    page = taken_over(world)
    world.clock.turn(days=7)
    assert "Draw a round for 2 people" in page.open("/organise/councils/").buttons


def invited(world: World) -> Visitor:
    page = ready(world)
    page.press("Invite 2 people")
    world.work()
    return page


def test_who_has_not_answered_an_invitation_is_on_the_first_page(world: World) -> None:
    page = invited(world)
    world.clock.turn(days=5)
    assert "2 of 2 have not answered: remind them" in page.open("/organise/councils/").text


def test_they_are_reminded_once(world: World) -> None:
    page = invited(world)
    world.clock.turn(days=5)
    page.open("/organise/councils/people?showing=invited").press("Remind the 2 people who have not answered")
    world.work()
    world.clock.turn(days=30)
    page.open("/organise/councils/people?showing=invited")
    offered = any("Remind" in button for button in page.buttons)
    assert (len(world.inbox(AMINA, "invitation")), offered) == (2, False)


REMIND = "Remind the 2 people who have not answered"


def many_invited(world: World, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """More than a page waits for, who have not answered for five days."""
    page = invited(world)
    world.clock.turn(days=5)
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    return page.open("/organise/councils/people?showing=invited")


@pytest.mark.usefixtures("both_databases")
def test_many_are_reminded_in_the_background_each_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page = many_invited(world, monkeypatch).press(REMIND)
    said = "Reminding 2 people, 0 per cent: waiting for a worker" in page.text
    world.work()
    assert (said, [len(world.inbox(to, "invitation")) for to in (AMINA, TOM)]) == (True, [2, 2])


def test_reminding_many_is_written_down_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many_invited(world, monkeypatch).press(REMIND)
    world.work()
    with world.read() as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.action == "invitations repeated")).all()
    assert [one.facts for one in told] == [{"people": 2}]


def test_two_presses_remind_many_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page, other = many_invited(world, monkeypatch), world.organiser("other@councils.example")
    other.open("/organise/councils/people?showing=invited")
    page.press(REMIND)
    said = other.press(REMIND).text
    world.work()
    assert ("Reminding 2 people" in said, "something else" in said) == (True, False)
    assert len(world.inbox(kind="invitation")) == 4


def test_nobody_is_reminded_while_something_else_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = many_invited(world, monkeypatch)
    with world.write() as session:
        jobs.ask(session, world.programme(session), Work.DRAW, None, by="another", now=world.now)
    assert "Nobody was reminded: something else is being done" in page.press(REMIND).text


def test_who_is_still_to_be_reminded_when_a_programme_closes_is_left_in_peace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_invited(world, monkeypatch).press(REMIND)
    world.change(closing_on=times.today(world.now) + timedelta(days=9))
    world.work()
    assert len(world.inbox(kind="invitation")) == 2


def test_nobody_is_reminded_within_five_days(world: World) -> None:
    page = invited(world)
    world.clock.turn(days=4)
    assert "remind them" not in page.open("/organise/councils/").text


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("met", [True, False])
def test_who_was_introduced_and_then_says_no_can_still_open_what_they_were_sent(
    world: World, met: bool
) -> None:
    world.start("charities", "Charities Unmentoring")
    amina = world.join("Amina Yusuf", slug="charities", email=AMINA)
    taken_over(world)
    told = world.letter(AMINA, "taken_over")
    world.clock.turn(days=20)
    world.round()
    group, (tom,) = world.group_of(amina), world.partners_of(amina)
    doors = [world.door(Purpose.CHECK_IN, person, group) for person in (tom, amina)]
    talk = world.door(Purpose.CONVERSATION, amina, group)
    if met:
        world.visitor().open(doors[0]).press("We met")
    world.visitor().open(world.link_in(told, "/confirm/")).press("Leave, and delete my details")
    rooms = [world.visitor().open(talk + room).status for room in ("", "/cannot", "/booked", "/write")]
    answers = [world.visitor().open(doors[1]).press("I had no reply").status] if met else []
    assert {*rooms, *answers} == {200}
