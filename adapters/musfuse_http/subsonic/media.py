"""Tracks as bytes, and pictures. What is streamed counts as no play: clients tell of plays themselves."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from musfuse.errors import ConfigError, NoEntryError, UnsupportedError
from musfuse.rendition import Rendition
from musfuse.server.art import SIZES, Art
from musfuse.server.streams import Stream
from musfuse.service.itemids import Kind, kind_of
from musfuse.service.requests import browse as ask
from musfuse_http.api.art import PictureAnswer
from musfuse_http.asgi import App, Receive, Scope, Send
from musfuse_http.streaming import StreamAnswer
from musfuse_http.subsonic.endpoint import Call
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.renditions import wanted_rendition

_TRIED = 8


class StreamWanted(Params, frozen=True, kw_only=True):
    id: str
    max_bit_rate: int = 0
    format: str = ""


class IdWanted(Params, frozen=True, kw_only=True):
    id: str


class CoverWanted(Params, frozen=True, kw_only=True):
    id: str
    size: int = 0


class HlsWanted(Params, frozen=True, kw_only=True):
    id: str
    bit_rate: str = ""


def stream(call: Call[StreamWanted]) -> App:
    """A track: as it is; or smaller, or in another format, where that is asked for and can be made."""
    wanted = call.params
    track = _track(call, wanted.id)
    return opened(call, track, wanted_rendition(track, wanted.format, wanted.max_bit_rate))


def download(call: Call[IdWanted]) -> App:
    """A track as it is, to be kept."""
    track = _track(call, call.params.id)
    return opened(call, track, wanted_rendition(track, "raw", 0), saved=True)


def opened(call: Call[Any], track: ask.TrackTold, rendition: Rendition | None, *, saved: bool = False) -> App:
    """The bytes of a track in a rendition; as the library serves it where it cannot be made into that."""
    streams, public, seen = call.context.streams, call.track(track.id), call.user.sources

    def opening() -> Stream:
        if rendition is not None:
            try:
                return streams.open(public, rendition, seen)
            except (ConfigError, NoEntryError, UnsupportedError):
                if rendition is Rendition.ORIGINAL:
                    raise
        return streams.open(public, None, seen)

    return StreamAnswer(opening, call.context.work, saved_as=saved)


def _track(call: Call[Any], text: str) -> ask.TrackTold:
    call.track(text)
    found = call.ask(ask.ShowTracks((text,), call.sources())).tracks
    if not found:
        raise SubsonicError(NOT_FOUND, f"{text[:60]}: there is no such song (any more)")
    return found[0]


def hls(call: Call[HlsWanted]) -> App:
    """A playlist of a track, which is one segment; it asks for that as the playlist was asked for."""
    track = _track(call, call.params.id)
    rate = call.params.bit_rate.partition("@")[0]
    again = {name: call.fields[name][-1] for name in ("apiKey", "u", "p", "t", "s", "v", "c") if name in call.fields}
    query = urlencode({**again, "id": track.id, "format": "mp3", "maxBitRate": rate if rate.isdecimal() else "192"})
    seconds = track.duration_ms / 1000
    lines = (
        "#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-PLAYLIST-TYPE:VOD", f"#EXT-X-TARGETDURATION:{int(seconds) + 1}",
        "#EXT-X-MEDIA-SEQUENCE:0", f"#EXTINF:{seconds:.3f},", f"stream.view?{query}", "#EXT-X-ENDLIST", "",
    )  # fmt: skip
    return Plain("application/vnd.apple.mpegurl", "\n".join(lines).encode())


class Plain:
    """An answer of some bytes."""

    def __init__(self, mime: str, body: bytes) -> None:
        self._mime, self._body = mime, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        del receive
        headers = [(b"content-type", self._mime.encode()), (b"content-length", str(len(self._body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._body})


def cover(call: Call[CoverWanted]) -> App:
    """The cover of a track, an album, an artist, a folder or a playlist, as large as what is asked for, or the next
    size that is made."""
    art, streams, size = call.context.reach.part(Art), call.context.streams, call.params.size
    for text in _with_covers(call):
        try:
            made = art.of(streams.row(call.track(text), call.user.sources), size if size > 0 else SIZES[-1])
        except NoEntryError:
            continue
        return PictureAnswer(made)
    raise SubsonicError(NOT_FOUND, f"{call.params.id[:60]}: there is no cover")


def _with_covers(call: Call[CoverWanted]) -> Iterator[str]:
    """Ids of tracks, a few, one of which may have a cover."""
    text, seen = call.params.id, call.sources()
    kind = kind_of(text)
    if kind is Kind.TRACK:
        yield from (one.id for one in call.ask(ask.ShowTracks((text,), seen)).tracks)
    elif kind is Kind.ALBUM:
        yield from (one.id for one in call.ask(ask.ShowAlbum(text, seen)).tracks[:_TRIED])
    elif kind is Kind.ARTIST:
        whole = call.ask(ask.ShowArtist(text, seen))
        for album in (*whole.albums, *whole.appears_on)[:_TRIED]:
            yield from (one.id for one in call.ask(ask.ShowAlbum(album.id, seen)).tracks[:1])
    elif kind is Kind.FOLDER:
        folder = call.ask(ask.ShowFolder(text, seen))
        yield from (one.id for one in folder.tracks[:_TRIED])
        for below in () if folder.tracks else folder.folders[:_TRIED]:
            yield from (one.id for one in call.ask(ask.ShowFolder(below.id, seen)).tracks[:1])
    else:
        numbers = call.context.server.playlists.tracks(text, call.user)
        ids = tuple(f"{Kind.TRACK.value}-{number}" for number, _ in zip(numbers, range(_TRIED), strict=False))
        yield from (one.id for one in call.ask(ask.ShowTracks(ids, seen)).tracks)
