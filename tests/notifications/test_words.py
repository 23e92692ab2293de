from datetime import UTC, date, datetime

import pytest

from notifications import words
from notifications.messages import Named


def test_a_moment_is_said_in_londons_winter_time():
    assert words.moment(datetime(2026, 12, 8, 12, 30, tzinfo=UTC)) == "Tuesday 8 December at 12:30"


def test_a_moment_is_said_in_londons_summer_time():
    assert words.moment(datetime(2026, 7, 7, 23, 30, tzinfo=UTC)) == "Wednesday 8 July at 00:30"


def test_a_far_day_names_its_year():
    assert words.day(date(2027, 12, 8), date(2026, 12, 1)) == "Wednesday 8 December 2027"


@pytest.mark.parametrize(
    ("name", "hello"),
    [
        ("Amina Shah", "Amina Shah"),
        ("Cllr Jo Shah", "Jo Shah"),
        ("Dr. Siân O’Neill", "Siân O’Neill"),
        ("J. Smith", "J. Smith"),
        ("Prince", "Prince"),
        ("Councillor Shah", "Councillor Shah"),
        ("Mary-Jane van der Berg", "Mary-Jane van der Berg"),
        ("Nguyễn Văn Anh", "Nguyễn Văn Anh"),
        ("Jane Smith OBE", "Jane Smith"),
        ("Jane Smith, CIPFA", "Jane Smith"),
        ("Prof. Jane Smith MA, PhD (Cantab)", "Jane Smith"),
        ("Rt Hon Jane Smith MP", "Jane Smith"),
        ("The Rt Hon Sir John Smith KC", "John Smith"),
        ("Sqn Ldr Tom Field RAF", "Tom Field"),
        ("Lt Col Tom Field", "Tom Field"),
        ("Jo Shah (she/her)", "Jo Shah"),
        ("Baroness Smith of Leeds", "Baroness Smith of Leeds"),
        ("Major Singh Gill", "Major Singh Gill"),
        ("Gen Field", "Gen Field"),
        ("Di Mary Field", "Di Mary Field"),
        ("DI Mary Field", "Mary Field"),
        ("Anna Maria Ma", "Anna Maria Ma"),
        ("ANNA MARIA MA", "ANNA MARIA MA"),
        ("anna maria ma", "anna maria ma"),
        ("LIM AH BENG", "LIM AH BENG"),
        ("DI MARIA ANGEL", "DI MARIA ANGEL"),
        ("JANE SMITH OBE", "JANE SMITH"),
        ("Jane Smith O.B.E.", "Jane Smith"),
        ("Jane Smith MS AS", "Jane Smith"),
        ("Y Cynghorydd Siân Jones", "Siân Jones"),
        ("Yr Athro Siân Jones", "Siân Jones"),
        ("County Cllr Siân Jones", "Siân Jones"),
        ("Y Lan", "Y Lan"),
        ("Deputy Aoife Ní Bhriain TD", "Aoife Ní Bhriain"),
        ("PC 1234 Jane Smith", "Jane Smith"),
        ("Jane Smith she/her", "Jane Smith"),
        ("Jane Smith - she/they", "Jane Smith"),
        ("Jane Smith [she/her]", "Jane Smith"),
        ("Mr & Mrs Smith", "Mr & Mrs Smith"),
        ("Smith, Jane", "Smith, Jane"),
        ("", ""),
        ("Dr", "Dr"),
    ],
)
def test_people_are_called_by_their_whole_name_without_titles(name, hello):
    assert words.called(name) == hello


def test_people_are_called_what_they_asked_for():
    assert words.called("Nguyễn Văn Anh", "Anh") == "Anh"


def test_what_partners_asked_to_be_called_is_what_subjects_say():
    assert words.firsts([Named("1", "Thomas Field", "Tom"), Named("2", "Ann Hill")]) == ["Tom", "Ann Hill"]


def test_two_toms_are_told_apart():
    both = [Named("1", "Tom Field", "Tom"), Named("2", "Tom Hill", "Tom")]
    assert words.firsts(both) == ["Tom Field", "Tom Hill"]


@pytest.mark.parametrize(
    ("organisation", "place"),
    [
        ("Leeds City Council", "Leeds"),
        ("Kent County Council", "Kent"),
        ("Kirklees Council", "Kirklees Council"),
        ("Arts Council", "Arts Council"),
        ("Stockport Metropolitan Borough Council", "Stockport"),
    ],
)
def test_an_authority_is_known_by_its_place(organisation, place):
    assert words.place(organisation) == place


def test_an_endless_organisation_is_cut_between_words():
    assert (
        words.place("The Association of " + "Friends of Friends " * 10)
        == "The Association of Friends of Friends…"
    )


@pytest.mark.parametrize(
    ("things", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_said_with_and(things, said):
    assert words.listed(things) == said


@pytest.mark.parametrize("typed", ["the pot is small", "The pot is small.", " the  pot is\nsmall "])
def test_a_reason_becomes_a_sentence(typed):
    assert words.sentence(typed) == "The pot is small."


def test_quotation_marks_are_not_doubled():
    assert words.quoted('"Hello"') == "“Hello”"


@pytest.mark.parametrize("said", ["I read “The Spire”", "“The Spire” is good", "“Yes” and “no”", '"'])
def test_a_quotation_in_somebody_s_words_keeps_both_its_marks(said):
    assert words.quoted(said) == f"“{said}”"


def test_somebody_s_words_keep_their_lines():
    said = "Hello Tom,\r\n\r\n\r\nhow about\n  Tuesday  2pm\n  Friday 10am?\n\nAmina\n"
    assert words.quoted(said) == "“Hello Tom,\n\nhow about\nTuesday 2pm\nFriday 10am?\n\nAmina”"


def test_words_of_several_lines_are_marked_in_each_and_a_line_alone_in_none():
    said = "Hello Tom,\n\nhow about Tuesday?"
    assert words.marked(words.quoted(said)) == "> “Hello Tom,\n>\n> how about Tuesday?”"
    assert words.marked(words.quoted("Hello")) == "“Hello”"


@pytest.mark.parametrize("name", [" " * 50_000 + "x", "- " * 25_000, "(" * 50_000, "she / " * 10_000])
def test_an_endless_name_is_looked_at_in_no_time(name):
    assert words.called(name)
