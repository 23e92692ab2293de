"""draw, check and generate: files in, files out, one line when something is wrong."""

import csv
import json

import pytest
from click.testing import CliRunner

from matcher import cli

NO_TABLE = "people.csv: this is no CSV, but a file of another kind; save the table as CSV, in UTF-8"
PEOPLE = "id,organisation,shoe size\nb,Leeds,40\na,Leeds,41\nd,York,42\nc,York,43\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def run(command, *arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def table(folder, name, text):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / name


def rows(file):
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def test_a_drawn_round_is_written_with_its_reasons(folder):
    run(cli.draw, folder / "people.csv", "--out", folder / "round.csv")
    written = rows(folder / "round.csv")
    assert [(r["repeat"], r["cross_organisation"], r["why"][:10]) for r in written] == [
        ("0", "1", "Never met.")
    ] * 2


def test_figures_come_as_one_object(folder):
    told = json.loads(run(cli.draw, folder / "people.csv", "--json").stdout)
    assert (
        list(told)
        == (
            "people groups pairs unplaced repeats cross cross_bound optimal proof method"
            " equally_good_rounds fresh_rounds_left seed sizes considered every_mix mixed mixed_bound seconds"
        ).split()
    )


def test_a_drawn_round_passes_its_check(folder):
    files = [folder / "people.csv", "--out", folder / "r.csv", "--proof", folder / "p.json"]
    run(cli.draw, *files)
    assert (
        run(cli.check, folder / "people.csv", folder / "r.csv", "--proof", folder / "p.json").exit_code == 0
    )


def test_without_a_file_the_round_is_printed(folder):
    assert "4 people, 2 groups. Seed 7." in run(cli.draw, folder / "people.csv", "--seed", 7).stdout


def test_an_illegal_round_is_named_and_fails(folder):
    wrong = table(folder, "round.csv", "person_1,person_2\na,b\nc,a\n")
    told = run(cli.check, folder / "people.csv", wrong)
    assert (told.exit_code, told.stderr) == (1, "twice: a\nleft-out: d\n")


def test_an_illegal_round_is_told_as_json(folder):
    wrong = table(folder, "round.csv", "person_1,person_2\na,b\n")
    told = json.loads(run(cli.check, folder / "people.csv", wrong, "--json").stdout)
    assert [v["people"] for v in told["violations"]] == [["c"], ["d"]]


def test_a_legal_round_that_is_not_the_best_passes_and_says_so(folder):
    edited = table(folder, "round.csv", "person_1,person_2,person_3\na,b,\nc,d,\n")
    told = run(cli.check, folder / "people.csv", edited, "--json")
    assert (told.exit_code, json.loads(told.stdout)["best"]) == (0, None)


def test_never_pairs_that_leave_somebody_out_end_with_three(folder):
    never = table(folder, "never.csv", "person_1,person_2\na,b\na,c\na,d\n")
    told = run(cli.draw, folder / "people.csv", "--never", never, "--json")
    assert (told.exit_code, [who["id"] for who in json.loads(told.stdout)["unplaced"]]) == (3, ["a"])


def test_a_round_with_somebody_left_out_for_good_reason_passes(folder):
    never = table(folder, "never.csv", "person_1,person_2\na,b\na,c\na,d\n")
    run(
        cli.draw,
        folder / "people.csv",
        "--never",
        never,
        "--out",
        folder / "r.csv",
        "--proof",
        folder / "p.json",
    )
    told = run(
        cli.check, folder / "people.csv", folder / "r.csv", "--never", never, "--proof", folder / "p.json"
    )
    assert told.exit_code == 0


def test_people_who_have_left_are_counted_and_passed_over(folder):
    history = table(folder, "history.csv", "round,person_1,person_2,person_3\n1,a,x,\n1,b,y,c\n")
    told = run(cli.draw, folder / "people.csv", "--history", history)
    assert (told.exit_code, told.stderr) == (
        0,
        "history.csv: names 2 people who are not in the pot; passed over\n",
    )


