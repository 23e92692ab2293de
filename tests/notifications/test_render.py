import re
from dataclasses import replace
from datetime import UTC, date, datetime

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from notifications import sms_text
from notifications.messages import (
    Channel,
    CheckIn,
    Digest,
    Named,
    Partner,
    PartnerGone,
    PassedOn,
    Says,
    TextAnswer,
    WhatNext,
)
from notifications.render import MOST_SEGMENTS, render
from tests.support.letters import (
    AMINA,
    AMINA_BY_TEXT,
    CHECK_IN,
    COUNCILS,
    NOW,
    PAGE,
    SIAN,
    TOM,
    everything,
    introduction,
    links,
)

JO = Partner("p4", "Jo Bell", "Leeds City Council", email="jo@leeds.example")
NUMBERS = ("7700900123", "7700900456", "7700900789")
GROUPS = {"pair": (TOM,), "three": (TOM, SIAN)}
ALL = [pytest.param(m, id=f"{m.kind}-{size}") for size, group in GROUPS.items() for m in everything(*group)]
LETTERS = [each for each in ALL if Channel.EMAIL in each.values[0].channels]
TEXTS = [each for each in ALL if Channel.SMS in each.values[0].channels]


def letter(message, to=AMINA, **how):
    return render(message, to, links, NOW, **how)


def text(message, to=AMINA_BY_TEXT, **how):
    return render(message, to, links, NOW, **how).sms


@pytest.mark.parametrize("message", LETTERS)
def test_every_letter_is_valid_html_that_says_what_it_is(message):
    made = letter(message)
    html5lib.HTMLParser(strict=True).parse(made.html)
    page = lxml_html.fromstring(made.html)
    assert (page.get("lang"), page.findtext("head/title")) == ("en-GB", made.subject)


@pytest.mark.parametrize("message", LETTERS)
def test_every_letter_loads_nothing_from_elsewhere(message):
    page = lxml_html.fromstring(letter(message).html)
    assert page.xpath("//img | //link | //script | //iframe | //@src | //@background") == []


def test_a_digest_of_learnings_that_nobody_is_shown_is_not_called_so():
    assert (
        letter(Digest(COUNCILS, "the November round", (), None, PAGE)).subject
        == "How the November round went"
    )


def test_a_letter_has_a_dark_scheme_too():
    page = lxml_html.fromstring(letter(introduction(TOM)).html)
    schemes = page.xpath("//meta[contains(@name, 'color-scheme')]/@content")
    assert (schemes, "prefers-color-scheme:dark" in page.findtext("head/style")) == (["light dark"] * 2, True)


@pytest.mark.parametrize("message", LETTERS)
def test_no_letter_is_cut_off_by_gmail(message):
    assert len(letter(message).html.encode()) < 102_000 / 2


@pytest.mark.parametrize("message", LETTERS)
def test_every_layout_table_is_hidden_from_screen_readers(message):
    assert set(lxml_html.fromstring(letter(message).html).xpath("//table/@role")) == {"presentation"}


@pytest.mark.parametrize("message", LETTERS)
def test_the_text_part_has_every_link_of_the_html(message):
    made = letter(message)
    doors = set(lxml_html.fromstring(made.html).xpath("//a[starts-with(@href, 'http')]/@href"))
    assert doors == set(re.findall(r"https?://\S+", made.text))


@pytest.mark.parametrize("message", LETTERS)
def test_no_letter_has_a_stray_gap_or_an_unfilled_place(message):
    made = letter(message)
    assert not re.search(r"\n{3,}|[ \t]{2,}|None|\{\{|\}\}| [.,]|\.\.", made.text)


@pytest.mark.parametrize("message", LETTERS)
def test_a_subject_is_one_short_line(message):
    assert 5 < len(letter(message).subject) <= 110


