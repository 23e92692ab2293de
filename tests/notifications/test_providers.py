"""What delivery relies on, asked of every provider that is reached over a network."""

from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException

import pytest

from notifications.errors import Permanent, Temporary, Uncertain
from notifications.providers import in_time
from notifications.providers.base import Outgoing, OutgoingEmail, OutgoingText
from notifications.providers.lines import Lines
from notifications.providers.notify import Notify, Templates
from notifications.providers.sendgrid import SendGrid
from notifications.providers.smtp import MOST_ON_A_LINE, Smtp
from notifications.providers.twilio import Twilio
from tests.support import fake_notify, fake_sendgrid, fake_twilio
from tests.support.fake_notify import FakeNotify
from tests.support.fake_provider import (
    DRIP_BODY,
    DRIP_HEAD,
    HALF,
    HANG,
    HTML,
    RESET,
    FakeProvider,
    nobody_there,
)
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.fake_smtp import FakeMailServer
from tests.support.fake_twilio import FakeTwilio

LETTER = OutgoingEmail(
    7, 2, "nudge", "amina@leeds.example", "Amina", "Meet Tom", "Hello\n.\nTom", "<p>Hello</p>"
)
TEXT = OutgoingText(7, 2, "nudge", "+447700900111", "Unmentoring: hello")
SENDER = "Unmentoring <hello@unm.example>"


@dataclass(frozen=True)
class Case:
    client: Callable[[str, float], object]
    fake: type[FakeProvider]
    outgoing: Outgoing
    credentials: object
    too_many: object
    declined: object


def sendgrid(url, timeout):
    return SendGrid("SG.key", SENDER, url, timeout)


def twilio(url, timeout):
    return Twilio(FakeTwilio.account, "token", "+447700900000", base_url=url, timeout=timeout)


def notify(url, timeout):
    return Notify(fake_notify.KEY, Templates("t-email", "t-sms"), url, timeout)


NOTIFY_SAYS = (
    fake_notify.error(403, "AuthError"),
    fake_notify.error(429, "RateLimitError"),
    fake_notify.error(400, "ValidationError"),
)
CASES = {
    "sendgrid": Case(
        sendgrid, FakeSendGrid, LETTER,
        fake_sendgrid.error(401, "no"), fake_sendgrid.error(429, "slower"), fake_sendgrid.error(400, "no"),
    ),
    "twilio": Case(
        twilio, FakeTwilio, TEXT,
        fake_twilio.error(401, 20003), fake_twilio.error(429, 20429), fake_twilio.error(400, 21614),
    ),
    "notify email": Case(notify, FakeNotify, LETTER, *NOTIFY_SAYS),
    "notify text": Case(notify, FakeNotify, TEXT, *NOTIFY_SAYS),
}  # fmt: skip


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request):
    return request.param


SLOW = [HANG, DRIP_HEAD, DRIP_BODY]  # these end only with our patience


@contextmanager
def serving(case, *troubles):
    fake = case.fake()
    fake.troubles.extend(troubles)
    with fake.serving():
        yield case.client(fake.url, 0.3 if any(each in SLOW for each in troubles) else 10.0)


def test_what_is_taken_is_known_by_the_providers_id(case):
    with serving(case) as client:
        assert client.send(case.outgoing).provider_id


@pytest.mark.parametrize(
    "trouble",
    [HANG, DRIP_HEAD, DRIP_BODY, RESET, HALF, HTML, (500, {}, b""), (502, {}, b"<h1>proxy</h1>")],
    ids=str,
)
def test_being_cut_off_is_uncertain(case, trouble):
    with serving(case, trouble) as client, pytest.raises(Uncertain):
        client.send(case.outgoing)


@pytest.mark.parametrize("trouble", [DRIP_BODY, HALF])
def test_an_answer_that_breaks_off_is_hung_up_on_at_once(trouble):
    fake = FakeSendGrid(troubles=deque([trouble]))
    with fake.serving(), in_time.opener(Lines()).open(fake.url, timeout=1) as answer:
        with pytest.raises((TimeoutError, HTTPException)):
            answer.read()
        assert answer.isclosed()


def test_nobody_there_is_an_outage_and_nothing_was_sent(case):
    with pytest.raises(Temporary) as refused:
        case.client(nobody_there(), 10.0).send(case.outgoing)
    assert refused.value.outage


