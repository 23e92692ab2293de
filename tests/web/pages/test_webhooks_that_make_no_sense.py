"""Rightly signed, and garbage: every webhook answers 2xx or 4xx, and what is good in it is taken."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from notifications.messages import Channel
from notifications.tables import OutboxMessage, OutboxOrigin, Receipt, Reply
from tests.support import fake_sendgrid, fake_twilio
from tests.support.fake_sendgrid import event
from tests.support.world import PUBLIC, World, settings_at
from web.http.multipart import MOST_PARTS
from web.providers import SENDGRID_EVENTS, SENDGRID_INBOUND, TWILIO_INBOUND, TWILIO_STATUS
from web.settings import Settings

TOKEN, BEARER, PHONE, BOUNDARY = "an-auth-token", "a callback token", "+447700900123", "xYzZY"
SIGNER = fake_sendgrid.Signer()
# The two messages that the reports are about, as a new installation numbers them.
ORIGIN, FIRST = "here", 1
OF_THE_FIRST = f"message={FIRST}&attempt=1&origin={ORIGIN}"
SENDER = "From <tom@kirklees.example.org>"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_at(
        database_url,
        tmp_path,
        email_provider="sendgrid",
        sendgrid_api_key="SG.key",
        sendgrid_webhook_key=SIGNER.public_key,
        sms_provider="twilio",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_from="+447700900001",
        inbound_domain="reply.example.org",
        notify_callback_token=BEARER,
    )


@dataclass
class Doors:
    """The five webhooks, each called by somebody who may."""

    client: FlaskClient
    world: World

    def events(self, body: bytes, *, age: timedelta = timedelta()) -> int:
        return self.events_at(str(int((self.world.now - age).timestamp())), body)

    def events_at(self, stamp: str, body: bytes) -> int:
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": SIGNER.sign(body, stamp),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        return self.client.post(SENDGRID_EVENTS, data=body, headers=headers).status_code

    def mail(self, fields: dict[str, bytes]) -> int:
        parts = [
            b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (BOUNDARY.encode(), name.encode(), value)
            for name, value in fields.items()
        ]
        return self.raw_mail(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode())

    def raw_mail(self, body: bytes, boundary: str = BOUNDARY) -> int:
        address = f"{SENDGRID_INBOUND}?key={self.world.worker.signer.inbound_secrets()[0]}"
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(address, data=body, content_type=kind).status_code

    def text(self, form: dict[str, str]) -> int:
        return self._twilio(TWILIO_INBOUND, form)

    def status(self, form: dict[str, str], query: str = OF_THE_FIRST) -> int:
        return self._twilio(f"{TWILIO_STATUS}?{query}", form)

    def _twilio(self, address: str, form: dict[str, str]) -> int:
        # What arrives of half a surrogate pair is the sign for it: that is what the other side signs.
        body = urlencode({name: value.encode("utf-8", "replace") for name, value in form.items()})
        sent = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
        signature = fake_twilio.sign(PUBLIC + address, {name: [value] for name, value in sent.items()}, TOKEN)
        return self.client.post(
            address,
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        ).status_code

    def notify(self, body: bytes) -> int:
        headers = {"Authorization": f"Bearer {BEARER}"}
        return self.client.post("/webhooks/notify", data=body, headers=headers).status_code


@pytest.fixture
def doors(world: World, client: FlaskClient) -> Doors:
    return Doors(client, world)


@pytest.fixture
def introduced(doors: Doors) -> Doors:
    """Two people were introduced, and both messages are with their providers."""
    world = doors.world
    with world.write() as session:
        session.scalars(select(OutboxOrigin)).one().name = ORIGIN
    world.join("Amina Yusuf", "Leeds", phone=PHONE, channel=Channel.SMS, verified=True, shares_phone=True)
    world.join("Tom Field", "Kirklees", email="tom@kirklees.example.org")
    world.draw()
    world.send(1)
    with world.write() as session:
        for message in session.scalars(select(OutboxMessage)):
            message.state, message.attempt, message.sending_at = "accepted", 1, world.now
            message.provider = "twilio" if message.channel == Channel.SMS else "sendgrid"
            message.accepted_at = world.now
    return doors


# Anything at all, at every place where something is read

NASTY = (
    "\x00", "a\x00b", "\ud800", "x\udfff", "\ud83d\ude00", "\u202e", "'; DROP TABLE receipt; --", "{{7*7}}",
    "../../etc/passwd", "=1+1", "9" * 30, "-1", "1e999", "2147483648", "9223372036854775808", "٣", "(" * 900,
    "<" * 900, '"' * 900, "x" * 2_000, "STOP", "START", "HELP", "JOIN councils", "YES Amina\x00, Leeds",
    "delivered", "bounce", "dropped", "spamreport", "failed", "undelivered", "permanent-failure", PHONE,
    ORIGIN, str(FIRST), f"unm-{ORIGIN}-{FIRST}-1", "unm-1-1", "unm-99999999999-1", "unicode_escape", "idna",
    "punycode", "no-such-charset", "utf-7", "a\x00",
    "\\ud800\\u0000", "r.99999999999999.aaaaaaaaaaaaaaaaaaaaaaaaaa@reply.example.org",
)  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=20)
numbers = st.sampled_from(
    [0, FIRST, FIRST + 1, -1, 2**31, 2**63, 10**400, float("nan"), float("inf"), 1e308, -62135596800]
)
values = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
EVENT_KEYS = (
    "event",
    "sg_event_id",
    "timestamp",
    "sg_message_id",
    "unm_message",
    "unm_attempt",
    "unm_origin",
    "reason",
    "type",
)
NOTIFY_KEYS = ("id", "reference", "status", "type", "notification_type", "source_number", "message", "to")
MAIL_KEYS = ("charsets", "headers", "envelope", "from", "to", "subject", "text", "html")
TWILIO_KEYS = ("MessageSid", "MessageStatus", "ErrorCode", "From", "To", "Body", "NumMedia")


def objects(keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values))


garbage = hypothesis_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@garbage
@given(st.lists(objects(EVENT_KEYS) | values, max_size=4))
def test_no_report_of_sendgrid_s_is_an_error_of_ours(introduced: Doors, said: list[Any]) -> None:
    assert introduced.events(json.dumps(said).encode()) == 204


@garbage
@given(objects(NOTIFY_KEYS) | values)
def test_no_callback_of_notify_s_is_an_error_of_ours(introduced: Doors, said: Any) -> None:
    # What json itself refuses to read, a number of a million digits, is bad input as well.
    assert introduced.notify(json.dumps(said).encode()) == (204 if isinstance(said, dict) else 400)


@garbage
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(TWILIO_KEYS, texts)))
def test_no_text_is_an_error_of_ours(introduced: Doors, form: dict[str, str]) -> None:
    assert introduced.text(form) == 200


@garbage
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(TWILIO_KEYS, texts)), st.sampled_from(NASTY))
def test_no_status_of_a_text_is_an_error_of_ours(
    introduced: Doors, form: dict[str, str], message: str
) -> None:
    query = urlencode({"message": message.encode("utf-8", "replace"), "attempt": "1", "origin": ORIGIN})
    assert introduced.status(form, query) == (404 if "\x00" in message else 200)


def in_bytes(value: Any) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


charsets = st.dictionaries(st.sampled_from(MAIL_KEYS), texts)
mails = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(MAIL_KEYS, st.binary(max_size=60) | values.map(in_bytes))
)


@garbage
@given(mails, charsets | st.none())
def test_no_mail_is_an_error_of_ours(introduced: Doors, fields: dict[str, bytes], charsets: Any) -> None:
    named = {"charsets": json.dumps(charsets).encode()} if charsets else {}
    assert introduced.mail(fields | named) == 200


@garbage
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_in_place_of_a_mail_are_an_error_of_ours(
    introduced: Doors, head: bytes, body: bytes
) -> None:
    part = b"--xYzZY\r\n" + head + b"\r\n\r\n" + body
    assert {introduced.raw_mail(part), introduced.raw_mail(part + b"\r\n--xYzZY--\r\n")} == {200}


# One bad event

BAD_EVENTS = {
    "brackets in brackets": b"[" * 200_000 + b"]" * 200_000,
    "brackets in a value": b'{"sg_event_id": "bad", "x": ' + b'{"y": ' * 200_000 + b"1" + b"}" * 200_001,
    "a number of a million digits": b'{"sg_event_id": "bad", "timestamp": ' + b"9" * 1_000_000 + b"}",
    "no JSON": b'{"sg_event_id": bad}',
    "bytes that are no text": b'{"sg_event_id": \xff\xfe}',
    "nothing": b"",
    "no id": b'{"event": "delivered"}',
    "not an object": b'"delivered"',
}
ODD_EVENTS = {
    "NUL in its id": b'{"sg_event_id": "odd\\u0000", "sg_message_id": "\\u0000"}',
    "half a pair in its id": b'{"sg_event_id": "odd\\ud800", "sg_message_id": "\\udfff."}',
    "a message that no row can be": b'{"sg_event_id": "odd", "unm_message": 99999999999, "unm_attempt": 9e9}',
    "a moment that never was": b'{"sg_event_id": "odd", "timestamp": -62135596800, "unm_message": "1"}',
    "a key twice": b'{"sg_event_id": "odd", "sg_event_id": "odder", "event": NaN}',
    "a name of a million letters": b'{"sg_event_id": "' + b"x" * 1_000_000 + b'", "event": {}}',
}


def around(middle: bytes, mark: str) -> bytes:
    """A report with something between two good events, one for each of the two messages."""
    first, last = (event("delivered", f"{mark} {id_}", id_, unm_origin=ORIGIN) for id_ in (FIRST, FIRST + 1))
    middle = middle.replace(b'"odd', f'"odd {mark} '.encode())
    return b"[" + json.dumps(first).encode() + b"," + middle + b"," + json.dumps(last).encode() + b"]"


def taken(doors: Doors) -> list[str]:
    with doors.world.read() as session:
        return sorted(session.scalars(select(Receipt.event_id)))


def test_one_bad_event_does_not_fail_its_report_and_is_counted(
    introduced: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {}
    for number, (name, bad) in enumerate(BAD_EVENTS.items()):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "notifications"):
            answered = introduced.events(around(bad, str(number)))
        answers[name] = (answered, caplog.messages)
    assert answers == dict.fromkeys(BAD_EVENTS, (204, ["1 of 3 events in a report make no sense"]))
    assert len(taken(introduced)) == 2 * len(BAD_EVENTS)
    assert states(introduced) == ["delivered", "delivered"]


def test_an_odd_event_is_taken_with_the_others(doors: Doors) -> None:
    answers = [doors.events(around(odd, str(number))) for number, odd in enumerate(ODD_EVENTS.values())]
    assert (answers, len(taken(doors))) == ([204] * len(ODD_EVENTS), 3 * len(ODD_EVENTS))


HALVES = (
    b"[" * 200_000,
    b"[" * 200_000 + b"]" * 200_000 + b"x",
    b'[{"a": 1}',
    b'{"a": [1, 2',
    b'["',
    b'["\\"' * 9000,
)


def test_half_a_report_is_refused(doors: Doors) -> None:
    assert [doors.events(body) for body in HALVES] == [400] * len(HALVES)


def test_more_events_than_a_database_takes_values_in_one_statement_are_taken(doors: Doors) -> None:
    many = {"sqlite": 33_000, "postgresql": 66_000}[doors.world.database.engine.name]
    said = ",".join(f'{{"sg_event_id":"{n}","unm_message":{n}}}' for n in range(many))
    answered = doors.events(f"[{said}]".encode())
    with doors.world.read() as session:
        assert (answered, session.scalar(select(func.count()).select_from(Receipt))) == (204, many)


def test_an_event_of_an_unknown_message_with_a_huge_name_is_kept_short(doors: Doors) -> None:
    said = {"sg_event_id": "e", "sg_message_id": "x" * 4_000_000}
    doors.events(json.dumps([said]).encode())
    with doors.world.read() as session:
        assert len(session.scalars(select(Receipt.provider_id)).one() or "") == 200


def states(doors: Doors) -> list[str]:
    with doors.world.read() as session:
        sent = select(OutboxMessage.state).where(OutboxMessage.id <= FIRST + 1)
        return list(session.scalars(sent))


# Signed, and old


AGES = {
    timedelta(): 204,
    timedelta(hours=24, minutes=59): 204,
    timedelta(hours=25, minutes=1): 403,
    timedelta(days=400): 403,
    timedelta(minutes=-59): 204,
    timedelta(minutes=-61): 403,
}


def test_a_report_is_believed_for_the_day_in_which_sendgrid_tries_again(doors: Doors) -> None:
    assert {age: doors.events(b"[]", age=age) for age in AGES} == AGES


NO_TIMES = ("", "soon", "1e9", "-1", "9" * 400, "1796115600.5", "0x6b0eb110", "1796115600, 1796115600")


def test_a_time_that_is_none_is_too_old(doors: Doors) -> None:
    assert [doors.events_at(stamp, b"[]") for stamp in NO_TIMES] == [403] * len(NO_TIMES)


# Mails


def replies(doors: Doors) -> list[str]:
    with doors.world.read() as session:
        return list(session.scalars(select(Reply.text)))


NO_CHARSETS = (
    "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "hex", "rot13", "zip", "a\x00b",
    "\ud800", "x" * 100_000, "..", "no such", "", 7, None, ["utf-8"],
)  # fmt: skip


def test_a_mail_in_a_charset_that_is_none_is_read_as_utf_8(doors: Doors) -> None:
    for number, charset in enumerate(NO_CHARSETS):
        written = json.dumps({"text": charset}).encode()
        doors.mail({"charsets": written, "text": f"{number} Siân \\ud800 taught me.".encode()})
    assert replies(doors) == [f"{number} Siân \\ud800 taught me." for number in range(len(NO_CHARSETS))]


def test_a_mail_in_any_charset_of_mails_is_kept(doors: Doors) -> None:
    charsets = ("utf-7", "UTF-16LE", "cp1252", "shift_jis", "gb18030", "iso-8859-8-i")
    for charset in charsets:
        doors.mail(
            {"charsets": json.dumps({"text": charset}).encode(), "text": bytes(range(256)) + b"+2AA-+3AA-"}
        )
    assert len(replies(doors)) == len(charsets)


DEEP = b'{"to": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


HURTFUL = (
    {"charsets": DEEP},
    {"envelope": DEEP},
    {"envelope": b'{"to": "not a list"}'},
    {"envelope": b'{"to": [null, 3, {}, "\\ud800\\u0000"]}'},
    {"from": b"(" * 100_000},
    {"from": b"<" * 100_000},
    {"from": b'"' * 100_000},
    {"to": b"(" * 100_000},
    {"to": b"r.99999999999.aaaaaaaaaaaaaaaaaaaaaaaaaa@reply.example.org, " * 10_000},
    {"headers": b"\x00\xff\r\n: \r\n"},
    {"text": b"On " + b"x wrote:\n" * 500_000},
    {"text": b"> quoted\n" * 500_000},
    {"text": b"", "html": b"Vans.<a><p>" * 500_000},
    {"text": b"", "html": b"Vans.<!--" * 500_000},
    {"text": b"", "html": b"Vans.<div>" * 2_000},
)


def test_a_mail_made_to_hurt_is_kept_like_any_other(doors: Doors) -> None:
    for number, field in enumerate(HURTFUL):
        headers = f"Message-ID: <{number}@example.org>".encode()
        good = {"headers": headers, "from": SENDER.encode(), "text": f"Vans {number}.".encode()}
        assert doors.mail(good | field) == 200
    assert len(replies(doors)) == len(HURTFUL)


def test_a_mail_as_large_as_sendgrid_takes_is_kept_with_its_beginning(doors: Doors) -> None:
    assert doors.mail({"text": b"Vans. " + b"x" * (30 * 1024 * 1024)}) == 200
    assert replies(doors)[0].startswith("Vans. xxx")


def of_fields(number: int) -> dict[str, bytes]:
    return {f"f{one}": b"x" for one in range(number - 1)} | {"text": b"Vans."}


def test_a_mail_of_as_many_fields_as_we_read_is_kept_and_one_of_more_is_none(doors: Doors) -> None:
    # Any other answer would have SendGrid bring it again for three days.
    answers = [doors.mail(of_fields(MOST_PARTS)), doors.mail(of_fields(10 * MOST_PARTS))]
    assert (answers, replies(doors)) == ([200, 200], ["Vans."])


def test_a_mail_with_an_odd_boundary_is_no_error_of_ours(doors: Doors) -> None:
    boundaries = ("", "%00", "x" * 5000, "é", '"', "(.*)+$")
    assert {doors.raw_mail(b"--x\r\n\r\nx\r\n--x--", boundary) for boundary in boundaries} == {200}


# At the limits


def test_one_byte_above_the_limit_is_refused_and_none_is_not(doors: Doors) -> None:
    blank = b" " * (5 * 1024 * 1024 - 2)
    answers = [
        doors.events(b"[" + blank + b"]"),
        doors.events(b"[ " + blank + b"]"),
        doors.notify(b"{" + blank + b"}"),
        doors.notify(b"{ " + blank + b"}"),
    ]
    assert answers == [204, 413, 204, 413]
