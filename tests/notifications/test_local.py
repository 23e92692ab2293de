import pytest

from notifications import progress
from notifications.delivery import Providers
from notifications.providers import local
from notifications.providers.base import InTransaction
from notifications.providers.local import Local
from notifications.tables import LocalMessage, State
from tests.support.letters import AMINA_BY_TEXT, SIAN, introduction


def inbox(post, **which):
    with post.database.read() as session:
        return local.inbox(session, **which)


def test_an_email_arrives_with_its_parts_and_headers(local_post):
    local_post.queue()
    local_post.work()
    (mail,) = inbox(local_post)
    assert mail.headers["Subject"] == mail.subject == "Meet Tom from Kirklees Council (you write first)"
    assert mail.headers["Reply-To"] == "tom.field@example.org"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"METHOD:PUBLISH" in mail.calendar


def test_a_text_arrives_with_its_cost(local_post):
    local_post.queue(introduction(SIAN), to=AMINA_BY_TEXT)
    local_post.work()
    (text,) = inbox(local_post)
    assert (text.encoding, text.segments) == ("UCS-2", 3)
    assert "Siân" in text.sms


def test_the_newest_message_comes_first(local_post, clock):
    local_post.queue(subject="1")
    local_post.work()
    clock.turn(minutes=1)
    local_post.queue(subject="2")
    local_post.work()
    assert [mail.id for mail in inbox(local_post)] == [2, 1]


def test_a_mailbox_can_be_read_for_one_address(local_post):
    local_post.queue()
    local_post.work()
    assert [len(inbox(local_post, to=who)) for who in ("amina@leeds.example", "b@x.example")] == [1, 0]


def test_arrival_and_acceptance_are_one_transaction(local_post):
    class Full(Local):
        def keep(self, session, outgoing, now):
            super().keep(session, outgoing, now)
            raise OSError("disk full")

    assert isinstance(Full(), InTransaction)
    local_post.providers = Providers(email=Full())
    local_post.queue()
    with pytest.raises(OSError, match="disk full"):
        local_post.work()
    with local_post.database.read() as session:
        assert (session.get(LocalMessage, 1), progress.counts(session)) == (None, {State.CLAIMED: 1})
