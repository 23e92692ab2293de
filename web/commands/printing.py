"""How commands print what people wrote."""

from rich.console import Console


def plain() -> Console:
    """Prints text as it is: “Ann [she/her]” holds no style, and “:cat:” is no picture."""
    return Console(markup=False, emoji=False, highlight=False)
