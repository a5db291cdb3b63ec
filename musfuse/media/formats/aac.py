"""AAC in ADTS frames (ISO/IEC 13818-7). Bare FLAC frames have the same sync."""

from musfuse.media.art.locate import around_pictures
from musfuse.media.containers.mpeg import is_adts_sync, is_flac_frame
from musfuse.media.formats.port import Format, Opened, Reading
from musfuse.media.formats.readers.framed import framed_spans, front_of, unless_framed
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.model import AudioFormat, TagSet


def _read(opened: Opened) -> Reading:
    if is_flac_frame(front_of(opened)):
        return Reading(AudioFormat("flac", "flac", pcm="int"), TagSet(), ("it has no fLaC marker and no metadata",))
    return _read_adts(opened)


@unless_framed
def _read_adts(opened: Opened) -> Reading:
    return read_tagged(opened, bounded=True)


FORMATS = (
    Format(
        "aac",
        "AAC",
        frozenset({"aac"}),
        is_adts_sync,
        _read,
        pictures=around_pictures,
        audio=framed_spans,
        called={"adts": "aac"},
    ),
)
