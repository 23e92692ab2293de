"""SendGrid's mail/send and its signed Event Webhook, as its reference describes them."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.fake_provider import Answer, Call, FakeProvider


@dataclass
class FakeSendGrid(FakeProvider):
    """`letters` are the requests it took, in order; the n-th was given the id `sg-n`. `misread` are readers
    whose name it took for addresses: it drops their letters later.
    """

    letters: list[dict[str, Any]] = field(default_factory=list)
    misread: list[str] = field(default_factory=list)
    bad_addresses: set[str] = field(default_factory=set)

    def accept(self, call: Call) -> Answer:
        if (call.method, call.path) != ("POST", "/v3/mail/send"):
            return error(404, "not found")
        request = json.loads(call.body)
        people = [to["email"] for each in request["personalizations"] for to in each["to"]]
        if self.bad_addresses.intersection(people):
            return error(400, "Does not contain a valid address.", "personalizations.0.to")
        if len(people) > 1000:
            return error(400, "The personalizations block is limited to 1000", "personalizations")
        for each in request["personalizations"]:
            if (
                sum(len(name) + len(value.encode()) for name, value in each.get("substitutions", {}).items())
                > 10_000
            ):
                return error(400, "substitutions are too long", "personalizations.0.substitutions")
        if any(";" in part["type"] for part in (*request["content"], *request.get("attachments", ()))):
            return error(
                400, "The attachment type cannot contain ';', or CRLF characters.", "attachments.0.type"
            )
        everybody = (to for each in request["personalizations"] for to in each["to"])
        self.misread += [to["name"] for to in everybody if re.search("[,;]", to.get("name", ""))]
        self.letters.append(request)
        return 202, {"X-Message-Id": f"sg-{len(self.letters)}"}, b""


def error(status: int, message: str, field_: str | None = None, **headers: str) -> Answer:
    body = {"errors": [{"message": message, "field": field_, "help": None}]}
    return status, {"Content-Type": "application/json"} | headers, json.dumps(body).encode()


class Signer:
    """Signs reports as SendGrid does: with a key of its own, of which we know the public half."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(public).decode()

    def sign(self, body: bytes, timestamp: str) -> str:
        return base64.b64encode(self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


def report(*events: dict[str, Any]) -> bytes:
    return json.dumps(list(events)).encode()


def event(name: str, event_id: str = "e1", message_id: int = 1, **facts: Any) -> dict[str, Any]:
    base = {
        "event": name, "sg_event_id": event_id, "timestamp": 1796115600, "email": "amina@leeds.example",
        "sg_message_id": "sg-1.recvd-5f54b5d587-x8rnb-1-6A2F-0",
        "unm_message": str(message_id), "unm_attempt": "1",
    }  # fmt: skip
    # As SendGrid classifies a bounce for good, unless something else is said.
    for_good = name == "bounce" and facts.get("type") == "bounce" and "status" not in facts
    gone = {"bounce_classification": "Invalid Address", "status": "5.1.1"} if for_good else {}
    return base | gone | facts
