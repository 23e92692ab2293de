"""Errors of our own, told to Sentry or what speaks as it does. Loaded only where SENTRY_DSN is set.

What is told is where in our code it happened, and in which route: types, files, functions and lines. What an
error says, variables, requests and whoever sent them stay here, for nobody knows what they tell of somebody.
"""

from typing import TYPE_CHECKING, Any

from web.settings import Settings

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

LEFT_OUT = "[left out]"
KEPT = ("event_id", "timestamp", "platform", "level", "exception", "tags", "release", "sdk", "environment")
KEPT_OF_A_FRAME = (
    "filename", "module", "function", "lineno", "context_line", "pre_context", "post_context", "in_app",
)  # fmt: skip


def begin(settings: Settings) -> None:
    """From now on this process tells of its errors, where the operator has said whom."""
    if settings.sentry_dsn:
        import sentry_sdk

        sentry_sdk.init(
            settings.sentry_dsn,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            server_name="",
            before_send=scrubbed,
        )


def tell(settings: Settings, error: BaseException, where: str) -> None:
    """It is told in a thread of its own; whether it arrives, nobody waits for."""
    if settings.sentry_dsn:
        import sentry_sdk

        with sentry_sdk.new_scope() as scope:
            scope.set_tag("where", where)
            scope.capture_exception(error)


def scrubbed(event: "Event", _hint: "Hint") -> "Event":
    """The event with what tells of code alone."""
    kept: dict[str, Any] = {name: value for name, value in event.items() if name in KEPT}
    for error in kept.get("exception", {}).get("values", ()):
        error["value"] = LEFT_OUT
        error.pop("mechanism", None)
        stack = error.get("stacktrace") or {}
        stack["frames"] = [
            {name: value for name, value in frame.items() if name in KEPT_OF_A_FRAME}
            for frame in stack.get("frames", ())
        ]
        error["stacktrace"] = stack
    return kept  # type: ignore[return-value]
