"""Mail that people wrote to us, as SendGrid's Inbound Parse posts it."""

import hashlib
import logging
import re
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser, HeaderParser
from typing import Any, cast

from typing_extensions import override

from notifications import automatic, foreign, keywords, quotations
from notifications.messages import Channel
from notifications.replies import Inbound

log = logging.getLogger("notifications")

RAW_FIELDS = ("from", "to", "subject")
LONGEST_HEADERS = 256 * 1024
# The parser of the standard library takes quadratic time for a header, and reads several of each part.
LONGEST_HEADER, LONGEST_RAW = 2_000, 1024 * 1024


class _ShortHeaders(policy.EmailPolicy):
    @override
    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_HEADER])


def inbound(fields: Mapping[str, bytes]) -> Inbound:
    """A mail as Inbound Parse posts it: form fields in raw bytes, attachments left out.

    The charset of each field stands in the field `charsets`; what cannot be decoded is replaced, so that no
    mail is lost for a byte. Never raises. The mail's own id and its envelope together make it one of a kind.
    Where "POST the raw, full MIME message" is switched on, the whole mail stands in the field `email`.
    Source: SendGrid's Inbound Parse reference, "Default parameters" and "Raw parameters".
    """
    charsets = _object(fields.get("charsets", b""))
    said = {name: foreign.decoded(raw, foreign.text_of(charsets.get(name))) for name, raw in fields.items()}
    if "email" in fields:
        said |= _raw_mail(fields["email"])
    headers = _headers(said.get("headers", "")[:LONGEST_HEADERS]) | {"subject": said.get("subject", "")}
    envelope = _object(fields.get("envelope", b""))
    recipients = envelope.get("to")
    to = [foreign.text_of(each) for each in recipients] if isinstance(recipients, list) else []
    text = _text(said)
    asks_above = keywords.asks_to_stop_in_subject(headers["subject"])
    own = asks_above or quotations.own_words(text, foreign.name_in(said.get("from", "")))
    if not re.search(r"\w", own):  # some people write all they say above an empty mail
        own = keywords.said_in_subject(headers["subject"]) or own
    sender = foreign.text_of(envelope["from"]) if "from" in envelope else None
    known = headers.get("message-id", "")
    told_by = f"{known}|{said.get('envelope', '')}|{'' if known else said}"
    return Inbound(
        channel=Channel.EMAIL,
        source_id=hashlib.sha256(told_by.encode("utf-8", "replace")).hexdigest(),
        sender=said.get("from", ""),
        text=own,
        to=(*to, said.get("to", "")),
        automatic=automatic.is_automatic(headers, own, sender),
        doubtful=not automatic.is_certainly(headers, sender),
    )


def _text(said: Mapping[str, str]) -> str:
    """What is only in HTML often has a part of text beside it that is blank."""
    text = said.get("text", "")
    return text if re.search(r"\w", text) else quotations.of_html(said.get("html", "")) or text


def _raw_mail(raw: bytes) -> dict[str, str]:
    """The fields of a whole mail, as Inbound Parse names them; none of those that cannot be read."""
    block, _, _ = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    said = {"headers": foreign.decoded(block, "utf-8")}
    try:
        parser = BytesParser(EmailMessage, policy=_ShortHeaders())
        mail = cast("EmailMessage", parser.parsebytes(raw[:LONGEST_RAW]))
        said |= {name: foreign.storable(str(mail[name])) for name in RAW_FIELDS if mail[name]}
        said |= {field: _body(mail, kind) for kind, field in (("plain", "text"), ("html", "html"))}
    except Exception:  # noqa: BLE001  (the parser of the standard library raises whatever nonsense leads it to)
        log.warning("a mail came in that cannot be read")
    return said


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    content = part.get_payload(decode=True) if part else b""
    charset = part.get_content_charset("") if part else ""
    return foreign.decoded(content if isinstance(content, bytes) else b"", charset)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        return foreign.json_object(raw)
    except ValueError:
        return {}


def _headers(block: str) -> dict[str, str]:
    parsed = HeaderParser(policy=policy.compat32).parsestr(block)
    return {name.lower(): str(value) for name, value in parsed.items()}
