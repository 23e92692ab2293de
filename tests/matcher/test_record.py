"""INPUT.json: a round is drawn again from it, and judged by it; nothing in it can be changed unseen."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from matcher import Pot, cli, draw, judging
from matcher.community import community
from matcher.record import Numbered, read_record, record

NONCE = "5e" * 32


def pot_of(people=12, rounds=3, seed=1, **more):
    met = community(people, 4, rounds, seed).pot()
    return Pot(met.organisation, met.met, [(0, 1)], trio_turns=met.trio_turns, **more)


def drawn(pot, *, size=2, priority="fresh", seed=7):
    result = draw(pot, seed=seed, size=size, priority=priority)
    return record(pot, result, size=size, priority=priority, nonce=NONCE, programme="councils", number=4)


@pytest.fixture
def file(tmp_path):
    return kept(tmp_path, drawn(pot_of()))


def kept(folder, told):
    file = folder / "input.json"
    file.write_text(told.to_json())
    return file


def changed(file, **parts):
    file.write_text(json.dumps(json.loads(file.read_text()) | parts))
    return file


def run(command, *arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def sent(folder, groups, name="round.csv"):
    lines = [",".join(map(str, group)) for group in groups]
    (folder / name).write_text("\n".join(["person_1,person_2,person_3", *lines]) + "\n")
    return folder / name


def groups_of(file):
    return json.loads(file.read_text())["drawn"]["groups"]


def swapped(groups):
    """The second people of the first two groups change places."""
    (a, b, *c), (d, e, *f), *rest = groups
    return [[a, e, *c], [d, b, *f], *rest]


@pytest.mark.parametrize("people", [2, 3, 4, 9, 12, 25, 27, 41, 150])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_the_round_is_drawn_again_from_its_file(tmp_path, people, size):
    told = drawn(pot_of(people), size=size)
    again = read_record(kept(tmp_path, told))
    made = draw(again.drawn_from.pot, seed=again.seed, size=again.size, priority=again.priority)
    assert np.array_equal(made.groups, told.groups)


def test_every_field_of_a_pot_comes_back(tmp_path):
    flags = {name: np.arange(12) % number == 0 for name, number in (("no_trio", 2), ("newcomer", 3))}
    pot = pot_of(12, let_down=np.arange(12) == 5, locked=[[2, 3, -1], [4, 7, 9]], **flags)
    assert read_record(kept(tmp_path, drawn(pot))).drawn_from.pot.digest() == pot.digest()


def test_organisations_are_numbers_that_tell_nothing(tmp_path):
    pot = Pot([4711, 17, 4711, 23])
    told = json.loads(kept(tmp_path, drawn(pot)).read_text())
    assert told["input"]["organisation"] == [0, 1, 0, 2]


def test_the_commitment_is_the_sum_of_nonce_seed_and_input_as_the_docs_say(file):
    told = json.loads(file.read_text())
    canonical = json.dumps(told["input"], sort_keys=True, separators=(",", ":"))
    by_hand = hashlib.sha256(f"{told['nonce']}{told['seed']}{canonical}".encode()).hexdigest()
    assert read_record(file).commitment == by_hand


def test_the_file_written_otherwise_has_the_same_commitment(file):
    before = read_record(file).commitment
    file.write_text(json.dumps(json.loads(file.read_text()), indent=4))
    assert read_record(file).commitment == before


@pytest.mark.parametrize(
    "part", [{"seed": 8}, {"nonce": "5f" * 32}, {"input": Numbered(range(4), Pot([0, 1, 2, 3])).to_json()}]
)
def test_another_nonce_seed_or_input_has_another_commitment(file, part):
    before = read_record(file).commitment
    parts = {name: value | {"size": 2, "priority": "fresh"} if name == "input" else value
             for name, value in part.items()}  # fmt: skip
    if "input" in parts:
        parts["drawn"] = json.loads(file.read_text())["drawn"] | {"groups": [[0, 1], [2, 3]]}
    assert read_record(changed(file, **parts)).commitment != before


def test_draw_prints_the_groups_that_were_drawn(file):
    told = [" · ".join(map(str, group)) for group in groups_of(file)]
    assert [line.split("\t")[0] for line in run(cli.draw, file).stdout.split("\n\n")[0].splitlines()] == told


def test_draw_and_check_print_the_commitment(file, tmp_path):
    commitment = read_record(file).commitment
    told = [run(cli.draw, file), run(cli.check, file, sent(tmp_path, groups_of(file)))]
    assert [commitment in each.stdout for each in told] == [True, True]


def test_draw_writes_the_round_that_check_then_passes(file, tmp_path):
    run(cli.draw, file, "--out", tmp_path / "again.csv")
    assert run(cli.check, file, tmp_path / "again.csv").stdout.startswith("Legal: no rule is broken.\nBest: ")


def test_a_round_sent_as_it_was_drawn_is_said_to_be(file, tmp_path):
    told = run(cli.check, file, sent(tmp_path, groups_of(file)), "--json")
    assert json.loads(told.stdout)["as_drawn"] is True


def test_groups_changed_by_hand_are_listed(file, tmp_path):
    before = groups_of(file)
    told = json.loads(run(cli.check, file, sent(tmp_path, swapped(before)), "--json").stdout)
    assert (told["only_drawn"], told["only_sent"]) == (
        sorted(before[:2]),
        sorted(map(sorted, swapped(before)[:2])),
    )


def test_changes_by_hand_are_said_in_words(file, tmp_path):
    before = groups_of(file)
    told = run(cli.check, file, sent(tmp_path, swapped(before)))
    assert f"  drawn: {' · '.join(map(str, sorted(before[:2])[0]))}\n" in told.stdout


def test_who_was_left_out_by_hand_is_listed(file, tmp_path):
    told = json.loads(run(cli.check, file, sent(tmp_path, groups_of(file)[1:]), "--json").stdout)
    assert told["left_out"] == groups_of(file)[0]


def test_who_was_put_in_by_hand_is_judged_by_what_it_was_sent_from(tmp_path):
    """Thirteen were in it when it was sent, and the last had met the first before."""
    first = pot_of(12)
    more = Pot([*first.organisation, 99], [*first.met, (9, 0, 12)], first.never)
    file = kept(tmp_path, replace(drawn(first), sent_from=Numbered(range(13), more)))
    with_one_more = [[*group, 12] if 0 in group else group for group in groups_of(file)]
    told = json.loads(run(cli.check, file, sent(tmp_path, with_one_more), "--json").stdout)
    assert (told["put_in"], told["repeats"] - told["repeats_drawn"]) == ([12], 1)


def test_two_who_must_not_meet_are_named_and_the_check_fails(file, tmp_path):
    rest = [person for group in groups_of(file) for person in group if person > 1]
    illegal = [[0, 1], *zip(rest[::2], rest[1::2], strict=True)]
    told = run(cli.check, file, sent(tmp_path, illegal))
    assert (told.exit_code, told.stderr) == (1, "never: 0, 1\n")


def test_a_group_too_large_fails_the_check(file, tmp_path):
    first, second, *rest = groups_of(file)
    round_file = tmp_path / "round.csv"
    rows = [",".join(map(str, group)) for group in ([*first, *second], *rest)]
    round_file.write_text("\n".join(["person_1,person_2,person_3,person_4", *rows]))
    assert run(cli.check, file, round_file).stderr.startswith("size: ")


def test_a_locked_group_is_kept_when_it_is_drawn_again(tmp_path):
    file = kept(tmp_path, drawn(pot_of(12, locked=[[2, 3, -1]])))
    assert "2 · 3" in run(cli.draw, file).stdout


def test_a_locked_group_may_be_changed_by_hand(tmp_path):
    told = drawn(pot_of(12, locked=[[2, 3, -1]]))
    file = kept(tmp_path, told)
    groups = sorted(groups_of(file), key=lambda group: group != [2, 3])
    verdict = run(cli.check, file, sent(tmp_path, swapped(groups)))
    assert verdict.exit_code == 0


def test_somebody_left_without_a_group_by_the_draw_passes_the_check(tmp_path):
    """All the others must not meet the last one."""
    pot = Pot(np.arange(5), never=[(0, 4), (1, 4), (2, 4), (3, 4)])
    file = kept(tmp_path, drawn(pot))
    assert run(cli.check, file, sent(tmp_path, groups_of(file))).exit_code == 0


def test_a_round_of_threes_is_judged_as_one(tmp_path):
    file = kept(tmp_path, drawn(pot_of(12, rounds=0), size=3))
    told = json.loads(run(cli.check, file, sent(tmp_path, groups_of(file)), "--json").stdout)
    assert (told["best"], told["fair"]) == (True, True)


def test_another_version_of_the_matcher_does_not_draw_it(file):
    told = run(cli.draw, changed(file, matcher=99))
    assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (4, "", 1)


def test_another_version_of_the_matcher_checks_it(file, tmp_path):
    round_file = sent(tmp_path, groups_of(file))
    told = run(cli.check, changed(file, matcher=99), round_file)
    assert (told.exit_code, told.stderr[:34]) == (0, "drawn by version 99 of the matcher")


def test_a_file_whose_draw_was_changed_is_found_out(file):
    drawn_so = json.loads(file.read_text())["drawn"] | {"groups": swapped(groups_of(file))}
    told = run(cli.draw, changed(file, drawn=drawn_so))
    assert (told.exit_code, told.stderr) == (1, "This is not the round that the file says was drawn\n")


@pytest.mark.parametrize(
    "option",
    [
        ["--seed", 3],
        ["--history", "h.csv"],
        ["--never", "n.csv"],
        ["--size", 3],
        ["--append"],
        ["--before", 2],
    ],
)
def test_what_the_file_holds_is_not_said_twice(file, option):
    told = run(cli.draw, file, *option)
    assert (told.exit_code, told.stderr) == (
        2,
        f"{option[0]} does not go with INPUT.json, which holds all that the round was drawn from\n",
    )


BAD = {
    "": "this is not JSON",
    "{": "this is not JSON",
    "\xff": "this is not JSON",
    "[" * 100_000: "this is not JSON",
    "[]": "this is not the file of a round",
    "{}": "“input” is missing",
    "null": "this is not the file of a round",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:5] or "empty")
def test_what_is_no_file_of_a_round_is_refused_in_one_line(tmp_path, text):
    file = tmp_path / "input.json"
    file.write_text(text, encoding="latin-1")
    told = run(cli.draw, file)
    assert (told.exit_code, told.stderr.count("\n"), BAD[text] in told.stderr) == (2, 1, True)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("nonce", "5E" * 32, "nonce: it has 64 hexadecimal digits"),
        ("nonce", 7, "nonce: it has 64 hexadecimal digits"),
        ("seed", -1, "seed: a seed is from 0 below 2**63"),
        ("seed", 2**63, "seed: a seed is from 0 below 2**63"),
        ("seed", "7", "seed: '7' is not a whole number"),
        ("seed", True, "seed: True is not a whole number"),
        ("round", 1.5, "round: 1.5 is not a whole number"),
        ("matcher", None, "matcher: None is not a whole number"),
        ("input", [], "input: list indices"),
        ("drawn", {"groups": [[0, 99]], "proof": {}}, "drawn: 99 is not among its people"),
        ("drawn", {"groups": [[0, 2]]}, "drawn: “proof” is missing"),
        ("drawn", {"groups": [[0, 2]], "proof": {}}, "drawn: this is not a proof of a round"),
        ("sent", {"people": [1, 1]}, "sent: somebody is listed twice"),
    ],
)
def test_a_part_that_makes_no_sense_is_named(file, part, value, said):
    told = run(cli.draw, changed(file, **{part: value}))
    assert (told.exit_code, told.stderr.startswith(f"input.json: {said}")) == (2, True)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("size", 5, "groups have 2 to 4 people"),
        ("priority", "most", "priority is fresh or cross"),
        ("people", ["Ann"], "'Ann' is not a whole number"),
        ("organisation", [1.5] * 12, "organisation must hold whole numbers, not float64"),
        ("organisation", [1], "met row"),
        ("met", [[1, 0]], "a row has not 3 numbers"),
        ("met", [[1, 0, 77]], "77 is not among its people"),
        ("met", [[2**40, 0, 1]], "met holds a number beyond 32 bits"),
        ("never", [[0, 0]], "never row 0: person 0 is paired with themselves"),
        ("trio_turns", [-1] * 12, "trio_turns below zero"),
        ("newcomer", [12], "12 is not among its people"),
        ("locked", [[0]], "locked group 0 has fewer than two people"),
    ],
)
def test_a_field_of_the_input_that_makes_no_sense_is_named(file, field, value, said):
    told = json.loads(file.read_text())["input"] | {field: value}
    found = run(cli.draw, changed(file, input=told))
    assert (found.exit_code, found.stderr.startswith(f"input.json: input: {said}")) == (2, True)


def test_a_round_with_somebody_unknown_names_the_row(file, tmp_path):
    told = run(cli.check, file, sent(tmp_path, [[0, 99]]))
    assert told.stderr == "round.csv:2: person_2: 99 is not among the people\n"


def test_a_round_of_nobody_is_judged(tmp_path):
    file = kept(tmp_path, drawn(Pot([])))
    judged = judging.judge(read_record(file), np.zeros((0, 3), np.int32))
    assert judged.is_as_drawn
