"""What each member of a group is told: composed from the tables, queued as messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from notifications import messages, outbox
from web.models import (
    Group,
    GroupMember,
    Organisation,
    Person,
    Programme,
    Purpose,
    Round,
    VideoKind,
)
from web.services import links, programmes, times, words
from web.services.joining import recipient
from web.services.pots import RoundPot

CHECK_IN_AT = time(9, 0)
ASK_AGAIN_AFTER = timedelta(days=4)


@dataclass(frozen=True)
class Window:
    """The days of a round, and when we ask whether people met."""

    starts_on: date
    ends_on: date
    check_in_at: datetime
    check_in_again_at: datetime

    @classmethod
    def of(cls, programme: Programme, starts_on: date) -> "Window":
        asks = starts_on + timedelta(days=programme.check_in_days)
        return cls(
            starts_on,
            starts_on + timedelta(days=programme.window_days),
            times.london(asks, CHECK_IN_AT),
            times.london(asks + ASK_AGAIN_AFTER, CHECK_IN_AT),
        )


@dataclass(frozen=True)
class Party:
    """A group with everything needed to write to its members."""

    group: Group
    members: Sequence[GroupMember]
    people: dict[str, Person]
    organisations: dict[int, Organisation]
    slots: tuple[messages.Slot, ...]
    why: str
    room: str | None

    def others(self, reader: str) -> list[GroupMember]:
        return [member for member in self.members if member.person_id != reader]

    def named(self, reader: str) -> tuple[messages.Named, ...]:
        return tuple(named(self.people[member.person_id]) for member in self.others(reader))

    def partner(self, member: GroupMember) -> messages.Partner:
        person = self.people[member.person_id]
        return messages.Partner(
            person.id,
            person.name,
            self.organisations[member.organisation_id].name,
            about=person.about,
            email=person.email if person.shares_email else None,
            phone=person.phone if person.shares_phone and person.phone_verified_at else None,
            video=video(person) if person.shares_video else None,
        )


def named(person: Person) -> messages.Named:
    return messages.Named(person.id, person.name)


def video(person: Person) -> str | None:
    """Such as "Teams: amina@example.org"; None for who gave no handle."""
    if not person.video_handle:
        return None
    known = person.video_kind not in (VideoKind.NONE, VideoKind.OTHER)
    return f"{person.video_kind}: {person.video_handle}" if known else person.video_handle


def introduce(
    session: Session, programme: Programme, round_: Round, party: Party, window: Window, *, now: datetime
) -> None:
    """Queue each member's introduction and the question that comes later."""
    for member in party.members:
        person = party.people[member.person_id]
        _introduce_one(session, programme, round_, party, person, window, now=now)


def _introduce_one(
    session: Session,
    programme: Programme,
    round_: Round,
    party: Party,
    person: Person,
    window: Window,
    *,
    now: datetime,
) -> None:
    group = party.group
    facts = programmes.facts(programme)
    # The one link of a text: the conversation as a page, with the ways to everything else on it.
    page = links.make(session, Purpose.CONVERSATION, person.id, now=now, subject=group.id)
    asked = window.check_in_again_at
    check_in = links.make(session, Purpose.CHECK_IN, person.id, now=now, subject=group.id, usable_from=asked)
    introduction = messages.Introduction(
        programme=facts,
        group=str(group.id),
        sequence=0,
        partners=tuple(party.partner(member) for member in party.others(person.id)),
        first_mover=group.first_mover or "",
        why=party.why,
        slots=party.slots,
        until=window.ends_on,
        starts_on=window.starts_on,
        prompts=tuple(programme.prompts),
        video_room=party.room,
        page=page,
        check_in=check_in,
        calendar_link=links.make(session, Purpose.CALENDAR, person.id, now=now, subject=group.id),
    )
    to, this_round = recipient(person), str(round_.id)
    outbox.queue(
        session,
        introduction,
        to,
        subject=f"group {group.id}",
        programme=programme.slug,
        round=this_round,
        now=now,
    )
    for again, due in ((False, window.check_in_at), (True, window.check_in_again_at)):
        question = messages.CheckIn(facts, party.named(person.id), check_in, page, again)
        subject = f"group {group.id} again" if again else f"group {group.id}"
        outbox.queue(
            session,
            question,
            to,
            subject=subject,
            programme=programme.slug,
            round=this_round,
            due=due,
            now=now,
        )


def room(programme: Programme, token: str) -> str | None:
    """A video room from the programme's template, under a name that only its group knows."""
    if not programme.video_template:
        return None
    return programme.video_template.replace("{room}", f"{programme.slug}-{token}")


def why(pot: RoundPot, group: Group, members: Sequence[GroupMember]) -> str:
    """Why these people, in a sentence for themselves."""
    start = (
        "You have met before; nobody you have not met was free." if group.repeats else "You have never met."
    )
    return " ".join(filter(None, [start, _organisations_sentence(pot, members)]))


def _organisations_sentence(pot: RoundPot, members: Sequence[GroupMember]) -> str:
    ids = sorted({member.organisation_id for member in members})
    if len(members) != 2 or len(ids) != 2:
        return ""
    names = words.listing([pot.organisations[key].short_name or pot.organisations[key].name for key in ids])
    met = pot.times_met(*ids)
    if met == 0:
        return f"{names} have not met before."
    return f"{names} have met {'only ' if met < 3 else ''}{words.times(met)} before."
