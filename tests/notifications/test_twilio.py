from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import Permanent, Temporary, Uncertain
from notifications.messages import Channel
from notifications.providers import twilio
from notifications.providers.base import Absent, Accepted, OutgoingText, Sent
from notifications.providers.twilio import CODES, Twilio
from notifications.receipts import Again, What
from notifications.suppression import Why
from tests.support.fake_provider import HALF, HANG, HTML, RESET, nobody_there
from tests.support.fake_twilio import FakeTwilio, error, sign

TEXT = OutgoingText(7, 2, "nudge", "+447700900111", "Unmentoring: hello https://unm.example/m/x")
NOW = datetime.now(UTC)


@pytest.fixture
def fake():
    fake = FakeTwilio()
    with fake.serving():
        yield fake


def client(url, sender="+447700900000", timeout=5.0):
    return Twilio(
        FakeTwilio.account, "token", sender, "https://unm.example/webhooks/twilio/status", url, timeout
    )


def test_an_accepted_text_has_twilios_id(fake):
    assert client(fake.url).send(TEXT).provider_id == fake.texts[0]["sid"]


def test_a_text_travels_whole(fake):
    client(fake.url).send(TEXT)
    sent = fake.texts[0]
    assert (sent["to"], sent["body"], sent["from"]) == (TEXT.to, TEXT.text, "+447700900000")


def test_our_id_travels_in_the_callbacks_address(fake):
    client(fake.url).send(TEXT)
    assert fake.texts[0]["status_callback"].endswith("/webhooks/twilio/status?message=7&attempt=2")


def test_a_messaging_service_may_be_the_sender(fake):
    client(fake.url, sender="MG0123").send(TEXT)
    assert fake.texts[0]["messaging_service_sid"] == "MG0123"


def test_a_country_we_may_not_text_stops_no_other(fake):
    fake.troubles.append(error(400, 21408))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(TEXT)
    assert (refused.value.stop, refused.value.policy) == (False, 0)


@pytest.mark.parametrize(
    "code", [20003, 20005, 20404, 21601, 21606, 21607, 21608, 21609, 21659, 21661, 21701, 21705, 63038]
)
def test_what_is_wrong_with_our_account_stops_the_provider(fake, code):
    fake.troubles.append(error(400, code))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.stop


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_us_with_a_code_we_do_not_know_stops_the_provider(fake, status):
    fake.troubles.append(error(status, 99999))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.stop


@pytest.mark.parametrize("code", [20429, 21611])
def test_too_many_at_once_pauses_everyone(fake, code):
    fake.troubles.append(error(429, code))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.pause


@pytest.mark.parametrize("code", [21211, 21612, 21614, 21635])
def test_a_bad_number_falls_back_to_email(fake, code):
    fake.troubles.append(error(400, code))
    with pytest.raises(Permanent) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.fall_back is Channel.EMAIL


def test_a_number_that_said_stop_is_not_texted_again(fake):
    fake.troubles.append(error(400, 21610))
    with pytest.raises(Permanent) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.suppress


def test_a_code_we_do_not_know_is_not_sent_again(fake):
    fake.troubles.append(error(400, 29999))
    with pytest.raises(Permanent):
        client(fake.url).send(TEXT)


def test_being_down_for_a_while_was_not_sent(fake):
    fake.troubles.append(error(503, 20503))
    with pytest.raises(Temporary) as refused:
        client(fake.url).send(TEXT)
    assert refused.value.outage


@pytest.mark.parametrize(
    "trouble",
    [HALF, HANG, HTML, RESET, (500, {}, b""), (503, {}, b"<h1>proxy</h1>"), error(500, 20500)],
    ids=str,
)
def test_a_call_that_was_cut_off_is_uncertain(fake, trouble):
    fake.troubles.append(trouble)
    with pytest.raises(Uncertain):
        client(fake.url, timeout=0.3).send(TEXT)


@pytest.mark.parametrize("url", [nobody_there(), "http://no-such-host.invalid"], ids=["no server", "no host"])
def test_a_server_that_cannot_be_reached_got_nothing(url):
    with pytest.raises(Temporary) as refused:
        client(url, timeout=1).send(TEXT)
    assert refused.value.outage


def test_a_text_that_was_taken_is_found(fake):
    sid = client(fake.url).send(TEXT).provider_id
    assert client(fake.url).look_up(TEXT, NOW) == Accepted(sid)


def test_a_text_that_a_trial_account_put_words_in_front_of_is_found(fake):
    sid = client(fake.url).send(TEXT).provider_id
    fake.texts[0]["body"] = f"Sent from your Twilio trial account - {TEXT.text}"
    assert client(fake.url).look_up(TEXT, NOW) == Accepted(sid)


def test_a_list_of_blanked_texts_proves_nothing(fake):
    client(fake.url).send(TEXT)
    fake.texts[0]["body"] = ""
    assert client(fake.url).look_up(TEXT, NOW) is None


def test_a_text_that_was_not_taken_is_absent(fake):
    assert client(fake.url).look_up(TEXT, NOW) == Absent()


def test_an_earlier_text_with_the_same_words_is_not_taken_for_it(fake):
    fake.now = NOW - timedelta(days=3)
    client(fake.url).send(TEXT)
    assert client(fake.url).look_up(TEXT, NOW) == Absent()


