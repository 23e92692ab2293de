"""Links in messages: a link's id and a MAC, never stored.

BadLink             cut, changed, unknown or foreign
  ExpiredLink       right once, too old now; `.purpose`
  UsedLink          single use, and used
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from web.settings import Settings

MAC_BYTES = 16
ID_BYTES = 6
PERSON_BYTES = 10


class BadLink(Exception):
    """No such link, or not this person's."""

    purpose: str | None = None


class ExpiredLink(BadLink):
    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


class UsedLink(ExpiredLink):
    """A single-use link that has been used."""


@dataclass(frozen=True)
class Signer:
    """Makes and checks tokens with the newest of `keys`; the older ones still verify."""

    keys: Sequence[str]
    suppression: str | None = None

    def token(self, link_id: int, purpose: str, person: str) -> str:
        """31 characters: key version (1 byte), id (6), MAC (16) in URL-safe base64."""
        body = _version(self.keys[0]) + link_id.to_bytes(ID_BYTES, "big")
        return _encode(body + _mac(self.keys[0], body, purpose, person))

    def verify(self, token: str, purpose: str, person: str) -> bool:
        return self._signed(_decode(token, ID_BYTES), purpose, person)

    def _signed(self, raw: bytes, purpose: str, person: str) -> bool:
        body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        return any(
            _version(key) == body[:1] and hmac.compare_digest(_mac(key, body, purpose, person), mac)
            for key in self.keys
        )

    def standing_token(self, purpose: str, person: str) -> str:
        """36 characters for a link that lives as long as its person and needs no row, as unsubscribing
        does.
        """
        body = _version(self.keys[0]) + bytes.fromhex(person)
        return _encode(body + _mac(self.keys[0], body, purpose, person))

    def standing_person(self, token: str, purpose: str) -> str:
        """Whom a standing token is for.

        Raises:
            BadLink: it is not one of ours, or not for this purpose.
        """
        raw = _decode(token, PERSON_BYTES)
        person = raw[1:-MAC_BYTES].hex()
        if not self._signed(raw, purpose, person):
            raise BadLink
        return person

    def suppression_key(self) -> bytes:
        """The key of the list of addresses that must not be written to. It stays what it is while SECRET_KEY
        does.
        """
        return _derived(self.suppression or self.keys[-1], "suppression list")

    def reply_keys(self) -> list[bytes]:
        """The keys of the addresses that answers go to, newest first."""
        return [_derived(key, "replies") for key in self.keys]

    def inbound_secrets(self) -> list[str]:
        """What the address of the inbound webhook must carry, newest first."""
        return [_derived(key, "inbound webhook").hex()[:32] for key in self.keys]

    def digest(self, purpose: str, value: str) -> str:
        """A keyed digest, so that an address can be counted without being kept."""
        return _mac(self.keys[0], b"", purpose, value).hex()


def link_id(token: str) -> int:
    """The id a token speaks of, before anything about it is believed.

    Raises:
        BadLink: this cannot be a token of ours.
    """
    return int.from_bytes(_decode(token, ID_BYTES)[1 : 1 + ID_BYTES], "big")


def _decode(token: str, content: int) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadLink from None
    # base64 has several spellings of one value; only the one we write is ours.
    if len(raw) != 1 + content + MAC_BYTES or _encode(raw) != token:
        raise BadLink
    return raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _derived(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"unmentoring {purpose}".encode(), hashlib.sha256).digest()


def _version(key: str) -> bytes:
    return hashlib.sha256(b"unmentoring key version" + key.encode()).digest()[:1]


def _mac(key: str, body: bytes, purpose: str, person: str) -> bytes:
    text = b"\0".join((b"unmentoring link", body, purpose.encode(), person.encode()))
    return hmac.digest(key.encode(), text, "sha256")[:MAC_BYTES]


def signer_of(settings: Settings) -> Signer:
    keys = [key for key in (settings.secret_key, settings.secret_key_previous) if key]
    return Signer(keys, settings.suppression_key)
