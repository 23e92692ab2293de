"""Who and where, as people text it."""

import pytest

from web.services.incoming.named_by_text import name_and_organisation

AMINA = ("Amina Yusuf", "Leeds City Council")


@pytest.mark.parametrize(
    "words",
    [
        "YES Amina Yusuf, Leeds City Council",
        "Yes please, Amina Yusuf, Leeds City Council",
        "Yes please Amina Yusuf, Leeds City Council.",
        "YES PLS! Amina Yusuf, Leeds City Council",
        "Hi, Amina Yusuf, Leeds City Council",
        "Hello, yes. I'm Amina Yusuf, from Leeds City Council",
        "Yes my name is Amina Yusuf, I work for Leeds City Council",
        "Yes Amina Yusuf from Leeds City Council",
        "Yes Amina Yusuf of Leeds City Council",
        "Yes this is Amina Yusuf at Leeds City Council",
        "Yes. My name is Amina Yusuf and I work for Leeds City Council",
        "YES Amina Yusuf @ Leeds City Council",
        "YES Amina Yusuf / Leeds City Council",
        "Yes Amina Yusuf (Leeds City Council)",
        "Name: Amina Yusuf Organisation: Leeds City Council",
        "YES Amina Yusuf, she/her, Leeds City Council",
        "YES Amina Yusuf (she/her), Leeds City Council",
        "Yes, Amina Yusuf - Leeds City Council",
        "Yes\nAmina Yusuf\nLeeds City Council\nThanks",
        "Name: Amina Yusuf\nOrganisation: Leeds City Council",
        "Yes (Amina Yusuf, Leeds City Council)",
        "Yes \N{SMILING FACE WITH SMILING EYES} “Amina Yusuf, Leeds City Council” \N{THUMBS UP SIGN}",
        "Ie, Amina Yusuf, Leeds City Council, diolch",
        "Ydw, Amina Yusuf, Leeds City Council",
        "Iawn, diolch. Amina Yusuf, Leeds City Council",
    ],
)
def test_what_is_said_around_a_name_is_no_part_of_it(words: str) -> None:
    assert name_and_organisation(words) == AMINA


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Margaret Pugh, clerk, Llanfair CC", "Llanfair CC"),
        ("Margaret Pugh, Leeds City Council, housing officer", "Leeds City Council"),
        ("Margaret Pugh, Director of Children's Services, Leeds City Council", "Leeds City Council"),
        ("Margaret Pugh, Head of Policy and Partnerships, Kirklees", "Kirklees"),
        ("Margaret Pugh, CEO, Women's Aid Leeds", "Women's Aid Leeds"),
        ("Margaret Pugh, retired teacher, Harrogate", "Harrogate"),
        ("Margaret Pugh, Chair of Otley Parish Council", "Otley Parish Council"),
        ("Margaret Pugh, Clerk to Otley Parish Council", "Otley Parish Council"),
        ("Margaret Pugh, Trustee at Age UK Leeds", "Age UK Leeds"),
        ("My name is Margaret Pugh. I am a trustee of Mind in Bradford.", "Mind in Bradford"),
        ("Margaret Pugh. Llanfair Community Council.", "Llanfair Community Council"),
        ("Margaret Pugh, Leeds City Council. Looking forward to it!", "Leeds City Council"),
        ("Hello, thank you. Margaret Pugh from Otley Parish Council. Kind regards", "Otley Parish Council"),
        ("Sorry, only just seen this. Margaret Pugh, Leeds Mind", "Leeds Mind"),
        ("Apologies for delay - Margaret Pugh, Leeds Mind", "Leeds Mind"),
        ("Good morning my name is Margaret Pugh from Leeds Mind", "Leeds Mind"),
        ("Fy enw i yw Margaret Pugh, Cyngor Gwynedd", "Cyngor Gwynedd"),
        ("Margaret Pugh here from Bradford Foodbank", "Bradford Foodbank"),
        ("Margaret Pugh, Volunteer Centre Leeds", "Volunteer Centre Leeds"),
        ("Margaret Pugh, The Volunteer Centre", "The Volunteer Centre"),
        ("Margaret Pugh, Retired Members Association", "Retired Members Association"),
        ("Margaret Pugh, Community Builders", "Community Builders"),
        ("Margaret Pugh, Thanks for Life", "Thanks for Life"),
        ("Margaret Pugh, St Mary's Church, Whitby", "St Mary's Church, Whitby"),
    ],
)
def test_a_post_or_an_apology_is_no_organisation(words: str, where: str) -> None:
    assert name_and_organisation(words) == ("Margaret Pugh", where)


def test_who_dictates_is_understood() -> None:
    words = "my name is margaret pugh and i work for llanfair community council"
    assert name_and_organisation(words) == ("margaret pugh", "llanfair community council")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Yestyn Jones, Gwynedd, Wales.", ("Yestyn Jones", "Gwynedd, Wales")),
        ("Will Smith, Mind (Leeds)", ("Will Smith", "Mind (Leeds)")),
        ("I Smith, Mind", ("I Smith", "Mind")),
        ("Can Yılmaz, Mind", ("Can Yılmaz", "Mind")),
        ("No Moo-hyun, Mind", ("No Moo-hyun", "Mind")),
    ],
)
def test_names_stay_whole(words: str, told: tuple[str, str]) -> None:
    assert name_and_organisation(words) == told


@pytest.mark.parametrize(
    "words",
    [
        "yes",
        "Amina Yusuf",
        "Amina Yusuf, N/A",
        "Amina Yusuf, none.",
        "Yes, Margaret Pugh, sorry for the late reply",
        "Margaret Pugh, many thanks for getting back to me",
        "Margaret Pugh, looking forward to it",
        "Margaret Pugh, I hope this is right",
        "Margaret Pugh, parish clerk",
        "Margaret Pugh, retired",
        "Margaret Pugh (Mrs)",
        "Margaret Pugh, just me",
        "Margaret Pugh, not with any organisation",
        "Margaret Pugh, self employed",
        "this is fine at present",
        "Amina Yusuf Leeds City Council",
        "yes ,",
        "Yes, please",
        "OK, thanks",
        "Hi, yes please",
        "Sounds good, thanks",
        "Yes see you at Leeds",
        "Yes Mum of two",
        "I am out of the office",
        "I'd love to, thanks",
        "Yes, when does it start?",
        "Yes. I'm not sure, can I ask a question?",
        "Yes, but I am away, so later",
        "Not now, maybe later",
        "Sorry, I don't have one, is that ok?",
        "A\u202emina, Leeds",
        "x" * 81 + ", Leeds",
    ],
)
def test_what_says_no_name_or_no_organisation_is_none(words: str) -> None:
    assert name_and_organisation(words) is None
