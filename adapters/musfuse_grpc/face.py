"""gRPC as a face: a gateway, which is a process of its own. What gRPC takes to import, and its threads, stay out of the
owner, which may fork.
"""

import importlib.util
import json
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from musfuse.control import protocol
from musfuse.errors import FaceError, plainly
from musfuse.platform.sideprocess import command, environment
from musfuse.service.face import Reach
from musfuse_grpc.options import GrpcOptions
from musfuse_grpc.settings import Settings

log = logging.getLogger(__name__)

_START_SECONDS, _GRACE_SECONDS = 60.0, 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_NEEDED = ("grpc", "google.protobuf", "grpc_health", "grpc_reflection")


class GrpcFace:
    """Runs the gateway of the library in `folder`, whose tokens lie in a file; one that ends by itself is begun anew,
    after a pause that doubles."""

    keeps_host = False

    def __init__(self, options: GrpcOptions, folder: Path, tokens: Path) -> None:
        self._options, self._tokens = options, tokens
        self._control = protocol.endpoint(folder)
        self._socket = None if sys.platform == "win32" else self._control.with_suffix(".grpc")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listening: tuple[str, ...] = ()
        self.ended = threading.Event()

    @property
    def name(self) -> str:
        """The socket, where there is one, and where it listens over TCP."""
        planned = (f"unix:{self._socket}" if self._socket else "", _scheme(self._options.listen))
        return ", ".join(self._listening or filter(None, planned))

    def check(self) -> None:
        """Raise FaceError where gRPC is not installed, or what TCP needs is missing."""
        missing = [name for name in _NEEDED if not _is_there(name)]
        if missing:
            raise FaceError(f"grpc.enabled: {missing[0]} is not installed; `pip install 'musfuse[grpc]'` brings it")
        options = self._options
        if not options.listen and self._socket is None:
            raise FaceError(
                "grpc.enabled: Windows has no socket that is for you alone, so gRPC is served over TCP only: name an "
                "address in grpc.listen, such as 127.0.0.1:50051 for programs of this machine"
            )
        if not options.listen:
            return
        for key, value in (("certificate", options.certificate), ("key", options.key)):
            if not value:
                raise FaceError(f"grpc.listen needs TLS: name a file in grpc.{key}")
            try:
                with Path(value).expanduser().open("rb"):
                    pass
            except OSError as error:
                raise FaceError(f"grpc.{key}: {value}: {plainly(error)}") from error

    def start(self, reach: Reach) -> None:
        """Start the gateway; returns when it answers. Raises FaceError."""
        del reach  # it asks over the control channel
        self.check()
        self._begin()
        threading.Thread(target=self._watch, name="grpc", daemon=True).start()

    def stop(self, force: bool = False) -> None:
        """Take no new calls, let those that run finish, and end the gateway; with `force` at once."""
        self._stopping.set()
        with self._lock:
            process = self._process
        _end(process, 0.0 if force else self._options.drain_seconds + _GRACE_SECONDS)
        with suppress(OSError):
            if self._socket is not None:
                self._socket.unlink(missing_ok=True)
        self.ended.set()

    def _begin(self) -> None:
        """Start a gateway and hear where it serves. Raises FaceError."""
        options = self._options
        settings = Settings(
            str(self._control), str(self._socket or ""), str(self._tokens), options.listen,
            _expanded(options.certificate), _expanded(options.key), _expanded(options.import_folder),
            options.drain_seconds, options.subscribers,
        )  # fmt: skip
        process = subprocess.Popen(
            command("musfuse_grpc"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True, env={"GRPC_VERBOSITY": "NONE"} | environment(),
        )  # fmt: skip
        with self._lock:
            self._process = process
        said = _told(process, settings)
        if "names" not in said:
            _end(process, 0.0)
            raise FaceError(f"grpc: {said['error']}")
        self._listening = tuple(said["names"])

    def _watch(self) -> None:
        """Begin the gateway anew where it ended by itself."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            process, began = self._process, time.monotonic()
            assert process is not None
            code = process.wait()
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began > _LONGEST_PAUSE else pause
            log.warning("the gateway of gRPC ended by itself (%s); it is begun anew in %.0f s", code, pause)
            _end(process, 0.0)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)
            try:
                self._begin()
            except FaceError as error:
                log.warning("%s", error)
            if self._stopping.is_set():  # told so meanwhile, of the one before
                _end(self._process, 0.0)


def _told(process: "subprocess.Popen[bytes]", settings: Settings) -> dict[str, Any]:
    """What a gateway says once it serves, or why it does not."""
    assert process.stdin is not None
    assert process.stdout is not None
    silent = threading.Timer(_START_SECONDS, process.kill)
    silent.start()
    try:
        process.stdin.write(settings.to_line())
        process.stdin.flush()
        line = process.stdout.readline()
        said: dict[str, Any] = json.loads(line) if line else {"error": "the gateway ended, or does not answer"}
    except (OSError, ValueError) as error:
        return {"error": f"the gateway cannot be spoken to: {error}"}
    finally:
        silent.cancel()
    return said


def _end(process: "subprocess.Popen[bytes] | None", seconds: float) -> None:
    """Have a gateway end, within some seconds, or now."""
    if process is None:
        return
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        if not seconds:
            process.kill()
        process.wait(seconds or _GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _scheme(listen: str) -> str:
    return f"grpcs://{listen}" if listen else ""


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _expanded(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""
