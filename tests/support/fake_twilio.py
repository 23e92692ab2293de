"""Twilio's Messages, as its reference describes them: create, list by number and day, fetch."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from tests.support.fake_provider import Answer, Call, FakeProvider


@dataclass
class FakeTwilio(FakeProvider):
    """`texts` are those it took, oldest first. `account` is the SID it answers to."""

    account: str = "AC00000000000000000000000000000000"
    texts: list[dict[str, object]] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def accept(self, call: Call) -> Answer:
        where, _, query = call.path.partition("?")
        base = f"/2010-04-01/Accounts/{self.account}/Messages"
        if call.method == "POST" and where == f"{base}.json":
            form = parse_qs(call.body.decode())
            return self.create({name: values[0] for name, values in form.items()})
        if call.method == "GET" and where == f"{base}.json":
            asked = parse_qs(query)
            since = datetime.fromisoformat(asked["DateSent>"][0]) if "DateSent>" in asked else None
            found = [
                text
                for text in reversed(self.texts)
                if text["to"] == asked["To"][0]
                and (since is None or parsedate_to_datetime(str(text["date_sent"])) >= since)
            ]
            return answer(200, {"messages": found, "next_page_uri": None, "page_size": 50})
        for text in self.texts:
            if urlsplit(call.path).path == f"{base}/{text['sid']}.json":
                return answer(200, text)
        return error(404, 20404)

    def create(self, form: dict[str, str]) -> Answer:
        text: dict[str, object] = {
            "to": form["To"], "body": form["Body"], "status": "queued", "direction": "outbound-api",
            "status_callback": form.get("StatusCallback"), "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
        }  # fmt: skip
        return answer(201, self._list(text, self.now))

    def receive(self, sender: str, to: str, words: str, at: datetime) -> str:
        """Somebody texts to a number of the account's; its SID."""
        text: dict[str, object] = {
            "to": to, "body": words, "status": "received", "direction": "inbound", "from": sender,
        }  # fmt: skip
        return str(self._list(text, at)["sid"])

    def _list(self, text: dict[str, object], at: datetime) -> dict[str, object]:
        sid, when = f"SM{len(self.texts):032d}", format_datetime(at)
        self.texts.append({"sid": sid, "date_created": when, "date_sent": when, "error_code": None, **text})
        return self.texts[-1]


def answer(status: int, body: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def error(status: int, code: int) -> Answer:
    return answer(status, {"code": code, "message": "no", "more_info": "", "status": status})


def sign(url: str, fields: dict[str, list[str]], token: str) -> str:
    said = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()
