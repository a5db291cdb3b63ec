"""What tells the tracks of one album, and its discs, from tags."""

import re

from musfuse.library.names import name_key
from musfuse.model import TagSet

_DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|dvd)[\s._#-]*[0-9]{1,2}(?![0-9]).*", re.IGNORECASE | re.DOTALL)


def is_disc_folder(name: str) -> bool:
    """Whether a folder is but a disc of the album in the folder above it, by its name: CD1, Disc 02, Disk 3 (Live).

    Words that albums have as titles too (LP1, Volume 2) do not count: the folder above may be an artist's.
    """
    return _DISC_FOLDER.fullmatch(name) is not None


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
