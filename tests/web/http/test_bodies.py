"""How large a body may be: so much and no more, whether or not its length is said beforehand."""

import io
from collections.abc import Iterator

import pytest

from tests.support.world import World
from web.http.multipart import raw_fields
from web.sizes import EVENT_BYTES, FILE_BYTES, FORM_BYTES, KB, MAIL_BYTES, MB, said

FORM, EVENTS, MAIL = "/my-page", "/webhooks/notify", "/webhooks/sendgrid/inbound"


def status(world: World, address: str, size: int, *, chunked: bool) -> int:
    """Of a body of that size. A server that ends its input itself says so, and gives chunks as they are."""
    told = {"HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {"CONTENT_LENGTH": str(size)}
    answer = world.visitor().client.post(
        address,
        input_stream=io.BytesIO(b"x" * size),
        environ_overrides={"wsgi.input_terminated": True, **told},
    )
    return answer.status_code


@pytest.mark.parametrize("chunked", [False, True], ids=["length said", "in chunks"])
def test_so_much_is_taken_and_a_byte_more_is_not(world: World, chunked: bool) -> None:
    key = world.worker.signer.inbound_secrets()[0]
    doors = ((FORM, FORM_BYTES), (EVENTS, EVENT_BYTES), (f"{MAIL}?key={key}", MAIL_BYTES), (MAIL, FORM_BYTES))
    refused = {
        (address.partition("?")[0], most, more)
        for address, most in doors
        for more in (-1, 0, 1)
        if status(world, address, most + more, chunked=chunked) == 413
    }
    assert refused == {(address.partition("?")[0], most, 1) for address, most in doors}


def test_a_file_is_taken_up_to_its_last_byte(world: World) -> None:
    visitor = world.organiser()
    fields = {"csrf_token": visitor.token("/organise/councils/import"), "kind": "people"}
    seen = {}
    for more in (0, 1):
        # Nothing but NULs: it is refused by what is in it, or for its size before anybody looks.
        body = multipart(fields, b"\0" * (FILE_BYTES + more))
        kind = "multipart/form-data; boundary=between"
        page = visitor.client.post("/organise/councils/import", data=body, content_type=kind)
        seen[more] = (page.status_code, "That file is too large" in page.text)
    assert seen == {0: (422, False), 1: (413, True)}


def multipart(fields: dict[str, str], file: bytes) -> bytes:
    told = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{cell}' for name, cell in fields.items()]
    told.append('Content-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n')
    return b"--between\r\n" + "\r\n--between\r\n".join(told).encode() + file + b"\r\n--between--"


class Endless:
    """A body that does not end by itself, and notes how much of it was read."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.read_bytes += size
        return b"x" * size

    def __iter__(self) -> Iterator[bytes]:
        return iter(())


def test_what_is_too_large_is_let_in_to_its_end_so_that_a_browser_shows_our_page(world: World) -> None:
    body = io.BytesIO(b"x" * MB)
    told = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(MB), "wsgi.input": body}
    page = world.visitor().client.post(FORM, environ_overrides=told).text
    assert ("This form takes up to 64 kB; you sent 1 MB" in page, body.read()) == (True, b"")


def test_a_body_without_end_is_cut_off(world: World) -> None:
    body = Endless()
    told = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body}
    answer = world.visitor().client.post(FORM, environ_overrides=told)
    assert (answer.status_code, body.read_bytes < 130 * MB) == (413, True)


def test_a_program_is_told_in_one_line(world: World) -> None:
    answer = world.visitor().client.post(EVENTS, data=b"x" * (EVENT_BYTES + 1))
    assert (answer.mimetype, answer.text) == (
        "text/plain",
        "At most 5 MB are taken here; this has 5.1 MB.\n",
    )


def test_what_is_too_large_looks_it() -> None:
    sizes = (1, FORM_BYTES, FORM_BYTES + 1, MB - 1, FILE_BYTES, FILE_BYTES + 1)
    assert [said(size) for size in sizes] == ["1 kB", "64 kB", "65 kB", "1,024 kB", "32 MB", "32.1 MB"]
    assert said(12 * KB) == "12 kB"


def test_a_mail_of_very_many_parts_is_none() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n'
    with pytest.raises(ValueError, match="more than 1,000 parts"):
        raw_fields(part * 1001 + b"--b--\r\n", "b")


class HungUp(io.BytesIO):
    """A body in chunks whose sender is gone before the last, as gunicorn hands it over."""

    gone: Exception = OSError("no more data")

    def read(self, size: int | None = -1) -> bytes:
        if size and self.tell() == len(self.getvalue()):
            raise self.gone
        return super().read(size)


class Torn(HungUp):
    """The same, whose next chunk does not say how long it is."""

    gone = Exception("invalid chunk size")


CUT_OFF = b"learned=Tom and I found that"
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


@pytest.mark.parametrize(
    ("body", "told", "status"),
    [
        (io.BytesIO(CUT_OFF), {"CONTENT_LENGTH": str(2 * len(CUT_OFF))}, 400),
        (HungUp(CUT_OFF), CHUNKED, 400),
        (Torn(CUT_OFF), CHUNKED, 400),
        (HungUp(b"x" * MB), CHUNKED, 413),
        (HungUp(b"x" * MB), {"CONTENT_LENGTH": str(2 * MB)}, 413),
    ],
    ids=["short of its length", "in chunks", "chunks that are none", "too large, in chunks", "too large"],
)
def test_half_of_a_body_is_nobody_s_words_and_no_error_of_ours(
    world: World, body: io.BytesIO, told: dict[str, str], status: int
) -> None:
    given = {"wsgi.input_terminated": True, "wsgi.input": body, **told}
    answer = world.visitor().client.post("/unsubscribe/x", environ_overrides=given)
    assert answer.status_code == status
