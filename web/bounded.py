"""Bounds for a process of its own that reads what a stranger sent: only that process ends of it."""

import resource


def bound(memory: int, seconds: int) -> None:
    """This process gets so many bytes of memory, so many seconds of computing, and leaves no core behind."""
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
