"""Play queues, kept across devices, and bookmarks."""

from typing import Any

from musfuse.server.playstate import Queue
from musfuse.service.itemids import Kind, written
from musfuse.service.requests.browse import ShowTracks
from musfuse_http.subsonic import model
from musfuse_http.subsonic.browsing import IdWanted
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import MISSING, NOT_FOUND, SubsonicError
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.told import when


class QueueWanted(Params, frozen=True, kw_only=True):
    id: tuple[str, ...] = ()
    current: str = ""
    position: int = 0


class IndexQueueWanted(Params, frozen=True, kw_only=True):
    id: tuple[str, ...] = ()
    current_index: int | None = None
    position: int = 0


class BookmarkWanted(Params, frozen=True, kw_only=True):
    id: str
    position: int
    comment: str = ""


def queue(call: Call[Params]) -> Parts:
    """What is being played through."""
    kept = call.state.queue()
    if not kept.changed_ns:
        return {}
    songs, current = _songs(call, kept)
    told = {"current": songs[current].id, "position": kept.position_ms} if 0 <= current < len(songs) else {}
    return {"playQueue": {**told, **_head(call, kept), "entry": songs}}


def queue_by_index(call: Call[Params]) -> Parts:
    """The same, where a track may be there several times."""
    kept = call.state.queue()
    if not kept.changed_ns:
        return {}
    songs, current = _songs(call, kept)
    told = {"currentIndex": current, "position": kept.position_ms} if 0 <= current < len(songs) else {}
    return {"playQueueByIndex": {**told, **_head(call, kept), "entry": songs}}


def _head(call: Call[Params], kept: Queue) -> dict[str, Any]:
    return {"username": call.user.name, "changed": when(kept.changed_ns), "changedBy": kept.client}


def _songs(call: Call[Params], kept: Queue) -> tuple[list[model.Child], int]:
    """The tracks that are there and seen, and which of them it is at; -1 where that is gone."""
    ids = [written(Kind.TRACK, number) for number in kept.tracks]
    asked = ShowTracks(tuple(dict.fromkeys(ids)), call.sources())
    found = {song.id: song for song in call.tell.songs(call.ask(asked).tracks)}
    left = [(at, found[text]) for at, text in enumerate(ids) if text in found]
    current = next((place for place, (at, _) in enumerate(left) if at == kept.current), -1)
    return [song for _, song in left], current


def save_queue(call: Call[QueueWanted]) -> Parts:
    """Have this as the queue."""
    wanted = call.params
    tracks = call.tracks(wanted.id)
    if wanted.current and wanted.current not in wanted.id:
        raise SubsonicError(NOT_FOUND, f"{wanted.current[:60]}: is not in the queue")
    current = wanted.id.index(wanted.current) if wanted.current else (0 if tracks else -1)
    call.state.put_queue(tracks, current, max(0, wanted.position), call.client)
    return {}


def save_queue_by_index(call: Call[IndexQueueWanted]) -> Parts:
    """The same, by the place of the track that it is at."""
    wanted = call.params
    tracks = call.tracks(wanted.id)
    if tracks and wanted.current_index is None:
        raise SubsonicError(MISSING, "the parameter currentIndex is missing")
    current = wanted.current_index if tracks and wanted.current_index is not None else -1
    if tracks and not 0 <= current < len(tracks):
        raise SubsonicError(MISSING, f"currentIndex: {current} is no place in the queue")
    call.state.put_queue(tracks, current, max(0, wanted.position), call.client)
    return {}


def bookmarks(call: Call[Params]) -> Parts:
    """All places to come back to."""
    kept = call.state.bookmarks()
    ids = tuple(written(Kind.TRACK, one.id) for one in kept)
    songs = {song.id: song for song in call.tell.songs(call.ask(ShowTracks(ids, call.sources())).tracks)}
    told = [
        model.Bookmark(
            position=one.position_ms, username=call.user.name, comment=one.comment, created=when(one.created_ns),
            changed=when(one.changed_ns), entry=songs[text],
        )
        for one, text in zip(kept, ids, strict=True)
        if text in songs
    ]  # fmt: skip
    return {"bookmarks": {"bookmark": told}}


def create_bookmark(call: Call[BookmarkWanted]) -> Parts:
    """Note a place in a track."""
    (track,) = call.tracks((call.params.id,))
    call.state.put_bookmark(track, max(0, call.params.position), call.params.comment)
    return {}


def delete_bookmark(call: Call[IdWanted]) -> Parts:
    """Forget it."""
    if not call.state.drop_bookmark(call.track(call.params.id)):
        raise SubsonicError(NOT_FOUND, f"{call.params.id[:60]}: there is no bookmark")
    return {}
