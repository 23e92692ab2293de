import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import addresses
from notifications.errors import BadAddress


def test_an_address_that_few_mail_servers_write_to_is_asked_for_again():
    with pytest.raises(BadAddress, match="without accents"):
        addresses.email("pepé@leeds.example")


@pytest.mark.parametrize(
    "typed",
    ["", "amina", "a@b", "a b@example.org", "a\nb@example.org", "a@example.org\nBcc: x@y.org",
     "a@[127.0.0.1]", "a@localhost", "a" * 300 + "@example.org", "a@exa mple.org",
     "a@x.org; b@x.org", "Ann <a@x.org>, Bo <b@x.org>"],
)  # fmt: skip
def test_what_is_no_email_address_is_told_what_to_do(typed):
    with pytest.raises(BadAddress, match="Enter an email address"):
        addresses.email(typed)


@pytest.mark.parametrize("blank", ["\t", " ", "\n", "\u2003"])
def test_a_million_blanks_are_no_address_and_no_number(blank):
    """Looked at again for each of them, they would take days."""
    for read in (addresses.email, addresses.phone):
        with pytest.raises(BadAddress):
            read(f"a{blank * 1_000_000}b")


def test_spaces_around_an_address_are_forgiven():
    assert addresses.email("  Amina@Example.ORG ") == "Amina@example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Amina@Example.org", "amina@EXAMPLE.org"), ("a@bücher.example", "a@xn--bcher-kva.example")],
)
def test_two_spellings_of_one_mailbox_have_one_key(one, other):
    assert addresses.email_key(one) == addresses.email_key(other)


def test_a_tagged_address_is_another_mailbox():
    assert addresses.email_key("a+x@example.org") != addresses.email_key("a@example.org")


@pytest.mark.parametrize(
    "typed", ["07700 900123", "+44 7700 900123", "(07700) 900-123", "0044 7700 900123", "+44 (0) 7700 900123"]
)
def test_a_uk_mobile_is_known_however_it_is_typed(typed):
    assert addresses.phone(typed) == "+447700900123"


@pytest.mark.parametrize(
    "typed", ["", "hello", "07700", "020 7946 0000", "+33 6 12 34 56 78", "+1 202 555 0123", "0909 879 0000"]
)
def test_a_number_we_cannot_text_is_told_what_to_do(typed):
    with pytest.raises(BadAddress, match="Enter a "):
        addresses.phone(typed)


@pytest.mark.parametrize(
    "typed",
    ["Tom <t@example.org>", "mailto:t@example.org", "t@example.org;", "<t@example.org>",
     "\u202at@example.org\ufeff", "t@example.org\xa0", "'t@example.org',", "MAILTO:t@example.org?subject=Hi"],
)  # fmt: skip
def test_what_was_copied_with_an_address_is_taken_off(typed):
    assert addresses.email(typed) == "t@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "ann@x.org (work)",
        "Email: ann@x.org",
        "e-mail ann@x.org",
        "ann @ x.org",
        "ann＠x.org",
        "“ann@x.org”",
        "‘ann@x.org’",
        "*ann@x.org*",
        "e: ann@x.org",
        "Email address: ann@x.org",
        "ann@x.org<mailto:ann@x.org>",
        "Ann@x.org <mailto:ann@x.org>",
        "Lee, Ann <ann@x.org>;",
        "Mail <ann@x.org>",
    ],
)
def test_what_was_said_of_an_address_is_taken_off(typed):
    assert addresses.email(typed).casefold() == "ann@x.org"


@pytest.mark.parametrize("typed", ["m jones@x.org", "bo@x.org <ann@x.org>", "ann lee@x.org"])
def test_an_address_with_more_than_itself_beside_it_is_asked_for_again(typed):
    with pytest.raises(BadAddress):
        addresses.email(typed)


@pytest.mark.parametrize(
    "typed", ["07700-900-123 (work)", "Mob: 07700 900123", "m. 07700 900123", "Tel 07700900123"]
)
def test_what_was_said_of_a_number_is_taken_off(typed):
    assert addresses.phone(typed) == "+447700900123"


