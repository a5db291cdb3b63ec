"""The API as an application: routes are found, requests checked against their types, answers written as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from types import NoneType
from typing import Any, get_origin

import msgspec
from starlette.routing import Route as Path
from starlette.routing import Router

from musfuse.errors import MusfuseError, NotSignedInError
from musfuse.server.users import Caller
from musfuse_http.api.route import Call, Right, Route, Served, Told
from musfuse_http.app import nothing_here, send_error
from musfuse_http.asgi import App, Receive, Scope, Send
from musfuse_http.asked import Asked, asked_of, read_body
from musfuse_http.context import Context
from musfuse_http.failures import CHALLENGE, HttpError

_SAFE = ("GET", "HEAD", "OPTIONS")
_LOGIN = {"www-authenticate": CHALLENGE}


def api(context: Context) -> App:
    """The application over the table of routes."""
    from musfuse_http.api.table import ROUTES

    return application(ROUTES, context)


def application(routes: Iterable[Route], context: Context) -> App:
    """An application over these routes."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    paths = [Path(path, Endpoint(rows, context)) for path, rows in by_path.items()]
    return Router(paths, default=nothing_here, redirect_slashes=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, ready to be sent."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


class Endpoint:
    """Answers requests for one path."""

    def __init__(self, rows: Sequence[Route], context: Context) -> None:
        self._rows = {row.method: row for row in rows}
        if "GET" in self._rows:
            self._rows["HEAD"] = self._rows["GET"]
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = self._rows.get(scope["method"])
        allow = ", ".join(sorted({*self._rows, "OPTIONS"}))
        if scope["method"] == "OPTIONS" and route is None:
            await _send(send, Reply(204, [("allow", allow)]))
            return
        if route is None:
            raise HttpError(405, "method", f"{scope['method']}: this takes {allow}", {"allow": allow})
        body = await read_body(scope, receive) if route.body is not NoneType else b""
        turn = _Turn(route, self._context, asked_of(scope, body), scope["path_params"])
        try:
            reply = turn.reply() if route.cheap else await self._context.work.calls.run(turn.reply)
            if isinstance(reply, Served):
                await reply(scope, receive, send)  # type: ignore[operator]
            else:
                await _send(send, reply)
        except MusfuseError as error:
            if turn.begun_by_admin:
                await send_error(send, error, fully=True)
                return
            raise


class _Turn:
    """One request on its way to an answer."""

    def __init__(self, route: Route, context: Context, asked: Asked, path: Mapping[str, str]) -> None:
        self._route, self._context, self._asked, self._path = route, context, asked, path
        self.begun_by_admin = False

    def _caller(self) -> Caller | None:
        """Who asks. Where anybody may, who shows something that is worth nothing any more is nobody."""
        try:
            return self._context.door.caller(self._asked)
        except NotSignedInError:
            if self._route.right is not Right.NOBODY:
                raise
            return None

    def reply(self) -> "Reply | Served":
        """The answer. Raises MusfuseError."""
        route, asked = self._route, self._asked
        caller = self._caller()
        self.begun_by_admin = caller is not None and caller.user.is_admin
        if route.right is not Right.NOBODY and caller is None:
            raise HttpError(401, "not_let_in", "log in, or show an API key", _LOGIN)
        if route.right is Right.ADMIN and not self.begun_by_admin:
            raise HttpError(403, "forbidden", "only an administrator may do this")
        query, body = _query(route.query, asked), _body(route.body, asked)
        answer = route.handler(Call(self._context, asked, self._path, query, body, caller))
        if isinstance(answer, Served):
            return answer
        return _written(answer if isinstance(answer, Told) else Told(answer, route.status), asked)


def _query(kind: Any, asked: Asked) -> Any:
    """The query as the type that a handler takes. Raises HttpError."""
    if kind is NoneType:
        return None
    wanted = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    unknown = next((name for name in asked.query if name not in wanted), None)
    if unknown is not None:
        raise HttpError(400, "invalid", f"{unknown[:40]}: there is no such parameter", details={"parameter": unknown})
    values = {name: texts if _is_list(wanted[name]) else texts[-1] for name, texts in asked.query.items()}
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise HttpError(400, "invalid", f"query: {error}") from None


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, list) or any(_is_list(part) for part in getattr(kind, "__args__", ()))


def _body(kind: Any, asked: Asked) -> Any:
    """The body as the type that a handler takes. Raises HttpError."""
    if kind is NoneType:
        return None
    if asked.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HttpError(415, "content_type", "the body has to be JSON: content-type: application/json")
    try:
        return msgspec.json.decode(asked.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpError(400, "invalid", f"body: {error}") from None


def _written(told: Told[Any], asked: Asked) -> Reply:
    """An answer as JSON; of what is read a tag, by which it is not sent again to who has it."""
    if told.value is None:
        return Reply(told.status if told.status != 200 else 204, told.headers)
    body = msgspec.json.encode(told.value)
    headers = [("content-type", "application/json"), *told.headers]
    if asked.method in _SAFE and told.status == 200:
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers += [("etag", tag), ("cache-control", "private, no-cache")]
        if tag in [one.strip().removeprefix("W/") for one in asked.headers.get("if-none-match", "").split(",")]:
            return Reply(304, headers)
    return Reply(told.status, headers, body)


async def _send(send: Send, reply: Reply) -> None:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.status not in (204, 304):
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
