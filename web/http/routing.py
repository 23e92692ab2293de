"""Routes as Flask has them, quicker to set up: a link is compiled when it is first asked for."""

from collections.abc import Callable
from typing import Any

from typing_extensions import override
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """Compiling two builders for each of some 280 routes is a seventh of what a web process does until it is
    ready, and most links are never asked for.
    """

    @override
    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compiled: list[Builder] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(Route, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build
