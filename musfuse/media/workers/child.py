"""The worker's side: jobs in, answers out, and in between what it reads and how far it is."""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from typing import Any, BinaryIO

from musfuse import errors
from musfuse.errors import OriginError, UnavailableError
from musfuse.media.workers.wire import MAX_READ, Kind, Message, read_message
from musfuse.model import SourceFile, Stamp
from musfuse.origins import Entry, Origin, SourceStat, Traits, default_registry
from musfuse.origins.places import place_in
from musfuse.origins.reader import BUFFER, FAR_BLOCK


class Connection:
    """To the parent, over this process's stdin and stdout. Any thread may send and ask.

    Lock order: `_asking` before `_sending`.
    """

    def __init__(self) -> None:
        # Native decoders may print; the answers keep the real stdout to themselves.
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._in: BinaryIO = sys.stdin.buffer
        self._sending, self._asking = threading.Lock(), threading.Lock()
        self._ahead: deque[Message] = deque()

    def jobs(self) -> Iterator[Message]:
        """The jobs that the parent sends, until it is gone."""
        while True:
            message = self._ahead.popleft() if self._ahead else read_message(self._in)
            if message is None:
                return
            yield message

    def send(self, message: Message) -> None:
        """Send a message. Raises BrokenPipeError where the parent is gone."""
        with self._sending:
            self._out.write(message.to_bytes())
            self._out.flush()

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of the job's original, which the parent reads. Raises OriginError."""
        with self._asking:
            self.send(Message(Kind.READ, {"offset": offset, "size": size}))
            while (message := read_message(self._in)) is not None:
                if message.kind is Kind.BYTES:
                    return _bytes_or_error(message)
                self._ahead.append(message)
        raise UnavailableError("the parent process is gone")


def _bytes_or_error(message: Message) -> bytes:
    if "error" not in message.said:
        return message.data
    kind = getattr(errors, message.said["error"], OriginError)
    if not (isinstance(kind, type) and issubclass(kind, OriginError)):
        kind = UnavailableError
    raise kind(message.said["message"])


class MeteredOrigin:
    """The origin of a job, with a count of what is read and whether anybody waits for it."""

    def __init__(self, connection: Connection, uid: str, name: str, local: Origin | None) -> None:
        self._connection, self._local = connection, local
        self.traits = Traits(block_bytes=BUFFER if local is not None else FAR_BLOCK)
        self.uid, self.name = uid, name
        self._lock = threading.Lock()
        self.bytes_read = 0
        self._waiting = 0

    @property
    def waiting(self) -> bool:
        """Whether a read is going on."""
        return self._waiting > 0

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """As Origin.read; the parent reads where this process cannot reach the origin."""
        parts = []
        while size > 0 and (part := self._piece(path, offset, min(size, MAX_READ), stamp)):
            parts.append(part)
            offset, size = offset + len(part), size - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _piece(self, path: str, offset: int, size: int, stamp: Stamp | None) -> bytes:
        with self._lock:
            self._waiting += 1
        data = b""
        try:
            if self._local is not None:
                data = self._local.read(path, offset, size, stamp)
            else:
                data = self._connection.read(offset, size)
        finally:
            with self._lock:
                self._waiting -= 1
                self.bytes_read += len(data)
        return data

    def list(self, path: str) -> Iterator[Entry]:
        """Raises UnavailableError: a worker only reads files that it is told of."""
        raise UnavailableError(f"{place_in(self.name, path)}: a worker lists no folders")

    def stat(self, path: str) -> SourceStat:
        """Raises UnavailableError: a worker is told what a file is."""
        raise UnavailableError(f"{place_in(self.name, path)}: a worker looks nothing up")

    def spec(self) -> Mapping[str, object]:
        """The uid alone: no other process can read by way of a worker."""
        return {"local": False, "uid": self.uid}

    def let_go(self) -> None:
        """Close what is open: another file may lie there by the next job."""
        if self._local is not None:
            self._local.let_go()

    def close(self) -> None:
        """As `let_go`: another job may follow."""
        self.let_go()


class Heart:
    """Tells the parent how far the job is, as long as there is one; ends the process when the parent is gone."""

    def __init__(self, connection: Connection, beat_seconds: float) -> None:
        self._connection, self._seconds = connection, beat_seconds
        self._origin: MeteredOrigin | None = None
        threading.Thread(target=self._run, name="heart", daemon=True).start()

    @contextmanager
    def at_work(self, origin: MeteredOrigin) -> Iterator[None]:
        """Within the block a job over a file of this origin is under way."""
        self._origin = origin
        try:
            yield
        finally:
            self._origin = None

    def _run(self) -> None:
        while True:
            time.sleep(self._seconds)
            origin = self._origin
            if origin is not None:
                try:
                    self._connection.send(Message(Kind.BEAT, {"read": origin.bytes_read, "waiting": origin.waiting}))
                except OSError:
                    os._exit(1)


def serve(answer: Callable[[Message, MeteredOrigin], Message], connection: Connection, beat_seconds: float) -> None:
    """Answer jobs until the parent is gone."""
    heart, local = Heart(connection, beat_seconds), _LocalOrigins()
    for job in connection.jobs():
        spec = job.said["origin"]
        origin = MeteredOrigin(connection, spec["uid"], job.said["name"], local.get(spec))
        try:
            with heart.at_work(origin):
                made = answer(job, origin)
            connection.send(made)
        except BrokenPipeError:
            return
        finally:
            origin.close()


class _LocalOrigins:
    """Origins that this process reaches by itself, by what they were built from."""

    def __init__(self) -> None:
        self._registry = default_registry()
        self._known: dict[str, Origin | None] = {}

    def get(self, spec: Mapping[str, Any]) -> Origin | None:
        """The origin; None where the parent has to read."""
        key = repr(sorted(spec.items()))
        if key not in self._known:
            self._known[key] = self._registry.reopen(spec)
        return self._known[key]


_of_stamp = attrgetter(*(entry.name for entry in fields(Stamp)))


def job_values(origin: Origin, file: SourceFile) -> dict[str, object]:
    """What every job says: where its original lies and which it is. `job_file` reads the latter back."""
    return {
        "origin": dict(origin.spec()) if origin.traits.local else {"local": False, "uid": origin.uid},
        "name": origin.name,
        "file": [file.source_uid, file.path, _of_stamp(file.stamp), file.ident, file.older_name],
    }


def job_file(said: Mapping[str, Any]) -> SourceFile:
    """The original that `job_values` tells of."""
    uid, path, stamp, ident, older_name = said["file"]
    return SourceFile(uid, path, Stamp(*stamp), ident, older_name)
