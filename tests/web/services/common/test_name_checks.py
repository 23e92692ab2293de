"""Names as people have them pass, in every script; what leads elsewhere, or shows nothing, does not."""

import time
import unicodedata

import pytest

from web.services.common import name_checks
from web.services.common.name_checks import Fault

PEOPLE = [
    "Jane Smith", "Nuala Ní Dhomhnaill", "O’Brien-Smith", "van der Berg", "Sammy Davis Jr.", "S. A. D'Souza",
    "Þórr", "Ngọc Ánh", "Nguyễn Văn Ánh", "X Æ A-12", "3 Foundation", "A", "Ng", "Ke$ha", "bell hooks", "ㄱ",
    "e.e. cummings", "Mr.T", "Jo (she/her)", "Ọlọ́run", "Ọ́láńrewájú", "Łukasz", "علی‌رضا", "مُحَمَّد", "اللَّه",
    "מֹשֶׁה", "שִּׁמְעוֹן", "น้ำฝน", "ศักดิ์สิทธิ์", "नीरज", "क्ष्‍म", "நீரஜா", "ശ്രീജിത്ത്", "ក្រឹស្ណា", "ວິໄລສັກ",
    "ကျော်", "လျှို့", "བསྒྲུབས", "李小龍", "김철수", "አበበ", "ᎠᏂ", "ᐃᓄᒃ", "Ιωάννης", "Юрій", "Հայկ",
]  # fmt: skip
# With a full stop and no space behind it, as lists have them, and as the ends of sites have it too.
STOPPED = [
    "Dr.Kim", "Dr.Li", "Cllr.Page", "J.K.Rowling", "J.Lo", "Jane Smith, M.Sc", "Jane, Ph.D.", "J.de Vries",
    "J.M.Li", "Md.Al-Amin", "Mary St.John", "mary.smith", "Wm.Smith",
]  # fmt: skip
BODIES = [
    "Booking.com", "GOV.UK", "gov.uk", "Age.UK", "Amazon.co.uk", "Lastminute.com Group", "St. John's",
    "D.C. Thomson", "Shelter/Crisis", "St.Mary/St.John", "n.yorks/leeds mind", "Hull C.C./E.Riding C.C.",
    "24/7 Care", "A&E/ICU", "Dept. of Health/NHS", "Which?", "M&S", "@Home Care", "No.10/Cabinet Office",
]  # fmt: skip
WRONG = [
    ("Win £100 at https://evil.example/x", Fault.LINK),
    ("www.evil.example", Fault.LINK),
    ("evil.example/x", Fault.LINK),
    ("bit.ly/x", Fault.LINK),
    ("Evil.Rocks/x", Fault.LINK),
    ("ｅｖｉｌ．ｃｏｍ／x", Fault.LINK),
    ("ev\u200dil.com/x", Fault.LINK),
    ("evil.com:8080", Fault.LINK),
    ("evil.com?x=1", Fault.LINK),
    ("jo@evil.example", Fault.EMAIL),
    ("\u2800", Fault.UNSEEN),
    ("\u3164", Fault.UNSEEN),
    ("Jo\u115f\u1160", Fault.UNSEEN),
    ("\uffa0Jo", Fault.UNSEEN),
    ("Jo\u202e", Fault.UNSEEN),
    ("\u200d", Fault.NOTHING),
    ("🦄", Fault.NOTHING),
    ("—", Fault.NOTHING),
    ("A" + "\u0301" * 60, Fault.MARKS),
    ("A" + "\u0301\u200d" * 20, Fault.MARKS),
    ("\u0e01" + "\u0e47" * 20, Fault.MARKS),
]
SITES = [
    "evil.example",
    "Win at Evil.COM",
    "a.evil.co.uk",
    "(evil.com)",
    "evil.com's",
    "evil.com-x",
    "x.com",
    "evil.рф",
    "ｅｖｉｌ．ｃｏｍ",
]


@pytest.mark.parametrize("name", PEOPLE + STOPPED)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_what_people_are_called_is_a_name(name: str, form: str) -> None:
    assert name_checks.of_a_person(unicodedata.normalize(form, name)) is None


@pytest.mark.parametrize("name", BODIES + PEOPLE)
def test_what_organisations_are_called_is_a_name(name: str) -> None:
    assert name_checks.of_a_body(name) is None


@pytest.mark.parametrize(("name", "fault"), WRONG)
def test_what_misleads_is_nobody_s_name(name: str, fault: Fault) -> None:
    assert (name_checks.of_a_person(name), name_checks.of_a_body(name)) == (fault, fault)


@pytest.mark.parametrize("name", SITES)
def test_a_site_is_an_organisation_s_name_and_no_person_s(name: str) -> None:
    assert (name_checks.of_a_person(name), name_checks.of_a_body(name)) == (Fault.HOST, None)


@pytest.mark.parametrize("typed", ["a-" * 32_000, "x@" + "a-" * 32_000, "é." + "a-" * 32_000 + "/x"])
def test_what_a_whole_form_holds_is_looked_at_at_once(typed: str) -> None:
    """Forms ask how long it is first; whoever asks otherwise would keep a processor busy for 25 seconds."""
    began = time.process_time()
    name_checks.of_a_person(typed)
    name_checks.of_a_body(typed)
    assert time.process_time() - began < 1
