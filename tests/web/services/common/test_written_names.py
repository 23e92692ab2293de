"""Names as lists write them."""

import pytest

from web.services.common import written_names


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Yusuf, Amina", "Amina Yusuf"),
        ("Yusuf, Cllr Amina", "Cllr Amina Yusuf"),
        ("Cllr Yusuf, Amina", "Cllr Amina Yusuf"),
        ("Yusuf, Amina, MRTPI", "Amina Yusuf, MRTPI"),
        ("Cllr Amina Yusuf, MBE", "Cllr Amina Yusuf, MBE"),
        ("Amina Yusuf, PhD, FRSA", "Amina Yusuf, PhD, FRSA"),
        ("Amina Yusuf, QXYZ", "Amina Yusuf, QXYZ"),
        ("YUSUF, Amina (Leeds City Council)", "Amina YUSUF"),
        ("van der Berg-Jones, Tom", "Tom van der Berg-Jones"),
        ("Li, Ma", "Ma Li"),
        ("LEE, ANN", "ANN LEE"),
        ("Field, Dr", "Dr Field"),
        ("Amina Yusuf (she/her)", "Amina Yusuf (she/her)"),
        ("Amina Yusuf, she/her", "Amina Yusuf, she/her"),
        ("Yusuf, Amina (she/her)", "Amina Yusuf (she/her)"),
        ("Yusuf, Amina, they / them", "Amina Yusuf, they / them"),
        ("she/her", "she/her"),
        ("Rt Hon Amina Yusuf MP", "Rt Hon Amina Yusuf MP"),
        ("Suharto", "Suharto"),
        ("Amina Yusuf, Leeds City Council", "Amina Yusuf"),
        ("Cllr Amina Yusuf, Chief Executive", "Cllr Amina Yusuf"),
        ("Amina Yusuf - Leeds City Council", "Amina Yusuf"),
        ("Amina Yusuf – Head of Housing", "Amina Yusuf"),
        ("Amina Yusuf (Chief Executive)", "Amina Yusuf"),
        ("Yusuf - Amina", "Yusuf - Amina"),
        ("Bishop, Jane", "Jane Bishop"),
        ("Lord, Jane", "Jane Lord"),
        ("Head, Jane", "Jane Head"),
        ("Ní Bhriain, Máire", "Máire Ní Bhriain"),
        ("García Márquez, Gabriel José", "Gabriel José García Márquez"),
        ("Amina Yusuf, Head of Housing, Leeds", "Amina Yusuf, Head of Housing, Leeds"),
    ],
)
def test_a_name_is_said_in_order_and_letters_stay_behind_it(typed: str, said: str) -> None:
    assert written_names.in_order(typed) == said


@pytest.mark.parametrize(
    "name",
    [
        "Dr Tom Field",
        "Field, Tom",
        "Cllr Tom Field, OBE",
        "TOM FIELD MBE",
        "Tom Field (York)",
        "Tom Field he/him",
    ],
)
def test_titles_letters_and_brackets_make_no_other_name(name: str) -> None:
    assert written_names.bare(name) == "tom field"


@pytest.mark.parametrize(
    ("name", "missing"), [("N/A", True), ("-", True), ("Null", False), ("李小龍", False)]
)
def test_what_stands_for_no_name_is_told_from_names(name: str, missing: bool) -> None:
    assert written_names.is_missing(name) is missing


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        (" Jo  Ann ", "Jo Ann"),
        ("N/A", ""),
        ("Same", ""),
        ("as above", ""),
        ("No", ""),
        ("Noor", "Noor"),
        (None, ""),
    ],
)
def test_what_somebody_is_to_be_called_is_no_remark(typed: str | None, called: str) -> None:
    assert written_names.asked_for(typed) == called


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Tom Field, he/him", "Tom"),
        ("Rev’d Tom Field", "Tom"),
        ("Cllr Jane Smith", "Jane"),
        ("Y Cynghorydd Siân Jones", "Siân"),
        ("County Councillor Siân Jones", "Siân"),
        ("Senator Jane Smith", "Jane"),
        ("Cllr. (Mrs) Jane Smith", "Jane"),
        ("PC 1234 Jane Smith", "Jane"),
        ("Di Smith", "Di"),
        ("Gen Smith", "Gen"),
        ("Major Smith", "Major"),
        ("DI Jane Smith", "Jane"),
        ("Ms. Begum", "Begum"),
        ("Mr & Mrs Smith", "Mr"),
        ("Smith, Jane", "Jane"),
    ],
)
def test_the_first_name_is_no_title_and_no_last_name_where_there_is_another(name: str, first: str) -> None:
    assert written_names.first(name) == first
