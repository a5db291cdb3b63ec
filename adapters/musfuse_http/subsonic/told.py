"""What is found in the library, in the words of the API, with what a user thinks of it and how often it was played."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, UnsetType

from musfuse.library.browsed import artist_id, order_key
from musfuse.server.playstate import Count, Kind, PlayState, Thought
from musfuse.server.streams import mime_of
from musfuse.service.itemids import Kind as IdKind
from musfuse.service.itemids import number_of, written
from musfuse.service.requests.browse import AlbumTold, ArtistTold, FolderTold, TrackTold
from musfuse_http.subsonic import model

_NUMBER = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+")
_ROLES = ("composer", "lyricist", "conductor", "arranger", "producer", "remixer", "engineer", "mixer", "performer")
_VARIOUS = "various artists"
_CLIPPED = 10_000


def when(ns: int) -> str:
    """A time in ns since 1970 as the API has it."""
    told = datetime.fromtimestamp(max(0, min(ns, 253402300799 * 10**9)) / 1e9, UTC)
    return told.strftime("%Y-%m-%dT%H:%M:%S.") + f"{told.microsecond // 1000:03}Z"


@dataclass(frozen=True, slots=True)
class Teller:
    """For one user."""

    state: PlayState

    def songs(self, tracks: Sequence[TrackTold]) -> tuple[model.Child, ...]:
        """Tracks as songs."""
        ids = [number_of(track.id) for track in tracks]
        thoughts, counts = self.state.thoughts(Kind.TRACK, ids), self.state.counts(ids)
        return tuple(
            _song(track, thoughts.get(number, _NO_THOUGHT), counts.get(number))
            for track, number in zip(tracks, ids, strict=True)
        )

    def albums(self, albums: Sequence[AlbumTold]) -> tuple[model.AlbumID3, ...]:
        """Albums."""
        thoughts = self._thoughts(Kind.ALBUM, albums)
        return tuple(_album(album, thoughts.get(album.id, _NO_THOUGHT)) for album in albums)

    def album_folders(self, albums: Sequence[AlbumTold]) -> tuple[model.Child, ...]:
        """Albums as if they were folders."""
        thoughts = self._thoughts(Kind.ALBUM, albums)
        return tuple(_album_folder(album, thoughts.get(album.id, _NO_THOUGHT)) for album in albums)

    def artists(self, artists: Sequence[ArtistTold]) -> tuple[model.ArtistID3, ...]:
        """Artists by tags."""
        thoughts = self._thoughts(Kind.ARTIST, artists)
        return tuple(_artist(artist, thoughts.get(artist.id, _NO_THOUGHT)) for artist in artists)

    def artist_folders(self, artists: Sequence[ArtistTold]) -> tuple[model.Artist, ...]:
        """Artists as if they were folders."""
        thoughts = self._thoughts(Kind.ARTIST, artists)
        return tuple(
            model.Artist(id=artist.id, name=artist.name, **_opinion(thoughts.get(artist.id, _NO_THOUGHT)))
            for artist in artists
        )

    def _thoughts(self, kind: Kind, things: Iterable[Any]) -> dict[str, Thought]:
        ids = {number_of(thing.id): thing.id for thing in things}
        return {ids[number]: thought for number, thought in self.state.thoughts(kind, list(ids)).items()}


_NO_THOUGHT = Thought()


def _opinion(thought: Thought) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if thought.starred_ns is not None:
        told["starred"] = when(thought.starred_ns)
    if thought.stars:
        told["user_rating"] = thought.stars
    return told


def artist_ref(identity: str, name: str) -> model.ArtistID3:
    """An artist as those of tracks and albums are named."""
    return model.ArtistID3(id=identity, name=name)


def _artist(artist: ArtistTold, thought: Thought) -> model.ArtistID3:
    roles = (("albumartist",) if artist.albums else ()) + (("artist",) if artist.songs else ())
    return model.ArtistID3(
        id=artist.id, name=artist.name, cover_art=artist.id, album_count=artist.albums,
        sort_name=order_key(artist.name),
        starred=when(thought.starred_ns) if thought.starred_ns is not None else UNSET, roles=roles,
    )  # fmt: skip


def artist_with(artist: model.ArtistID3, albums: tuple[model.AlbumID3, ...]) -> model.ArtistWithAlbums:
    """An artist with albums."""
    fields = {name: getattr(artist, name) for name in artist.__struct_fields__}
    return model.ArtistWithAlbums(**fields, album=albums)


def _album(album: AlbumTold, thought: Thought) -> model.AlbumID3:
    date = model.Date(year=album.year) if album.year else model.Date()
    return model.AlbumID3(
        id=album.id, name=album.title, cover_art=album.id, song_count=album.songs, duration=album.duration_ms // 1000,
        created=when(album.born_ns), artist=album.artist, artist_id=album.artist_id or UNSET,
        starred=when(thought.starred_ns) if thought.starred_ns is not None else UNSET,
        user_rating=thought.stars or UNSET,
        year=album.year or UNSET, genre=album.genres[0] if album.genres else UNSET, music_brainz_id=album.release,
        genres=_names(album.genres), display_artist=album.artist, sort_name=order_key(album.title),
        artists=(artist_ref(album.artist_id, album.artist),) if album.artist_id else (), original_release_date=date,
        release_date=date, is_compilation=album.artist.lower() == _VARIOUS,
    )  # fmt: skip


def _album_folder(album: AlbumTold, thought: Thought) -> model.Child:
    return model.Child(
        id=album.id, parent=album.artist_id or UNSET, is_dir=True, title=album.title, album=album.title,
        artist=album.artist, year=album.year or UNSET, genre=album.genres[0] if album.genres else UNSET,
        cover_art=album.id, duration=album.duration_ms // 1000, created=when(album.born_ns),
        artist_id=album.artist_id or UNSET, album_id=album.id, media_type="album", genres=_names(album.genres),
        **_opinion(thought),
    )  # fmt: skip


def folder_child(folder: FolderTold) -> model.Child:
    """A folder in a folder."""
    return model.Child(id=folder.id, parent=folder.parent or UNSET, is_dir=True, title=folder.name, cover_art=folder.id)


def _song(track: TrackTold, thought: Thought, count: Count | None) -> model.Child:
    tags = track.tags
    return model.Child(
        id=track.id, parent=track.folder or UNSET, is_dir=False, title=track.title, album=track.album or UNSET,
        artist=track.artist or UNSET, track=track.number or UNSET, year=track.year or UNSET,
        genre=track.genres[0] if track.genres else UNSET, cover_art=track.album_id or track.id,
        size=track.size or UNSET,
        content_type=mime_of(track.suffix), suffix=track.suffix, duration=track.duration_ms // 1000,
        bit_rate=track.bit_rate or UNSET, bit_depth=track.bits, sampling_rate=track.sample_rate,
        channel_count=track.channels, path=track.path.encode("utf-8", "replace").decode(), is_video=False,
        play_count=count.plays if count else UNSET, disc_number=track.disc or UNSET, created=when(track.born_ns),
        album_id=track.album_id or UNSET, artist_id=track.artists[0].id if track.artists else UNSET, type="music",
        media_type="song", played=when(count.last_ns) if count else UNSET, bpm=_whole(_first(tags, "bpm")),
        comment=_first(tags, "comment")[:_CLIPPED], sort_name=_first(tags, "titlesort") or order_key(track.title),
        music_brainz_id=_first(tags, "musicbrainz_trackid"), isrc=tuple(tags.get("isrc", ())),
        genres=_names(track.genres),
        artists=tuple(artist_ref(one.id, one.name) for one in track.artists), display_artist=track.artist,
        album_artists=(artist_ref(track.album_artist_id, track.album_artist),) if track.album_artist_id else (),
        display_album_artist=track.album_artist, contributors=_contributors(tags),
        display_composer=", ".join(tags.get("composer", ())), moods=tuple(tags.get("mood", ())),
        replay_gain=_gains(tags),
        explicit_status={"1": "explicit", "4": "explicit", "2": "clean"}.get(_first(tags, "itunesadvisory"), ""),
        **_opinion(thought),
    )  # fmt: skip


def _names(names: Iterable[str]) -> tuple[model.Named, ...]:
    return tuple(model.Named(name=name) for name in names)


def _contributors(tags: dict[str, tuple[str, ...]]) -> tuple[model.Contributor, ...]:
    return tuple(
        model.Contributor(role=role, artist=artist_ref(written(IdKind.ARTIST, artist_id(name)), name))
        for role in _ROLES
        for name in tags.get(role, ())[:20]
    )


def _first(tags: dict[str, tuple[str, ...]], name: str) -> str:
    return next(iter(tags.get(name, ())), "")


def _whole(text: str) -> int:
    found = _NUMBER.match(text.strip())
    return min(int(float(found[0].replace(",", "."))), 10_000) if found and len(found[0]) < 12 else 0


def _gains(tags: dict[str, tuple[str, ...]]) -> model.ReplayGain:
    """Those that the tags have, of what can be a gain (R128 gains are in 1/256 dB below -23 LUFS, 5 dB less than
    ReplayGain's)."""

    def gain(name: str, r128: str) -> float | UnsetType:
        told = _decimal(_first(tags, f"replaygain_{name}"))
        if told is UNSET and r128:
            quiet = _decimal(_first(tags, f"r128_{r128}"))
            told = quiet / 256 + 5 if not isinstance(quiet, UnsetType) else UNSET
        return told

    return model.ReplayGain(
        track_gain=gain("track_gain", "track_gain"), album_gain=gain("album_gain", "album_gain"),
        track_peak=gain("track_peak", ""), album_peak=gain("album_peak", ""),
    )  # fmt: skip


def _decimal(text: str) -> float | UnsetType:
    found = _NUMBER.match(text.strip())
    if found is None or len(found[0]) > 20:
        return UNSET
    number = float(found[0].replace(",", "."))
    return number if abs(number) < 1e5 else UNSET
