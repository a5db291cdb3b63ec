"""What a user thinks of music and plays: stars, ratings, plays, what is played now."""

import time
from collections.abc import Sequence
from typing import Literal

from musfuse.errors import ConfigError
from musfuse.server.playstate import LATEST_MS, Item, Played
from musfuse.server.playstate import Kind as State
from musfuse.service.itemids import Kind, kind_of, number_of, written
from musfuse.service.requests import browse as ask
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import GENERIC, MISSING, NOT_FOUND, SubsonicError
from musfuse_http.subsonic.params import Params

_MOST = 10_000
_STATES = {Kind.ARTIST: State.ARTIST, Kind.ALBUM: State.ALBUM, Kind.TRACK: State.TRACK}
_HALF, _ENOUGH_MS = 0.5, 240_000
"""A track counts as played when half of it was, or four minutes, as Last.fm has it."""


class StarWanted(Params, frozen=True, kw_only=True):
    id: tuple[str, ...] = ()
    album_id: tuple[str, ...] = ()
    artist_id: tuple[str, ...] = ()


class RatingWanted(Params, frozen=True, kw_only=True):
    id: str
    rating: int


class ScrobbleWanted(Params, frozen=True, kw_only=True):
    id: tuple[str, ...]
    time: tuple[int, ...] = ()
    submission: bool = True


class ReportWanted(Params, frozen=True, kw_only=True):
    media_id: str
    media_type: str
    position_ms: int
    state: Literal["starting", "playing", "paused", "stopped"]
    playback_rate: float = 1.0
    ignore_scrobble: bool = False


def star(call: Call[StarWanted]) -> Parts:
    """Have things among the favourites."""
    call.state.star(_items(call))
    return {}


def unstar(call: Call[StarWanted]) -> Parts:
    """Have them there no more."""
    call.state.star(_items(call), starred=False)
    return {}


def _items(call: Call[StarWanted]) -> list[Item]:
    texts = (*call.params.id, *call.params.album_id, *call.params.artist_id)
    if not texts:
        raise SubsonicError(MISSING, "the parameter id, albumId or artistId is missing")
    if len(texts) > _MOST:
        raise SubsonicError(GENERIC, f"that is more than {_MOST} at once")
    return checked(call, texts)


def checked(call: Call[Params], texts: Sequence[str]) -> list[Item]:
    """Things by their ids, each of which has to be one that the user sees. Raises SubsonicError."""
    seen, kinds = call.sources(), {text: kind_of(text) for text in texts}

    def of(kind: Kind) -> tuple[str, ...]:
        return tuple(text for text, found in kinds.items() if found is kind)

    found = {one.id for one in call.ask(ask.ShowArtists(of(Kind.ARTIST), seen)).artists}
    found |= {one.id for one in call.ask(ask.ShowAlbums(of(Kind.ALBUM), seen)).albums}
    found |= {one.id for one in call.ask(ask.ShowTracks(of(Kind.TRACK), seen)).tracks}
    lost = next((text for text in texts if text not in found), None)
    if lost is not None:
        raise SubsonicError(NOT_FOUND, f"{lost[:60]}: there is no such artist, album or song (any more)")
    return [Item(_STATES[kind], number_of(text)) for text, kind in kinds.items() if kind is not None]


def set_rating(call: Call[RatingWanted]) -> Parts:
    """Give 1 to 5 stars; 0 takes them back."""
    items = checked(call, (call.params.id,))
    try:
        call.state.rate(items, call.params.rating)
    except ConfigError as error:
        raise SubsonicError(GENERIC, str(error)) from None
    return {}


def scrobble(call: Call[ScrobbleWanted]) -> Parts:
    """Keep plays; or (`submission=false`) note what is played now."""
    wanted = call.params
    if not wanted.id:
        raise SubsonicError(MISSING, "the parameter id is missing")
    if wanted.time and len(wanted.time) != len(wanted.id):
        raise SubsonicError(GENERIC, "there have to be as many times as ids")
    tracks = call.tracks(wanted.id)
    if not wanted.submission:
        _note(call, tracks[-1], 0)
        return {}
    now = time.time_ns()
    times = [max(0, min(ms * 1_000_000, now)) for ms in wanted.time] or [now] * len(tracks)
    plays = sorted(zip(times, tracks, strict=True), key=lambda pair: pair[0])
    call.state.scrobble([Played(track, began, call.client) for began, track in plays])
    return {}


def report(call: Call[ReportWanted]) -> Parts:
    """Note where in a track a player is; one that was heard for half of its length, or four minutes, counts as played
    when it stops."""
    wanted = call.params
    if wanted.media_type != "song":
        raise SubsonicError(NOT_FOUND, f"{wanted.media_type[:40]}: there are songs only")
    if abs(wanted.position_ms) > LATEST_MS:
        raise SubsonicError(GENERIC, f"positionMs: is {LATEST_MS} at most")
    (track,) = call.tracks((wanted.media_id,))
    playing = call.context.server.now_playing
    if wanted.state == "stopped":
        playing.stop(call.user.id, call.client)
        if not wanted.ignore_scrobble and _is_played(call, wanted):
            began = time.time_ns() - wanted.position_ms * 1_000_000
            call.state.scrobble([Played(track, began, call.client)])
        return {}
    paused = wanted.state in ("paused", "starting")
    _note(call, track, wanted.position_ms, paused=paused, rate=max(0.01, min(wanted.playback_rate, 100.0)))
    return {}


def _is_played(call: Call[ReportWanted], wanted: ReportWanted) -> bool:
    (track,) = call.ask(ask.ShowTracks((wanted.media_id,), call.sources())).tracks
    return wanted.position_ms >= min(track.duration_ms * _HALF, _ENOUGH_MS) and wanted.position_ms > 0


def _note(call: Call[Params], track: int, position_ms: int, *, paused: bool = False, rate: float = 1.0) -> None:
    (told,) = call.ask(ask.ShowTracks((written(Kind.TRACK, track),), call.sources())).tracks
    left = max(60.0, (told.duration_ms - position_ms) / 1000 / rate + 1800)
    call.context.server.now_playing.note(
        call.user.id, call.client, track, max(0, position_ms), paused=paused, rate=rate, seconds=left
    )


def now_playing(call: Call[Params]) -> Parts:
    """What all users play at this moment, of what the user sees."""
    playing, users = call.context.server.now_playing, {one.id: one.name for one in call.context.server.accounts.all()}
    known = [one for one in playing.all() if one.user in users]
    ids = tuple(dict.fromkeys(written(Kind.TRACK, one.track) for one in known))
    songs = {song.id: song for song in call.tell.songs(call.ask(ask.ShowTracks(ids, call.sources())).tracks)}
    entries = []
    for number, one in enumerate(known, 1):
        song = songs.get(written(Kind.TRACK, one.track))
        if song is not None:
            more = {
                "username": users[one.user], "minutes_ago": int((playing.now - one.since) // 60), "player_id": number,
                "player_name": one.client, "state": "paused" if one.paused else "playing",
                "position_ms": one.at_ms(playing.now), "playback_rate": one.rate,
            }  # fmt: skip
            fields = {name: getattr(song, name) for name in song.__struct_fields__}
            entries.append(type(song)(**{**fields, **more}))
    return {"nowPlaying": {"entry": entries}}
