"""A programme to look at: 41 invented people from 9 organisations, three past rounds and one just sent.

Everything in it came about the way it does in real life, through the same services and the same worker; only
the clock was told to be earlier.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count, groupby
from operator import itemgetter

from sqlmodel import Session, col, select

from notifications import addresses
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.commands import demo_agreements
from web.commands.demo_people import LEARNINGS, MENTIONS, MIX_BY, MIX_CHOICES, ORGANISATIONS, POSTS, people
from web.db import Database
from web.models import (
    Answer,
    Group,
    GroupMember,
    HandleKind,
    Learning,
    LearningState,
    Link,
    Person,
    PhoneCode,
    Programme,
    Purpose,
    Region,
    Request,
    Role,
    Round,
    RoundState,
    Showing,
    SourceKind,
)
from web.services.common import links, page_addresses, phone_numbers, programmes, times
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching.found_posts import FoundPost
from web.services.gathering import handles, offers, sources, webmentions
from web.services.learning import learnings, previews, stories
from web.services.learning.stories import StoryWords
from web.services.organisations import organisations
from web.services.organisers import accounts
from web.services.people import joining
from web.services.rounds import drafts, rounds, sending
from web.settings import DEFAULT_KEY, VAR, Settings, SettingsError
from web.tokens import signer_of
from web.worker import Worker

SLUG, NAME = "localgov", "LocalGov Unmentoring"
ORGANISER = "organiser@example.org"
BY = "the demo"
SEED = 2015
EVERY = timedelta(days=28)
PAST_ROUNDS = 3
# What the first member of a group says afterwards, and what the others say: as in life they mostly agree.
ACCOUNTS = [(Answer.MET, Answer.MET)] * 8 + [
    (Answer.BOOKED, Answer.BOOKED),
    (Answer.COULD_NOT, Answer.NO_REPLY),
]
# What the organiser tells of each round.
TOLD = {
    1: StoryWords(
        "Most of us had never spoken to anybody from the council next door. Now many have.",
        "Who writes first is said at the top of the introduction: some of us waited for each other.",
    ),
    2: StoryWords(
        "Two councils found out that they pay for the same software, and are asking for one price.",
        "Fewer of us could make it in half-term. There is no round in school holidays any more.",
    ),
    3: StoryWords(
        "The talk is moving from what we do to what we could do together.",
        "We would like to hear from more charities: bring somebody along.",
    ),
}
# One pair does not.
DISPUTED_IN, DISPUTE = 2, (Answer.MET, Answer.NO_REPLY)
Say = Callable[[str], None]


def settings_for(settings: Settings) -> Settings:
    """The demo has a database of its own, and never touches a real one.

    Raises:
        SettingsError: this is not a try-out on one machine.
    """
    if not settings.is_trial:
        raise SettingsError("PUBLIC_URL", settings.public_url, "nothing: the demo is for one machine")
    if settings.database_url != Settings(secret_key=DEFAULT_KEY).database_url:
        return settings
    file = VAR / "demo.db"
    return settings.model_copy(
        update={"database_url": f"sqlite:///{file}", "queue_url": f"sqlite:///{VAR / 'demo-queue.db'}"}
    )


@dataclass
class Clock:
    """A clock that is told the time."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Story:
    """Makes things happen at the times they are said to have happened."""

    def __init__(self, settings: Settings, database: Database, now: datetime) -> None:
        self.database = database
        self.clock = Clock(now)
        self.worker = Worker(settings, database, self.clock)
        self.rng = random.Random(SEED)  # noqa: S311  (a story, not a secret)
        self.posted_on: dict[str, date] = {}
        self.silent: set[str] = set()  # in the last round

    @contextmanager
    def at(self, moment: datetime) -> Iterator[Session]:
        """A session at that time; afterwards the worker does what it would have done."""
        self.clock.now = moment
        with self.database.write() as session:
            yield session
        self.worker.work()


