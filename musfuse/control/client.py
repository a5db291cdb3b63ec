"""The command line's side of the control channel."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from errno import EINVAL
from pathlib import Path
from typing import Any

from musfuse.control import protocol
from musfuse.errors import ControlError
from musfuse.platform import system

_SILENT = "the process that owns the library does not answer"
_OTHER = "the process that owns the library is another version of musfuse"
_LOOK_SECONDS = 0.2
"""How long a stream waits at a time: Windows tells of Ctrl-C only in between."""


class RemoteError(ControlError):
    """The owner answered with an error; its message, and its number (an errno), are the owner's."""

    def __init__(self, message: str, exit_code: int, number: int = ControlError.errno) -> None:
        super().__init__(message)
        self.exit_code, self.number = exit_code, number  # type: ignore[misc]


class NobodyError(ControlError):
    """Nobody listens at an endpoint: its process is gone."""


class UntakenError(ControlError):
    """The owner ended before it took up a call: whoever owns the library then may be asked anew."""

    may_retry = True

    def __init__(self) -> None:
        super().__init__(
            "the process that owns the library ended before it answered, and did nothing of this; try again"
        )


class Client:
    """A connection to the process that owns a library. Raises NobodyError where there is none."""

    def __init__(self, path: Path, timeout: float = 60.0) -> None:
        try:
            self._socket = system.connect(path, timeout)
        except (FileNotFoundError, ConnectionRefusedError, ValueError) as error:
            raise NobodyError(f"{path}: no process answers there") from error
        except OSError as error:
            raise ControlError(f"{path}: the process that owns the library cannot be reached: {error}") from error
        self._streams = self._cut = False
        self._lines = protocol.lines(self._socket, lambda: self._streams)
        self._ids = itertools.count(1)

    def call(self, method: str, **params: Any) -> Any:
        """Call a method. Raises ControlError with the owner's message, or where the owner went away, UntakenError where
        that was before it took up the call."""
        return _result(self._first(self._send(method, params)))

    def rows(self, method: str, **params: Any) -> Iterator[Any]:
        """The rows of a listing as they arrive, to be taken before anything else is called: a call passes over what is
        left of them. Raises ControlError, at once where the owner refuses."""
        first = self._first(self._send(method, params))
        if first.get("method") == protocol.ROWS:
            return self._rows(first)
        _check_count(_result(first), 0)
        return iter(())

    def stream(self, method: str, **params: Any) -> tuple[Any, Iterator[Any]]:
        """Begin a stream: its result, and what is told from then on, until the owner ends it; this connection serves
        nothing else any more. Raises what `call` raises."""
        opening = self.call(method, **params)
        self._streams = True
        self._socket.settimeout(_LOOK_SECONDS)
        return opening, self._told()

    def _told(self) -> Iterator[Any]:
        with suppress(OSError):
            for line in self._lines:
                yield json.loads(line)["params"]

    def _rows(self, message: dict[str, Any]) -> Iterator[Any]:
        count = 0
        while message.get("method") == protocol.ROWS:
            count += len(message["params"]["rows"])
            yield from message["params"]["rows"]
            message = self._receive()
        _check_count(_result(message), count)

    def _send(self, method: str, params: Mapping[str, Any]) -> int:
        """Ask; the id of the call."""
        call_id = next(self._ids)
        request = protocol.encode({"jsonrpc": "2.0", "id": call_id, "method": method, "params": params})
        try:
            self._socket.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            self._cut = True  # who hung up may have said why
        except OSError as error:
            raise ControlError(f"{_SILENT}: {error}") from error
        return call_id

    def _first(self, call_id: int) -> dict[str, Any]:
        """The first message that answers a call, or says that nobody is served."""
        while True:
            message = self._receive()
            if message.get("params", message).get("id") in (call_id, None):
                return message

    def _receive(self) -> dict[str, Any]:
        """The next message. Raises ControlError where none comes."""
        try:
            line = next(self._lines, None)
        except ConnectionResetError as error:  # as it is where the other side ends with something unread
            raise UntakenError from error
        except OSError as error:
            raise ControlError(f"{_SILENT}: {error}") from error
        if line is None and self._cut:
            raise UntakenError
        if line is None:
            raise ControlError("the process that owns the library ended before it answered")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _result(message: Mapping[str, Any]) -> Any:
    """What was answered. Raises RemoteError, UntakenError."""
    if message.get("error", {}).get("code") == protocol.ENDS:
        raise UntakenError
    if "error" in message:
        raise remote_error(message["error"])
    return message["result"]


def remote_error(said: Mapping[str, Any]) -> RemoteError:
    """An error that the owner answered."""
    data = said.get("data") or {}
    if said.get("code") == protocol.METHOD_NOT_FOUND:
        return RemoteError(f"{_OTHER}: it has {said['message']}; `musfuse stop` ends it", ControlError.exit_code)
    number = EINVAL if said.get("code") == protocol.INVALID_PARAMS else ControlError.errno
    return RemoteError(
        said["message"], data.get("exit_code", ControlError.exit_code), data.get("errno", number)
    )  # fmt: skip


def _check_count(told: Any, count: int) -> None:
    """Raise ControlError where a listing ends with another count of rows than arrived."""
    if told != count:
        raise ControlError(f"{_OTHER}: it lists in another way")


def find_owner(library: Path, timeout: float = 60.0) -> Client | None:
    """A connection to the owner of a library, None where nobody owns it."""
    path = protocol.endpoint(library)
    if not path.exists():
        return None
    try:
        return Client(path, timeout)
    except NobodyError:
        return None


def owners() -> Iterator[Client]:
    """Connections to all owners of this user; endpoints that nobody answers are removed."""
    for path in sorted(system.runtime_folder().glob("*.sock")):
        try:
            client = Client(path)
        except NobodyError:
            system.remove_endpoint(path)
        else:
            yield client


def progress_of_owners() -> Iterator[dict[str, Any]]:
    """What each owner of this user tells of itself; one that ends meanwhile is passed over."""
    for client in owners():
        with client, suppress(UntakenError):
            told: dict[str, Any] = client.call("progress")
            yield told
