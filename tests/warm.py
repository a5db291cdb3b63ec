"""Worker processes that are forked from one which has loaded what they need: a test starts hundreds, and a start is
mostly imports. They run the same program, in the same environment, under limits of their own.

`python warm.py MODULE`, with a socket as standard input, is the process that forks: each message on that has the
arguments, the environment and the working directory of a worker, and its standard streams along with a pipe for how it
ends.
"""

import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO

_LONGEST = 1 << 17
_PYTHON = sys.executable


class WarmWorker:
    """A worker as `subprocess.Popen` shows it, as far as that is asked for here."""

    def __init__(self, argv: Sequence[str], pid: int, ending: int) -> None:
        self.args, self.pid, self.returncode = argv, pid, None
        self._ending = ending

    returncode: int | None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """As Popen's. Raises TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        return code

    def kill(self) -> None:
        """End it now."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended meanwhile, and somebody took note of it
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None and self._ending >= 0:
            with selectors.DefaultSelector() as selector:
                selector.register(self._ending, selectors.EVENT_READ)
                if selector.select(seconds):
                    self.returncode = int(os.read(self._ending, 20) or b"-9")
        return self.returncode

    def __del__(self) -> None:
        os.close(self._ending)


class Warm:
    """The process that forks workers of one module."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen([sys.executable, __file__, module, *arguments], stdin=its, env=environment)
        its.close()
        self._socket = ours

    def start(self, argv: Sequence[str], environment: Mapping[str, str]) -> tuple[WarmWorker, BinaryIO, BinaryIO]:
        """As `platform.system.spawn_piped`."""
        in_, to_it = os.pipe()
        from_it, out = os.pipe()
        ending, ends = os.pipe()
        said = json.dumps([argv[3:], dict(environment), os.getcwd()], ensure_ascii=True).encode()
        socket.send_fds(self._socket, [said], [in_, out, 2, ends])
        for descriptor in (in_, out, ends):
            os.close(descriptor)
        pid = int(self._socket.recv(20))
        return WarmWorker(argv, pid, ending), os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")

    def close(self) -> None:
        """End the process, not its workers."""
        self._socket.close()
        self._process.wait()


class WarmStarts:
    """Starts workers from warm processes, and everything else as the system does."""

    def __init__(self, cold: object) -> None:
        self.cold, self._lock = cold, threading.Lock()
        self._warm: dict[str, Warm] = {}

    def spawn_piped(self, argv: Sequence[str], environment: Mapping[str, str]) -> tuple[object, BinaryIO, BinaryIO]:
        """As `platform.system.spawn_piped`."""
        module = argv[2] if argv[1] == "-m" else ""
        if argv[0] != _PYTHON or not module.startswith("musfuse.media.") or not module.endswith(".worker"):
            return self.cold(argv, environment)  # type: ignore[operator,no-any-return]
        with self._lock:  # an answer is that to the message before it
            if module not in self._warm:
                self._warm[module] = Warm(module, argv[3:])
            return self._warm[module].start(argv, environment)

    def close(self) -> None:
        """End what forks."""
        for warm in self._warm.values():
            warm.close()


def main() -> None:
    """Fork a worker for each message, tell its pid, and write how it ended into its pipe."""
    module, arguments = sys.argv[1], sys.argv[2:]
    worker = importlib.import_module(module)
    load(arguments)
    asked = socket.socket(fileno=os.dup(0))
    running: dict[int, int] = {}
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wake)
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == woken:
                    os.read(woken, 100)
                    reap(running)
                    continue
                said, given, _, _ = socket.recv_fds(asked, _LONGEST, 4)
                if not said:
                    return
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    for end in (woken, wake, given[3], *running.values()):
                        os.close(end)
                    become(worker.main, module, json.loads(said), given[:3])
                for descriptor in given[:3]:
                    os.close(descriptor)
                running[pid] = given[3]
                asked.send(str(pid).encode())


def load(arguments: Sequence[str]) -> None:
    """Load the formats that the arguments name."""
    for word in arguments:
        for name in word.split(","):
            if name.startswith("musfuse."):
                importlib.import_module(name)


def reap(running: dict[int, int]) -> None:
    """Tell of all workers that ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        ends = running.pop(pid)
        with suppress(BrokenPipeError):
            os.write(ends, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(ends)


def become(run: object, module: str, said: tuple[list[str], dict[str, str], str], streams: Sequence[int]) -> None:
    """Be the worker, until it ends."""
    arguments, environment, folder = said
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [module, *arguments]
        run()  # type: ignore[operator]
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
