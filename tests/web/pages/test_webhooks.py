"""What providers tell us: believed only when signed, and then acted upon once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from notifications.messages import Channel
from notifications.tables import OutboxMessage
from tests.support import fake_sendgrid, fake_twilio
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.fake_twilio import FakeTwilio
from tests.support.world import PUBLIC, World, settings_at
from web.models import Answer, LearningState, Showing
from web.providers import SENDGRID_EVENTS, SENDGRID_INBOUND, TWILIO_INBOUND
from web.services.conversations import conversations
from web.services.learning import learnings
from web.settings import Settings

TOKEN = "an-auth-token"
BEARER = "a callback token"
PHONE = "+447700900123"


@pytest.fixture
def sendgrid() -> Iterator[FakeSendGrid]:
    fake = FakeSendGrid()
    with fake.serving():
        yield fake


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    fake = FakeTwilio()
    with fake.serving():
        yield fake


@pytest.fixture
def signer() -> fake_sendgrid.Signer:
    return fake_sendgrid.Signer()


@pytest.fixture
def settings(
    tmp_path: Path,
    sqlite_template: Path,
    sendgrid: FakeSendGrid,
    twilio: FakeTwilio,
    signer: fake_sendgrid.Signer,
) -> Settings:
    file = tmp_path / "unmentoring.db"
    file.write_bytes(sqlite_template.read_bytes())
    return settings_at(
        f"sqlite:///{file}",
        tmp_path,
        email_provider="sendgrid",
        sendgrid_api_key="SG.key",
        sendgrid_base_url=sendgrid.url,
        sendgrid_webhook_key=signer.public_key,
        sms_provider="twilio",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_from="+447700900001",
        twilio_base_url=twilio.url,
        inbound_domain="reply.example.org",
        notify_callback_token=BEARER,
    )


@pytest.fixture
def two(world: World) -> list[str]:
    """Two people introduced to each other, the first by text."""
    world.join("Amina Yusuf", "Leeds", phone=PHONE, channel=Channel.SMS, verified=True, shares_phone=True)
    world.join("Tom Field", "Kirklees", email="tom@kirklees.example.org")
    world.round()
    return world.groups()[0]


def report(client: FlaskClient, signer: fake_sendgrid.Signer, body: bytes) -> TestResponse:
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signer.sign(body, "1796115600"),
        "X-Twilio-Email-Event-Webhook-Timestamp": "1796115600",
    }
    return client.post(SENDGRID_EVENTS, data=body, headers=headers)


def text(
    client: FlaskClient, words: str, sid: str = "SM1", sender: str = PHONE, token: str = TOKEN
) -> TestResponse:
    form = {"MessageSid": sid, "From": sender, "Body": words}
    signature = fake_twilio.sign(
        PUBLIC + TWILIO_INBOUND, {name: [value] for name, value in form.items()}, token
    )
    return client.post(TWILIO_INBOUND, data=form, headers={"X-Twilio-Signature": signature})


def mail(client: FlaskClient, world: World, **fields: Any) -> TestResponse:
    secret = world.worker.signer.inbound_secrets()[0]
    return client.post(f"{SENDGRID_INBOUND}?key={secret}", data=fields, content_type="multipart/form-data")


def person_named(world: World, name: str) -> str:
    return next(one for group in world.groups() for one in group if world.person(one).name == name)


def told_with(world: World, message: OutboxMessage) -> dict[str, str]:
    """What SendGrid gives back with an event, beside the id."""
    return {"unm_attempt": str(message.attempt), "unm_origin": world.origin(message.id or 0)}


def introduction_to(world: World, person: str) -> OutboxMessage:
    from notifications import progress

    with world.read() as session:
        return progress.listing(session, person=person, kind="introduction")[0]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff" * 1000, b'[{"event": "delivered"}]'])
def test_what_is_not_signed_is_not_believed(client: FlaskClient, body: bytes) -> None:
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": "bm8=",
        "X-Twilio-Email-Event-Webhook-Timestamp": "1",
    }
    assert client.post(SENDGRID_EVENTS, data=body, headers=headers).status_code == 403


def test_a_changed_byte_breaks_the_signature(client: FlaskClient, signer: fake_sendgrid.Signer) -> None:
    body = fake_sendgrid.report(fake_sendgrid.event("bounce"))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signer.sign(body, "1"),
        "X-Twilio-Email-Event-Webhook-Timestamp": "1",
    }
    assert client.post(SENDGRID_EVENTS, data=body + b" ", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"a": 1}', 400), (b"[]", 204), (b"[1, null, {}]", 204)]
)
def test_signed_nonsense_is_no_error_of_ours(
    client: FlaskClient, signer: fake_sendgrid.Signer, body: bytes, status: int
) -> None:
    assert report(client, signer, body).status_code == status


def test_a_report_too_large_to_be_one_is_not_read(client: FlaskClient, signer: fake_sendgrid.Signer) -> None:
    assert report(client, signer, b"[" + b" " * (6 * 1024 * 1024) + b"]").status_code == 413


def test_a_bounced_address_is_out_of_the_next_pot(
    world: World, two: list[str], signer: fake_sendgrid.Signer, client: FlaskClient
) -> None:
    tom = introduction_to(world, person_named(world, "Tom Field"))
    bounce = fake_sendgrid.event("bounce", message_id=tom.id or 0, type="bounce", **told_with(world, tom))
    report(client, signer, fake_sendgrid.report(bounce))
    world.worker.sweep()
    assert "does not exist" in world.person(tom.person).unreachable


def test_a_failed_introduction_is_shown_with_its_reason_and_sent_again_once(
    world: World, two: list[str], signer: fake_sendgrid.Signer, sendgrid: FakeSendGrid, client: FlaskClient
) -> None:
    tom = introduction_to(world, person_named(world, "Tom Field"))
    blocked = fake_sendgrid.event("bounce", message_id=tom.id or 0, type="blocked", **told_with(world, tom))
    report(client, signer, fake_sendgrid.report(blocked))
    page = world.organiser().open("/organise/councils/rounds/1")
    assert "Did not arrive: the receiving server refused the message this time" in page.text
    sent = len(sendgrid.letters)
    page.press("Send it again introduction for Tom Field")
    world.work()
    assert len(sendgrid.letters) == sent + 1


def test_stop_by_text_ends_texts_at_once(world: World, two: list[str], client: FlaskClient) -> None:
    assert text(client, "Stop").status_code == 200
    assert world.person(person_named(world, "Amina Yusuf")).unreachable == "replied STOP"


def test_start_by_text_begins_again(world: World, two: list[str], client: FlaskClient) -> None:
    text(client, "STOP", "SM1")
    text(client, "start", "SM2")
    assert world.person(person_named(world, "Amina Yusuf")).unreachable == ""


def test_help_by_text_is_answered_with_their_page_three_times_a_day(
    world: World, two: list[str], client: FlaskClient, twilio: FakeTwilio
) -> None:
    for number in range(5):
        text(client, "HELP", f"SM{number}")
    world.work()
    told = [sent["body"] for sent in twilio.texts if "MET after" in str(sent["body"])]
    assert (len(told), "http" in str(told[0])) == (3, True)


def test_help_from_a_number_we_do_not_know_is_answered_once_for_ever(
    world: World, two: list[str], client: FlaskClient, twilio: FakeTwilio
) -> None:
    for day in range(3):
        text(client, "HELP", f"SM{day}", sender="+447700900555")
        world.work()
        world.clock.turn(days=1)
    assert [sent["to"] for sent in twilio.texts if "hold no details" in str(sent["body"])] == [
        "+447700900555"
    ]


def test_help_after_stop_is_not_answered(
    world: World, two: list[str], client: FlaskClient, twilio: FakeTwilio
) -> None:
    before = len(twilio.texts)
    text(client, "STOP", "SM1")
    text(client, "HELP", "SM2")
    world.work()
    assert len(twilio.texts) == before


def test_skip_by_text_after_an_introduction_is_out_of_that_round(
    world: World, two: list[str], client: FlaskClient
) -> None:
    text(client, "SKIP")
    amina = person_named(world, "Amina Yusuf")
    with world.read() as session:
        assert not conversations.conversation(session, world.group_of(amina), amina).goes_on


def test_met_by_text_is_a_check_in(world: World, two: list[str], client: FlaskClient) -> None:
    text(client, "MET")
    amina = person_named(world, "Amina Yusuf")
    with world.read() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
    assert talk.check_in is not None
    assert talk.check_in.answer is Answer.MET


def asked(world: World) -> None:
    """Two weeks later everybody has been asked whether they met."""
    world.clock.turn(days=14, hours=1)
    world.work()


def test_free_text_is_a_learning_that_waits(world: World, two: list[str], client: FlaskClient) -> None:
    asked(world)
    text(client, "They publish their backlog. We should.")
    with world.read() as session:
        waiting = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert [(one.learning.text, one.learning.showing) for one in waiting] == [
        ("They publish their backlog. We should.", Showing.WITHOUT_NAME)
    ]


def test_the_same_text_twice_is_taken_once(world: World, two: list[str], client: FlaskClient) -> None:
    text(client, "Buses are libraries.", "SM7")
    text(client, "Buses are libraries.", "SM7")
    with world.read() as session:
        [one] = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert one.learning.text == "Buses are libraries."


def test_what_is_no_answer_to_our_question_stays_between_us(
    world: World, two: list[str], client: FlaskClient
) -> None:
    text(client, "They publish their backlog. We should.")
    with world.read() as session:
        [one] = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert one.learning.showing is Showing.NO


@pytest.mark.parametrize(
    ("words", "answer"), [("No", Answer.COULD_NOT), ("Not yet", Answer.NOT_YET), ("Sorry, on holiday", None)]
)
def test_nobody_has_met_who_does_not_say_so(
    world: World, two: list[str], client: FlaskClient, words: str, answer: Answer | None
) -> None:
    asked(world)
    text(client, words)
    amina = person_named(world, "Amina Yusuf")
    with world.read() as session:
        check_in = conversations.conversation(session, world.group_of(amina), amina).check_in
    assert (check_in.answer if check_in else None) is answer


def test_a_mail_whose_sender_is_only_claimed_changes_no_learning(
    world: World, two: list[str], client: FlaskClient
) -> None:
    for number, words in enumerate(("The first words.", "Forged ones.")):
        headers = f"Message-ID: <{number}@example.org>"
        mail(client, world, **{"from": "tom@kirklees.example.org", "text": words, "headers": headers})
    with world.read() as session:
        [one] = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert one.learning.text == "The first words."


def test_a_secret_of_strange_letters_is_just_a_wrong_one(client: FlaskClient) -> None:
    assert client.post(f"{SENDGRID_INBOUND}?key=%E2%82%AC").status_code == 404


@pytest.mark.parametrize("words", ["🎉🎉🎉", "x" * 1600, "", "STOP", "\x00\x01"])
def test_a_text_from_a_stranger_is_kept_and_changes_nobody(
    world: World, two: list[str], client: FlaskClient, words: str
) -> None:
    assert text(client, words, sender="+447700900999").status_code == 200
    assert [world.person(one).unreachable for one in two] == ["", ""]


def test_a_text_signed_by_somebody_else_is_refused(client: FlaskClient) -> None:
    assert text(client, "STOP", token="another token").status_code == 403


def test_a_mail_reply_is_a_learning_whatever_its_charset(
    world: World, two: list[str], client: FlaskClient
) -> None:
    secret = world.worker.signer.inbound_secrets()[0]
    boundary, parts = (
        "xYzZY",
        {
            "charsets": json.dumps({"text": "iso-8859-1"}).encode(),
            "headers": b"Message-ID: <1@example.org>",
            "from": b"Tom <tom@kirklees.example.org>",
            "envelope": b'{"to": ["hello@reply.example.org"], "from": "tom@kirklees.example.org"}',
            "text": "Siân taught me to knock.".encode("latin-1"),
        },
    )
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in parts.items()
    )
    answer = client.post(
        f"{SENDGRID_INBOUND}?key={secret}",
        data=body + f"--{boundary}--\r\n".encode(),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 200
    with world.read() as session:
        [one] = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert one.learning.text == "Siân taught me to knock."


def test_a_mail_whose_sender_is_only_claimed_cannot_stop_anybody(
    world: World, two: list[str], client: FlaskClient
) -> None:
    forged = {"from": "tom@kirklees.example.org", "text": "STOP", "headers": "Message-ID: <2@example.org>"}
    assert mail(client, world, **forged).status_code == 200
    assert world.person(person_named(world, "Tom Field")).unreachable == ""


def test_the_inbound_address_without_its_secret_is_not_there(client: FlaskClient) -> None:
    assert client.post(f"{SENDGRID_INBOUND}?key=guess", data={"text": "hello"}).status_code == 404


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=a", "text/plain"])
def test_a_mail_that_is_none_is_not_asked_for_again(world: World, client: FlaskClient, kind: str) -> None:
    secret = world.worker.signer.inbound_secrets()[0]
    answer = client.post(f"{SENDGRID_INBOUND}?key={secret}", data=b"\x00garbage", content_type=kind)
    assert answer.status_code == 200


def test_notify_must_know_our_token(client: FlaskClient) -> None:
    assert (
        client.post("/webhooks/notify", data=b"{}", headers={"Authorization": "Bearer no"}).status_code == 403
    )


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b"{}", 204)])
def test_notify_s_nonsense_is_no_error_of_ours(client: FlaskClient, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {BEARER}"}
    assert client.post("/webhooks/notify", data=body, headers=headers).status_code == status