def test_bad_credentials_stop_the_provider(case):
    with serving(case, case.credentials) as client, pytest.raises(Temporary) as refused:
        client.send(case.outgoing)
    assert refused.value.stop


def test_too_many_at_once_pauses_it_for_everyone(case):
    with serving(case, case.too_many) as client, pytest.raises(Temporary) as refused:
        client.send(case.outgoing)
    assert refused.value.pause


def test_what_it_finds_fault_with_is_not_sent_again(case):
    with serving(case, case.declined) as client, pytest.raises(Permanent):
        client.send(case.outgoing)


def test_no_reason_names_an_address(case):
    for trouble in (HANG, HTML, case.credentials, case.too_many, case.declined):
        with serving(case, trouble) as client, pytest.raises((Temporary, Permanent, Uncertain)) as refused:
            client.send(case.outgoing)
        assert case.outgoing.to not in str(refused.value)


@pytest.fixture
def mail_server():
    fake = FakeMailServer()
    with fake.serving():
        yield fake


def by_smtp(url, letter=LETTER):
    return Smtp(url, SENDER, 10.0).send(letter)


def test_a_letter_travels_whole_by_smtp(mail_server):
    calendar = OutgoingEmail(
        8, 1, "introduction", "amina@leeds.example", "Siân O’Neill", "Meet Tom – you write first",
        "Hello\n.\nTom", "<p>Siân</p>", "tom@example.org", {"List-Unsubscribe": "<https://unm.example/u>"},
        b"BEGIN:VCALENDAR\r\n",
    )  # fmt: skip
    by_smtp(mail_server.url, calendar)
    (letter,) = mail_server.letters
    assert letter["Subject"] == "Meet Tom – you write first"
    assert (letter["Reply-To"], letter["List-Unsubscribe"]) == ("tom@example.org", "<https://unm.example/u>")
    assert letter.get_body(["plain"]).get_content().split() == ["Hello", ".", "Tom"]
    assert [part["Content-Type"].params["method"] for part in letter.iter_attachments()] == ["PUBLISH"]


def test_a_second_copy_has_the_same_message_id(mail_server):
    assert by_smtp(mail_server.url).provider_id == by_smtp(mail_server.url).provider_id


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("said", "stops", "policy"),
    [
        ("554 5.7.1 looks like spam", False, 0),
        ("550 5.7.515 the domain does not meet the required authentication level", False, 0),
        ("550 5.7.26 unauthenticated", False, 0),
        ("553 sorry, relaying denied (#5.7.1)", False, 0),
        ("550 relay not permitted", False, 0),
        ("550 5.1.8 sender's domain does not exist", False, 0),
        ("451 4.7.650 too many from your address", False, 4),
        ("550 5.1.0 <h@unm.example>: Sender address rejected: User unknown in local table", False, 0),
        ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", False, 0),
        ("550 5.4.5 daily user sending limit exceeded", True, None),
        ("550 5.1.90 you've reached your daily limit for message recipients", True, None),
        ("554 5.2.252 SendAsDenied; a@unm.example not allowed to send as b@unm.example", True, None),
        ("554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiException", True, None),
        ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", True, None),
        ("530 5.7.57 client not authenticated", True, None),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", True, None),
        ("530 authentication required", True, None),
    ],
)
def test_a_refusal_of_us_is_no_fault_of_the_mailbox(mail_server, step, said, stops, policy):
    mail_server.answers[step] = said
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url)
    assert (refused.value.stop, refused.value.policy) == (stops, policy)


@pytest.mark.parametrize(
    ("said", "suppressed"),
    [
        ("550 5.1.1 unknown", True),
        ("550 5.1.10 no such domain", True),
        ("550 5.1.0 rejected", False),
        ("552 5.2.2 over quota", False),
        ("550 5.2.1 disabled", False),
        ("552 5.3.4 too big", False),
        ("551 moved", False),
    ],
)
def test_only_an_address_that_does_not_exist_is_not_written_to_again(mail_server, said, suppressed):
    mail_server.answers["RCPT"] = said
    with pytest.raises(Permanent) as refused:
        by_smtp(mail_server.url)
    assert refused.value.suppress is suppressed


@pytest.mark.parametrize(
    "said", ["550 5.7.60 may not send as this sender", "501 no", "553 5.1.3 bad address"]
)
def test_a_no_before_the_reader_is_named_stops_the_provider(mail_server, said):
    mail_server.refuse = lambda step, _: said if step == "MAIL" else None
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url)
    assert (refused.value.stop, refused.value.code[:3]) == (True, said[:3])


