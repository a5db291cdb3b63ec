"""MPEG audio, layers I to III (ISO/IEC 11172-3); tags are ID3v2 in front and APEv2 or ID3v1 behind."""

from musfuse.media.art.locate import around_pictures
from musfuse.media.containers.mpeg import is_mpeg_sync
from musfuse.media.containers.mpegfacts import mp3_facts
from musfuse.media.formats.port import Format, Opened, Reading
from musfuse.media.formats.readers.framed import check_frames, framed_spans, front_of
from musfuse.media.formats.readers.tagged import length_notes, read_tagged
from musfuse.media.retag.mp3 import plan_mp3
from musfuse.media.tags.id3plain import read_plain
from musfuse.media.tags.read import from_id3

_TAIL = 160
"""Bytes at the end in which an ID3v1 tag stands, and an APEv2 or Lyrics3 tag in front of it ends."""


def _read(opened: Opened) -> Reading:
    head = front_of(opened)
    check_frames(opened, head)
    return _read_plain(opened, head) or read_tagged(opened, bounded=True)


def _read_plain(opened: Opened, head: bytes) -> Reading | None:
    """What is read without a tag reader: an MP3 with plain tags, whose stream follows them at once. None for others."""
    if not opened.file.path.lower().endswith(".mp3"):
        return None
    fmt = mp3_facts(head, opened.size - opened.start)
    if fmt is None:
        return None
    opened.reader.seek(max(0, opened.size - _TAIL))
    last = opened.reader.read(_TAIL)
    if b"APETAGEX" in last or b"LYRICS200" in last:
        return None
    tag = read_plain(opened.reader, opened.start, last)
    if tag is None:
        return None
    return Reading(fmt, from_id3(tag), length_notes(fmt, opened.size), bare=not tag.pictures)


FORMATS = (
    Format(
        "mpeg",
        "MPEG audio",
        frozenset({"mp3", "mp2", "mp1", "mpga"}),
        is_mpeg_sync,
        _read,
        also=frozenset({"mp3"}),
        pictures=around_pictures,
        plan=lambda reader, size, edit, _: plan_mp3(reader, size, edit),
        audio=framed_spans,
    ),
)
