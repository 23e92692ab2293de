"""A simulated year: people join, skip, drop out, stay silent and leave, all by the links in their messages.

The service runs as it does in earnest, on a clock that is turned a day at a time: the schedule draws and
sends, the worker delivers into the local mailbox, and every act is a page opened and a button pressed. What
people did is written down as it happens, for a checker that does not take the service's word for it.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from tests.support.visitor import Visitor
from tests.support.world import COUNCILS, World
from web.forms.checkin import ANSWERS
from web.models import Answer, Rhythm, Schedule

OUR_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/[^\s<>\"')]*)")
NAMES = (
    "Amina",
    "Tom",
    "Siân",
    "Bo",
    "Cy",
    "Dee",
    "Ewa",
    "Farid",
    "Grace",
    "Huw",
    "Ines",
    "Jo",
    "Kofi",
    "Lu",
)
DAY_BREAK = timedelta(hours=9, minutes=30)  # after the mails of nine o'clock


@dataclass(frozen=True)
class Habits:
    """Shares: of people a month who join or leave, and of people a round who do each of the others.

    A tenth of the people are hardly ever heard of again; the rest make up `silent` between them.
    """

    joining: float = 0.10
    leaving: float = 0.08
    skipping: float = 0.25
    silent: float = 0.15
    dropping: float = 0.05
    coming_back: float = 0.50


@dataclass
class Someone:
    """A participant. `page` is the newest link to their own page that a message brought them."""

    email: str
    quiet: bool
    page: str = ""
    gone: bool = False


@dataclass
class Diary:
    """What people did, by their address and as days: the truth that the service has to respect."""

    joined: dict[str, date] = field(default_factory=dict)
    left: dict[str, date] = field(default_factory=dict)
    skipped: set[tuple[str, date]] = field(default_factory=set)  # with the day of the round
    paused: dict[str, list[list[date | None]]] = field(default_factory=lambda: defaultdict(list))
    dropped: set[tuple[str, date]] = field(default_factory=set)
    silent: set[tuple[str, date]] = field(default_factory=set)
    received: Counter[tuple[str, ...]] = field(default_factory=Counter)  # kind, reader, subject, words


class Year:
    """Twelve rounds, or as many as are asked for, one a month."""

    def __init__(
        self, world: World, *, people: int, rounds: int, seed: int, habits: Habits = Habits()
    ) -> None:
        self.world, self.habits, self.rounds = world, habits, rounds
        self.random = random.Random(seed)
        self.visitor = Visitor(world.app)
        world.app.test_client_class = FlaskClient  # pages are looked at elsewhere: here they are many
        self.visitor.client = world.app.test_client()
        self.diary = Diary()
        self.people: dict[str, Someone] = {}
        self.agenda: dict[date, list[Callable[[], None]]] = defaultdict(list)
        self.started_with = people
        self.round_on: date | None = None
        self._read_to = self.world.now - timedelta(days=1)

    def live(self) -> Diary:
        self._begin()
        last = self.first_round + timedelta(days=31 * self.rounds)
        while self.today < last and self._rounds_sent() < self.rounds:
            self._live_a_day()
        self._end_schedule()
        while self._round_runs():
            self._live_a_day()
        return self.diary

    @property
    def today(self) -> date:
        return self.world.now.date()

    # The programme

    def _begin(self) -> None:
        self._plan_arrivals(self.started_with, self.today, days=3)
        self.first_round = self.today + timedelta(days=7)
        owner = self.world.appoint("organiser@councils.example")
        with self.world.write() as session:
            programme = self.world.programme(session)
            programme.next_round_on = self.first_round
            session.add(programme)
            session.add(
                Schedule(
                    programme_id=programme.id,
                    rhythm=Rhythm.MONTHLY,
                    first_on=self.first_round,
                    automatic=True,
                    enabled_by=owner,
                    enabled_at=self.world.now,
                )
            )

    def _end_schedule(self) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            session.delete(session.get_one(Schedule, programme.id))
            programme.next_round_on = None

    def _rounds_sent(self) -> int:
        with self.world.read() as session:
            return int(session.execute(text("SELECT count(*) FROM round WHERE state = 'sent'")).scalar_one())

    def _round_runs(self) -> bool:
        """Does the last round still go on, with a week for its last words?"""
        with self.world.read() as session:
            ends = session.execute(text("SELECT max(ends_on) FROM round WHERE state = 'sent'")).scalar()
        return ends is not None and self.today <= date.fromisoformat(str(ends)) + timedelta(days=7)

    # A day

    def _live_a_day(self) -> None:
        self.world.worker.sweep()
        for act in self.agenda.pop(self.today, []):
            act()
        self.world.work()
        for _ in range(3):  # what they do brings mails, which are read the same day
            if not self._read_mails():
                break
            self.world.clock.turn(minutes=30)
            self.world.work()
        self._a_month_passes()
        tomorrow = self.world.now.replace(hour=0, minute=0, second=0) + timedelta(days=1) + DAY_BREAK
        self.world.clock.now = tomorrow

    def _a_month_passes(self) -> None:
        if self.today.day != 15:
            return
        here = [one for one in self.people.values() if not one.gone]
        self._plan_arrivals(round(len(here) * self.habits.joining), self.today, days=28)
        for one in self.random.sample(here, round(len(here) * self.habits.leaving)):
            day = self.today + timedelta(days=self.random.randrange(1, 28))
            self.agenda[day].append(lambda one=one: self._leave(one))  # type: ignore[misc]

    def _plan_arrivals(self, count: int, start: date, *, days: int) -> None:
        for number in range(len(self.people), len(self.people) + count):
            one = Someone(f"person-{number:04}@example.org", self.random.random() < 0.1)
            self.people[one.email] = one
            day = start + timedelta(days=self.random.randrange(days))
            self.agenda[day].append(lambda one=one: self._join(one))  # type: ignore[misc]

    # What people do

    def _join(self, one: Someone) -> None:
        name = f"{self.random.choice(NAMES)} Number{one.email[7:11]}"
        council = self.random.choices(COUNCILS, range(len(COUNCILS), 0, -1))[0]
        three = self.random.random() < 0.8
        self.visitor.open("/p/councils/join")
        self.world.clock.turn(seconds=40)
        self.visitor.press(
            "Join Councils Unmentoring",
            name=name, email=one.email, organisation=council, agree=True, happy_in_three=three,
        )  # fmt: skip

    def _leave(self, one: Someone) -> None:
        if one.gone or not one.page:
            return
        self.visitor.open(f"{one.page}/councils/leave").press("Leave Councils Unmentoring")
        one.gone = True
        self.diary.left[one.email] = self.today

    def _read_mails(self) -> int:
        mails = self._new_mails()
        for kind, to, subject, words in mails:
            self.diary.received[kind, to, subject, words] += 1
            one = self.people.get(to)
            if one is not None:
                doors = OUR_LINK.findall(words)
                one.page = next((door for door in doors if door.startswith("/me/")), one.page)
                react = getattr(self, f"_on_{kind}", None)
                if react and not one.gone:
                    react(one, doors)
        return len(mails)

    def _new_mails(self) -> Sequence[tuple[str, str, str, str]]:
        since = self._read_to.strftime("%Y-%m-%d %H:%M:%S.%f")
        wanted = text(
            "SELECT kind, sent_to, subject, text FROM local_message WHERE sent_at > :since ORDER BY sent_at"
        )
        with self.world.read() as session:
            rows = session.execute(wanted, {"since": since}).all()
        self._read_to = self.world.now
        return [(kind, to, subject, words) for kind, to, subject, words in rows]

    def _on_confirm(self, one: Someone, doors: list[str]) -> None:
        self.visitor.open(_door(doors, "/confirm/")).press("Yes, I am in")
        self.diary.joined[one.email] = self.today
        one.page = self.visitor.path

    def _on_heads_up(self, one: Someone, doors: list[str]) -> None:
        if self.random.random() < self.habits.skipping:
            self.visitor.open(_door(doors, "/next-round/")).press("Skip this round")
            self.diary.skipped.add((one.email, self._next_round()))

    def _on_introduction(self, one: Someone, doors: list[str]) -> None:
        round_ = self._this_round()
        quiet = self.random.random() < (0.8 if one.quiet else self._others_silence())
        if quiet:
            self.diary.silent.add((one.email, round_))
        elif self.random.random() < self.habits.dropping:
            day = self.today + timedelta(days=self.random.randrange(5))
            # After the cut-off, as in a top-up, there is no such door any more.
            for cannot in (door for door in doors if door.endswith("/cannot")):
                self.agenda[day].append(lambda door=cannot: self._drop_out(one, door, round_))  # type: ignore[misc]

    def _others_silence(self) -> float:
        return (self.habits.silent - 0.1 * 0.8) / 0.9

    def _drop_out(self, one: Someone, cannot: str, round_: date) -> None:
        if one.gone:
            return
        self.visitor.open(cannot)
        if "I can’t make this round" in self.visitor.buttons:
            self.visitor.press("I can’t make this round")
            self.diary.dropped.add((one.email, round_))

    def _on_check_in(self, one: Someone, doors: list[str]) -> None:
        round_ = self._this_round()
        if (one.email, round_) in self.diary.silent:
            return
        answer = self.random.choices(("met", "booked", "not yet", "could not", "no reply"), (75, 8, 7, 5, 5))[
            0
        ]
        self.visitor.open(_door(doors, "/checkin/"))
        if "Tell us" in self.visitor.buttons:
            self.visitor.press("Tell us", answer=answer)
        elif ANSWERS[Answer(answer)] in self.visitor.buttons:
            self.visitor.press(ANSWERS[Answer(answer)])

    def _on_paused(self, one: Someone, doors: list[str]) -> None:
        self.diary.paused[one.email].append([self.today, None])
        if self.random.random() < self.habits.coming_back:
            day = self.today + timedelta(days=self.random.randrange(1, 20))
            self.agenda[day].append(lambda: self._come_back(one))

    def _come_back(self, one: Someone) -> None:
        if not one.gone:
            self.visitor.open(one.page).press("I am in again")
            self.diary.paused[one.email][-1][1] = self.today

    # Days of rounds

    def _next_round(self) -> date:
        with self.world.read() as session:
            found = self.world.programme(session).next_round_on
        assert found
        return found

    def _this_round(self) -> date:
        with self.world.read() as session:
            latest = session.execute(
                text("SELECT max(starts_on) FROM round WHERE state = 'sent'")
            ).scalar_one()
        return date.fromisoformat(str(latest))


def _door(doors: list[str], begins: str) -> str:
    return next(door for door in doors if door.startswith(begins))
