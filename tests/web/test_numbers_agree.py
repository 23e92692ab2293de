"""Worlds by chance, and in each of them every number that is shown twice: it is one number."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests.support import shown_numbers
from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web.models import Answer, Group, GroupMember, Membership, Round, RoundState
from web.services.conversations import conversations
from web.services.learning import digests
from web.services.people import participation
from web.services.rounds import dropouts, round_list, rounds, top_ups
from web.services.rounds.round_list import Row

PLACES = ("Leeds City Council", "Leeds City Council", "Kirklees Council", "Cyngor Gwynedd", "Mind")
STEPS, SEEDS = 24, (1, 4)


class Walk:
    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.found = world, random.Random(seed), list[str]()
        for _ in range(8):
            self.join()
        self.organiser: Visitor = world.organiser()

    def run(self, steps: int = STEPS) -> list[str]:
        """What disagreed, with the step after which it did."""
        acts: list[Callable[[], None]] = [
            self.join, self.leave, self.draw, self.lock_and_draw_again, self.draw, self.send, self.send,
            self.answer, self.answer, self.answer, self.drop_out, self.top_up, self.digest, self.erase,
            self.wait,
        ]  # fmt: skip
        for step in range(steps):
            act = self.chance.choice(acts)
            act()
            self.world.work()
            self.look(f"{step} {act.__name__}")
            if self.found:
                print("ZZZ", self.organiser.open("/organise/councils/rounds/1").text[:900])
                break
        return self.found

    def look(self, after: str) -> None:
        shown = shown_numbers.everywhere(self.world, self.organiser)
        self.found += [f"after {after}: {one}" for one in shown_numbers.disagreements(shown)]

    def join(self) -> None:
        self.world.join("", self.chance.choice(PLACES))

    def leave(self) -> None:
        with self.world.write() as session:
            here = select(Membership).where(Membership.programme_id == self.world.programme(session).id)
            place = self.chance.choice(session.exec(here.order_by(col(Membership.person_id))).all())
            participation.leave(session, place, now=self.world.now)

    def draft(self) -> int | None:
        with self.world.read() as session:
            found = rounds.draft(session, self.world.programme(session))
            return found.number if found else None

    def draw(self) -> None:
        with suppress(rounds.RoundError):
            self.world.draw(self.chance.randrange(1000))

    def lock_and_draw_again(self) -> None:
        number = self.draft()
        if number is None:
            return
        page = self.organiser.open(f"/organise/councils/rounds/{number}")
        locks = [button for button in page.buttons if button.startswith("Lock group")]
        for button in self.chance.sample(locks, k=min(2, len(locks))):
            page.press(button)
        self.look("locking")
        page.open(f"/organise/councils/rounds/{number}")
        if "Draw the rest again" in page.buttons:
            page.press("Draw the rest again")

    def send(self) -> None:
        number = self.draft()
        if number is None:
            return
        with self.world.read() as session:
            round_ = rounds.by_number(session, self.world.programme(session), number)
            drawn = {group.why for group in session.exec(select(Group).where(Group.round_id == round_.id))}
        try:
            self.world.send(number)
        except (rounds.RoundError, ValueError):
            return
        told = shown_numbers.histories(shown_numbers.told(self.world, round_.id))
        if (said := shown_numbers.histories(drawn)) != told:
            self.found.append(
                f"round {number}: the draft says {said - told}, and introductions {told - said}"
            )

    def members(self) -> list[tuple[int, str]]:
        """Of the newest sent round, by group."""
        with self.world.read() as session:
            newest = select(Round.id).where(Round.state == RoundState.SENT).order_by(col(Round.number).desc())
            wanted = select(GroupMember.group_id, GroupMember.person_id).join(
                Group, col(Group.id) == GroupMember.group_id
            )
            here = wanted.where(Group.round_id == session.exec(newest).first())
            return [(group, who) for group, who in session.exec(here.order_by(col(GroupMember.group_id)))]

    def somebody(self) -> tuple[int, str] | None:
        members = sorted(self.members())
        return self.chance.choice(members) if members else None

    def answer(self) -> None:
        if one := self.somebody():
            with self.world.write() as session:
                talk = conversations.conversation(session, *one)
                answer = self.chance.choice([Answer.MET, Answer.MET, Answer.NO_REPLY, Answer.BOOKED])
                conversations.say(session, talk, answer, now=self.world.now)

    def drop_out(self) -> None:
        if one := self.somebody():
            with suppress(dropouts.CutOffPassed), self.world.write() as session:
                dropouts.cannot_make_it(session, *one, now=self.world.now)

    def top_up(self) -> None:
        with suppress(top_ups.NoTopUp), self.world.write() as session:
            programme = self.world.programme(session)
            running = top_ups.running(session, programme, now=self.world.now)
            top_ups.run(session, programme, running.number, None, by=BY, now=self.world.now)

    def digest(self) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            ready = digests.ready(session, programme, now=self.world.now)
            number = ready.round.number if ready else 0
            sent = digests.send(session, programme, number, by=BY, now=self.world.now) if ready else 0
        self.world.work()
        if sent:
            told = [
                *shown_numbers.everywhere(self.world, self.organiser),
                *shown_numbers.of_digest(self.world, number),
            ]
            self.found += [f"in the digest: {one}" for one in shown_numbers.disagreements(iter(told))]

    def erase(self) -> None:
        if one := self.somebody():
            self.world.erase(one[1])

    def wait(self) -> None:
        self.world.clock.turn(days=self.chance.choice((1, 9, 25)))
        self.world.worker.sweep()
        self.organiser = self.world.organiser()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_number_that_is_shown_twice_is_one_number(world: World, seed: int) -> None:
    assert Walk(world, seed).run() == []


COUNT, OF_ROUND = round_list._tallies, round_list.of_round


def one_more(session: Session, *where: Any) -> dict[int, tuple[int, int, int, int]]:
    """A mistake of the lists: somebody who dropped out is counted."""
    return {
        number: (groups, people + 1, answered, met)
        for number, (groups, people, answered, met) in COUNT(session, *where).items()
    }


def without_met(session: Session, round_: Round) -> Row:
    """A mistake of the digest: its denominator is another one."""
    row = OF_ROUND(session, round_)
    return replace(row, answered=row.answered + 1)


MISTAKES: list[tuple[Any, str, Any]] = [
    (round_list, "_tallies", one_more),
    (digests, "round_list", SimpleNamespace(of_round=without_met)),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=["lists", "digest"])
def test_a_number_that_is_counted_otherwise_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, mistake: tuple[Any, str, Any]
) -> None:
    walk = Walk(world, seed=SEEDS[0])
    world.round()
    walk.answer()
    monkeypatch.setattr(*mistake)
    world.clock.turn(days=30)
    walk.wait()
    walk.digest()
    walk.look("the digest")
    assert walk.found != []
