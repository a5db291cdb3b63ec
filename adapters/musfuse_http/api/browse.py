"""What there is: artists, albums, tracks, genres, years, folders, as far as whoever asks may see it."""

from typing import Annotated

import msgspec

from musfuse.errors import NotFoundError
from musfuse.server.users import Caller
from musfuse.service.requests.browse import (
    AlbumOrder,
    AlbumTold,
    AlbumWhole,
    ArtistTold,
    ArtistWhole,
    BrowseSources,
    DrawTracks,
    FindThings,
    FolderWhole,
    FoundThings,
    Genres,
    ListAlbums,
    ListArtists,
    ListGenres,
    ListTracks,
    ListYears,
    ShowAlbum,
    ShowArtist,
    ShowFolder,
    ShowTracks,
    SimilarTracks,
    SourcesTold,
    Tracks,
    TrackTold,
    Years,
)
from musfuse_http.api.paging import Limit, Paged
from musfuse_http.api.route import Call

Text = Annotated[str, msgspec.Meta(max_length=256)]
Year = Annotated[int, msgspec.Meta(ge=0, le=9999)]


class AlbumsWanted(Paged, frozen=True):
    """Albums in an order; of a genre, where it is `genre`; of years, where it is `year`."""

    order: AlbumOrder = "title"
    genre: Text = ""
    first_year: Year = 0
    last_year: Year = 9999


class TracksWanted(Paged, frozen=True):
    """All tracks, or those of a genre."""

    genre: Text = ""


class DrawWanted(msgspec.Struct, frozen=True):
    """How many tracks are drawn, of which genre and years."""

    limit: Limit = 10
    genre: Text = ""
    first_year: Year = 0
    last_year: Year = 0


class SearchWanted(Paged, frozen=True):
    """Words that names have to have, or to begin with; everything for none."""

    q: Text = ""


class SimilarWanted(msgspec.Struct, frozen=True):
    """How many there are to be."""

    limit: Limit = 50


class ArtistsPage(msgspec.Struct, frozen=True):
    """Artists by name."""

    artists: tuple[ArtistTold, ...]
    next: str | None


class AlbumsPage(msgspec.Struct, frozen=True):
    """Albums; `total` is null where they are not counted."""

    albums: tuple[AlbumTold, ...]
    total: int | None
    next: str | None


class TracksPage(msgspec.Struct, frozen=True):
    """Tracks."""

    tracks: tuple[TrackTold, ...]
    next: str | None


class FoundPage(msgspec.Struct, frozen=True):
    """What was found, of each kind the best first."""

    artists: tuple[ArtistTold, ...]
    albums: tuple[AlbumTold, ...]
    tracks: tuple[TrackTold, ...]
    next: str | None


def sources_of(caller: Caller) -> tuple[str, ...] | None:
    """The sources whose music somebody sees, as requests have them."""
    seen = caller.user.sources
    return None if seen is None else tuple(sorted(seen))


def artists(call: Call[Paged, None]) -> ArtistsPage:
    """Artists by name, page by page."""
    wanted = call.query
    found = call.ask(ListArtists(wanted.limit, wanted.offset, sources_of(call.caller))).artists
    return ArtistsPage(found, wanted.next(len(found)))


def artist(call: Call[None, None]) -> ArtistWhole:
    """An artist with its albums."""
    return call.ask(ShowArtist(call.path["id"], sources_of(call.caller)))


def albums(call: Call[AlbumsWanted, None]) -> AlbumsPage:
    """Albums in an order, page by page."""
    wanted = call.query
    asked = ListAlbums(
        wanted.order, wanted.limit, wanted.offset, wanted.genre, wanted.first_year, wanted.last_year,
        sources_of(call.caller),
    )  # fmt: skip
    found = call.ask(asked)
    return AlbumsPage(found.albums, found.total, wanted.next(len(found.albums)))


def album(call: Call[None, None]) -> AlbumWhole:
    """An album with its tracks in order."""
    return call.ask(ShowAlbum(call.path["id"], sources_of(call.caller)))


def tracks(call: Call[TracksWanted, None]) -> TracksPage:
    """Tracks, page by page."""
    wanted = call.query
    found = call.ask(ListTracks(wanted.genre, wanted.limit, wanted.offset, sources_of(call.caller))).tracks
    return TracksPage(found, wanted.next(len(found)))


def track(call: Call[None, None]) -> TrackTold:
    """A track."""
    found: Tracks = call.ask(ShowTracks((call.path["id"],), sources_of(call.caller)))
    if not found.tracks:
        raise NotFoundError(f"{call.path['id'][:40]}: there is no such track")
    return found.tracks[0]


def draw(call: Call[DrawWanted, None]) -> Tracks:
    """Tracks by chance."""
    wanted = call.query
    asked = DrawTracks(wanted.limit, wanted.genre, wanted.first_year, wanted.last_year, sources_of(call.caller))
    return call.ask(asked)


def similar(call: Call[SimilarWanted, None]) -> Tracks:
    """Tracks like an artist, album or track."""
    asked = SimilarTracks(call.path["id"], call.query.limit, sources_of(call.caller))
    return call.ask(asked)


def genres(call: Call[None, None]) -> Genres:
    """Genres by name."""
    return call.ask(ListGenres(sources_of(call.caller)))


def years(call: Call[None, None]) -> Years:
    """Years that albums are of."""
    return call.ask(ListYears(sources_of(call.caller)))


def libraries(call: Call[None, None]) -> SourcesTold:
    """The sources, each with the folder that it is."""
    return call.ask(BrowseSources(sources_of(call.caller)))


def folder(call: Call[None, None]) -> FolderWhole:
    """A folder of a source as it is, with what lies in it."""
    return call.ask(ShowFolder(call.path["id"], sources_of(call.caller)))


def search(call: Call[SearchWanted, None]) -> FoundPage:
    """Artists, albums and tracks whose names have all words of a query."""
    wanted = call.query
    asked = FindThings(
        wanted.q, wanted.limit, wanted.limit, wanted.limit, wanted.offset, wanted.offset, wanted.offset,
        sources_of(call.caller),
    )  # fmt: skip
    found: FoundThings = call.ask(asked)
    most = max(len(found.artists), len(found.albums), len(found.tracks))
    return FoundPage(found.artists, found.albums, found.tracks, wanted.next(most))
