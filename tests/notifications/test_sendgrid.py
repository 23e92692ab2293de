import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.errors import Permanent, Temporary, Uncertain
from notifications.providers import sendgrid
from notifications.providers.base import OutgoingEmail
from notifications.providers.sendgrid import DROPS, SendGrid
from notifications.receipts import What
from notifications.suppression import Why
from tests.support.fake_provider import HALF, HANG, HTML, RESET, nobody_there
from tests.support.fake_sendgrid import FakeSendGrid, Signer, error, event, report
from tests.support.letters import NOW

LETTER = OutgoingEmail(
    id=7, attempt=2, kind="introduction", to="amina@leeds.example", name="Amina Shah", subject="Meet Tom",
    text="Hello", html="<p>Hello</p>", reply_to="tom@example.org", headers={"List-Unsubscribe": "<https://x>"},
    calendar=b"BEGIN:VCALENDAR", calendar_method="PUBLISH",
)  # fmt: skip


@pytest.fixture
def fake():
    fake = FakeSendGrid()
    with fake.serving():
        yield fake


def client(url, timeout=5.0):
    return SendGrid("SG.key", "Unmentoring <hello@unm.example>", url, timeout)


def test_an_accepted_letter_has_sendgrids_id(fake):
    assert client(fake.url).send(LETTER).provider_id == "sg-1"


def test_a_letter_travels_whole(fake):
    client(fake.url).send(LETTER)
    sent = fake.letters[0]
    assert sent["from"] == {"email": "hello@unm.example", "name": "Unmentoring"}
    assert sent["reply_to"] == {"email": "tom@example.org"}
    assert [part["type"] for part in sent["content"]] == ["text/plain", "text/html"]
    assert sent["attachments"] == [
        {"content": base64.b64encode(LETTER.calendar).decode(), "type": "application/ics",
         "filename": "conversation.ics", "disposition": "attachment"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Jane Smith, PhD", "Jane Smith PhD"),
        ("Fat Fingers;;", "Fat Fingers"),
        ('Jo "Jojo" <Ex>', "Jo Jojo Ex"),
    ],
)
def test_a_name_is_not_read_as_addresses(fake, name, told):
    client(fake.url).send(replace(LETTER, name=name))
    ((reader,),) = [person["to"] for person in fake.letters[0]["personalizations"]]
    assert (reader["name"], fake.misread) == (told, [])


def test_our_id_travels_with_the_person_and_names_nobody(fake):
    client(fake.url).send(LETTER)
    (person,) = fake.letters[0]["personalizations"]
    assert person["custom_args"] == {"unm_message": "7", "unm_attempt": "2"}


def test_the_key_travels_as_a_bearer_token(fake):
    client(fake.url).send(LETTER)
    assert fake.calls[0].headers["Authorization"] == "Bearer SG.key"


@pytest.mark.parametrize("field", ["attachments.0.type", "from.email", "content"])
def test_a_fault_that_may_be_in_every_letter_is_not_its_readers(fake, field):
    fake.troubles.append(error(400, "no", field))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert (refused.value.policy, refused.value.tries) == (0, 5)


@pytest.mark.parametrize("field", ["personalizations.0.to.0.email", "personalizations", None])
def test_a_fault_that_may_be_its_readers_is_tried_once(fake, field):
    fake.troubles.append(error(400, "no", field))
    with pytest.raises(Permanent):
        client(fake.url).send(LETTER)


@pytest.mark.parametrize("status", [400, 406, 413, 418])
def test_what_sendgrid_finds_fault_with_is_not_sent_again(fake, status):
    fake.troubles.append(error(status, "no"))
    with pytest.raises(Permanent):
        client(fake.url).send(LETTER)


def test_a_plan_that_is_used_up_is_no_wrong_key(fake):
    fake.troubles.append(error(401, "Maximum credits exceeded"))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert (refused.value.stop, refused.value.reason) == (True, "our quota at SendGrid is used up")


@pytest.mark.parametrize("status", [401, 403])
def test_bad_credentials_stop_the_provider(fake, status):
    fake.troubles.append(error(status, "authorization required"))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert refused.value.stop


def test_too_many_at_once_pauses_everyone_for_as_long_as_it_says(fake):
    fake.troubles.append(error(429, "too many requests", **{"Retry-After": "7"}))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert (refused.value.pause, refused.value.wait.total_seconds()) == (True, 7)


@pytest.mark.parametrize("reset", ["soon", "", "9" * 40, "1000000000"])
def test_a_strange_reset_still_pauses(fake, reset):
    fake.troubles.append(error(429, "too many requests", **{"X-RateLimit-Reset": reset}))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert refused.value.pause


def test_a_503_that_sendgrid_wrote_was_not_sent(fake):
    fake.troubles.append(error(503, "unavailable"))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(LETTER)
    assert refused.value.outage


@pytest.mark.parametrize(
    "trouble",
    [HALF, HANG, HTML, RESET, (500, {}, b""), (503, {}, b"<h1>proxy</h1>"), (502, {}, b"{}")],
    ids=str,
)
def test_a_call_that_was_cut_off_is_uncertain(fake, trouble):
    fake.troubles.append(trouble)
    with pytest.raises(Uncertain):
        client(fake.url, timeout=0.3).send(LETTER)


@pytest.mark.parametrize("url", [nobody_there(), "http://no-such-host.invalid"], ids=["no server", "no host"])
def test_a_server_that_cannot_be_reached_got_nothing(url):
    with pytest.raises(Temporary) as refused:
        client(url, timeout=1).send(LETTER)
    assert refused.value.outage


