"""Many start programmes at once: 64 founders who press in one moment, half of them for one address, and a
program that fills in the form a thousand times and presses behind every letter it gets.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlmodel import Session, col, func, select

from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.together import together
from tests.support.world import World
from web.app import create_app
from web.http.context import KEY
from web.models import Organiser, OrganiserRole, Programme, ProgrammeRequest, Request, RequestKind, Role
from web.models.starting import StartState
from web.services.common import allowances, programmes
from web.services.incoming import form_requests

SLOWLY = 30  # seconds between opening the form and sending it
A_DAY_FROM_A_NETWORK = 3
ALPHABET = "abcdefghjkmpqrtuwxy"  # letters that nobody takes for another


def fault(trial: Trial) -> Outcome:
    """No programme without a founder who pressed, and never an error of ours."""
    founders, forms = trial.size(16, 64), trial.size(80, 1_000)
    said: Counter[int] = Counter()
    with world_of(trial) as world, MISTAKES.get(trial.mutant, _none)():
        names = [f"f{number}" for number in range(founders)]
        for number, name in enumerate(names):
            _fill_in(
                world,
                world.app,
                name,
                "wanted" if number % 2 else _slug(number),
                f"198.51.100.{number}",
                said,
            )
        world.work()
        unconfirmed = _begun(world)
        doors = [(_door(world, name), f"198.51.100.{number}") for number, name in enumerate(names)]
        said.update(_statuses(together(founders, lambda number: _press(world, world.app, *doors[number]))))
        of_founders = _begun(world) - unconfirmed
        wanted = _called(world, "wanted")
        bots = _bots(world, forms, said)
        orphans = _without_founder(world)
    expected = founders // 2 + 1
    return Outcome(
        f"{founders} founders at once: {unconfirmed} begun before a press, {of_founders} after, {wanted} of "
        f"them at the address that half wanted; {forms:,} forms of one network: {bots} begun; {orphans} "
        f"programmes without a founder who confirmed; answers {dict(sorted(said.items()))}",
        f"0 before a press; {expected} after, 1 at that address; at most {A_DAY_FROM_A_NETWORK} of one "
        "network; 0 without a founder; no answer of 500 or more",
        (unconfirmed, of_founders, wanted, orphans) == (0, expected, 1, 0)
        and bots <= A_DAY_FROM_A_NETWORK
        and max(said) < 500,
    )


def _bots(world: World, forms: int, said: "Counter[int]") -> int:
    """One network, a mailbox for each form, and the limits of a real installation. How many it began."""
    before, settings = _begun(world), world.worker.settings
    app = create_app(settings, clock=world.clock)
    app.extensions[KEY].database.dispose()
    app.extensions[KEY] = world.app.extensions[KEY]
    names = [f"bot{number}" for number in range(forms)]
    for number, name in enumerate(names):
        _fill_in(world, app, name, f"bots-{_slug(number)}", "203.0.113.9", said)
    world.work()
    for name in names:
        if door := _door(world, name):
            said.update(_statuses([_press(world, app, door, "203.0.113.9")]))
    return _begun(world) - before


def _fill_in(world: World, app: Any, name: str, slug: str, network: str, said: "Counter[int]") -> None:
    client, there = app.test_client(), {"REMOTE_ADDR": network}
    page = client.get("/start", environ_overrides=there).text
    world.clock.turn(seconds=SLOWLY)
    fields = {
        "name": f"Programme of {name}",
        "slug": slug,
        "email": f"{name}@founders.example",
        "why": "People work alone.",
        "started": _value(page, "started"),
        "csrf_token": _value(page, "csrf_token"),
    }
    said[client.post("/start", data=fields, environ_overrides=there).status_code] += 1


def _press(world: World, app: Any, door: str, network: str) -> int:
    client, there = app.test_client(), {"REMOTE_ADDR": network}
    token = _value(client.get(door, environ_overrides=there).text, "csrf_token")
    return client.post(door, data={"csrf_token": token}, environ_overrides=there).status_code


def _statuses(answers: list[Any]) -> list[int]:
    """An exception is an error of ours."""
    return [answer if isinstance(answer, int) else 599 for answer in answers]


def _value(page: str, field: str) -> str:
    return page.partition(f'name="{field}"')[2].partition('value="')[2].partition('"')[0]


def _door(world: World, name: str) -> str:
    """The path in the letter that somebody has; nothing where none came."""
    letters = world.inbox(f"{name}@founders.example", "start_confirm")
    return world.link_in(letters[0], "/start/confirm/") if letters else ""


def _slug(number: int) -> str:
    """Different for each number, and not taken for another's."""
    letters = ""
    while number or not letters:
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return f"n{letters}"


def _begun(world: World) -> int:
    with world.read() as session:
        return session.exec(select(func.count()).select_from(Programme)).one() - 1


def _called(world: World, slug: str) -> int:
    with world.read() as session:
        return session.exec(select(func.count()).where(Programme.slug == slug)).one()


def _without_founder(world: World) -> int:
    """Programmes that no confirmed request led to, or that their founder does not own."""
    owned = (
        select(ProgrammeRequest.programme_id)
        .join(OrganiserRole, OrganiserRole.programme_id == ProgrammeRequest.programme_id)
        .join(Organiser, Organiser.id == OrganiserRole.organiser_id)
        .where(
            ProgrammeRequest.state == StartState.APPROVED,
            OrganiserRole.role == Role.OWNER,
            Organiser.email_key == ProgrammeRequest.email_key,
        )
    )
    with world.read() as session:
        orphans = select(func.count()).where(Programme.slug != world.slug, col(Programme.id).not_in(owned))
        return session.exec(orphans).one()


@contextmanager
def _none() -> Iterator[None]:
    yield


@contextmanager
def _believes_the_form() -> Iterator[None]:
    """The form begins the programme; the letter only tells of it."""
    answer = form_requests.ANSWERS[RequestKind.START]

    def begins(session: Session, request: Request, **other: Any) -> None:
        answer(session, request, **other)
        if not _taken(session, request.details["slug"]):
            told = request.details
            programmes.add(session, told["slug"], told["name"], contact=told["contact"], by="form", **other)

    with mock.patch.dict(form_requests.ANSWERS, {RequestKind.START: begins}):
        yield


def _taken(session: Session, slug: str) -> bool:
    return session.exec(select(Programme.id).where(Programme.slug == slug)).first() is not None


@contextmanager
def _counts_nothing() -> Iterator[None]:
    """A network, and a mailbox, may begin as many as they like."""
    with mock.patch.object(allowances, "take", return_value=True):
        yield


MISTAKES: dict[str, Callable[[], Any]] = {
    "believes the form": _believes_the_form,
    "counts nothing": _counts_nothing,
}
