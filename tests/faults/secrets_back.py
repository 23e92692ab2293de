"""Letters of ours come back in every dress, and people press what they press: nothing of ours gets out.

A run is a few answers, forms and presses of six people and their organiser, at random. Then whatever anybody
but the letter's own reader can see is searched for the tokens, answer addresses and codes of the letters that
were quoted: public pages, the feed, digests and thanks as they are queued, exports, an organiser's pages, and
the log.
"""

import html
import io
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from urllib.parse import unquote

import structlog
from flask.testing import FlaskClient
from lxml import html as html_of
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from notifications import secrets
from notifications.messages import Channel
from notifications.tables import OutboxMessage, OutboxNamed, Reply
from tests.faults import quotes
from tests.faults.quotes import BY_MAIL, Letter, Quoter
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support import fake_twilio
from tests.support.world import PUBLIC, World
from web import logs
from web.models import CheckIn, Learning, LearningState, Purpose, Report
from web.models.complaints import Complaint
from web.providers import SENDGRID_INBOUND, TWILIO_INBOUND
from web.services.common import phone_numbers, web_links
from web.services.incoming import replies
from web.services.people import phone_codes

TOKEN = "an-auth-token"
PHONES = ("+447700900101", "+447700900102")
WORDS = (
    "We share a bin lorry now.", "Met. Their library lends tools.", "Met", "Yes, thanks", "ok", "Not yet",
    "Who is my partner again?", "Ask the crews before you draw the map.", "Hi Tom, is Tuesday at 2pm good?",
)  # fmt: skip
HERE = "/organise/councils"
WITH_WORDS = (
    "/p/councils/", "/p/councils/learning", "/p/councils/learning.atom", f"{HERE}/learning",
    f"{HERE}/replies", f"{HERE}/reports",
)  # fmt: skip
# What takes time and holds nothing that people write is looked at now and then.
OTHERS, HOW_OFTEN = (
    "/p/councils/dates.ics", "/p/councils/how-we-match", f"{HERE}/audit", f"{HERE}/evidence/rounds.csv",
    f"{HERE}/evidence/organisations.csv", f"{HERE}/evidence/ties.csv", f"{HERE}/evidence/network.graphml",
), 0.1  # fmt: skip
BY_LINES = "reads each line by itself"
SEARCHED = 20  # of a secret's last letters: those that prove it
BETWEEN = re.compile(r"\\[nrt]|[\s>|=\"]+")  # what a broken line has within a secret


