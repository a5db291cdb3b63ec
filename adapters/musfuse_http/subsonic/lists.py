"""Lists of albums and tracks, and searches."""

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from musfuse.server.playstate import Kind as State
from musfuse.service.itemids import Kind, written
from musfuse.service.requests import browse as ask
from musfuse_http.subsonic import model
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import MISSING, SubsonicError
from musfuse_http.subsonic.params import Params

_FROM_STATE = 20_000
"""Tracks, the last or most played ones, of which lists of albums are made."""


class AlbumListWanted(Params, frozen=True, kw_only=True):
    type: Literal[
        "random", "newest", "highest", "frequent", "recent", "alphabeticalByName", "alphabeticalByArtist", "starred",
        "byYear", "byGenre",
    ]  # fmt: skip
    size: int = 10
    offset: int = 0
    from_year: int | None = None
    to_year: int | None = None
    genre: str = ""
    music_folder_id: str = ""


class RandomWanted(Params, frozen=True, kw_only=True):
    size: int = 10
    genre: str = ""
    from_year: int = 0
    to_year: int = 0
    music_folder_id: str = ""


class ByGenreWanted(Params, frozen=True, kw_only=True):
    genre: str
    count: int = 10
    offset: int = 0
    music_folder_id: str = ""


class StarredWanted(Params, frozen=True, kw_only=True):
    music_folder_id: str = ""


class SearchWanted(Params, frozen=True, kw_only=True):
    query: str = ""
    artist_count: int = 20
    artist_offset: int = 0
    album_count: int = 20
    album_offset: int = 0
    song_count: int = 20
    song_offset: int = 0
    music_folder_id: str = ""


class OldSearchWanted(Params, frozen=True, kw_only=True):
    artist: str = ""
    album: str = ""
    title: str = ""
    any: str = ""
    count: int = 20
    offset: int = 0
    newer_than: int = 0


_ORDERS: dict[str, ask.AlbumOrder] = {
    "random": "random", "newest": "newest", "alphabeticalByName": "title", "alphabeticalByArtist": "artist",
    "byYear": "year", "byGenre": "genre",
}  # fmt: skip


def album_list(call: Call[AlbumListWanted]) -> Parts:
    """A list of albums, as if they were folders."""
    return {"albumList": {"album": call.tell.album_folders(_albums(call))}}


def album_list2(call: Call[AlbumListWanted]) -> Parts:
    """A list of albums."""
    return {"albumList2": {"album": call.tell.albums(_albums(call))}}


def _albums(call: Call[AlbumListWanted]) -> tuple[ask.AlbumTold, ...]:
    wanted = call.params
    size, offset, seen = bounded(wanted.size), max(0, wanted.offset), call.sources(wanted.music_folder_id)
    order = _ORDERS.get(wanted.type)
    if order is None:
        return _of_state(call, size, offset, seen)
    if order == "year" and (wanted.from_year is None or wanted.to_year is None):
        raise SubsonicError(MISSING, "the parameters fromYear and toYear are missing")
    if order == "genre" and not wanted.genre:
        raise SubsonicError(MISSING, "the parameter genre is missing")
    years = (wanted.from_year or 0, wanted.to_year or 0) if order == "year" else (0, 9999)
    return call.ask(ask.ListAlbums(order, size, offset, wanted.genre, *years, seen)).albums


def _of_state(call: Call[AlbumListWanted], size: int, offset: int, seen: ask.Sources) -> tuple[ask.AlbumTold, ...]:
    """What the user thinks of albums, and played: by the album's own stars, by the track of it that was played most,
    or last."""
    state, kind = call.state, call.params.type
    if kind in ("starred", "highest"):
        rows = state.starred(State.ALBUM) if kind == "starred" else state.rated(State.ALBUM)
        ids = [written(Kind.ALBUM, number) for number, _ in islice(rows, _FROM_STATE)]
        return call.ask(ask.ShowAlbums(tuple(ids), seen)).albums[offset : offset + size]
    played: Iterator[int] = (
        (count.id for count in state.most_played())
        if kind == "frequent"
        else (number for number, _ in state.last_played())
    )
    tracks = tuple(written(Kind.TRACK, number) for number in islice(played, _FROM_STATE))
    return call.ask(ask.AlbumsOfTracks(tracks, size, offset, seen)).albums


