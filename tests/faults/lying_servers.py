"""Servers that lie, repeat, reorder and take away: whatever they tell, the right posts wait for organisers.

A model that shares no code keeps what must wait, by what each post was made to be. People claim posts, by an
offer or by a link, some of them others'; organisers drop, publish and erase. After every step the queue, the
offers and what is public are compared with it: what nobody claimed, what two claimed, and what its author did
not tick is never on the wall or in a digest.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from tests.faults.mistakes import mistaken
from tests.faults.trial import BEGAN, KEY, Outcome, Trial, opened
from tests.support.consent_histories import nothing_kept
from tests.support.consenting import take_part
from web.models import (
    Answer,
    GatheredPost,
    Group,
    GroupMember,
    HandleKind,
    Learning,
    LinkPreview,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
    Showing,
    SourceKind,
)
from web.services.common import passed_over, programmes
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching import mastodon
from web.services.fetching.card import Card
from web.services.fetching.client import Answer as Answered
from web.services.fetching.client import Client
from web.services.fetching.errors import FetchError, Gone
from web.services.fetching.found_posts import FoundPosts
from web.services.gathering import handles, offers, posts, sources
from web.services.gathering.sources import DueSource
from web.services.learning import digests, learnings, previews, walls

SERVER, TAG, BY = "example.social", "unmentoring", "an organiser"
STEPS, AUTHORS, OWNERS = 25, 4, 2  # who posts; who of them said that it is their handle
MONTH = timedelta(days=30)
PERSONS_POST, KEEP = mastodon._post, posts._keep
ODD: tuple[dict[str, Any], ...] = (
    {"visibility": "unlisted"},
    {"visibility": "private"},
    {"tags": [{"name": "other"}]},
    {"tags": None},
    {"account": None},
    {"account": {"acct": "a b"}},
    {"created_at": "soon"},
    {"created_at": "2020-01-01T00:00:00Z"},
    {"created_at": "2036-01-01T00:00:00Z"},
    {"url": "javascript:alert(1)"},
    {"url": 17},
    {"id": None},
)


@dataclass
class Told:
    """A post as its server tells of it. `author` is empty of what must not be kept."""

    url: str
    author: str
    status: dict[str, Any]


class Liar(Client):
    """A server that answers with what it was told to."""

    def __init__(self) -> None:
        super().__init__("a trial")
        self.next = Answered("", 200, "application/json", "utf-8", b"[]")

    def answer(
        self, url: str, accept: str, *, sends: dict[str, str] | None = None, token: str = ""
    ) -> Answered:
        return Answered(url, self.next.status, accept, "utf-8", self.next.body, self.next.retry_after)


@dataclass
class Kept:
    """What the model knows of a post that was found."""

    author: str
    found_at: datetime
    claimed_by: str = ""  # by an offer


@dataclass
class History:
    session: Session
    chance: random.Random
    now: datetime = BEGAN
    told: list[Told] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    says: dict[str, tuple[str, Showing]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    moves: int = 0

    def __post_init__(self) -> None:
        contact = "hello@councils.example"
        self.programme: Programme = programmes.add(
            self.session, "lied", "Lied", contact=contact, by=BY, now=self.now
        )
        self.programme.gathers = True
        self.people = take_part(self.session, self.programme, AUTHORS, now=self.now)
        self.round, self.group = self._introduced()
        self.server = Liar()
        source = sources.add(
            self.session, self.programme, SourceKind.MASTODON, server=SERVER, hashtag=TAG, by=BY, now=self.now
        )
        self.source = source.id
        for place in range(OWNERS):
            who = self.session.get_one(Person, self.people[place])
            handles.add(self.session, who, HandleKind.MASTODON, f"@{self.handle(place)}", now=self.now)

    def handle(self, place: int) -> str:
        return f"a{place}@{SERVER}"

    def _introduced(self) -> tuple[Round, int]:
        """All of them in one conversation of a round that lasts."""
        round_ = Round(
            programme_id=self.programme.id,
            number=1,
            seed=1,
            state=RoundState.SENT,
            drawn_at=self.now,
            drawn_by=BY,
            sent_at=self.now,
            starts_on=self.now.date(),
            ends_on=self.now.date() + timedelta(days=1000),
        )
        self.session.add(round_)
        self.session.flush()
        group = Group(round_id=round_.id, number=1)
        self.session.add(group)
        self.session.flush()
        place = self.session.exec(select(Organisation.id)).first()
        for person in self.people:
            self.session.add(GroupMember(group_id=group.id, person_id=person, organisation_id=place))
        self.session.flush()
        return round_, group.id

    # What happens

    def live(self) -> None:
        for _ in range(STEPS):
            self.chance.choice(WHAT)(self)
            self._sweep()
            self.compare()
            self.moves += 1

    def look(self) -> None:
        """The server answers, mostly with posts, and with more than we take."""
        due = DueSource(self.source, SourceKind.MASTODON, SERVER, TAG, "")
        answer = self._answer()
        try:
            found: FoundPosts | FetchError = mastodon.posts(self.server, SERVER, TAG, "")
        except FetchError as error:
            found = error
        with sources_free(self.session, self.now):
            sources.settle(self.session, due, found, key=KEY, now=self.now)
        seen: set[str] = set()
        for told in answer[:40]:
            if told.author and told.url not in seen and not {told.url, told.author} & self.never:
                self.kept.setdefault(told.url, Kept(told.author, self.now))
            seen |= {told.url} if told.author else set()

    def _answer(self) -> list[Told]:
        if self.chance.random() < 0.15:
            status, body = self.chance.choice([(500, b""), (401, b""), (429, b""), (200, b"{"), (200, b"{}")])
            self.server.next = Answered("", status, "", "", body, "600")
            return []
        for _ in range(self.chance.randint(0, 8)):
            self.told.append(self._new())
        answer = self.chance.choices(self.told, k=self.chance.randint(0, 60)) if self.told else []
        answer = [self._stolen(told) if self.chance.random() < 0.1 else told for told in answer]
        body = json.dumps([told.status for told in answer]).encode()
        self.server.next = Answered("", 200, "application/json", "utf-8", body)
        return answer

    def _new(self) -> Told:
        number, place = len(self.told) + 1, self.chance.randrange(AUTHORS)
        url = f"https://{SERVER}/@a{place}/{number}"
        status = {
            "id": str(number),
            "url": url,
            "visibility": "public",
            "created_at": self.now.isoformat(),
            "account": {"acct": f"a{place}", "display_name": f"A {place}"},
            "content": f"<p>{number}</p>",
            "tags": [{"name": TAG.title()}],
        }
        if self.chance.random() < 0.3:
            return Told(url, "", status | self.chance.choice(ODD))
        return Told(url, self.handle(place), status)

    def _stolen(self, told: Told) -> Told:
        """The same under another's name."""
        if not told.author:
            return told
        place = self.chance.randrange(AUTHORS)
        return Told(told.url, self.handle(place), told.status | {"account": {"acct": f"a{place}"}})

    def drop(self) -> None:
        if waiting := sorted(self._waiting()):
            url = self.chance.choice(waiting)
            number = self._post(url).id
            posts.drop(self.session, self.programme, number, key=KEY, by=BY, now=self.now)
            self._forget(url)

    def erase(self) -> None:
        if self.chance.random() < 0.3:
            handle = self.handle(self.chance.randrange(AUTHORS))
            posts.erase(self.session, handle, key=KEY, by=BY, now=self.now)
            self.never.add(handle)
            for url in [url for url, kept in self.kept.items() if kept.author == handle]:
                self._forget(url, with_learning=True)

    def claim(self) -> None:
        person = self.chance.choice(self.people[:OWNERS])
        who = self.session.get_one(Person, person)
        if offered := offers.to(self.session, who):
            offer, showing = self.chance.choice(offered), self.chance.choice([Showing.WITH_NAME, Showing.NO])
            talk = conversations.conversation(self.session, self.group, person)
            offers.claim(self.session, who, offer, talk, showing, now=self.now)
            self._said(person, offer.post.url, showing)
            self.kept[offer.post.url].claimed_by = person

    def paste(self) -> None:
        """Anybody's link, whoever they are."""
        person, showing = self.chance.choice(self.people), self.chance.choice(list(Showing))
        url = self.chance.choice(sorted(self.kept) or ["https://elsewhere.example/"])
        talk = conversations.conversation(self.session, self.group, person)
        conversations.keep_learning(self.session, talk, Said(Answer.MET, "", url, showing), self.now)
        self.session.flush()
        self._said(person, url, showing)

    def publish(self) -> None:
        person = self.chance.choice(self.people)
        learning = conversations.learning_of(self.session, self.group, person)
        if learning is None or person in self.public:
            return
        try:
            offers.must_be_one(self.session, learning)
            learnings.publish(
                self.session, learning, text="", version=learning.version, by=BY, now=self.now, page_says=None
            )
        except (offers.TwoClaims, learnings.NotToShow):
            published = False
        else:
            published = True
        url, showing = self.says[person]
        allowed = showing is not Showing.NO and (url not in self.kept or len(self._claims(url)) == 1)
        assert published == allowed, f"published {published}, allowed {allowed}"
        self.public |= {person} if published else set()

    def delete_there(self) -> None:
        """The pages of some posts answer 404, twice with a day between."""
        gone = {url for url in self.kept if self.chance.random() < 0.2}
        for _ in range(2):
            self._look_at_pages(gone)
            self.now += timedelta(hours=25)
        for url in gone:
            kept = self.kept[url]
            if not kept.claimed_by or self.says.get(kept.claimed_by, ("",))[0] == url:
                self._forget(url, with_learning=True)

    def _look_at_pages(self, gone: set[str]) -> None:
        for post in self.session.exec(select(GatheredPost)).all():
            post.look_at = self.now
            if post.learning_id is None:
                due = posts.DueLook(post.id, post.url)
                found = Gone("404") if post.url in gone else Card(title="A post")
                posts.settle_look(self.session, due, found, key=KEY, now=self.now)
            elif preview := self._preview(post):
                page = previews.Due(preview.learning_id, preview.link)
                answer = Gone("404") if post.url in gone else Card(title="A post")
                previews.settle(self.session, page, answer, now=self.now)
        self.session.flush()

    def _preview(self, post: GatheredPost) -> LinkPreview:
        found = self.session.get(LinkPreview, post.learning_id)
        if found is None or found.link != post.url:
            if found:
                self.session.delete(found)
                self.session.flush()
            found = LinkPreview(learning_id=post.learning_id, link=post.url, look_at=self.now)
            self.session.add(found)
            self.session.flush()
        return found

    def time(self) -> None:
        self.now += timedelta(days=self.chance.choice([0.1, 1, 5, 31]))

    # The model

    def _said(self, person: str, url: str, showing: Showing) -> None:
        """Their one learning of the conversation. A post whose claim they leave behind waits again."""
        if self.says.get(person) != (url, showing):
            self.public.discard(person)
        before = self.says.get(person, ("",))[0]
        self.says[person] = url, showing
        if before != url and before in self.kept and self.kept[before].claimed_by == person:
            self.kept[before].claimed_by = ""

    def _claims(self, url: str) -> list[str]:
        return [person for person, (link, _) in self.says.items() if link == url]

    def _waiting(self) -> set[str]:
        return {url for url, kept in self.kept.items() if not kept.claimed_by}

    def _forget(self, url: str, *, with_learning: bool = False) -> None:
        kept = self.kept.pop(url)
        self.never.add(url)
        if with_learning and kept.claimed_by and self.says.get(kept.claimed_by, ("",))[0] == url:
            self.says.pop(kept.claimed_by)
            self.public.discard(kept.claimed_by)

    def _sweep(self) -> None:
        posts.forget_gone(self.session, key=KEY, now=self.now)
        offers.settle_disputes(self.session, now=self.now)
        posts.forget_old(self.session, key=KEY, now=self.now)
        self.session.flush()
        for url, kept in list(self.kept.items()):
            if len(self._claims(url)) > 1:
                kept.claimed_by = ""
                self.public -= set(self._claims(url))
            if not (kept.claimed_by or self._claims(url)) and kept.found_at < self.now - MONTH:
                self._forget(url)

    def compare(self) -> None:
        queue = {one.post.url: one.post.handle for one in posts.queue(self.session, self.programme)}
        assert queue == {url: self.kept[url].author for url in self._waiting()}, "the queue"
        for place, person in enumerate(self.people):
            offered = {one.post.url for one in offers.to(self.session, self.session.get_one(Person, person))}
            mine = self.handle(place) if place < OWNERS else None
            due = {url for url in self._waiting() if self.kept[url].author == mine}
            assert offered == due - {self.says.get(person, ("",))[0]}, "an offer"
        shown, _ = walls.wall(self.session, self.programme, size=1000)
        here = {(one.learning.person_id, one.learning.link) for one in shown}
        assert here == {(person, self.says[person][0]) for person in self.public}, "the wall"
        told = {one.learning.person_id for one in digests._published(self.session, self.round, ())}
        assert told == self.public, "the digest"

    def _post(self, url: str) -> GatheredPost:
        found = posts.at(self.session, self.programme.id, url)
        assert found is not None
        return found