def test_a_past_three_counts_as_three_pairs(folder):
    history = table(folder, "history.csv", "round,person_1,person_2,person_3\n1,a,b,c\n")
    run(
        cli.draw,
        folder / "people.csv",
        "--history",
        history,
        "--priority",
        "cross",
        "--out",
        folder / "r.csv",
    )
    assert [r["repeat"] for r in rows(folder / "r.csv")] in (["1", "0"], ["0", "1"])


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ("", "people.csv: the file is empty"),
        ("id,team\na,Leeds\n", "people.csv:1: organisation: this column is missing"),
        ("id,organisation\na,Leeds\na,York\n", "people.csv:3: id: a is listed twice"),
        ("id,organisation\na,Leeds\n,York\n", "people.csv:3: id: this is empty"),
        ("id,organisation\na,\n", "people.csv:2: organisation: this is empty"),
        (
            b"id,organisation\na,Le\xffeds\n",
            "people.csv:2: column 2: byte 0xff is not UTF-8; save the file as UTF-8",
        ),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj\n", NO_TABLE),
        (b"PK\x03\x04\x14\0\x06\0word/document.xml", NO_TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NO_TABLE),
        (b"\x7fELF\x02\x01\x01\0", NO_TABLE),
        ("<!DOCTYPE html><title>Council</title>", NO_TABLE),
    ],
)
def test_a_bad_people_file_ends_with_one_line(folder, people, words):
    told = run(cli.draw, table(folder, "people.csv", people))
    assert (told.exit_code, told.stderr) == (2, words + "\n")


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ("round,person_1\n1,a\n", "history.csv:1: person_2: this column is missing"),
        ("round,person_1,person_2\nx,a,b\n", "history.csv:2: round: x is not a whole number"),
        ("round,person_1,person_2\n1,a,a\n", "history.csv:2: person_2: a is in this group twice"),
        ("round,person_1,person_2\n1,a,\n", "history.csv:2: person_2: a group has at least two people"),
        ('round,person_1,person_2\n1,"a,b\n', "history.csv:2: this is not CSV (unexpected end of data)"),
    ],
)
def test_a_bad_history_ends_with_one_line(folder, history, words):
    told = run(cli.draw, folder / "people.csv", "--history", table(folder, "history.csv", history))
    assert (told.exit_code, told.stderr) == (2, words + "\n")


def test_a_never_pair_of_one_person_is_refused(folder):
    told = run(cli.draw, folder / "people.csv", "--never", table(folder, "n.csv", "person_1,person_2\na,a\n"))
    assert (told.exit_code, told.stderr) == (2, "n.csv:2: person_2: a is paired with themselves\n")


def test_a_file_that_is_not_there_is_named(folder):
    told = run(cli.draw, folder / "nobody.csv")
    assert (told.exit_code, told.stderr) == (2, "nobody.csv: cannot be read: No such file or directory\n")


def test_a_round_naming_a_stranger_is_refused(folder):
    told = run(cli.check, folder / "people.csv", table(folder, "r.csv", "person_1,person_2\na,zoe\n"))
    assert (told.exit_code, told.stderr) == (2, "r.csv:2: person_2: zoe is not among the people\n")


@pytest.mark.parametrize(
    "proof",
    [
        "{}",
        "[" * 100_000,
        b"PK\x03\x04\xff",
        '{"kind": "counting", "certifies": [], "repeats": 1e999}',
        '{"kind": "dual", "certifies": [], "repeats": 0, "cross": 0, "barrier": [], "duals": [[]]}',
    ],
    ids=["empty", "deep", "workbook", "endless", "other"],
)
def test_a_proof_that_is_none_is_refused(folder, proof):
    edited = table(folder, "round.csv", "person_1,person_2\na,c\nb,d\n")
    told = run(cli.check, folder / "people.csv", edited, "--proof", table(folder, "p.json", proof))
    assert (told.exit_code, told.stderr) == (2, "this is not a proof of a round\n")


def test_a_byte_order_mark_does_no_harm(folder):
    assert run(cli.draw, table(folder, "people.csv", "\ufeff" + PEOPLE)).exit_code == 0


