"""A FLAC's CUESHEET block (RFC 9639 §8.7) as a sheet; its marks are samples."""

import struct

from musfuse.errors import MalformedError
from musfuse.media.cue.sheet import Index, Sheet, SheetTrack

MAX_BLOCK = 1 << 20
_HEAD, _TRACK, _INDEX = 128 + 8 + 1 + 258 + 1, 8 + 1 + 12 + 1 + 13 + 1, 8 + 1 + 3
_LEAD_OUT = (170, 255)


def parse_cuesheet_block(body: bytes) -> Sheet:
    """Read the block's body; raises MalformedError where it is cut short."""
    if len(body) < _HEAD:
        raise MalformedError("the CUESHEET block is cut short")
    sheet = Sheet(files=[""])
    catalog = _text(body[:128])
    if catalog:
        sheet.fields["catalog"] = catalog
    at = _HEAD
    for _ in range(body[_HEAD - 1]):
        if at + _TRACK > len(body):
            raise MalformedError("the CUESHEET block is cut short")
        (offset,) = struct.unpack_from(">Q", body, at)
        number, flags, count = body[at + 8], body[at + 21], body[at + _TRACK - 1]
        isrc = _text(body[at + 9 : at + 21])
        at += _TRACK
        if at + count * _INDEX > len(body):
            raise MalformedError("the CUESHEET block is cut short")
        indexes = [
            Index(body[at + n * _INDEX + 8], 0, 0, offset + struct.unpack_from(">Q", body, at + n * _INDEX)[0])
            for n in range(count)
        ]
        at += count * _INDEX
        if number not in _LEAD_OUT:
            kind = "DATA" if flags & 0x80 else "AUDIO"
            sheet.tracks.append(SheetTrack(number, kind, {"isrc": isrc} if isrc else {}, indexes))
    return sheet


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("ascii", "replace").strip()
