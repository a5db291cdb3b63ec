"""A face that only the tests know: a socket that answers lines of JSON, `["list", PATH]`, `["read", PATH]`, `["count", QUERY]`,
`["end", ""]`."""

import json
import socketserver
import threading
from pathlib import Path
from typing import Any

from musfuse.errors import FaceError, MusfuseError
from musfuse.service.face import Reach
from musfuse.service.requests.library import FindTracks


class ToyFace:
    """Answers at the socket `path`, which must not exist. In use while somebody is connected."""

    keeps_host = True

    def __init__(self, path: Path) -> None:
        self.name, self.ended = f"toy:{path}", threading.Event()
        self._path = path
        self._server: _Server | None = None

    def check(self) -> None:
        if self._path.exists():
            raise FaceError(f"{self._path}: there is something already; name another path")

    def start(self, reach: Reach) -> None:
        self.check()
        try:
            self._server = _Server(self._path, reach)
        except OSError as error:
            raise FaceError(f"{self._path}: cannot be listened at: {error}; name another path") from error
        threading.Thread(target=self._serve, args=(self._server,), daemon=True).start()

    def stop(self, force: bool = False) -> None:
        if self._server is None or self.ended.is_set():
            return
        if self._server.users and not force:
            raise FaceError(f"{self.name}: {self._server.users} are connected")
        self._server.shutdown()
        self.ended.wait()

    def _serve(self, server: "_Server") -> None:
        server.serve_forever(0.05)
        server.hang_up()
        self._path.unlink()
        self.ended.set()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, reach: Reach) -> None:
        super().__init__(str(path), _Handler)
        self.reach, self.users, self.lock = reach, 0, threading.Lock()
        self.connections: set[Any] = set()

    def hang_up(self) -> None:
        self.server_close()
        for connection in list(self.connections):
            self.shutdown_request(connection)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with self.server.lock:
            self.server.users += 1
            self.server.connections.add(self.request)
        opened: list[int] = []
        try:
            for line in self.rfile:
                try:
                    answer = self._answer(opened, *json.loads(line))
                except MusfuseError as error:
                    answer = {"errno": error.errno, "error": str(error)}
                self.wfile.write(json.dumps(answer).encode() + b"\n")
                if answer == "ending":  # it hangs up on everybody, so the answer goes first
                    threading.Thread(target=self.server.shutdown).start()
        except (OSError, ValueError):
            pass
        finally:
            for handle in opened:
                self.server.reach.drive.close(handle)
            with self.server.lock:
                self.server.users -= 1
                self.server.connections.discard(self.request)

    def _answer(self, opened: list[int], what: str, of: str) -> Any:
        drive = self.server.reach.drive
        if what == "end":
            return "ending"
        if what == "count":
            return sum(1 for _ in self.server.reach.service().rows(FindTracks(((of, of),))))
        if what == "list":
            return [[entry.name, entry.kind.value] for entry in drive.list(of)]
        file = drive.open(of)
        opened.append(file.handle)
        return drive.read_at(file.handle, 0, file.size).hex()