def make(settings: Settings, database: Database, *, now: datetime, say: Say) -> None:
    """Make the demo's programme unless it is there already."""
    with database.read() as session:
        if session.exec(select(Programme).where(Programme.slug == _here(session))).first():
            say("The demo programme is here already; its rounds are as you left them.")
            return
    story = Story(settings, database, now)
    start = now - PAST_ROUNDS * EVERY - timedelta(days=7)
    say("Making a programme with 41 people from 9 organisations …")
    _programme(story, start)
    _everyone_joins(story, start + timedelta(hours=1))
    for number in range(1, PAST_ROUNDS + 1):
        sent = now - (PAST_ROUNDS + 1 - number) * EVERY
        say(f"Round {number}: drawn, sent, talked, learned …")
        _round(story, number, sent)
        _people_answer(story, number, sent + timedelta(days=9))
        _organiser_looks(story, sent + timedelta(days=15), leave=2 if number == PAST_ROUNDS else 0)
        _organiser_tells(story, number, sent + timedelta(days=15, hours=1), public=number < PAST_ROUNDS)
        _people_agree(story, number, sent + timedelta(days=16), now)
    _posts_are_found(story, now - timedelta(hours=20))
    say(f"Round {PAST_ROUNDS + 1}: drawn and sent to the local outbox …")
    _round(story, PAST_ROUNDS + 1, now - timedelta(minutes=2))
    _some_answer_at_once(story, PAST_ROUNDS + 1, now - timedelta(minutes=1))
    with story.at(now) as session:
        programmes.by_slug(session, SLUG).next_round_on = _monday_after(times.today(now) + EVERY)


def _monday_after(day: date) -> date:
    """The next Monday that is no holiday."""
    mondays = (day + timedelta(days=-day.weekday() % 7, weeks=week) for week in count())
    return next(monday for monday in mondays if monday not in times.bank_holidays(Region.ENGLAND_AND_WALES))


def _programme(story: Story, when: datetime) -> None:
    with story.at(when) as session:
        programme = programmes.add(
            session,
            SLUG,
            NAME,
            contact="hello@example.org",
            now=when,
            by=BY,
            hashtag="unmentoring",
            video_template="https://meet.example.org/{room}",
            gathers=True,
            mix_by=MIX_BY,
            mix_choices=list(MIX_CHOICES),
        )
        sources.add(session, programme, SourceKind.WEBMENTION, by=BY, now=when)
        for organisation in ORGANISATIONS:
            organisations.add(
                session,
                programme.id,
                organisation.name,
                short_name=organisation.short_name,
                other_names=organisation.other_names,
                domains=[organisation.domain],
            )
        accounts.add(session, programme, ORGANISER, Role.OWNER, by=BY, now=when)


def _everyone_joins(story: Story, when: datetime) -> None:
    """Each by the form, the message and the button; those who want texts by their code too."""
    for place, details in enumerate(people()):
        moment = when + timedelta(minutes=10 * place)
        with story.at(moment) as session:
            programme = programmes.by_slug(session, SLUG)
            joining.ask_to_join(session, programme, details, signer=story.worker.signer, now=moment)
        with story.at(moment + timedelta(minutes=5)) as session:
            request = session.exec(select(Request).order_by(col(Request.id).desc())).first()
            link = session.exec(
                select(Link).where(
                    Link.purpose == Purpose.CONFIRM, Link.subject == (request.id if request else None)
                )
            ).one()
            person = joining.confirm(session, link, source="demo", now=story.clock())
            if details.channel is Channel.SMS:
                _prove_number(session, person, story.clock())


def _prove_number(session: Session, person: Person, now: datetime) -> None:
    """As if the code had been typed: nobody can read a text to an invented number."""
    session.add(
        PhoneCode(
            person_id=person.id, phone=person.phone or "", digest="", created_at=now, tries=1, used_at=now
        )
    )
    phone_numbers.prove(session, person, now=now)