@pytest.mark.parametrize("message", LETTERS)
def test_no_letter_is_answered_by_an_absence(message):
    """An introduction is answered to the partner: Exchange would tell them an address that nobody ticked."""
    headers = letter(message).headers
    said = headers["Auto-Submitted"], headers["X-Auto-Response-Suppress"]
    assert said == ("auto-generated", "OOF, AutoReply")


@pytest.mark.parametrize("message", LETTERS)
def test_unsubscribe_headers_are_there_exactly_where_they_are_due(message):
    assert ("List-Unsubscribe" in letter(message).headers) == message.bulk


@pytest.mark.parametrize("message", TEXTS)
@pytest.mark.parametrize("name", ["", "Amina Shah", "Siân O’Neill", "李小龍", "名" * 80])
@pytest.mark.parametrize("answers", [True, False], ids=["answered", "not answered"])
def test_a_text_has_at_most_two_segments_or_three_for_a_name(message, name, answers):
    to = replace(AMINA_BY_TEXT, name=name, shares_number=True) if name else AMINA_BY_TEXT
    cost = sms_text.cost(text(message, to, texts_take_replies=answers))
    assert cost.segments <= (2 if cost.encoding == "GSM-7" else 3)


LONG = "Rhwydwaith Unmentoring Cynghorau Gŵyr a Glannau Teifi"
OF_A_PROGRAMME = [each for each in TEXTS if getattr(each.values[0], "programme", None)]


@pytest.mark.parametrize("message", OF_A_PROGRAMME)
@pytest.mark.parametrize("called", ["Councils Unmentoring", "Tea & talk", LONG, "x" * 80, "名" * 80])
def test_a_text_names_its_programme_at_no_cost_over_two_segments(message, called):
    programme = replace(message.programme, name=called)
    made = text(replace(message, programme=programme), texts_take_replies=True)
    named = made.startswith((f"{sms_text.name(called)}: ", f"{programme.slug}: "))
    assert (named, sms_text.cost(made).segments <= 2 or "Siân" in made) == (True, True)


def test_a_text_to_a_shared_number_says_whom_it_is_for():
    to = replace(AMINA_BY_TEXT, name="Amina Shah. www.evil.example", shares_number=True)
    assert text(introduction(TOM), to).startswith("Councils Unmentoring for Amina Shah.: this time you")


@pytest.mark.parametrize("message", TEXTS)
def test_a_text_is_one_line_with_at_most_one_link(message):
    said = text(message)
    assert (said.count("\n"), said.count("https://")) in {(0, 0), (0, 1)}


WILD = st.builds(
    Partner, person=st.just("p9"), name=st.text(min_size=1, max_size=200), organisation=st.text(max_size=300),
    about=st.text(max_size=300), phone=st.none() | st.just("+447700900123"),
    email=st.none() | st.just("a.very.long.address.indeed@subdomain.example.org"),
    video=st.none() | st.text(max_size=200),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(WILD, min_size=1, max_size=3))
def test_whatever_people_are_called_a_text_stays_short(partners):
    partners = [replace(partner, person=f"p{n}") for n, partner in enumerate(partners, 5)]
    cost = sms_text.cost(text(introduction(*partners)))
    assert cost.segments <= (2 if cost.encoding == "GSM-7" else 3)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(WILD)
def test_what_people_type_is_never_markup(partner):
    partner = replace(partner, about=f"<b>{partner.about}</b>", name=f"{partner.name}<script>")
    page = lxml_html.fromstring(letter(introduction(partner)).html)
    assert page.xpath("//script | //b") == []


