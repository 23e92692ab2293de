"""What each member of a group is told: composed from the tables, queued as messages."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np
from sqlmodel import Session, col, select

from notifications import messages, outbox
from notifications.render import has_way
from notifications.tables import UNDECIDED, OutboxMessage
from web.models import (
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Purpose,
    Round,
    Standing,
    VideoKind,
)
from web.services.common import links, phrases, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds.pots import RoundPot

MORNING = time(9, 0)  # when what was planned for a day goes out, in London


@dataclass(frozen=True)
class Window:
    """The days of a round: those of the programme's settings until it is sent, then its own.

    `nudge_on`      who writes first is reminded, if nobody has said booked or met
    `cut_off_on`    the last day to say "I can't make this round"
    `check_in_on`   everyone is asked whether they met; who has not answered by `ask_again_on`, once more
    """

    starts_on: date
    nudge_on: date
    cut_off_on: date
    check_in_on: date
    ask_again_on: date
    ends_on: date

    @classmethod
    def of(cls, programme: Programme, starts_on: date) -> "Window":
        """The days of a round that starts on a day."""

        def after(days: int) -> date:
            return starts_on + timedelta(days=days)

        return cls(
            starts_on,
            after(programme.nudge_days),
            after(programme.cut_off_days),
            after(programme.check_in_days),
            after(programme.check_in_days + programme.ask_again_days),
            after(programme.window_days),
        )

    @classmethod
    def of_round(cls, round_: Round) -> "Window":
        """The days of a round that was sent, wherever an organiser has moved them.

        Raises:
            ValueError: it was not sent by us.
        """
        days = {field.name: getattr(round_, field.name) for field in fields(cls)}
        if None in days.values():
            raise ValueError(f"round {round_.number} is {round_.state}: it has no dates")
        return cls(**days)

    @cached_property
    def nudge_at(self) -> datetime:
        return times.london(self.nudge_on, MORNING)

    @cached_property
    def cut_off_at(self) -> datetime:
        """The first moment at which it is too late."""
        return messages.end_of(self.cut_off_on)

    @cached_property
    def top_up_at(self) -> datetime:
        """When those who wait for somebody are matched, or told that there is nobody."""
        return times.london(self.cut_off_on + programmes.TOP_UP_AFTER, MORNING)

    @cached_property
    def check_in_at(self) -> datetime:
        return times.london(self.check_in_on, MORNING)

    @cached_property
    def ask_again_at(self) -> datetime:
        return times.london(self.ask_again_on, MORNING)


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
    gone: tuple[messages.Named, ...] = ()
    newcomers: Collection[str] = ()
    have_pressed_nothing: Collection[str] = ()

    @property
    def subject(self) -> str:
        """What its messages are about. A group that changed is introduced anew, and asked anew."""
        return about(self.group) + (f" {self.group.edition + 1}" if self.group.edition else "")

    def because(self, why: str) -> "Party":
        return replace(self, why=why)

    def others(self, reader: str) -> list[GroupMember]:
        return [member for member in self.members if member.person_id != reader]

    def named(self, reader: str) -> tuple[messages.Named, ...]:
        return tuple(named(self.people[member.person_id]) for member in self.others(reader))

    def partner(self, member: GroupMember) -> messages.Partner:
        alone = member.person_id in self.have_pressed_nothing
        return partner(
            self.people[member.person_id], self.organisations[member.organisation_id], name_alone=alone
        )


def about(group: Group) -> str:
    """How the subjects of all messages about a group begin."""
    return f"group {group.id}"


def have_pressed_nothing(session: Session, programme_id: int, people: Collection[str]) -> set[str]:
    """Whom an owner took over and who has not answered: what they ticked, if anything, was for another
    programme, and whoever they meet here sees their name alone.
    """
    taken_over = select(Membership.person_id).where(
        Membership.programme_id == programme_id,
        Membership.standing == Standing.NOTIFIED,
        col(Membership.person_id).in_(people),
    )
    return set(session.exec(taken_over))


def never_told(session: Session, group: Group, people: Iterable[str]) -> set[str]:
    """Who of them has had no introduction to this group, in whichever edition: they have seen nothing change.
    What may have gone out counts.
    """
    subject = about(group)
    went_out = col(OutboxMessage.accepted_at).is_not(None) | col(OutboxMessage.state).in_(UNDECIDED)
    told = session.exec(
        select(OutboxMessage.person, Person.merged_into)
        .join(Person, col(Person.id) == OutboxMessage.person)
        .where(
            OutboxMessage.kind == messages.Introduction.kind,
            (col(OutboxMessage.subject) == subject) | col(OutboxMessage.subject).startswith(f"{subject} "),
            went_out,
        )
    )
    return set(people).difference(*told)


def partner(person: Person, organisation: Organisation, *, name_alone: bool = False) -> messages.Partner:
    """Somebody as whoever they meet may see them."""
    if name_alone:
        return messages.Partner(person.id, person.name, organisation.name, known_as=person.known_as)
    return messages.Partner(
        person.id,
        person.name,
        organisation.name,
        about=person.about,
        email=person.email if person.shares_email else None,
        phone=person.phone if person.shares_phone and person.phone_verified_at else None,
        video=video(person) if person.shares_video else None,
        known_as=person.known_as,
    )


def named(person: Person) -> messages.Named:
    return messages.Named(person.id, person.name, person.known_as)


def video(person: Person) -> str | None:
    """Such as "Teams: amina@example.org"; None for who gave no handle."""
    if not person.video_handle:
        return None
    known = person.video_kind not in (VideoKind.NONE, VideoKind.OTHER)
    return f"{person.video_kind}: {person.video_handle}" if known else person.video_handle


@dataclass(frozen=True)
class Doors:
    """The links in one member's messages: their own page, this conversation, its check-in and calendar."""

    page: messages.Link
    conversation: messages.Link
    check_in: messages.Link
    calendar: messages.Link