@pytest.mark.parametrize("typed", ["tel@x.org", "m@x.org", "email@x.org", "mob.smith@x.org"])
def test_an_address_that_begins_like_a_label_stays_whole(typed):
    assert addresses.email(typed) == typed


def test_a_curly_apostrophe_in_an_address_is_a_straight_one():
    assert addresses.email("o’neill@example.org") == "o'neill@example.org"


@pytest.mark.parametrize(
    "typed", ["07624 300123", "07781 100123", "07797 700123", "\u202a07781 100123", "tel:07624300123"]
)
def test_mobiles_of_man_and_the_channel_islands_are_ours(typed):
    assert addresses.phone(typed).startswith("+447")


def test_another_country_can_be_allowed():
    assert addresses.phone("+33 6 12 34 56 78", frozenset({"GB", "FR"})) == "+33612345678"


def test_a_number_is_said_the_way_its_owner_says_it():
    assert addresses.phone_as_said("+447700900123") == "07700 900123"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_address_or_refused_in_words(typed):
    assert all(outcome(read, typed) for read in (addresses.email, addresses.phone))


def outcome(read, typed):
    try:
        return read(typed)
    except BadAddress as refused:
        return str(refused).startswith("Enter ")


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Unmentoring <hello@unm.example>", "Unmentoring", "hello@unm.example"),
        ('"Sgwrs: Môn, Gwynedd" <hello@unm.example>', "Sgwrs: Môn, Gwynedd", "hello@unm.example"),
        ("Sgwrs: Môn, Gwynedd <hello@unm.example>", "Sgwrs: Môn, Gwynedd", "hello@unm.example"),
        ("Unmentoring @ Leeds <hello@unm.example>", "Unmentoring @ Leeds", "hello@unm.example"),
        ("Leeds [pilot] <hello@unm.example>", "Leeds [pilot]", "hello@unm.example"),
        (" <hello@unm.example> ", "", "hello@unm.example"),
        ("hello@intranet", "", "hello@intranet"),
    ],
)
def test_a_sender_is_read_as_it_is_written(written, name, address):
    assert addresses.sender(written) == (name, address)


@pytest.mark.parametrize(
    "written",
    ["", "nobody", "hello@", "A <hello>", "A <hello@unm.example> B", "a@b@unm.example", "A\n<a@unm.example>",
     "A <a@unm.example>, B <b@unm.example>", "A <a@bücher.example>"],
)  # fmt: skip
def test_what_is_no_sender_is_refused(written):
    with pytest.raises(BadAddress, match="Name <address>"):
        addresses.sender(written)


@pytest.mark.parametrize(
    ("handle", "said", "link"),
    [
        ("Teams: https://teams.example.org/l/meet?x=1", "Teams: ", "https://teams.example.org/l/meet?x=1"),
        ("https://meet.example.org:8443/amina", "", "https://meet.example.org:8443/amina"),
        ("Teams: amina@example.org", "Teams: amina@example.org", ""),
        ("https://bank.example.org@evil.example.org/", "https://bank.example.org@evil.example.org/", ""),
        ("https://bank.example.org\\@evil.example.org", "https://bank.example.org\\@evil.example.org", ""),
        ("javascript:alert(1)//https://x", "javascript:alert(1)//https://x", ""),
        ("https://localhost/", "https://localhost/", ""),
    ],
)
def test_a_video_handle_that_is_a_link_leads_where_it_says(handle: str, said: str, link: str) -> None:
    assert addresses.link_at_end(handle) == (said, link)


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ("https://meet.example.org:8443/amina", "https://meet.example.org:8443/amina"),
        (f"https://teams.example.org/{'x' * 240}", "https://teams.example.org/…"),
        (f"https://teams.example.org?{'x' * 240}", "https://teams.example.org/…"),
    ],
)
def test_of_a_link_longer_than_anybody_reads_its_host_is_shown(link: str, read: str) -> None:
    assert addresses.link_as_read(link) == read