def test_an_introduction_reads_as_it_should():
    assert letter(introduction(TOM)).text.partition("-- ")[0] == (
        "Hello Amina,\n\n"
        "This time you are talking with Tom Field, Kirklees Council. In Tom’s words:\n\n"
        "“I run the bins data, and I would love to hear how others do it.”\n\n"
        "You write first. tom.field@example.org, or 07700 900123.\n\n"
        "How about Tuesday 8 December at 12:30 or Thursday 10 December at 16:00? "
        "Half an hour is enough; any time up to Thursday 24 December is fine.\n\n"
        "If you want somewhere to start:\n\n"
        "- What are you thinking about?\n- What are you doing?\n- What would you like to share?\n\n"
        "Why you two? You have never met, and Leeds and Kirklees have met only once before.\n\n"
        "Add to calendar:\nhttps://unm.example/calendar/ca14p1vXcT0aLw7RbYd3e1Q\n\n"
        "We’ve booked it:\nhttps://unm.example/check-in/ch12p1vXcT0aLw7RbYd3e1Q\n\n"
        "I can’t make this round:\nhttps://unm.example/cannot/ca13p1vXcT0aLw7RbYd3e1Q\n\n"
    )


def test_an_introduction_by_text_reads_as_it_should():
    assert text(introduction(TOM)) == (
        "Councils Unmentoring: this time you talk with Tom Field, Kirklees Council. You write first: "
        "07700 900123. Can't make it, or stop: https://unm.example/m/pa11p1vXcT0aLw7RbYd3e1Q"
    )


def test_a_subject_says_who_writes_first_however_long_a_name_is():
    long = replace(TOM, name="Wilhelmina " * 6 + "Rhys", known_as="", organisation="Partnership " * 8)
    subject = letter(introduction(long)).subject
    assert (subject.endswith("(you write first)"), len(subject) <= 110) == (True, True)


def test_what_is_passed_on_keeps_the_lines_of_its_writer():
    said = "How about\nTuesday 2pm\nFriday 10am?"
    made = letter(PassedOn(COUNCILS, TOM, said, PAGE, PAGE))
    assert "\n> “How about\n> Tuesday 2pm\n> Friday 10am?”\n" in made.text
    assert "“How about<br>Tuesday 2pm<br>Friday 10am?”" in made.html


def test_a_partner_s_video_link_is_one_to_press():
    made = letter(introduction(replace(TOM, video="Teams: https://teams.example.org/tom")))
    assert 'href="https://teams.example.org/tom">https://teams.example.org/tom</a>' in made.html


def test_who_does_not_write_first_is_told_who_does():
    made = letter(introduction(TOM, first="p2"))
    assert (made.subject, "Tom writes first." in made.text) == ("Meet Tom from Kirklees Council", True)


def test_a_three_is_told_about_both_others():
    made = letter(introduction(TOM, SIAN))
    assert made.subject == "Meet Tom Field and Siân O’Neill (you write first)"
    assert "This time you are a three, with Tom Field, Kirklees Council, and Siân O’Neill" in made.text
    assert "How about" in made.text


def test_only_what_a_partner_ticked_is_shown():
    shy = replace(TOM, email=None, phone=None, video="Teams: tom")
    assert "tom.field@example.org" not in letter(introduction(shy)).text


def test_a_partner_who_shares_nothing_can_still_be_reached():
    shy = replace(TOM, email=None, phone=None)
    assert "write to hello@councils.example and we will pass it on" in letter(introduction(shy)).text


def test_a_pairs_introduction_is_answered_to_the_partner():
    assert letter(introduction(TOM)).reply_to == "tom.field@example.org"


@pytest.mark.parametrize("group", [(replace(TOM, email=None),), (TOM, JO)], ids=["not ticked", "three"])
def test_an_introduction_is_otherwise_answered_to_nobody(group):
    assert letter(introduction(*group), reply_to="us@in.example").reply_to is None


def test_a_four_is_told_about_all_three_others_and_whose_each_number_is():
    assert text(introduction(TOM, SIAN, JO)).startswith(
        "Councils Unmentoring: this time you talk with Tom Field (07700 900123), Siân O'Neill (07700 900456) "
        "and Jo Bell. You write first. "
    )


