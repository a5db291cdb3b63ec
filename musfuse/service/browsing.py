"""Answers what clients browse: it reads the catalog alone, a page at a time, and only what whoever asks may see."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random, SystemRandom

from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.browsed import genre_id
from musfuse.library.browsewords import name_expression, track_expressions
from musfuse.library.catalog import browsing, listedtracks
from musfuse.library.catalog.browsing import Lists, Scope
from musfuse.library.catalog.database import Database
from musfuse.service import browsetold as told
from musfuse.service.handlers import Handlers
from musfuse.service.itemids import Kind, number_of, written
from musfuse.service.requests import browse as ask

_ARTIST_TRACKS, _LIKED = 5000, 8


@dataclass(frozen=True, slots=True)
class Browsing:
    """May be asked from many threads."""

    database: Database
    lists: Lists = field(default_factory=Lists)
    chance: Random = field(default_factory=SystemRandom)

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about what there is."""
        handlers.on(ask.ListArtists, self.artists)
        handlers.on(ask.ShowArtist, self.artist)
        handlers.on(ask.ShowArtists, self.artists_by_id)
        handlers.on(ask.ListAlbums, self.albums)
        handlers.on(ask.ShowAlbum, self.album)
        handlers.on(ask.ShowAlbums, self.albums_by_id)
        handlers.on(ask.AlbumsOfTracks, self.albums_of_tracks)
        handlers.on(ask.ListTracks, self.tracks)
        handlers.on(ask.ShowTracks, self.tracks_by_id)
        handlers.on(ask.DrawTracks, self.drawn)
        handlers.on(ask.TracksOfArtist, self.of_artist)
        handlers.on(ask.IdsOfArtist, self.ids_of_artist)
        handlers.on(ask.SimilarTracks, self.similar)
        handlers.on(ask.SimilarArtists, self.similar_artists)
        handlers.on(ask.ListGenres, self.genres)
        handlers.on(ask.ListYears, self.years)
        handlers.on(ask.BrowseSources, self.sources)
        handlers.on(ask.ShowFolder, self.folder)
        handlers.on(ask.FindThings, self.found)

    def artists(self, asked: ask.ListArtists) -> ask.Artists:
        """Artists by name. Raises ConfigError."""
        _check(asked.limit, asked.offset, most=1 << 31)
        with self._reading(asked.sources) as (db, scope):
            rows = browsing.artists_in_order(db, scope, asked.limit or -1, asked.offset)
        return ask.Artists(tuple(map(told.artist, rows)))

    def artist(self, asked: ask.ShowArtist) -> ask.ArtistWhole:
        """One artist. Raises NotFoundError."""
        number = number_of(asked.id, Kind.ARTIST)
        with self._reading(asked.sources) as (db, scope):
            rows = browsing.artists(db, [number], scope)
            if not rows:
                raise NotFoundError(f"{asked.id}: there is no such artist (any more)")
            albums = browsing.albums_of(db, number, scope)
            own = browsing.albums(db, [album for album, main in albums if main], scope)
            others = browsing.albums(db, [album for album, main in albums if not main], scope)
            loose = listedtracks.tracks(db, listedtracks.loose_of(db, number, scope), scope)
        return ask.ArtistWhole(
            told.artist(rows[0]), tuple(map(told.album, own)), tuple(map(told.album, others)), self._told(loose)
        )

    def artists_by_id(self, asked: ask.ShowArtists) -> ask.Artists:
        """These artists."""
        with self._reading(asked.sources) as (db, scope):
            return ask.Artists(tuple(map(told.artist, browsing.artists(db, _numbers(asked.ids, Kind.ARTIST), scope))))

    def albums(self, asked: ask.ListAlbums) -> ask.Albums:
        """A page of albums. Raises ConfigError."""
        _check(asked.limit, asked.offset)
        with self._reading(asked.sources) as (db, scope):
            total = None
            if asked.order == "random":
                ids = browsing.random_albums(db, scope, asked.limit, self.chance)
            else:
                years = (asked.first_year, asked.last_year)
                order = browsing.album_order(asked.order, scope, genre_id(asked.genre), years)
                ids = browsing.albums_in(db, self.lists, order, asked.limit, asked.offset)
                if asked.order not in ("year", "genre"):
                    total = browsing.count_albums(db, self.lists, scope)
            return ask.Albums(tuple(map(told.album, browsing.albums(db, ids, scope))), total)

    def album(self, asked: ask.ShowAlbum) -> ask.AlbumWhole:
        """One album with its tracks. Raises NotFoundError."""
        number = number_of(asked.id, Kind.ALBUM)
        with self._reading(asked.sources) as (db, scope):
            rows = browsing.albums(db, [number], scope)
            if not rows:
                raise NotFoundError(f"{asked.id}: there is no such album (any more)")
            tracks = self._told(listedtracks.tracks(db, listedtracks.of_albums(db, [number], scope), scope))
        return ask.AlbumWhole(told.album(rows[0]), tracks, told.discs(tracks))

    def albums_by_id(self, asked: ask.ShowAlbums) -> ask.Albums:
        """These albums."""
        with self._reading(asked.sources) as (db, scope):
            rows = browsing.albums(db, _numbers(asked.ids, Kind.ALBUM), scope)
        return ask.Albums(tuple(map(told.album, rows)))

    def albums_of_tracks(self, asked: ask.AlbumsOfTracks) -> ask.Albums:
        """The albums of tracks. Raises ConfigError."""
        _check(asked.limit, asked.offset)
        with self._reading(asked.sources) as (db, scope):
            ids = listedtracks.albums_with(db, _numbers(asked.ids, Kind.TRACK))
            wanted = asked.offset + asked.limit
            if scope is None:
                rows = browsing.albums(db, ids[asked.offset : wanted], scope)
            else:
                rows = browsing.albums(db, ids, scope)[asked.offset : wanted]
        return ask.Albums(tuple(map(told.album, rows)))

    def tracks(self, asked: ask.ListTracks) -> ask.Tracks:
        """A page of tracks. Raises ConfigError."""
        _check(asked.limit, asked.offset)
        with self._reading(asked.sources) as (db, scope):
            genre = genre_id(asked.genre) if asked.genre else 0
            items = listedtracks.in_order(db, self.lists, scope, asked.limit, asked.offset, genre)
            return ask.Tracks(self._told(listedtracks.tracks(db, items, scope)))

    def tracks_by_id(self, asked: ask.ShowTracks) -> ask.Tracks:
        """These tracks."""
        with self._reading(asked.sources) as (db, scope):
            known = listedtracks.known_as(db, _numbers(asked.ids, Kind.TRACK))
            return ask.Tracks(self._told(listedtracks.tracks(db, [item for item, _ in known], scope)))

    def drawn(self, asked: ask.DrawTracks) -> ask.Tracks:
        """Tracks by chance. Raises ConfigError."""
        _check(asked.limit, 0)
        genre = genre_id(asked.genre) if asked.genre else 0
        draw = listedtracks.Draw(genre, asked.first_year, asked.last_year)
        with self._reading(asked.sources) as (db, scope):
            items = listedtracks.drawn(db, scope, draw, asked.limit, self.chance)
            return ask.Tracks(self._told(listedtracks.tracks(db, items, scope)))

    def ids_of_artist(self, asked: ask.IdsOfArtist) -> ask.TrackIds:
        """The ids of what an artist plays. Raises NotFoundError."""
        number = number_of(asked.id, Kind.ARTIST)
        with self._reading(asked.sources) as (db, scope):
            rows = listedtracks.of_artist(db, number, scope, _ARTIST_TRACKS)
        return ask.TrackIds(tuple(written(Kind.TRACK, public) for _, public in rows if public))

    def of_artist(self, asked: ask.TracksOfArtist) -> ask.Tracks:
        """What an artist plays. Raises ConfigError, NotFoundError."""
        _check(asked.limit, 0)
        number = number_of(asked.id, Kind.ARTIST)
        first = {public: at for at, public in enumerate(_numbers(asked.favoured, Kind.TRACK))}
        with self._reading(asked.sources) as (db, scope):
            rows = listedtracks.of_artist(db, number, scope, _ARTIST_TRACKS)
            rows.sort(key=lambda row: first.get(row[1], len(first)))
            items = [item for item, _ in rows[: asked.limit]]
            return ask.Tracks(self._told(listedtracks.tracks(db, items, scope)))

    def similar(self, asked: ask.SimilarTracks) -> ask.Tracks:
        """Tracks like something. Raises ConfigError, NotFoundError."""
        _check(asked.limit, 0)
        with self._reading(asked.sources) as (db, scope):
            artists, genres, but = self._like(db, asked.id, scope)
            found: dict[int, None] = {}
            for artist in artists[:_LIKED]:
                own = [item for item, _ in listedtracks.of_artist(db, artist, scope, _ARTIST_TRACKS)]
                found.update(dict.fromkeys(self.chance.sample(own, min(len(own), asked.limit // 3 + 1))))
            for genre in genres[:_LIKED]:
                draw = listedtracks.Draw(genre)
                share = asked.limit // min(len(genres), _LIKED) + 1
                found.update(dict.fromkeys(listedtracks.drawn(db, scope, draw, share, self.chance)))
            chosen = [item for item in found if item not in but]
            self.chance.shuffle(chosen)
            return ask.Tracks(self._told(listedtracks.tracks(db, chosen[: asked.limit], scope)))

    def _like(self, db: sqlite3.Connection, text: str, scope: Scope) -> tuple[list[int], list[int], set[int]]:
        """Artists and genres of what an id is of, and the tracks that it is itself. Raises NotFoundError."""
        number = number_of(text, Kind.ARTIST, Kind.ALBUM, Kind.TRACK)
        kind = text[:2]
        if kind == Kind.ARTIST:
            items = [item for item, _ in listedtracks.of_artist(db, number, scope, 200)]
            rows = listedtracks.tracks(db, items or listedtracks.of_albums(db, _own(db, number, scope), scope), scope)
            artists = [number]
        else:
            if kind == Kind.ALBUM:
                items = listedtracks.of_albums(db, [number], scope)
            else:
                items = [item for item, _ in listedtracks.known_as(db, [number])]
            rows = listedtracks.tracks(db, items, scope)
            artists = list(dict.fromkeys(artist for row in rows for artist, _ in row.artists))
        if not rows:
            raise NotFoundError(f"{text}: there is no such artist, album or track (any more)")
        genres = dict.fromkeys(genre_id(name) for row in rows for name in row.genres)
        return artists, list(genres), {row.item for row in rows} if kind == Kind.TRACK else set()

    def similar_artists(self, asked: ask.SimilarArtists) -> ask.Artists:
        """Artists like one. Raises ConfigError, NotFoundError."""
        _check(asked.limit, 0)
        number = number_of(asked.id, Kind.ARTIST)
        with self._reading(asked.sources) as (db, scope):
            _, genres, _ = self._like(db, asked.id, scope)
            times: dict[int, int] = {}
            for genre in genres[:_LIKED]:
                items = listedtracks.drawn(db, scope, listedtracks.Draw(genre), 200, self.chance)
                for row in listedtracks.players(db, items):
                    times[row] = times.get(row, 0) + 1
            times.pop(number, None)
            best = sorted(times, key=lambda artist: (-times[artist], artist))[: asked.limit]
            return ask.Artists(tuple(map(told.artist, browsing.artists(db, best, scope))))

    def genres(self, asked: ask.ListGenres) -> ask.Genres:
        """All genres."""
        with self._reading(asked.sources) as (db, scope):
            rows = browsing.genres(db, self.lists, scope)
        return ask.Genres(tuple(ask.GenreTold(name, songs, albums) for _, name, songs, albums in rows))

    def years(self, asked: ask.ListYears) -> ask.Years:
        """All years."""
        with self._reading(asked.sources) as (db, scope):
            return ask.Years(tuple(ask.YearTold(*row) for row in browsing.years(db, self.lists, scope)))

    def sources(self, asked: ask.BrowseSources) -> ask.SourcesTold:
        """The sources with tracks."""
        with self._reading(asked.sources) as (db, scope):
            uids = browsing.sources(db)
            roots = browsing.roots(db, scope)
        return ask.SourcesTold(tuple(told.source(root, *uids[root.source]) for root in roots))

    def folder(self, asked: ask.ShowFolder) -> ask.FolderWhole:
        """A folder with what lies in it. Raises NotFoundError."""
        number = number_of(asked.id, Kind.FOLDER)
        with self._reading(asked.sources) as (db, scope):
            row = browsing.folder(db, number, scope)
            if row is None:
                raise NotFoundError(f"{asked.id}: there is no such folder (any more)")
            above: list[browsing.FolderRow] = []
            while (parent := browsing.folder(db, (above[-1] if above else row).parent, scope)) is not None:
                above.append(parent)
            below = browsing.folders_in(db, [number])
            tracks = self._told(listedtracks.tracks(db, listedtracks.in_folder(db, number), scope))
            uids = browsing.sources(db)
        rows = [told.folder(one, *uids[one.source]) for one in (row, *above[::-1], *below)]
        return ask.FolderWhole(rows[0], tuple(rows[1 : len(above) + 1]), tuple(rows[len(above) + 1 :]), tracks)

    def found(self, asked: ask.FindThings) -> ask.FoundThings:
        """What a search finds. Raises ConfigError."""
        for limit, offset in (
            (asked.artists, asked.artist_offset), (asked.albums, asked.album_offset), (asked.tracks, asked.track_offset)
        ):  # fmt: skip
            _check(limit, offset)
        with self._reading(asked.sources) as (db, scope):
            names = name_expression(asked.query)
            artists, albums, tracks = (self._matching if names else self._everything)(db, scope, asked, names)
            return ask.FoundThings(
                tuple(map(told.artist, browsing.artists(db, artists, scope))),
                tuple(map(told.album, browsing.albums(db, albums, scope))),
                self._told(listedtracks.tracks(db, tracks, scope)),
            )

    def _matching(
        self, db: sqlite3.Connection, scope: Scope, asked: ask.FindThings, names: str
    ) -> tuple[list[int], list[int], list[int]]:
        page = asked.artists, asked.artist_offset
        artists = browsing.found_artists(db, names, asked.query, scope, *page) if asked.artists else []
        page = asked.albums, asked.album_offset
        albums = browsing.found_albums(db, names, asked.query, scope, *page) if asked.albums else []
        tracks = track_expressions(asked.query) if asked.tracks else []
        return artists, albums, listedtracks.found(db, tracks, scope, asked.tracks, asked.track_offset)

    def _everything(
        self, db: sqlite3.Connection, scope: Scope, asked: ask.FindThings, _: str
    ) -> tuple[list[int], list[int], list[int]]:
        artists = browsing.artists_in_order(db, scope, asked.artists, asked.artist_offset) if asked.artists else []
        order = browsing.album_order("title", scope)
        return (
            [row.id for row in artists],
            browsing.albums_in(db, self.lists, order, asked.albums, asked.album_offset) if asked.albums else [],
            listedtracks.in_order(db, self.lists, scope, asked.tracks, asked.track_offset) if asked.tracks else [],
        )

    @contextmanager
    def _reading(self, sources: ask.Sources) -> Iterator[tuple[sqlite3.Connection, Scope]]:
        with self.database.read() as db:
            yield db, None if sources is None else browsing.scope(db, sources)

    def _told(self, rows: Sequence[listedtracks.ListedTrack]) -> tuple[ask.TrackTold, ...]:
        return tuple(told.track(row) for row in rows if row.public)


def _own(db: sqlite3.Connection, artist: int, scope: Scope) -> list[int]:
    return [album for album, main in browsing.albums_of(db, artist, scope) if main][:20]


def _check(limit: int, offset: int, most: int = ask.MOST) -> None:
    if not 0 <= limit <= most or not 0 <= offset < 1 << 40:
        raise ConfigError(f"limit is from 0 to {most}, and offset 0 or more")


def _numbers(ids: Sequence[str], kind: Kind) -> list[int]:
    """The numbers of ids of a kind; what is none is left out, as what is gone is."""
    found = []
    for text in ids:
        try:
            found.append(number_of(text, kind))
        except NotFoundError:
            continue
    return found
