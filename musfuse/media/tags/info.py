"""RIFF INFO lists: a few fields, one value each; more values are joined by `; `.

Their encoding is nowhere laid down and readers guess differently. It is UTF-8 here, as FFmpeg and TagLib have it; an
ID3 chunk stands before it for those who do not.
"""

import struct
from collections.abc import Iterator

from musfuse.media.tags.edit import TagEdit

INFO_FIELDS = {
    "title": b"INAM", "artist": b"IART", "album": b"IPRD", "date": b"ICRD", "genre": b"IGNR", "tracknumber": b"ITRK",
    "comment": b"ICMT", "copyright": b"ICOP",
}  # fmt: skip
_ALIASES = {b"IPRT": "tracknumber", b"TRCK": "tracknumber", b"IALB": "album"}
_FIELDS = {chunk: field for field, chunk in INFO_FIELDS.items()} | _ALIASES
_MAX_ITEMS = 1000
_MAX_TEXT = 65_535


def parse_info(body: bytes) -> list[tuple[bytes, bytes]]:
    """(name, value) of each item, as they stand; what does not fit ends the list."""
    at = 0
    items: list[tuple[bytes, bytes]] = []
    while at + 8 <= len(body) and len(items) < _MAX_ITEMS:
        name, length = struct.unpack_from("<4sI", body, at)
        if at + 8 + length > len(body):
            break
        items.append((name, body[at + 8 : at + 8 + length]))
        at += 8 + length + (length & 1)
    return items


def info_list(old: list[tuple[bytes, bytes]] | None, edit: TagEdit) -> bytes:
    """A LIST chunk after an edit; nothing where it has no item."""
    items = [(name, value) for name, value in old or [] if not edit.touches(_FIELDS.get(name, ""))]
    fresh = edit.fresh(everything=old is None)
    for field, name in INFO_FIELDS.items():
        values = fresh.get(field)
        text = "; ".join(values or ())
        if text:
            items.append((name, text.encode("utf-8", "replace")[:_MAX_TEXT] + b"\0"))
    body = b"".join(name + struct.pack("<I", len(value)) + value + b"\0" * (len(value) & 1) for name, value in items)
    return b"LIST" + struct.pack("<I", len(body) + 4) + b"INFO" + body if items else b""


def info_fields(body: bytes) -> Iterator[tuple[str, str]]:
    """(field, value) of the items of an INFO list; text that is no UTF-8 is taken for Latin-1."""
    for name, value in parse_info(body):
        raw = value.split(b"\0", 1)[0][:_MAX_TEXT]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        if name in _FIELDS:
            yield _FIELDS[name], text