@pytest.mark.parametrize("long", ["Margaret Elizabeth Llewellyn-Jones", "Siân Llŷr Gruffydd-Williams"])
def test_numbers_outlast_long_names(long):
    group = [replace(TOM, person=number, name=long, email=None, phone=f"+44{number}") for number in NUMBERS]
    said = text(introduction(*group))
    cost = sms_text.cost(said)
    assert [number for number in NUMBERS if f"(0{number[:4]} {number[4:]})" not in said] == []
    assert cost.segments <= MOST_SEGMENTS[cost.encoding]


@pytest.mark.parametrize("other", [SIAN, JO, replace(JO, email=None)], ids=["number", "address", "nothing"])
def test_a_text_that_came_to_us_says_whose_each_number_is(other):
    said = text(TextAnswer(Says.NOT_PASSED_ON, COUNCILS, PAGE, partners=(TOM, other)))
    assert ("Tom Field (07700 900123) and " in said, "Send it to them." in said) == (True, True)


def test_a_text_that_came_to_us_goes_to_the_organisers_where_nobody_shares_anything():
    shy = replace(TOM, email=None, phone=None), replace(JO, email=None)
    said = text(TextAnswer(Says.NOT_PASSED_ON, COUNCILS, PAGE, partners=shy))
    assert "Send it to hello@councils.example, who pass it on." in said


def test_a_changed_group_is_told_that_it_changed():
    assert "There is a change: you are now talking with" in letter(introduction(TOM, sequence=1)).text


def test_without_shared_times_the_whole_round_is_offered():
    assert "any time up to Thursday 24 December is fine" in letter(introduction(TOM, slots=())).text


def test_a_time_that_has_been_is_not_suggested():
    after_lunch = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
    made = render(introduction(TOM), AMINA, links, after_lunch)
    assert "How about Thursday 10 December at 16:00?" in made.text
    assert b"DTSTART:20261210T160000Z" in made.calendar


def test_after_the_cut_off_nobody_is_offered_a_way_out():
    assert "make this round" not in letter(introduction(TOM, cannot=None)).text


def test_the_calendar_entry_is_at_the_first_suggested_time():
    assert b"DTSTART:20261208T123000Z" in letter(introduction(TOM)).calendar


def test_a_broken_pair_takes_its_calendar_entry_back():
    gone = PartnerGone(COUNCILS, "g7", 1, (Named("p2", "Tom"),), WhatNext.LOOKING, PAGE)
    made = letter(gone)
    assert (made.calendar_method, b"UID:group-g7@unm.example" in made.calendar) == ("CANCEL", True)


def test_a_three_that_goes_on_as_a_pair_keeps_its_calendar_entry():
    gone = PartnerGone(COUNCILS, "g7", 1, (), WhatNext.GOING_ON, PAGE, (Named("p2", "Tom"),))
    assert letter(gone).calendar is None


def test_an_erased_partner_is_not_named():
    gone = PartnerGone(COUNCILS, "g7", 1, (), WhatNext.NEXT_ROUND, PAGE, next_round=date(2027, 1, 5))
    assert "Your partner can’t make this round" in letter(gone).text


def test_a_confirmation_carries_nothing_from_the_form():
    stranger = replace(AMINA, name="Buy at evil.example", email="a@b.example")
    made = letter(everything()[0], to=stranger)
    assert "evil" not in made.subject + made.text + made.html


def test_a_number_that_can_be_answered_says_so():
    check_in = CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE)
    assert ["Reply MET" in text(check_in, texts_take_replies=on) for on in (True, False)] == [True, False]


def test_a_texts_link_is_asked_for_in_its_short_form():
    assert "https://unm.example/m/" in text(introduction(TOM))


@pytest.mark.parametrize("kind", ["read_soon", "reported", "complaint_waits"])
def test_who_is_asked_to_look_is_sent_to_nobody_it_may_be_about(kind):
    """An organiser often has the programme's address, and may be the one."""
    made = [letter(message) for message in everything() if message.kind == kind]
    assert (bool(made), [one for one in made if COUNCILS.contact in one.text + one.html]) == (True, [])