def test_listing_people_otherwise_gives_the_same_round(folder):
    turned = table(
        folder, "turned.csv", "\n".join([PEOPLE.splitlines()[0], *PEOPLE.splitlines()[:0:-1]]) + "\n"
    )
    assert run(cli.draw, turned).stdout == run(cli.draw, folder / "people.csv").stdout


def test_ids_no_spreadsheet_takes_for_a_formula_come_back_as_they_were(folder):
    people = table(folder, "people.csv", "id,organisation\n=1+1,Leeds\n@b,York\n")
    run(cli.draw, people, "--out", folder / "r.csv")
    assert (folder / "r.csv").read_text().splitlines()[1].startswith("'=1+1,'@b,")
    assert run(cli.check, people, folder / "r.csv").exit_code == 0


def test_an_appended_round_is_known_to_the_next_draw(folder):
    history = folder / "history.csv"
    for _ in range(3):
        run(cli.draw, folder / "people.csv", "--history", history, "--append")
    told = [(row["round"], {row["person_1"], row["person_2"]}) for row in rows(history)]
    assert [number for number, _ in told] == ["1", "1", "2", "2", "3", "3"]
    assert len({frozenset(pair) for _, pair in told}) == 6


def test_what_else_stands_in_a_history_is_kept_when_a_round_is_appended(folder):
    history = table(folder, "history.csv", "when,round,person_1,person_2\nMay,7,a,x\n")
    run(cli.draw, folder / "people.csv", "--history", history, "--append", "--size", 3)
    assert history.read_text().splitlines()[:2] == [
        "when,round,person_1,person_2,person_3,person_4",
        "May,7,a,x,,",
    ]
    assert rows(history)[1]["round"] == "8"


def test_a_round_that_was_appended_can_be_drawn_and_checked_again(folder):
    history, out = folder / "history.csv", folder / "r.csv"
    run(cli.draw, folder / "people.csv", "--history", history, "--append", "--out", out)
    first = out.read_text()
    given = [folder / "people.csv", "--history", history, "--before", 1]
    run(cli.draw, *given, "--out", out)
    assert (out.read_text(), run(cli.check, given[0], out, *given[1:]).exit_code) == (first, 0)


@pytest.mark.parametrize("options", [["--append"], ["--append", "--history", "h.csv", "--before", 2]])
def test_a_round_is_only_appended_to_a_whole_history(folder, options):
    told = run(cli.draw, folder / "people.csv", *options)
    assert (told.exit_code, told.stderr) == (2, "--append needs --history, and all of it\n")


@pytest.mark.parametrize("option", ["--out", "--proof"])
@pytest.mark.parametrize("file", ["people.csv", "history.csv", "never.csv"])
def test_no_round_is_written_over_what_it_is_drawn_from(folder, option, file):
    table(folder, "history.csv", "round,person_1,person_2\n1,a,b\n")
    table(folder, "never.csv", "person_1,person_2\na,c\n")
    before = (folder / file).read_text()
    given = [folder / "people.csv", "--history", folder / "history.csv", "--never", folder / "never.csv"]
    told = run(cli.draw, *given, option, folder / "." / file)
    assert (told.exit_code, (folder / file).read_text()) == (2, before)
    assert "in use for something else already; say another" in told.stderr


def test_a_round_and_its_proof_are_two_files(folder):
    told = run(cli.draw, folder / "people.csv", "--out", folder / "r.csv", "--proof", folder / "r.csv")
    assert (told.exit_code, (folder / "r.csv").exists()) == (2, False)


def test_where_nothing_can_be_written_the_file_is_named(folder):
    told = run(cli.draw, folder / "people.csv", "--out", folder / "none" / "r.csv")
    assert (told.exit_code, told.stderr) == (2, f"{folder / 'none' / 'r.csv'}: No such file or directory\n")


def test_no_made_up_community_takes_the_place_of_a_real_one(folder):
    told = run(cli.generate, "--people", 3, "--organisations", 2, "--rounds", 0, "--seed", 1, "--out", folder)
    assert (told.exit_code, (folder / "people.csv").read_text()) == (2, PEOPLE)


