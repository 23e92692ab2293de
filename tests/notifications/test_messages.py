from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.messages import BY_KIND, KINDS, Channel, Promise, end_of, from_json
from tests.support.letters import NOW, SIAN, TOM, everything, introduction

EVERYTHING = [*everything(TOM), *everything(TOM, SIAN)]


@pytest.mark.parametrize("message", EVERYTHING, ids=lambda message: message.kind)
def test_every_kind_survives_the_database(message):
    assert from_json(message.kind, message.to_json()) == message


def test_every_kind_has_an_example_here():
    assert {message.kind for message in EVERYTHING} == set(BY_KIND)


def test_kinds_have_names_of_their_own():
    assert len(BY_KIND) == len(KINDS)


def test_everyone_named_in_a_message_is_known():
    assert introduction(TOM, SIAN).people() == {"p2", "p3"}


def test_a_confirmation_names_nobody():
    assert EVERYTHING[0].people() == frozenset()


def test_an_introduction_may_be_sent_until_its_round_ends_in_london():
    assert introduction(until=date(2026, 7, 7)).expires(NOW) == datetime(2026, 7, 7, 23, tzinfo=UTC)


def test_a_day_ends_at_londons_midnight_in_winter_too():
    assert end_of(date(2026, 12, 24)) == datetime(2026, 12, 25, 0, tzinfo=UTC)


def test_codes_and_sign_in_links_are_never_sent_twice():
    once = {kind.kind for kind in KINDS if kind.promise is Promise.AT_MOST_ONCE}
    assert once == {"sign_in", "phone_code"}


def test_only_heads_ups_check_ins_and_thanks_take_replies():
    assert {kind.kind for kind in KINDS if kind.replies} == {"heads_up", "check_in", "thanks"}


def test_what_somebody_asks_for_themselves_owes_no_unsubscribe_link():
    assert not any(
        BY_KIND[kind].bulk for kind in ("confirm", "sign_in", "phone_code", "my_link", "new_address")
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_has_a_channel_and_a_deadline(kind):
    assert (bool(kind.channels & set(Channel)), kind.deadline > timedelta()) == (True, True)
