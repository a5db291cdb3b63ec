"""What tells the tracks of one album, and its discs, from tags."""

from musfuse.library.names import name_key
from musfuse.model import TagSet


def album_key(tags: TagSet) -> str:
    """What tracks of one album share; empty where the album is not known."""
    album = tags.first("album")
    if not album:
        return ""
    release = tags.first("musicbrainz_albumid")
    artist = tags.first("albumartist") or tags.first("artist") or ""
    return f"mbid/{release.lower()}" if release else f"{name_key(artist)}/{name_key(album)}"


def disc_number(tags: TagSet) -> int:
    """The disc's number, 0 where it is not known."""
    text = (tags.first("discnumber") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
