"""What a link is shown with: the few facts that its page says of itself, as plain text of bounded length."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    POST = "post"
    VIDEO = "video"
    PAGE = "page"


@dataclass(frozen=True)
class Card:
    """`author` is who its site says wrote it, `sentence` the beginning of a post or what a page is about."""

    kind: Kind = Kind.PAGE
    title: str = ""
    author: str = ""
    sentence: str = ""
    published_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.title or self.sentence)

    def filled_from(self, other: "Card") -> "Card":
        """With what is missing taken from another. The title of somebody's post is only its server's."""
        known = {name: value for name, value in vars(self).items() if value and value is not Kind.PAGE}
        return replace(other, **({"title": ""} if self.kind is Kind.POST else {}) | known)


NOTHING = Card()
