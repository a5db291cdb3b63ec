"""From a line of JSON-RPC 2.0 to the lines that answer it."""

import itertools
import json
import logging
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from musfuse.control import protocol
from musfuse.control.parameters import Method, ParameterError
from musfuse.control.streams import Streaming
from musfuse.errors import MusfuseError, errno_of
from musfuse.ids import said_for

if TYPE_CHECKING:
    from musfuse.control.requests import RequestMethod, Requests
    from musfuse.service.handlers import Handlers

log = logging.getLogger(__name__)


class Dispatcher:
    """The requests that a service answers, and methods beside them, each taking the call's named parameters and
    returning a JSON value."""

    def __init__(
        self,
        methods: Mapping[str, Callable[..., Any]],
        service: "Callable[[], Handlers] | None" = None,
        owner: "Callable[[], Handlers] | None" = None,
    ) -> None:
        self._methods = {name: Method(call) for name, call in methods.items()}
        self._lock = threading.Lock()
        self._to_make = [make for make in (owner, service) if make is not None]
        self._made: list[Requests] = []
        self._numbers = itertools.count(1)

    def answers(self, line: bytes) -> Generator[bytes | Streaming, None, None]:
        """The lines that answer a request: of a listing its rows, each line when it is asked for, and how many they
        were; of all else one; none for a notification. Behind that of a stream comes what it goes on with."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            yield protocol.encode(failure(None, protocol.PARSE_ERROR, "not JSON, or nested too deeply"))
            return
        if not _is_request(request):
            yield protocol.encode(failure(None, protocol.INVALID_REQUEST, "not a JSON-RPC 2.0 request"))
            return
        said = yield from self._call(request["method"], request.get("params", {}), request)
        stream = said.get("result")
        if isinstance(stream, Streaming):
            yield from _opened(request, stream)
        elif "id" in request:
            yield protocol.encode({"jsonrpc": "2.0", "id": request["id"], **said})

    def _call(self, name: str, params: Any, request: Mapping[str, Any]) -> Generator[bytes, None, dict[str, Any]]:
        """Lines with rows; and `result` or `error`."""
        try:
            method = self._methods.get(name) or self._use_case(name)
            if method is None:
                return _error(protocol.METHOD_NOT_FOUND, f"no method {name[:60]}")
            if not isinstance(params, dict):
                return _error(protocol.INVALID_PARAMS, "parameters are given by name")
            with said_for(request=next(self._numbers)):
                found = method.bind(params)()
            if not isinstance(found, Iterator):
                return {"result": found}
            return {"result": (yield from protocol.row_lines(request["id"], found))} if "id" in request else {}
        except ParameterError as error:
            return _error(protocol.INVALID_PARAMS, f"{name}: {error}")
        except MusfuseError as error:
            return _error(
                protocol.APPLICATION_ERROR, str(error), {"exit_code": error.exit_code, "errno": errno_of(error)}
            )
        except (OSError, RecursionError, MemoryError) as error:
            log.warning("control call %s: %s", name, error)
            return _error(protocol.APPLICATION_ERROR, str(error) or "no memory is left")
        except Exception as error:
            log.exception("control call %s", name)
            return _error(protocol.INTERNAL_ERROR, f"{type(error).__name__}: {error}")

    def _use_case(self, name: str) -> "RequestMethod | None":
        """Use cases are put together when one is asked for: mounting does not wait for it, nor does who asks an owner
        for its state wait for all else."""
        from musfuse.control.requests import Requests

        with self._lock:
            while True:
                found = (requests.method(name) for requests in self._made)
                method = next((method for method in found if method is not None), None)
                if method is not None or not self._to_make:
                    return method
                self._made.append(Requests(self._to_make[0]()))
                del self._to_make[0]


def _opened(request: Mapping[str, Any], stream: Streaming) -> Generator[bytes | Streaming, None, None]:
    """The answer to a client that opens a stream, and the stream; no stream where the client is gone or wants no
    answer."""
    taken = False
    try:
        if "id" in request:
            yield protocol.encode({"jsonrpc": "2.0", "id": request["id"], "result": stream.opening})
            taken = True
            yield stream
    finally:
        if not taken:
            stream.source.close()


def failure(call_id: str | int | None, code: int, message: str) -> dict[str, Any]:
    """A response that is an error."""
    return {"jsonrpc": "2.0", "id": call_id, **_error(code, message)}


def _error(code: int, message: str, data: Any = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message} | ({"data": data} if data else {})}


def _is_request(said: Any) -> bool:
    if not isinstance(said, dict) or said.get("jsonrpc") != "2.0" or not isinstance(said.get("method"), str):
        return False
    return isinstance(said.get("id"), str | int | None)
