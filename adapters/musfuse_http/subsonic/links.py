"""Where the links of shares lead: `/share/SECRET` is a playlist for any player, `/share/SECRET/tr-1` a track of it.

Whoever has the secret hears what the user who shares it sees himself, until the share ends.
"""

from musfuse.errors import NoEntryError
from musfuse.rendition import Rendition
from musfuse.server.shares import Share
from musfuse.server.streams import Stream
from musfuse.service.itemids import number_of
from musfuse.service.requests.browse import TrackTold
from musfuse_http.asgi import App, Receive, Scope, Send
from musfuse_http.asked import Asked, asked_of
from musfuse_http.context import Context
from musfuse_http.failures import HttpError
from musfuse_http.streaming import StreamAnswer
from musfuse_http.subsonic.media import Plain
from musfuse_http.subsonic.sharing import shared_tracks


def links(context: Context) -> App:
    """The application below `/share`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise HttpError(405, "method", "this takes GET", {"allow": "GET, HEAD"})
        secret, _, track = scope["path"].partition("/share/")[2].partition("/")
        made = await context.work.calls.run(_made, context, asked_of(scope), secret, track)
        await made(scope, receive, send)

    return answer


def _made(context: Context, asked: Asked, secret: str, track: str) -> App:
    """Raises NotFoundError, NoEntryError."""
    share = context.server.shares.visit(secret)
    found = shared_tracks(context, share)
    if not track:
        return Plain("audio/x-mpegurl; charset=utf-8", _playlist(asked, secret, found))
    if track not in {one.id for one in found}:
        raise NoEntryError(f"{track[:40]}: is not shared by this link")
    return StreamAnswer(lambda: _opened(context, share, track), context.work)


def _opened(context: Context, share: Share, track: str) -> Stream:
    """The original; of a part of one what the library makes of it."""
    seen, number = share.user.sources, number_of(track)
    whole = not context.streams.row(number, seen).part
    return context.streams.open(number, Rendition.ORIGINAL if whole else None, seen)


def _playlist(asked: Asked, secret: str, tracks: list[TrackTold]) -> bytes:
    lines = ["#EXTM3U"]
    for one in tracks:
        called = " ".join(f"{one.artist} - {one.title}".split())
        lines += [f"#EXTINF:{one.duration_ms // 1000},{called}", f"{asked.origin}/share/{secret}/{one.id}"]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
