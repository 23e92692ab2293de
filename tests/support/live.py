"""A real server for a browser to visit: our application on a free port of this machine, in threads."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import SystemRandom

from flask import Flask
from werkzeug.serving import make_server

NEVER_GIVEN = range(20_000, 32_000)  # below those that Linux and macOS hand out unasked


def free_port() -> int:
    """A port nobody listens on, for an application that must know its address before it is served.

    Not one that the system gave: it may give the same to a connection of somebody else's before ours listens.
    """
    while True:
        port = SystemRandom().choice(NEVER_GIVEN)  # whatever a test seeds
        with suppress(OSError), socket.socket() as held:
            held.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Yields the address, without a slash at its end."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
