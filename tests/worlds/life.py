"""Living in an installation: every route as everybody, one person's whole journey, every kind of message."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta

from sqlmodel import col, select

from notifications import outbox
from notifications.messages import Channel, Link, Message, Recipient
from tests.support import letters
from tests.support.access import HIDDEN
from tests.support.knocking import Knock, knock_everywhere, sample_in
from tests.support.visitor import Visitor
from tests.support.world import NAME, SLUG
from tests.worlds.arrivals import until
from tests.worlds.running import Running
from web.forms.open import QUICKEST_SECONDS
from web.models import Person, Purpose
from web.services.common.links import ROOMS, open_page

# What each does to the sample leaves enough for the next.
IN_ORDER = (
    "stranger", "another programme's owner", "viewer", "participant", "organiser", "owner", "operator",
)  # fmt: skip
BEFORE_THE_FIRST_STEP = 2  # of them have knocked while the forms are filled in
AMINA, TOM, SIAN = "amina@leeds.example.org", "tom@kirklees.example.org", "sian@gwynedd.example.org"
NUMBER = "+447700900144"
LEARNED = "Kirklees shares its vans."


# Of all doors those at which somebody knocks, by their place in `IN_ORDER`.
Doors = Callable[[int], slice]


def every_door(_who: int) -> slice:
    return slice(None)


@dataclass
class Lived:
    """What was found. A route is counted once for each method and each of `IN_ORDER`."""

    knocks: list[Knock] = field(default_factory=list)
    kinds: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def opened(self) -> int:
        return sum(knock.is_as_decided for knock in self.knocks)

    @property
    def errors(self) -> list[str]:
        return sorted({f"{knock.status} {knock.route}" for knock in self.knocks if knock.status >= 500})

    @property
    def wrong(self) -> list[str]:
        return [
            f"{knock.route}: {knock.status}, {knock.found}, not {knock.decided}"
            for knock in self.knocks
            if not knock.is_as_decided
        ]

    @property
    def findings(self) -> list[str]:
        """Everything that is not as it should be, for reading."""
        return [*self.wrong, *self.faults]


def live(made: Running, lived: Lived, doors: Doors = every_door) -> None:
    """Write into `lived` what is found; raises AssertionError where the journey cannot go on."""
    made.world.start(SLUG, NAME)
    made.launch()
    journey = Journey(made)
    journey.add_programme()  # while its processes load
    made.wait_until_ready()
    journey.open_forms()
    sample = sample_in(made.world)
    waiting = queue_every_kind(made)
    sample.sign_in_the_spare()
    journey.sign_in()
    steps = journey.steps()
    for number, who in enumerate(IN_ORDER):
        knocks = knock_everywhere(sample, who, doors(number))
        lived.knocks += (as_decided_here(made, knock) for knock in knocks)
        if number >= BEFORE_THE_FIRST_STEP:
            next(steps, None)  # its messages are on their way while the next one knocks
    for _ in steps:
        pass
    lived.kinds = wait_for_every_kind(made, waiting)
    lived.faults += [f"a process ended with {status}" for status in made.end() if status]
    lived.faults += [f"others may read {name}" for name in made.open_files()]
    lived.faults += odd_lines(made.logs())


def as_decided_here(made: Running, knock: Knock) -> Knock:
    """The outbox is not there at all where no message stays on this machine."""
    if knock.endpoint.startswith("outbox.") and not made.world.worker.settings.has_outbox:
        return replace(knock, decided=HIDDEN)
    return knock


# Every kind of message


def queue_every_kind(made: Running) -> set[str]:
    """One of each kind on each of its channels, each to somebody else; to whom."""
    to = set()
    with made.world.write() as session:
        for number, message in enumerate(letters.everything()):
            for channel in sorted(message.channels):
                if channel is Channel.SMS and not made.installation.sends_texts:
                    continue
                reader = Recipient(
                    f"{number:08x}",
                    "Amina Shah",
                    channel,
                    f"kind-{number}@example.org",
                    f"+4477009002{number:02}",
                )
                order = outbox.Order(with_our_links(message), reader, f"kind {number} {channel}")
                outbox.queue_all(session, [order], now=made.world.now)
                to.add(reader.email if channel is Channel.EMAIL else reader.phone)
    return to


def with_our_links(message: Message) -> Message:
    """The samples link to doors that other rooms invented."""
    known = {*Purpose, *ROOMS}
    ours = {
        each.name: open_page(f"/p/{SLUG}/")
        for each in fields(message)
        if isinstance(link := getattr(message, each.name), Link) and link.purpose not in known
    }
    return replace(message, **ours)


def wait_for_every_kind(made: Running, to: set[str]) -> int:
    until(lambda: to <= {one.to for one in made.post.all()}, "one of every kind of message")
    return len(to)


# The journey


@dataclass
class Journey:
    """Three people and an organiser, by pages and messages alone; one by text where texts go out."""

    made: Running
    slug: str = "localgov"
    door: str = ""
    pages: dict[str, Visitor] = field(default_factory=dict)

    def add_programme(self) -> None:
        who = ("--contact", "hello@localgov.example.org", "--owner", "lena@localgov.example.org")
        said = self.made.command("programme", "add", self.slug, "--name", "LocalGov Unmentoring", *who)
        self.door = next(word for word in said.split() if "/organise/sign-in/" in word)
        assert self.door.startswith(self.made.site.address), self.door

    def open_forms(self) -> None:
        """Long before they are sent: a form that comes back at once is a program's."""
        self.made.world.visitor().open(f"/p/{self.slug}")  # the slash is added by a redirect
        for email in (SIAN, AMINA, TOM):
            self.pages[email] = self.made.world.visitor().open(f"/p/{self.slug}/join")
        self.opened_at = self.made.world.now

    def sign_in(self) -> None:
        self.organiser = self.made.world.visitor().open(self.door).press("Sign in")

    def is_a_person_s(self) -> bool:
        """Their stamp is in whole seconds."""
        return self.made.world.now - self.opened_at > timedelta(seconds=QUICKEST_SECONDS + 1)

    def steps(self) -> Iterator[None]:
        """One after the other; what each has sent is awaited by the next."""
        until(self.is_a_person_s, "the time in which somebody fills in a form")
        by_text = self.made.installation.sends_texts
        texts = {"phone": NUMBER, "channel": "sms"} if by_text else {}
        self.join(SIAN, "Siân Rees", "Cyngor Gwynedd", **texts)
        self.join(AMINA, "Amina Yusuf", "Leeds City Council")
        self.join(TOM, "Tom Field", "Kirklees Council")
        yield
        for email in self.pages:
            self.confirm(email)
        yield
        if by_text:
            self.confirm_number()
        self.send_a_round()
        yield
        self.answer(AMINA, self.made.post.link(AMINA, "/checkin/"))
        if by_text:
            text = self.made.world.visitor().open(self.made.post.link(NUMBER, "/m/"))
            assert text.heading.startswith("Meet "), text.heading
        self.publish()
        self.erase()

    def join(self, email: str, name: str, organisation: str, **other: str) -> None:
        page = self.pages[email]
        page.press(
            "Join LocalGov Unmentoring",
            name=name,
            email=email,
            organisation=organisation,
            agree=True,
            **other,
        )
        assert page.path.endswith("/check-your-messages"), (page.path, page.mistakes)

    def confirm(self, email: str) -> None:
        page = self.pages[email]
        page.open(self.made.post.link(email, "/confirm/")).press("Yes, I am in")
        assert page.status == 200, page.text

    def confirm_number(self) -> None:
        page, code = self.pages[SIAN], self.made.post.words(NUMBER, r"\b(\d{6})\b")
        page.open(f"{own_page(page)}/phone").press("Confirm my number", code=code)
        assert page.status == 200, page.text

    def send_a_round(self) -> None:
        organiser = self.organiser.open(f"/organise/{self.slug}/")
        organiser.press(one_that_begins(organiser, "Draw a round"))
        organiser.press(one_that_begins(organiser, "Send "))
        assert "on their way" in organiser.text, organiser.text

    def answer(self, email: str, door: str) -> None:
        page = self.made.world.visitor().open(f"{door}?answer=met")
        page.press("Tell us", text=LEARNED, showing="with name")
        assert page.heading == "Thank you", page.text

    def publish(self) -> None:
        self.organiser.open(f"/organise/{self.slug}/learning").press("Publish")
        wall = self.made.world.visitor().open(f"/p/{self.slug}/learning")
        assert LEARNED in wall.text, wall.text

    def erase(self) -> None:
        """By the page that opened when she confirmed: it is as good as her mailbox for two hours."""
        page = self.pages[AMINA]
        page.open(f"{own_page(page)}/erase").press("Erase everything about me")
        assert page.status == 200, page.text
        with self.made.world.read() as session:
            left = session.scalars(select(Person.email).where(col(Person.email).is_not(None))).all()
        assert (AMINA in left, TOM in left) == (False, True), left


def own_page(page: Visitor) -> str:
    """/me/ and the token, from any page below it."""
    return "/".join(page.path.split("/")[:3])


def one_that_begins(page: Visitor, words: str) -> str:
    found = [button for button in page.buttons if button.startswith(words)]
    assert found, (page.path, page.buttons)
    return found[0]


def odd_lines(log: str) -> Iterator[str]:
    """Lines that are not JSON, tell of an error, or name somebody: none may."""
    for line in log.splitlines():
        if not line.startswith("{"):
            yield f"logged, not as JSON: {line}"
        elif "Traceback" in line or '"level": "error"' in line:
            yield f"logged: {line[-500:]}"
        elif any(known in line for known in (AMINA, TOM, SIAN, NUMBER, "Amina", "@example.org")):
            yield f"logged, with somebody in it: {line}"
