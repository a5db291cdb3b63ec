"""From the tags of each container to the field names of TagSet, after Picard's published tag mapping."""

from collections.abc import Iterator
from typing import Any

from musfuse.model import TagSet

MAX_VALUE = 256 * 1024
MAX_TOTAL = 1 << 20

_ID3 = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TCON": "genre", "TDRC": "date",
    "TDOR": "originaldate", "TCOM": "composer", "TCOP": "copyright", "TCMP": "compilation", "TSOT": "titlesort",
    "TSOP": "artistsort", "TSOA": "albumsort", "TSO2": "albumartistsort", "TSOC": "composersort", "TSRC": "isrc",
    "TBPM": "bpm", "TPUB": "label", "TEXT": "lyricist", "TPE3": "conductor", "TPE4": "remixer", "TIT1": "grouping",
    "TIT3": "subtitle", "TKEY": "key", "TLAN": "language", "TMED": "media", "TSST": "discsubtitle", "TENC": "encodedby",
    "TSSE": "encodersettings", "TMOO": "mood", "MVNM": "movementname", "MVIN": "movement", "GRP1": "grouping",
}  # fmt: skip
_MP4 = {
    "\xa9nam": "title", "\xa9ART": "artist", "\xa9alb": "album", "aART": "albumartist", "\xa9gen": "genre",
    "\xa9day": "date", "\xa9wrt": "composer", "\xa9cmt": "comment", "\xa9lyr": "lyrics", "cprt": "copyright",
    "cpil": "compilation", "sonm": "titlesort", "soar": "artistsort", "soal": "albumsort", "soaa": "albumartistsort",
    "soco": "composersort", "tmpo": "bpm", "\xa9grp": "grouping", "\xa9too": "encodedby", "\xa9wrk": "work",
    "\xa9mvn": "movementname",
}  # fmt: skip
_NAMED = {  # APEv2, ASF and free-form names that differ from ours once lowered
    "album artist": "albumartist", "year": "date", "track": "tracknumber", "disc": "discnumber", "disk": "discnumber",
    "author": "artist", "wm/albumtitle": "album", "wm/albumartist": "albumartist", "wm/genre": "genre",
    "wm/year": "date", "wm/tracknumber": "tracknumber", "wm/partofset": "discnumber", "wm/composer": "composer",
    "wm/lyrics": "lyrics", "wm/isrc": "isrc", "wm/publisher": "label", "wm/beatsperminute": "bpm",
    "wm/iscompilation": "compilation", "wm/artistsortorder": "artistsort", "wm/albumsortorder": "albumsort",
    "wm/albumartistsortorder": "albumartistsort", "wm/titlesortorder": "titlesort", "description": "comment",
    "unsyncedlyrics": "lyrics", "totaltracks": "tracktotal", "totaldiscs": "disctotal", "publisher": "label",
    "organization": "label", "tracktotal": "tracktotal", "track_total": "tracktotal", "disc_total": "disctotal",
    "catalog_number": "catalognumber", "set_subtitle": "discsubtitle", "initial_key": "key", "encoded_by": "encodedby",
    "musicbrainz album id": "musicbrainz_albumid", "musicbrainz artist id": "musicbrainz_artistid",
    "musicbrainz album artist id": "musicbrainz_albumartistid",
    "musicbrainz release group id": "musicbrainz_releasegroupid",
    "musicbrainz release track id": "musicbrainz_releasetrackid", "musicbrainz track id": "musicbrainz_trackid",
    "musicbrainz work id": "musicbrainz_workid", "musicbrainz disc id": "musicbrainz_discid",
    "musicbrainz album type": "releasetype", "musicbrainz album status": "releasestatus",
    "musicbrainz album release country": "releasecountry", "acoustid id": "acoustid_id",
    "musicbrainz/album id": "musicbrainz_albumid", "musicbrainz/artist id": "musicbrainz_artistid",
    "musicbrainz/album artist id": "musicbrainz_albumartistid", "musicbrainz/track id": "musicbrainz_trackid",
}  # fmt: skip
_PAIRS = {"tracknumber": "tracktotal", "discnumber": "disctotal"}


