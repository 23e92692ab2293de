"""Does it work, as pages and files: who sees which numbers."""

import csv
import io
import re
from datetime import timedelta

import pytest

from tests.support.talks import Talker, add_round, make_large
from tests.support.world import World
from web.models import Answer, OrganisingTime, Role
from web.services.evidence import counting

HERE = "/organise/councils/evidence"
MET = Answer.MET


@pytest.fixture
def talked(world: World) -> World:
    """Six pairs of Leeds and Brent have met, one of Leeds and Camden; one of Brent and Derby has not."""
    groups: list[list[Talker]] = [[("Leeds", MET), ("Brent", MET)]] * 6
    groups += [[("Leeds", MET), ("Camden", MET)], [("Brent", None), ("Derby", None)]]
    with world.write() as session:
        sent = world.now - timedelta(days=30)
        add_round(session, world.programme(session), groups, number=1, sent_at=sent)
    return world


def test_an_organiser_sees_both_shares_and_the_range(talked: World) -> None:
    words = talked.organiser().open(HERE).text
    assert "100% met, of those who answered (14 of 14 people)" in words
    assert "88% met, of everyone introduced (14 of 16 people)" in words
    assert "Of 8 groups, at least 88% met and at most 100%" in words


def test_the_map_has_a_line_for_each_two_that_were_introduced(talked: World) -> None:
    page = talked.organiser().open(HERE).page
    titles = {title.text for title in page.xpath("//*[contains(@class, 'un-tie')]/title")}
    assert titles == {
        "Brent and Leeds: 6 met, 0 did not",
        "Camden and Leeds: 1 met, 0 did not",
        "Brent and Derby: 0 met, 1 did not",
    }


def test_a_viewer_is_pointed_at_nobody(talked: World) -> None:
    visitor = talked.organiser("viewer@councils.example", Role.VIEWER).open(HERE)
    titles = {title.text for title in visitor.page.xpath("//*[contains(@class, 'un-tie')]/title")}
    assert titles == {"Brent and Leeds: 6 met, 0 did not"}
    assert "fewer than 5" in visitor.text
    assert "nobody from elsewhere: Derby" not in visitor.text


def test_a_viewer_does_not_see_which_few_have_met_nobody(talked: World) -> None:
    visitor = talked.organiser("viewer@councils.example", Role.VIEWER).open(HERE)
    assert visitor.page.xpath("//*[contains(@class, 'un-node--alone')]") == []
    assert "0 others" not in visitor.text


def test_an_organiser_sees_who_has_met_nobody(talked: World) -> None:
    visitor = talked.organiser().open(HERE)
    assert len(visitor.page.xpath("//*[contains(@class, 'un-node--alone')]")) == 1


@pytest.fixture
def few(world: World) -> World:
    """One pair has met, of three."""
    groups: list[list[Talker]] = [[("Leeds", MET), ("Brent", MET)], *[[("Leeds", None), ("Brent", None)]] * 2]
    with world.write() as session:
        sent = world.now - timedelta(days=30)
        add_round(session, world.programme(session), groups, number=1, sent_at=sent)
    return world


def test_a_viewer_reads_no_figure_from_which_so_few_could_be_told(few: World) -> None:
    text = few.organiser("viewer@councils.example", Role.VIEWER).open(HERE).text
    assert "– until half of them had met – hours of conversation given" in text
    assert "Of 3 groups fewer than 5 have met as far as we know." in text


def test_an_organiser_reads_the_figures_of_few(few: World) -> None:
    assert "at least 33% met" in few.organiser().open(HERE).text


def test_no_page_and_no_file_counts_a_large_programme(talked: World) -> None:
    make_large(talked)
    visitor = talked.organiser()
    pages = [visitor.open(path) for path in (HERE, f"{HERE}/ties.csv")]
    assert [("This is being counted" in page.text, page.status) for page in pages] == [(True, 503)] * 2


def test_a_large_programme_is_there_once_a_worker_has_counted_it(talked: World) -> None:
    make_large(talked)
    talked.worker.count_evidence()
    visitor = talked.organiser()
    assert [visitor.open(path).status for path in (HERE, f"{HERE}/ties.csv")] == [200, 200]


