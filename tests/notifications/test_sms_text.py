import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import sms_text
from notifications.sms_text import Cost


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("a" * 160, Cost("GSM-7", 160, 1)),
        ("a" * 161, Cost("GSM-7", 161, 2)),
        ("a" * 306, Cost("GSM-7", 306, 2)),
        ("a" * 307, Cost("GSM-7", 307, 3)),
        ("€" * 80, Cost("GSM-7", 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Cost("GSM-7", 306, 3)),
        ("Siân" + "a" * 66, Cost("UCS-2", 70, 1)),
        ("Siân" + "a" * 67, Cost("UCS-2", 71, 2)),
        ("😀" * 35, Cost("UCS-2", 70, 1)),
        ("😀" * 67, Cost("UCS-2", 134, 3)),
        ("", Cost("GSM-7", 0, 1)),
    ],
)
def test_a_text_costs_what_the_networks_count(text, cost):
    assert sms_text.cost(text) == cost


def test_curly_quotes_and_dashes_do_not_make_a_text_dearer():
    assert sms_text.cost(sms_text.plain("“It’s – well… fine”")).encoding == "GSM-7"


def test_people_keep_the_letters_of_their_names():
    assert sms_text.name("Siân O’Neill") == "Siân O'Neill"


@pytest.mark.parametrize(
    "typed", ["Tom https://evil.example/x", "www.evil.example Tom", "Tom\nSTOP", "To\u202em"]
)
def test_a_name_carries_no_link_and_no_second_line(typed):
    name = sms_text.name(typed)
    assert ("evil.example" in name, name.isprintable()) == (False, True)


def test_a_name_that_looks_like_a_site_is_no_link():
    assert sms_text.name("evil.example/pay") == "evil. example/pay"


@given(st.text(), st.integers(9, 40))
def test_a_name_is_never_longer_than_allowed(typed, longest):
    assert len(sms_text.name(typed, longest)) <= longest


@given(st.text())
def test_segments_hold_every_unit(text):
    cost = sms_text.cost(text)
    assert (
        (cost.segments - 1) * (152 if cost.encoding == "GSM-7" else 66) <= cost.units <= cost.segments * 160
    )
