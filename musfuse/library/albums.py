"""What tells the tracks of one album, its discs, and a compilation, from tags and folders."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from musfuse.library.names import name_key
from musfuse.model import TagSet

VARIOUS_ARTISTS = "Various Artists"

_DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|dvd)[\s._#-]*[0-9]{1,2}(?![0-9]).*", re.IGNORECASE | re.DOTALL)
_GUESTS = re.compile(r"\s*;.*|\s+[(\[]?(?:feat|ft|featuring)[.\s].*", re.IGNORECASE | re.DOTALL)
_YES = frozenset({"1", "true", "yes"})


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """What Naming keeps of a track to tell what belongs together.

    `compilation_key` is shared by tracks that may be one compilation: those in a folder, or in the folders of its
    discs, that name the same album and no album artist. It is empty for all others. `first_artist` is a name key, empty
    where there is none. `compilation`: the file says that it is part of one. `artist`, `title`, `album_artist` are
    names as they are written.
    """

    album_key: str = ""
    disc: int = 0
    compilation_key: str = ""
    first_artist: str = ""
    compilation: bool = False
    artist: str = ""
    title: str = ""
    album_artist: str = ""

    @property
    def belongs(self) -> tuple[int, int, int, str, str, bool]:
        """The part of it that the catalog keeps: ids of album and artist, disc, and what tells compilations."""
        return (
            entity_id(self.album_key), entity_id(name_key(self.artist)), self.disc, self.compilation_key,
            self.first_artist, self.compilation,
        )  # fmt: skip


@lru_cache(8192)
def entity_id(key: str) -> int:
    """The id of an artist or album, the same in every catalog: 63 bits of a hash of its key; 0 for no key."""
    return hash_id(key) if key else 0


def hash_id(key: str) -> int:
    """63 bits of a hash of a text, never 0."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


def album_facts(tags: TagSet, source: int, path: str, various: bool) -> AlbumFacts:
    """The facts of a track at `path` in a source; `various` tells whether its compilation key belongs to a
    compilation."""
    album = tags.first("album")
    loose = bool(album) and not tags.first("albumartist")
    artist = _GUESTS.sub("", tags.first("artist") or "")
    gathered = VARIOUS_ARTISTS if various and loose else ""
    return AlbumFacts(
        album_key(tags, gathered),
        disc_number(tags),
        _digest(f"{source}\0{album_folder(path)}\0{name_key(album or '')}") if loose else "",
        name_key(artist) if loose else "",
        loose and (tags.first("compilation") or "").strip().lower() in _YES,
        artist.strip(),
        album or "",
        tags.first("albumartist") or gathered or tags.first("artist") or "",
    )


def main_artist(name: str) -> str:
    """An artist without those who are only guests, as in `A feat. B` or `A; B`."""
    return _GUESTS.sub("", name).strip() or name.strip()


def is_compilation(artists: int, most: int, tracks: int) -> bool:
    """Whether tracks of one folder and album without an album artist are by various artists: three at least, none of
    whom has half of the tracks. `most` is the number of tracks of the artist who has most."""
    return artists >= 3 and most * 2 < tracks


def is_disc_folder(name: str) -> bool:
    """Whether a folder is but a disc of the album in the folder above it, by its name: CD1, Disc 02, Disk 3 (Live).

    Words that albums have as titles too (LP1, Volume 2) do not count: the folder above may be an artist's.
    """
    return _DISC_FOLDER.fullmatch(name) is not None


def album_folder(path: str) -> str:
    """The folder of the album that a file lies in, empty for the source's root: its own, or above that of a disc."""
    folder = path.rpartition("/")[0]
    above, _, name = folder.rpartition("/")
    return above if is_disc_folder(name) else folder


def album_key(tags: TagSet, album_artist: str = "") -> str:
    """What tracks of one album share, whose artist is `album_artist` where tags do not tell; empty where the album is
    not known."""
    album = tags.first("album")
    if not album:
        return ""
    release = tags.first("musicbrainz_albumid")
    artist = tags.first("albumartist") or album_artist or tags.first("artist") or ""
    return f"mbid/{release.lower()}" if release else f"{name_key(artist)}/{name_key(album)}"


def disc_number(tags: TagSet) -> int:
    """The disc's number, 0 where it is not known."""
    return _number(tags.first("discnumber"))


def is_in_set(tags: TagSet, several_discs: bool) -> bool:
    """Whether a track belongs to a set of more than one disc; `several_discs`: whether its album's tracks do."""
    return (several_discs if tags.first("album") else disc_number(tags) > 1) or _number(tags.first("disctotal")) > 1


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
