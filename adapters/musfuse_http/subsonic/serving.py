"""The API as an application: finds the endpoint, whoever asks for it in whatever case, and writes what it answers."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from musfuse.errors import ForbiddenError
from musfuse_http.asgi import App, Receive, Scope, Send
from musfuse_http.asked import Asked, asked_of, fields, read_body
from musfuse_http.context import Context
from musfuse_http.failures import HttpError
from musfuse_http.subsonic.endpoint import Call, Endpoint
from musfuse_http.subsonic.entry import caller_of
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError, failure
from musfuse_http.subsonic.params import taken
from musfuse_http.subsonic.written import written

log = logging.getLogger(__name__)
_FORM = "application/x-www-form-urlencoded"


def subsonic(context: Context) -> App:
    """The application over the table of endpoints."""
    from musfuse_http.subsonic.table import ENDPOINTS

    by_name = {endpoint.name.lower(): endpoint for endpoint in ENDPOINTS}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(context, by_name, scope, receive, send)

    return answer


async def _answer(
    context: Context, by_name: Mapping[str, Endpoint], scope: Scope, receive: Receive, send: Send
) -> None:
    if scope["method"] not in ("GET", "HEAD", "POST"):
        raise HttpError(405, "method", "this takes GET and POST", {"allow": "GET, HEAD, POST"})
    name = scope["path"].rpartition("/rest/")[2].strip("/").lower().removesuffix(".view")
    endpoint = by_name.get(name)
    body = await read_body(scope, receive) if scope["method"] == "POST" else b""
    asked = asked_of(scope, body)
    given: Mapping[str, Sequence[str]] = asked.query
    try:
        given = _given(asked, endpoint)
        made = await context.work.calls.run(_made, context, endpoint, asked, given)
    except Exception as error:  # noqa: BLE001 - whatever it is, clients take an envelope alone; `failure` logs it
        await _send(send, _form(given), "failed", failure(error), asked.method)
        return
    if isinstance(made, Mapping):
        await _send(send, _form(given), "ok", made, asked.method)
    else:
        await _streamed(made, given, scope, receive, send)


async def _streamed(made: App, given: Mapping[str, Sequence[str]], scope: Scope, receive: Receive, send: Send) -> None:
    """Bytes; what goes wrong before the first of them is answered as everything else is."""
    begun = False

    async def noting(message: Any) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await made({**scope, "method": "GET" if scope["method"] == "POST" else scope["method"]}, receive, noting)
    except Exception as error:
        if begun:
            raise
        await _send(send, _form(given), "failed", failure(error), scope["method"])


def _given(asked: Asked, endpoint: Endpoint | None) -> Mapping[str, Sequence[str]]:
    """All parameters, those of the query first, then those of a form. Raises HttpError."""
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not asked.body or (endpoint is not None and endpoint.json) or kind not in ("", _FORM):
        return asked.query
    found = {name: list(values) for name, values in asked.query.items()}
    for name, values in fields(asked.body).items():
        found.setdefault(name, []).extend(values)
    return found


def _made(context: Context, endpoint: Endpoint | None, asked: Asked, given: Mapping[str, Sequence[str]]) -> Any:
    if endpoint is None:
        raise SubsonicError(NOT_FOUND, "there is no such endpoint")
    caller = None
    if not endpoint.open:
        caller = caller_of(context, asked, given)
        if endpoint.admin and not caller.user.is_admin:
            raise ForbiddenError("only an administrator may do this")
    return endpoint.handler(Call(context, asked, given, taken(endpoint.params, given), caller))


def _form(given: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    return given.get("f", ["xml"])[-1].lower(), given.get("callback", [""])[-1]


async def _send(send: Send, form: tuple[str, str], status: str, parts: Mapping[str, Any], method: str) -> None:
    kind, body = written(*form, status, parts)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
