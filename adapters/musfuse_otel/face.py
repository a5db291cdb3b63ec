"""OpenTelemetry as a face: a process of its own that asks for figures and sends them on. What its SDK takes to import
stays out of the owner."""

import importlib.util
import json
import logging
import threading
import time
from pathlib import Path

from musfuse.errors import FaceError
from musfuse.platform.sideprocess import SideProcess
from musfuse.service.face import Reach
from musfuse_otel.options import OtelOptions

log = logging.getLogger("musfuse_otel")

_NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0


class OtelFace:
    """Sends the figures of the library in `folder` on; a process that ends by itself is begun anew, after a pause that
    doubles, but for one that ran for long."""

    keeps_host = False

    def __init__(self, options: OtelOptions, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._stopping, self._sending = threading.Event(), SideProcess("musfuse_otel.process", log)
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
        self._sending.stop()
        self.ended.set()

    def _run(self) -> None:
        options, pause = self._options, _FIRST_PAUSE
        told = {"folder": str(self._folder), "endpoint": options.endpoint, "seconds": options.interval_seconds}
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                code = self._sending.run(json.dumps(told).encode() + b"\n")
                ended = f"the process that does it ended by itself ({code})"
            except OSError as error:
                ended = str(error)
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began > _LONGEST_PAUSE else pause
            log.warning("figures are not sent on: %s; it is begun anew in %.0f s", ended, pause)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False
