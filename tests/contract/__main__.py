"""Every request our clients make, held against the providers' own OpenAPI documents by Prism.

    make contract SPECS=/folder/of/documents

The documents are not ours to give away: SendGrid publishes its Mail Send API's, Twilio its 2010-04-01 API's.
Each is found in the folder by what it describes. The real clients send one of every kind of message, rendered
as in life, through a Prism with `--errors` that stands before a fake provider: what the document does not
allow, in a request or in an answer of the fake's, is refused. At last each client's request is spoilt on
purpose, and Prism must refuse that too.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from notifications import render
from notifications.errors import ProviderError
from notifications.messages import Channel, Message, Recipient
from notifications.providers.base import Outgoing, OutgoingEmail, OutgoingText, Sent
from notifications.providers.sendgrid import SendGrid, request_for
from notifications.providers.twilio import Twilio
from tests.contract import prism
from tests.support.fake_provider import FakeProvider
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.fake_twilio import FakeTwilio
from tests.support.letters import AMINA, AMINA_BY_TEXT, NOW, SIAN, TOM, everything, links

CALLBACK = "https://unm.example/webhooks/twilio/status"
SERVICE = "MG" + "0" * 32
Request = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Contract:
    """`path` is what the document must describe; `spoilt` a request that it must not allow."""

    name: str
    path: str
    fake: type[FakeProvider]
    asks: Callable[[str], Iterator[Request]]
    spoilt: Callable[[str], requests.Response]


def sendgrid_requests(url: str) -> Iterator[Request]:
    client = SendGrid("SG.key", "Unmentoring <hello@unm.example>", url)
    letters = list(_emails())
    for letter in letters:
        yield f"mail/send, {letter.kind}", lambda letter=letter: client.send(letter)
    for kind in sorted({letter.kind for letter in letters if client.alike(letter)}):
        one = next(letter for letter in letters if letter.kind == kind)
        many = [replace(one, id=n, to=f"p{n}@example.org") for n in range(1, client.batch_size + 1)]
        yield f"mail/send, {len(many):,} × {kind}", lambda many=many: client.send_many(many)


def spoilt_for_sendgrid(url: str) -> requests.Response:
    body = request_for(next(_emails()), "hello@unm.example")
    body["personalizations"][0]["to"] = "amina@leeds.example"  # a list of people, says the document
    headers = {"Authorization": "Bearer SG.key"}
    return requests.post(f"{url}/v3/mail/send", json=body, headers=headers, timeout=20)


def twilio_requests(url: str) -> Iterator[Request]:
    account = FakeTwilio.account
    senders = {"a number": "+447700900000", "a name": "Unmentoring", "a service": SERVICE}
    clients = {
        name: Twilio(account, "token", sender, CALLBACK, url) for name, sender in senders.items()
    }  # fmt: skip
    client = clients["a number"]
    texts = list(_texts())
    for text in texts:
        yield f"Messages create, {text.kind}", lambda text=text: client.send(text)
    for name, each in clients.items():
        yield f"Messages create, from {name}", lambda each=each: each.send(texts[0])
    yield "Messages list, by number", lambda: client.look_up(texts[0], NOW)
    yield "Messages list, by day", lambda: client.inbound_between(NOW, NOW)
    sent = Sent("SM" + "0" * 32, 7, 1)
    yield "Messages fetch", lambda: client.outcome(sent, NOW)


def spoilt_for_twilio(url: str) -> requests.Response:
    where = f"{url}/2010-04-01/Accounts/{FakeTwilio.account}/Messages.json"
    to_nobody = {"Body": "hello", "From": "+447700900000"}
    return requests.post(where, data=to_nobody, auth=(FakeTwilio.account, "token"), timeout=20)


CONTRACTS = (
    Contract("SendGrid", "/v3/mail/send", FakeSendGrid, sendgrid_requests, spoilt_for_sendgrid),
    Contract(
        "Twilio", "/2010-04-01/Accounts/{AccountSid}/Messages.json", FakeTwilio, twilio_requests,
        spoilt_for_twilio,
    ),
)  # fmt: skip


def _emails() -> Iterator[OutgoingEmail]:
    for made in _rendered(AMINA):
        if isinstance(made, OutgoingEmail):
            yield made


def _texts() -> Iterator[OutgoingText]:
    for made in _rendered(AMINA_BY_TEXT):
        if isinstance(made, OutgoingText):
            yield made


def _rendered(to: Recipient) -> Iterator[Outgoing]:
    """One of every kind that travels this way, to a pair and to a three."""
    for number, message in enumerate((*everything(TOM), *everything(TOM, SIAN)), start=1):
        if to.channel in message.channels:
            yield _outgoing(number, message, to)


def _outgoing(number: int, message: Message, to: Recipient) -> Outgoing:
    answers = f"r.{number}.token@in.unm.example" if message.replies else None
    made = render.render(message, to, links, NOW, reply_to=answers, texts_take_replies=True)
    if to.channel is Channel.SMS:
        return OutgoingText(number, 1, message.kind, to.phone or "", made.sms or "")
    return OutgoingEmail(
        number, 1, message.kind, to.email or "", to.name, made.subject, made.text, made.html, made.reply_to,
        made.headers, made.calendar, made.calendar_method,
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments and arguments[0] else None
    if folder is None or not folder.is_dir():
        print(
            "make contract SPECS=/folder: give the folder with the providers' OpenAPI documents (JSON).\n"
            "SendGrid publishes its Mail Send API's, Twilio its 2010-04-01 API's.",
            file=sys.stderr,
        )
        return 2
    documents = sorted(folder.rglob("*.json"))
    return max([_check(contract, _describing(contract, documents)) for contract in CONTRACTS])


def _describing(contract: Contract, documents: list[Path]) -> Path | None:
    return next((each for each in documents if contract.path in _paths(each)), None)


def _check(contract: Contract, document: Path | None) -> int:
    if document is None:
        print(f"{contract.name}: no document here describes {contract.path}")
        return 1
    node = prism.install()
    fake = contract.fake()
    with tempfile.TemporaryDirectory() as scratch, fake.serving():
        log = Path(scratch) / "prism.log"
        with prism.between(node, document, fake.url, log) as url:
            good, bad = 0, 0
            for name, ask in contract.asks(url):
                wrong = _refused(ask)
                good, bad = good + (not wrong), bad + bool(wrong)
                print(f"{contract.name}: {name}: {wrong or 'as described'}")
            if bad:
                print(*(line for line in log.read_text().splitlines() if "iolation" in line), sep="\n")
            caught = contract.spoilt(url).status_code == 422
    print(
        f"{contract.name}, by {document.name}: {good} requests and their answers as described, {bad} not; "
        f"a request that is wrong on purpose is {'refused' if caught else 'LET THROUGH'}"
    )
    return 0 if good and caught and not bad else 1


def _paths(document: Path) -> set[str]:
    try:
        described = json.loads(document.read_text())
    except ValueError:
        return set()
    return set(described.get("paths", ())) if isinstance(described, dict) else set()


def _refused(ask: Callable[[], object]) -> str:
    try:
        ask()
    except ProviderError as error:
        said = getattr(error.__cause__, "body", None) or error.__cause__ or ""
        return f"NOT AS DESCRIBED: {error} {said!s:.1000}"
    return ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