def test_a_list_that_does_not_reach_back_proves_nothing(fake):
    other = OutgoingText(8, 1, "nudge", TEXT.to, "something else")
    for _ in range(50):
        fake.create({"To": other.to, "Body": other.text})
    assert client(fake.url).look_up(TEXT, NOW) is None


def test_a_lookup_that_breaks_proves_nothing(fake):
    fake.troubles.append((500, {}, b""))
    with pytest.raises(Uncertain):
        client(fake.url).look_up(TEXT, NOW)


def test_a_lost_callback_can_be_asked_for(fake):
    text = client(fake.url)
    sid = text.send(TEXT).provider_id
    fake.texts[0]["status"] = "delivered"
    told = text.outcome(Sent(sid, 7, 2), NOW)
    assert (told.what, told.message_id, told.attempt) == (What.DELIVERED, 7, 2)


URL = "https://unm.example/webhooks/twilio/status?message=7&attempt=2"
FORM = {"MessageSid": ["SM1"], "MessageStatus": ["delivered"], "Body": ["café & “so on”"]}


def test_what_twilio_signed_is_believed():
    assert twilio.is_signed(URL, FORM, sign(URL, FORM, "token"), ["token"])


def test_either_of_two_tokens_will_do_while_one_replaces_the_other():
    assert twilio.is_signed(URL, FORM, sign(URL, FORM, "old"), ["token", "old"])


@pytest.mark.parametrize(
    "forged",
    [
        {"url": URL.replace("7", "8")},
        {"fields": FORM | {"MessageStatus": ["failed"]}},
        {"fields": FORM | {"More": [""]}},
        {"fields": {}},
        {"signature": ""},
        {"signature": "é" * 28},
        {"tokens": ["another"]},
        {"tokens": []},
    ],
    ids=str,
)
def test_nothing_else_is(forged):
    facts = {"url": URL, "fields": FORM, "signature": sign(URL, FORM, "token"), "tokens": ["token"]} | forged
    assert not twilio.is_signed(**facts)


FIELDS = st.dictionaries(st.text(max_size=9), st.lists(st.text(max_size=9), max_size=3), max_size=5)


@given(FIELDS, st.text(max_size=40))
def test_garbage_is_no_signature_and_no_error(fields, signature):
    assert not twilio.is_signed(URL, fields, signature, ["token"])


def told(status, code=""):
    ours = dict(parse_qsl(urlsplit(URL).query))
    return twilio.event(ours, {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code}, NOW)


@pytest.mark.parametrize(
    ("status", "code", "what", "again", "stops"),
    [
        ("queued", "", What.ACCEPTED, None, None),
        ("sent", "", What.ACCEPTED, None, None),
        ("delivered", "", What.DELIVERED, None, None),
        ("undelivered", "30001", What.FAILED, Again.SAME, None),
        ("undelivered", "30003", What.FAILED, Again.BY_EMAIL, None),
        ("undelivered", "30005", What.FAILED, Again.BY_EMAIL, Why.NUMBER),
        ("undelivered", "30006", What.FAILED, Again.BY_EMAIL, Why.NUMBER),
        ("undelivered", "30007", What.FAILED, Again.BY_EMAIL, None),
        ("undelivered", "30008", What.FAILED, Again.SAME, None),
        ("undelivered", "30036", What.FAILED, Again.SAME, None),
        ("failed", "21610", What.REFUSED, None, Why.STOP),
        ("failed", "30002", What.STOPPED, Again.RELEASED, None),
        ("failed", "99999", What.FAILED, Again.BY_EMAIL, None),
        ("failed", "", What.FAILED, Again.BY_EMAIL, None),
        ("failed", "٣", What.FAILED, Again.BY_EMAIL, None),
        ("something new", "", What.NOTHING, None, None),
    ],
)
def test_a_status_means(status, code, what, again, stops):
    event = told(status, code)
    assert (event.what, event.again, event.stops) == (what, again, stops)


def test_a_status_leads_to_our_message():
    event = told("delivered")
    assert (event.message_id, event.attempt, event.provider_id) == (7, 2, "SM1")


def test_a_status_told_twice_is_one_event():
    assert told("delivered").event_id == told("delivered").event_id


def test_a_status_without_a_text_is_none():
    assert twilio.event({}, {"MessageStatus": "sent"}, NOW) is None


@pytest.mark.parametrize("strange", ["", "x", "-1", "9" * 40])
def test_an_id_that_is_none_of_ours_leads_nowhere(strange):
    assert twilio.event({"message": strange}, {"MessageSid": "SM1"}, NOW).message_id is None


def test_a_text_from_somebody_is_read():
    said = twilio.inbound({"MessageSid": "SM9", "From": "+447700900111", "Body": "Met", "NumMedia": "0"})
    assert (said.channel, said.source_id, said.sender, said.text) == ("sms", "SM9", "+447700900111", "Met")


@pytest.mark.parametrize("said", [{}, {"Body": "Met"}, {"MessageSid": "SM9"}, {"From": "+447700900111"}])
def test_a_form_without_a_text_is_none(said):
    assert twilio.inbound(said) is None


def test_every_code_has_a_reason_in_words():
    assert all(refusal.reason for refusal in CODES.values())
