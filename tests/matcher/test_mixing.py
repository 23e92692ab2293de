"""One more thing to mix by, beside organisations."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import BadPot, Pot, Proof, Refused, check, draw, explain, proof, referee, rules
from matcher.community import community, saturated
from matcher.record import Numbered, read_record, record
from tests.matcher.oracle import best, pots, value_of


def mixed_pots(max_people: int, least: int = 4):
    """Pots in which most people have answered."""
    return pots(max_people=max_people).filter(lambda pot: pot.mixes and pot.n >= least)


def with_roles(people: int, rounds: int, seed: int, kinds: int = 3, **given) -> Pot:
    pot = community(people, 5, rounds, seed, **given).pot()
    mix = np.random.default_rng([seed, people]).integers(-1, kinds, pot.n)
    return Pot(pot.organisation, pot.met, pot.never, trio_turns=pot.trio_turns, mix=mix)


@given(mixed_pots(max_people=8))
@settings(max_examples=80, deadline=None)
def test_no_legal_round_mixes_better(pot):
    assert value_of(pot, draw(pot, priority="cross")) == best(pot)[0]


@given(mixed_pots(max_people=9), st.sampled_from([2, 3, 4]), st.sampled_from(["fresh", "cross"]))
@settings(max_examples=80, deadline=None)
def test_the_referee_agrees_about_mixing(pot, size, priority):
    assert check(pot, draw(pot, size=size, priority=priority)).counts.mixed is not None


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("people", [12, 27, 41, 60])
def test_the_referee_agrees_with_larger_rounds(people, size):
    pot = with_roles(people, 4, people, never=0.02)
    check(pot, draw(pot, seed=size, size=size))


@pytest.mark.parametrize("people", [28, 300, 2000, 30_000])
def test_two_answers_alike_are_kept_apart_where_they_can_be(people):
    pot = with_roles(people, 3, 1)
    figures = draw(pot, priority="cross").figures
    assert (figures.repeats, figures.mixed) == (0, figures.mixed_bound)


def test_organisations_come_first():
    crossing = [[0, 2, -1], [1, 3, -1]]
    result = draw(Pot([0, 0, 1, 1], [[1, 0, 3]], mix=[0, 1, 0, 1]), priority="cross")
    assert result.groups.tolist() == crossing


def test_mixing_decides_between_rounds_that_cross_alike():
    result = draw(Pot([0, 0, 1, 1], mix=[0, 1, 0, 1]))
    assert result.groups.tolist() == [[0, 3, -1], [1, 2, -1]]


def test_people_who_have_not_said_are_like_nobody():
    figures = draw(Pot([0, 1, 2, 3], mix=[-1, -1, -1, 0])).figures
    assert (figures.mixed, figures.mixed_bound) == (2, 2)


def test_a_pot_in_which_nobody_said_is_as_before():
    assert Pot([0, 1, 1], mix=[-1, -1, -1]).digest() == Pot([0, 1, 1]).digest()


def test_other_answers_give_another_draw():
    assert Pot([0, 1, 1], mix=[0, 0, -1]).digest() != Pot([0, 1, 1], mix=[0, -1, 0]).digest()


def test_what_answers_are_called_changes_nothing():
    assert Pot([0, 1, 1], mix=[7, 7, 3]).digest() == Pot([0, 1, 1], mix=[1, 1, 2]).digest()


def test_an_answer_below_nothing_is_refused():
    with pytest.raises(BadPot, match="mix below -1"):
        Pot([0, 1], mix=[0, -2])


@pytest.mark.parametrize("people", [12, 28, 29, 40])
def test_prices_prove_what_counting_cannot(people):
    """Where nearly everybody has met, organisations and answers stand in each other's way."""
    pot = saturated(people, 3, 4)
    mix = np.random.default_rng(3).integers(-1, 2, people)
    result = draw(Pot(pot.organisation, pot.met, mix=mix), priority="cross")
    assert (result.proof.kind, result.figures.optimal) == ("dual", True)


