"""A SendGrid that takes everything, 5 ms after it was asked. A program of its own: its work is not ours.

python -m tests.benchmarks.slow_provider        prints its port, and ends with its standard input
"""

import asyncio
import re
import sys
from contextlib import suppress

LATENCY = 0.005  # seconds
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
ANSWER = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m1\r\nContent-Length: 0\r\n\r\n"


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, for as long as its caller keeps it."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while await answer(reader, writer):
            pass
    writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Does the caller ask for more?"""
    head = await reader.readuntil(b"\r\n\r\n")
    found = LENGTH.search(head)
    await reader.readexactly(int(found[1]) if found else 0)
    await asyncio.sleep(LATENCY)
    writer.write(ANSWER)
    await writer.drain()
    return not CLOSES.search(head)


async def serve() -> None:
    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
