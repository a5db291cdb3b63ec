"""The owner's side of the control channel."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musfuse.control import protocol
from musfuse.control.dispatch import Dispatcher, failure
from musfuse.control.streams import Streaming
from musfuse.errors import ControlError
from musfuse.platform import system
from musfuse.platform.connections import Connection
from musfuse.platform.reserve import Reserve

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

log = logging.getLogger(__name__)

MAX_CLIENTS = 32
_LAST_ANSWERS_SECONDS, _LAST_EVENTS_SECONDS = 10.0, 1.0
_LOOK_SECONDS = 60.0
_BACK_OFF_SECONDS = 0.1
_GRACE_SECONDS = 1.0
_IDLE_IN_NEED_SECONDS = 10.0
_PATIENCE_SECONDS = 60.0


class Server:
    """Answers calls with `methods` and what `owner` and `service` make, of `clients` at the same time; who cannot be
    served is told so. `service` is put together when something is asked for that the others do not know.

    When the process is out of descriptors, one client at a time is served with those of `reserve`. Who takes none of an
    answer for `patience` seconds is hung up on: rows that wait for him may hold a connection to the catalog. A stream
    waits for him as long as he stays: that costs a thread and a bounded queue.
    """

    def __init__(
        self,
        path: Path,
        methods: Mapping[str, Callable[..., Any]],
        service: "Callable[[], Handlers] | None" = None,
        *,
        owner: "Callable[[], Handlers] | None" = None,
        clients: int = MAX_CLIENTS,
        reserve: Reserve | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._patience = patience
        self._path, self._dispatcher = path, Dispatcher(methods, service, owner)
        self._socket = system.listen(path)
        # With a timeout Python polls before it accepts: an accept that waits would take the last descriptor for itself.
        self._socket.settimeout(_LOOK_SECONDS)
        self._slots = threading.BoundedSemaphore(clients)
        self._reserve = reserve or Reserve(1)
        self._to_refuse = Reserve(1)
        self._closed = threading.Event()
        self._calls = self._streams = 0
        self._answered = threading.Condition()
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and let calls in progress be answered: the process may end as soon as this returns, and the
        call that made it end is one of them. Who asks from then on, or waits to be let in, is told that nothing came of
        it. Streams whose source is closed get a moment to be read to their end."""
        with self._answered:
            self._answered.wait_for(lambda: not self._streams, _LAST_EVENTS_SECONDS)
        system.remove_endpoint(self._path)  # first: who is told that this one ends does not find it once more
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with self._answered:
            self._closed.set()
        self._refuse_waiting()
        self._socket.close()
        with self._answered:
            self._answered.wait_for(lambda: not self._calls, _LAST_ANSWERS_SECONDS)
        self._reserve.close()
        self._to_refuse.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection = self._socket.accept()[0]
            except TimeoutError:
                continue
            except OSError as error:
                if not self._closed.is_set():
                    log.debug("control channel: %s", error)
                    self._accept_in_need()
            else:
                self._begin(connection, ExitStack())

    def _accept_in_need(self) -> None:
        """A client waits that the system cannot let in now, for want of descriptors or memory, or it went away."""
        with ExitStack() as held:
            serve = self._reserve.wait_until_whole(_GRACE_SECONDS)
            held.enter_context((self._reserve if serve else self._to_refuse).lent())
            try:
                self._socket.settimeout(0)
                connection = self._socket.accept()[0]
            except OSError:
                self._closed.wait(_BACK_OFF_SECONDS)
                return
            finally:
                with suppress(OSError):
                    self._socket.settimeout(_LOOK_SECONDS)
            if not serve:
                _refuse(connection, "too many files are open")
                return
            connection.settimeout(_IDLE_IN_NEED_SECONDS)
            self._begin(connection, held.pop_all())

    def _begin(self, connection: Connection, held: ExitStack) -> None:
        """Serve a client on a thread of its own, which lets go of what is `held`."""
        if not self._slots.acquire(blocking=False):
            with held:
                _refuse(connection, "too many clients are connected")
            return
        try:
            threading.Thread(target=self._serve, args=(connection, held), name="control call", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            self._slots.release()
            with held:
                _refuse(connection, str(error) or "no memory is left")

    def _serve(self, connection: Connection, held: ExitStack) -> None:
        try:
            with held, connection:
                for line in protocol.lines(connection):
                    with self._in_progress() as taken:
                        if not taken:
                            _say_ends(connection)
                            return
                        stream = self._answer(connection, line)
                    if stream is not None:
                        self._stream(connection, stream)
                        return
        except (OSError, ControlError) as error:
            log.debug("control connection ended: %s", error)
        finally:
            self._slots.release()

    def _answer(self, connection: Connection, line: bytes) -> Streaming | None:
        """Send the lines that answer one; a listing goes on no longer than the server does. The stream that was opened
        by that, if it was one. Raises OSError."""
        stream = None
        idle = connection.gettimeout()
        connection.settimeout(min(idle or self._patience, self._patience))
        with closing(self._dispatcher.answers(line)) as answers:
            for number, answer in enumerate(answers):
                if number and self._closed.is_set():
                    raise ControlError("the server ends")
                if isinstance(answer, Streaming):
                    stream = answer
                    break
                connection.sendall(answer)
        connection.settimeout(idle)
        return stream

    def _stream(self, connection: Connection, stream: Streaming) -> None:
        with self._answered:
            self._streams += 1
        try:
            stream.run(connection, self._closed.is_set)
        finally:
            with self._answered:
                self._streams -= 1
                self._answered.notify_all()

    @contextmanager
    def _in_progress(self) -> Iterator[bool]:
        """A call that the end waits for; whether it may be taken up, which it may not once the end has begun."""
        with self._answered:
            self._calls += 1
            taken = not self._closed.is_set()
        try:
            yield taken
        finally:
            with self._answered:
                self._calls -= 1
                self._answered.notify_all()

    def _refuse_waiting(self) -> None:
        """Tell those who connected, and were not let in yet, that this one ends: the system would cut them off."""
        with suppress(OSError):
            self._socket.settimeout(0)
            while True:
                with self._socket.accept()[0] as connection:
                    _say_ends(connection)


def _say_ends(connection: Connection) -> None:
    """Say that what is asked here is not taken up any more, without waiting for anybody."""
    with suppress(OSError):
        connection.settimeout(0)
        connection.sendall(protocol.encode(failure(None, protocol.ENDS, "the process that owns the library ends")))


def _refuse(connection: Connection, why: str) -> None:
    """Say why and hang up, without waiting for anybody."""
    said = failure(None, protocol.APPLICATION_ERROR, f"the process that owns the library is busy: {why}; try again")
    with connection, suppress(OSError):
        connection.settimeout(0)
        connection.sendall(protocol.encode(said))
