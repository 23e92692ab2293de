"""What holds after a bad day, found with SQL and the provider's own log alone. Imports nothing of ours."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text


@dataclass(frozen=True)
class Verdict:
    """`lost` were never taken by the provider, or were and we do not know it. `twice` were taken twice."""

    messages: int
    lost: int
    twice: int
    states: dict[str, int]

    def __str__(self) -> str:
        return f"{self.messages} messages: {self.lost} lost, {self.twice} sent twice; {self.states}"


def check(engine: Engine, log: Path) -> Verdict:
    """Compare what our tables say with what the provider's log says it took."""
    taken = Counter(int(line.split()[0]) for line in log.read_text().splitlines() if line.strip())
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, state FROM outbox_message")).all()
    arrived = {"accepted", "delivered"}
    lost = sum(1 for id_, state in rows if state not in arrived or not taken[id_])
    twice = sum(number - 1 for number in taken.values() if number > 1)
    return Verdict(len(rows), lost, twice, dict(Counter(state for _, state in rows)))
