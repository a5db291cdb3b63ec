"""Browsing: artists, albums, tracks, genres, years and folders, page by page.

Ids are texts (service/itemids.py). `sources` are the uids of the sources that whoever asks may see; None for all. What
lies in others is not told, and cannot be asked for.
"""

from typing import ClassVar, Generic, Literal, TypeVar

from musfuse.service.port import Answer, Request

A = TypeVar("A")
LIMIT, MOST = 100, 500
"""How many rows a page has where nobody says how many, and at most."""
Sources = tuple[str, ...] | None
AlbumOrder = Literal["title", "artist", "newest", "year", "genre", "random"]


class Named(Answer, frozen=True):
    """Somebody or something that has an id, '' where it has none to ask for."""

    id: str
    name: str


class ArtistTold(Answer, frozen=True):
    """An artist: `albums` of their own, `songs` that they play; `letter` of an index under which they stand."""

    id: str
    name: str
    letter: str
    albums: int
    songs: int


class AlbumTold(Answer, frozen=True):
    """An album; `year` is 0 where it is not known, `release` MusicBrainz's id of it or ''; `born_ns` is when its first
    track came, in ns since 1970."""

    id: str
    title: str
    artist: str
    artist_id: str
    year: int
    genres: tuple[str, ...]
    songs: int
    duration_ms: int
    born_ns: int
    release: str


class TrackTold(Answer, frozen=True):
    """A track. `path` is where its original lies in its source, `size` of that in bytes, 0 for a part of one; `suffix`
    that of its name. `bit_rate` is in kbit/s, `source` the uid of its source. What is 0 or '' is not known.
    `tags` has every field that is served."""

    id: str
    title: str
    artist: str
    artists: tuple[Named, ...]
    album: str
    album_id: str
    album_artist: str
    album_artist_id: str
    disc: int
    number: int
    year: int
    genres: tuple[str, ...]
    duration_ms: int
    suffix: str
    container: str
    codec: str
    bit_rate: int
    bits: int
    sample_rate: int
    channels: int
    size: int
    path: str
    part: int
    folder: str
    source: str
    born_ns: int
    tags: dict[str, tuple[str, ...]]


class GenreTold(Answer, frozen=True):
    """A genre, and how many tracks and albums have it."""

    name: str
    songs: int
    albums: int


class YearTold(Answer, frozen=True):
    """A year, and how many albums are of it."""

    year: int
    albums: int


class FolderTold(Answer, frozen=True):
    """A folder of a source; `parent` is '' for the root, which is called as the source. `source` is its uid; `songs`
    lie in it itself."""

    id: str
    name: str
    parent: str
    source: str
    letter: str
    path: str
    songs: int


class SourceTold(Answer, frozen=True):
    """A source, by what clients browse: its uid, the last part of its root, and the folder that it is."""

    uid: str
    name: str
    folder: str


class Albums(Answer, frozen=True):
    """A page of albums; `total` is how many there are in the whole list, None where that is not counted."""

    albums: tuple[AlbumTold, ...]
    total: int | None = None


class Artists(Answer, frozen=True):
    """Artists in the order of their names."""

    artists: tuple[ArtistTold, ...]


class Tracks(Answer, frozen=True):
    """Tracks."""

    tracks: tuple[TrackTold, ...]


class ArtistWhole(Answer, frozen=True):
    """An artist with their albums, the earliest first, those of others on which they play, and tracks of no album."""

    artist: ArtistTold
    albums: tuple[AlbumTold, ...]
    appears_on: tuple[AlbumTold, ...]
    tracks: tuple[TrackTold, ...]


class AlbumWhole(Answer, frozen=True):
    """An album with its tracks in order; `discs` has the titles of discs that have one, by number."""

    album: AlbumTold
    tracks: tuple[TrackTold, ...]
    discs: dict[int, str]


class FolderWhole(Answer, frozen=True):
    """A folder with what lies in it, and the folders above it, the root first."""

    folder: FolderTold
    above: tuple[FolderTold, ...]
    folders: tuple[FolderTold, ...]
    tracks: tuple[TrackTold, ...]


class TrackIds(Answer, frozen=True):
    """Ids of tracks."""

    ids: tuple[str, ...]


class Genres(Answer, frozen=True):
    """Genres by name."""

    genres: tuple[GenreTold, ...]


class Years(Answer, frozen=True):
    """Years in order."""

    years: tuple[YearTold, ...]


class SourcesTold(Answer, frozen=True):
    """Sources in their order."""

    sources: tuple[SourceTold, ...]


class FoundThings(Answer, frozen=True):
    """What a search found, of each kind the best first."""

    artists: tuple[ArtistTold, ...]
    albums: tuple[AlbumTold, ...]
    tracks: tuple[TrackTold, ...]


class Browse(Request[A], Generic[A], frozen=True):
    """A question about what there is."""

    @property
    def reads(self) -> bool:
        return True