@dataclass
class Story:
    """One world in which run after run begins anew."""

    trial: Trial
    world: World
    log: io.StringIO
    chance: Random
    people: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def styles(self) -> tuple[Quoter, ...]:
        """A mistake about broken lines shows where lines are broken."""
        return (quotes.folded,) if self.trial.mutant == BY_LINES else BY_MAIL

    def begin(self) -> None:
        """Six people have been introduced, two of them by text, and asked whether they met."""
        for place in range(6):
            texts = {"phone": PHONES[place], "channel": Channel.SMS, "verified": True} if place < 2 else {}
            self.people.append(self.world.join(**texts))
        with self.world.write() as session:
            someone = session.get_one(type(self.world.person(self.people[2])), self.people[2])
            number, now = "+447700900199", self.world.now
            phone_numbers.give(session, someone, number)
            programme, signer = self.world.programme(session), self.world.worker.signer
            phone_codes.send_code(session, someone, number, programme, signer=signer, now=now)
        self.world.work()
        # The form of complaints knows programs by their haste: this one is filled in two weeks later.
        self.opened = self._hidden(self.world.app.test_client(), "/complaint", "started")
        self.world.round()
        self.world.clock.turn(days=14, hours=1)
        self.world.work()
        self.letters = [found for person in self.people for found in self._letters_of(person)]
        self.organiser: FlaskClient = self.world.organiser().client
        self.token = self._token(self.organiser)

    def _letters_of(self, person: str) -> Iterator[Letter]:
        known = self.world.person(person)
        for address in filter(None, (known.email, known.phone)):
            for received in self.world.inbox(address):
                found = quotes.letter(person, received)
                if found.secrets:
                    yield found

    def _token(self, client: FlaskClient) -> str:
        return self._hidden(client, "/my-page", "csrf_token")

    def _hidden(self, client: FlaskClient, page: str, name: str) -> str:
        """The value of a field that nobody sees."""
        form = html_of.fromstring(FlaskClient.open(client, page).get_data(as_text=True))
        return str(form.xpath(f"//input[@name='{name}']/@value")[0])

    def run(self, number: int) -> None:
        self._forget()
        one = self._some_letter()
        quoted = [one]
        for _ in range(self.chance.randrange(1, 4)):
            self._answer(one, f"{number}-{self.done.total()}")
            one = self.chance.choice([one, self._some_letter()])
            quoted.append(one)
        for press in self.chance.sample(PRESSES, self.chance.randrange(2, len(PRESSES) + 1)):
            press(self, one)
        self._search({secret for each in quoted for secret in each.secrets}, one.person, number)
        self._count()

    def _some_letter(self) -> Letter:
        person = self.chance.choice(self.people)
        return self.chance.choice([one for one in self.letters if one.person == person])

    def _count(self) -> None:
        """What came of a run, so that it is known to have tried something."""
        with self.world.read() as session:
            states = session.scalars(select(Learning.state)).all()
            digests = session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "digest")).all()
            tables = (("replies", Reply), ("reports", Report), ("complaints", Complaint))
            kept = {name: len(session.scalars(select(table.id)).all()) for name, table in tables}
        self.done.update(kept)
        self.done["published"] += sum(state is LearningState.PUBLISHED for state in states)
        self.done["digests"] += bool(digests)

    def _forget(self) -> None:
        """What earlier runs left; letters, people and their groups stay."""
        with self.world.write() as session:
            made = select(OutboxMessage.id).where(
                OutboxMessage.kind.in_(["digest", "thanks", "text_answer", "reported", "my_link"])  # type: ignore[attr-defined]
            )
            session.execute(delete(OutboxNamed).where(OutboxNamed.message_id.in_(made)))  # type: ignore[attr-defined]
            session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(made)))  # type: ignore[union-attr]
            for table in (Learning, CheckIn, Reply, Report, Complaint):
                session.execute(delete(table))
        self.log.seek(0)
        self.log.truncate()

    # What people do

    def _answer(self, one: Letter, name: str) -> None:
        said = self.chance.choice(WORDS)
        if quotes.is_by_text(one) and self.chance.random() < 0.8:
            self._text(one, quotes.by_text(one, said, self.chance), name)
        elif self.chance.random() < 0.7:
            self._mail(one, self.chance.choice(self.styles)(one, said, self.chance), name)
        else:
            self._check_in(one, said)

    def _mail(self, one: Letter, fields: dict[str, bytes], name: str) -> None:
        key = self.world.worker.signer.inbound_secrets()[0]
        to = one.answer_to if self.chance.random() < 0.8 else self._question_of(one.person)
        sender = self.world.person(one.person).email or "someone@example.org"
        more = {
            "to": to, "from": sender, "headers": f"Message-ID: <{name}@example.org>",
            "envelope": '{"from": "someone@example.org"}',
        }  # fmt: skip
        boundary = b"xYzZY"
        body = b"".join(
            b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (boundary, key_.encode(), value)
            for key_, value in (*fields.items(), *((key_, text.encode()) for key_, text in more.items()))
        )
        kind = f"multipart/form-data; boundary={boundary.decode()}"
        self._post(f"{SENDGRID_INBOUND}?key={key}", body + b"--%s--\r\n" % boundary, content_type=kind)
        self.done["mails"] += 1

    def _question_of(self, person: str) -> str:
        """Where "did you meet?" is answered, whichever letter is quoted."""
        found = [one for one in self.letters if one.person == person and one.received.kind == "check_in"]
        return found[0].answer_to if found else "hello@in.example.org"

    def _text(self, one: Letter, words: str, name: str) -> None:
        sender = self.world.person(one.person).phone or PHONES[0]
        form = {"MessageSid": f"SM{name}", "From": sender, "Body": words}
        fields = {key: [value] for key, value in form.items()}
        signature = fake_twilio.sign(PUBLIC + TWILIO_INBOUND, fields, TOKEN)
        self._post(TWILIO_INBOUND, form, headers={"X-Twilio-Signature": signature})
        self.done["texts"] += 1

    def _check_in(self, one: Letter, said: str) -> None:
        link = self.chance.choice(quotes.A_LINK.findall(one.words) or [""])
        form = {
            "answer": "met", "text": f"{said} {quotes.snippet(one, self.chance)}",
            "link": link if self.chance.random() < 0.2 else "",
            "showing": self.chance.choice(["with name", "without name", "no"]),
        }  # fmt: skip
        group = self.world.group_of(one.person)
        self._press_as_guest(self.world.door(Purpose.CHECK_IN, one.person, group), form)
        self.done["check-ins"] += 1

    def report(self, one: Letter) -> None:
        group = self.world.group_of(one.person)
        door = self.world.door(Purpose.CONVERSATION, one.person, group)
        partner = self.world.partners_of(one.person)[0]
        text = f"He sold me this: {quotes.snippet(one, self.chance)}"
        self._press_as_guest(f"{door}/report", {"text": text, "about": partner})

    def complain(self, one: Letter) -> None:
        text = f"Who sends me this? {quotes.snippet(one, self.chance)}"
        form = {"programme": "councils", "about": "other", "text": text, "started": self.opened}
        self._press_as_guest("/complaint", form)

    def publish(self, one: Letter) -> None:
        """Each learning that waits, and sometimes in an edit into which more of a letter is pasted."""
        with self.world.read() as session:
            rows = session.execute(select(Learning.id, Learning.text, Learning.version)).all()
        for number, text, version in rows:
            more = f" {quotes.snippet(one, self.chance)}" if self.chance.random() < 0.3 else ""
            form = {f"l{number}-text": f"{text}{more}"[:1000], f"l{number}-version": version}
            self._press(f"{HERE}/learning/{number}/publish", form)

    def take_for_learnings(self, _: Letter) -> None:
        with self.world.read() as session:
            numbers = session.scalars(select(Reply.id)).all()
        for number in numbers:
            self._press(f"{HERE}/replies/{number}/learning", {})

    def digest(self, _: Letter) -> None:
        self._press(f"{HERE}/learning/digest/1", {})

    def _press(self, address: str, form: dict[str, object]) -> None:
        FlaskClient.open(self.organiser, address, method="POST", data=form | {"csrf_token": self.token})
        self.done["presses"] += 1

    def _press_as_guest(self, address: str, form: dict[str, str]) -> None:
        client = self.world.app.test_client()
        said = form | {"csrf_token": self._token(client)}
        FlaskClient.open(client, address, method="POST", data=said)
        self.done["presses"] += 1

    def _post(self, address: str, body: object, **how: object) -> None:
        FlaskClient.open(self.world.app.test_client(), address, method="POST", data=body, **how)  # type: ignore[arg-type]

    # What can be seen of it

    def _search(self, found: set[str], person: str, number: int) -> None:
        keys = {secret[-SEARCHED:].casefold(): secret for secret in found}
        for where, text in self._everything(person):
            seen = _squeezed(text)
            for key, secret in keys.items():
                at_edges = rf"(?<!\d){key}(?!\d)" if key.isdigit() else re.escape(key)
                if re.search(at_edges, seen):
                    self.leaks.append(f"run {number}: {secret[:6]}… in {where}")
        self.done["runs"] += 1

    def _everything(self, person: str) -> Iterator[tuple[str, str]]:
        for address in WITH_WORDS:
            yield address, self._get(address).get_data(as_text=True)
        door = self.world.page_of(person, full=True)
        yield "what somebody takes away", self._get(f"{door}/my-data.json").get_data(as_text=True)
        if self.chance.random() < HOW_OFTEN:
            yield from self._other_things(door)
        with self.world.read() as session:
            queued = session.scalars(
                select(OutboxMessage.payload).where(OutboxMessage.kind.in_(["digest", "thanks"]))  # type: ignore[attr-defined]
            )
            yield "a letter that is queued", " ".join(payload or "" for payload in queued)
            held = session.scalars(select(Complaint.text)).all() + session.scalars(select(Reply.text)).all()
            yield "what is kept", " ".join(held)
        yield "the log", self.log.getvalue()

    def _other_things(self, door: str) -> Iterator[tuple[str, str]]:
        for address in OTHERS:
            yield address, self._get(address).get_data(as_text=True)
        form = {"csrf_token": self.token}
        people = FlaskClient.open(self.organiser, f"{HERE}/people/export", method="POST", data=form)
        yield "the list of people", people.get_data(as_text=True)
        with zipfile.ZipFile(io.BytesIO(self._get(f"{door}/my-data.zip").data)) as file:
            yield "their spreadsheets", " ".join(file.read(name).decode() for name in file.namelist())

    def _get(self, address: str) -> TestResponse:
        answer = FlaskClient.open(self.organiser, address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer


def _squeezed(text: str) -> str:
    """With broken lines put together, and signs of addresses and pages as letters."""
    return BETWEEN.sub("", html.unescape(unquote(unquote(text)))).casefold()


PRESSES: tuple[Callable[[Story, Letter], None], ...] = (
    Story.report, Story.complain, Story.take_for_learnings, Story.publish, Story.digest,
)  # fmt: skip


UNTIL_CAUGHT = 500  # runs at most
TRIED = ("mails", "texts", "check-ins", "replies", "published", "digests", "reports", "complaints")


def fault(trial: Trial) -> Outcome:
    settings = {"inbound_domain": "in.example.org", "twilio_auth_token": TOKEN}
    with _log() as log, world_of(trial, **settings) as world, _mistake(trial.mutant):
        story = Story(trial, world, log, Random(trial.seed))
        story.begin()
        for number in range(UNTIL_CAUGHT if trial.mutant else trial.size(25, 5000)):
            story.run(number)
            if trial.mutant and story.leaks:
                break
    done, leaks = story.done, story.leaks
    wrong = f"; {leaks[:5]}" if leaks else ""
    return Outcome(
        f"{done['runs']:,} runs over {len(story.letters)} letters: {done['mails']:,} mails, "
        f"{done['texts']:,} texts and {done['check-ins']:,} check-ins; {done['replies']:,} answers kept, "
        f"{done['published']:,} learnings published, {done['digests']:,} digests, "
        f"{done['reports']:,} reports, {done['complaints']:,} complaints: {len(leaks)} secrets seen{wrong}",
        "none seen anywhere",
        not leaks and all(done[tried] for tried in TRIED),
    )


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """What is logged from here on, with everything that is said for information."""
    before, said = structlog.get_config(), io.StringIO()
    with redirect_stderr(said):
        structlog.configure(**before | {"logger_factory": structlog.PrintLoggerFactory(sys.stderr)})
        structlog.configure(processors=[*logs.SAID_WITH_EACH, *logs.AS_LINE])
        try:
            yield said
        finally:
            structlog.configure(**before)


@contextmanager
def _mistake(mutant: str) -> Iterator[None]:
    honest = secrets.without, secrets._unfolded, replies.web_links  # type: ignore[attr-defined]
    if mutant == "trusts the cut of quotations":
        secrets.without = _as_it_is
    elif mutant == "keeps answers as they come":
        as_they_come = vars(web_links) | {"for_others": _as_it_is}
        replies.web_links = SimpleNamespace(**as_they_come)  # type: ignore[assignment,attr-defined]
    elif mutant == BY_LINES:
        secrets._unfolded = lambda text: ("", [])
    try:
        yield
    finally:
        secrets.without, secrets._unfolded, replies.web_links = honest  # type: ignore[attr-defined]


def _as_it_is(text: str) -> str:
    return text


MUTANTS = ("trusts the cut of quotations", "keeps answers as they come", BY_LINES)
