"""Streams of frames without a container, MPEG audio and ADTS: where they begin, and what tags stand around them."""

from typing import BinaryIO

from musfuse.media.containers.front import id3v2_length
from musfuse.media.containers.mpeg import check_mpeg, find_adts, find_frame, is_flac_frame
from musfuse.media.formats.port import Opened, Read, Reading
from musfuse.media.formats.readers.tagged import read_around, read_mutagen, tolerant
from musfuse.media.identity.feed import Span
from musfuse.media.identity.streams import stream_spans

WINDOW = 64 * 1024
"""Bytes from where a stream should begin in which its first frame is looked for."""
_MAX_TAGS = 8


def front_of(opened: Opened) -> bytes:
    """The bytes at `start` of a file in which the first frame of its stream should lie."""
    opened.reader.seek(opened.start)
    return opened.reader.read(WINDOW)


def check_frames(opened: Opened, head: bytes) -> None:
    """Raise MalformedError where MPEG audio with this front holds none."""
    check_mpeg(head, whole=opened.size - opened.start <= WINDOW)


def unless_framed(read: Read) -> Read:
    """Reads files as `read` does, but for those that are named like MPEG audio or ADTS: where frames of ADTS follow
    each other in it, such a file is that, and a small one without any frame is nothing."""

    def read_either(opened: Opened) -> Reading:
        if not opened.file.path.lower().endswith((".mp3", ".aac")):
            return read(opened)
        head = front_of(opened)
        adts = find_adts(head)
        if adts is None:
            check_frames(opened, head)
            return read(opened)
        _, known = tolerant(read_mutagen, opened)
        return Reading(known if known and known.codec == "aac" else adts, read_around(opened))

    return read_either


def framed_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """MPEG audio and ADTS: from the first frame on, a Xing or LAME frame included. Where none is found, all counts that
    is no tag."""
    for _ in range(_MAX_TAGS):
        reader.seek(start)
        length = id3v2_length(reader.read(10))
        if not length:
            break
        start += length
    reader.seek(start)
    head = reader.read(WINDOW)
    first = 0 if is_flac_frame(head) else max(0, find_frame(head))
    return stream_spans(reader, start + first, size)