def test_where_nothing_proves_the_mixing_only_crossing_is_claimed():
    people = np.arange(400)
    pot = Pot(people // 200, mix=people % 2)
    alike = np.stack((people[:200], people[200:], np.full(200, -1)), axis=1).astype(np.int32)
    assert proof.certify(pot, alike, rules.value(pot, alike), best=False).certifies == proof.LINES


def test_a_claim_about_mixing_that_falls_short_is_refused():
    pot = Pot([0, 1, 2, 3], mix=[0, 1, 0, 1])
    with pytest.raises(Refused, match="0 are mixed, the bound is 2"):
        referee.check_round(pot, [[0, 2, -1], [1, 3, -1]], Proof("counting", (*proof.LINES, "mixing")))


def test_a_claim_about_mixing_needs_something_to_mix_by():
    with pytest.raises(Refused, match="there is nothing"):
        referee.check_round(
            Pot([0, 1]), [[0, 1, -1]], Proof("counting", (*proof.LINES, "mixing"), sizes=((2, 1),))
        )


def test_a_false_figure_is_refused():
    pot = Pot([0, 1, 2, 3], mix=[0, 1, 0, 1])
    result = draw(pot)
    with pytest.raises(Refused, match="mixed is 2, not 1"):
        check(pot, replace(result, figures=replace(result.figures, mixed=1)))


def test_a_round_is_not_called_best_without_a_proof_of_its_mixing():
    pot = Pot([0, 1, 2, 3], mix=[0, 1, 0, 1])
    result = draw(pot)
    less = replace(result.proof, certifies=proof.LINES)
    with pytest.raises(Refused, match="nothing proves that none mixes better"):
        check(pot, replace(result, proof=less))


def test_reasons_tell_of_no_answer():
    labels = explain.Labels(["Ann", "Bo", "Cy"], ["Leeds", "York", "Acme"], "Role")
    reasons = explain.Reasons(Pot([0, 1, 2], mix=[0, 0, 1]), labels)
    told = [reasons.group(pair).partition(" met before. ")[2] for pair in ([0, 1], [0, 2])]
    assert told == ["Both gave the same answer to “Role”.", "Different answers to “Role”."]


def test_nothing_is_said_of_people_who_have_not_said():
    labels = explain.Labels(["Ann", "Bo"], ["Leeds", "York"], "Role")
    assert "Role" not in explain.group(Pot([0, 1], mix=[0, -1]), [0, 1], labels)


def test_what_mixing_came_to_is_told():
    labels = explain.Labels([*"abcd"], ["Leeds", "York", "Acme", "Kirk"], "Role")
    told = explain.best(pot := Pot([0, 1, 2, 3], mix=[0, 0, 0, 1]), draw(pot), labels)
    assert told[2:4] == [
        "One of two pairs gave the same answer to “Role”.",
        "With these answers it cannot be fewer.",
    ]


def test_a_file_keeps_what_was_mixed_by():
    pot = Pot([0, 1, 1, 0], mix=[5, -1, 2, 5])
    told = json.loads(json.dumps(Numbered(range(4), pot).to_json()))
    assert Numbered.from_json(told).pot.digest() == pot.digest()


def test_a_file_from_before_is_read_as_it_was():
    assert "mix" not in Numbered(range(2), Pot([0, 1])).to_json()


def test_mixing_comes_after_crossing_whatever_comes_first():
    orders = [[wish.name for wish in rules.order(priority, mixing=True)] for priority in ("fresh", "cross")]
    assert [order.index("mixing") - order.index("crossing") for order in orders] == [1, 1]


@pytest.mark.parametrize("size", [2, 3])
def test_a_kept_round_is_drawn_again_with_what_it_was_mixed_by(tmp_path, size):
    pot = with_roles(30, 3, 7)
    drawn = draw(pot, seed=4, size=size)
    file = tmp_path / "input.json"
    file.write_text(record(pot, drawn, size=size, priority="fresh", nonce="0" * 64).to_json())
    kept = read_record(file)
    assert draw(kept.drawn_from.pot, seed=kept.seed, size=size).groups.tolist() == drawn.groups.tolist()
