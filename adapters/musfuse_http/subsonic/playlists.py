"""Playlists: one's own, and those that others share."""

from msgspec import UNSET, UnsetType

from musfuse.server.playlists import Playlist
from musfuse.service.itemids import Kind, written
from musfuse.service.requests.browse import ShowTracks, TrackTold
from musfuse_http.subsonic import model
from musfuse_http.subsonic.browsing import IdWanted
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import MISSING, SubsonicError
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.told import when


class OfUser(Params, frozen=True, kw_only=True):
    username: str = ""


class PlaylistWanted(Params, frozen=True, kw_only=True):
    playlist_id: str = ""
    name: str = ""
    song_id: tuple[str, ...] = ()


class PlaylistChange(Params, frozen=True, kw_only=True):
    playlist_id: str
    name: str | None = None
    comment: str | None = None
    public: bool | None = None
    song_id_to_add: tuple[str, ...] = ()
    song_index_to_remove: tuple[int, ...] = ()


def playlists(call: Call[OfUser]) -> Parts:
    """Those that the user sees."""
    wanted = call.params.username.casefold()
    found = [one for one in call.context.server.playlists.all(call.user) if wanted in ("", one.user.name.casefold())]
    return {"playlists": {"playlist": [_told(call, one) for one in found]}}


def playlist(call: Call[IdWanted]) -> Parts:
    """One with its tracks."""
    return _whole(call, call.context.server.playlists.get(call.params.id, call.user))


def create_playlist(call: Call[PlaylistWanted]) -> Parts:
    """Make one; or, where an id is given, have one have these tracks and no others."""
    known, wanted = call.context.server.playlists, call.params
    tracks = call.tracks(wanted.song_id)
    if wanted.playlist_id:
        made = known.fill(wanted.playlist_id, call.user, tracks)
        if wanted.name and wanted.name != made.name:
            made = known.describe(made.id, call.user, name=wanted.name)
        return _whole(call, made)
    if not wanted.name:
        raise SubsonicError(MISSING, "the parameter name or playlistId is missing")
    return _whole(call, known.make(call.user, wanted.name, tracks))


def update_playlist(call: Call[PlaylistChange]) -> Parts:
    """Change one: its name, its comment, whether others see it; tracks are taken out by their places first, then
    others added."""
    known, wanted = call.context.server.playlists, call.params
    tracks = call.tracks(wanted.song_id_to_add)
    known.get(wanted.playlist_id, call.user)
    if tracks or wanted.song_index_to_remove:
        known.change(wanted.playlist_id, call.user, tracks, wanted.song_index_to_remove)
    if wanted.name or wanted.comment is not None or wanted.public is not None:
        known.describe(
            wanted.playlist_id, call.user, name=wanted.name or None, comment=wanted.comment, shared=wanted.public
        )
    return {}


def delete_playlist(call: Call[IdWanted]) -> Parts:
    """Forget one."""
    call.context.server.playlists.remove(call.params.id, call.user)
    return {}


def _tracks(call: Call[Params], one: Playlist) -> list[TrackTold]:
    """Its tracks in order, as far as they are there and seen; some may be there several times."""
    ids = [written(Kind.TRACK, number) for number in call.context.server.playlists.tracks(one.id, call.user)]
    unique = tuple(dict.fromkeys(ids))
    found = {track.id: track for track in call.ask(ShowTracks(unique, call.sources())).tracks}
    return [found[text] for text in ids if text in found]


def _whole(call: Call[Params], one: Playlist) -> Parts:
    tracks = _tracks(call, one)
    return {"playlist": _told(call, one, tracks)}


def _told(call: Call[Params], one: Playlist, tracks: list[TrackTold] | None = None) -> model.Playlist:
    known = _tracks(call, one) if tracks is None else tracks
    entry: tuple[model.Child, ...] | UnsetType = UNSET if tracks is None else call.tell.songs(tracks)
    return model.Playlist(
        id=one.id, name=one.name, comment=one.comment, owner=one.user.name, public=one.shared, song_count=len(known),
        duration=sum(track.duration_ms for track in known) // 1000, created=when(one.created_ns),
        changed=when(one.changed_ns), cover_art=next((track.album_id or track.id for track in known), one.id),
        readonly=one.user.id != call.user.id and not call.user.is_admin, entry=entry,
    )  # fmt: skip
