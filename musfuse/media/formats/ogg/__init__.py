"""Ogg (RFC 3533) with Vorbis, Opus, FLAC, Speex or Theora in it."""

from typing import BinaryIO

from musfuse.errors import ExcessiveError
from musfuse.media.formats.ogg.content import OggPackets
from musfuse.media.formats.ogg.retag import plan_ogg
from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.media.identity.streams import stream_spans
from musfuse.media.tags.bounds import check_comments

_MAX_PAGES = 16
_COMMENTS = {b"\1vorbis": 7, b"OpusHead": 8, b"\x7fFLAC": 4, b"Speex  ": 0, b"\x80theora": 7}
"""Where the comments begin in the second packet of a stream, by how its first begins."""


def _check_bounds(reader: BinaryIO, size: int) -> None:
    """Raise ExcessiveError where the comments in the first pages are too many."""
    del size
    starts: dict[bytes, int] = {}
    at = 0
    for _ in range(_MAX_PAGES):
        reader.seek(at)
        head = reader.read(27)
        if len(head) < 27 or head[:4] != b"OggS":
            return
        lacing = reader.read(head[26])
        body = reader.read(sum(lacing))
        serial = head[14:18]
        if head[5] & 2:
            starts[serial] = next((skip for magic, skip in _COMMENTS.items() if body.startswith(magic)), -1)
        elif (skip := starts.pop(serial, -1)) >= 0:
            _check_comments(body, skip)
        at += 27 + len(lacing) + len(body)


def _check_comments(body: bytes, at: int) -> None:
    at += 4 + int.from_bytes(body[at : at + 4], "little")
    if at + 4 > len(body):
        raise ExcessiveError("the name of the program that wrote its comments is too long")
    check_comments(int.from_bytes(body[at : at + 4], "little"))


FORMATS = (
    Format(
        "ogg",
        "Ogg",
        frozenset({"ogg", "oga", "opus", "spx"}),
        begins(b"OggS"),
        unless_framed(read_tagged),
        bounds=_check_bounds,
        plan=plan_ogg,
        audio=stream_spans,
        hashing=OggPackets,
        codecs=frozenset({"vorbis", "opus", "speex", "flac", "theora"}),
        called={"spx": "speex"},
    ),
)
