"""A mail server that refuses us, at whichever word of the conversation, and one domain that alone does.

The conversations are real ones over loopback; the clock is a virtual one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from notifications import delivery, destinations, stoppages
from notifications.delivery import Providers
from notifications.errors import Permanent, ProviderError
from notifications.providers import smtp
from notifications.providers.smtp import Smtp
from tests.faults import checker
from tests.faults.pacing import Leaping
from tests.faults.trial import KEY, Outcome, Trial, opened, queue
from tests.support.fake_smtp import FakeMailServer
from tests.support.letters import links
from web.db import Database
from web.services.background import operator_alerts

DOMAINS = 25
OPERATOR = "operator@place0.example"
CHOSEN = SimpleNamespace(email_provider="smtp", sms_provider="", sms_daily_cap=0)
# What the server says, by the word it is an answer to.
WAYS = {
    "MAIL": "550 5.7.60 you may not send as this sender",
    "RCPT": "550 5.7.1 relaying denied",
    "DATA": "550 5.7.515 access denied, the domain lacks authentication",
    "LIMIT": "550 5.4.5 daily sending limit exceeded",
    "PLAIN": "550 relay not permitted",
    "GREETING": "554 5.7.1 we want nothing of you",
}
STEPS = {"LIMIT": "DATA", "PLAIN": "RCPT"}
LOOK_EVERY = 300  # seconds

OURS = "FROM outbox_message WHERE kind <> 'alert'"
SPENT = f"SELECT count(*) {OURS} AND state NOT IN ('queued', 'accepted')"
UNSENT = f"SELECT count(*) {OURS} AND state <> 'accepted'"
OTHERS = f"{UNSENT} AND email NOT LIKE '%@place7.%'"
ALERTS = "SELECT count(*) FROM outbox_message WHERE kind = 'alert'"
SUPPRESSED = "SELECT count(*) FROM suppression"


@dataclass
class House:
    """An outbox, a worker, and the operator's alerts."""

    trial: Trial
    server: FakeMailServer
    clock: Leaping = field(default_factory=Leaping)

    def __post_init__(self) -> None:
        self.database: Database = opened(self.trial.url)
        self.database.upgrade()
        carrier = Smtp(self.server.url, "Unmentoring <hello@unm.example>")
        self.providers = Providers(email=carrier, key=KEY)

    def work(self) -> None:
        write = self.database.write
        while not delivery.deliver_due(write, self.providers, links, self.clock, sleep=self.clock.leap).idle:
            pass

    def let_hours_pass(self) -> None:
        for _ in range(self.trial.size(1, 6) * 3600 // LOOK_EVERY):
            self.work()
            with self.database.write() as session:
                operator_alerts.look(session, OPERATOR, CHOSEN, now=self.clock())
            self.clock.leap(LOOK_EVERY)

    def release(self) -> None:
        with self.database.write() as session:
            stoppages.start_again(session, self.clock())
        self.work()

    def ask(self, question: str) -> int:
        return checker.number(self.trial.url, question)


@dataclass(frozen=True)
class Told:
    """What hours of refusals did, and what was left unsent once they were over."""

    spent: int
    suppressed: int
    alerts: int
    calls: int
    unsent: int

    def __str__(self) -> str:
        return (
            f"{self.spent} spent, {self.suppressed} suppressed, {self.alerts} alert, {self.calls} calls, "
            f"then {self.unsent} unsent"
        )

    @property
    def harmless(self) -> bool:
        return self.spent == self.suppressed == self.unsent == 0 and self.alerts == 1


def by_everyone(trial: Trial) -> Outcome:
    """The server refuses whatever we want, for six hours (in short one), in one way after the other."""
    letters, told = trial.size(14, 5000), dict[str, Told]()
    ways = WAYS if trial.full else ("MAIL", "PLAIN")
    with _house(trial) as house:
        for way in ways:
            queue(house.database, letters, now=house.clock(), subject=way, domains=DOMAINS)
            told[way] = _refused(house, way)
    return Outcome(
        f"{letters:,} letters refused in each way; "
        f"{'; '.join(f'{way}: {each}' for way, each in told.items())}",
        "none spent, nobody suppressed, one alert and at most 50 calls each, all sent after the release",
        all(each.harmless and each.calls <= 50 for each in told.values()),
    )


def by_one_place(trial: Trial) -> Outcome:
    """One domain of 25 refuses us, for six hours (in short one); the others take what is for them."""
    letters = trial.size(75, 5000)
    with _house(trial) as house:
        queue(house.database, letters, now=house.clock(), domains=DOMAINS)
        told = _refused(house, "DATA", "@place7.")
    return Outcome(
        f"{letters:,} letters, of which one domain in {DOMAINS} refuses its own: {told}",
        "the others sent meanwhile, none spent, nobody suppressed, one alert, all sent after the release",
        told.harmless,
    )


def _refused(house: House, way: str, where: str = "") -> Told:
    """Hours of it, and then a release. With `where`, only letters there are refused."""
    before, server = house.ask(ALERTS), house.server
    server.refuse, server.calls = _refusal(way, where), 0
    server.greeting = WAYS[way] if way == "GREETING" else ""
    house.let_hours_pass()
    late = house.ask(OTHERS) if where else 0
    told = house.ask(SPENT) + late, house.ask(SUPPRESSED), house.ask(ALERTS) - before, server.calls
    server.refuse, server.greeting = _welcome, ""
    house.release()
    return Told(*told, house.ask(UNSENT))


def _welcome(_step: str, _address: str) -> str | None:
    return None


def _refusal(way: str, where: str) -> Callable[[str, str], str | None]:
    at = STEPS.get(way, way)
    return lambda step, address: WAYS[way] if step == at and where in address else None


@contextmanager
def _house(trial: Trial) -> Iterator[House]:
    server, honest = FakeMailServer(), (smtp._refusal, smtp._expect_to_be_welcome, destinations.SHUT_AFTER)
    if trial.mutant == "takes it for the mailbox":
        smtp._refusal = _of_the_mailbox
        smtp._expect_to_be_welcome = lambda *answer: smtp._expect(250, *answer)
    elif trial.mutant == "knows no places":
        destinations.SHUT_AFTER = 10**9
    try:
        with server.serving():
            house = House(trial, server)
            yield house
            house.database.dispose()
    finally:
        smtp._refusal, smtp._expect_to_be_welcome, destinations.SHUT_AFTER = honest


def _of_the_mailbox(code: int, said: str) -> ProviderError:
    return Permanent("the mailbox does not exist or refuses mail", smtp._code(code, said))
