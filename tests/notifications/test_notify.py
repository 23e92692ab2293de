import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import Permanent, Temporary
from notifications.messages import Channel
from notifications.providers import notify
from notifications.providers.base import Absent, Accepted, OutgoingEmail, OutgoingText, Sent
from notifications.providers.notify import Notify, Templates, until_midnight
from notifications.receipts import Again, What
from notifications.suppression import Why
from tests.support.fake_notify import KEY, FakeNotify, error

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TEXT = OutgoingText(7, 2, "nudge", "+447700900111", "Unmentoring: hello")
UNSUBSCRIBE = {"List-Unsubscribe": "<https://unm.example/unsubscribe/x>"}
LETTER = OutgoingEmail(7, 2, "nudge", "a@leeds.example", "A", "Meet Tom", "Hello", "<p>", headers=UNSUBSCRIBE)


@pytest.fixture
def fake():
    fake = FakeNotify()
    with fake.serving():
        yield fake


def client(fake):
    return Notify(KEY, Templates("t-email", "t-sms"), fake.url, 10.0)


def test_a_letter_fills_the_template(fake):
    client(fake).send(LETTER)
    sent = fake.taken[0]
    assert (sent["template_id"], sent["personalisation"]) == (
        "t-email",
        {"subject": "Meet Tom", "body": "Hello"},
    )
    assert sent["one_click_unsubscribe_url"] == "https://unm.example/unsubscribe/x"


@pytest.mark.parametrize(
    "words",
    [
        "“See [your bank](https://evil.example/x)”",
        "“![the plan](https://leeds.example/plan.png)”",
        "[plan]: https://leeds.example/plan",
        "Who | When\n---|---\nTom | Monday",
        "# 1 in the country",
        "* and more",
        "3. December",
        "See you\n\n-- \nYou get this because you are in Councils Unmentoring.",
    ],
)
def test_what_people_wrote_is_words_to_notify(fake, words):
    client(fake).send(replace(LETTER, text=words))
    assert fake.misread == []


def test_addresses_and_our_lists_stay_as_they_are():
    text = "- One\n- Two\n\nSee https://unm.example/a_[b]|c#d.\n"
    assert notify.laid_out(text) == text


def test_our_reference_travels_with_it(fake):
    client(fake).send(TEXT)
    assert fake.taken[0]["reference"] == "unm-7-2"


def test_what_was_taken_is_found_by_our_reference(fake):
    client(fake).send(TEXT)
    assert client(fake).look_up(TEXT, NOW) == Accepted("n-0")


def test_what_was_not_taken_is_absent(fake):
    assert client(fake).look_up(TEXT, NOW) == Absent()


def test_a_lost_callback_can_be_asked_for(fake):
    client(fake).send(TEXT)
    fake.taken[0]["status"] = "delivered"
    told = client(fake).outcome(Sent("n-0", 7, 2), NOW)
    assert (told.what, told.message_id, told.attempt) == (What.DELIVERED, 7, 2)


def test_the_daily_limit_pauses_until_midnight(fake):
    fake.troubles.append(error(429, "TooManyRequestsError"))
    with pytest.raises(Temporary) as refused:
        client(fake).send(TEXT)
    assert (refused.value.pause, refused.value.wait.total_seconds() > 0) == (True, True)


