"""Workers and programs that are forked from a process which has loaded what they need (`forking.py`): a test starts hundreds,
and a start is mostly imports. They run the same code, in the same environment, under limits of their own."""

import io
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

_FORKING, _ASKING = (Path(__file__).with_name(name) for name in ("forking.py", "asking.py"))
_PYTHON = sys.executable
_WORKERS = ("musfuse.media.inspecting.worker", "musfuse.media.indexing.worker")
_PROGRAM, _POWERLESS = "musfuse", "musfuse without powers"
WITHOUT_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
"""What makes of root one whom permissions stop."""
_READ_AT_A_START = ("PYTHON", "LC_", "LANG", "TZ", "FUSE_", "LD_")


class WarmProcess:
    """A process as `subprocess.Popen` shows it, as far as that is asked for here."""

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


def fork(
    address: str, argv: Sequence[str], arguments: Sequence[str], environment: Mapping[str, str], streams: Sequence[int]
) -> WarmProcess:
    """Have a process forked by the one that listens at an address; the streams are closed here."""
    ending, ends = os.pipe()
    said = json.dumps([arguments, dict(environment), os.getcwd()], ensure_ascii=True).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(f"\0{address}")
        socket.send_fds(asked, [said], [*streams, ends])
        for descriptor in (*streams, ends):
            os.close(descriptor)
        return WarmProcess(argv, int(asked.recv(20)), ending)


