"""What somebody thinks of music and plays of it: stars, ratings, plays, what is played now, the queue, bookmarks.

Each of a user alone. Ids that he does not see may be kept, and are left out of what is told.
"""

from itertools import islice
from typing import Annotated, Any

import msgspec

from musfuse.errors import ConfigError
from musfuse.server.playstate import Bookmark, Item, Played, PlayState, Queue
from musfuse.server.playstate import Kind as Thing
from musfuse.service.itemids import Kind, kind_of, number_of, written
from musfuse.service.requests.browse import AlbumTold, ArtistTold, ShowAlbums, ShowArtists, ShowTracks, TrackTold
from musfuse_http.api.browse import sources_of
from musfuse_http.api.paging import Paged
from musfuse_http.api.route import Call

Id = Annotated[str, msgspec.Meta(max_length=24)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
Ns = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
_THINGS = {Kind.ARTIST: Thing.ARTIST, Kind.ALBUM: Thing.ALBUM, Kind.TRACK: Thing.TRACK}
_KINDS = {thing: kind for kind, thing in _THINGS.items()}


class FavouritesWanted(Paged, frozen=True):
    """Favourites of which kind."""

    kind: Thing = Thing.TRACK


class Favourites(msgspec.Struct, frozen=True):
    """Favourites of one kind, the latest first; `starred_ns` is since when each is one (ns since 1970), by id."""

    artists: tuple[ArtistTold, ...]
    albums: tuple[AlbumTold, ...]
    tracks: tuple[TrackTold, ...]
    starred_ns: dict[str, int]
    next: str | None


class Stars(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """1 to 5 stars, 0 for none."""

    stars: Annotated[int, msgspec.Meta(ge=0, le=5)]


class ThoughtsWanted(msgspec.Struct, frozen=True):
    """Of which artists, albums and tracks."""

    id: Annotated[tuple[Id, ...], msgspec.Meta(max_length=500)] = ()


class ThoughtTold(msgspec.Struct, frozen=True):
    """1 to 5 stars, 0 for none; since when it is a favourite, null where it is none; of a track how often it was
    played, and when last (0: never). Times are in ns since 1970."""

    stars: int
    starred_ns: int | None
    plays: int
    last_ns: int


class Thoughts(msgspec.Struct, frozen=True):
    """What is thought of items, by id, of those of which anything is."""

    thoughts: dict[str, ThoughtTold]


class NewPlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A play of a track that began then."""

    id: Id
    began_ns: Ns


class NewPlays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Plays, in order."""

    plays: Annotated[tuple[NewPlay, ...], msgspec.Meta(max_length=500)]


class PlayTold(msgspec.Struct, frozen=True):
    """A play: the track, when it began, and by which program."""

    track: TrackTold
    began_ns: int
    client: str


class PlaysPage(msgspec.Struct, frozen=True):
    """Plays, those that were told last first."""

    plays: tuple[PlayTold, ...]
    next: str | None


class NowPlayed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is played now, where in it, whether that is paused, and how long it goes on if nothing more is said."""

    id: Id
    position_ms: Milliseconds = 0
    paused: bool = False
    seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 600.0


class QueueTold(msgspec.Struct, frozen=True):
    """What is being played through: which track it is at (`current`, from 0; -1 for none), where in that, by which
    program that was said last, and when. `version` grows with each change."""

    tracks: tuple[str, ...]
    current: int
    position_ms: int
    version: int
    changed_ns: int
    client: str


class NewQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The queue as it is to be; with a `version` only if nobody changed it since."""

    tracks: Annotated[tuple[Id, ...], msgspec.Meta(max_length=10_000)]
    current: Annotated[int, msgspec.Meta(ge=-1, le=10_000)] = -1
    position_ms: Milliseconds = 0
    version: int | None = None


class NewBookmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place in a track."""

    position_ms: Milliseconds
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class BookmarkTold(msgspec.Struct, frozen=True):
    """A place in a track to come back to."""

    id: str
    position_ms: int
    comment: str
    created_ns: int
    changed_ns: int


class Bookmarks(msgspec.Struct, frozen=True):
    """Places to come back to, those first that changed last."""

    bookmarks: tuple[BookmarkTold, ...]


def favourites(call: Call[FavouritesWanted, None]) -> Favourites:
    """The favourites of who asks."""
    wanted, kind = call.query, call.query.kind
    page = list(islice(_state(call).starred(kind), wanted.offset, wanted.offset + wanted.limit))
    since = {written(_KINDS[kind], number): starred for number, starred in page}
    ids, sources, service = tuple(since), sources_of(call.caller), call.context.service
    return Favourites(
        service.call(ShowArtists(ids, sources)).artists if kind is Thing.ARTIST else (),
        service.call(ShowAlbums(ids, sources)).albums if kind is Thing.ALBUM else (),
        service.call(ShowTracks(ids, sources)).tracks if kind is Thing.TRACK else (),
        since,
        wanted.next(len(page)),
    )


def star(call: Call[None, None]) -> None:
    """Have an artist, album or track among the favourites."""
    _state(call).star([_item(call.path["id"])])


def unstar(call: Call[None, None]) -> None:
    """Have it among them no more."""
    _state(call).star([_item(call.path["id"])], starred=False)


def rate(call: Call[None, Stars]) -> None:
    """Give an artist, album or track stars."""
    _state(call).rate([_item(call.path["id"])], call.body.stars)


def thoughts(call: Call[ThoughtsWanted, None]) -> Thoughts:
    """What who asks thinks of artists, albums and tracks, and how often he played those."""
    state, found = _state(call), dict[str, ThoughtTold]()
    items = [_item(text) for text in call.query.id]
    for thing in Thing:
        numbers = [item.id for item in items if item.kind is thing]
        thought = state.thoughts(thing, numbers) if numbers else {}
        counts = state.counts(numbers) if numbers and thing is Thing.TRACK else {}
        for number in thought.keys() | counts.keys():
            one, count = thought.get(number), counts.get(number)
            found[written(_KINDS[thing], number)] = ThoughtTold(
                one.stars if one else 0, one.starred_ns if one else None, count.plays if count else 0,
                count.last_ns if count else 0,
            )  # fmt: skip
    return Thoughts(found)


def add_plays(call: Call[None, NewPlays]) -> None:
    """Tell of plays."""
    plays = [Played(number_of(play.id, Kind.TRACK), play.began_ns, _client(call)) for play in call.body.plays]
    _state(call).scrobble(plays)


def plays(call: Call[Paged, None]) -> PlaysPage:
    """What who asks played, the last first."""
    wanted = call.query
    page = list(islice(_state(call).plays(), wanted.offset, wanted.offset + wanted.limit))
    ids = tuple(dict.fromkeys(written(Kind.TRACK, play.id) for play in page))
    tracks = {track.id: track for track in _tracks(call, ids)}
    seen = ((tracks.get(written(Kind.TRACK, play.id)), play) for play in page)
    told = tuple(PlayTold(track, play.began_ns, play.client) for track, play in seen if track is not None)
    return PlaysPage(told, wanted.next(len(page)))


def play_now(call: Call[None, NowPlayed]) -> None:
    """Tell what is played now."""
    now, user = call.body, call.caller.user
    call.context.server.now_playing.note(
        user.id, _client(call), number_of(now.id, Kind.TRACK), now.position_ms, paused=now.paused, seconds=now.seconds
    )  # fmt: skip


def stop_now(call: Call[None, None]) -> None:
    """Tell that nothing is played any more."""
    call.context.server.now_playing.stop(call.caller.user.id, _client(call))


def queue(call: Call[None, None]) -> QueueTold:
    """What who asks is playing through, on whichever device."""
    return _queue(_state(call).queue())


def put_queue(call: Call[None, NewQueue]) -> QueueTold:
    """Have another queue. 409 where somebody changed it since the version that is named."""
    wanted = call.body
    numbers = [number_of(text, Kind.TRACK) for text in wanted.tracks]
    return _queue(
        _state(call).put_queue(numbers, wanted.current, wanted.position_ms, _client(call), wanted.version)
    )  # fmt: skip


def bookmarks(call: Call[None, None]) -> Bookmarks:
    """Places in tracks to come back to."""
    return Bookmarks(tuple(map(_bookmark, _state(call).bookmarks())))


def put_bookmark(call: Call[None, NewBookmark]) -> BookmarkTold:
    """Note a place in a track."""
    number = number_of(call.path["id"], Kind.TRACK)
    return _bookmark(_state(call).put_bookmark(number, call.body.position_ms, call.body.comment))


def drop_bookmark(call: Call[None, None]) -> None:
    """Forget the place in a track."""
    _state(call).drop_bookmark(number_of(call.path["id"], Kind.TRACK))


def _state(call: Call[Any, Any]) -> PlayState:
    return call.context.server.states.of(call.caller.user)


def _client(call: Call[Any, Any]) -> str:
    """What the program is called that asks: the device by its user, else the program by itself."""
    device = call.caller.device
    return (device.name if device is not None else "") or call.asked.headers.get("user-agent", "")[:100]


def _item(text: str) -> Item:
    """Raises ConfigError for what cannot be thought of, NotFoundError for no id."""
    number, kind = number_of(text), kind_of(text)
    if kind not in _THINGS:
        raise ConfigError(f"{text[:40]}: only artists, albums and tracks are starred and rated")
    return Item(_THINGS[kind], number)


def _tracks(call: Call[Any, Any], ids: tuple[str, ...]) -> tuple[TrackTold, ...]:
    return call.context.service.call(ShowTracks(ids, sources_of(call.caller))).tracks


def _queue(found: Queue) -> QueueTold:
    ids = tuple(written(Kind.TRACK, number) for number in found.tracks)
    return QueueTold(ids, found.current, found.position_ms, found.version, found.changed_ns, found.client)


def _bookmark(found: Bookmark) -> BookmarkTold:
    id_ = written(Kind.TRACK, found.id)
    return BookmarkTold(id_, found.position_ms, found.comment, found.created_ns, found.changed_ns)