def from_mutagen(opened: Any) -> TagSet:
    """Tags of a file that mutagen opened, whatever their container."""
    tags = opened.tags
    if tags is None:
        return TagSet()
    kind = type(tags).__name__
    if hasattr(tags, "getall"):
        pairs = _from_id3(tags)
    elif kind == "MP4Tags":
        pairs = _from_mp4(tags)
    else:
        pairs = _from_named(tags)
    return _collect(pairs)


def from_tinytag(opened: Any) -> TagSet:
    """Tags of a file that tinytag opened."""
    return _collect(_from_tinytag(opened))


def _collect(pairs: Iterator[tuple[str, str]]) -> TagSet:
    """Group values by field; `3/12` becomes a number and a total; values and their sum are bounded."""
    fields: dict[str, list[str]] = {}
    room = MAX_TOTAL
    for name, raw in pairs:
        value = raw.replace("\0", "").strip() if name != "lyrics" else raw.strip("\0")
        value = value[:MAX_VALUE]
        if name in _PAIRS and "/" in value:
            value, _, total = value.partition("/")
            fields.setdefault(_PAIRS[name], [total.strip()])
        room -= len(value)
        if value and room > 0 and value not in fields.get(name, ()):
            fields.setdefault(name, []).append(value.strip() if name in _PAIRS else value)
    return TagSet(fields)


def field_name(name: str) -> str:
    """Our name of a free-form field."""
    lowered = name.lower().strip()
    return _NAMED.get(lowered, lowered.replace("\0", ""))


def _from_id3(tags: Any) -> Iterator[tuple[str, str]]:
    for frame in tags.values():
        kind = frame.FrameID
        if kind == "TCON":
            yield from (("genre", genre) for genre in frame.genres)
        elif kind in _ID3:
            yield from ((_ID3[kind], str(text)) for text in frame.text)
        elif kind in ("TRCK", "TPOS"):
            yield from (("tracknumber" if kind == "TRCK" else "discnumber", str(text)) for text in frame.text)
        elif kind == "TXXX":
            yield from ((field_name(frame.desc), str(text)) for text in frame.text if frame.desc)
        elif kind == "COMM" and not frame.desc.startswith("iTun"):
            yield from (("comment", str(text)) for text in frame.text)
        elif kind == "USLT":
            yield "lyrics", frame.text
        elif kind == "UFID" and frame.owner == "http://musicbrainz.org":
            yield "musicbrainz_trackid", frame.data.decode("ascii", "replace")
        elif kind.startswith("T") and hasattr(frame, "text"):
            yield from ((kind.lower(), str(text)) for text in frame.text)


def _from_mp4(tags: Any) -> Iterator[tuple[str, str]]:
    for name, values in tags.items():
        if name in ("trkn", "disk"):
            field = "tracknumber" if name == "trkn" else "discnumber"
            for number, total in values:
                if number:
                    yield field, str(number)
                if total:
                    yield _PAIRS[field], str(total)
        elif name == "cpil":
            yield "compilation", "1" if values else "0"
        elif name in _MP4:
            yield from ((_MP4[name], str(value)) for value in values)
        elif name.startswith("----:"):
            field = field_name(name.split(":", 2)[-1])
            yield from ((field, bytes(value).decode("utf-8", "replace")) for value in values)


def _from_named(tags: Any) -> Iterator[tuple[str, str]]:
    for name, value in tags.items():
        field = field_name(name)
        if field.startswith(("cover art", "metadata_block_picture", "wm/picture", "coverart")):
            continue
        values = (
            value
            if isinstance(value, list)
            else list(getattr(value, "value", value).split("\0"))
            if _is_text(value)
            else []
        )
        yield from ((field, str(v)) for v in values)


def _is_text(value: Any) -> bool:
    inner = getattr(value, "value", value)
    return isinstance(inner, str)


def _from_tinytag(opened: Any) -> Iterator[tuple[str, str]]:
    skipped = {
        "filename",
        "filesize",
        "duration",
        "channels",
        "bitrate",
        "bitdepth",
        "samplerate",
        "mime_type",
        "is_lossless",
    }
    for name, value in opened.as_dict().items():
        if name not in skipped:
            for each in value if isinstance(value, list) else [value]:
                yield field_name(name), str(each)
