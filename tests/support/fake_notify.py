"""GOV.UK Notify's API, as its documentation describes it: send, search by reference, fetch."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.support.fake_provider import Answer, Call, FakeProvider

# What Notify's Markdown makes of a body where no backslash stands before it: links of another name, pictures,
# what only links refer to, tables, headings, lists.
MARKDOWN = re.compile(
    r"(?<!\\)\[[^\]\n]*(?<!\\)\](?:\(|:)"
    r"|^.*(?<!\\)\|.*\n-+(?<!\\)\|-+"
    r"|^ *(?:#|[*+] |\d+\. |-- )",
    re.MULTILINE,
)
KEY = "test-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"


@dataclass
class FakeNotify(FakeProvider):
    """`taken` are the notifications it took, oldest first; `misread` is what it took for Markdown in them."""

    taken: list[dict[str, object]] = field(default_factory=list)
    misread: list[str] = field(default_factory=list)

    def accept(self, call: Call) -> Answer:
        where = urlsplit(call.path)
        if call.method == "POST" and where.path in {"/v2/notifications/email", "/v2/notifications/sms"}:
            request = json.loads(call.body)
            made = {"id": f"n-{len(self.taken)}", "type": where.path.rpartition("/")[2], "status": "created"}
            self.taken.append(made | request)
            if made["type"] == "email":
                self.misread += MARKDOWN.findall(request["personalisation"]["body"])
            return answer(201, made)
        if where.path == "/v2/notifications":
            known_as = parse_qs(where.query)["reference"][0]
            return answer(200, {"notifications": [n for n in self.taken if n.get("reference") == known_as]})
        for notification in self.taken:
            if where.path == f"/v2/notifications/{notification['id']}":
                return answer(200, notification)
        return error(404, "NoResultFound")


def answer(status: int, body: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def error(status: int, name: str, message: str = "no") -> Answer:
    return answer(status, {"status_code": status, "errors": [{"error": name, "message": message}]})
