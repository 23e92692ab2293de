"""What every test may ask for. README.md beside this file says which test goes where."""

import structlog

from web import logs

pytest_plugins = ["tests.support.kinds", "tests.support.databases", "tests.support.world"]


def pytest_configure() -> None:
    """Errors are said as the service says them. structlog's own way paints every frame with its locals,
    which takes seconds an error.
    """
    structlog.configure(processors=[*logs.SAID_WITH_EACH, *logs.AS_LINE])
