"""Somebody is found in a text by what they are known by, and not by what they share with others."""

import pytest

from tests.support.world import START
from web.models import Person
from web.services.common.traces import Traces

JANE = Person(
    name="Dr Jané O. Smith", email="jane@leeds.example", phone="+447700900123", video_handle="js-teams",
    created_at=START,
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "id;name\n1;Smith, Jane\n",
        "first,last\nJANE,Smith",
        "Jane@Leeds.example",
        "call 07700 900123",
        "+44 (0)7700 900-123",
        "on Teams as JS-Teams",
    ],
)
def test_they_are_in_what_tells_of_them(text: str) -> None:
    assert Traces.of(JANE).are_in(text)


@pytest.mark.parametrize(
    "text", ["Jane Field\nTom Smith", "Jane", "Janet Smithers", "07700 900124", "mary-jane@leeds.example", ""]
)
def test_they_are_not_in_what_tells_of_others(text: str) -> None:
    assert not Traces.of(JANE).are_in(text)


@pytest.mark.parametrize("name", ["Jane Smith leaving.csv", "smith_jane-2026.CSV", "JaneSmith.csv"])
def test_a_file_can_be_called_after_them(name: str) -> None:
    assert Traces.of(JANE).are_in_name_of(name)


def test_a_file_called_after_somebody_else_is_not_theirs() -> None:
    assert not Traces.of(JANE).are_in_name_of("Jane Field.csv")


def test_their_words_go_out_of_a_sentence() -> None:
    said = "Dr Jané O. Smith (jane@leeds.example, 07700 900123) is good."
    assert Traces.of(JANE).without(said, "X") == "X (X, X) is good."


def test_nobody_is_found_by_nothing() -> None:
    assert not Traces.of(Person(created_at=START)).are_in("some text")


@pytest.mark.parametrize(
    ("name", "handle"),
    [("Will", ""), ("Jane Smith", "will"), ("Jane Smith", "work"), ("Jane Smith", "2026"), ("Will", "Will")],
)
def test_a_mere_word_is_nobody_s_trace(name: str, handle: str) -> None:
    """Who is called Will, or gives a word for their handle, takes it out of nobody's sentence."""
    traces = Traces.of(Person(name=name, video_handle=handle, created_at=START))
    said = "We will meet in 2026. Will it work?"
    assert traces.without(said, "X") == said


@pytest.mark.parametrize(
    "handle", ["js-teams", "janesmith", "jane.s", "live:jane", "https://meet.example/js"]
)
def test_a_handle_that_no_word_is_goes_out_of_a_sentence(handle: str) -> None:
    traces = Traces.of(Person(name="Jane Smith", video_handle=handle, created_at=START))
    assert traces.without(f"She is {handle} there.", "X") == "She is X there."


def test_a_name_of_one_word_is_a_short_name() -> None:
    assert Traces.of(Person(name="Will", created_at=START)).a_short_name_is_in("I met Will.")


WITH_LETTERS = ["Cllr Jane Smith OBE", "Jane Smith (she/her)", "Jane Smith, MBE, JP", "DCI Jane Smith"]


@pytest.mark.parametrize("name", WITH_LETTERS)
def test_whoever_has_titles_and_letters_is_found_by_their_name_alone(name: str) -> None:
    traces = Traces.of(Person(name=name, created_at=START))
    assert (traces.are_in("We met Jane Smith."), traces.a_short_name_is_in("Jane said so")) == (True, True)
    assert traces.without(f"Jane Smith is {name}", "X") == "X is X"


@pytest.mark.parametrize("sign", [" ", "(", ".", "-"])
def test_a_file_with_a_million_signs_in_a_row_keeps_nobody_from_being_erased(sign: str) -> None:
    assert not Traces.of(JANE).are_in(f"name\n{sign * 1_000_000}")
