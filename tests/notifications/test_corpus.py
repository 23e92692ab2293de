"""Hundreds of answers, dressed by mail programs and phones. `python -m tests.support.corpus` counts them."""

import pytest

from notifications import secrets
from tests.support.corpus import KINDS, LEARNING, STOP, mails, score, taken, texts

BOTH = pytest.mark.parametrize("cases", [mails, texts])


@BOTH
def test_no_stop_is_missed(cases):
    assert [case.name for case in cases() if case.kind == STOP and taken(case).kind != STOP] == []


@BOTH
def test_nothing_of_ours_is_kept(cases):
    assert [case.name for case in cases() if secrets.found_in(taken(case).learning)] == []


@BOTH
def test_nothing_but_the_writers_own_words_is_kept(cases):
    kept = {taken(case).learning for case in cases() if case.kind == LEARNING}
    assert kept == {" ".join(case.said.split()) for case in cases() if case.kind == LEARNING}


@BOTH
def test_of_each_kind_almost_all_are_found_and_almost_nothing_else(cases):
    found = score(cases())
    kinds = [kind for kind in KINDS if found.expected[kind]]
    assert min(min(found.recall(kind), found.precision(kind)) for kind in kinds) >= 0.98


def test_there_are_as_many_as_promised():
    assert (len(list(mails())) >= 300, len(list(texts())) >= 100) == (True, True)
