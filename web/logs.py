"""Logs: one JSON line an event on standard error, without addresses, numbers, tokens or bodies.

Lines name the route, never the path: paths hold tokens. The loggers of the libraries and of the web server
write through the same door as ours, and what looks like an address, a number or a token is blanked there:
nobody knows what an exception will say.
"""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, MutableMapping
from time import monotonic, perf_counter
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

INFORMATION, WARNINGS = logging.INFO, logging.WARNING
OURS = ("notifications", "web")
# They have handlers of their own, which no other logger's lines reach.
SERVERS = ("gunicorn.error",)
# What is away is asked for again and again.
REPETITIVE = ("flask-limiter", "web.queues", "web.background")
ADDRESS, NUMBER, TOKEN, DETAIL = "[address]", "[number]", "[token]", r"\1: [left out]"
PRIVATE = (
    (re.compile(r"[\w.+%'-]+@[\w.-]+"), ADDRESS),
    (re.compile(r"\+\d{7,15}\b|\b07\d{3} ?\d{6}\b"), NUMBER),
    (re.compile(r"(?<=/)(?:[\w-]{31}|[\w-]{36})(?![\w.-])"), TOKEN),
    # PostgreSQL quotes the row it refuses. `web.db` takes that out of errors; this is for other ways to it.
    (re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE), DETAIL),
)
EventDict = MutableMapping[str, Any]
ExceptionInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]


def blanked(text: str) -> str:
    """Without whatever looks like somebody's address, number or token. About 5 µs a line."""
    for pattern, word in PRIVATE:
        text = pattern.sub(word, text)
    return text


def _blank_all(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {name: _blank(value) for name, value in event.items()}


def _blank(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [_blank(one) for one in value]
    return blanked(value if isinstance(value, str) else repr(value))


SAID_WITH_EACH: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)
AS_LINE: tuple[Processor, ...] = (_blank_all, structlog.processors.JSONRenderer())


class Lines(logging.StreamHandler[TextIO]):
    """Writes what the standard library's loggers say to what is standard error at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(_formatter())

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class Seldom(logging.Filter):
    """Lets the same line through once a minute."""

    def __init__(self, seconds: float = 60, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._seconds, self._clock = seconds, clock
        self._said: dict[Any, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if now - self._said.get(record.msg, -self._seconds) < self._seconds:
            return False
        self._said[record.msg] = now
        return True


def configure(level: int = INFORMATION) -> None:
    structlog.configure(
        processors=[*SAID_WITH_EACH, *AS_LINE],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [*(one for one in root.handlers if not isinstance(one, Lines)), Lines()]
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in SERVERS:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(_formatter())
    for name in REPETITIVE:
        logging.getLogger(name).filters = [Seldom()]
    logging.captureWarnings(capture=True)
    _say_the_rest()


def _say_the_rest() -> None:
    """What nobody catches becomes a line too, where Python would print it in lines of its own.

    Whoever has put a hook there before, as a test runner does, keeps it.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = lambda *error: _say_uncaught(error)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda it: _say_uncaught((it.exc_type, it.exc_value, it.exc_traceback))
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda it: _say_uncaught((it.exc_type, it.exc_value, it.exc_traceback))


def _say_uncaught(error: Any) -> None:
    if not issubclass(error[0], SystemExit):
        structlog.get_logger().critical("an error that nobody caught", exc_info=error)


def _formatter() -> logging.Formatter:
    formatter = structlog.stdlib.ProcessorFormatter
    return formatter(
        processors=[formatter.remove_processors_meta, *AS_LINE], foreign_pre_chain=list(SAID_WITH_EACH)
    )


def init_logs(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_log)
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's own names the path


def _log_exception(exc_info: ExceptionInfo) -> None:
    structlog.get_logger().error("our own error", method=request.method, route=_route(), exc_info=exc_info)


def _start() -> None:
    g.started = perf_counter()


def _log(response: Response) -> Response:
    structlog.get_logger().info(
        "request",
        method=request.method,
        route=_route(),
        status=response.status_code,
        ms=round(1000 * (perf_counter() - g.get("started", perf_counter())), 1),
    )
    return response


def _route() -> str | None:
    return request.url_rule.rule if request.url_rule else None


def tell_of_misspelt(settings: Iterable[tuple[str, str]]) -> None:
    """Settings whose name is nobody's, each with the one that may be meant: read by nothing, they would be
    passed over in silence. What they say is not written down.
    """
    for name, meant in settings:
        structlog.get_logger().warning("there is no such setting", setting=name, meant=meant)
