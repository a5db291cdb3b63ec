"""Items of an iTunes `ilst` box: made from fields, and told from each other by the field that they hold."""

import struct
from collections.abc import Iterable

from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.fields import MP4_ATOMS, MP4_BY_FIELD, PAIRS, TOTALS, field_name, free_name
from musfuse.model import Picture, TagSet

UTF8, JPEG, PNG, INTEGER, BMP = 1, 13, 14, 21, 27
PICTURE_TYPES = {"image/jpeg": JPEG, "image/png": PNG, "image/bmp": BMP}
"""Pictures that an item can hold; readers know no others."""
_MEAN = b"com.apple.iTunes"
_NUMBERS = {"tracknumber": b"trkn", "discnumber": b"disk"}
_MAX_TEMPO = 0x7FFF
"""Integers of items are signed; those of track and disc numbers are not."""


def field_of(kind: bytes, mean: bytes = b"", name: bytes = b"") -> str:
    """The field that an item holds; `cover` for pictures, empty for what has no field."""
    if kind == b"----":
        return field_name(name.decode("utf-8", "replace")) if mean else ""
    if kind == b"covr":
        return "cover"
    if kind == b"gnre":
        return "genre"
    numbers = {atom: field for field, atom in _NUMBERS.items()}
    return numbers.get(kind, MP4_ATOMS.get(kind.decode("latin-1"), ""))


def stays(field: str, edit: TagEdit) -> bool:
    """Whether an item of this field stays as it is."""
    return not edit.drops_picture(3) if field == "cover" else not edit.touches(field)


def new_items(fields: TagSet) -> Iterable[bytes]:
    """Items of these fields, in iTunes' own kinds where they can hold the values, else free-form."""
    for name, values in fields.items():
        if name in TOTALS:
            if TOTALS[name] not in fields:
                yield from _number_item(TOTALS[name], "", values[0])
        elif name in PAIRS:
            yield from _number_item(name, values[0], fields.first(PAIRS[name]) or "")
        elif name == "compilation" and values in (("1",), ("0",)):
            yield _item(b"cpil", _data(INTEGER, bytes((int(values[0]),))))
        elif name == "bpm" and len(values) == 1 and (tempo := _word(values[0])) is not None and tempo <= _MAX_TEMPO:
            yield _item(b"tmpo", _data(INTEGER, struct.pack(">h", tempo)))
        elif name in MP4_BY_FIELD and name not in ("compilation", "bpm"):
            yield _item(MP4_BY_FIELD[name].encode("latin-1"), b"".join(_text(v) for v in values))
        else:
            yield _free(free_name(name), values)


def cover_front(picture: Picture) -> bytes:
    """The header of a `data` box up to the picture's own bytes."""
    return struct.pack(">I4sII", 16 + picture.size, b"data", PICTURE_TYPES[picture.mime], 0)


def _number_item(name: str, number: str, total: str) -> Iterable[bytes]:
    first, last = _word(number or "0"), _word(total or "0")
    if first is None or last is None or (number and not first):
        if number:
            yield _free(name.upper(), [number])
        if total:
            yield _free(PAIRS[name].upper(), [total])
        return
    tail = bytes(2) if name == "tracknumber" else b""
    yield _item(_NUMBERS[name], _data(0, struct.pack(">HHH", 0, first, last) + tail))


def _word(text: str) -> int | None:
    """A plain number of 16 bits that is written back as the same text (leading zeros of track numbers aside)."""
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > 0xFFFF:
        return None
    return int(text) if text == str(int(text)) else None


def _free(name: str, values: Iterable[str]) -> bytes:
    mean = _full(b"mean", _MEAN)
    return _item(b"----", mean + _full(b"name", name.encode()) + b"".join(_text(v) for v in values))


def _text(value: str) -> bytes:
    return _data(UTF8, value.encode("utf-8", "replace"))


def _data(kind: int, body: bytes) -> bytes:
    return struct.pack(">I4sII", 16 + len(body), b"data", kind, 0) + body


def _full(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4sI", 12 + len(body), kind, 0) + body


def _item(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body
