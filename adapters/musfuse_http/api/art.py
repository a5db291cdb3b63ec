"""Pictures by the ids of what they are of."""

from typing import Annotated

import msgspec

from musfuse.errors import NoEntryError
from musfuse.server.art import MIME, Art, Made
from musfuse.service.itemids import Kind, kind_of, number_of
from musfuse.service.requests.browse import ShowAlbum, ShowArtist
from musfuse_http.api.browse import sources_of
from musfuse_http.api.route import Call, Served
from musfuse_http.asgi import Receive, Scope, Send

_FEW = 4


class ArtWanted(msgspec.Struct, frozen=True):
    """Pixels of the longer side; the next size that is made is answered."""

    size: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 300


class PictureAnswer(Served):
    """A picture, ready to be sent."""

    KIND = MIME

    def __init__(self, made: Made) -> None:
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it, or with 304 to who has it."""
        del receive
        tag = f'"{self._made.etag}"'.encode()
        headers = [(b"etag", tag), (b"cache-control", b"private, max-age=3600, must-revalidate")]
        known = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
        if tag in [one.strip().removeprefix(b"W/") for one in known.split(b",")]:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        headers += [(b"content-type", MIME.encode()), (b"content-length", str(len(self._made.data)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._made.data})


def show(call: Call[ArtWanted, None]) -> PictureAnswer:
    """The cover of a track, of an album, or of an artist's first album."""
    art, streams, sources = call.context.reach.part(Art), call.context.streams, call.caller.user.sources
    for number in _tracks(call, call.path["id"])[:_FEW]:
        try:
            return PictureAnswer(art.of(streams.row(number, sources), call.query.size))
        except NoEntryError:
            continue
    raise NoEntryError(f"{call.path['id'][:40]}: there is no picture of it")


def _tracks(call: Call[ArtWanted, None], text: str) -> list[int]:
    """The tracks whose covers count, by their numbers. Raises NotFoundError."""
    sources, service = sources_of(call.caller), call.context.service
    if kind_of(text) is Kind.ARTIST:
        whole = service.call(ShowArtist(text, sources))
        albums = (*whole.albums, *whole.appears_on)
        return _tracks(call, albums[0].id) if albums else [number_of(track.id) for track in whole.tracks]
    if kind_of(text) is Kind.ALBUM:
        return [number_of(track.id) for track in service.call(ShowAlbum(text, sources)).tracks]
    return [number_of(text, Kind.TRACK)]
