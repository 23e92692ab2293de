"""What holds after a bad day, found with SQL and the provider's own log alone. Imports nothing of ours.

A provider's log has a line for each call: the message's id, its attempt, the moment in seconds, and one word:
"taken", or why it was not. Behind it may stand whom it was for.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text

TAKEN = "taken"


@dataclass(frozen=True)
class Call:
    message: int
    attempt: int
    at: float
    what: str
    address: str = ""


@dataclass(frozen=True)
class Verdict:
    """`lost` were never taken by the provider, or were and we do not know it. `twice` were taken twice."""

    messages: int
    lost: int
    twice: int
    states: dict[str, int]

    def __str__(self) -> str:
        return f"{self.messages:,} messages: {self.lost} lost, {self.twice} sent twice; {self.states}"


def ask(url: str, question: str, **facts: Any) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = list(connection.execute(text(question), facts))
    engine.dispose()
    return rows


def number(url: str, question: str, **facts: Any) -> int:
    return int(ask(url, question, **facts)[0][0])


def calls(log: Path) -> list[Call]:
    lines = [line.split() for line in log.read_text().splitlines() if line.strip()] if log.exists() else []
    return [Call(int(line[0]), int(line[1]), float(line[2]), *line[3:5]) for line in lines]


def check(url: str, log: Path) -> Verdict:
    """Compare what the tables say with what the provider's log says it took."""
    taken = Counter(call.message for call in calls(log) if call.what == TAKEN)
    return _verdict(taken, ask(url, "SELECT id, state FROM outbox_message"))


def check_addresses(url: str, log: Path) -> Verdict:
    """The same where everybody is written to once, and the log says whom each message was for."""
    taken = Counter(call.address for call in calls(log) if call.what == TAKEN)
    whom = "CASE channel WHEN 'sms' THEN phone ELSE email END"
    return _verdict(taken, ask(url, f"SELECT {whom}, state FROM outbox_message"))


def _verdict(taken: Counter[Any], rows: list[Any]) -> Verdict:
    arrived = {"accepted", "delivered"}
    lost = sum(1 for key, state in rows if state not in arrived or not taken[key])
    twice = sum(many - 1 for many in taken.values() if many > 1)
    return Verdict(len(rows), lost, twice, dict(Counter(state for _, state in rows)))


Picture = dict[str, Any]


def picture(url: str, log: Path, words: str = "") -> Picture:
    """What stands, without what differs from run to run: rows a table, states, and what a provider took.

    `twice` counts letters that it took again; `words` are looked for in everything that is kept.
    """
    engine = create_engine(url)
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        rows = {name: list(connection.execute(text(f'SELECT * FROM "{name}"'))) for name in names}
    engine.dispose()
    taken = Counter(call.message for call in calls(log) if call.what == TAKEN)
    return {
        "rows": {name: len(found) for name, found in rows.items()},
        "messages": Counter((row.kind, row.state) for row in rows["outbox_message"]),
        "rounds": Counter(row.state for row in rows["round"]),
        "proposals": Counter(row.state for row in rows["proposal"]),
        # Without their ids: a killed attempt may have used one up.
        "rules": Counter((row.number, row.how, row.review_on) for row in rows["agreementversion"]),
        "erased": sum(row.erased_at is not None for row in rows["person"]),
        "mentions": sum(words in repr(row) for found in rows.values() for row in found) if words else 0,
        "taken": len(taken),
        "twice": taken.total() - len(taken),
    }


def latest(these: Iterable[Call]) -> float:
    return max((call.at for call in these), default=0.0)
