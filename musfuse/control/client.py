"""The command line's side of the control channel."""

import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from musfuse.control import protocol
from musfuse.errors import ControlError
from musfuse.platform import system


class RemoteError(ControlError):
    """The owner answered with an error; its message is the owner's."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]


class NobodyError(ControlError):
    """Nobody listens at an endpoint: its process is gone."""


class Client:
    """A connection to the process that owns a library. Raises NobodyError where there is none."""

    def __init__(self, path: Path, timeout: float = 60.0) -> None:
        try:
            self._socket = system.connect(path, timeout)
        except (FileNotFoundError, ConnectionRefusedError, ValueError) as error:
            raise NobodyError(f"{path}: no process answers there") from error
        except OSError as error:
            raise ControlError(f"{path}: the process that owns the library cannot be reached: {error}") from error
        self._lines = protocol.lines(self._socket)
        self._ids = itertools.count(1)

    def call(self, method: str, **params: Any) -> Any:
        """Call a method. Raises ControlError with the owner's message, or where the owner went away."""
        request = protocol.encode({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params})
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # who hung up may have said why
                self._socket.sendall(request)
            line = next(self._lines, None)
        except OSError as error:
            raise ControlError(f"the process that owns the library does not answer: {error}") from error
        if line is None:
            raise ControlError("the process that owns the library ended before it answered")
        answer = json.loads(line)
        if "error" in answer:
            said = answer["error"]
            raise RemoteError(said["message"], (said.get("data") or {}).get("exit_code", ControlError.exit_code))
        return answer["result"]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
            path.unlink(missing_ok=True)
        else:
            yield client
