"""The fields of a multipart body in their raw bytes.

Flask decodes form fields as UTF-8. Mail that comes in by webhook has fields in the charsets of their senders.
"""

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, MultipartDecoder, NeedData

MOST_PARTS = 1000  # a mail has some 20 fields, and its attachments; 100,000 parts take seconds


def raw_fields(body: bytes, boundary: str) -> dict[str, bytes]:
    """Each field's bytes by its name; attached files are left out. O(body).

    Raises:
        ValueError: it is not multipart, ends in the middle, or has far more parts than a mail.
    """
    decoder = MultipartDecoder(boundary.encode("latin-1"), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    fields: dict[str, bytes] = {}
    name: str | None = None
    while not isinstance(event := _next(decoder), Epilogue | NeedData):
        if isinstance(event, Data):
            if name is not None:
                fields[name] = fields.get(name, b"") + event.data
        else:
            name = event.name if isinstance(event, Field) else None
    return fields


def _next(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except RequestEntityTooLarge as error:
        raise ValueError(f"more than {MOST_PARTS:,} parts") from error
