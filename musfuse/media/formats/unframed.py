"""Files that announce nothing: MPEG audio with junk in front of its first frame, or whatever tag readers know by its
name. This is no format that is registered; the registry falls back on it."""

from musfuse.media.art.locate import around_pictures
from musfuse.media.formats.port import Format, Opened, Reading
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_tagged


def _read(opened: Opened) -> Reading:
    return read_tagged(opened, bounded=True)


FORMATS = (Format("", "such", frozenset(), lambda _: True, unless_framed(_read), pictures=around_pictures),)
