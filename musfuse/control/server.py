"""The owner's side of the control channel."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from musfuse.control import protocol
from musfuse.errors import ControlError, MusfuseError
from musfuse.platform import system

log = logging.getLogger(__name__)

_MAX_CLIENTS = 32
_LAST_ANSWERS_SECONDS = 10.0


class Server:
    """Answers calls with `methods`, each taking the call's named parameters and returning a JSON value."""

    def __init__(self, path: Path, methods: Mapping[str, Callable[..., Any]]) -> None:
        self._path, self._methods = path, dict(methods)
        self._socket = system.listen(path)
        self._slots = threading.BoundedSemaphore(_MAX_CLIENTS)
        self._closed = False
        self._calls = 0
        self._answered = threading.Condition()
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and let calls in progress be answered: the process may end as soon as this returns, and the
        call that made it end is one of them."""
        self._closed = True
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._answered:
            self._answered.wait_for(lambda: not self._calls, _LAST_ANSWERS_SECONDS)

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if not self._slots.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), name="control call", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                if not system.is_trusted(connection, self._path):
                    return
                for line in protocol.lines(connection):
                    with self._in_progress():
                        answer = self.answer(line)
                        if answer is not None:
                            connection.sendall(protocol.encode(answer))
        except (OSError, ControlError) as error:
            log.debug("control connection ended: %s", error)
        finally:
            self._slots.release()

    @contextmanager
    def _in_progress(self) -> Iterator[None]:
        with self._answered:
            self._calls += 1
        try:
            yield
        finally:
            with self._answered:
                self._calls -= 1
                self._answered.notify_all()

    def answer(self, line: bytes) -> dict[str, Any] | None:
        """The response to one request; None for a notification."""
        try:
            request = json.loads(line)
        except ValueError:
            return _error(None, protocol.PARSE_ERROR, "not JSON")
        if (
            not isinstance(request, dict)
            or request.get("jsonrpc") != "2.0"
            or not isinstance(request.get("method"), str)
        ):
            return _error(None, protocol.INVALID_REQUEST, "not a JSON-RPC 2.0 request")
        call_id = request.get("id")
        method = self._methods.get(request["method"])
        params = request.get("params", {})
        if method is None:
            return _error(call_id, protocol.METHOD_NOT_FOUND, f"no method {request['method']}")
        if not isinstance(params, dict):
            return _error(call_id, protocol.INVALID_PARAMS, "parameters are given by name")
        try:
            result = method(**params)
        except TypeError as error:
            return _error(call_id, protocol.INVALID_PARAMS, str(error))
        except MusfuseError as error:
            return _error(call_id, protocol.APPLICATION_ERROR, str(error), {"exit_code": error.exit_code})
        except Exception as error:
            log.exception("control call %s", request["method"])
            return _error(call_id, protocol.INTERNAL_ERROR, f"{type(error).__name__}: {error}")
        return {"jsonrpc": "2.0", "id": call_id, "result": result} if "id" in request else None


def _error(call_id: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    error = {"code": code, "message": message} | ({"data": data} if data else {})
    return {"jsonrpc": "2.0", "id": call_id, "error": error}