@pytest.mark.parametrize(("said", "stops"), [("554 5.7.1 go away", True), ("421 4.7.0 come back", False)])
def test_a_greeting_that_is_none_stops_the_provider_if_it_is_for_good(mail_server, said, stops):
    mail_server.greeting = said
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url)
    assert (refused.value.stop, refused.value.outage) == (stops, not stops)


def test_a_server_on_our_own_machine_needs_no_certificate(mail_server):
    mail_server.offers_starttls = True
    assert by_smtp(mail_server.url)


def test_a_server_without_the_encryption_a_password_needs_stops_the_provider(mail_server):
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url.replace("smtp://", "smtp://user:secret@"))
    assert refused.value.stop


def test_no_reason_of_a_mail_server_repeats_its_words(mail_server):
    mail_server.answers["RCPT"] = "550 5.7.1 <amina@leeds.example>: refused"
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url)
    assert str(refused.value) == "our mail is refused by a rule (550 5.7.1)"


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_busy_mail_server_is_tried_again(mail_server, step):
    mail_server.answers[step] = "451 4.3.0 later"
    with pytest.raises(Temporary):
        by_smtp(mail_server.url)


def test_a_connection_lost_before_the_last_dot_sent_nothing(mail_server):
    mail_server.hang_up = "RCPT"
    with pytest.raises(Temporary) as refused:
        by_smtp(mail_server.url)
    assert refused.value.outage


def test_a_connection_lost_after_the_last_dot_is_uncertain(mail_server):
    mail_server.hang_up = "answer"
    with pytest.raises(Uncertain):
        by_smtp(mail_server.url)


def test_a_mail_server_that_answers_a_letter_at_a_time_holds_nobody(mail_server):
    mail_server.hang_up = "drip"
    with pytest.raises(Uncertain):
        Smtp(mail_server.url, SENDER, 0.3).send(LETTER)


def test_a_mail_server_that_is_not_there_is_an_outage():
    with pytest.raises(Temporary) as refused:
        by_smtp(nobody_there().replace("http", "smtp"))
    assert refused.value.outage


def pass_of(mail_server, number, sender=SENDER):
    """A worker's pass of that many letters; what became of each."""
    carrier = Smtp(mail_server.url, sender, 10.0)
    with carrier.staying():
        for n in range(number):
            carrier.send(replace(LETTER, id=n))


def test_the_letters_of_a_pass_share_a_connection(mail_server):
    pass_of(mail_server, 5)
    assert (len(mail_server.letters), mail_server.connections) == (5, 1)


def test_a_connection_carries_so_many_letters_and_then_another_does(mail_server):
    pass_of(mail_server, MOST_ON_A_LINE + 1)
    assert (len(mail_server.letters), mail_server.connections) == (MOST_ON_A_LINE + 1, 2)


@pytest.mark.parametrize("said", ["421 too many letters on this connection", "hang up"])
def test_a_connection_that_the_server_ends_between_letters_is_made_anew(mail_server, said):
    mail_server.ends_after = 2, said
    pass_of(mail_server, 5)
    assert (len(mail_server.letters), mail_server.connections) == (5, 3)


def test_after_a_refusal_the_next_letter_goes_on_the_same_connection(mail_server):
    carrier = Smtp(mail_server.url, SENDER, 10.0)
    mail_server.answers["RCPT"] = "550 5.1.1 unknown"
    with carrier.staying():
        with pytest.raises(Permanent):
            carrier.send(LETTER)
        carrier.send(LETTER)
    assert (len(mail_server.letters), mail_server.connections) == (1, 1)


def test_a_cut_off_letter_leaves_the_next_one_a_connection_of_its_own(mail_server):
    carrier = Smtp(mail_server.url, SENDER, 10.0)
    mail_server.hang_up = "answer"
    with carrier.staying():
        with pytest.raises(Uncertain):
            carrier.send(LETTER)
        mail_server.hang_up = ""
        carrier.send(LETTER)
    assert len(mail_server.letters) == 2


def test_a_newline_in_a_header_cannot_add_another(mail_server):
    headers = {"List-Id": "<a.example>\r\nBcc: x@y.example"}
    evil = OutgoingEmail(
        1, 1, "nudge", "a@b.example", "A", "Hi\r\nBcc: x@y.example", "x", "x", headers=headers
    )
    by_smtp(mail_server.url, evil)
    assert "Bcc" not in mail_server.letters[0]