def _round(story: Story, number: int, when: datetime) -> None:
    with story.database.read() as session:
        programme = programmes.by_slug(session, SLUG)
    drawn = drafts.draw_next(story.database.read, programme.id, seed=SEED + number, today=times.today(when))
    with story.at(when) as session:
        draft = drafts.save_draft(session, programme, drawn, by=BY, now=when)
        sending.send_round(session, programme, number, draft.version, by=BY, now=when)


def _members(session: Session, number: int) -> list[tuple[int, str]]:
    """(group, person) of everyone in a round."""
    rows = session.exec(
        select(GroupMember.group_id, GroupMember.person_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Round.number == number, Round.state == RoundState.SENT)
        .order_by(col(GroupMember.group_id), col(GroupMember.position))
    )
    return list(rows)


def _people_answer(story: Story, number: int, when: datetime) -> None:
    """Most answer, one in six does not, and nobody twice running: who does is paused. A few tell what they
    learned.
    """
    said = iter(LEARNINGS[number - 1])
    with story.at(when) as session:
        for group, person, answer in _accounts(story, session, number):
            talk = conversations.conversation(session, group, person)
            words = next(said, None) if answer is Answer.MET and story.rng.random() < 1 / 3 else None
            showing = story.rng.choice([Showing.WITH_NAME, Showing.WITH_NAME, Showing.WITHOUT_NAME])
            link, _ = POSTS.get(words or "", ("", None))
            what = Said(
                answer,
                words or "",
                link,
                showing=showing if words else Showing.NO,
                may_name_me=story.rng.random() < 2 / 3,
            )
            conversations.check_in(session, talk, what, now=when)


def _accounts(story: Story, session: Session, number: int) -> Iterator[tuple[int, str, Answer]]:
    """Group, person and answer of everybody who says something."""
    answers_now, story.silent = story.silent, set()
    for place, (group, rows) in enumerate(groupby(_members(session, number), key=itemgetter(0))):
        disputed = number == DISPUTED_IN and place == 0
        account = DISPUTE if disputed else story.rng.choice(ACCOUNTS)
        for position, (_, person) in enumerate(rows):
            if story.rng.random() >= 1 / 6 or disputed or person in answers_now:
                yield group, person, account[min(position, 1)]
            else:
                story.silent.add(person)


def _links_are_looked_at(story: Story, session: Session, when: datetime) -> None:
    """Each was posted two days before it was first looked at."""
    pages = dict(POSTS.values())
    while due := previews.claim(session, now=when):
        posted_on = story.posted_on.setdefault(due.link, (when - timedelta(days=2)).date())
        previews.settle(session, due, replace(pages[due.link], published_on=posted_on), now=when)


def _organiser_looks(story: Story, when: datetime, *, leave: int) -> None:
    with story.at(when) as session:
        _links_are_looked_at(story, session, when)
        organiser = accounts.by_email(session, ORGANISER)
        waiting = session.exec(
            select(Learning).where(Learning.state == LearningState.WAITING).order_by(col(Learning.id))
        ).all()
        behind = previews.behind(session, waiting)
        for learning in waiting[: len(waiting) - leave]:
            if organiser and learning.showing is not Showing.NO:
                learnings.publish(
                    session,
                    learning,
                    text=learning.text,
                    version=learning.version,
                    by=organiser.id,
                    now=when,
                    page_says=behind[learning.id].mark if learning.id in behind else None,
                )


def _organiser_tells(story: Story, number: int, when: datetime, *, public: bool) -> None:
    """The story of a round that is over: in the organiser's words, with what organising took."""
    with story.at(when) as session:
        programme = programmes.by_slug(session, SLUG)
        round_ = rounds.by_number(session, programme, number)
        by = _organiser(session)
        stories.note_time(session, round_, 150 - 30 * number, None, by=by, now=when)
        made = stories.of_round(session, programme, round_, now=when)
        stories.edit(session, programme, round_, TOLD[number], made.version, by=by, now=when)
        if public:
            stories.publish(session, programme, round_, made.version + 1, by=by, now=when)


