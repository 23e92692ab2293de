"""Random histories of proposals, lived by the product and by a model of it: they agree at every step."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from notifications import messages
from notifications.tables import OutboxMessage
from tests.support import consent_rows
from tests.support.consent_model import Model, Paper, Refused
from tests.support.consenting import a_round, take_part
from web.models import (
    Membership,
    Panel,
    PanelMember,
    Person,
    Priority,
    Programme,
    Proposal,
    Review,
    Reviewed,
    Stance,
    Standing,
    Subject,
    Verdict,
)
from web.services.agreements import (
    agenda,
    agreements,
    answering,
    deciding,
    panels,
    proposals,
    reviews,
    rule_objections,
    tally,
)
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.panels import Judgement
from web.services.agreements.proposals import NotOpenToThat, Proposer
from web.services.common import programmes
from web.services.people import erasure

START = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
HOURS = (1, 5, 24, 47, 48, 49, 71, 73, 100, 168, 169, 200, 337)
ORGANISER = Proposer("an organiser")
BY = "a test"


@dataclass
class History:
    """One of them. `seen` counts what happened."""

    session: Session
    chance: random.Random
    slug: str
    now: datetime = START
    seen: Counter[str] = field(default_factory=Counter)
    programme: Programme = field(init=False)
    model: Model = field(init=False)
    text: int = 0
    # Proposals whose messages providers take at once.
    told: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        contact = "hello@councils.example"
        self.programme = programmes.add(
            self.session, self.slug, self.slug, contact=contact, now=self.now, by=BY
        )
        a_round(self.session, self.programme, now=self.now)
        few = self.chance.random() < 0.9
        people = self.chance.randint(4, 12) if few else self.chance.randint(13, 60)
        here = take_part(self.session, self.programme, people, now=self.now)
        self.model = Model(set(here), self.now, since=self.now.date())

    def live(self, steps: int) -> None:
        """So many things happen; after each a sweep, and both agree."""
        for _ in range(steps):
            what = self.chance.choice(self._likely())
            before = [one.state for one in self.model.papers]
            taken = what(self)
            self.seen[f"{what.__name__}{'' if taken else ' refused'}"] += 1
            self.sweep()
            self._see_moves(before)
            self.compare(what.__name__)

    def _see_moves(self, before: list[str]) -> None:
        """Whoever made them: somebody, or the sweep."""
        new = self.model.papers[len(before) :]
        begun = ["judged" if one.objects else "draft" if one.by else "waiting" for one in new]
        for was, paper in zip([*before, *begun], self.model.papers, strict=True):
            if was != paper.state:
                self.seen[f"{was} to {paper.state}"] += 1

    def _likely(self) -> "list[Callable[[History], bool]]":
        """What is chosen from: mostly what has to do with what goes on."""
        if self._is_judged() and self.chance.random() < 0.5:
            return FOLLOWS
        reviewed = bool(self.model.reviews) and self.model.reviews[-1].outcome == "asked"
        return REVIEWED if reviewed and self.chance.random() < 0.4 else WHAT

    def both(self, ours: Callable[[], object], theirs: Callable[[], object]) -> bool:
        """Do it in both: done or refused, it is the same in both. Was it done?"""
        try:
            theirs()
        except Refused:
            wanted = False
        else:
            wanted = True
        try:
            ours()
        except (NotOpenToThat, proposals.BadProposal, programmes.Ends):
            done = False
        else:
            done = True
        assert done == wanted, f"done {done}, and the rules say {wanted}"
        return done

    def sweep(self) -> None:
        panels_before = self.session.exec(select(func.max(Panel.id))).one() or 0
        deciding.sweep(self.session, self.programme.id, now=self.now)
        while (untold := deciding.to_be_told(self.session)) is not None:
            deciding.tell_some(self.session, untold, now=self.now)
            if self.chance.random() < 0.8:
                self.told.append(untold)
        self._ask_for_review()
        reviews_before = [one.outcome for one in self.model.reviews]
        self.model.sweep(consent_rows.drawn_since(self.session, self.programme, panels_before))
        self._deliver_review()
        for before, review in zip([*reviews_before, "asked"], self.model.reviews, strict=False):
            if before != review.outcome:
                self.seen[f"a review to {review.outcome}"] += 1
        if self.told:
            for proposal, paper in zip(self.papers(), self.model.papers, strict=True):
                if proposal.id in self.told:
                    self._deliver(proposal, paper, 1)
            self.told.clear()

    def _ask_for_review(self) -> None:
        while (untold := reviews.to_be_told(self.session)) is not None:
            reviews.tell_some(self.session, untold, now=self.now)

    def _deliver_review(self) -> None:
        """Providers take what was queued of a new review, or too little of it."""
        if not self.model.reviews or self.model.reviews[-1].got:
            return
        waiting = self.session.exec(
            select(OutboxMessage).where(
                OutboxMessage.kind == messages.Review.kind,
                OutboxMessage.programme == self.slug,
                col(OutboxMessage.accepted_at).is_(None),
                OutboxMessage.state == "queued",
            )
        ).all()
        if not waiting:
            return
        taken = waiting[: round(self.chance.choice((0.3, 1, 1, 1)) * len(waiting))]
        for one in taken:
            one.accepted_at, one.state = self.now, "accepted"
            self.session.add(one)
        self.session.flush()
        self.model.reviews[-1].got = len(taken)

    def papers(self) -> list[Proposal]:
        return consent_rows.papers(self.session, self.programme)

    def compare(self, after: str) -> None:
        rule = agreements.about(self.session, self.programme, Subject.MATCHING).version
        due = rule.review_on if self.model.due else None
        reviewed = select(Reviewed.outcome).join(Review, col(Review.id) == Reviewed.review_id)
        reviewed = reviewed.where(Review.programme_id == self.programme.id).order_by(col(Review.id))
        outcomes = [str(one) for one in self.session.exec(reviewed)]
        ours: list[object] = [(self.programme.group_size, rule.number, due, outcomes)]
        theirs: list[object] = [
            (self.model.size, self.model.rule, self.model.due, [one.outcome for one in self.model.reviews])
        ]
        asked = consent_rows.asked(self.session, self.programme)
        raised = consent_rows.raised(self.session, self.programme)
        for proposal, paper in zip(self.papers(), self.model.papers, strict=True):
            ends = proposal.ends_at if paper.state == "open" else None
            of_it = asked.get(proposal.id, set()), raised.get(proposal.id, [])
            ours.append((proposal.state.value, proposal.version, ends, *of_it))
            objected = [(one.version, one.who, one.state) for one in paper.objected]
            ends = paper.clock.at if paper.state == "open" else None
            theirs.append((paper.state, paper.version, ends, paper.asked, objected))
        assert ours == theirs, f"after {after} at {self.now}"

    def one(self, *likely: str) -> tuple[Proposal, Paper] | None:
        """Any proposal, most likely one in one of these states: in none given, one that people decide on."""
        both = list(zip(self.papers(), self.model.papers, strict=True))
        alive = [each for each in both if each[1].state in (likely or ("open", "judged"))]
        return self.chance.choice(alive if alive and self.chance.random() < 0.9 else both) if both else None

    def somebody(self) -> str:
        everybody = self.session.exec(
            select(Membership.person_id)
            .where(Membership.programme_id == self.programme.id)
            .order_by(col(Membership.person_id))
        ).all()
        return self.chance.choice(everybody)

    # What can happen

    def propose(self, by: Proposer = ORGANISER, *, new: bool = False, urgent: bool = False) -> bool:
        size = self.chance.choice((2, 3, 4))
        change = self._change(size, new=new)
        who = by.id if by.participates else ""

        def ours() -> None:
            if not by.participates and agreements.changes_at_once(self.session, self.programme):
                proposals.check(self.session, self.programme, change, now=self.now)
                raise NotOpenToThat  # it would be in force at once: told elsewhere
            secret = f"{self.chance.getrandbits(256):064x}"
            deciding.bring(
                self.session, self.programme, change, by, secret=secret, now=self.now, urgent=urgent
            )

        def theirs() -> None:
            if not by.participates and len(self.model.here) < 5:
                raise Refused
            self.model.propose(size, who, new=new, urgent=urgent)

        return self.both(ours, theirs)

    def _change(self, size: int, *, new: bool, paper: Proposal | None = None) -> ChangeWanted:
        if new or (paper and paper.subject is Subject.OTHER):
            self.text += 1
            return ChangeWanted(Subject.OTHER, "Why not.", title="Something", text=f"It holds: {size}.")
        settings = {"size": size, "priority": Priority.FRESH.value}
        return ChangeWanted(Subject.MATCHING, "Why not.", settings)

    def propose_something_new(self) -> bool:
        return self.propose(new=True)

    def propose_urgently(self) -> bool:
        return self.propose(urgent=True)

    def propose_as_participant(self) -> bool:
        who = self.somebody()
        if who not in self.model.here:
            return False
        return self.propose(Proposer(who, participates=True), new=self.chance.random() < 0.5)

    def second(self) -> bool:
        drafts = [
            each for each in zip(self.papers(), self.model.papers, strict=True) if each[1].state == "draft"
        ]
        if not drafts:
            return False
        proposal, paper = self.chance.choice(drafts)
        who = self.somebody() if self.chance.random() < 0.8 else ""
        by = Proposer(who, participates=True) if who else ORGANISER
        return self.both(
            lambda: proposals.second(self.session, self.programme, proposal, by, now=self.now),
            lambda: self.model.second(paper, who),
        )

    def answer(self) -> bool:
        if (found := self.one()) is None:
            return False
        proposal, paper = found
        who, stance = self.somebody(), self.chance.choice(list(Stance))
        words = self.chance.choice(("It hurts.", "There is a better way."))
        return self.both(
            lambda: answering.answer(
                self.session, self.programme, proposal, who, stance, words, now=self.now
            ),
            lambda: self.model.answer(paper, who, stance.value, words),
        )

    def everybody_agrees(self) -> bool:
        """Each says so, as far as they can."""
        if (found := self.one()) is None:
            return False
        proposal, paper = found
        done = [
            self.both(
                lambda who=who: answering.answer(  # type: ignore[misc]
                    self.session, self.programme, proposal, who, Stance.NO_OBJECTION, now=self.now
                ),
                lambda who=who: self.model.answer(paper, who, "no objection", ""),  # type: ignore[misc]
            )
            for who in sorted(self.model.here)
        ]
        return all(done)

    def _is_judged(self) -> bool:
        """Does a panel sit, or is there something for one?"""
        return any(
            paper.jury or paper.in_the_way()
            for paper in self.model.papers
            if paper.state in ("open", "judged")
        )

    def deliver(self) -> bool:
        """Providers take some of what was queued, or all of it."""
        if (found := self.one()) is None or found[1].state != "open":
            return False
        self._deliver(*found, self.chance.choice((0.3, 0.6, 1)))
        return True

    def _deliver(self, proposal: Proposal, paper: Paper, share: float) -> None:
        waiting = self.session.exec(
            select(OutboxMessage.person).where(
                OutboxMessage.kind == messages.Proposal.kind,
                OutboxMessage.subject == tally.subject(proposal),
                col(OutboxMessage.accepted_at).is_(None),
            )
        ).all()
        taken = sorted(waiting)[: round(share * len(waiting))]
        theirs = (
            update(OutboxMessage)
            .where(
                col(OutboxMessage.subject) == tally.subject(proposal), col(OutboxMessage.person).in_(taken)
            )
            .values(accepted_at=self.now, state="accepted")
        )
        self.session.execute(theirs)
        paper.got |= set(taken) & paper.asked

    def amend(self) -> bool:
        if (found := self.one()) is None:
            return False
        proposal, paper = found
        size = self.chance.choice((2, 3, 4))
        change = self._change(size, new=False, paper=proposal)
        by = Proposer(proposal.by, proposal.by_participant)
        return self.both(
            lambda: proposals.amend(self.session, self.programme, proposal, change, by, now=self.now),
            lambda: self.model.amend(paper, size),
        )

    def withdraw(self) -> bool:
        if (found := self.one("draft", "waiting", "open")) is None or self.chance.random() < 0.7:
            return False
        proposal, paper = found
        by = Proposer(proposal.by, proposal.by_participant)
        return self.both(
            lambda: proposals.withdraw(self.session, self.programme, proposal, by, now=self.now),
            lambda: self.model.withdraw(paper),
        )

    def convene(self) -> bool:
        if (found := self.one()) is None:
            return False
        proposal, paper = found
        members: list[str] = []

        def ours() -> None:
            panel = panels.convene(self.session, self.programme, proposal, by=BY, now=self.now)
            drawn = select(PanelMember.person_id).where(PanelMember.panel_id == panel.id)
            members.extend(self.session.exec(drawn))

        try:
            ours()
        except NotOpenToThat:
            return self.both(_refuse, lambda: self.model.convene(paper, []))
        return self.both(lambda: None, lambda: self.model.convene(paper, members))

    def find(self) -> bool:
        """Some members of a panel, one after the other, mostly of one mind."""
        if (found := self.one()) is None or not (jury := found[1].jury):
            return False
        proposal, paper = found
        mind = self.chance.random() < 0.5
        for who in self.chance.sample(jury.members, self.chance.randint(1, len(jury.members))):
            holds = mind if self.chance.random() < 0.8 else not mind
            panel = panels.sitting(self.session, proposal)
            if panel is None:
                break
            given = {one.id: Judgement(holds, "Because.") for one in panels.given_to(self.session, panel)}
            self._judge(proposal, paper, panel, who, given)
        return True

    def _judge(
        self, proposal: Proposal, paper: Paper, panel: Panel, who: str, given: dict[int, Judgement]
    ) -> None:
        holds = next(iter(given.values())).holds
        self.both(
            lambda: panels.find(self.session, self.programme, proposal, panel, who, given, now=self.now),
            lambda: self.model.find(paper, who, holds),
        )

    def object_to_rule(self) -> bool:
        earlier = [paper.by for paper in self.model.papers if paper.objects]
        again = bool(earlier) and self.chance.random() < 0.6
        who, words = self.chance.choice(earlier) if again else self.somebody(), "It hurts."
        members: list[str] = []

        def ours() -> None:
            rule = agreements.about(self.session, self.programme, Subject.MATCHING)
            secret = f"{self.chance.getrandbits(256):064x}"
            made = rule_objections.raise_(
                self.session, self.programme, rule, who, words, secret=secret, now=self.now
            )
            drawn = select(PanelMember.person_id).join(Panel, col(Panel.id) == PanelMember.panel_id)
            members.extend(self.session.exec(drawn.where(Panel.proposal_id == made.id)))

        try:
            ours()
        except (NotOpenToThat, programmes.Ends):
            return self.both(_refuse, lambda: self.model.object_to_rule(who, words, []))
        return self.both(lambda: None, lambda: self.model.object_to_rule(who, words, members))

    def take_back(self) -> bool:
        if (found := self.one()) is None or self.chance.random() < 0.5:
            return False
        proposal, paper = found
        who = proposal.by if self.chance.random() < 0.9 else self.somebody()
        return self.both(
            lambda: rule_objections.take_back(self.session, self.programme, proposal, who, now=self.now),
            lambda: self.model.take_back(paper, who),
        )

    def near_review(self) -> bool:
        """The rule is due soon; it had been adopted long before."""
        rule = agreements.about(self.session, self.programme, Subject.MATCHING).version
        if self.model.due or self.model.before_urgent:
            return False
        rule.adopted_on = self.now.date() - timedelta(days=self.chance.randint(1, 100))
        rule.review_on = self.now.date() + timedelta(days=self.chance.randint(-3, 12))
        rule.renewed_on = None
        self.session.add(rule)
        self.session.flush()
        self.model.due, self.model.since = rule.review_on, rule.adopted_on
        return True

    def answer_review(self) -> bool:
        who, verdict = self.somebody(), self.chance.choice((Verdict.KEEP, Verdict.KEEP, Verdict.CHANGE))

        def ours() -> None:
            review = reviews.of_programme(self.session, self.programme)
            if review is None:
                raise NotOpenToThat
            opinions = {one.id: reviews.Opinion(verdict) for one in reviews.of_review(self.session, review)}
            reviews.answer(self.session, self.programme, review, who, opinions, now=self.now)

        return self.both(ours, lambda: self.model.answer_review(who, verdict.value))

    def decline(self) -> bool:
        def ours() -> None:
            waiting = agenda.waiting(self.session, self.programme)
            if not waiting:
                raise NotOpenToThat
            agenda.decline(self.session, waiting[0], "it works", by=BY, now=self.now)

        return self.both(ours, self.model.decline)

    def hold(self) -> bool:
        self.model.held = self.programme.paused_at = self.model.held or self.now
        self.session.add(self.programme)
        return True

    def release(self) -> bool:
        since = self.programme.paused_at
        self.model.go_on()
        self.programme.paused_at = None
        if since:
            deciding.stay_while_held(self.session, self.programme, since=since, now=self.now)
        self.session.add(self.programme)
        return True

    def leave(self) -> bool:
        who = self.somebody()
        membership = self.session.get_one(Membership, (self.programme.id, who))
        membership.standing = Standing.LEFT
        self.session.add(membership)
        self.model.here -= {who}
        return True

    def join(self) -> bool:
        gone = self.session.exec(
            select(Membership).where(
                Membership.programme_id == self.programme.id, Membership.standing == Standing.LEFT
            )
        ).all()
        back = [one for one in gone if not self.session.get_one(Person, one.person_id).erased_at]
        for one in back[:1]:
            one.standing = Standing.ACTIVE
            self.session.add(one)
            self.model.here |= {one.person_id}
        return bool(back)

    def erase(self) -> bool:
        if self.chance.random() < 0.7:
            return False
        who = self.somebody()
        erasure.erase(self.session, self.session.get_one(Person, who), by=BY, now=self.now, farewell=False)
        self.session.expire_all()
        self.model.here -= {who}
        for paper in self.model.papers:
            paper.seconds -= {who}
            if paper.by == who and paper.state == "draft":
                paper.state = "withdrawn"
            for one in paper.objected:
                if one.who == who:
                    if one.state == "open":
                        one.state, one.taken_back = "taken back", self.now
                    one.words = ""
        return True

    def close(self) -> bool:
        if self.chance.random() < 0.97:
            return False
        self.programme.closing_on = self.now.date() + timedelta(days=30)
        self.session.add(self.programme)
        self.model.closing = True
        return True

    def time(self) -> bool:
        self.now += timedelta(hours=self.chance.choice(HOURS))
        self.model.now = self.now
        return True


def _refuse() -> None:
    raise NotOpenToThat


H = History
WHAT: list[Callable[[History], bool]] = [
    *[H.time] * 8, *[H.deliver] * 2, *[H.answer] * 8, *[H.propose] * 2, H.propose_something_new,
    H.propose_urgently, H.propose_as_participant, *[H.second] * 2, H.everybody_agrees, *[H.amend] * 2,
    H.withdraw, *[H.convene] * 2, *[H.find] * 3, H.hold, *[H.release] * 2, H.leave, H.join, H.erase, H.close,
    *[H.object_to_rule] * 3, H.take_back, *[H.near_review] * 2, *[H.answer_review] * 2, H.decline,
]  # fmt: skip


FOLLOWS: list[Callable[[History], bool]] = [H.convene, H.find, H.find, H.amend, H.time, H.answer, H.withdraw]


REVIEWED: list[Callable[[History], bool]] = [H.answer_review, H.answer_review, H.time]


@contextmanager
def nothing_kept(session: Session) -> Iterator[None]:
    """What is written meanwhile is taken back."""
    with session.begin_nested() as point:
        yield
        session.flush()
        point.rollback()
    session.expire_all()
