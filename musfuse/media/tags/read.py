"""Tags as mutagen and tinytag read them, to the fields of TagSet."""

from collections.abc import Iterable, Iterator
from typing import Any

from musfuse.errors import ExcessiveError
from musfuse.media.tags.bounds import MAX_VALUES
from musfuse.media.tags.fields import ID3_FRAMES, MP4_ATOMS, PAIRS, field_name
from musfuse.model import TagSet

MAX_VALUE = 256 * 1024
MAX_TOTAL = 1 << 20
_V1_COMMENT = "ID3v1 Comment"
_COMMENTS = {
    "comments": "comment", "website": "url", "setsubtitle": "discsubtitle", "initialkey": "key",
    "encodersettings": "encoder_settings", "contentgroup": "grouping", "movementname": "movement_name",
    "movementtotal": "movement_total", "showmovement": "show_movement",
}  # fmt: skip
"""Vorbis comments by other names than they have here."""
_NUMBERS = frozenset({"tracknumber", "tracktotal", "totaltracks", "discnumber", "disctotal", "totaldiscs"})


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
    return collect(pairs)


def from_id3(tags: Any) -> TagSet:
    """The frames of an ID3v2 tag: mutagen's ID3, or an id3plain.PlainTag."""
    return collect(_from_id3(tags))


def from_tinytag(opened: Any) -> TagSet:
    """Tags of a file that tinytag opened."""
    return collect(_from_tinytag(opened))


def from_comments(entries: Iterable[bytes]) -> TagSet:
    """Vorbis comments, each `NAME=value`; pictures are left out, and numbers that are none."""
    return collect(pair for entry in entries for pair in _from_comment(entry))


def collect(pairs: Iterator[tuple[str, str]]) -> TagSet:
    """Group values by field; `3/12` becomes a number and a total; values and their sum are bounded. `artists` are whom
    `artist` credits, one by one, as Picard writes them; they are the artist only where nothing else is."""
    fields: dict[str, dict[str, None]] = {}
    room = MAX_TOTAL
    for count, (name, raw) in enumerate(pairs):
        if count > MAX_VALUES:
            raise ExcessiveError(f"more than {MAX_VALUES} values of tags")
        value = raw.replace("\0", "").strip() if name != "lyrics" else raw.strip("\0")
        value = value[:MAX_VALUE]
        if name in PAIRS and "/" in value:
            value, _, total = value.partition("/")
            fields.setdefault(PAIRS[name], {total.strip(): None})
        room -= len(value)
        if value and room > 0:
            fields.setdefault(name, {})[value.strip() if name in PAIRS else value] = None
    if "artists" in fields and "artist" not in fields:
        fields["artist"] = fields["artists"]
    return TagSet(fields)


def _from_id3(tags: Any) -> Iterator[tuple[str, str]]:
    comments = len(tags.getall("COMM"))  # that of an ID3v1 tag is but the front of a longer one
    for frame in tags.values():
        kind = frame.FrameID
        if kind == "TCON":
            yield from (("genre", genre) for genre in frame.genres)
        elif kind in ID3_FRAMES:
            yield from ((ID3_FRAMES[kind], str(text)) for text in frame.text)
        elif kind in ("TRCK", "TPOS"):
            yield from (("tracknumber" if kind == "TRCK" else "discnumber", str(text)) for text in frame.text)
        elif kind == "TXXX":
            yield from ((field_name(frame.desc), str(text)) for text in frame.text if frame.desc)
        elif kind == "COMM" and (frame.desc.startswith("iTun") or (frame.desc == _V1_COMMENT and comments > 1)):
            continue
        elif kind == "COMM":
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
                    yield PAIRS[field], str(total)
        elif name == "cpil":
            yield "compilation", "1" if values else "0"
        elif name in MP4_ATOMS:
            yield from ((MP4_ATOMS[name], str(value)) for value in values)
        elif name.startswith("----:"):
            field = field_name(name.split(":", 2)[-1])
            yield from ((field, bytes(value).decode("utf-8", "replace")) for value in values)


def _from_named(tags: Any) -> Iterator[tuple[str, str]]:
    # Vorbis comments are a list of pairs; as a mapping they are looked through for each name.
    items = ((name, [value]) for name, value in tags) if isinstance(tags, list) else tags.items()
    for name, value in items:
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


def _from_comment(entry: bytes) -> Iterator[tuple[str, str]]:
    key, given, value = entry.decode("utf-8", "replace").partition("=")
    name = key.lower()
    if not given or name == "metadata_block_picture":
        return
    field = _COMMENTS.get(name) or field_name(name)
    if name in _NUMBERS:
        value, _, total = value.partition("/")
        if total.isdecimal() and field in PAIRS:
            yield PAIRS[field], str(int(total))
        if value.isdecimal():
            yield field, str(int(value))
    else:
        yield field, value


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
                yield field_name(name.lstrip("_")), str(each)
