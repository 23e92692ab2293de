"""Tokens are cut by mail programs, changed by people, forwarded, and outlive a key."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.tokens import BadLink, Signer, link_id

PERSON, OTHER = "a" * 20, "b" * 20
NEW, OLD = "the key in force, long enough to be one", "the key before it, long enough to be one"
SIGNER = Signer([NEW])
ids = st.integers(0, 2**48 - 1)
people = st.binary(min_size=10, max_size=10).map(bytes.hex)


@given(ids, people)
def test_a_token_verifies_for_its_person(number: int, person: str) -> None:
    assert SIGNER.verify(SIGNER.token(number, "page", person), "page", person)


@given(ids)
def test_a_token_says_which_link_it_is(number: int) -> None:
    assert link_id(SIGNER.token(number, "page", PERSON)) == number


def test_a_token_is_made_the_same_again() -> None:
    assert SIGNER.token(7, "page", PERSON) == SIGNER.token(7, "page", PERSON)


def test_a_token_is_short_enough_for_a_text() -> None:
    assert len(SIGNER.token(7, "page", PERSON)) == 31


def test_another_purpose_does_not_verify() -> None:
    assert not SIGNER.verify(SIGNER.token(7, "page", PERSON), "full page", PERSON)


def test_another_person_does_not_verify() -> None:
    assert not SIGNER.verify(SIGNER.token(7, "page", PERSON), "page", OTHER)


@given(st.integers(0, 30), st.characters(codec="ascii"))
def test_a_changed_letter_does_not_verify(place: int, letter: str) -> None:
    token = SIGNER.token(7, "page", PERSON)
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        return
    with suppress(BadLink):
        assert not SIGNER.verify(changed, "page", PERSON)


@pytest.mark.parametrize("length", range(31))
def test_a_token_that_was_cut_is_no_link(length: int) -> None:
    with pytest.raises(BadLink):
        SIGNER.verify(SIGNER.token(7, "page", PERSON)[:length], "page", PERSON)


@given(st.text(max_size=60))
def test_what_is_no_token_is_no_link(text: str) -> None:
    with pytest.raises(BadLink):
        link_id(text + "!")


def test_somebody_else_s_key_does_not_verify() -> None:
    assert not SIGNER.verify(Signer([OLD]).token(7, "page", PERSON), "page", PERSON)


def test_the_key_before_still_verifies() -> None:
    assert Signer([NEW, OLD]).verify(Signer([OLD]).token(7, "page", PERSON), "page", PERSON)


def test_new_tokens_are_made_with_the_new_key() -> None:
    assert Signer([NEW, OLD]).token(7, "page", PERSON) == SIGNER.token(7, "page", PERSON)


@given(people)
def test_a_standing_token_names_its_person(person: str) -> None:
    assert SIGNER.standing_person(SIGNER.standing_token("unsubscribe", person), "unsubscribe") == person


@given(st.integers(1, 35))
def test_a_standing_token_that_was_cut_is_no_link(length: int) -> None:
    token = SIGNER.standing_token("unsubscribe", PERSON)
    with pytest.raises(BadLink):
        SIGNER.standing_person(token[:length], "unsubscribe")


def test_a_standing_token_is_good_for_one_purpose() -> None:
    with pytest.raises(BadLink):
        SIGNER.standing_person(SIGNER.standing_token("unsubscribe", PERSON), "page")


def test_a_link_s_token_is_no_standing_token() -> None:
    with pytest.raises(BadLink):
        SIGNER.standing_person(SIGNER.token(7, "unsubscribe", PERSON), "unsubscribe")


def test_the_suppression_list_outlives_one_change_of_key() -> None:
    assert Signer([NEW, OLD]).suppression_key() == Signer([OLD]).suppression_key()


def test_a_digest_does_not_show_what_was_digested() -> None:
    assert "amina" not in SIGNER.digest("address", "amina@example.org")
