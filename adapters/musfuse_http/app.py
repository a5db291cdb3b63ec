"""The application: which tables of routes there are, and what holds for every answer, whoever makes it."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
from starlette.routing import BaseRoute, Mount, Route, Router

from musfuse_http.asgi import App, Message, Receive, Scope, Send
from musfuse_http.context import Context
from musfuse_http.failures import HttpError, told

log = logging.getLogger(__name__)

_MOST_HEAD = 32 << 10
_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ALWAYS = (
    ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"), ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"), ("content-security-policy", _CSP), ("cache-control", "no-store"),
)  # fmt: skip
"""Headers of every answer that does not have its own."""


_PAGES = {"setup": "setup.html", "setup.js": "setup.js", "setup.css": "setup.css"}


def make_app(context: Context) -> App:
    """The application over a library."""
    return Outermost(Router(routes(context), default=nothing_here, redirect_slashes=False), context)


def routes(context: Context) -> Sequence[BaseRoute]:
    """All that is served, by where it lies."""
    from musfuse_http.api.serving import api
    from musfuse_http.pages.serving import page
    from musfuse_http.subsonic.links import links
    from musfuse_http.subsonic.serving import subsonic

    pages = [Route(f"/{path}", Page(page(name))) for path, name in _PAGES.items()]
    return [
        Mount("/api/v1", app=api(context)),
        Mount("/rest", app=subsonic(context)),
        Mount("/share", app=links(context)),
        *pages,
    ]


class Page:
    """An application as Starlette tells it from a function that takes a request."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """What is answered where nothing is."""
    del receive, send
    raise HttpError(404, "no_entry", f"{scope['path'][:200]}: there is nothing here")


class Outermost:
    """Knows who asks, has every answer carry what keeps browsers careful, and turns errors into answers."""

    def __init__(self, app: App, context: Context) -> None:
        self._app, self._context = app, context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing gets past this but what cancels it."""
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = with_always(message.get("headers", []))
            await send(message)

        try:
            _check_size(scope)
            self._context.proxies.see_through(scope)
            await self._app(scope, receive, guarded)
        except asyncio.CancelledError:  # the server ends
            raise
        except Exception as error:
            if begun:
                log.warning("an answer was cut off: %s", error, exc_info=not isinstance(error, OSError))
            else:
                await send_error(guarded, error)


def _check_size(scope: Scope) -> None:
    """Raise HttpError for a head that is too long, also where it came in one piece."""
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(n) + len(v) for n, v in scope["headers"])
    if size > _MOST_HEAD:
        raise HttpError(431, "too_large", f"the head of a request may have {_MOST_HEAD} bytes", {"connection": "close"})


def with_always(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers, and those of every answer that they lack."""
    there = {name.lower() for name, _ in headers}
    more = ((name.encode(), value.encode()) for name, value in _ALWAYS)
    return [*headers, *((name, value) for name, value in more if name not in there)]


async def send_error(send: Send, error: BaseException, *, fully: bool = False) -> None:
    """Answer with an error."""
    status, failure, more = told(error, fully=fully)
    body = msgspec.json.encode(failure)
    headers = {"content-type": "application/json", "content-length": str(len(body)), **more}
    encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
