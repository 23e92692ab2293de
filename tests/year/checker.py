"""What a year must not have done to anybody. Reads the database with SQL, and imports nothing of ours.

It knows from the diary what people did, and from the mailbox what they were told.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any


@dataclass
class RoundLine:
    """One round of the table, in people unless said otherwise. `repeats` and `crossing` count pairs; `forced`
    are the repeats that no round of these people could do without, by the proof kept with it.
    """

    number: int
    on: date
    pot: int = 0
    skipped: int = 0
    paused: int = 0
    introduced: int = 0
    threes: int = 0
    dropped: int = 0
    matched_anew: int = 0
    first_next_time: int = 0
    answered: int = 0
    met: int = 0
    repeats: int = 0
    forced: int = 0
    crossing: int = 0
    pairs: int = 0


@dataclass
class Verdict:
    lines: list[RoundLine] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    messages: int = 0


@dataclass
class Member:
    person: str
    email: str
    organisation: int
    withdrew: str | None
    counts: bool


@dataclass
class Talk:
    """A group of a round, with everybody who was ever in it."""

    id: int
    top_up: int
    called_off: bool
    members: list[Member]

    @property
    def staying(self) -> list[Member]:
        return [member for member in self.members if not member.withdrew]


def check(file: Path, diary: Any) -> Verdict:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        return _Checker(connection, diary).verdict()


class _Checker:
    def __init__(self, connection: sqlite3.Connection, diary: Any) -> None:
        self.ask, self.diary = connection.execute, diary
        self.verdict_ = Verdict()
        self.email = {row["id"]: row["email"] for row in self.ask("SELECT id, email FROM person")}
        self.person = {email: person for person, email in self.email.items()}
        self.met: Counter[tuple[str, str]] = Counter()

    def verdict(self) -> Verdict:
        self._nobody_hears_anything_twice()
        for row in self.ask("SELECT * FROM round WHERE state = 'sent' ORDER BY number").fetchall():
            self._look_at(row)
        return self.verdict_

    def fault(self, words: str) -> None:
        self.verdict_.faults.append(words)

    def _nobody_hears_anything_twice(self) -> None:
        # As they were read: the mailbox itself is emptied after ninety days.
        self.verdict_.messages = self.diary.received.total()
        for (kind, to, subject, _), times in self.diary.received.items():
            if times > 1:
                self.fault(f"{to} has {times} copies of the {kind} {subject!r}")
        unsent = self.ask(
            "SELECT state, count(*) FROM outbox_message WHERE state NOT IN "
            "('accepted', 'delivered', 'cancelled', 'queued') GROUP BY state"
        )
        for state, number in unsent:
            self.fault(f"{number} messages are {state}")

    def _look_at(self, round_: sqlite3.Row) -> None:
        on = date.fromisoformat(round_["starts_on"])
        line = RoundLine(round_["number"], on)
        talks = self._talks(round_["id"])
        drawn = [member for talk in talks if talk.top_up == 0 for member in talk.members]
        left_out = {
            row["person_id"]: row
            for row in self.ask("SELECT * FROM leftout WHERE round_id = ?", (round_["id"],))
        }
        told = self._told(round_["id"])
        self._only_who_should_be(line, talks, on)
        self._nobody_without_a_word(line, on, {m.person for t in talks for m in t.members}, left_out, told)
        self._everybody_is_offered_a_conversation(line, talks, told)
        self._count_repeats(line, talks)
        line.forced = json.loads(round_["best"])["repeats"]
        line.introduced = len({member.person for member in drawn})
        unplaced = [row for row in left_out.values() if not row["on_purpose"]]
        line.pot = line.introduced + len(unplaced)
        line.threes = sum(len(talk.members) > 2 for talk in talks)
        line.skipped = sum(1 for _, day in self.diary.skipped if day == on)
        line.paused = sum(self._is_paused(email, on) for email in self.diary.paused)
        line.dropped = sum(1 for _, day in self.diary.dropped if day == on)
        line.matched_anew = len({m.person for t in talks if t.top_up for m in t.members})
        self._count_answers(line, round_["id"])
        self.verdict_.lines.append(line)

    def _talks(self, round_id: int) -> list[Talk]:
        members = defaultdict(list)
        for row in self.ask(
            "SELECT m.* FROM groupmember m JOIN conversation_group g ON g.id = m.group_id "
            "WHERE g.round_id = ?",
            (round_id,),
        ):
            email = self.email[row["person_id"]]
            members[row["group_id"]].append(
                Member(
                    row["person_id"], email, row["organisation_id"], row["withdrew_at"], bool(row["counts"])
                )
            )
        groups = self.ask("SELECT * FROM conversation_group WHERE round_id = ?", (round_id,))
        return [
            Talk(row["id"], row["top_up"], bool(row["called_off_at"]), members[row["id"]]) for row in groups
        ]

    def _told(self, round_id: int) -> dict[str, Counter[str]]:
        """Which kinds of message about a round reached whom."""
        told: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.ask(
            "SELECT person, kind FROM outbox_message WHERE round = ? AND state IN ('accepted', 'delivered')",
            (str(round_id),),
        ):
            told[row["person"]][row["kind"]] += 1
        return told

    def _only_who_should_be(self, line: RoundLine, talks: list[Talk], on: date) -> None:
        for talk in talks:
            for member in talk.members:
                who = f"{member.email} is in round {line.number}"
                left = self.diary.left.get(member.email)
                if member.email not in self.diary.joined:
                    self.fault(f"{who} and never confirmed")
                if left and left < on:
                    self.fault(f"{who} and left on {left}")
                if (member.email, on) in self.diary.skipped:
                    self.fault(f"{who} and had skipped it")
                if talk.top_up == 0 and self._is_paused(member.email, on):
                    self.fault(f"{who} and was paused")

    def _is_paused(self, email: str, on: date) -> bool:
        spells = self.diary.paused.get(email, [])
        return any(since < on and (until is None or until >= on) for since, until in spells)

    def _nobody_without_a_word(
        self,
        line: RoundLine,
        on: date,
        inside: set[str],
        left_out: dict[str, sqlite3.Row],
        told: dict[str, Counter[str]],
    ) -> None:
        for email, joined in self.diary.joined.items():
            left = self.diary.left.get(email)
            if joined >= on or (left and left <= on):
                continue
            person = self.person[email]
            by_themselves = (email, on) in self.diary.skipped or self._is_paused(email, on)
            if person in inside:
                if not told[person]["introduction"]:
                    self.fault(f"{email} is in round {line.number} and was not introduced")
            elif not by_themselves and not told[person]["not_this_time"]:
                self.fault(f"{email} was in no group of round {line.number} and heard nothing")

    def _everybody_is_offered_a_conversation(
        self, line: RoundLine, talks: list[Talk], told: dict[str, Counter[str]]
    ) -> None:
        has = {
            m.person for talk in talks if not talk.called_off and len(talk.staying) > 1 for m in talk.staying
        }
        withdrew = {m.person for talk in talks for m in talk.members if m.withdrew}
        for person in {m.person for talk in talks for m in talk.members} - has - withdrew:
            if told[person]["partner_gone"] or told[person]["not_this_time"]:
                line.first_next_time += 1
            else:
                self.fault(f"{self.email[person]} has nobody in round {line.number} and was not told")
        for talk in talks:
            if not talk.called_off and len(talk.staying) == 1:
                self.fault(f"group {talk.id} of round {line.number} is one person")

    def _count_repeats(self, line: RoundLine, talks: list[Talk]) -> None:
        for talk in talks:
            together = [member for member in talk.members if member.counts]
            for one, other in combinations(sorted(together, key=lambda member: member.person), 2):
                pair = (one.person, other.person)
                line.pairs += 1
                line.repeats += self.met[pair] > 0
                line.crossing += one.organisation != other.organisation
                self.met[pair] += 1

    def _count_answers(self, line: RoundLine, round_id: int) -> None:
        answers = Counter(
            row["answer"]
            for row in self.ask(
                "SELECT c.answer FROM checkin c JOIN conversation_group g ON g.id = c.group_id "
                "WHERE g.round_id = ?",
                (round_id,),
            )
        )
        line.answered, line.met = answers.total(), answers["met"]
