"""Logs: one JSON line an event on standard error, without addresses, numbers, tokens or bodies.

Lines name the route, never the path: paths hold tokens.
"""

import logging
import sys
from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

INFORMATION, WARNINGS = logging.INFO, logging.WARNING


SAID_WITH_EACH: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure(level: int = INFORMATION) -> None:
    structlog.configure(
        processors=[*SAID_WITH_EACH, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # This room knows the standard library's loggers alone: a line for each change of a message's state.
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(
        formatter(
            processors=[formatter.remove_processors_meta, structlog.processors.JSONRenderer()],
            foreign_pre_chain=SAID_WITH_EACH,
        )
    )
    notifications = logging.getLogger("notifications")
    notifications.handlers = [handler]
    notifications.setLevel(level)


def init_logs(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_log)


def _start() -> None:
    g.started = perf_counter()


def _log(response: Response) -> Response:
    structlog.get_logger().info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round(1000 * (perf_counter() - g.get("started", perf_counter())), 1),
    )
    return response