def test_before_the_first_round_the_page_says_what_it_will_say(world: World) -> None:
    assert "Nothing to tell yet" in world.organiser().open(HERE).text


def test_the_number_of_organisations_on_the_page_is_limited_and_said(world: World) -> None:
    groups: list[list[Talker]] = [[(f"Ward {one}", MET), (f"Ward {one + 1}", MET)] for one in range(60)]
    with world.write() as session:
        add_round(session, world.programme(session), groups, number=1, sent_at=world.now)
    visitor = world.organiser().open(HERE)
    assert "14 others together" in visitor.text
    assert len(visitor.open(f"{HERE}/organisations.csv").answer.text.splitlines()) == 62


@pytest.mark.parametrize(
    "name", ["rounds.csv", "organisations.csv", "ties.csv", "bridges.csv", "hours.csv", "network.graphml"]
)
def test_a_file_comes_as_one_and_needs_a_recent_sign_in(talked: World, name: str) -> None:
    visitor = talked.organiser()
    given = visitor.open(f"{HERE}/{name}").answer.headers["Content-Disposition"]
    talked.clock.turn(minutes=30)
    assert given == f'attachment; filename="councils-{name}"'
    assert visitor.open(f"{HERE}/{name}").heading == "Sign in again to go on"


def rows(world: World, name: str) -> list[dict[str, str]]:
    told = world.organiser().open(f"{HERE}/{name}").answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(told)))


@pytest.mark.parametrize("name", ["organisations.csv", "ties.csv"])
def test_a_spreadsheet_is_told_that_names_are_in_utf_8(talked: World, name: str) -> None:
    assert talked.organiser().open(f"{HERE}/{name}").answer.data.startswith(b"\xef\xbb\xbf")


def test_bridges_stand_beside_what_chance_gives(talked: World) -> None:
    """Both ties were new at once, so nobody had a partner in common."""
    words = talked.organiser().open(HERE).text
    assert re.search(r"New ties 2 [\d.]+ [\d.]+ to [\d.]+ Of these, bridges 2 ", words)


def test_the_file_of_bridges_says_what_the_page_says(talked: World) -> None:
    said = [(row["round"], row["what"], row["ours"]) for row in rows(talked, "bridges.csv")]
    assert said == [
        ("1", "new ties", "2.0"),
        ("1", "bridges", "2.0"),
        ("all", "new ties", "2.0"),
        ("all", "bridges", "2.0"),
        ("all", "reached in two steps", "2.0"),
        ("all", "largest part", "3.0"),
    ]


def note_time(world: World, by: str, minutes: int, organisation: int | None) -> None:
    with world.write() as session:
        noted = {"minutes": minutes, "noted_at": world.now, "organisation_id": organisation}
        session.add(OrganisingTime(round_id=1, by=by, **noted))


def test_hours_are_told_by_organisation_and_with_what_organisers_noted(talked: World) -> None:
    note_time(talked, "one", 90, 1)
    note_time(talked, "another", 45, None)
    said = [tuple(row.values()) for row in rows(talked, "hours.csv")]
    assert said == [
        ("1", "Leeds", "conversation", "7", "3.5"),
        ("1", "Brent", "conversation", "6", "3.0"),
        ("1", "Camden", "conversation", "1", "0.5"),
        ("1", "", "organising", "", "0.75"),
        ("1", "Leeds", "organising", "", "1.5"),
    ]


def test_the_hours_of_a_round_stand_on_the_page(talked: World) -> None:
    note_time(talked, "one", 90, None)
    assert "Round 1 7 1.5" in talked.organiser().open(HERE).text


def test_a_viewer_is_not_told_the_hours_of_few(talked: World) -> None:
    visitor = talked.organiser("viewer@councils.example", Role.VIEWER).open(HERE)
    assert "Brent 3 Camden – Leeds 3.5" in visitor.text


def test_hours_of_small_organisations_stay_when_they_are_put_together(world: World) -> None:
    groups: list[list[Talker]] = [[(f"Ward {one}", MET), (f"Ward {one + 1}", MET)] for one in range(60)]
    with world.write() as session:
        add_round(session, world.programme(session), groups, number=1, sent_at=world.now)
        found = counting.count(session, world.programme(session), now=world.now)
    assert found.top(9).talked_by_organisation.total() == found.talked_by_organisation.total() == 120