class Warm:
    """The process that forks those of one module."""

    def __init__(self, module: str, addresses: Mapping[str, str]) -> None:
        self.address = f"musfuse-warm-{uuid.uuid4().hex}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(f"\0{self.address}")  # of Linux: no file, gone with who listens
            listener.listen(64)
            path = os.pathsep.join(filter(None, sys.path))
            self._process = subprocess.Popen(
                [
                    *(WITHOUT_POWERS if module == _POWERLESS else ()),
                    *(_PYTHON, str(_FORKING), module, str(listener.fileno()), *map("=".join, addresses.items())),
                ],
                stdin=subprocess.PIPE, pass_fds=(listener.fileno(),),
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path},
            )  # fmt: skip

    def close(self) -> None:
        """End the process, not those that it forked."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class WorkerStarts:
    """Starts workers at addresses where they are forked, and everything else as the system does."""

    def __init__(self, cold: object) -> None:
        self.cold = cold
        self.addresses: dict[str, str] = {}

    def address(self, module: str) -> str | None:
        """Where processes of a module are forked; None: nowhere."""
        return self.addresses.get(module)

    def spawn_piped(self, argv: Sequence[str], environment: Mapping[str, str]) -> tuple[object, BinaryIO, BinaryIO]:
        """As `platform.system.spawn_piped`."""
        address = self.address(argv[2]) if argv[0] == _PYTHON and argv[1] == "-m" else None
        if address is None:
            return self.cold(argv, environment)  # type: ignore[operator,no-any-return]
        in_, to_it = os.pipe()
        from_it, out = os.pipe()
        process = fork(address, argv, argv[3:], environment, [in_, out, os.dup(2)])
        return process, os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")


class WarmStarts(WorkerStarts):
    """The same, with processes of its own that fork, each from when it is first asked for; runs programs, too."""

    def __init__(self, cold: object) -> None:
        super().__init__(cold)
        self._lock = threading.Lock()
        self._warm: dict[str, Warm] = {}

    def address(self, module: str) -> str | None:
        if module not in (*_WORKERS, _PROGRAM, _POWERLESS):
            return None
        with self._lock:
            for name in (module,) if module in _WORKERS else (*_WORKERS, module):
                if name not in self._warm:
                    self._warm[name] = Warm(name, {} if name in _WORKERS else self.addresses)
                    self.addresses[name] = self._warm[name].address
            return self.addresses[module]

    def run(
        self, args: Sequence[str], environment: Mapping[str, str], seconds: float, powerless: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        """As `subprocess.run` does `python -m musfuse` with these arguments. Raises TimeoutExpired."""
        argv = [_PYTHON, "-m", _PROGRAM, *args]
        if any(os.environ.get(name) != environment.get(name) for name in _early(environment)):
            return _run_cold(argv, environment, seconds, powerless)
        (from_out, out), (from_err, err) = os.pipe(), os.pipe()
        with ExitStack() as stack:
            ours = [stack.enter_context(os.fdopen(end, "rb", 0)) for end in (from_out, from_err)]
            process = self.start(args, environment, [os.open(os.devnull, os.O_RDONLY), out, err], powerless)
            said, complained = _read(process, ours, seconds)
        return subprocess.CompletedProcess(argv, process.wait(seconds), said, complained)

    def start(
        self, args: Sequence[str], environment: Mapping[str, str], streams: Sequence[int], powerless: bool = False
    ) -> WarmProcess:
        """`python -m musfuse` with these arguments and standard streams, which are closed here."""
        address = self.address(_POWERLESS if powerless else _PROGRAM)
        assert address is not None
        return fork(address, [_PYTHON, "-m", _PROGRAM, *args], args, environment, streams)

    def shell_line(self, words: str) -> str:
        """What runs the program with these words in a shell."""
        return f"'{_PYTHON}' -S -E '{_ASKING}' {self.address(_PROGRAM)} {words}"

    def close(self) -> None:
        """End what forks."""
        for warm in self._warm.values():
            warm.close()


def _early(environment: Mapping[str, str]) -> Iterator[str]:
    """Names of what is looked at when a process starts, not when a program looks."""
    return (name for name in {*environment, *os.environ} if name.startswith(_READ_AT_A_START))


def _read(process: WarmProcess, pipes: Sequence[io.FileIO], seconds: float) -> list[bytes]:
    """All that comes out of pipes. Raises TimeoutExpired."""
    said = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(seconds)
            if not ready:
                process.kill()
                raise subprocess.TimeoutExpired(
                    list(process.args), seconds, bytes(said[pipes[0]]), bytes(said[pipes[1]])
                )
            for key, _ in ready:
                piece = os.read(key.fd, 65536)
                said[key.fileobj] += piece  # type: ignore[index]
                if not piece:
                    selector.unregister(key.fileobj)
    return [bytes(text) for text in said.values()]


def _run_cold(
    argv: Sequence[str], environment: Mapping[str, str], seconds: float, powerless: bool
) -> subprocess.CompletedProcess[bytes]:
    argv = [*(WITHOUT_POWERS if powerless else ()), *argv]
    return subprocess.run(argv, capture_output=True, timeout=seconds, env=environment)


def workers() -> dict[str, str]:
    """Where workers are forked: a process that tests start calls `use_workers` with it."""
    return {} if starts is None else {name: starts.address(name) or "" for name in _WORKERS}


def use_workers(addresses: dict[str, str]) -> None:
    """Have workers of this process forked at these addresses."""
    from musfuse.platform import system

    there = WorkerStarts(system.spawn_piped)
    there.addresses = addresses
    system.spawn_piped = there.spawn_piped  # type: ignore[assignment]


def shell_line(words: str) -> str:
    """What runs `musfuse` with these words in a shell."""
    return f"'{_PYTHON}' -m {_PROGRAM} {words}" if starts is None else starts.shell_line(words)


def start(args: Sequence[str], environment: Mapping[str, str], stream: int) -> "WarmProcess | subprocess.Popen[bytes]":
    """Start `musfuse` on a terminal, which is closed here."""
    if starts is not None:
        return starts.start(args, environment, [os.dup(stream), os.dup(stream), stream])
    argv = [_PYTHON, "-m", _PROGRAM, *args]
    process = subprocess.Popen(argv, stdin=stream, stdout=stream, stderr=stream, env=environment)
    os.close(stream)
    return process


starts: WarmStarts | None = None
"""Those of the tests that run in this process."""


def musfuse_bytes(
    *args: object,
    env: Mapping[str, str] | None = None,
    seconds: float = 100,
    cold: bool = False,
    powerless: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """As `musfuse`; what it says is left as it came."""
    words, environment = [*map(str, args)], {**os.environ, **(env or {})}
    if starts is not None and not cold:
        return starts.run(words, environment, seconds, powerless)
    return _run_cold([_PYTHON, "-m", _PROGRAM, *words], environment, seconds, powerless)


def musfuse(
    *args: object,
    env: Mapping[str, str] | None = None,
    seconds: float = 100,
    cold: bool = False,
    powerless: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m musfuse`, with these variables more: `cold` for who looks at the process itself, at its memory or
    at what it has loaded; `powerless` where permissions are to stop root. Raises TimeoutExpired."""
    done = musfuse_bytes(*args, env=env, seconds=seconds, cold=cold, powerless=powerless)
    out, err = (io.TextIOWrapper(io.BytesIO(said)).read() for said in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