def introduce(
    session: Session,
    programme: Programme,
    round_: Round,
    parties: Sequence[Party],
    window: Window,
    *,
    now: datetime,
) -> None:
    """Queue every member's introduction and the questions that come later. O(people), about 0.4 ms each."""
    readers = [(party, member.person_id) for party in parties for member in party.members]
    doors = _make_doors(session, readers, window, now)
    # One after the other: all of a round at once are hundreds of megabytes.
    orders = (
        order
        for (party, reader), opened in zip(readers, doors, strict=True)
        for order in _orders(programme, round_, party, party.people[reader], opened, window, now)
        if order.due is None or order.due > now
    )
    outbox.queue_all(session, orders, now=now)


def _make_doors(
    session: Session, readers: Sequence[tuple[Party, str]], window: Window, now: datetime
) -> list[Doors]:
    asked = {Purpose.CHECK_IN: window.ask_again_at}
    purposes = (Purpose.PAGE, Purpose.CONVERSATION, Purpose.CHECK_IN, Purpose.CALENDAR)
    wanted = [
        links.LinkWanted(purpose, reader, party.group.id, asked.get(purpose))
        for party, reader in readers
        for purpose in purposes
    ]
    made = links.make_all(session, wanted, now=now)
    return [Doors(*made[start : start + len(purposes)]) for start in range(0, len(made), len(purposes))]


def _orders(
    programme: Programme,
    round_: Round,
    party: Party,
    reader: Person,
    doors: Doors,
    window: Window,
    now: datetime,
) -> Iterator[outbox.Order]:
    to, of_round, subject = recipient(reader), str(round_.id), party.subject
    message = introduction(programme, party, reader, doors, window, now)
    yield outbox.Order(message, to, subject, programme.slug, of_round)
    if party.group.first_mover == reader.id:
        yield outbox.Order(
            _nudge(programme, party, reader, doors, window),
            to,
            subject,
            programme.slug,
            of_round,
            window.nudge_at,
        )
    question = messages.CheckIn(
        programmes.facts(programme, messages.CheckIn), party.named(reader.id), doors.check_in, doors.page
    )
    again = replace(question, again=True)
    yield outbox.Order(question, to, subject, programme.slug, of_round, window.check_in_at)
    yield outbox.Order(again, to, f"{subject} again", programme.slug, of_round, window.ask_again_at)


def introduction(
    programme: Programme, party: Party, reader: Person, doors: Doors, window: Window, now: datetime
) -> messages.Introduction:
    """What one member of a group is told."""
    in_time = now < window.cut_off_at
    partners = tuple(party.partner(member) for member in party.others(reader.id))
    return messages.Introduction(
        programme=programmes.facts(programme, messages.Introduction),
        group=str(party.group.id),
        # Who comes anew into a group that changed has seen nothing change.
        sequence=0 if reader.id in party.newcomers else party.group.edition,
        partners=partners,
        first_mover=party.group.first_mover or "",
        why=party.why,
        slots=party.slots,
        until=window.ends_on,
        starts_on=window.starts_on,
        prompts=tuple(programme.prompts),
        video_room=party.room,
        page=doors.page,
        check_in=doors.check_in,
        calendar_link=doors.calendar,
        conversation=doors.conversation,
        cannot=links.room("cannot", doors.conversation) if in_time else None,
        booked=links.room("booked", doors.conversation),
        gone=() if reader.id in party.newcomers else party.gone,
        pass_on=_pass_on(partners, doors),
        no_time_shared=not party.slots and not shared_hours(party.people, party.members),
    )


