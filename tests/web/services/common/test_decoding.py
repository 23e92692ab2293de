"""Letters of files that do not say how they are encoded."""

import pytest

from web.services.common import decoding

NAMES = ("Siân Éluard", "Zoë Núñez", "Cyngor Môn", "Jürgen Groß", "O’Neill, Gráinne", "François Côté", "£5")


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_old_encodings_are_told_by_the_names_in_them(encoding: str, end: str) -> None:
    names = [name for name in NAMES if encoding != "cp850" or not set(name) & {"’"}]
    text = end.join(("name", *names))
    assert decoding.decode("p.csv", text.encode(encoding)) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_single_name_with_the_line_ends_of_an_old_mac_is_read_as_its(name: str) -> None:
    text = f"name;email\r{name};a@example.org\r"
    assert decoding.decode("p.csv", text.encode("mac_roman")) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_single_name_from_windows_is_read_as_its(name: str) -> None:
    text = f"name;email\r\n{name};a@example.org\r\n"
    assert decoding.decode("p.csv", text.encode("cp1252")) == text
