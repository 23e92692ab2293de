import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import alike
from notifications.alike import Letter, render_alike
from notifications.messages import Channel, CheckIn, Named, Recipient
from notifications.providers.base import OutgoingEmail
from notifications.providers.sendgrid import request_for, request_for_many
from notifications.render import render
from tests.support.letters import CHECK_IN, COUNCILS, NOW, PAGE, SIAN, TOM, everything, links

# They look into a partner's words: a number is said in another way than it is kept, a long name is cut.
LOOK_INTO_WORDS = {"nudge", "partner_gone", "passed_on", "too_late"}
TOGETHER = [
    pytest.param(message, id=f"{message.kind}-{size}")
    for size, group in {"pair": (TOM,), "three": (TOM, SIAN)}.items()
    for message in everything(*group)
    if Channel.EMAIL in message.channels and not message.alone
]
SENDER = "U <hello@unm.example>"


def reader(number=1, name="Amina Shah", known_as=""):
    return Recipient(f"r{number}", name, Channel.EMAIL, f"r{number}@leeds.example", known_as=known_as)


def readers():
    return [reader(n, f"Reader O'Hare {n} <&>", known_as="" if n % 2 else f"R{n}’s") for n in range(6)]


def letters(message, to=None):
    return [Letter(number, message, each) for number, each in enumerate(to or readers())]


def asked(name, known_as=""):
    return CheckIn(COUNCILS, (Named("p2", name, known_as),), CHECK_IN, PAGE)


def whole(letter):
    return render(letter.message, letter.to, links, NOW)


def common_to(some):
    return render_alike(some, links, NOW)


def as_if_whole(rendered):
    return replace(rendered, pattern=None, own={})


def outgoing(letter, rendered):
    return OutgoingEmail(
        letter.id, 1, letter.message.kind, letter.to.email, letter.to.name, rendered.subject, rendered.text,
        rendered.html, headers=rendered.headers, pattern=rendered.pattern, own=rendered.own,
    )  # fmt: skip


def arrives(request, number):
    """What SendGrid makes of a call for one of its people: subject, headers, text and HTML."""
    person = request["personalizations"][number]
    parts = [part["value"] for part in request["content"]]
    for mark, words in person.get("substitutions", {}).items():
        parts = [part.replace(mark, words) for part in parts]
    return person.get("subject") or request["subject"], person["headers"], *parts


@pytest.mark.parametrize("message", TOGETHER)
def test_letters_of_every_kind_are_byte_for_byte_what_they_are_alone(message):
    some = letters(message)
    rendered = common_to(some)
    assert [as_if_whole(rendered.get(each.id) or whole(each)) for each in some] == [*map(whole, some)]


@pytest.mark.parametrize("message", TOGETHER)
def test_letters_of_every_kind_arrive_as_they_do_alone(message):
    some = letters(message)
    rendered = common_to(some)
    sent = [outgoing(each, rendered.get(each.id) or whole(each)) for each in some]
    together = request_for_many(sent, SENDER)
    assert [arrives(together, number) for number in range(len(sent))] == [
        arrives(request_for(outgoing(each, whole(each)), SENDER), 0) for each in some
    ]


def test_all_kinds_share_a_pattern_but_those_that_look_into_a_word():
    lonely = {each.values[0].kind for each in TOGETHER if not common_to(letters(each.values[0]))}
    assert lonely == LOOK_INTO_WORDS


@given(name=st.text(max_size=40), partner=st.text(min_size=1, max_size=40), known_as=st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_whatever_people_are_called_their_letters_are_what_they_are_alone(name, partner, known_as):
    some = letters(asked(partner, known_as), [reader(n, name, known_as) for n in range(alike.FEW)])
    rendered = common_to(some)
    assert {id_: as_if_whole(each) for id_, each in rendered.items()} == {
        each.id: whole(each) for each in some if each.id in rendered
    }


def test_what_a_pattern_saves_is_not_sent():
    some = letters(asked("Tom Field"))
    rendered = common_to(some)
    own = json.dumps(request_for_many([outgoing(each, rendered[each.id]) for each in some], SENDER))
    all_of_it = json.dumps(request_for_many([outgoing(each, whole(each)) for each in some], SENDER))
    assert len(own) < len(all_of_it) / 3


def test_partners_of_different_names_share_a_pattern():
    some = [Letter(n, asked(f"Tom Field {n}"), reader(n)) for n in range(6)]
    assert len({each.pattern for each in common_to(some).values()}) == 1


def test_a_pair_and_a_three_share_no_pattern():
    three = CheckIn(COUNCILS, (Named("p2", "Tom Field"), Named("p3", "Jo Bell")), CHECK_IN, PAGE)
    some = [Letter(n, three if n % 2 else asked("Tom Field"), reader(n)) for n in range(12)]
    assert len({each.pattern for each in common_to(some).values()}) == 2


def test_few_letters_are_worth_no_pattern():
    assert common_to(letters(asked("Tom Field"))[: alike.FEW - 1]) == {}


@pytest.mark.parametrize("name", ["", "Tom  Field", " Tom", "Tom\nField", "Tom -unm-1- Field"])
def test_a_name_that_is_not_plain_is_left_to_be_rendered_whole(name):
    some = [*letters(asked("Tom Field")), Letter(7, asked(name), reader(7))]
    assert {each.id for each in some} - {*common_to(some)} == {7}


def test_two_who_are_called_the_same_are_left_to_be_rendered_whole():
    namesakes = (Named("p2", "Tom Field", "Tom"), Named("p3", "Tom Hill", "Tom"))
    assert common_to(letters(CheckIn(COUNCILS, namesakes, CHECK_IN, PAGE))) == {}


@pytest.mark.parametrize("mark", ["-unm-1-", "-unm-text1-"])
def test_a_programme_that_writes_like_a_mark_shares_nothing(mark):
    odd = replace(COUNCILS, name=f"Councils {mark}")
    assert common_to(letters(CheckIn(odd, (Named("p2", "Tom Field"),), CHECK_IN, PAGE))) == {}


def test_what_cannot_be_rendered_is_left_to_be_found_out_alone():
    assert common_to(letters(CheckIn(COUNCILS, (None,) * 2, CHECK_IN, PAGE))) == {}


def test_a_letter_whose_links_cannot_be_made_does_not_keep_others_from_sharing():
    def but_for_one(link, person):
        if person == "r9":
            raise ValueError(person)
        return links(link, person)

    some = letters(asked("Tom Field"), [*readers(), reader(9)])
    assert {*render_alike(some, but_for_one, NOW)} == set(range(6))
