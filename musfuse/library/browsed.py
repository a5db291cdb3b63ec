"""What browsing keeps of a track: who plays it, its genres, and the keys by which lists have names in order."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from musfuse.library.albums import entity_id, hash_id, main_artist
from musfuse.library.names import name_key
from musfuse.library.text.documents import year_of
from musfuse.library.text.folding import fold, terms
from musfuse.model import TagSet

ARTICLES = ("the", "an", "a", "die", "das", "ein", "eine", "les", "le", "la")
"""Words in front of a name that do not count when names are put in order."""

_MOST, _LONGEST = 32, 300
_GENRES = re.compile(r"\s*[;\0]\s*")
_ARTICLE = re.compile(rf"\A(?:{'|'.join(ARTICLES)})\s+(?=\S)")
_DISC, _TRACKS = 1_000_000, 999_999


@dataclass(frozen=True, slots=True)
class Browsed:
    """Artists and genres of a track, (id, name) each, in the order of its tags; its year, 0 for none, and its place in
    its album."""

    artists: tuple[tuple[int, str], ...]
    genres: tuple[tuple[int, str], ...]
    year: int
    position: int


def browsed(tags: TagSet) -> Browsed:
    """What is kept of a track with these tags. Values have a bound in number and length."""
    artists = _named(map(main_artist, tags.get("artist") or ()), artist_id)
    genres = _named((part for value in tags.get("genre") or () for part in _GENRES.split(value)), genre_id)
    disc, track = _number(tags.first("discnumber")), _number(tags.first("tracknumber"))
    return Browsed(artists, genres, int(year_of(tags) or 0), disc * _DISC + min(track, _TRACKS))


def artist_id(name: str) -> int:
    """The id of an artist, whatever the case of the name."""
    return entity_id(name_key(name))


def genre_id(name: str) -> int:
    """The id of a genre, whatever the case and accents of its name."""
    return hash_id(f"genre/{' '.join(terms(fold(name))) or name}")


def folder_id(uid: str, path: bytes) -> int:
    """The id of a folder of a source, by its path there."""
    return hash_id(f"folder/{uid}/{path.decode('utf-8', 'surrogateescape')}")


def disc_of(position: int) -> int:
    """The number of the disc of a place in an album; 0 where it is not known."""
    return position // _DISC


def track_of(position: int) -> int:
    """The number of the track of a place in an album; 0 where it is not known."""
    return position % _DISC


def order_key(name: str) -> str:
    """What a name is put in order by: without case, accents, and an article in front. Never empty."""
    folded = fold(name[:_LONGEST]).strip().lstrip("\"'([.…-_ ")
    return _ARTICLE.sub("", folded, count=1) or name[:1] or "?"


def letter_of(key: str) -> str:
    """The letter of an index under which a key stands; # for what begins with none."""
    first = key[:1]
    return first.upper() if first.isalpha() else "#"


def words_of(*names: str) -> str:
    """The words of names, as they are looked for."""
    return " ".join(term for name in names for term in terms(fold(name[:_LONGEST])))


def _named(names: Iterable[str], id_of: Callable[[str], int]) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for name in names:
        kept = name.strip()[:_LONGEST]
        if kept and len(found) < _MOST:
            found.setdefault(id_of(kept), kept)
    return tuple(found.items())


def _number(text: str | None) -> int:
    digits = (text or "").strip().partition("/")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0
