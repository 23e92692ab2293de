"""What a round was drawn from: kept with the draft, sealed with what was sent, and nobody's name in it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlmodel import select

from matcher import cli
from matcher.record import read_record
from tests.support.world import BY, World
from web.models import AuditEntry, DrawRecord, Membership, Person, Round
from web.services.common import times
from web.services.people import erasure
from web.services.rounds import draw_records, editing, keeping_apart, rounds
from web.services.rounds.draw_records import NoRecord


@pytest.fixture
def ten(world: World) -> World:
    """Ten people of five organisations, and a draft."""
    people = (world.details(organisation=f"Organisation {number % 5}") for number in range(10))
    world.join_together(*people)
    world.draw()
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def record_of(world: World, number: int = 1) -> DrawRecord:
    with world.read() as session:
        round_ = rounds.by_number(session, world.programme(session), number)
        return session.exec(select(DrawRecord).where(DrawRecord.round_id == round_.id)).one()


def files(world: World, folder: Path, number: int = 1) -> tuple[Path, Path]:
    """As an organiser downloads them."""
    with world.read() as session:
        round_ = rounds.by_number(session, world.programme(session), number)
        (folder / "input.json").write_text(draw_records.input_file(session, round_))
        (folder / "round.csv").write_text(draw_records.round_file(session, round_))
    return folder / "input.json", folder / "round.csv"


def checked(world: World, folder: Path, number: int = 1) -> dict[str, Any]:
    """What `unmentoring check` says of a round's two files."""
    told = CliRunner().invoke(cli.check, [*map(str, files(world, folder, number)), "--json"])
    assert told.exit_code == 0, told.output
    verdict: dict[str, Any] = json.loads(told.stdout)
    return verdict


def change(world: World, plan: Any, *what: Any) -> None:
    with world.read() as session:
        draft = rounds.draft(session, world.programme(session))
        assert draft
        today = times.today(world.now)
        planned = plan(session, world.programme(session), draft.version, *what, today=today)
    with world.write() as session:
        editing.keep(session, world.programme(session), planned, by=BY, now=world.now)


def lock(world: World, number: int) -> None:
    with world.write() as session:
        draft = rounds.draft(session, world.programme(session))
        assert draft
        editing.lock(session, world.programme(session), draft.version, number, True, by=BY, now=world.now)


@pytest.mark.usefixtures("both_databases")
def test_a_round_sent_as_drawn_is_drawn_again_from_its_file(ten: World, folder: Path) -> None:
    ten.send(1)
    told = CliRunner().invoke(cli.draw, [str(files(ten, folder)[0]), "--out", str(folder / "again.csv")])
    written = csv.DictReader((folder / "again.csv").read_text().splitlines())
    again = {frozenset(row[f"person_{place}"] for place in (1, 2)) for row in written}
    sent = {frozenset(row.split(",")) for row in (folder / "round.csv").read_text().split()[1:]}
    assert (told.exit_code, again) == (0, sent)


def test_the_second_and_third_round_are_drawn_again_with_all_that_was_before(
    world: World, folder: Path
) -> None:
    world.join_many(9)
    for seed in (1, 2, 3):
        world.round(seed)
        world.clock.turn(days=28)
    assert [checked(world, folder, number)["as_drawn"] for number in (1, 2, 3)] == [True] * 3


def test_the_commitment_is_that_of_the_file(ten: World, folder: Path) -> None:
    before = record_of(ten).commitment
    ten.send(1)
    assert read_record(files(ten, folder)[0]).commitment == before


def test_the_audit_has_the_commitment_from_the_draw_on(ten: World) -> None:
    with ten.read() as session:
        drawn = session.exec(select(AuditEntry).where(AuditEntry.action == "round drawn")).one()
    assert drawn.facts["commitment"] == record_of(ten).commitment


def test_drawing_again_commits_to_another_input(ten: World) -> None:
    before = record_of(ten).commitment
    ten.draw(seed=1)
    assert record_of(ten).commitment != before


def test_a_draft_thrown_away_leaves_nothing(ten: World) -> None:
    with ten.write() as session:
        session.delete(session.exec(select(Round)).one())
    with ten.read() as session:
        assert session.exec(select(DrawRecord)).all() == []


def test_whom_the_numbers_mean_is_forgotten_when_it_is_sent(ten: World) -> None:
    before = record_of(ten).people
    ten.send(1)
    assert (before is None, record_of(ten).people) == (False, None)


