"""What the rules of consent say, once more and in little: plain sets and times, none of the product's code.

`tests/support/consent_histories.py` walks both through the same history and compares them at every step.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
NONE: "set[str]" = set()


class Refused(Exception):
    """The rules do not allow it."""


@dataclass
class Clock:
    """`at` is its end while it runs; `left` what remains while it stands."""

    at: datetime | None
    left: timedelta

    def stand(self, since: datetime) -> None:
        if self.at and since < self.at:
            self.left, self.at = self.at - since, None

    def go_on(self, now: datetime) -> None:
        self.at = self.at or now + self.left

    def over(self, now: datetime) -> bool:
        return self.at is not None and self.at <= now

    def remains(self, now: datetime) -> timedelta:
        return self.at - now if self.at else self.left


@dataclass
class Objected:
    version: int
    who: str
    words: str
    state: str = "open"
    panel: int | None = None
    taken_back: datetime | None = None


@dataclass
class Jury:
    number: int
    members: list[str]
    clock: Clock
    found: dict[int, dict[str, bool]] = field(default_factory=dict)


@dataclass
class Paper:
    """A proposal. `base` is the version of the rule it would change, None for a rule that is new. With
    `objects` it is an objection to `base` itself.
    """

    size: int
    base: int | None
    by: str = ""
    urgent: bool = False
    state: str = "waiting"
    version: int = 1
    clock: Clock = field(default_factory=lambda: Clock(None, 0 * HOUR))
    notice: timedelta = 7 * DAY
    started: bool = False
    opened: datetime | None = None
    version_opened: datetime | None = None
    stirred: datetime | None = None
    asked: set[str] = field(default_factory=set)
    got: set[str] = field(default_factory=set)
    said: dict[tuple[int, str], str] = field(default_factory=dict)
    objected: list[Objected] = field(default_factory=list)
    jury: Jury | None = None
    juries: int = 0
    seconds: set[str] = field(default_factory=set)
    made: datetime | None = None
    objects: bool = False

    def in_the_way(self) -> list[Objected]:
        return [
            one for one in self.objected if one.version == self.version and one.state in ("open", "holds")
        ]


@dataclass
class Asking:
    """A review of the rule: who was asked, has it, and is for a change."""

    rule: int
    clock: Clock
    asked: int = 0
    got: int = 0
    said: dict[str, str] = field(default_factory=dict)
    outcome: str = "asked"


@dataclass
class Model:
    here: set[str]
    now: datetime
    size: int = 2
    rule: int = 1
    held: datetime | None = None
    closing: bool = False
    papers: list[Paper] = field(default_factory=list)
    # The size before an urgent change, when it goes back, and the last urgent change.
    before_urgent: tuple[int, datetime] | None = None
    urgent_last: datetime | None = None
    # When the rule is due for a review; None: in a year. And since when that counts.
    due: date | None = None
    since: date | None = None
    reviews: list[Asking] = field(default_factory=list)
    reviewed_at: datetime | None = None
    # The version of the rule that a review has put on the agenda, while it waits there.
    agenda: int | None = None

    # What people do

    def object_to_rule(self, who: str, words: str, members: list[str]) -> None:
        if self.closing or who not in self.here:
            raise Refused
        others = [one for one in self.papers if one.objects]
        theirs = [one for one in others if one.by == who and one.state != "stopped"]
        if any(one.made and self.now < one.made + 90 * DAY for one in theirs):
            raise Refused
        if any(one.base == self.rule and one.state in ("judged", "upheld") for one in others):
            raise Refused
        paper = Paper(self.size, self.rule, who, state="judged", made=self.now, objects=True)
        paper.objected.append(Objected(1, who, words))
        self.papers.append(paper)
        if len(self.may_judge(paper)) < 3:
            paper.state, paper.objected[0].state = "upheld", "holds"
            return
        self._check_drawn(paper, members)
        self._convene(paper, paper.objected, members)

    def take_back(self, paper: Paper, who: str) -> None:
        if not paper.objects or paper.by != who:
            raise Refused
        if paper.state == "withdrawn":
            return
        if paper.state != "judged":
            raise Refused
        for one in paper.objected:
            one.state = "taken back" if one.state in ("open", "holds") else one.state
        self._end(paper, "withdrawn")

    def answer_review(self, who: str, verdict: str) -> None:
        going_on = self._going_on()
        if going_on is None or who not in self.here:
            raise Refused
        self._keep(going_on.clock)
        if going_on.clock.remains(self.now) <= 0 * HOUR:
            raise Refused
        going_on.said[who] = verdict

    def decline(self) -> None:
        if self.agenda is None:
            raise Refused
        if self.agenda == self.rule:
            self._renew()
        self.agenda = None

    def _renew(self) -> None:
        if self.due and self.since:
            self.due, self.since = self.now.date() + (self.due - self.since), self.now.date()

    def _going_on(self) -> Asking | None:
        return self.reviews[-1] if self.reviews and self.reviews[-1].outcome == "asked" else None

    def propose(self, size: int, by: str = "", *, new: bool = False, urgent: bool = False) -> None:
        if self.closing or (not new and size == self.size):
            raise Refused
        if urgent and self.urgent_last and self.now < self.urgent_last + 60 * DAY:
            raise Refused
        live = ("draft", "waiting", "open")
        if by and any(one.by == by and one.state in live for one in self.papers):
            raise Refused
        paper = Paper(size, None if new else self.rule, by, urgent, "draft" if by else "waiting")
        self.papers.append(paper)
        if urgent:
            before = (self.size, self.now + 14 * DAY)
            self._change(size)
            self.before_urgent, self.urgent_last = before, self.now
            self._open(paper)
        else:
            self._next_in_line()

    def second(self, paper: Paper, by: str) -> None:
        if paper.state != "draft" or by == paper.by or by not in self.here | {""}:
            raise Refused
        paper.seconds |= {by}
        if by == "" or len(paper.seconds) >= 2:
            paper.state = "waiting"

    def answer(self, paper: Paper, who: str, stance: str, words: str) -> None:
        if paper.state != "open" or who not in self.here:
            raise Refused
        self._keep(paper.clock)
        if paper.started and paper.clock.remains(self.now) <= 0 * HOUR and not paper.in_the_way():
            raise Refused
        theirs = [one for one in paper.objected if one.who == who]
        if stance == "objection":
            self._object(paper, who, words, theirs)
        elif unsettled := [one for one in theirs if one.state in ("open", "holds")]:
            for one in unsettled:
                one.state, one.taken_back = "taken back", self.now
            paper.stirred = self.now
            if not any(one.state == "open" and one.panel is not None for one in paper.in_the_way()):
                paper.jury = None
            self._leave_a_day(paper)
        paper.said[paper.version, who] = stance

    def _leave_a_day(self, paper: Paper) -> None:
        back = [one.taken_back for one in paper.objected if one.taken_back and one.version == paper.version]
        least = max(back) + 24 * HOUR - self.now if back else 0 * HOUR
        if paper.started and not paper.in_the_way() and paper.clock.remains(self.now) < least:
            paper.clock = Clock(None if self.held else self.now + least, least)

    def _object(self, paper: Paper, who: str, words: str, theirs: list[Objected]) -> None:
        for one in theirs:
            if one.state == "does not hold" and (one.version == paper.version or one.words == words):
                raise Refused
        for one in theirs:
            if one.version == paper.version and one.state in ("open", "holds"):
                if one.panel is not None and one.words != words:
                    raise Refused
                one.words = words
                return
        for one in theirs:
            if one.state in ("open", "holds"):
                one.state = "not renewed"
        paper.objected.append(Objected(paper.version, who, words))
        paper.stirred = self.now

    def amend(self, paper: Paper, size: int) -> None:
        if paper.state != "open" or paper.urgent or paper.size == size:
            raise Refused
        if paper.base is not None and size == self.size:
            raise Refused
        left = paper.clock.remains(self.now) if paper.started else paper.notice
        paper.notice = max(left, 48 * HOUR)
        paper.size, paper.version, paper.jury, paper.got = size, paper.version + 1, None, set()
        paper.started, paper.version_opened, paper.stirred = False, self.now, self.now
        paper.clock = Clock(None if self.held else self.now + 72 * HOUR, 72 * HOUR)

    def withdraw(self, paper: Paper) -> None:
        if paper.state == "withdrawn":
            return
        if paper.state not in ("draft", "waiting", "open"):
            raise Refused
        if paper.urgent and self.before_urgent:
            self.before_urgent = (self.before_urgent[0], self.now)
        self._end(paper, "withdrawn")

    def may_judge(self, paper: Paper) -> set[str]:
        return self.here - {one.who for one in paper.objected} - {paper.by}

    def convene(self, paper: Paper, members: list[str]) -> None:
        """`members` were drawn: only whether they may be is judged here."""
        unjudged = [one for one in paper.in_the_way() if one.panel is None]
        if paper.state != "open" or not unjudged or paper.jury or len(self.may_judge(paper)) < 3:
            raise Refused
        self._check_drawn(paper, members)
        self._convene(paper, unjudged, members)

    def _check_drawn(self, paper: Paper, members: list[str]) -> None:
        assert set(members) <= self.may_judge(paper), "somebody was drawn who must not be"
        assert len(set(members)) == min(5, len(self.may_judge(paper))), "not five, nor all there are"

    def _convene(self, paper: Paper, unjudged: list[Objected], members: list[str]) -> None:
        clock = Clock(None if self.held else self.now + 3 * DAY, 3 * DAY)
        paper.jury, paper.juries = Jury(paper.juries, members, clock), paper.juries + 1
        paper.stirred = self.now
        for one in unjudged:
            one.panel = paper.jury.number

    def find(self, paper: Paper, who: str, holds: bool) -> None:
        jury = paper.jury
        if jury is None or who not in jury.members or who not in self.may_judge(paper):
            raise Refused
        self._keep(jury.clock)
        if jury.clock.remains(self.now) <= 0 * HOUR:
            raise Refused
        for place, one in enumerate(paper.objected):
            if one.panel == jury.number and one.state == "open":
                jury.found.setdefault(place, {})[who] = holds
        self._judge(paper)

    def _judge(self, paper: Paper) -> None:
        jury = paper.jury
        assert jury
        given = [(place, one) for place, one in enumerate(paper.objected) if one.panel == jury.number]
        for place, one in given:
            votes = list(jury.found.get(place, {}).values())
            ayes, noes = votes.count(True), votes.count(False)
            waited_for = (set(jury.members) & self.may_judge(paper)) - jury.found.get(place, {}).keys()
            everybody = len(votes) >= 2 and not waited_for
            if one.state == "open" and (abs(ayes - noes) >= 2 or everybody or jury.clock.over(self.now)):
                one.state = "does not hold" if noes > ayes and len(votes) >= 2 else "holds"
        if all(one.state != "open" for _, one in given):
            paper.jury, paper.stirred = None, self.now
            if paper.started and paper.clock.remains(self.now) < 48 * HOUR:
                paper.clock = Clock(None if self.held else self.now + 48 * HOUR, 48 * HOUR)

    # What time brings about

    def sweep(self, drawn: dict[int, list[str]]) -> None:
        """`drawn`: the panels that were drawn by themselves, by the place of their proposal."""
        for place, paper in enumerate(self.papers):
            if paper.state in ("draft", "waiting", "open"):
                self._look(paper, drawn.get(place))
        for paper in self.papers:
            if paper.state == "judged":
                self._look_at_objection(paper)
        if (
            self.before_urgent
            and self.before_urgent[1].date() <= self.now.date()
            and not self._urgent_waits()
        ):
            for paper in self.papers:
                if paper.urgent and paper.state == "open":
                    self._end(paper, "stopped")
            self._change(self.before_urgent[0])
        self._review()
        self._next_in_line()

    def _urgent_waits(self) -> bool:
        """Are people asked about it, and is there a break?"""
        return bool(self.held) and self._is_asked_of_the_urgent()

    def _is_asked_of_the_urgent(self) -> bool:
        return any(paper.urgent and paper.state == "open" for paper in self.papers)

    def go_on(self) -> None:
        """The break is over, and what is urgent has as many days more."""
        if self.held and self.before_urgent and self._is_asked_of_the_urgent():
            size, due = self.before_urgent
            self.before_urgent = (size, due + DAY * (self.now.date() - self.held.date()).days)
        self.held = None

    def _change(self, size: int) -> None:
        """Another version of the rule is in force, and due in a year."""
        self.size, self.rule, self.before_urgent = size, self.rule + 1, None
        self.due, self.since = None, self.now.date()

    def _look_at_objection(self, paper: Paper) -> None:
        if self.closing:
            self._end(paper, "withdrawn")
        elif self.rule != paper.base:
            self._end(paper, "stopped")
        else:
            if paper.jury:
                self._keep(paper.jury.clock)
                if not self.held:
                    self._judge(paper)
            ends = {"holds": "upheld", "does not hold": "not upheld", "taken back": "withdrawn"}
            if paper.objected[-1].state in ends:
                self._end(paper, ends[paper.objected[-1].state])

    def _review(self) -> None:
        if going_on := self._going_on():
            self._keep(going_on.clock)
            if self.closing or (not self.held and going_on.clock.over(self.now)):
                self._end_review(going_on)
        elif not (self.closing or self.held) and self._to_be_reviewed():
            self.reviews.append(Asking(self.rule, Clock(self.now + 7 * DAY, 7 * DAY)))
            self.reviews[-1].asked, self.reviewed_at = len(self.here), self.now

    def _to_be_reviewed(self) -> bool:
        busy = any(
            (one.base is not None and one.state in ("waiting", "open", "judged"))
            or (one.state == "upheld" and one.base == self.rule)
            for one in self.papers
        )
        soon = self.due is not None and self.due <= self.now.date() + 7 * DAY
        asked = [one.opened for one in self.papers if one.opened and not one.urgent]
        asked += [self.reviewed_at] if self.reviewed_at else []
        lately = any(self.now < one + 7 * DAY for one in asked)
        urgent = self.before_urgent is not None
        return soon and not (busy or lately or urgent or self.agenda) and len(self.here) >= 5

    def _end_review(self, going_on: Asking) -> None:
        wishes = [who for who, verdict in going_on.said.items() if verdict == "change" and who in self.here]
        if self.closing or going_on.rule != self.rule:
            going_on.outcome = "overtaken"
            self.agenda = going_on.rule if wishes and not self.closing else self.agenda
        elif wishes:
            going_on.outcome, self.agenda = "change", self.rule
        elif 2 * going_on.got < going_on.asked:
            going_on.outcome, self.agenda = "unheard", self.rule
        else:
            going_on.outcome = "renewed"
            self._renew()

    def _look(self, paper: Paper, drawn: list[str] | None) -> None:
        begun = paper.urgent and paper.state == "open"
        if self.closing:
            self._end(paper, "withdrawn")
        elif paper.base is not None and self.rule != paper.base + begun:
            self._end(paper, "stopped")
        elif paper.state == "open":
            self._keep(paper.clock)
            if paper.jury:
                self._keep(paper.jury.clock)
            if not self.held:
                self._move(paper, drawn)

    def _move(self, paper: Paper, drawn: list[str] | None) -> None:
        unjudged = [one for one in paper.in_the_way() if one.panel is None and one.state == "open"]
        if paper.jury:
            self._judge(paper)
        elif any(one.who not in self.here for one in unjudged) and len(self.may_judge(paper)) >= 3:
            assert drawn, "an objection whose author has left went to no panel"
            self.convene(paper, drawn)
        if paper.in_the_way() and not paper.jury and paper.stirred and self.now >= paper.stirred + 14 * DAY:
            self._end(paper, "withdrawn")
            return
        if not paper.started:
            share = len(paper.got) / len(paper.asked) if paper.asked else 1
            if share >= 0.9 or (paper.clock.over(self.now) and share >= 0.5):
                paper.started, paper.clock = True, Clock(self.now + paper.notice, paper.notice)
            elif paper.clock.over(self.now):
                self._end(paper, "lapsed")
                return
            else:
                return
        self._leave_a_day(paper)
        asked = paper.asked & self.here
        agreed = {who for who in asked if paper.said.get((paper.version, who)) == "no objection"}
        two_days = paper.version_opened is not None and self.now >= paper.version_opened + 2 * DAY
        unanimous = two_days and len(asked) >= 5 and agreed == asked
        if not paper.in_the_way() and (paper.clock.over(self.now) or unanimous):
            self._adopt(paper)

    def _adopt(self, paper: Paper) -> None:
        for one in paper.objected:
            one.state = "not renewed" if one.state in ("open", "holds") else one.state
        if paper.urgent:
            self.before_urgent = None
        elif paper.base is not None:
            self._change(paper.size)
        self._end(paper, "adopted")

    def _end(self, paper: Paper, state: str) -> None:
        paper.state, paper.jury = state, None

    def _next_in_line(self) -> None:
        told = [one for one in self.papers if one.opened and not one.urgent]
        waiting = [one for one in self.papers if one.state == "waiting"]
        still_open = [one for one in told if one.state == "open"]
        recent = any(one.opened and self.now < one.opened + 7 * DAY for one in told)
        recent = recent or bool(self.reviewed_at and self.now < self.reviewed_at + 7 * DAY)
        if self.held or self.closing or not waiting:
            return
        first = waiting[0]
        if not first.by and len(self.here) < 5:
            if first.base is not None:
                self._change(first.size)
            self._end(first, "adopted")
        elif len(still_open) < 2 and not recent:
            self._open(first)

    def _open(self, paper: Paper) -> None:
        paper.state, paper.opened, paper.version_opened = "open", self.now, self.now
        paper.asked = set(self.here)
        paper.clock = Clock(None if self.held else self.now + 72 * HOUR, 72 * HOUR)

    def _keep(self, clock: Clock) -> None:
        if self.held:
            clock.stand(self.held)
        else:
            clock.go_on(self.now)
