"""Shares: music that somebody shows to others by a link."""

from msgspec import UNSET

from musfuse.errors import NotFoundError
from musfuse.server.playstate import Kind as State
from musfuse.server.shares import Share
from musfuse.service.itemids import Kind, written
from musfuse.service.requests.browse import ShowAlbum, ShowArtist, ShowTracks, TrackTold
from musfuse_http.context import Context
from musfuse_http.subsonic import model
from musfuse_http.subsonic.browsing import IdWanted
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import MISSING, NOT_FOUND, SubsonicError
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.thoughts import checked
from musfuse_http.subsonic.told import when

_MS = 1_000_000


class ShareWanted(Params, frozen=True, kw_only=True):
    id: tuple[str, ...]
    description: str = ""
    expires: int = 0


class ShareChange(Params, frozen=True, kw_only=True):
    id: str
    description: str | None = None
    expires: int | None = None


def shares(call: Call[Params]) -> Parts:
    """Those of the user."""
    return {"shares": {"share": [_told(call, one) for one in call.context.server.shares.all(call.user)]}}


def create_share(call: Call[ShareWanted]) -> Parts:
    """Share artists, albums and tracks, until a time if one is given."""
    if not call.params.id:
        raise SubsonicError(MISSING, "the parameter id is missing")
    items = checked(call, call.params.id)
    made = call.context.server.shares.make(call.user, items, call.params.description, max(0, call.params.expires) * _MS)
    return {"shares": {"share": [_told(call, made)]}}


def update_share(call: Call[ShareChange]) -> Parts:
    """Describe one otherwise, or have it end at another time."""
    wanted = call.params
    expires = None if wanted.expires is None else max(0, wanted.expires) * _MS
    call.context.server.shares.change(_number(wanted.id), call.user, wanted.description, expires)
    return {}


def delete_share(call: Call[IdWanted]) -> Parts:
    """Have a link lead nowhere."""
    call.context.server.shares.remove(_number(call.params.id), call.user)
    return {}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise SubsonicError(NOT_FOUND, f"{text[:60]}: there is no such share")
    return int(text)


def _told(call: Call[Params], one: Share) -> model.Share:
    return model.Share(
        id=str(one.id), url=f"{call.asked.origin}/share/{one.secret}", description=one.description or UNSET,
        username=one.user.name, created=when(one.created_ns), expires=when(one.expires_ns) if one.expires_ns else UNSET,
        last_visited=when(one.visited_ns) if one.visited_ns else UNSET, visit_count=one.visits,
        entry=call.tell.songs(shared_tracks(call.context, one)),
    )  # fmt: skip


def shared_tracks(context: Context, one: Share) -> list[TrackTold]:
    """The tracks of a share, as far as they are there and its user sees them."""
    service, found = context.service, list[TrackTold]()
    seen = None if one.user.sources is None else tuple(sorted(one.user.sources))
    for item in one.items:
        try:
            if item.kind is State.TRACK:
                found += service.call(ShowTracks((written(Kind.TRACK, item.id),), seen)).tracks
            elif item.kind is State.ALBUM:
                found += service.call(ShowAlbum(written(Kind.ALBUM, item.id), seen)).tracks
            else:
                for album in service.call(ShowArtist(written(Kind.ARTIST, item.id), seen)).albums:
                    found += service.call(ShowAlbum(album.id, seen)).tracks
        except NotFoundError:  # it is gone
            continue
    return found[:1000]