def _organiser(session: Session) -> str:
    organiser = accounts.by_email(session, ORGANISER)
    return organiser.id if organiser else BY


def _people_agree(story: Story, number: int, when: datetime, now: datetime) -> None:
    """After each of the first rounds a change is decided about; one is open now."""
    with story.at(when) as session:
        by = _organiser(session)
    if number == 1:
        demo_agreements.adopted(story.at, SLUG, when, by)
    elif number == 2:
        demo_agreements.judged(story.at, SLUG, when, by)
    else:
        demo_agreements.still_open(story.at, SLUG, now - timedelta(days=2), by)


def _posts_are_found(story: Story, when: datetime) -> None:
    """Other sites tell us of pages that mention the programme, some by people who said where they write."""
    with story.at(when - timedelta(hours=2)) as session:
        for name, host, _, _ in MENTIONS:
            for person in session.exec(select(Person).where(Person.name == name)).all():
                handles.add(session, person, HandleKind.SITE, host, now=story.clock())
    public_url, key = story.worker.settings.public_url, story.worker.providers.key
    with story.at(when) as session:
        for name, host, path, words in MENTIONS:
            url, target = f"https://{host}{path}", f"{public_url}/p/{SLUG}/"
            webmentions.told(session, url, target, public_url=public_url, now=when)
            if due := webmentions.claim(session, now=when):
                found = FoundPost(
                    url, host, name or host, words, when - timedelta(hours=2), mentions=(target,)
                )
                webmentions.settle(session, due, found, key=key, now=when)
        offers.tell(session, now=when)


def _here(session: Session) -> str:
    """The address of the demo's programme: who tries things out may have moved its pages."""
    return page_addresses.moved_to(session, SLUG) or SLUG


def _some_answer_at_once(story: Story, number: int, when: datetime) -> None:
    with story.at(when) as session:
        for group, person in _members(session, number)[3:10:3]:
            talk = conversations.conversation(session, group, person)
            conversations.check_in(session, talk, Said(Answer.BOOKED), now=when)


def join_line(session: Session, settings: Settings) -> str:
    """What to text to join, and where; nothing where no texts come in."""
    number = settings.texts_to
    programme = programmes.by_slug(session, _here(session))
    word = (programme.join_word or programme.slug).upper()
    return f"text JOIN {word} to {addresses.phone_as_said(number)}, in the outbox" if number else ""


def doors(session: Session, settings: Settings, *, now: datetime) -> list[tuple[str, str]]:
    """What to look at first: names and addresses."""
    public = settings.public_url
    address = links.address_maker(signer_of(settings), public)
    here = f"{public}/p/{_here(session)}"
    found = [("The programme", f"{here}/"), ("Join", f"{here}/join")]
    introduction = session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.kind == "introduction", OutboxMessage.channel == Channel.EMAIL)
        .order_by(col(OutboxMessage.id).desc())
    ).first()
    if introduction:
        message = introduction.message()
        found.append(("An introduction", address(message.conversation, introduction.person)))  # type: ignore[attr-defined]
        found.append(("Its check-in", address(message.check_in, introduction.person)))  # type: ignore[attr-defined]
    organiser = accounts.by_email(session, ORGANISER)
    if organiser:
        link = accounts.sign_in_link(session, organiser, now=now)
        found.append(("Sign in as organiser", address(link, organiser.id)))
    found.append(("The outbox", links.outbox_address(session, signer_of(settings), public, now=now)))
    found.append(("What people learned", f"{here}/learning"))
    found.append(("The story of a round", f"{here}/rounds/{PAST_ROUNDS - 1}/story"))
    found.append(("What they have agreed", f"{here}/agreements"))
    return found
