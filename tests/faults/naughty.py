"""Ten thousand posts of what nobody should send, over every form that a page shows to a stranger, a
participant, an organiser and an owner, and over every door that takes JSON.

The forms are found by reading the pages, again and again, as what was sent changes them. Each string carries
a mark of its own, and whatever comes out afterwards is looked at for marks that are more than text: pages,
mails, feeds, spreadsheets, calendars, pictures and headers.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from notifications.messages import Link as MessageLink
from notifications.tables import LocalMessage
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.busy_programme import fill
from tests.support.forms import Field, Form, forms_in, pages_from
from tests.support.live_app import LiveApp
from tests.support.naughty import Watch, strings
from tests.support.visitor import Visitor
from tests.support.world import SLUG, World
from web.models import GroupMember, Membership, Programme, Purpose, Role, Standing
from web.services.common import programmes

# After these somebody is signed out, or somebody or a whole programme is gone.
ENDS = ("/sign-out", "/organisers/", "/close", "/erase", "/leave", "/merge")
ADDRESS = "http://localhost"  # as the visitors of the house call it: cookies are kept by host
# What a field holds where a form would not go through with what was in it.
GOOD = {
    "name": "Amina Yusuf",
    "organisation": "Leeds City Council",
    "agree": "y",
    "shares": "email",
    "channel": "email",
    "answer": "met",
    "showing": "with name",
    "role": "organiser",
    "reason": "Because.",
    "text": "Ask the bin crews.",
}
STRANGER = (
    "/",
    "/p/councils/",
    "/p/councils/join",
    "/my-page",
    "/organise/sign-in",
    "/p/councils/how-we-match",
)
JSON_DOORS = (
    "/webhooks/sendgrid/events", "/webhooks/sendgrid/inbound", "/webhooks/twilio/inbound", "/webhooks/notify",
    "/webhooks/twilio/status?message=1&attempt=1",
)  # fmt: skip
KINDS_OF_BODY = (
    "application/json",
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "",
    "a/b; c=\x01",
)
FILE = "name,organisation,email\n{0},{0},canary{1}@example.org\nIvy,{0},{0}\n"


@dataclass
class Guest:
    """Somebody with cookies of their own, and the forms their pages showed when they were last looked at."""

    name: str
    client: FlaskClient
    starts: tuple[str, ...]
    forms: list[tuple[str, Form]] = field(default_factory=list)


@dataclass
class Siege:
    """One application under naughty posts; `figures` count what came of them."""

    trial: Trial
    world: World
    chance: Random
    figures: Counter[str] = field(default_factory=Counter)
    kinds: set[Any] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    watch: Watch = field(default_factory=lambda: Watch([], set()))

    def __post_init__(self) -> None:
        self._strings = strings(self.chance)
        with self.world.read() as session:
            self._programme = self.world.programme(session).id

    def run(self, posts: int) -> None:
        while self.figures["posts"] < posts and not self._caught:
            guests = self._guests()
            for guest in guests:
                self._look_round(guest)
            forms = [(guest, *form) for guest in guests for form in guest.forms]
            for guest, path, form in self._in_order(forms):
                if self.figures["posts"] < posts and not self._caught:
                    self._one(guest, path, form)
            self._deliver()
        for guest in self._guests() if not self._caught else ():
            self._look_round(guest)

    @property
    def _caught(self) -> bool:
        return bool(self.trial.mutant and self.is_broken)

    @property
    def is_broken(self) -> bool:
        return bool(self.broken or self.watch.unescaped)

    # Who comes

    def _guests(self) -> list[Guest]:
        """Everybody anew: many of these forms end a session, a role or a whole programme."""
        self._let_programme_go_on()
        owner = self.world.organiser("owner@councils.example", Role.OWNER)
        organiser = self.world.organiser("helper@councils.example", Role.ORGANISER)
        start = (f"/organise/{SLUG}/",)
        return [
            Guest("stranger", self._client(), STRANGER),
            Guest("participant", self._client(), tuple(self._doors())),
            Guest("organiser", self._client(organiser), start),
            Guest("owner", self._client(owner), (*start, urlsplit(self.world.outbox_link()).path)),
        ]

    def _let_programme_go_on(self) -> None:
        """One of these strings in a while is an address that it may have."""
        with self.world.write() as session:
            programme = session.get_one(Programme, self._programme)
            programme.closing_on = programme.closed_at = programme.emptied_at = programme.paused_at = None
            programmes.rename(session, programme, SLUG, by="a fault", now=self.world.now)

    def _client(self, signed_in: Visitor | None = None) -> FlaskClient:
        """A plain one: whether HTML is tidy after all this is not the question here."""
        made = FlaskClient(self.world.app, self.world.app.response_class)
        if signed_in and (cookie := signed_in.client.get_cookie("session")):
            made.set_cookie("session", cookie.value)
        return made

    def _doors(self) -> Iterator[str]:
        """The pages that links open to one of those who take part."""
        with self.world.read() as session:
            active = select(Membership.person_id).where(Membership.standing == Standing.ACTIVE)
            people = sorted(session.scalars(active))
            programme = self.world.programme(session).id
        if len(people) < 6:
            people += self.world.join_many(6)
        person = self.chance.choice(people)
        for purpose in (Purpose.FULL_PAGE, Purpose.PAGE):
            yield self.world.door(purpose, person)
        yield self.world.door(Purpose.NEXT_ROUND, person, programme)
        yield self.world.path(MessageLink(Purpose.UNSUBSCRIBE, 0), person)
        with self.world.read() as session:
            theirs = select(GroupMember.group_id).where(GroupMember.person_id == person)
            groups = list(session.scalars(theirs.order_by(GroupMember.group_id.desc()).limit(2)))  # type: ignore[attr-defined]
        for group in groups:
            yield self.world.door(Purpose.CONVERSATION, person, group)
            yield self.world.door(Purpose.CHECK_IN, person, group)

    # What they send

    def _look_round(self, role: Guest) -> None:
        """Every page this role is shown: its forms, and its marks."""
        role.forms = []

        def fetch(path: str) -> tuple[str, str]:
            answer = self._open(role.client, "GET", path)
            is_page = answer.status_code == 200 and answer.mimetype == "text/html"
            return path, answer.text if is_page else ""

        for path, page in pages_from(fetch, role.starts, of_a_kind=2):
            role.forms += ((path, form) for form in forms_in(page, path) if form.action.startswith("/"))
        self.kinds.update((role.name, form.kind) for _, form in role.forms)

    def _in_order(self, forms: list[tuple[Guest, str, Form]]) -> list[tuple[Guest, str, Form]]:
        """Shuffled, but one of each kind first, for a short run, and what ends something last."""
        self.chance.shuffle(forms)
        met: Counter[Any] = Counter()
        order = []
        for guest, path, form in forms:
            ends = any(word in form.action for word in ENDS)
            order.append((met[form.kind], ends, len(order), (guest, path, form)))
            met[form.kind] += 1
        return [each for *_, each in sorted(order, key=lambda one: (one[1], one[0], one[2]))]

    def _one(self, role: Guest, path: str, form: Form) -> None:
        self.world.clock.turn(seconds=5)  # a form that comes back at once is a machine's
        self.figures["posts"] += 1
        way = self.chance.random()
        if way < 0.03:
            self._post_to_a_door()
        elif way < 0.07:
            self._open(role.client, "GET", self._address(path))
        elif way < 0.10:
            kind = self.chance.choice(KINDS_OF_BODY)
            self._open(role.client, "POST", form.action, data=self._json(), content_type=kind)
        elif form.multipart:
            self._upload(role, form)
        elif form.method == "GET":
            self._open(role.client, "GET", f"{form.action.partition('?')[0]}?{self._filled(form)}")
        else:
            kind = "application/x-www-form-urlencoded"
            answer = self._open(role.client, "POST", form.action, data=self._filled(form), content_type=kind)
            if 300 <= answer.status_code < 400 and answer.location.startswith("/"):
                self._open(role.client, "GET", answer.location)

    def _filled(self, form: Form) -> str:
        """The form as a browser would send it, but for naughty strings; sometimes out of shape."""
        fields = self._chosen(form.fields)
        naughty = self._naughty_fields(fields)
        pairs = [(one.name, self._next() if one.name in naughty else self._good(one)) for one in fields]
        if self.chance.random() < 0.1 and pairs:
            pairs.remove(self.chance.choice(pairs))
        if self.chance.random() < 0.1 and pairs:
            pairs.append((self.chance.choice(pairs)[0], self._next()))
        if self.chance.random() < 0.05 and pairs:
            name = self.chance.choice(pairs)[0]
            pairs += [(f"{name}[]", b"1"), (f"{name}[x]", b"1"), (f"{name}-0", self._next())]
        return "&".join(
            f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs
        )

    def _chosen(self, fields: tuple[Field, ...]) -> list[Field]:
        """One of the buttons, one of each set of radio buttons, and most of what can be ticked."""
        by_name: dict[tuple[str, str], list[Field]] = {}
        for each in fields:
            by_name.setdefault(
                (each.kind if each.kind in ("radio", "button") else each.name, each.name), []
            ).append(each)
        found = []
        for (kind, _), some in by_name.items():
            found += [self.chance.choice(some)] if kind in ("radio", "button") else some
        return [each for each in found if each.kind != "checkbox" or self.chance.random() < 0.8]

    def _naughty_fields(self, fields: list[Field]) -> set[str]:
        names = [one.name for one in fields if one.kind not in ("hidden", "button", "file")]
        hidden = [one.name for one in fields if one.kind in ("hidden", "button")]
        way = self.chance.random()
        if way < 0.15 and hidden:
            return {self.chance.choice(hidden)}
        if way < 0.30:
            return set(names)
        return {self.chance.choice(names)} if names else set()

    def _good(self, field_: Field) -> bytes:
        if field_.name == "email" and not field_.value:
            return f"person-{self.chance.randrange(10**6)}@example.org".encode()
        return (field_.value or GOOD.get(field_.name, "Words")).encode("utf-8", "surrogatepass")

    def _next(self) -> bytes:
        return next(self._strings)[1]

    def _upload(self, role: Guest, form: Form) -> None:
        number, naughty = next(self._strings)
        cell = '"' + naughty.decode("utf-8", "replace").replace('"', '""') + '"'
        text = FILE.format(cell, number).encode() if self.chance.random() < 0.8 else naughty
        name = (
            next(self._strings)[1]
            .decode("utf-8", "replace")
            .translate({10: None, 13: None, 0: None, 34: "'"})
        )
        parts = {one.name: one.value or "people" for one in self._chosen(form.fields) if one.kind != "file"}
        files = {one.name: (text, name[:200]) for one in form.fields if one.kind == "file"}
        body, kind = _multipart(parts, files)
        answer = self._open(role.client, "POST", form.action, data=body, content_type=kind)
        if answer.status_code == 303:
            self._open(role.client, "GET", answer.location)

    def _json(self) -> bytes:
        naughty = self._next().decode("utf-8", "replace")
        said: Any = self.chance.choice([naughty, [naughty], {naughty: naughty}, None, 1e308, [[]], {"a": {}}])
        return json.dumps(said).encode() if self.chance.random() < 0.8 else self._next()

    def _post_to_a_door(self) -> None:
        door, kind = self.chance.choice(JSON_DOORS), self.chance.choice(KINDS_OF_BODY)
        headers = {"Authorization": "Bearer x", "X-Twilio-Signature": "x"}
        self._open(self._client(), "POST", door, data=self._json(), content_type=kind, headers=headers)

    def _address(self, path: str) -> str:
        """A page's address with one of its parts, or something behind it, put in place by somebody."""
        parts = path.partition("?")[0].split("/")
        parts[self.chance.randrange(1, len(parts))] = quote_from_bytes(self._next()[:500])
        return (
            "/".join(parts)
            + f"?page={quote_from_bytes(self._next()[:200])}&next={quote_from_bytes(self._next()[:200])}"
        )

    # What comes of it

    def _open(self, client: FlaskClient, method: str, address: str, **how: Any) -> TestResponse:
        answer = client.open(address, method=method, base_url=ADDRESS, **how)
        self.figures[f"{answer.status_code // 100}xx"] += 1
        if answer.status_code >= 500:
            self.broken.append(f"{method} {urlsplit(address).path[:80]} {answer.status_code}")
        self.watch.look(address[:80], answer.content_type or "", answer.data, dict(answer.headers))
        return answer

    def _deliver(self) -> None:
        """The worker goes on with what was asked, and everything it sent is looked at."""
        self.world.work()
        with self.world.read() as session:
            for message in session.scalars(select(LocalMessage)):
                headers = {name: str(value) for name, value in json.loads(message.headers).items()}
                self.watch.look(f"a mail, {message.kind}", "text/html", message.html.encode(), headers)
                self.watch.look(f"a calendar, {message.kind}", "text/calendar", message.calendar or b"", {})


