"""One council is one, or asked about, however people write it."""

import pytest

from tests.benchmarks import councils as figures
from web.services.organisations import councils
from web.services.organisations.likeness import Register
from web.services.organisations.spelling import key

THERE = ("Cardiff Council", "The Highland Council", "Leeds City Council", "Nottingham City Council", "Mind")


@pytest.fixture
def register() -> Register:
    made = Register()
    for name in THERE:
        made.add(name, key(name))
    return made


@pytest.mark.parametrize(
    ("typed", "council"),
    [
        ("Cyngor Caerdydd", "Cardiff Council"),
        ("City of Cardiff Council", "Cardiff Council"),
        ("Cardiff Council / Cyngor Caerdydd", "Cardiff Council"),
        ("Cyngor Caerdydd – Cardiff Council", "Cardiff Council"),
        ("Comhairle na Gaidhealtachd", "The Highland Council"),
    ],
)
def test_official_names_of_one_council_are_one(register: Register, typed: str, council: str) -> None:
    assert register.sure(key(typed)) == council


@pytest.mark.parametrize(
    "typed",
    [
        "Leeds", "Leeds CC", "City of Leeds", "Leeds Council", "Leeds City Counicl", "LCC", "Leeds MDC",
        "Leeds City Council, Housing", "Leeds City Council Adult Social Care",
        "Head of Waste, Leeds City Council", "Councillor for Headingley, Leeds City Council",
        "Cllr at Leeds City Council",
    ],
)  # fmt: skip
def test_a_likely_spelling_is_asked_about(register: Register, typed: str) -> None:
    assert (register.sure(key(typed)), register.candidates(key(typed))) == (None, ["Leeds City Council"])


@pytest.mark.parametrize(
    "typed",
    [
        "Nottinghamshire County Council", "Leeds Mind", "University of Leeds", "Cardiff University", "Kent",
        "Highland Hospice", "Bradford Council", "NCC Group", "Friends of Mind", "Leeds City Library",
    ],
)  # fmt: skip
def test_somebody_else_is_not_asked_about(register: Register, typed: str) -> None:
    assert (register.sure(key(typed)), register.candidates(key(typed))) == (None, [])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("BCP Council", "Bournemouth, Christchurch and Poole Council"),
        ("BCP", "Bournemouth, Christchurch and Poole Council"),
        ("RCT", "Rhondda Cynon Taf County Borough Council"),
        ("DSIT", "Department for Science, Innovation and Technology"),
        ("Citizens Advice Bureau", "Citizens Advice"),
        ("Volunteer, Citizens Advice", "Citizens Advice"),
    ],
)
def test_what_it_is_called_for_short_or_with_a_post_is_asked_about(typed: str, name: str) -> None:
    made = Register()
    made.add(name, key(name))
    assert made.candidates(key(typed)) == [name]


@pytest.mark.parametrize("kind", ["Parish Council", "PC", "Women’s Institute", "NHS Foundation Trust"])
def test_places_of_a_county_are_not_taken_for_each_other_for_the_words_they_share(kind: str) -> None:
    places = ("Barton", "Carlton", "Great Paxton", "Great Abington", "Coton", "Comberton", "Fen Ditton")
    made = Register()
    for place in places:
        assert (place, made.candidates(key(f"{place} {kind}"))) == (place, [])
        made.add(place, key(f"{place} {kind}"))


@pytest.mark.parametrize("typed", ["Durhma County Council", "Durhem County Council"])
def test_a_slip_in_a_short_name_of_a_council_is_asked_about(typed: str) -> None:
    made = Register()
    made.add("Durham", key("Durham County Council"))
    assert made.candidates(key(typed)) == ["Durham"]


@pytest.mark.parametrize(
    "typed",
    ["Bartn Parish Council", "Barotn Parish Council", "Barton Parish Coucil", "Barton Parish  Counicl"],
)
def test_a_slip_in_any_word_is_asked_about(typed: str) -> None:
    made = Register()
    made.add("Barton", key("Barton Parish Council"))
    assert made.candidates(key(typed)) == ["Barton"]


def test_whoever_says_no_more_than_parish_council_is_not_where_all_the_others_are_from() -> None:
    made = Register()
    made.add("unknown", key("Parish Council"))
    assert made.candidates(key("Barton Parish Council")) == []


def test_thirty_councils_in_seven_spellings_are_one_or_asked_about() -> None:
    found = figures.measure(figures.sample())
    assert (found.missed, found.wrong, found.one + found.asked) == ([], [], 210)


def test_no_council_of_the_country_is_taken_for_another() -> None:
    assert figures.false_questions() == []


def test_nearly_every_council_of_the_country_is_known_in_seven_spellings() -> None:
    found = figures.measure(councils.every())
    assert (found.recall > 0.999, found.wrong) == (True, [])


def test_no_official_name_is_two_councils() -> None:
    names = [key(name) for council in councils.every() for name in council.official]
    assert sorted(set(names)) == sorted(names)


def test_a_name_behind_a_whole_story_is_still_found(register: Register) -> None:
    story = " ".join(f"w{n}" for n in range(70))
    assert register.likely(key(f"{story}, Leeds City Council")) == ["Leeds City Council"]
