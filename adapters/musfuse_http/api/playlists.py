"""Playlists: everybody's own, and those that others share."""

from itertools import islice
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from musfuse.server.playlists import Playlist
from musfuse.service.itemids import Kind, number_of, written
from musfuse.service.requests.browse import ShowTracks, TrackTold
from musfuse_http.api.browse import sources_of
from musfuse_http.api.paging import Paged
from musfuse_http.api.playing import Id
from musfuse_http.api.route import Call

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Comment = Annotated[str, msgspec.Meta(max_length=1000)]
Ids = Annotated[tuple[Id, ...], msgspec.Meta(max_length=10_000)]
Place = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class PlaylistTold(msgspec.Struct, frozen=True):
    """A playlist: whose it is, whether others see it, how many tracks it has. Times are in ns since 1970."""

    id: str
    name: str
    comment: str
    user: str
    mine: bool
    shared: bool
    length: int
    created_ns: int
    changed_ns: int


class PlaylistsTold(msgspec.Struct, frozen=True):
    """Playlists, one's own first, each group in order of name."""

    playlists: tuple[PlaylistTold, ...]


class PlaylistPage(msgspec.Struct, frozen=True):
    """A playlist with tracks of it in order, each with its place, from 0. What is gone, or not for who asks, is left
    out."""

    playlist: PlaylistTold
    tracks: tuple[TrackTold, ...]
    places: tuple[int, ...]
    next: str | None


class NewPlaylist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A playlist that is to be."""

    name: Name
    tracks: Ids = ()


class PlaylistChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be another: what is left out stays. `take_out` are places, from 0, as they are before; what is added
    comes to the end."""

    name: Name | UnsetType = UNSET
    comment: Comment | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    tracks: Ids | UnsetType = UNSET
    add: Ids = ()
    take_out: Annotated[tuple[Place, ...], msgspec.Meta(max_length=10_000)] = ()


def every(call: Call[None, None]) -> PlaylistsTold:
    """One's own playlists, and those that others share."""
    user = call.caller.user
    return PlaylistsTold(tuple(_told(one, user.id) for one in call.context.server.playlists.all(user)))


def make(call: Call[None, NewPlaylist]) -> PlaylistTold:
    """Make a playlist."""
    user = call.caller.user
    made = call.context.server.playlists.make(user, call.body.name, _numbers(call.body.tracks))
    return _told(made, user.id)


def show(call: Call[Paged, None]) -> PlaylistPage:
    """A playlist and its tracks, page by page."""
    user, known, wanted = call.caller.user, call.context.server.playlists, call.query
    found = known.get(call.path["id"], user)
    numbers = list(islice(known.tracks(found.id, user), wanted.offset, wanted.offset + wanted.limit))
    ids = [written(Kind.TRACK, number) for number in numbers]
    asked = ShowTracks(tuple(dict.fromkeys(ids)), sources_of(call.caller))
    seen = {track.id: track for track in call.context.service.call(asked).tracks}
    placed = [(place, seen[id_]) for place, id_ in enumerate(ids, wanted.offset) if id_ in seen]
    return PlaylistPage(
        _told(found, user.id), tuple(track for _, track in placed), tuple(place for place, _ in placed),
        wanted.next(len(ids)),
    )  # fmt: skip


def change(call: Call[None, PlaylistChange]) -> PlaylistTold:
    """Change a playlist: its name, its tracks, who sees it."""
    user, known, wanted, id_ = call.caller.user, call.context.server.playlists, call.body, call.path["id"]
    found = known.describe(
        id_, user, name=None if wanted.name is UNSET else wanted.name,
        comment=None if wanted.comment is UNSET else wanted.comment,
        shared=None if wanted.shared is UNSET else wanted.shared,
    )  # fmt: skip
    if wanted.tracks is not UNSET:
        found = known.fill(id_, user, _numbers(wanted.tracks))
    if wanted.add or wanted.take_out:
        found = known.change(id_, user, _numbers(wanted.add), wanted.take_out)
    return _told(found, user.id)


def remove(call: Call[None, None]) -> None:
    """Forget a playlist."""
    call.context.server.playlists.remove(call.path["id"], call.caller.user)


def _numbers(ids: tuple[str, ...]) -> list[int]:
    return [number_of(text, Kind.TRACK) for text in ids]


def _told(found: Playlist, by: int) -> PlaylistTold:
    return PlaylistTold(
        found.id, found.name, found.comment, found.user.name, found.user.id == by, found.shared, found.length,
        found.created_ns, found.changed_ns,
    )  # fmt: skip
