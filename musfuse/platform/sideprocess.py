"""Processes that an owner of a library runs beside itself, so that what they load stays out of it."""

import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from musfuse.platform import system

_END_SECONDS = 3.0


def command(module: str) -> list[str]:
    """The arguments that run a module in a process of its own."""
    return [sys.executable, "-m", module]


def environment() -> dict[str, str]:
    """The environment in which such a process finds the same modules as this one."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}


class SideProcess:
    """Runs `python -m module`, as often as it is asked to, and passes on to `log` what that says (`Saying`). The first
    line of its input says what to do; each further one is a nudge; the end tells that the owner is gone.

    One thread runs it; any other may nudge and stop it. Lock order: `_lock` alone; nothing is waited for under it. Its
    input is closed, and nudges are written, under it: what was closed meanwhile may be another file by then.
    """

    def __init__(self, module: str, log: logging.Logger) -> None:
        self._module, self._log = module, log
        self._lock, self._stopped, self._told = threading.Lock(), False, False
        self._running: tuple[subprocess.Popen[bytes], BinaryIO] | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        running = self._running
        return running[0].pid if running is not None else None

    def run(self, line: bytes) -> int:
        """Run it to its end; its exit code. After `stop` nothing is begun any more. Raises OSError where the system
        does not start it."""
        if self._stopped:
            return 0
        process, to_it, from_it = system.spawn_piped(command(self._module), environment())
        with self._lock:
            self._running, self._told = (process, to_it), False
        try:
            if not self._stopped:
                self._tell(to_it, line)
                self._listen(from_it)
        finally:
            self._end()
            from_it.close()
        return process.returncode

    def nudge(self) -> None:
        """Write an empty line to it, where it runs and has its first one."""
        with self._lock:
            if self._told and self._running is not None and not self._running[1].closed:
                with suppress(OSError):
                    os.write(self._running[1].fileno(), b"\n")

    def stop(self) -> None:
        """End it, within some seconds, for good."""
        self._stopped = True
        self._end()

    def _tell(self, to_it: BinaryIO, line: bytes) -> None:
        with suppress(OSError, ValueError):  # it ended already, or was stopped
            to_it.write(line)
            to_it.flush()
        with self._lock:
            self._told = True

    def _listen(self, said: BinaryIO) -> None:
        for line in said:
            with suppress(ValueError, TypeError, KeyError):
                told = json.loads(line)
                self._log.log(int(told["level"]), "%s", told["message"])

    def _end(self) -> None:
        """Have it end, or end it."""
        with self._lock:
            if self._running is None:
                return
            process, to_it = self._running
            with suppress(OSError):
                to_it.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with self._lock:
            self._running = None


class Saying(logging.Handler):
    """In such a process: says what is logged to the owner, a line of JSON each."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to standard output."""
        print(json.dumps({"level": record.levelno, "message": record.getMessage()}), flush=True)