SIGNER, OLD = Signer(), Signer()
BODY = report(event("delivered"))
SIGNATURE = SIGNER.sign(BODY, "1796115600")


def signed(body=BODY, signature=SIGNATURE, timestamp="1796115600", keys=None):
    return sendgrid.is_signed(body, signature, timestamp, keys or [SIGNER.public_key])


def test_what_sendgrid_signed_is_believed():
    assert signed()


def test_either_of_two_keys_will_do_while_one_replaces_the_other():
    assert signed(keys=[OLD.public_key, SIGNER.public_key])


@pytest.mark.parametrize(
    "forged",
    [
        {"body": BODY + b" "},
        {"body": BODY.replace(b"delivered", b"bounce")},
        {"timestamp": "1796115601"},
        {"timestamp": "soon – "},
        {"signature": ""},
        {"signature": "not base64!"},
        {"signature": "AAAA"},
        {"signature": OLD.sign(BODY, "1796115600")},
        {"keys": [OLD.public_key]},
        {"keys": ["no key"]},
        {"keys": ["AAAA"]},
        {"body": b"\xff\xfe"},
    ],
)
def test_nothing_else_is(forged):
    assert not signed(**forged)


@given(st.binary(max_size=50), st.text(max_size=50), st.text(max_size=20))
def test_garbage_is_no_signature_and_no_error(body, signature, timestamp):
    assert not signed(body, signature, timestamp)


@pytest.mark.parametrize(
    ("said", "what", "stops"),
    [
        (event("processed"), What.ACCEPTED, None),
        (event("deferred"), What.DEFERRED, None),
        (event("delivered"), What.DELIVERED, None),
        (event("bounce", bounce_classification="Invalid Address"), What.FAILED, Why.BOUNCED),
        (event("bounce", type="bounce", status="5.1.1"), What.FAILED, Why.BOUNCED),
        (event("bounce", bounce_classification="Mailbox Unavailable", status="5.1.1"), What.FAILED, None),
        (event("bounce", bounce_classification="Reputation"), What.UNWELCOME, None),
        (event("bounce", bounce_classification="Content"), What.UNWELCOME, None),
        (event("bounce", bounce_classification="Frequency or Volume Too High"), What.UNWELCOME, None),
        (event("bounce", bounce_classification="Technical Failure"), What.UNWELCOME, None),
        (event("bounce", bounce_classification="Unclassified", status="5.7.515"), What.UNWELCOME, None),
        (event("bounce", type="blocked", status="5.7.1"), What.UNWELCOME, None),
        (event("bounce", type="bounce", status="5.1.8"), What.UNWELCOME, None),
        (event("bounce", type="bounce", status="5.0.0", bounce_classification=""), What.FAILED, None),
        (event("bounce"), What.FAILED, None),
        (event("bounce", type="blocked"), What.FAILED, None),
        (event("dropped", reason="Bounced Address"), What.REFUSED, Why.BOUNCED),
        (event("dropped", reason="Unsubscribed Address"), What.REFUSED, Why.UNSUBSCRIBED),
        (event("dropped", reason="Recipient List over Package Quota"), What.STOPPED, None),
        (event("dropped", reason="something new"), What.FAILED, None),
        (event("spamreport"), What.DELIVERED, Why.SPAM),
        (event("group_unsubscribe"), What.NOTHING, Why.UNSUBSCRIBED),
        (event("group_resubscribe"), What.WELCOME, None),
        (event("open"), What.NOTHING, None),
        (event("something new"), What.NOTHING, None),
        ({"sg_event_id": "e1"}, What.NOTHING, None),
    ],
)
def test_an_event_means(said, what, stops):
    (told,) = sendgrid.events(report(said), NOW)
    assert (told.what, told.stops) == (what, stops)


def test_an_event_leads_to_our_message():
    (told,) = sendgrid.events(report(event("delivered", message_id=7)), NOW)
    assert (told.message_id, told.attempt, told.provider_id) == (7, 1, "sg-1")


def test_no_reason_names_an_address():
    told = sendgrid.events(report(event("bounce", reason="550 amina@leeds.example unknown")), NOW)
    assert "amina" not in told[0].reason


@pytest.mark.parametrize("strange", ["x", "-1", "٣", "9" * 30, None, 1.5, ["1"], {}])
def test_an_id_that_is_none_of_ours_leads_nowhere(strange):
    assert sendgrid.events(report(event("delivered") | {"unm_message": strange}), NOW)[0].message_id is None


def test_events_without_an_id_of_their_own_are_left_out():
    assert sendgrid.events(report({"event": "delivered"}, {"sg_event_id": ""}, {"sg_event_id": 3}), NOW) == []


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"3", b'"x"', b"\xff", b"null"])
def test_a_report_that_is_no_list_is_refused(body):
    with pytest.raises(ValueError):  # noqa: PT011  (any of json's or ours)
        sendgrid.events(body, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(), t, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["event", "sg_event_id", "timestamp", "sg_message_id", "unm_message", "reason", "type"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(FIELDS, JSON) | JSON, max_size=4))
def test_no_report_is_an_error_once_it_is_a_list(said):
    assert len(sendgrid.events(json.dumps(said).encode(), NOW)) <= len(said)


def test_every_reason_to_drop_is_known_by_its_lower_case_name():
    assert all(reason == reason.lower() for reason in DROPS)
