"""Words an organiser can repeat."""

import numpy as np
import pytest

from matcher import Pot, draw, explain
from matcher.community import majority, saturated
from matcher.explain import Labels

NAMES = Labels(["Ann", "Bo", "Cy", "Dee", "Eve"], ["Leeds", "Kirklees", "Acme"])


@pytest.mark.parametrize(
    ("met", "words"),
    [
        ([], "Never met. Leeds and Kirklees have not met before."),
        ([[1, 1, 2]], "Never met. Leeds has met Kirklees once before."),
        ([[1, 1, 2], [2, 1, 4]], "Never met. Leeds has met Kirklees twice before."),
        ([[3, 0, 2]], "Last met last round. Leeds has met Kirklees once before."),
        ([[3, 0, 2], [4, 1, 3]], "Last met two rounds ago. Leeds has met Kirklees once before."),
    ],
)
def test_a_pair_is_told_its_past(met, words):
    pot = Pot([0, 0, 1, 2, 1], met)
    assert explain.group(pot, [0, 2], NAMES) == words


def test_a_three_among_threes_is_not_told_the_number_is_odd():
    assert "odd" not in explain.group(Pot([0, 0, 1, 2, 1]), [0, 2, 3], NAMES, size=3)


def test_people_of_one_organisation_are_told_so():
    assert explain.group(Pot([0, 0, 1, 2, 1]), [0, 1], NAMES) == "Never met. Both from Leeds."


def test_a_three_is_told_why():
    words = explain.group(Pot([0, 0, 1, 2, 1]), [0, 2, 3], NAMES)
    assert words == (
        "None of them have met. From Leeds, Kirklees and Acme. 5 is odd."
        " All three are happy in a three; none has been in one before."
    )


def test_a_three_of_people_who_said_no_is_told_there_was_no_other_way():
    words = explain.group(Pot([0, 1, 2], no_trio=[True, False, False]), [0, 1, 2], NAMES)
    assert "One of them said no to a three; there was no other way." in words


def test_a_three_in_which_two_have_met_says_who():
    words = explain.group(Pot([0, 0, 1, 2, 1], [[1, 0, 2]]), [0, 2, 3], NAMES)
    assert words.startswith("Ann and Cy last met last round.")


def best(pot, **given):
    labels = Labels([f"person {p}" for p in range(pot.n)], ["Acme", "B", "C", "D", "E"])
    return explain.best(pot, draw(pot, **given), labels)


def test_of_groups_merged_from_pairs_it_is_said_that_chance_had_little_say():
    never = [[a, b] for a in range(5) for b in (*range(a + 1, 5), *range(7, 30))]
    pot = Pot(np.arange(30) % 4, (), never)
    words = "Merged from pairs, so that as few people as possible are left out; chance had little say."
    assert words in best(pot, size=4)


def test_a_majority_is_told_what_follows_and_what_would_help():
    told = best(majority(20, 0.7, 1))
    assert told[:4] == [
        "No pair has met before.",
        "6 of 10 pairs cross organisations.",
        "Acme has 14 of the 20 people; the other 6 can host 6 of them, so at least four Acme–Acme pairs.",
        "Invite eight people from elsewhere and every pair crosses.",
    ]


def test_the_remedy_works():
    pot = majority(20, 0.7, 1)
    guests = explain.guests_needed(pot)
    assert draw(Pot(np.concatenate((pot.organisation, 10 + np.arange(guests))))).figures.cross == 14


def test_two_odd_circles_are_told_why_somebody_meets_again():
    pot = Pot([0] * 6, [[1, a, b] for a in range(3) for b in range(3, 6)])
    assert best(pot)[:4] == [
        "One pair met before.",
        "person 0, person 1 and person 2 have only each other left to meet, and three is odd.",
        "person 3, person 4 and person 5 have only each other left to meet, and three is odd.",
        "If person 0 and person 3 skipped this round, nobody would have to meet again.",
    ]


def test_skipping_helps_as_promised():
    pot = Pot([0] * 6, [[1, a, b] for a in range(3) for b in range(3, 6)])
    assert draw(pot.only(np.array([1, 2, 4, 5]))).figures.repeats == 0


def test_people_who_have_met_all_but_one_are_told_so():
    pairs = [(1, a, b) for a in range(3) for b in range(a + 1, 6) if b != 3]
    told = best(Pot([0] * 6, pairs))
    assert "person 0, person 1 and person 2 have met everybody but person 3, who can take one." in told


def test_people_of_two_halves_are_told_no_three_of_them_are_new_to_each_other():
    halves = [[1, a, b] for a in range(6) for b in range(a + 2, 6, 2)]
    told = best(Pot([0] * 6, halves), size=3, never_a_pair=True)
    assert told[1] == (
        "person 0, person 1, person 2, person 3, person 4 and person 5"
        " are in no group of three in which nobody has met."
    )


def test_an_odd_pot_without_three_strangers_is_told_the_three_meets_again():
    halves = [[1, a, b] for a in range(5) for b in range(a + 2, 5, 2)]
    told = best(Pot([0] * 5, halves))
    assert "Wherever the three is put, somebody in it or beside it meets again." in told


def test_fewest_repeats_without_more_are_told_apart_from_the_best():
    told = best(saturated(71, 1))
    assert "No round has fewer repeats; it is not proved that none of those is better beyond that." in told


def test_a_full_round_is_told_in_two_sentences():
    assert best(Pot([0, 1, 0, 1]))[:2] == ["No pair has met before.", "Every pair crosses organisations."]


def test_a_counted_pot_is_told_among_how_many_rounds_it_was_drawn():
    assert "Drawn uniformly from exactly 2 rounds equal in repeats and crossing." in best(Pot([0, 1, 0, 1]))


def test_a_larger_pot_makes_no_claim_it_cannot_keep():
    assert "tested, not proved, to have mixed" in " ".join(best(Pot(np.arange(40) % 4)))


@pytest.mark.parametrize(
    ("pot", "words"),
    [
        (Pot([0]), [(0, "Nobody else is in, so Ann has nobody to meet.")]),
        (Pot([0, 0, 0], (), [[0, 1], [0, 2]]), [(0, "Ann must not meet anybody who is free this round.")]),
        (
            Pot([0, 0, 0], locked=[[0, 1, -1]]),
            [(2, "Everybody else is locked in a group, so Cy has nobody to meet.")],
        ),
    ],
)
def test_whoever_is_left_out_is_told_why(pot, words):
    assert explain.unplaced(pot, draw(pot), NAMES) == words


def test_wishes_are_told_in_their_order():
    told = explain.wishes("cross")
    assert told.index("as many pairs as possible cross organisations") < told.index(
        "as many further rounds without a repeat as possible stay open"
    )


@pytest.mark.parametrize(
    ("met", "members", "words"),
    [
        ([], [0, 1], "Never met. Both from Leeds."),
        ([[4, 0, 2]], [0, 2], "Ann and Cy have met before. From Leeds and Kirklees."),
        ([[4, 0, 2]], [0, 2, 3], "Ann and Cy have met before. From Leeds, Kirklees and Acme."),
    ],
)
def test_people_alone_are_told_who_has_met_and_nothing_of_their_organisations(met, members, words):
    assert explain.alone(Pot([0, 0, 1, 2, 1], met), members, NAMES) == words
