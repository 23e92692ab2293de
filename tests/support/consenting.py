"""Proposals told as stories: a programme of a few people, what they answer, and what time brings about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from tests.support.world import World
from web.models import (
    AgendaItem,
    Membership,
    ObjectionState,
    Organisation,
    Panel,
    PanelMember,
    Person,
    Programme,
    Proposal,
    ProposalState,
    Raised,
    Review,
    Reviewed,
    Round,
    RoundState,
    Stance,
    Subject,
)
from web.models.columns import new_id
from web.services.agreements import (
    agreements,
    answering,
    deciding,
    lookup,
    objections,
    panels,
    proposals,
    reviews,
    tally,
)
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.proposals import Proposer
from web.services.common import names

SECRET = "5e" * 32
THREES = ChangeWanted(Subject.MATCHING, "Pairs cancel.", {"size": 3, "priority": "fresh"})
FOURS = ChangeWanted(Subject.MATCHING, "Threes cancel.", {"size": 4, "priority": "fresh"})


def said(title: str, text: str = "Anybody who asks.", driver: str = "Nobody knows.") -> ChangeWanted:
    return ChangeWanted(Subject.OTHER, driver, title=title, text=text)


def take_part(
    session: Session, programme: Programme, people: int, *, now: datetime, begin: int = 0
) -> list[str]:
    """People who joined, as rows, counted from `begin`: through the form it takes a hundred times as long.
    Their ids, sorted.
    """
    place = Organisation(programme_id=programme.id, name="Leeds", key=f"leeds {now}")
    session.add(place)
    session.flush()
    made = []
    for number in range(begin, begin + people):
        name, email = f"Person {number:03}", f"person-{number:03}@{programme.slug}.example"
        made.append(Person(id=new_id(), name=name, email=email, email_key=email, created_at=now))
    session.add_all(made)
    session.flush()
    for one in made:
        filed = {"organisation_id": place.id, "name_key": names.filed_under(one.name), "joined_at": now}
        session.add(Membership(programme_id=programme.id, person_id=one.id, **filed))
    session.flush()
    return sorted(one.id for one in made)


def a_round(session: Session, programme: Programme, *, now: datetime) -> None:
    """The first round has been sent, to whomever."""
    facts: dict[str, object] = {"drawn_at": now, "drawn_by": "a test", "sent_at": now, "topped_up_at": now}
    facts |= {"figures": {"groups": 0, "people": 0, "unplaced": 0}}
    session.add(Round(programme_id=programme.id, number=1, seed=1, state=RoundState.SENT, **facts))
    session.flush()


def objected_to(session: Session, programme: Programme, people: Sequence[str], *, now: datetime) -> Proposal:
    """The first proposes, the second objects, and a panel of whoever else there is judges that."""
    author, objector, *others = people
    made = deciding.bring(
        session,
        programme,
        said("Who may organise"),
        Proposer(author, participates=True),
        secret=SECRET,
        now=now,
    )
    assert made
    proposals.second(session, programme, made, Proposer("an organiser"), now=now)
    deciding.sweep(session, programme.id, now=now)
    if made.state is ProposalState.OPEN:
        answering.answer(session, programme, made, objector, Stance.OBJECTION, "Two is few.", now=now)
        panel = Panel(proposal_id=made.id, version=1, convened_at=now, ends_at=now + panels.TIME)
        session.add(panel)
        session.flush()
        session.add_all(PanelMember(panel_id=panel.id, person_id=other) for other in others)
        objections.of(session, made)[0].panel_id = panel.id
        session.flush()
    return made


def reviewed_in(session: Session, programme: Programme, *, now: datetime) -> int:
    """People are being asked whether a rule goes on, and something waits on the agenda; the id of that."""
    review = Review(programme_id=programme.id, asked_at=now, ends_at=now + reviews.TIME, telling=False)
    item = AgendaItem(programme_id=programme.id, raised=Raised.SAID, words="Longer rounds.", raised_at=now)
    session.add_all([review, item])
    session.flush()
    rule = agreements.about(session, programme, Subject.SHOWING).agreement
    session.add(Reviewed(review_id=review.id, agreement_id=rule.id, version=rule.version))
    session.flush()
    return item.id


@dataclass
class Consent:
    """`people` take part in a programme that has sent a round; `organiser` runs it."""

    world: World
    people: list[str] = field(default_factory=list)
    organiser: Proposer = field(default_factory=lambda: Proposer("nobody"))

    @classmethod
    def among(cls, world: World, people: int) -> "Consent":
        with world.write() as session:
            joined = take_part(session, world.programme(session), people, now=world.now)
            a_round(session, world.programme(session), now=world.now)
        return cls(world, joined, Proposer(world.appoint("organiser@councils.example")))

    def propose(
        self, change: ChangeWanted = THREES, by: Proposer | None = None, *, urgent: bool = False
    ) -> int:
        """Its number; 0 where it was in force at once."""
        with self.world.write() as session:
            programme = self.world.programme(session)
            made = deciding.bring(
                session,
                programme,
                change,
                by or self.organiser,
                secret=SECRET,
                now=self.world.now,
                urgent=urgent,
            )
            number = made.number if made else 0
        self.world.work()
        return number

    def open(self, change: ChangeWanted = THREES, by: Proposer | None = None, *, urgent: bool = False) -> int:
        """Proposed, delivered to everybody, and its clock started."""
        number = self.propose(change, by, urgent=urgent)
        self.look()
        return number

    def look(self) -> None:
        """What time brings about in this programme; the worker's sweep does the same in each."""
        with self.world.write() as session:
            deciding.sweep(session, self.world.programme(session).id, now=self.world.now)
        self.world.work()

    def later(self, **time: float) -> None:
        self.world.clock.turn(**time)
        self.look()

    def answer(
        self, number: int, person: str, stance: Stance, words: str = "", *, named: bool = False
    ) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            answering.answer(
                session, programme, proposal, person, stance, words, named=named, now=self.world.now
            )

    def object(self, number: int, person: str, words: str = "Threes are hard to arrange.") -> None:
        self.answer(number, person, Stance.OBJECTION, words)

    def agree(self, number: int, *people: str) -> None:
        for person in people:
            self.answer(number, person, Stance.NO_OBJECTION)

    def amend(self, number: int, change: ChangeWanted = FOURS, by: Proposer | None = None) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            proposals.amend(session, programme, proposal, change, by or self.organiser, now=self.world.now)
        self.world.work()

    def withdraw(self, number: int, by: Proposer | None = None) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            proposals.withdraw(session, programme, proposal, by or self.organiser, now=self.world.now)

    def second(self, number: int, by: Proposer) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            proposals.second(session, programme, proposal, by, now=self.world.now)

    def panel(self, number: int) -> list[str]:
        """Ask a panel; who was drawn."""
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            panel = panels.convene(session, programme, proposal, by=self.organiser.id, now=self.world.now)
            drawn = select(PanelMember.person_id).where(PanelMember.panel_id == panel.id)
            members = sorted(session.exec(drawn))
        self.world.work()
        return members

    def find(self, number: int, person: str, holds: bool, reason: str = "It would not work.") -> None:
        """The same about every objection that the panel was given."""
        with self.world.write() as session:
            programme = self.world.programme(session)
            proposal = lookup.by_number(session, programme, number, lock=True)
            panel = panels.sitting(session, proposal)
            assert panel, "no panel sits"
            judgement = panels.Judgement(holds, reason)
            given = {one.id: judgement for one in panels.given_to(session, panel)}
            panels.find(session, programme, proposal, panel, person, given, now=self.world.now)

    # What has become of it

    def proposal(self, number: int) -> Proposal:
        with self.world.read() as session:
            return lookup.by_number(session, self.world.programme(session), number)

    def state(self, number: int) -> str:
        return self.proposal(number).state.value

    def ends_at(self, number: int) -> datetime | None:
        return self.proposal(number).ends_at

    def objections(self, number: int) -> list[ObjectionState]:
        with self.world.read() as session:
            proposal = lookup.by_number(session, self.world.programme(session), number)
            return [each.state for each in objections.of(session, proposal)]

    def counted(self, number: int) -> dict[str, int]:
        with self.world.read() as session:
            proposal = lookup.by_number(session, self.world.programme(session), number)
            return tally.counted(session, proposal)

    def version(self, subject: Subject = Subject.MATCHING) -> int:
        with self.world.read() as session:
            return agreements.about(session, self.world.programme(session), subject).version.number

    def size(self) -> int:
        with self.world.read() as session:
            programme: Programme = self.world.programme(session)
            return programme.group_size