def _multipart(fields: dict[str, str], files: dict[str, tuple[bytes, str]]) -> tuple[bytes, str]:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode("utf-8", "replace")
        for name, value in fields.items()
    ]
    parts += [
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n\r\n'.encode(
            "utf-8", "replace"
        )
        + content
        + b"\r\n"
        for name, (content, called) in files.items()
    ]
    return b"".join(parts) + b"--x--\r\n", "multipart/form-data; boundary=x"


class Inline:
    """In place of a worker's thread: what is waited for is done at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def idle(self) -> None:
        self._world.work()


def fault(trial: Trial) -> Outcome:
    with world_of(trial) as world:
        fill(LiveApp("", world, Inline(world)))  # type: ignore[arg-type]
        MUTANTS.get(trial.mutant, lambda app: None)(world.app)
        siege = Siege(trial, world, Random(trial.seed))
        siege.run(trial.size(150, 10_000))
    figures, unescaped = siege.figures, siege.watch.unescaped
    answers = ", ".join(f"{kind} {count:,}" for kind, count in sorted(figures.items()) if kind != "posts")
    wrong = f"; {sorted(set(siege.broken + unescaped))[:8]}" if siege.is_broken else ""
    return Outcome(
        f"{figures['posts']:,} naughty posts over {len(siege.kinds)} forms by role, answered {answers}: "
        f"{len(siege.broken)} × 5xx, {len(siege.watch.seen):,} marks came out again, "
        f"{len(unescaped)} unescaped{wrong}",
        "0 × 5xx, nothing unescaped",
        not siege.is_broken and len(siege.watch.seen) > 0,
    )


def _forgets_to_escape(app: Flask) -> None:
    """The pages of organisers put what they are given into their HTML as it comes."""
    escapes = app.jinja_env.autoescape
    app.jinja_env.autoescape = lambda name: not (name or "").startswith("organise/") and escapes(name)  # type: ignore[operator]
    if app.jinja_env.cache is not None:
        app.jinja_env.cache.clear()


def _lets_an_error_out(app: Flask) -> None:
    """One view takes what is searched for to be a number."""
    view = app.view_functions["organise.everyone"]

    def careless(**values: Any) -> Any:
        int(request.args.get("search") or 0)
        return view(**values)

    app.view_functions["organise.everyone"] = careless


MUTANTS: dict[str, Callable[[Flask], None]] = {
    "pages without escaping": _forgets_to_escape,
    "a view that lets a ValueError out": _lets_an_error_out,
}
