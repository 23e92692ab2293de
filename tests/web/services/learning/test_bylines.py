import pytest

from web.services.learning import bylines

TOM = "Tom Field"


@pytest.mark.parametrize(
    ("link", "author"),
    [
        ("https://twitter.com/tomf/status/1234567890", "tomf"),
        ("https://x.com/tomf", "tomf"),
        ("https://www.x.com/tomf/status/1", "tomf"),
        ("https://mobile.twitter.com/tomf/status/1", "tomf"),
        ("https://mastodon.social/@tomf/1122", "@tomf"),
        ("https://social.example/users/tomf/statuses/1", "tomf"),
        ("https://bsky.app/profile/tomf.bsky.social/post/3k", "tomf.bsky.social"),
        ("https://medium.com/@tomf/what-we-learned-1a2b", "@tomf"),
        ("https://tomf.medium.com/what-we-learned", "tomf.medium.com"),
        ("https://tomf.wordpress.com/2026/12/bins", "tomf.wordpress.com"),
        ("https://tomf.blogspot.com/2026/12/bins.html", "tomf.blogspot.com"),
        ("https://tomf.substack.com/p/bins", "tomf.substack.com"),
        ("https://www.linkedin.com/in/tomf-12345", "tomf-12345"),
        ("https://www.linkedin.com/posts/tom-field-1a2b_bins-activity-7123-abcd", "tom-field-1a2b"),
        ("https://www.youtube.com/@tomf", "@tomf"),
        ("https://www.youtube.com/user/tomf", "tomf"),
        ("https://www.youtube.com/c/tomf", "tomf"),
        ("https://www.youtube.com/channel/UC1a2b", "UC1a2b"),
        ("https://old.reddit.com/u/tomf/comments/1", "tomf"),
        ("https://github.com/tomf/bins", "tomf"),
        ("https://people.example.ac.uk/~tomf/bins", "~tomf"),
        ("https://localgov.example/author/tomf", "tomf"),
        ("https://www.tomfield.co.uk/bins", "tomfield.co.uk"),
        ("https://tom-field.example/bins", "tom-field.example"),
        ("https://kirklees.example/blog/tom_field/bins", "tom_field"),
        ("https://kirklees.example/blog/field%2C%20tom", "field, tom"),
        ("https://kirklees.example/blog/t.field/bins", "t.field"),
        ("https://kirklees.example/bins?by=Tom+Field", "by=Tom+Field"),
        ("twitter.com/tomf/status/1", "tomf"),
    ],
)
def test_a_link_that_says_who_wrote_it_is_found(link: str, author: str) -> None:
    assert bylines.author_in(link, TOM) == author


@pytest.mark.parametrize(
    "link",
    [
        "https://kirklees.gov.uk/news/field-days-of-tomorrow",
        "https://twitter.com/i/status/1234567890",
        "https://x.com/hashtag/unmentoring",
        "https://www.youtube.com/watch?v=abc",
        "https://www.linkedin.com/feed/update/urn:li:activity:7123",
        "https://medium.com/localgov-digital/what-we-learned-1a2b",
        "https://wordpress.com/read/feeds/1",
        "https://www.wordpress.com/",
        "https://kirklees.example/atom/fields",
        "https://docs.google.com/document/d/1A2b3C4d/edit",
        "https://[",
        "",
    ],
)
def test_a_link_that_does_not_is_not(link: str) -> None:
    assert bylines.author_in(link, TOM) == ""


@pytest.mark.parametrize("name", ["Siân O’Neill", "Dr Sian Oneill", "Siân Mair O'Neill"])
def test_accents_titles_and_middle_names_hide_no_name(name: str) -> None:
    assert bylines.author_in("https://blog.example/sian-oneill/bins", name) == "sian-oneill"


def test_somebody_with_one_name_is_found_by_accounts_alone() -> None:
    assert bylines.author_in("https://kirklees.example/tom/bins", "Tom") == ""


def test_a_link_among_the_words_is_found() -> None:
    words = "We share vans: see https://mastodon.social/@tomf/1, and tell me."
    assert bylines.author_of(words, "https://kirklees.gov.uk/vans", TOM) == "@tomf"


@pytest.mark.parametrize(
    "name", ["Tom Field OBE", "Cllr Tom Field MBE, JP", "Tom Field (he/him)", "DCI Tom Field"]
)
def test_titles_and_letters_do_not_hide_whose_name_a_link_has(name: str) -> None:
    assert bylines.author_in("https://kirklees.example/blog/tom-field/bins", name) == "tom-field"


def test_a_short_link_of_medium_names_nobody() -> None:
    assert bylines.author_in("https://link.medium.com/1a2b", TOM) == ""
