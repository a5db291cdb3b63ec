"""The one tag model: field names as in Vorbis comments, and what they are called elsewhere, after Picard's published
tag mapping. Readers and writers of all formats share these tables, so that what is written is read as the same field.
"""

import re
from collections.abc import Iterable

ID3_FRAMES = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TCON": "genre", "TDRC": "date",
    "TDOR": "originaldate", "TCOM": "composer", "TCOP": "copyright", "TCMP": "compilation", "TSOT": "titlesort",
    "TSOP": "artistsort", "TSOA": "albumsort", "TSO2": "albumartistsort", "TSOC": "composersort", "TSRC": "isrc",
    "TBPM": "bpm", "TPUB": "label", "TEXT": "lyricist", "TPE3": "conductor", "TPE4": "remixer", "TIT1": "grouping",
    "TIT3": "subtitle", "TKEY": "key", "TLAN": "language", "TMED": "media", "TSST": "discsubtitle", "TENC": "encodedby",
    "TSSE": "encodersettings", "TMOO": "mood", "MVNM": "movementname", "MVIN": "movement", "GRP1": "grouping",
}  # fmt: skip
MP4_ATOMS = {
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
    "wm/artists": "artists",
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
PAIRS = {"tracknumber": "tracktotal", "discnumber": "disctotal"}

TOTALS = {total: number for number, total in PAIRS.items()}
ID3_BY_FIELD = {field: frame for frame, field in reversed(ID3_FRAMES.items())}
MP4_BY_FIELD = {field: atom for atom, field in reversed(MP4_ATOMS.items())}
FREE_NAMES = {
    field: " ".join("MusicBrainz" if w == "musicbrainz" else w.capitalize() for w in name.split(" "))
    for name, field in _NAMED.items()
    if name.startswith(("musicbrainz ", "acoustid "))
}
"""What TXXX frames and free-form atoms call a field, where it is not simply its name in capitals."""

_NO_NAMES_ELSEWHERE = frozenset(
    {
        "acoustid_fingerprint", "arranger", "artists", "albumartists", "asin", "barcode", "cuesheet", "director",
        "djmixer", "engineer", "license", "lyrics", "mixer", "musicbrainz_originalalbumid",
        "musicbrainz_originalartistid", "originalalbum", "originalartist", "originalyear", "performer", "producer",
        "r128_album_gain", "r128_track_gain", "replaygain_album_gain", "replaygain_album_peak",
        "replaygain_reference_loudness", "replaygain_track_gain", "replaygain_track_peak", "script", "website",
        "work", "writer",
    }
)  # fmt: skip
BUILT_IN = frozenset(
    {*ID3_FRAMES.values(), *MP4_ATOMS.values(), *_NAMED.values(), *PAIRS, *PAIRS.values(), *_NO_NAMES_ELSEWHERE}
)
"""Fields that are known by name; a file may have any others."""

_NAME = re.compile(r"[ -<>-}]+")


def free_name(field: str) -> str:
    """The description of a TXXX frame, or the name of a free-form atom, for a field that has no frame of its own."""
    return FREE_NAMES.get(field, field.upper())


def linked(fields: Iterable[str]) -> frozenset[str]:
    """These fields, and those that some format keeps in the same place as one of them: numbers with their totals."""
    found = set(fields)
    return frozenset(found | {PAIRS[f] for f in found if f in PAIRS} | {TOTALS[f] for f in found if f in TOTALS})


def is_field_name(name: str) -> bool:
    """Whether every format can hold a field of this name: printable ASCII without `=` (RFC 9639 §8.6)."""
    return bool(_NAME.fullmatch(name)) and name == name.strip() and len(name) <= 100


def field_name(name: str) -> str:
    """Our name of a free-form field; ids of ID3 frames count as names too, some readers give no better ones."""
    lowered = name.lower().strip().replace("\0", "")
    return _NAMED.get(lowered) or ID3_FRAMES.get(lowered.upper(), lowered)
