"""The fields of a multipart body in their raw bytes.

Flask decodes form fields as UTF-8. Mail that comes in by webhook has fields in the charsets of their senders.
"""

from werkzeug.sansio.multipart import Data, Epilogue, Field, MultipartDecoder, NeedData


def raw_fields(body: bytes, boundary: str) -> dict[str, bytes]:
    """Each field's bytes by its name; attached files are left out. O(body).

    Raises:
        ValueError: it is not multipart, or ends in the middle.
    """
    decoder = MultipartDecoder(boundary.encode("latin-1"))
    decoder.receive_data(body)
    decoder.receive_data(None)
    fields: dict[str, bytes] = {}
    name: str | None = None
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        if isinstance(event, Data):
            if name is not None:
                fields[name] = fields.get(name, b"") + event.data
        else:
            name = event.name if isinstance(event, Field) else None
    return fields