WHAT: tuple[Callable[[History], None], ...] = (
    History.look, History.look, History.look, History.drop, History.erase, History.claim, History.claim,
    History.paste, History.publish, History.publish, History.delete_there, History.time,
)  # fmt: skip


@contextmanager
def sources_free(session: Session, now: datetime) -> Iterator[None]:
    """The server has been taken, as claiming does."""
    sources._take_server(session, SERVER, now)
    yield


def fault(trial: Trial) -> Outcome:
    wanted, apart, moves, learned = trial.size(10, 1_000), "", 0, 0
    database = opened(trial.url)
    database.upgrade()
    with mistaken(MISTAKES, trial.mutant):
        for number in range(200 if trial.mutant else wanted):
            with database.write() as session, nothing_kept(session):
                history = History(session, random.Random(f"{trial.seed} {number}"))
                try:
                    history.live()
                except AssertionError as error:
                    apart = str(error).partition("\n")[0]
                moves += history.moves
                learned += len(session.exec(select(Learning.id)).all())
            if apart:
                break
    database.dispose()
    figure = f"{number + 1:,} runs, {moves:,} steps, {learned:,} learnings, apart: {apart or 'none'}"
    return Outcome(figure, f"{wanted:,} runs, none apart from the model", not apart)


def _as_if_public(said: dict[str, Any] | None, server: str, hashtag: str) -> Any:
    return PERSONS_POST(said and said | {"visibility": "public"}, server, hashtag)


def _whoever_says_so(session: Session, programme: Programme, kind: SourceKind, post: Any, now: Any) -> bool:
    known = posts.at(session, programme.id, post.url)
    if known is not None:
        known.handle = post.handle
    return KEEP(session, programme, kind, post, now)


def _nothing(*_: object, **__: object) -> set[str]:
    return set()


MISTAKES: dict[str, tuple[Any, str, Any]] = {
    "keeps what is not for everybody": (mastodon, "_post", _as_if_public),
    "believes the last who says whose a post is": (posts, "_keep", _whoever_says_so),
    "gathers again what was dropped": (passed_over, "among", _nothing),
    "believes the first of two claims": (offers, "settle_disputes", _nothing),
}