def random_songs(call: Call[RandomWanted]) -> Parts:
    """Tracks by chance."""
    wanted = call.params
    years = (max(0, wanted.from_year), max(0, wanted.to_year))
    request = ask.DrawTracks(bounded(wanted.size), wanted.genre, *years, call.sources(wanted.music_folder_id))
    return {"randomSongs": {"song": call.tell.songs(call.ask(request).tracks)}}


def songs_by_genre(call: Call[ByGenreWanted]) -> Parts:
    """The tracks of a genre."""
    wanted = call.params
    seen = call.sources(wanted.music_folder_id)
    request = ask.ListTracks(wanted.genre, bounded(wanted.count), max(0, wanted.offset), seen)
    return {"songsByGenre": {"song": call.tell.songs(call.ask(request).tracks) if wanted.genre else ()}}


def starred(call: Call[StarredWanted]) -> Parts:
    """The favourites, as if artists and albums were folders."""
    artists, albums, songs = _starred(call)
    return {
        "starred": {
            "artist": call.tell.artist_folders(artists), "album": call.tell.album_folders(albums), "song": songs,
        }
    }  # fmt: skip


def starred2(call: Call[StarredWanted]) -> Parts:
    """The favourites."""
    artists, albums, songs = _starred(call)
    return {"starred2": {"artist": call.tell.artists(artists), "album": call.tell.albums(albums), "song": songs}}


def _starred(
    call: Call[StarredWanted],
) -> tuple[tuple[ask.ArtistTold, ...], tuple[ask.AlbumTold, ...], tuple[model.Child, ...]]:
    seen = call.sources(call.params.music_folder_id)

    def ids(kind: State, prefix: Kind) -> tuple[str, ...]:
        return tuple(written(prefix, number) for number, _ in islice(call.state.starred(kind), _FROM_STATE))

    artists = call.ask(ask.ShowArtists(ids(State.ARTIST, Kind.ARTIST), seen)).artists
    albums = call.ask(ask.ShowAlbums(ids(State.ALBUM, Kind.ALBUM), seen)).albums
    tracks = call.ask(ask.ShowTracks(ids(State.TRACK, Kind.TRACK), seen)).tracks
    return artists, albums, call.tell.songs(tracks)


def search(call: Call[OldSearchWanted]) -> Parts:
    """The oldest search: tracks alone."""
    wanted = call.params
    text = " ".join(filter(None, (wanted.any, wanted.artist, wanted.album, wanted.title)))
    size, offset = bounded(wanted.count), max(0, wanted.offset)
    found = call.ask(ask.FindThings(text, 0, 0, size, track_offset=offset, sources=call.sources())).tracks
    return {"searchResult": {"offset": offset, "totalHits": offset + len(found), "match": call.tell.songs(found)}}


def search2(call: Call[SearchWanted]) -> Parts:
    """Artists, albums and tracks, as if the former were folders."""
    found = _found(call)
    return {
        "searchResult2": {
            "artist": call.tell.artist_folders(found.artists), "album": call.tell.album_folders(found.albums),
            "song": call.tell.songs(found.tracks),
        }
    }  # fmt: skip


def search3(call: Call[SearchWanted]) -> Parts:
    """Artists, albums and tracks; everything where the query is empty."""
    found = _found(call)
    return {
        "searchResult3": {
            "artist": call.tell.artists(found.artists), "album": call.tell.albums(found.albums),
            "song": call.tell.songs(found.tracks),
        }
    }  # fmt: skip


def _found(call: Call[SearchWanted]) -> ask.FoundThings:
    wanted = call.params
    counts = bounded(wanted.artist_count), bounded(wanted.album_count), bounded(wanted.song_count)
    offsets = max(0, wanted.artist_offset), max(0, wanted.album_offset), max(0, wanted.song_offset)
    return call.ask(ask.FindThings(wanted.query[:256], *counts, *offsets, call.sources(wanted.music_folder_id)))


def bounded(count: int) -> int:
    """How many are given of those that are asked for."""
    return max(0, min(count, ask.MOST))
