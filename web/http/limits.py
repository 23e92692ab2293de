"""How many open forms one network may send.

They are counted in Redis where that is the queue, for all processes together; otherwise, and while Redis is
away, in each process by itself. A form is never refused, or kept waiting, because counting fails.
"""

from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter

from web.settings import Settings

KEY = "limit"
STORAGE_SECONDS = 0.5  # a visitor waits no longer for a storage that does not answer
HOUSEHOLD = 64  # bits of an IPv6 address that are given to one customer; the rest is theirs to choose
UNKNOWN = "unknown"


def init_limits(app: Flask, settings: Settings, *, limits: bool) -> None:
    in_redis = settings.queue.startswith("redis")
    app.extensions[KEY] = Limiter(
        network,
        app=app,
        enabled=limits,
        storage_uri=settings.queue if in_redis else "memory://",
        storage_options=_impatient() if in_redis else {},
        in_memory_fallback_enabled=True,
        headers_enabled=True,
    )


def _impatient() -> dict[str, Any]:
    from redis.backoff import NoBackoff  # two hundred modules, for whoever has one
    from redis.retry import Retry

    return {
        "socket_connect_timeout": STORAGE_SECONDS,
        "socket_timeout": STORAGE_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def limit_open_forms(app: Flask, settings: Settings, *endpoints: str) -> None:
    """A network may send so many open forms, all of them together."""
    most = f"{settings.network_forms_per_minute} per minute; {settings.network_forms_per_hour} per hour"
    limit = app.extensions[KEY].shared_limit(most, scope="open forms", exempt_when=_only_reading)
    for endpoint in endpoints:
        app.view_functions[endpoint] = limit(app.view_functions[endpoint])


def minutes_left() -> int:
    """Until a network that has sent too many forms may send another one; 1 is the least."""
    reached = current_app.extensions[KEY].current_limit
    # It tells the second after.
    return max(1, ceil((reached.reset_at - 1 - time()) / 60)) if reached else 1


def _only_reading() -> bool:
    return request.method in ("GET", "HEAD")


def network() -> str:
    """Who counts as one visitor: an IPv4 address, or an IPv6 /64.

    Whoever has an IPv6 line has a whole /64 to send from. All whose address cannot be read are one: a proxy
    that says nonsense, or a socket without addresses, must not be a way around.
    """
    try:
        address = ip_address(_without_port(request.remote_addr or ""))
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> HOUSEHOLD << HOUSEHOLD))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _without_port(address: str) -> str:
    """Some proxies write `203.0.113.7:4711` and `[2001:db8::1]:4711`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
