"""From a line of JSON-RPC 2.0 to the line that answers it."""

import json
import logging
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Annotated, Any

import msgspec

from musfuse.control import protocol
from musfuse.control.parameters import Method, ParameterError
from musfuse.errors import MusfuseError
from musfuse.service import Handlers, Request
from musfuse.service.wire import WireError, from_json, to_json

log = logging.getLogger(__name__)


class Dispatcher:
    """The requests that a service answers, and methods beside them, each taking the call's named parameters and
    returning a JSON value."""

    def __init__(self, methods: Mapping[str, Callable[..., Any]], service: Handlers | None = None) -> None:
        self._methods = {name: Method(call) for name, call in methods.items()}
        self._service = service or Handlers()
        self._kinds = self._service.kinds

    def answer(self, line: bytes) -> dict[str, Any] | None:
        """The response to one request; None for a notification."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return failure(None, protocol.PARSE_ERROR, "not JSON, or nested too deeply")
        if not _is_request(request):
            return failure(None, protocol.INVALID_REQUEST, "not a JSON-RPC 2.0 request")
        said = self._call(request["method"], request.get("params", {}))
        return {"jsonrpc": "2.0", "id": request["id"], **said} if "id" in request else None

    def _call(self, name: str, params: Any) -> dict[str, Any]:
        """`result` or `error`."""
        method, kind = self._methods.get(name), self._kinds.get(name)
        if method is None and kind is None:
            return _error(protocol.METHOD_NOT_FOUND, f"no method {name[:60]}")
        if not isinstance(params, dict):
            return _error(protocol.INVALID_PARAMS, "parameters are given by name")
        try:
            call = method.bind(params) if method else self._bound(kind, params)
        except (ParameterError, WireError) as error:
            return _error(protocol.INVALID_PARAMS, f"{name}: {error}")
        try:
            return {"result": call()}
        except MusfuseError as error:
            return _error(protocol.APPLICATION_ERROR, str(error), {"exit_code": error.exit_code})
        except (OSError, RecursionError, MemoryError) as error:
            log.warning("control call %s: %s", name, error)
            return _error(protocol.APPLICATION_ERROR, str(error) or "no memory is left")
        except Exception as error:
            log.exception("control call %s", name)
            return _error(protocol.INTERNAL_ERROR, f"{type(error).__name__}: {error}")

    def _bound(self, kind: Any, params: dict[str, Any]) -> Callable[[], Any]:
        """A request still to be answered, or a page of a listing: {rows, more}. Raises WireError."""
        if issubclass(kind, Request):
            request = from_json(params, kind)
            return lambda: to_json(self._service.call(request))
        page = from_json({name: params.pop(name) for name in ("offset", "limit") if name in params}, _Page)
        listing = from_json(params, kind)

        def rows() -> dict[str, Any]:
            found = list(islice(self._service.rows(listing), page.offset, page.offset + page.limit + 1))
            return {"rows": to_json(found[: page.limit]), "more": len(found) > page.limit}

        return rows


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    """Which rows of a listing are wanted; a line of the control channel holds no more than these."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500


def failure(call_id: str | int | None, code: int, message: str) -> dict[str, Any]:
    """A response that is an error."""
    return {"jsonrpc": "2.0", "id": call_id, **_error(code, message)}


def _error(code: int, message: str, data: Any = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message} | ({"data": data} if data else {})}


def _is_request(said: Any) -> bool:
    if not isinstance(said, dict) or said.get("jsonrpc") != "2.0" or not isinstance(said.get("method"), str):
        return False
    return isinstance(said.get("id"), str | int | None)
