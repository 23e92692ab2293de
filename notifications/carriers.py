"""Who carries what here."""

from collections.abc import Callable
from dataclasses import dataclass

from notifications.messages import Channel
from notifications.providers.base import Provider
from notifications.providers.local import Local

ReplyTo = Callable[[int, str], str]  # (message id, person) -> an address that finds its way back


@dataclass(frozen=True)
class Providers:
    """Who carries what, and what delivery must know about the house.

    `key` is the suppression list's. `reply_to` makes the address that answers go to, where mail comes in.
    `allowlist`, if not empty, holds the only addresses (canonical emails, E.164 numbers) that are really
    written to: everything else goes into the local mailbox. `sms_daily_cap` counts segments. `lists` is the
    domain under which programmes are lists of mail. With `quiet_nights` what goes by day waits for it.
    """

    email: Provider
    sms: Provider | None = None
    key: bytes = b""
    reply_to: ReplyTo | None = None
    texts_take_replies: bool = False
    allowlist: frozenset[str] = frozenset()
    sms_daily_cap: int | None = None
    lists: str = ""
    quiet_nights: bool = False

    def carrier(self, channel: str, address_key: str) -> Provider | None:
        if self.allowlist and address_key not in self.allowlist:
            return Local()
        return self.email if channel == Channel.EMAIL else self.sms
