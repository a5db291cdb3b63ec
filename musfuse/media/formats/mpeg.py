"""MPEG audio, layers I to III (ISO/IEC 11172-3); tags are ID3v2 in front and APEv2 or ID3v1 behind."""

from musfuse.media.art.locate import around_pictures
from musfuse.media.containers.mpeg import is_mpeg_sync
from musfuse.media.formats.port import Format, Opened, Reading
from musfuse.media.formats.readers.framed import check_frames, framed_spans, front_of
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.media.retag.mp3 import plan_mp3


def _read(opened: Opened) -> Reading:
    check_frames(opened, front_of(opened))
    return read_tagged(opened, bounded=True)


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
