"""`python -m musfuse_otel.process`: asks the owner of a library for its figures now and then, and sends them on. What
to ask and where to send stands in the first line of its input, whose end tells that the owner is gone.

What else OpenTelemetry's SDK can be told, it reads from the environment (OTEL_EXPORTER_OTLP_HEADERS, …_CERTIFICATE).
"""

import json
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from musfuse import __version__
from musfuse.control.client import find_owner
from musfuse.control.remote import Remote
from musfuse.errors import ControlError, MusfuseError
from musfuse.platform import system
from musfuse.platform.sideprocess import Saying
from musfuse.service.requests.monitoring import FigureTold, ListFigures
from musfuse_otel.figures import as_metrics

log = logging.getLogger("musfuse_otel")

_UPTIME = "musfuse_uptime_seconds"


class FiguresReader(PeriodicExportingMetricReader):  # type: ignore[misc]  # types of the SDK are not looked at
    """Has the SDK export what `ask` gives, every so many seconds."""

    def __init__(
        self, exporter: MetricExporter, ask: Callable[[], Sequence[FigureTold]], resource: Resource, seconds: float
    ) -> None:
        self._ask, self._resource = ask, resource
        super().__init__(exporter, export_interval_millis=seconds * 1000)

    def collect(self, timeout_millis: float = 10_000) -> None:
        """Ask for figures and hand them on; where the owner does not answer there are none this time."""
        try:
            figures = self._ask()
        except MusfuseError as error:
            log.warning("%s", error)
            return
        now_ns = time.time_ns()
        uptime = next((one.samples[0].value for one in figures if one.name == _UPTIME), 0.0)
        data = as_metrics(figures, self._resource, now_ns - int(uptime * 1e9), now_ns)
        self._receive_metrics(data, timeout_millis=timeout_millis)


def asking(folder: Path) -> Callable[[], Sequence[FigureTold]]:
    """What asks the owner of a library for its figures. It raises ControlError."""

    def ask() -> Sequence[FigureTold]:
        client = find_owner(folder)
        if client is None:
            raise ControlError(f"{folder}: no process has this library")
        with client:
            return Remote(client).call(ListFigures())

    return ask


def main(orders: BinaryIO) -> int:
    """Do as the line says, until there is no more input. The exit code."""
    system.ignore_terminal_interrupt()  # the owner ends first, and this with it
    logging.basicConfig(level=logging.WARNING, handlers=[Saying()])
    told = json.loads(orders.readline())
    folder = Path(told["folder"])
    resource = Resource.create(
        {
            "service.name": "musfuse", "service.version": __version__, "service.instance.id": str(folder),
            "host.name": socket.gethostname(),
        }
    )  # fmt: skip
    reader = FiguresReader(OTLPMetricExporter(endpoint=told["endpoint"]), asking(folder), resource, told["seconds"])
    reader.collect()
    while orders.readline():
        pass
    sys.stdout.flush()
    os._exit(0)  # the owner is gone: there is nobody left to ask


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer))
