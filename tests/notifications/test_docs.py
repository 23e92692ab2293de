"""docs/messages.md says what the code does."""

import re
from pathlib import Path

import pytest

from notifications.messages import KINDS
from notifications.providers import notify, sendgrid, smtp, twilio
from notifications.tables import State

TEXT = Path("docs/messages.md").read_text()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_is_in_the_table_with_its_promise(kind):
    (row,) = re.findall(rf"^\| `{kind.kind}` \|.*$", TEXT, re.MULTILINE)
    said = [cell.strip() for cell in row.split("|")]
    assert (said[4], said[5] == "yes", said[6] == "yes", said[7] == "yes") == (
        kind.promise, kind.replies, kind.bulk, kind.secret,
    )  # fmt: skip


def test_every_state_is_explained():
    assert all(f"\n| {state} |" in TEXT for state in State)


CODES = [
    *(("SendGrid", code, answer.reason) for code, answer in sendgrid.STATUSES.items()),
    *(("Twilio", code, refusal.reason) for code, refusal in twilio.CODES.items()),
    *(("Twilio", code, failure.reason) for code, failure in twilio.FAILURES.items()),
    *(("SendGrid", f"bounce, type {kind}", told.reason) for kind, told in sendgrid.BOUNCES.items()),
    *(("SendGrid", f"dropped, {reason}", told.reason) for reason, told in sendgrid.DROPS.items()),
    *(("Notify", f"{status} {name}", said[1]) for (status, name), said in notify.ERRORS.items()),
    *(("SMTP", code, reason) for code, reason in smtp.REASONS.items()),
]


@pytest.mark.parametrize(("provider", "code", "reason"), CODES)
def test_every_code_is_in_the_table(provider, code, reason):
    assert f"\n| {provider} | {code} | {reason} |" in TEXT