def test_a_pot_without_people_is_a_round_without_groups(folder):
    told = run(cli.draw, table(folder, "people.csv", "id,organisation\n"))
    assert (told.exit_code, told.stdout.strip()) == (0, "0 people, 0 groups. Seed 1.")


def test_a_pot_of_one_ends_with_three_and_the_reason(folder):
    told = run(cli.draw, table(folder, "people.csv", "id,organisation\na,Leeds\n"))
    assert (told.exit_code, told.stdout.split("\n")[1:3]) == (
        3,
        ["1 person, 0 groups. Seed 1.", "Nobody else is in, so a has nobody to meet."],
    )


def test_a_made_up_community_can_be_drawn(tmp_path):
    run(cli.generate, "--people", 41, "--organisations", 9, "--rounds", 3, "--seed", 4, "--out", tmp_path)
    files = ["people.csv", "--history", "history.csv", "--never", "never.csv"]
    told = run(cli.draw, *(tmp_path / f if f.endswith("csv") else f for f in files), "--json")
    assert json.loads(told.stdout)["people"] == 41


def test_the_seed_of_a_community_is_written(tmp_path):
    run(
        cli.generate,
        "--people",
        3,
        "--organisations",
        2,
        "--rounds",
        1,
        "--seed",
        99,
        "--out",
        tmp_path / "new",
    )
    assert (tmp_path / "new" / "seed.txt").read_text() == "99\n"


def test_the_same_seed_makes_the_same_community(tmp_path):
    for name in ("one", "two"):
        run(
            cli.generate,
            "--people",
            30,
            "--organisations",
            4,
            "--rounds",
            5,
            "--seed",
            1,
            "--out",
            tmp_path / name,
        )
    assert (tmp_path / "one/history.csv").read_bytes() == (tmp_path / "two/history.csv").read_bytes()


ALIKE = "ID,Organisation\nann@leeds.example.org,Leeds City Council\ntom@york.example.org,York\n"
ALIKE += "bo@leeds.example.org,leeds  city council \nzoë,York\n"


def alike(folder, *arguments):
    people = table(folder, "alike.csv", ALIKE)
    past = table(
        folder, "past.csv", "Round,Person 1,Person 2\n1,ANN@leeds.example.org,Tom@York.example.org\n1,Zoe,x\n"
    )
    return run(cli.draw, people, "--history", past, *arguments)


def test_organisations_in_other_case_and_spaces_are_one_and_said(folder):
    told = json.loads(alike(folder, "--json").stdout)
    assert (told["cross"], told["notes"][0]) == (
        2,
        "alike.csv: one organisation: “Leeds City Council” and “leeds  city council”",
    )


def test_ids_in_other_case_or_without_accents_have_met_and_it_is_said(folder):
    told = json.loads(alike(folder, "--json").stdout)
    note = (
        "past.csv: taken for one: ANN@leeds.example.org for ann@leeds.example.org, "
        "Tom@York.example.org for tom@york.example.org, Zoe for zoë"
    )
    assert (told["repeats"], told["notes"][1]) == (0, note)


def test_what_is_taken_for_one_is_said_beside_a_printed_round(folder):
    assert "alike.csv: one organisation" in alike(folder).stderr


def test_an_id_listed_twice_in_other_case_is_named_with_its_other_row(folder):
    people = table(folder, "twice.csv", "id,organisation\na1,Leeds\nb,York\nA1,York\n")
    told = run(cli.draw, people).stderr
    assert told == "twice.csv:4: id: A1 is listed twice, as a1 in row 2\n"


def test_the_hint_of_a_spreadsheet_program_is_not_the_header(folder):
    people = table(folder, "hint.csv", "sep=;\r\nid;organisation\r\na;Leeds\r\nb;York\r\n")
    assert run(cli.draw, people).exit_code == 0


def test_a_round_added_to_a_history_with_other_headings_stands_below_them(folder):
    past = table(folder, "past.csv", "Round,Person 1,Person 2\n1,a,b\n")
    run(cli.draw, folder / "people.csv", "--history", past, "--append")
    assert sorted(int(row["Round"]) for row in rows(past)) == [1, 2, 2]


