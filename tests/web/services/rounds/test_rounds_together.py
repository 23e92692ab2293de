"""Many press at once: one round, one introduction each, on both databases."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.together import together
from tests.support.world import BY, World
from web.models import CheckIn, Link, Membership, Organisation, Person, Purpose, Round
from web.services.common import audit, times
from web.services.people import participation
from web.services.rounds import drafts, pots, sending
from web.services.rounds.rounds import StaleDraft

pytestmark = pytest.mark.usefixtures("both_databases")
THREADS = 64


def press_send(world: World, number: int) -> int:
    with world.write() as session:
        programme = world.programme(session)
        return sending.send_round(session, programme, number, 1, by=BY, now=world.now).version


def count(world: World, what: Any) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_64_who_press_send_together_introduce_everyone_once(world: World) -> None:
    people = world.join_many(9)
    number = world.draw()
    answers = together(THREADS, lambda _: press_send(world, number))
    world.work()
    introduced = Counter(message.to for message in world.inbox(kind="introduction"))
    assert (answers, introduced) == ([2] * THREADS, Counter(world.person(each).email for each in people))


def test_64_who_press_send_together_leave_one_entry_in_the_audit(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    together(THREADS, lambda _: press_send(world, number))
    sent = [row for row in world.dump()["auditentry"] if "round sent" in row]
    with world.read() as session:
        assert (len(sent), audit.verify(session) > 0) == (1, True)


def test_organisers_who_draw_together_make_one_draft(world: World) -> None:
    world.join_many(6)
    with world.read() as session:
        programme = world.programme(session)
        pot = pots.gather(session, programme, times.today(world.now))

    def draw(seed: int) -> None:
        drawn = drafts.compute(pot, programme, seed=seed)
        with world.write() as session:
            drafts.save_draft(session, programme, drawn, by=BY, now=world.now)

    answers = together(8, draw)
    refused = [answer for answer in answers if isinstance(answer, StaleDraft)]
    assert (count(world, Round), answers.count(None), len(refused)) == (1, 1, 7)


def test_somebody_leaves_while_a_round_is_sent_and_nobody_else_is_left_without_a_word(world: World) -> None:
    people = world.join_many(4)
    number = world.draw()

    def act(turn: int) -> Any:
        if turn:
            return press_send(world, number)
        with world.write() as session:
            return participation.leave(session, session.get_one(Membership, (1, people[0])), now=world.now)

    answers = together(2, act)
    world.work()
    refused = isinstance(answers[1], StaleDraft)
    told = {mail.to for mail in world.inbox() if mail.kind in ("introduction", "partner_gone")}
    staying = {world.person(person).email for person in people[1:]}
    assert told == (set() if refused else staying)


def test_a_confirmation_pressed_many_times_together_makes_one_person(world: World) -> None:
    request = world.ask(world.details("Amina Yusuf", "A new organisation", email="amina@example.org"))
    world.work()
    path = world.link_in(world.inbox("amina@example.org")[0], "/confirm/")
    assert request
    visitors = [world.visitor().open(path) for _ in range(8)]
    answers = together(8, lambda turn: visitors[turn].press("Yes, I am in").status)
    assert (sorted(answers), count(world, Person)) == ([200] + [410] * 7, 1)


def test_two_from_a_new_organisation_who_confirm_together_are_from_the_same(world: World) -> None:
    visitors = []
    for who in range(6):
        world.ask(world.details(f"Person {who}", "Cyngor Gwynedd", email=f"p{who}@example.org"))
        world.work()
        path = world.link_in(world.inbox(f"p{who}@example.org")[0], "/confirm/")
        visitors.append(world.visitor().open(path))
    answers = together(6, lambda turn: visitors[turn].press("Yes, I am in").status)
    assert (answers, count(world, Organisation)) == ([200] * 6, 1)


def test_a_sign_in_link_pressed_many_times_together_signs_in_once(world: World) -> None:
    who = world.appoint("organiser@example.org")
    path = world.door(Purpose.SIGN_IN, who)
    visitors = [world.visitor().open(path) for _ in range(8)]
    answers = together(8, lambda turn: visitors[turn].press("Sign in").status)
    assert sorted(answers) == [200] + [410] * 7


def test_a_check_in_pressed_many_times_together_is_one_answer(world: World) -> None:
    world.join_many(2)
    world.round()
    path = world.link_in(world.letter("person-001@example.org"), "/checkin/")
    visitors = [world.visitor().open(f"{path}?answer=met") for _ in range(8)]
    fields = {"text": "Vans.", "showing": "with name"}
    answers = together(8, lambda turn: visitors[turn].press("Tell us", **fields).status)
    assert (answers, count(world, CheckIn)) == ([200] * 8, 1)


def test_partners_who_check_in_together_are_both_heard(world: World) -> None:
    people = world.join_many(6)
    world.round()
    visitors = [
        world.visitor().open(world.link_in(world.letter(f"person-{turn + 1:03}@example.org"), "/checkin/"))
        for turn in range(len(people))
    ]
    answers = together(6, lambda turn: visitors[turn].press("We met").status)
    assert (answers, count(world, CheckIn)) == ([200] * 6, 6)


def test_two_workers_answer_and_send_everything_once(world: World) -> None:
    for who in range(12):
        world.ask(world.details(email=f"p{who}@example.org"))
    answers = together(2, lambda _: world.work())
    assert (sum(answers), len(world.inbox(kind="confirm")), count(world, Link)) == (24, 12, 12)
