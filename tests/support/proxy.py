"""A proxy that speaks TLS to people and plain HTTP to us, and says who asked, as nginx does."""

import http.client
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# These are about one connection, and a proxy has two.
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def certificate(folder: Path, host: str) -> Path:
    """A file with a key and a certificate for `host`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "proxy.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def proxying(to_port: int, file: Path) -> Iterator[int]:
    """Yields the port on which it listens, until everybody has hung up. `file` holds key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    handler = type("Handler", (_Handler,), {"to_port": to_port, "context": context})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # its end waits for theirs
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A visitor that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a body would wait 40 ms for its headers to be acknowledged
    to_port: int
    context: ssl.SSLContext

    def setup(self) -> None:
        self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def pass_on(self) -> None:
        # Read whole before a word of it goes on, as a proxy does that buffers.
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line = http.client.HTTPConnection("127.0.0.1", self.to_port, timeout=60)
        try:
            line.request(self.command, self.path, body or None, self._headers())
            response = line.getresponse()
            self._answer(response, response.read())
        finally:
            line.close()

    do_GET = do_HEAD = do_POST = pass_on  # noqa: N815  (the names http.server asks for)

    def _headers(self) -> dict[str, str]:
        """What the visitor sent, and who they are: appended to what they say of themselves."""
        given = {name: value for name, value in self.headers.items() if name.lower() not in OF_A_CONNECTION}
        said = [self.headers["X-Forwarded-For"]] if "X-Forwarded-For" in self.headers else []
        visitor = str(ipaddress.ip_address(self.client_address[0]))
        return given | {
            "X-Forwarded-For": ", ".join([*said, visitor]),
            "X-Forwarded-Proto": "https",
            "X-Real-IP": visitor,
            "Connection": "close",
        }

    def _answer(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.headers.items():
            if name.lower() not in OF_A_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
