from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import secrets
from notifications.replies import reply_address
from web.services.common.links import PATHS
from web.tokens import PERSON_BYTES, Signer

SIGNER = Signer(["k" * 32])
PEOPLE = st.binary(min_size=PERSON_BYTES, max_size=PERSON_BYTES).map(bytes.hex)
IDS = st.integers(min_value=1, max_value=2**31 - 1)


@st.composite
def ours(draw):
    """A link or an address of ours, and the part of it that nobody else may have."""
    signer = Signer([draw(st.text(min_size=32, max_size=40))])
    person, number = draw(PEOPLE), draw(IDS)
    if draw(st.booleans()):
        token = signer.token(number, "page", person)
        return f"https://u.example{draw(st.sampled_from(sorted(PATHS.values()))).format(token)}", token
    if draw(st.booleans()):
        token = signer.standing_token("unsubscribe", person)
        return f"https://u.example/unsubscribe/{token}", token
    address = reply_address(number, person, key=b"key", domain="in.u.example")
    return address, address.partition("@")[0]


def folded(link, column):
    return link[:column] + "=\n> " + link[column:]


def by_v2(link):
    """As Proofpoint's URL Defense did: "/" is "_", and all else that is special a code behind a hyphen."""
    return "".join(
        one if one.isalnum() or one == "." else "_" if one == "/" else f"-{ord(one):02X}" for one in link
    )


QUOTED = {
    "as it is": lambda link: link,
    "in brackets": lambda link: f"<{link}>",
    "looked through by a gateway": lambda link: f"https://safe.example/?url={quote(link, safe='')}&data=1",
    "looked through twice": lambda link: f"https://safe.example/?u={quote(quote(link, safe=''), safe='')}",
    "looked through by Proofpoint": lambda link: f"https://urldefense.com/v3/__{link}__;!!Ab1!x_y-z$",
    "looked through by its v2": lambda link: (
        f"https://urldefense.proofpoint.com/v2/url?u={by_v2(link)}&d=Dw&e="
    ),
    "broken over two lines": lambda link: f"> see {folded(link, len(link) - 9)} today",
    "in markdown": lambda link: f"[your page]({link})",
    "without https": lambda link: link.removeprefix("https://"),
}


@pytest.mark.parametrize("quote_", QUOTED.values(), ids=QUOTED)
@given(
    secret=ours(), before=st.sampled_from(["", "Ask the crews. "]), after=st.sampled_from(["", " Really."])
)
def test_however_a_letter_is_quoted_its_secrets_are_taken_out(quote_, secret, before, after):
    link, token = secret
    left = secrets.without(f"{before}{quote_(link)}{after}").replace("=\n> ", "")
    left = left.replace("-5F", "_").replace("-2D", "-")
    assert [part for part in (token, "u.example/") if part in left] == []


@pytest.mark.parametrize("said", ["Your code is 123456.", "123 456 is your code", "code: 123-456"])
def test_a_code_is_taken_out(said):
    assert "456" not in secrets.without(said)


@pytest.mark.parametrize(
    "said",
    [
        "We saved 120000 pounds in 2026.",
        "Read https://docs.example.org/document/d/1A2b3C4d5E6f7G8h9I0jKLMNOPQRSTUVWXYZabcdefg/edit",
        "https://medium.example/@tom/what-we-learned-from-bins-1a2b3c4d5e6f",
        "Write to r.jones@leeds.example, or r.2@leeds.example",
        "Ask the AA, the RAC and QAA about it.",
        "a  b",
    ],
)
def test_what_is_not_ours_stays_as_it_is(said):
    assert secrets.without(said) == said


@given(st.text())
def test_nothing_is_found_in_what_is_left(text):
    assert not secrets.found_in(secrets.without(text))
