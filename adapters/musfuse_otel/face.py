"""OpenTelemetry as a face: a process of its own that asks for figures and sends them on. What its SDK takes to import
stays out of the owner."""

import importlib.util
import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from musfuse.errors import FaceError
from musfuse.service.face import Reach
from musfuse_otel.options import OtelOptions

log = logging.getLogger("musfuse_otel")

_NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_FIRST_PAUSE, _LONGEST_PAUSE, _END_SECONDS = 1.0, 300.0, 3.0


class OtelFace:
    """Sends the figures of the library in `folder` on; a process that ends by itself is begun anew, after a pause that
    doubles."""

    keeps_host = False

    def __init__(self, options: OtelOptions, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.ended = threading.Event()

    @property
    def name(self) -> str:
        """Where figures go."""
        return f"otlp {self._options.endpoint}"

    def check(self) -> None:
        """Raise FaceError where the SDK is not installed."""
        if not all(map(_is_there, _NEEDED)):
            raise FaceError("otel.endpoint: OpenTelemetry is not installed; `pip install 'musfuse[otel]'` brings it")

    def start(self, reach: Reach) -> None:
        """Begin to send. Raises FaceError."""
        del reach  # it asks over the control channel
        self.check()
        threading.Thread(target=self._run, name="otel", daemon=True).start()

    def stop(self, force: bool = False) -> None:
        """Send nothing more."""
        del force
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)
        self.ended.set()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                self._send()
            except OSError as error:
                log.warning("figures are not sent on: %s", error)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _send(self) -> None:
        """Run the process to its end. Raises OSError."""
        options = self._options
        told = {"folder": str(self._folder), "endpoint": options.endpoint, "seconds": options.interval_seconds}
        process = subprocess.Popen(
            [sys.executable, "-m", "musfuse_otel.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)},
        )  # fmt: skip
        with self._lock:
            self._process = process
        try:
            if not self._stopping.is_set():
                with suppress(OSError):
                    _pipe(process.stdin).write(json.dumps(told).encode() + b"\n")
                    _pipe(process.stdin).flush()
                _listen(_pipe(process.stdout))
        finally:
            with self._lock:
                self._process = None
            _end(process)
            _pipe(process.stdout).close()


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _listen(out: IO[bytes]) -> None:
    """Log what the process says, until it ends."""
    for line in out:
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            told = json.loads(line)
            log.log(int(told["level"]), "%s", told["message"])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have it end, or end it."""
    with suppress(OSError, ValueError):
        _pipe(process.stdin).close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