def test_nothing_of_the_database_stands_in_the_files(ten: World, folder: Path) -> None:
    ten.send(1)
    text = "".join(file.read_text() for file in files(ten, folder))
    with ten.read() as session:
        known = {word for row in session.exec(select(Person)) for word in (row.id, row.name, row.email or "")}
    assert [word for word in known | {"Organisation"} if word and word in text] == []


def test_a_swap_by_hand_is_listed(ten: World, folder: Path) -> None:
    (a, _), (b, _), *_ = ten.groups()
    change(ten, editing.swap, a, b)
    ten.send(1)
    told = checked(ten, folder)
    assert (len(told["only_drawn"]), len(told["only_sent"]), told["put_in"]) == (2, 2, [])


def test_somebody_left_out_by_hand_is_listed(ten: World, folder: Path) -> None:
    change(ten, editing.leave_out, ten.groups()[0][0])
    ten.send(1)
    assert len(checked(ten, folder)["left_out"]) == 1


def test_somebody_put_in_by_hand_has_a_number_of_their_own_and_is_judged(ten: World, folder: Path) -> None:
    late = ten.join("Late Comer", "Organisation 9")
    change(ten, editing.bring_in, late)
    ten.send(1)
    told = checked(ten, folder)
    assert (told["put_in"], told["legal"]) == ([10], True)


def test_a_never_pair_that_came_after_the_draw_is_judged_by(ten: World, folder: Path) -> None:
    (a, _), (b, _), *_ = ten.groups()
    with ten.write() as session:
        keeping_apart.keep_apart(session, ten.programme(session), a, b, by=BY, now=ten.now)
    ten.send(1)
    told = json.loads(files(ten, folder)[0].read_text())
    assert (len(told["input"]["never"]), len(told["sent"]["never"])) == (0, 1)


def test_a_round_drawn_around_a_locked_group_is_drawn_again(ten: World, folder: Path) -> None:
    lock(ten, 1)
    ten.draw(seed=5)
    ten.send(1)
    assert CliRunner().invoke(cli.draw, [str(files(ten, folder)[0])]).exit_code == 0


def test_what_is_sent_unchanged_has_no_second_pot(ten: World, folder: Path) -> None:
    ten.send(1)
    assert "sent" not in json.loads(files(ten, folder)[0].read_text())


def test_erasing_everybody_changes_nothing_in_the_files(ten: World, folder: Path) -> None:
    ten.send(1)
    before = [file.read_text() for file in files(ten, folder)]
    for person in [person for group in ten.groups() for person in group]:
        with ten.write() as session:
            erasure.erase(session, session.get_one(Person, person), by=BY, now=ten.now)
    assert [file.read_text() for file in files(ten, folder)] == before


def test_people_who_have_left_since_the_draw_do_not_hold_it_up(ten: World, folder: Path) -> None:
    """Erased while it was a draft: taken out, and the rest goes."""
    gone = ten.groups()[0][0]
    with ten.write() as session:
        erasure.erase(session, session.get_one(Person, gone), by=BY, now=ten.now)
    change(ten, editing.leave_out, gone)
    ten.send(1)
    assert len(checked(ten, folder)["left_out"]) == 1


def test_somebody_whose_organisation_changed_after_the_draw_is_judged_by_the_new_one(
    ten: World, folder: Path
) -> None:
    one, other = ten.groups()[0]
    with ten.write() as session:
        here = session.get_one(Membership, (1, one))
        here.organisation_id = session.get_one(Membership, (1, other)).organisation_id
    ten.send(1)
    told = checked(ten, folder)
    assert told["cross"] == told["cross_drawn"] - 1


def test_a_round_of_before_has_no_files(ten: World) -> None:
    ten.send(1)
    with ten.write() as session:
        session.delete(session.exec(select(DrawRecord)).one())
    with ten.read() as session, pytest.raises(NoRecord):
        draw_records.input_file(session, session.exec(select(Round)).one())


def test_a_draft_drawn_before_the_upgrade_is_sent_all_the_same(ten: World) -> None:
    with ten.write() as session:
        session.delete(session.exec(select(DrawRecord)).one())
    ten.send(1)
    with ten.read() as session:
        assert session.exec(select(Round.state)).one() == "sent"


def test_a_round_of_threes_has_a_column_for_each(world: World, folder: Path) -> None:
    world.change(group_size=3)
    world.join_many(9)
    world.round()
    assert io.StringIO(files(world, folder)[1].read_text()).readline() == "person_1,person_2,person_3\n"