def _pass_on(partners: Sequence[messages.Partner], doors: Doors) -> messages.Link | None:
    """The page that passes a message on, where somebody has shared no way to be reached."""
    return None if all(map(has_way, partners)) else links.room("write", doors.conversation)


def _nudge(
    programme: Programme, party: Party, reader: Person, doors: Doors, window: Window
) -> messages.Nudge:
    partners = tuple(party.partner(member) for member in party.others(reader.id))
    return messages.Nudge(
        programme=programmes.facts(programme, messages.Nudge),
        partners=partners,
        until=window.ends_on,
        check_in=links.room("booked", doors.conversation),
        page=doors.page,
        cannot=links.room("cannot", doors.conversation) if window.nudge_at < window.cut_off_at else None,
        slots=tuple(slot for slot in party.slots if slot.start > window.nudge_at),
        pass_on=_pass_on(partners, doors),
    )


def party(
    session: Session,
    programme: Programme,
    group: Group,
    window: Window,
    rng: np.random.Generator,
    *,
    now: datetime,
    why: str = "",
    gone: tuple[messages.Named, ...] = (),
    newcomers: Collection[str] = (),
) -> Party:
    """A group of a round that goes on, as it is now: with new times, and a room only they know."""
    rows = session.exec(
        select(GroupMember, Person, Organisation)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .join(Organisation, col(Organisation.id) == GroupMember.organisation_id)
        .where(GroupMember.group_id == group.id, col(GroupMember.withdrew_at).is_(None))
        .order_by(col(GroupMember.position))
    ).all()
    members, people = [row[0] for row in rows], {row[1].id: row[1] for row in rows}
    days = times.suggestable_days(times.today(now), window.ends_on)
    return Party(
        group,
        members,
        people,
        {row[2].id: row[2] for row in rows},
        times.suggest(days, shared_hours(people, members), rng),
        why,
        room(programme, secrets.token_hex(8)),
        gone,
        newcomers,
        have_pressed_nothing(session, programme.id, people),
    )


def times_to_suggest(
    session: Session, round_: Round, first: date, last: date
) -> dict[int, tuple[messages.Slot, ...]]:
    """Times between two days for each group of a round, by its id; O(people in it)."""
    rows = session.exec(
        select(GroupMember.group_id, Group.edition, Person.availability)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(Group.round_id == round_.id, col(GroupMember.withdrew_at).is_(None))
        .order_by(col(GroupMember.group_id), col(GroupMember.position))
    )
    wishes = dict[tuple[int, int], list[Collection[str]]]()
    for group, edition, availability in rows:
        wishes.setdefault((group, edition), []).append(availability)
    days = times.suggestable_days(first, last)
    return {
        key[0]: times.suggest(days, times.shared_hours(of_group), np.random.default_rng(key))
        for key, of_group in wishes.items()
    }


def shared_hours(people: dict[str, Person], members: Sequence[GroupMember]) -> tuple[time, ...]:
    return times.shared_hours(people[member.person_id].availability for member in members)


def room(programme: Programme, token: str) -> str | None:
    """A video room from the programme's template, under a name that only its group knows."""
    if not programme.video_template:
        return None
    return programme.video_template.replace("{room}", f"{programme.slug}-{token}")


def why(pot: RoundPot, group: Group, members: Sequence[GroupMember], *, by_hand: bool = False) -> str:
    """Why these people, in a sentence for themselves. `by_hand`: without what an organiser has changed there
    would be fewer repeats.
    """
    start = _met_before(group.repeats, len(members), unavoidable=not by_hand)
    return " ".join(filter(None, [start, _organisations_sentence(pot, members)]))


def _met_before(repeats: int, people: int, *, unavoidable: bool) -> str:
    """True for whoever of them reads it. That they were not introduced is all we know: colleagues may know
    each other, and so may two who take part in another programme.
    """
    if not repeats:
        return (
            "You have not been introduced before." if people == 2 else "None of you were introduced before."
        )
    every_pair = repeats == people * (people - 1) // 2
    who = "Two of you" if repeats == 1 else "Some of you"
    who = ("You" if people == 2 else "You all") if every_pair else who
    reason = "nobody you have not met was free" if people == 2 else "there was no way around it"
    return f"{who} have met before" + (f"; {reason}." if unavoidable else ".")


def _organisations_sentence(pot: RoundPot, members: Sequence[GroupMember]) -> str:
    ids = sorted({member.organisation_id for member in members})
    if len(members) != 2 or len(ids) != 2:
        return ""
    names = phrases.listing([pot.organisations[key].short_name or pot.organisations[key].name for key in ids])
    met = pot.times_met(*ids)
    if met == 0:
        return f"{names} have not met before."
    return f"{names} have met {'only ' if met < 3 else ''}{phrases.times(met)} before."