class ListArtists(Browse[Artists], frozen=True):
    """Artists with albums, or tracks of no album, of their own, by name; all of them where `limit` is 0."""

    METHOD: ClassVar[str] = "browse.artists"
    limit: int = 0
    offset: int = 0
    sources: Sources = None


class ShowArtist(Browse[ArtistWhole], frozen=True):
    """One artist. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.artist"
    id: str
    sources: Sources = None


class ListAlbums(Browse[Albums], frozen=True):
    """A page of albums: by `title`, by `artist`, `newest` first, of years from `first_year` to `last_year` (the
    latest first where that is the earlier one), of a `genre`, or `random` ones. Raises ConfigError."""

    METHOD: ClassVar[str] = "browse.albums"
    order: AlbumOrder = "title"
    limit: int = LIMIT
    offset: int = 0
    genre: str = ""
    first_year: int = 0
    last_year: int = 9999
    sources: Sources = None


class ShowAlbum(Browse[AlbumWhole], frozen=True):
    """One album with its tracks. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.album"
    id: str
    sources: Sources = None


class ShowArtists(Browse[Artists], frozen=True):
    """These artists in their order, as far as they are there."""

    METHOD: ClassVar[str] = "browse.artistsById"
    ids: tuple[str, ...]
    sources: Sources = None


class ShowAlbums(Browse[Albums], frozen=True):
    """These albums in their order, as far as they are there."""

    METHOD: ClassVar[str] = "browse.albumsById"
    ids: tuple[str, ...]
    sources: Sources = None


class AlbumsOfTracks(Browse[Albums], frozen=True):
    """The albums of tracks, in the order of the first track of each, behind the first `offset`: what lists of what
    somebody played or likes are made of."""

    METHOD: ClassVar[str] = "browse.albumsOfTracks"
    ids: tuple[str, ...]
    limit: int = LIMIT
    offset: int = 0
    sources: Sources = None


class ShowTracks(Browse[Tracks], frozen=True):
    """These tracks in their order, as far as they are there."""

    METHOD: ClassVar[str] = "browse.tracksById"
    ids: tuple[str, ...]
    sources: Sources = None


class ListTracks(Browse[Tracks], frozen=True):
    """A page of all tracks, or of those of a genre, in an order that stays."""

    METHOD: ClassVar[str] = "browse.tracks"
    genre: str = ""
    limit: int = LIMIT
    offset: int = 0
    sources: Sources = None


class DrawTracks(Browse[Tracks], frozen=True):
    """Tracks by chance, each at most once: of a genre ('' for any), of years (0 for any)."""

    METHOD: ClassVar[str] = "browse.random"
    limit: int = 10
    genre: str = ""
    first_year: int = 0
    last_year: int = 0
    sources: Sources = None


class TracksOfArtist(Browse[Tracks], frozen=True):
    """What an artist plays, those first that come first in `favoured` (ids of tracks, as the most played ones)."""

    METHOD: ClassVar[str] = "browse.artistTracks"
    id: str
    favoured: tuple[str, ...] = ()
    limit: int = 50
    sources: Sources = None


class IdsOfArtist(Browse[TrackIds], frozen=True):
    """The ids of what an artist plays, 5,000 at most. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.artistTrackIds"
    id: str
    sources: Sources = None


class SimilarTracks(Browse[Tracks], frozen=True):
    """Tracks like an artist, album or track, by chance: of the same artist, and of artists and albums with the same
    genres. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.similar"
    id: str
    limit: int = 50
    sources: Sources = None


class SimilarArtists(Browse[Artists], frozen=True):
    """Artists who share most genres with one. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.similarArtists"
    id: str
    limit: int = 20
    sources: Sources = None


class ListGenres(Browse[Genres], frozen=True):
    """All genres by name."""

    METHOD: ClassVar[str] = "browse.genres"
    sources: Sources = None


class ListYears(Browse[Years], frozen=True):
    """All years that albums are of."""

    METHOD: ClassVar[str] = "browse.years"
    sources: Sources = None


class BrowseSources(Browse[SourcesTold], frozen=True):
    """The sources with tracks."""

    METHOD: ClassVar[str] = "browse.sources"
    sources: Sources = None


class ShowFolder(Browse[FolderWhole], frozen=True):
    """A folder of a source as it is, with what lies in it. Raises NotFoundError."""

    METHOD: ClassVar[str] = "browse.folder"
    id: str
    sources: Sources = None


class FindThings(Browse[FoundThings], frozen=True):
    """Artists, albums and tracks whose names have all words of a query, or words that begin so; everything
    where it has no word. Of each kind so many, behind its offset."""

    METHOD: ClassVar[str] = "browse.search"
    query: str
    artists: int = 20
    albums: int = 20
    tracks: int = 20
    artist_offset: int = 0
    album_offset: int = 0
    track_offset: int = 0
    sources: Sources = None
