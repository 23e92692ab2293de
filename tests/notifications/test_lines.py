import pytest

from notifications.errors import Uncertain
from notifications.providers.base import OutgoingEmail
from notifications.providers.sendgrid import SendGrid
from tests.support.fake_provider import DRIP_BODY, DRIP_HEAD, HALF, HANG, HTML, RESET
from tests.support.fake_sendgrid import FakeSendGrid, error
from tests.support.proxy import certificate

LETTER = OutgoingEmail(1, 1, "digest", "amina@leeds.example", "Amina Shah", "Hello", "Hello", "<p>Hello</p>")
ENDS = {"Connection": "close", "X-Message-Id": "sg-1"}


@pytest.fixture(params=["plain", "TLS"])
def fake(request, tmp_path, monkeypatch):
    file = None
    if request.param == "TLS":
        file = certificate(tmp_path, "localhost")
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    fake = FakeSendGrid()
    with fake.serving(file):
        yield fake


@pytest.fixture
def carrier(fake):
    return SendGrid("SG.key", "U <hello@unm.example>", fake.url, 0.3)


def test_letters_share_a_connection_while_their_sender_stays(fake, carrier):
    with carrier.staying():
        ids = [carrier.send(LETTER).provider_id for _ in range(3)]
    assert (ids, fake.connections) == (["sg-1", "sg-2", "sg-3"], 1)


def test_a_letter_by_itself_has_a_connection_of_its_own(fake, carrier):
    for _ in range(3):
        carrier.send(LETTER)
    assert fake.connections == 3


def test_a_connection_ends_with_the_stay(fake, carrier):
    for _ in range(2):
        with carrier.staying():
            carrier.send(LETTER)
    assert fake.connections == 2


def test_a_connection_that_was_ended_is_not_used_again(fake, carrier):
    fake.troubles.append((202, ENDS, b""))
    with carrier.staying():
        carrier.send(LETTER)
        assert carrier.send(LETTER).provider_id == "sg-1"


def test_a_connection_that_was_ended_without_a_word_is_not_used_again(fake, carrier):
    fake.hangs_up = True
    with carrier.staying():
        carrier.send(LETTER)
        fake.ended.acquire(timeout=10)
        assert carrier.send(LETTER).provider_id == "sg-2"


@pytest.mark.parametrize("trouble", [HANG, HTML, RESET, HALF, DRIP_HEAD, DRIP_BODY])
def test_after_an_answer_in_doubt_the_next_letter_gets_its_own(fake, carrier, trouble):
    fake.troubles.append(trouble)
    with carrier.staying():
        with pytest.raises(Uncertain):
            carrier.send(LETTER)
        assert carrier.send(LETTER).provider_id == "sg-1"


def test_a_refusal_leaves_the_connection_as_it_is(fake, carrier):
    fake.troubles += [error(429, "slower"), error(503, "down")]
    with carrier.staying():
        answers = [_sent(carrier) for _ in range(3)]
    assert (answers, fake.connections) == (["Temporary", "Temporary", "sg-1"], 1)


def _sent(carrier):
    try:
        return carrier.send(LETTER).provider_id
    except Exception as refused:  # noqa: BLE001  (which one is what is asked)
        return type(refused).__name__