def test_a_column_to_mix_by_decides_between_rounds_that_cross_alike(folder):
    roles = "id,organisation,role\na,Leeds,Officer\nb,Leeds,Councillor\nc,York,officer\nd,York,Councillor\n"
    people = table(folder, "roles.csv", roles)
    run(cli.draw, people, "--mix", "Role", "--out", folder / "r.csv")
    assert [(r["person_1"], r["person_2"], r["mixed"]) for r in rows(folder / "r.csv")] == [
        ("a", "d", "1"),
        ("b", "c", "1"),
    ]


def test_a_round_mixed_by_a_column_is_checked_with_it(folder):
    roles = "id,organisation,role\na,Leeds,Officer\nb,Leeds,Councillor\nc,York,Officer\nd,York,\n"
    people, mix = table(folder, "roles.csv", roles), ("--mix", "role")
    run(cli.draw, people, *mix, "--out", folder / "r.csv", "--proof", folder / "p.json")
    told = json.loads(
        run(cli.check, people, folder / "r.csv", *mix, "--proof", folder / "p.json", "--json").stdout
    )
    assert (told["best"], told["mixed"], told["mixed_bound"]) == (True, 2, 2)


def test_a_proof_of_mixing_is_refused_without_the_column(folder):
    people = table(folder, "roles.csv", "id,organisation,role\na,Leeds,Officer\nb,York,Councillor\n")
    run(cli.draw, people, "--mix", "role", "--out", folder / "r.csv", "--proof", folder / "p.json")
    assert run(cli.check, people, folder / "r.csv", "--proof", folder / "p.json").exit_code == 1


def test_a_column_to_mix_by_that_is_not_there_is_named(folder):
    done = run(cli.draw, folder / "people.csv", "--mix", "role")
    assert (done.exit_code, done.stderr) == (2, "people.csv:1: role: this column is missing\n")


def test_somebody_below_no_heading_is_not_passed_over(folder):
    """The third of a three would count as never having met the others."""
    for heading in ("round,person_1,person_2\n", "round,person_1,person_2,\n"):
        past = table(folder, "h.csv", f"{heading}1,a,b,c\n")
        told = run(cli.draw, folder / "people.csv", "--history", past)
        assert (told.exit_code, told.stderr) == (
            2,
            "h.csv:2: column 4: “c” stands below no heading; a comma within a cell needs quotes around it\n",
        )


def test_an_organisation_is_not_read_up_to_its_comma(folder):
    file = table(folder, "p.csv", "id,organisation\na,Bournemouth, Christchurch and Poole\nb,Bournemouth\n")
    assert "p.csv:2: column 3: “Christchurch and Poole”" in run(cli.draw, file).stderr


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("people.csv", "id,ID,organisation\na,b,Leeds\n", "people.csv:1: id: two columns are called so"),
        ("h.csv", "round,person_1,person_2,Person 2\n1,a,b,c\n", "h.csv:1: person_2: two columns"),
    ],
)
def test_of_two_columns_with_one_heading_neither_is_believed(folder, name, text, words):
    table(folder, "h.csv", "round,person_1,person_2\n")
    file = table(folder, name, text)
    told = run(cli.draw, folder / "people.csv", "--history", folder / "h.csv")
    assert (told.exit_code, told.stderr.startswith(words)) == (2, True), (file, told.stderr)


def test_columns_alike_of_a_history_are_kept_each(folder):
    past = table(folder, "h.csv", "round,person_1,person_2,note,Note\n1,a,b,rain,snow\n")
    run(cli.draw, folder / "people.csv", "--history", past, "--append")
    assert past.read_text().splitlines()[:2] == ["round,person_1,person_2,note,Note", "1,a,b,rain,snow"]


def test_letters_nobody_sees_make_nobody_another(folder):
    past = table(folder, "h.csv", "round,person_1,person_2\n1,a\u200b,b\n")
    assert "taken for one" in run(cli.draw, folder / "people.csv", "--history", past).stderr