def test_the_daily_limit_of_texts_abroad_pauses_nobody_else(fake):
    fake.troubles.append(
        error(429, "TooManyRequestsError", "Exceeded send limits (international_sms: 100) for today")
    )
    with pytest.raises(Temporary) as refused:
        client(fake).send(TEXT)
    assert (refused.value.pause, refused.value.wait > timedelta()) == (False, True)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 7, 2, 22, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 7, 2, 23, 30, tzinfo=UTC), 0.5),  # half past midnight in London
        (datetime(2026, 7, 2, 9, 0, tzinfo=UTC), 14),
    ],
)
def test_a_day_ends_at_the_first_midnight(now, hours):
    assert until_midnight(now) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("status", "name", "words"),
    [
        (400, "BadRequestError", "Can’t send to this recipient using a team-only API key"),
        (400, "BadRequestError", "Can’t send to this recipient when service is in trial mode"),
        (400, "BadRequestError", "Service is not allowed to send text messages"),
        (400, "BadRequestError", "Missing personalisation: PERSONALISATION FIELD"),
        (400, "BadRequestError", "Template not found"),
        (400, "BadRequestError", "sms template is not suitable for email notification"),
        (400, "ValidationError", "one_click_unsubscribe_url is not a valid https url"),
        (400, "ValidationError", "template_id is not a valid UUID"),
        (403, "SomethingNew", "you may not"),
        (401, "AuthError", "no"),
    ],
)
def test_a_refusal_of_our_service_burns_no_message(fake, status, name, words):
    fake.troubles.append(error(status, name, words))
    with pytest.raises(Temporary) as refused:
        client(fake).send(TEXT)
    assert refused.value.stop


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ValidationError", "phone_number Not enough digits"),
        ("InvalidPhoneError", "Not a UK mobile number"),
        ("BadRequestError", "Cannot send to international mobile numbers"),
    ],
)
def test_a_number_that_notify_does_not_text_falls_back_to_email(fake, name, words):
    fake.troubles.append(error(400, name, words))
    with pytest.raises(Permanent) as refused:
        client(fake).send(TEXT)
    assert refused.value.fall_back is Channel.EMAIL


def receipt(status, **facts):
    said = {"id": "n-0", "reference": "unm-7-2", "status": status, "notification_type": "email"}
    return notify.event(json.dumps(said | facts).encode(), NOW)


@pytest.mark.parametrize(
    ("status", "what", "stops"),
    [
        ("delivered", What.DELIVERED, None),
        ("permanent-failure", What.FAILED, Why.BOUNCED),
        ("temporary-failure", What.FAILED, None),
        ("technical-failure", What.OURS, None),
        ("something new", What.NOTHING, None),
    ],
)
def test_a_receipt_means(status, what, stops):
    assert (receipt(status).what, receipt(status).stops) == (what, stops)


def test_a_dead_number_is_not_texted_again():
    assert receipt("permanent-failure", notification_type="sms").stops is Why.NUMBER


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure"])
def test_a_text_that_did_not_arrive_is_followed_by_a_letter(status):
    assert receipt(status, notification_type="sms").again is Again.BY_EMAIL


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_what_notify_failed_to_hand_on_is_sent_again(kind):
    assert receipt("technical-failure", notification_type=kind).again is Again.SAME


@pytest.mark.parametrize(
    "reference", [None, "", "unm-7", "unm-x-2", "unm-٣-2", "unm-7-2-9-1", 7, "someone else's"]
)
def test_a_reference_that_is_none_of_ours_leads_nowhere(reference):
    assert receipt("delivered", reference=reference).message_id is None


def test_a_receipt_without_a_message_is_none():
    assert notify.event(b"{}", NOW) is None


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"3", b"\xff"])
def test_a_report_that_is_no_object_is_refused(body):
    with pytest.raises(ValueError):  # noqa: PT011  (any of json's or ours)
        notify.event(body, NOW)


def test_a_callback_with_one_of_our_tokens_is_believed():
    assert notify.is_signed("Bearer new", ["old", "new"])


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer x", "old", "Basic old", "Bearer é"])
def test_no_other_callback_is(given):
    assert not notify.is_signed(given, ["old", ""])


@given(st.text())
def test_garbage_is_no_token_and_no_error(given):
    assert not notify.is_signed(given, ["long and secret"])


def test_a_text_from_somebody_is_read():
    said = notify.inbound(b'{"id": "i1", "source_number": "447700900111", "message": "Met"}')
    assert (said.sender, said.text) == ("+447700900111", "Met")


@pytest.mark.parametrize("body", [b"{}", b'{"id": "i1"}', b'{"id": "i1", "source_number": "Bank"}'])
def test_a_text_from_nobody_is_none(body):
    assert notify.inbound(body) is None
