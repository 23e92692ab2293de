"""A machine whose clock ran ahead and was put right, after a worker on it had died."""

import pytest

from notifications import delivery, reconcile
from notifications.carriers import Providers
from notifications.messages import Channel
from notifications.tables import State
from tests.support.letters import links


@pytest.mark.parametrize("ahead", [{"hours": 2}, {"days": 1}], ids=str)
def test_what_a_dead_worker_had_claimed_in_days_to_come_goes_out(post, memory, clock, ahead):
    post.queue()
    clock.turn(**ahead)
    with post.database.write() as session:
        delivery._claim(session, clock(), 10, list(Channel))
    clock.turn(**{unit: -many for unit, many in ahead.items()})
    post.work()
    assert (len(memory.took), post.state()) == (1, State.ACCEPTED)


def test_what_was_cut_off_in_days_to_come_is_in_doubt_and_sent_again(post, memory, clock):
    class Dies(type(memory)):
        def send(self, outgoing):
            raise SystemExit

    post.providers = Providers(email=Dies())
    post.queue()
    clock.turn(days=1)
    with pytest.raises(SystemExit):
        post.work()
    clock.turn(days=-1)
    post.providers = Providers(email=memory)
    post.work()
    in_doubt = post.state()
    for _ in range(3):
        clock.turn(minutes=11)
        reconcile.reconcile(post.database.write, post.providers, links, clock)
        post.work()
    assert (in_doubt, post.state(), len(memory.took)) == (State.UNCERTAIN, State.ACCEPTED, 1)


def test_a_lease_by_a_clock_some_minutes_ahead_is_heeded(post, memory, clock):
    """Two machines never have quite the same time."""
    post.queue()
    clock.turn(minutes=20)
    with post.database.write() as session:
        delivery._claim(session, clock(), 10, list(Channel))
    clock.turn(minutes=-20)
    post.work()
    assert (len(memory.took), post.state()) == (0, State.CLAIMED)
