import pytest

from notifications import outbox, progress, suppression
from notifications.delivery import Providers, deliver_due
from notifications.messages import Channel, CheckIn, Digest, Learned, Link, Named, Recipient
from notifications.outbox import Order
from notifications.providers.base import OutgoingEmail
from notifications.providers.sendgrid import SendGrid, request_for_many
from notifications.suppression import Why
from notifications.tables import OutboxMessage, ProviderPace, State
from tests.support.fake_provider import HANG
from tests.support.fake_sendgrid import FakeSendGrid, error
from tests.support.letters import CHECK_IN, COUNCILS, NOW, PAGE, introduction, links

DIGEST = Digest(COUNCILS, "the November round", (Learned("Ask the crews first."),), Link("wall", 5), PAGE)
ASKED = CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE)
KEY = b"suppression key"


@pytest.fixture
def fake():
    fake = FakeSendGrid()
    with fake.serving():
        yield fake


@pytest.fixture
def batching(post, fake):
    """Thirty letters wait for a SendGrid that takes many at once."""
    post.providers = patient(fake)
    return post


def patient(fake, seconds=10.0):
    return Providers(email=SendGrid("SG.key", "U <hello@unm.example>", fake.url, seconds), key=KEY)


def queue(post, message=DIGEST, number=30):
    orders = [
        Order(message, Recipient(f"r{n}", f"Reader {n}", Channel.EMAIL, f"r{n}@leeds.example"), subject="r")
        for n in range(number)
    ]
    with post.database.write() as session:
        outbox.queue_all(session, orders, now=NOW)


def readers(fake):
    people = [each for letter in fake.letters for each in letter["personalizations"]]
    return [to["email"] for each in people for to in each["to"]]


def counts(post):
    with post.database.read() as session:
        return progress.counts(session)


def test_letters_without_a_file_travel_in_one_call(batching, fake):
    queue(batching)
    batching.work()
    assert (len(fake.calls), counts(batching)) == (1, {State.ACCEPTED: 30})


def test_each_reader_gets_their_own_letter_and_nobody_elses(batching, fake):
    queue(batching)
    batching.work()
    people = fake.letters[0]["personalizations"]
    assert [[to["email"] for to in each["to"]] for each in people] == [
        [f"r{n}@leeds.example"] for n in range(30)
    ]
    theirs = [" ".join(each["substitutions"].values()) for each in people]
    assert all(f"11r{n}v" in own for n, own in enumerate(theirs))


def test_each_letter_keeps_its_own_id_for_evidence(batching, fake):
    queue(batching)
    batching.work()
    ids = [each["custom_args"]["unm_message"] for each in fake.letters[0]["personalizations"]]
    assert ids == [str(n) for n in range(1, 31)]


def test_letters_with_a_calendar_file_travel_alone(batching, fake):
    queue(batching, introduction(), number=3)
    batching.work()
    assert len(fake.calls) == 3


def test_letters_that_are_answered_to_different_addresses_travel_alone(batching, fake):
    batching.providers = Providers(
        email=batching.providers.email, key=KEY, reply_to=lambda id_, person: f"r.{id_}@in.example"
    )
    queue(batching, ASKED, number=3)
    batching.work()
    assert {letter["reply_to"]["email"] for letter in fake.letters} == {
        f"r.{n}@in.example" for n in (1, 2, 3)
    }


def test_one_refused_address_does_not_hold_up_the_others(batching, fake):
    fake.bad_addresses = {"r17@leeds.example"}
    queue(batching)
    batching.work()
    assert (counts(batching), batching.state(18)) == ({State.ACCEPTED: 29, State.FAILED: 1}, State.FAILED)


def test_a_refused_address_is_found_in_few_calls(batching, fake):
    fake.bad_addresses = {"r17@leeds.example"}
    queue(batching)
    batching.work()
    assert len(fake.calls) <= 12


def test_nobody_gets_a_second_copy_when_a_call_is_split(batching, fake):
    fake.bad_addresses = {"r3@leeds.example", "r17@leeds.example"}
    queue(batching)
    batching.work()
    assert len(readers(fake)) == len(set(readers(fake)))


def test_a_call_that_is_cut_off_leaves_them_all_uncertain(batching, fake):
    fake.troubles.append(HANG)
    batching.providers = patient(fake, 0.3)
    queue(batching)
    batching.work()
    assert counts(batching) == {State.UNCERTAIN: 30}


def test_a_call_that_is_too_early_burns_none_of_them(batching, fake, clock):
    fake.troubles.append(error(429, "slower", **{"Retry-After": "60"}))
    queue(batching)
    batching.work()
    clock.turn(seconds=61)
    batching.work()
    assert (len(fake.calls), counts(batching)) == (2, {State.ACCEPTED: 30})


def test_an_outage_counts_once_for_a_whole_call(batching, fake):
    fake.troubles.append(error(503, "down"))
    queue(batching)
    batching.work()
    with batching.database.read() as session:
        assert session.get(ProviderPace, "sendgrid").failures == 1


def test_somebody_who_has_unsubscribed_is_left_out(batching, fake):
    queue(batching)
    with batching.database.write() as session:
        suppression.suppress(session, Channel.EMAIL, "r5@leeds.example", Why.UNSUBSCRIBED, key=KEY, now=NOW)
    batching.work()
    assert counts(batching) == {State.ACCEPTED: 29, State.SUPPRESSED: 1}


def test_a_letter_we_cannot_make_does_not_hold_up_the_others(batching, fake):
    queue(batching)
    with batching.database.write() as session:
        session.get(OutboxMessage, 4).payload = "{}"
    batching.work()
    assert counts(batching) == {State.ACCEPTED: 29, State.QUEUED: 1}


def test_a_letter_whose_link_we_cannot_make_does_not_hold_up_the_others(batching, fake):
    queue(batching, ASKED)
    with batching.database.write() as session:
        row = session.get(OutboxMessage, 4)
        row.payload = row.payload.replace(CHECK_IN.purpose, "nowhere")
    deliver_due(batching.database.write, batching.providers, no_way_to_nowhere, batching.clock)
    assert counts(batching) == {State.ACCEPTED: 29, State.QUEUED: 1}


def no_way_to_nowhere(link, person):
    if link.purpose == "nowhere":
        raise KeyError(link.purpose)
    return links(link, person)


def test_a_call_holds_no_more_people_than_sendgrid_allows(fake):
    letters = [
        OutgoingEmail(n, 1, "digest", f"r{n}@leeds.example", "R", "Hello", "x" * 900, "y" * 8000)
        for n in range(1000)
    ]
    client = SendGrid("SG.key", "U <hello@unm.example>", fake.url, 10)
    assert client.send_many(letters).provider_id == "sg-1"


def test_a_letter_too_long_for_a_shared_call_goes_alone():
    client = SendGrid("SG.key", "U <hello@unm.example>")
    assert client.alike(OutgoingEmail(1, 1, "digest", "a@b.example", "A", "Hello", "x", "y" * 9_900)) is None


def test_a_shared_call_says_who_sends_it():
    letter = OutgoingEmail(1, 1, "digest", "a@b.example", "A", "Hello", "x", "y", reply_to="in@unm.example")
    request = request_for_many([letter, letter], "U <hello@unm.example>")
    assert (request["from"]["email"], request["reply_to"]["email"]) == ("hello@unm.example", "in@unm.example")
