"""What happens, as Server-Sent Events (WHATWG HTML §9.2), which browsers take up again where they were cut off."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

import msgspec

from musfuse.errors import MusfuseError
from musfuse.events import TagsChanged, TreeChanged
from musfuse.server.users import Caller
from musfuse.service.requests.events import Happened
from musfuse_http.api.route import Call, Served
from musfuse_http.asgi import Receive, Scope, Send
from musfuse_http.context import Context

_FOR_USERS = frozenset({TreeChanged.NAME, TagsChanged.NAME})
"""What everybody may hear of: nothing in it tells of sources, files or accounts."""
_ID = re.compile(r"([0-9a-f]{1,32})-([0-9]{1,18})")
BEAT_SECONDS, CHECK_SECONDS = 15.0, 60.0


class EventStream(Served):
    """A stream of events, until one hangs up, is let in no more, or the server ends."""

    KIND = "text/event-stream"

    def __init__(self, context: Context, caller: Caller, still: Callable[[], Caller | None], last: str) -> None:
        self._context, self._caller, self._still, self._last = context, caller, still, last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it. Raises BusyError."""
        hub, loop, calls = self._context.hub, asyncio.get_running_loop(), self._context.work.calls
        if scope["method"] == "HEAD":
            await _begin(send, more=False)
            return
        await calls.run(hub.follow, loop)
        listener = hub.listen(self._wants())
        gone = asyncio.ensure_future(_gone(receive))
        try:
            found = _ID.fullmatch(self._last)
            if found is not None:
                listener.precede(await calls.run(hub.missed, int(found[2]), found[1]))
            await _begin(send, more=True)
            checked = loop.time()
            while not gone.done() and not hub.ended:
                told = await listener.take(BEAT_SECONDS)
                await _piece(send, "".join(self._written(hub.stream, event) for event in told) or ":\n\n")
                if loop.time() - checked > CHECK_SECONDS:
                    checked = loop.time()
                    if not await calls.run(self._is_let_in):
                        break
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            listener.close()

    def _wants(self) -> Callable[[Happened], bool]:
        if self._caller.user.is_admin:
            return lambda _: True
        return lambda event: event.event in _FOR_USERS

    def _is_let_in(self) -> bool:
        try:
            caller = self._still()
        except MusfuseError:
            return False
        return caller is not None and caller.user.is_admin == self._caller.user.is_admin

    def _written(self, stream: str, event: Happened) -> str:
        data = msgspec.json.encode(event).decode()
        return f"id: {stream}-{event.seq}\nevent: {event.event}\ndata: {data}\n\n"


def follow(call: Call[None, None]) -> EventStream:
    """What happens, as it happens; with Last-Event-ID what happened since, too. Users hear that names or tags changed,
    administrators of everything."""
    context, asked = call.context, call.asked
    return EventStream(
        context, call.caller, lambda: context.door.caller(asked), asked.headers.get("last-event-id", "")
    )  # fmt: skip


async def _begin(send: Send, *, more: bool) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n" if more else b"", "more_body": more})


async def _piece(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
